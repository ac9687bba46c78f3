import { type CreateVerifier, fallback, verifierFactory } from "./entry.js";
import { asyncInit, type Init, moduleOf } from "./start.js";
import { PAGE } from "./traits.js";

export * from "../api.js";
export type { CreateVerifier } from "./entry.js";
export type { Init, InitInput } from "./start.js";

/** Loads the wasm. Optional: `createVerifier` does it too. */
export const init: Init = /* @__PURE__ */ asyncInit(() => new URL("./core_bg.wasm", import.meta.url));

/**
 * Makes a verifier.
 *
 * @throws `RescindError` with `ERR_OPTION_INVALID` naming the option, or `ERR_WASM_…` when the wasm cannot be loaded.
 *   An unreachable issuer or publisher is no reason to fail: see `status().lastError`.
 * @example
 * ```js
 * const verifier = await createVerifier({
 *   issuer: "https://auth.example.com",
 *   audience: "api",
 *   keys: { jwksUri: "https://auth.example.com/jwks.json" },
 *   revocations: { url: "https://auth.example.com/r/main", publisherKeys: [publisherKey] },
 * });
 * const { claims } = await verifier.verify(token);
 * ```
 */
export const createVerifier: CreateVerifier = /* @__PURE__ */ verifierFactory("web", init, () => PAGE, {
  fallback,
  accelerator: () => moduleOf(new URL("./accelerator.wasm", import.meta.url)),
});
