import type { Store } from "./store.js";

/**
 * A store in the Cache API: on edge networks shared by the isolates of one location, in pages and service workers kept
 * for the origin. `name`: of the cache. Default: `"rescind"`.
 */
export function cacheStore(name = "rescind"): Store {
  // Opened anew each time: on workerd a promise belongs to the request that made it.
  const cache = () => globalThis.caches.open(name);
  return {
    get: async (key) => {
      const response = await (await cache()).match(addressOf(key));
      return response === undefined ? null : new Uint8Array(await response.arrayBuffer());
    },
    set: async (key, value) => {
      await (await cache()).put(addressOf(key), new Response(value.slice(), { headers: KEPT }));
    },
    delete: async (key) => {
      await (await cache()).delete(addressOf(key));
    },
  };
}

/** A name under a host that cannot exist (RFC 6761 §6.4): it meets no real response. */
function addressOf(key: string): string {
  return `https://rescind.invalid/${encodeURIComponent(key)}`;
}

/** The longest life of a snapshot (the format's `MAX_STALE_SECONDS`); edge caches drop what names no life. */
const KEPT = { "cache-control": "public, max-age=2678400", "content-type": "application/octet-stream" };
