import { base64 } from "./core_base64.js";
import { type CreateVerifier, fallback, verifierFactory } from "./entry.js";
import { asyncInit, type Init, moduleOf, syncInit } from "./start.js";
import { detectedTraits } from "./traits.js";

export * from "../api.js";
export type { CreateVerifier } from "./entry.js";
export type { Init, InitInput } from "./start.js";

/** Loads the wasm from the text inside this package: nothing is fetched. Optional: `createVerifier` does it too. */
export const init: Init = (input, accelerator) =>
  (isPage() ? asyncInit : syncInit)(() => bytesOf(base64))(input, accelerator);

/** Makes a verifier: see the web entry. */
export const createVerifier: CreateVerifier = /* @__PURE__ */ verifierFactory("inline", init, detectedTraits, {
  fallback,
  accelerator: async () => moduleOf(bytesOf((await import("./accelerator_base64.js")).base64)),
});

/** On a page's main thread old browsers forbid compiling at once. */
function isPage(): boolean {
  return "document" in globalThis;
}

function bytesOf(base64: string): Uint8Array<ArrayBuffer> {
  if ("fromBase64" in Uint8Array && typeof Uint8Array.fromBase64 === "function") return Uint8Array.fromBase64(base64);
  const binary = atob(base64);
  const bytes = new Uint8Array(binary.length);
  for (let index = 0; index < binary.length; index += 1) bytes[index] = binary.charCodeAt(index);
  return bytes;
}
