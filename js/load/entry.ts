import type { Transport } from "../fetch.js";
import type { VerifierOptions } from "../options.js";
import type { Verifier } from "../types.js";
import { createVerifierOn } from "../verifier.js";
import { type Init, loadedBy } from "./start.js";

/** The traits of a runtime that change behaviour. */
export interface Traits {
  readonly requestBound: boolean;
  readonly revalidate: Transport["revalidate"];
}

/** Makes a verifier; loads the wasm first if need be. See {@link VerifierOptions}. */
export type CreateVerifier = (options: VerifierOptions) => Promise<Verifier>;

/** Node, Deno, Bun: a process of its own, and headers without preflights. */
export const SERVER: Traits = { requestBound: false, revalidate: "header" };

/** Pages and their workers: the HTTP cache revalidates, so that no request costs a preflight. */
export const PAGE: Traits = { requestBound: false, revalidate: "cache" };

/** workerd and edge-light: promises and timers belong to the request that made them. */
export const EDGE: Traits = { requestBound: true, revalidate: "header" };

/** `createVerifier` of one entry. */
export function verifierFactory(name: string, init: Init, traits: () => Traits): CreateVerifier {
  return (options) => createVerifierOn({ name, ...traits(), module: () => loadedBy(init) }, options);
}

/** For entries that run anywhere: looks at the globals, when the first verifier is made. */
export function detectedTraits(): Traits {
  if (globalThis.navigator?.userAgent === "Cloudflare-Workers" || "EdgeRuntime" in globalThis) return EDGE;
  if ("process" in globalThis || "Deno" in globalThis) return SERVER;
  return PAGE;
}
