import { RescindError } from "../errors.js";
import { fallbackEngines } from "../fallback/engine.js";
import { createVerifierOn } from "../verifier.js";
import type { CreateVerifier } from "./entry.js";
import type { Init } from "./start.js";
import { detectedTraits } from "./traits.js";

export * from "../api.js";
export type { CreateVerifier } from "./entry.js";
export type { Init, InitInput } from "./start.js";

/** Always rejects: there is no WebAssembly here. */
export const init: Init = async () => {
  throw unavailable();
};

/** Makes a verifier in plain JavaScript; rejects where `crypto.subtle` is missing too. */
export const createVerifier: CreateVerifier = (options) => {
  const engines = async () => fallbackEngines(unavailable());
  return createVerifierOn({ name: "no-wasm", ...detectedTraits(), engines }, options);
};

function unavailable(): RescindError {
  const message = "this runtime (React Native, Fastly Compute) has no WebAssembly";
  return new RescindError("ERR_WASM_UNAVAILABLE", message);
}
