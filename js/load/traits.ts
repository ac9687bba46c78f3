import type { Transport } from "../fetch.js";
import { cacheStore } from "../store/cache.js";
import { indexedDbStore } from "../store/indexed-db.js";
import type { Store } from "../store/store.js";

/** The traits of a runtime that change behaviour. */
export interface Traits {
  readonly requestBound: boolean;
  readonly revalidate: Transport["revalidate"];
  /** What keeps a snapshot here without being asked. */
  readonly store: () => Store | null;
}

/** Node, Deno, Bun: a process of its own, and headers without preflights. */
export const SERVER: Traits = { requestBound: false, revalidate: "header", store: () => null };

/** Pages and their workers: the HTTP cache revalidates, so that no request costs a preflight. */
export const PAGE: Traits = {
  requestBound: false,
  revalidate: "cache",
  store: () => ("indexedDB" in globalThis ? indexedDbStore() : null),
};

/** workerd and edge-light: promises and timers belong to the request that made them. */
export const EDGE: Traits = {
  requestBound: true,
  revalidate: "header",
  store: () => ("caches" in globalThis ? cacheStore() : null),
};

/** For entries that run anywhere: looks at the globals, when the first verifier is made. */
export function detectedTraits(): Traits {
  if (globalThis.navigator?.userAgent === "Cloudflare-Workers" || "EdgeRuntime" in globalThis) return EDGE;
  if ("process" in globalThis || "Deno" in globalThis) return SERVER;
  return PAGE;
}
