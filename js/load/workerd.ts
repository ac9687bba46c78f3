import accelerator from "./accelerator.wasm";
import wasm from "./core_bg.wasm";
import { type CreateVerifier, verifierFactory } from "./entry.js";
import { type Init, startSync } from "./start.js";
import { EDGE } from "./traits.js";

export * from "../api.js";
export type { CreateVerifier } from "./entry.js";
export type { Init, InitInput } from "./start.js";

// In global scope: compiled by the platform, and no promise is ever shared between requests.
startSync(wasm);

/** Nothing is left to do here: the wasm is loaded by the import. */
export const init: Init = async () => {};

/** Makes a verifier without any I/O, so it may stand in global scope: see the web entry. */
export const createVerifier: CreateVerifier = verifierFactory("workerd", init, () => EDGE, {
  accelerator: () => accelerator,
});
