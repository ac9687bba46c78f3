import { type CreateVerifier, fallback, verifierFactory } from "./entry.js";
import { type Init, moduleOf, syncInit } from "./start.js";
import { SERVER } from "./traits.js";

export * from "../api.js";
export type { CreateVerifier } from "./entry.js";
export type { Init, InitInput } from "./start.js";

/** Loads the wasm from the file beside this one. Optional: `createVerifier` does it too. */
export const init: Init = /* @__PURE__ */ syncInit(() => fileBytes(new URL("./core_bg.wasm", import.meta.url)));

/** Makes a verifier: see the web entry. */
export const createVerifier: CreateVerifier = /* @__PURE__ */ verifierFactory("node", init, () => SERVER, {
  fallback,
  accelerator: async () => moduleOf(await fileBytes(new URL("./accelerator.wasm", import.meta.url))),
});

/** Reads inside a function, since Next prerenders by importing; `.href`, since Turbopack substitutes its own URL. */
async function fileBytes(url: URL): Promise<Uint8Array<ArrayBuffer>> {
  const { readFile } = await import("node:fs/promises");
  const { fileURLToPath } = await import("node:url");
  return readFile(fileURLToPath(url.href));
}
