import type { Store } from "./store.js";

/** A store in IndexedDB, for pages, their workers and WebViews. `name`: of the database. Default: `"rescind"`. */
export function indexedDbStore(name = "rescind"): Store {
  const database = new Database(name);
  return {
    get: async (key) => {
      const value: unknown = await database.run("readonly", (values) => values.get(key));
      return value instanceof Uint8Array ? value : null;
    },
    set: async (key, value) => {
      await database.run("readwrite", (values) => values.put(value.slice(), key));
    },
    delete: async (key) => {
      await database.run("readwrite", (values) => values.delete(key));
    },
  };
}

/** One connection, opened when it is first needed and again after the browser closed it. */
class Database {
  readonly #name: string;
  #opening: Promise<IDBDatabase> | null = null;

  constructor(name: string) {
    this.#name = name;
  }

  /** The result of one request in a transaction of its own, once that is on disk. */
  async run<T>(mode: IDBTransactionMode, request: (values: IDBObjectStore) => IDBRequest<T>): Promise<T> {
    const transaction = (await this.#open()).transaction(VALUES, mode, { durability: "strict" });
    const asked = request(transaction.objectStore(VALUES));
    return new Promise((resolve, reject) => {
      transaction.oncomplete = () => resolve(asked.result);
      transaction.onabort = () => reject(transaction.error ?? asked.error);
    });
  }

  #open(): Promise<IDBDatabase> {
    this.#opening ??= opened(this.#name, () => this.#forget()).catch((cause: unknown) => {
      this.#forget();
      throw cause;
    });
    return this.#opening;
  }

  #forget(): void {
    this.#opening = null;
  }
}

/** `gone` is called when the connection cannot be used any more. */
function opened(name: string, gone: () => void): Promise<IDBDatabase> {
  return new Promise((resolve, reject) => {
    const request = globalThis.indexedDB.open(name, 1);
    request.onupgradeneeded = () => request.result.createObjectStore(VALUES);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new Error(`another tab holds the database ${name} open`));
    request.onsuccess = () => {
      const database = request.result;
      database.onclose = gone;
      // Somebody wants to delete or change it: a page that keeps it open would block them.
      database.onversionchange = () => {
        database.close();
        gone();
      };
      resolve(database);
    };
  });
}

const VALUES = "values";
