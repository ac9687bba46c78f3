import type { Transport } from "../fetch.js";

/** The traits of a runtime that change behaviour. */
export interface Traits {
  readonly requestBound: boolean;
  readonly revalidate: Transport["revalidate"];
}

/** Node, Deno, Bun: a process of its own, and headers without preflights. */
export const SERVER: Traits = { requestBound: false, revalidate: "header" };

/** Pages and their workers: the HTTP cache revalidates, so that no request costs a preflight. */
export const PAGE: Traits = { requestBound: false, revalidate: "cache" };

/** workerd and edge-light: promises and timers belong to the request that made them. */
export const EDGE: Traits = { requestBound: true, revalidate: "header" };

/** For entries that run anywhere: looks at the globals, when the first verifier is made. */
export function detectedTraits(): Traits {
  if (globalThis.navigator?.userAgent === "Cloudflare-Workers" || "EdgeRuntime" in globalThis) return EDGE;
  if ("process" in globalThis || "Deno" in globalThis) return SERVER;
  return PAGE;
}
