import { RescindError } from "../errors.js";
import type { CreateVerifier } from "./entry.js";
import type { Init } from "./start.js";

export * from "../api.js";
export type { CreateVerifier } from "./entry.js";
export type { Init, InitInput } from "./start.js";

/** Always rejects: there is no WebAssembly here. */
export const init: Init = async () => {
  throw unavailable();
};

/** Always rejects: there is no WebAssembly here. */
export const createVerifier: CreateVerifier = async () => {
  throw unavailable();
};

function unavailable(): RescindError {
  const message = "this runtime (React Native, Fastly Compute) has no WebAssembly";
  return new RescindError("ERR_WASM_UNAVAILABLE", message);
}
