import wasm from "./core_bg.wasm?module";
import { type CreateVerifier, verifierFactory } from "./entry.js";
import { asyncInit, type Init } from "./start.js";
import { EDGE } from "./traits.js";

export * from "../api.js";
export type { CreateVerifier } from "./entry.js";
export type { Init, InitInput } from "./start.js";

/** Loads the wasm. Asynchronously: a module from another realm is no `WebAssembly.Module` to the glue. */
export const init: Init = /* @__PURE__ */ asyncInit(() => wasm);

/** Makes a verifier: see the web entry. */
export const createVerifier: CreateVerifier = /* @__PURE__ */ verifierFactory("edge-light", init, () => EDGE);
