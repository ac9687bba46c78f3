import { RescindError } from "../errors.js";
import { type CreateVerifier, fallback, verifierFactory } from "./entry.js";
import { asyncInit, type Init, type InitInput, startSync } from "./start.js";
import { detectedTraits } from "./traits.js";

export * from "../api.js";
export type { CreateVerifier } from "./entry.js";
export type { Init, InitInput } from "./start.js";

const load: Init = /* @__PURE__ */ asyncInit(() => {
  const message = "rescind/slim loads nothing by itself: call init with the wasm (rescind/wasm) first";
  throw new RescindError("ERR_WASM_NOT_INITIALIZED", message);
});

/** Loads the wasm that is handed in: an address, a response, bytes or the compiled module. Required here. */
export const init: Init = async (input?: InitInput, accelerator?: InitInput) => {
  // Where requests may not share a promise, a compiled module is instantiated at once.
  if (detectedTraits().requestBound && input instanceof WebAssembly.Module) startSync(input);
  await load(input, accelerator);
};

/** Makes a verifier; call `init` before: see the web entry. */
export const createVerifier: CreateVerifier = /* @__PURE__ */ verifierFactory("slim", init, detectedTraits, {
  fallback,
});
