import type { BoundedStore } from "./bounded-store.js";

/** What the store remembers of one part. */
export interface Remembered {
  readonly highWater: Uint8Array | null;
  readonly manifest: Uint8Array | null;
}

/** An edition that was committed. */
export interface Kept {
  readonly highWater: Uint8Array;
  readonly manifest: Uint8Array;
  /** SHA-256 in hex of every object that leads to it from nothing. */
  readonly objects: readonly string[];
  /** Bytes of one of them, or `null` where they are not in memory any more. */
  readonly bytesOf: (sha256: string) => Uint8Array | null;
}

/**
 * One part of the publication in the store: the high-water mark, the manifest, its objects, and a list of the objects
 * there. Each value is replaced whole, in an order in which a process may be killed at any moment: objects stand before
 * the manifest that names them, the list names at least what is there, and old objects go last.
 */
export class Archive {
  readonly #store: BoundedStore;
  readonly #part: string;
  /** Objects in the store. */
  #names = new Set<string>();

  constructor(store: BoundedStore, part: string) {
    this.#store = store;
    this.#part = part;
  }

  /** Whether this object should be in the store. */
  has(sha256: string): boolean {
    return this.#names.has(sha256);
  }

  /** @throws `ERR_STORE_FAILED` */
  async remembered(): Promise<Remembered> {
    const values = ["high-water", "manifest", "objects"].map((name) => this.#store.get(this.#name(name)));
    const [highWater = null, manifest = null, list = null] = await Promise.all(values);
    for (const sha256 of namesIn(list)) this.#names.add(sha256);
    return { highWater, manifest };
  }

  /** The mark alone, which another process may have raised meanwhile. @throws `ERR_STORE_FAILED` */
  highWater(): Promise<Uint8Array | null> {
    return this.#store.get(this.#name("high-water"));
  }

  /** @throws `ERR_STORE_FAILED` */
  async object(sha256: string): Promise<Uint8Array | null> {
    const bytes = this.#names.has(sha256) ? await this.#store.get(this.#objectName(sha256)) : null;
    // Another process may have cleared it away: then it has to be kept again.
    if (bytes === null) this.#names.delete(sha256);
    return bytes;
  }

  /** Replaces what is remembered; answers the objects that are missing in the store. @throws `ERR_STORE_FAILED` */
  async keep({ highWater, manifest, objects, bytesOf }: Kept): Promise<readonly string[]> {
    // First what protects from a rollback: it is small, and fits when the rest does not.
    await this.#store.set(this.#name("high-water"), highWater);
    const missing = await this.#keepObjects(objects, bytesOf);
    await this.#store.set(this.#name("manifest"), manifest);
    await this.#forgetAllBut(new Set(objects));
    return missing;
  }

  /** Keeps objects beside those that are there. */
  async #keepObjects(objects: readonly string[], bytesOf: Kept["bytesOf"]): Promise<readonly string[]> {
    const found = objects.map((sha256) => ({ sha256, bytes: this.has(sha256) ? null : bytesOf(sha256) }));
    const added = found.filter(({ bytes }) => bytes !== null);
    if (added.length > 0) await this.#list([...this.#names, ...added.map(({ sha256 }) => sha256)]);
    for (const { sha256, bytes } of added) {
      if (bytes !== null) await this.#store.set(this.#objectName(sha256), bytes);
      this.#names.add(sha256);
    }
    return objects.filter((sha256) => !this.has(sha256));
  }

  /** Keeps an object that was missing. @throws `ERR_STORE_FAILED` */
  async add(sha256: string, bytes: Uint8Array): Promise<void> {
    await this.#keepObjects([sha256], () => bytes);
  }

  /** An object that turned out to be damaged. @throws `ERR_STORE_FAILED` */
  async forget(sha256: string): Promise<void> {
    this.#names.delete(sha256);
    await this.#store.delete(this.#objectName(sha256));
  }

  /** Everything but the mark, when the part is not followed any more. @throws `ERR_STORE_FAILED` */
  async clear(): Promise<void> {
    await this.remembered();
    await this.#store.delete(this.#name("manifest"));
    await this.#forgetAllBut(new Set());
    await this.#store.delete(this.#name("objects"));
  }

  /** The mark too, when there is no such part any more. @throws `ERR_STORE_FAILED` */
  async erase(): Promise<void> {
    await this.clear();
    await this.#store.delete(this.#name("high-water"));
  }

  async #forgetAllBut(kept: ReadonlySet<string>): Promise<void> {
    const old = [...this.#names].filter((sha256) => !kept.has(sha256));
    for (const sha256 of old) await this.forget(sha256);
    if (old.length > 0) await this.#list([...this.#names]);
  }

  #list(names: readonly string[]): Promise<void> {
    return this.#store.set(this.#name("objects"), new TextEncoder().encode(names.join("\n")));
  }

  #name(value: string): string {
    return `${this.#part}/${value}`;
  }

  #objectName(sha256: string): string {
    return this.#name(`objects/${sha256}`);
  }
}

/** The names in a list; a damaged list names nothing, and what it named is fetched again. */
function namesIn(list: Uint8Array | null): readonly string[] {
  const names = list === null ? [] : new TextDecoder().decode(list).split("\n");
  return names.length <= MAX_OBJECTS && names.every((name) => SHA256.test(name)) ? names : [];
}

const SHA256 = /^[0-9a-f]{64}$/;

/** Two editions of two objects and 64 deltas each, which is what a manifest may list. */
const MAX_OBJECTS = 256;
