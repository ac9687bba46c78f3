import type { Store } from "./store.js";

/** A store that lives as long as the process: shares a snapshot between verifiers that are made one after another. */
export function memoryStore(): Store {
  const values = new Map<string, Uint8Array>();
  return {
    get: async (key) => values.get(key)?.slice() ?? null,
    set: async (key, value) => {
      values.set(key, value.slice());
    },
    delete: async (key) => {
      values.delete(key);
    },
  };
}
