import type { Store } from "./store.js";

/**
 * A store in one directory, one file for each value: for Node, Deno and Bun. The directory is made if it is missing,
 * readable for its owner alone; several processes may share it.
 *
 * @example
 * ```js
 * import { fileStore } from "rescind/store/file";
 * const verifier = await createVerifier({ ...options, store: fileStore("/var/lib/my-service/rescind") });
 * ```
 */
export function fileStore(directory: string): Store {
  if (typeof directory !== "string" || directory === "") throw new TypeError("fileStore needs the path of a directory");
  const folder = new Folder(directory);
  return {
    get: (key) => folder.read(key),
    set: (key, value) => folder.write(key, value),
    delete: (key) => folder.remove(key),
  };
}

class Folder {
  readonly #path: string;
  #prepared = false;

  constructor(path: string) {
    this.#path = path;
  }

  async read(key: string): Promise<Uint8Array | null> {
    const { open } = await import("node:fs/promises");
    try {
      const file = await open(await this.#fileOf(key), "r");
      try {
        if ((await file.stat()).size > MAX_VALUE_BYTES) throw new Error("a stored value is longer than any object");
        return new Uint8Array(await file.readFile());
      } finally {
        await file.close();
      }
    } catch (cause) {
      if (isMissing(cause)) return null;
      throw cause;
    }
  }

  /** Written beside, flushed, then renamed: whoever reads sees the old value or the new one. */
  async write(key: string, value: Uint8Array): Promise<void> {
    const { open, rename, rm } = await import("node:fs/promises");
    await this.#prepare();
    const target = await this.#fileOf(key);
    const temporary = `${target}.${globalThis.crypto.randomUUID()}${TEMPORARY}`;
    try {
      const file = await open(temporary, "wx", 0o600);
      try {
        await file.writeFile(value);
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(temporary, target);
    } catch (cause) {
      await rm(temporary, { force: true }).catch(() => {});
      throw cause;
    }
  }

  async remove(key: string): Promise<void> {
    const { rm } = await import("node:fs/promises");
    await rm(await this.#fileOf(key), { force: true });
  }

  /** Makes the directory, and clears away what processes left that were killed while they wrote. */
  async #prepare(): Promise<void> {
    if (this.#prepared) return;
    const { mkdir, readdir, rm, stat } = await import("node:fs/promises");
    await mkdir(this.#path, { recursive: true, mode: 0o700 });
    this.#prepared = true;
    const left = (await readdir(this.#path)).filter((name) => name.endsWith(TEMPORARY));
    for (const name of left) {
      const path = `${this.#path}/${name}`;
      const written = await stat(path).catch(() => null);
      if (written !== null && Date.now() - written.mtimeMs > LEFT_MILLISECONDS) await rm(path, { force: true });
    }
  }

  /** Keys hold addresses: their hash is a name that every file system takes. */
  async #fileOf(key: string): Promise<string> {
    const { createHash } = await import("node:crypto");
    return `${this.#path}/${createHash("sha256").update(key).digest("hex")}`;
  }
}

function isMissing(thrown: unknown): boolean {
  return thrown instanceof Error && "code" in thrown && thrown.code === "ENOENT";
}

const TEMPORARY = ".tmp";

/** No write takes ten minutes: what is older was left behind. */
const LEFT_MILLISECONDS = 600_000;

/** The format's limit for an object. */
const MAX_VALUE_BYTES = 67_108_864;
