// Deno. Plain JavaScript, since TypeScript 7.0 cannot parse `import source`; copied by the build as it is.
import source wasm from "./core_bg.wasm";
import { verifierFactory } from "./entry.js";
import { syncInit } from "./start.js";
import { SERVER } from "./traits.js";

export * from "../api.js";

/** Loads the wasm. Optional: `createVerifier` does it too. */
export const init = /* @__PURE__ */ syncInit(() => wasm);

/** Makes a verifier: see the web entry. */
export const createVerifier = /* @__PURE__ */ verifierFactory("deno", init, () => SERVER);
