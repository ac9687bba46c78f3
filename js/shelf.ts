import { Archive } from "./archive.js";
import type { BoundedStore } from "./bounded-store.js";
import type { PartName } from "./core.js";

/** The name of a shard, `{s}-{i}`. */
export type ShardName = Exclude<PartName, "whole" | "common">;

/** Which of the shards that lie in the store are wanted, and of how many there are. */
export interface Wanted {
  readonly shards: ReadonlySet<PartName>;
  /** The `s` in the names of all present shards; `null`: there are none. */
  readonly bits: string | null;
}

/**
 * Which shards lie in the store: it has no list of its own, and a device that was off does not know which ones it left
 * there. Of a shard that nobody wants any more the high-water mark stays for as long as there are so many shards.
 */
export class Shelf {
  readonly #store: BoundedStore;
  /** Those of which this process knows that they are listed. */
  readonly #listed = new Set<ShardName>();

  constructor(store: BoundedStore) {
    this.#store = store;
  }

  /** Lists a shard, before anything of it is kept. @throws `ERR_STORE_FAILED` */
  async add(name: ShardName): Promise<void> {
    if (this.#listed.has(name)) return;
    const others = (await this.#read()).filter((entry) => entry.name !== name);
    await this.#write([...others, { name, isMark: false }]);
    this.#listed.add(name);
  }

  /** Clears away what nobody wants, but keeps the latest `spare` of them. @throws `ERR_STORE_FAILED` */
  async sweep({ shards, bits }: Wanted, spare: number): Promise<void> {
    const entries = await this.#read();
    const present = entries.filter(({ name }) => bits !== null && name.startsWith(`${bits}-`));
    const unwanted = present.filter(({ name, isMark }) => !isMark && !shards.has(name));
    const cleared = new Set(spare === 0 ? unwanted : unwanted.slice(0, -spare));
    for (const { name } of cleared) await this.#archive(name).clear();
    const gone = entries.filter((entry) => !present.includes(entry));
    for (const { name } of gone) await this.#archive(name).erase();
    if (cleared.size + gone.length === 0) return;
    for (const { name } of [...cleared, ...gone]) this.#listed.delete(name);
    await this.#write(present.map((entry) => (cleared.has(entry) ? { ...entry, isMark: true } : entry)));
  }

  #archive(name: ShardName): Archive {
    return new Archive(this.#store, name);
  }

  async #read(): Promise<readonly Entry[]> {
    return entriesIn(await this.#store.get(NAME));
  }

  #write(entries: readonly Entry[]): Promise<void> {
    const lines = entries.map(({ name, isMark }) => (isMark ? `${name} mark` : name));
    return this.#store.set(NAME, new TextEncoder().encode(lines.join("\n")));
  }
}

/** A shard in the store, or the mark of one. */
interface Entry {
  readonly name: ShardName;
  readonly isMark: boolean;
}

export function isShard(name: PartName): name is ShardName {
  return name !== "whole" && name !== "common";
}

/** What a damaged list leaves out stays in the store until that shard is wanted again. */
function entriesIn(list: Uint8Array | null): readonly Entry[] {
  if (list === null || list.length > MAX_BYTES) return [];
  return new TextDecoder()
    .decode(list)
    .split("\n")
    .filter((line) => LINE.test(line))
    .map((line) => ({ name: line.replace(MARK, "") as ShardName, isMark: line.endsWith(MARK) }));
}

const NAME = "shards";

const MARK = " mark";

/** As the format writes shards: 2^12 at most. */
const LINE = /^\d{1,2}-\d{1,4}(?: mark)?$/;

/** A line for each of 2^12 shards. */
const MAX_BYTES = 65_536;
