import type { MakeEngine } from "../engine.js";
import { RescindError } from "../errors.js";
import type { VerifierOptions } from "../options.js";
import type { Verifier } from "../types.js";
import { createVerifierOn } from "../verifier.js";
import { wasmEngines } from "../wasm.js";
import { type Init, isUsable, loadedBy } from "./start.js";
import type { Traits } from "./traits.js";

/** Makes a verifier; loads the wasm first if need be. See {@link VerifierOptions}. */
export type CreateVerifier = (options: VerifierOptions) => Promise<Verifier>;

/** Engines for a host whose WebAssembly is absent or forbidden, and why it is. */
export type Fallback = (reason: RescindError) => Promise<MakeEngine>;

/** The verifier in plain JavaScript. Imported only where it is needed: others never download it. */
export const fallback: Fallback = async (reason) => {
  const { fallbackEngines } = await import("../fallback/engine.js");
  return fallbackEngines(reason);
};

/** `createVerifier` of one entry. `otherwise`: what it does without WebAssembly; left out: it refuses. */
export function verifierFactory(
  name: string,
  init: Init,
  traits: () => Traits,
  otherwise: Fallback | null = null,
): CreateVerifier {
  return (options) => createVerifierOn({ name, ...traits(), engines: () => enginesBy(init, otherwise) }, options);
}

async function enginesBy(init: Init, otherwise: Fallback | null): Promise<MakeEngine> {
  try {
    return wasmEngines(await loadedBy(init));
  } catch (thrown) {
    if (otherwise === null || !(thrown instanceof RescindError) || isUsable(thrown)) throw thrown;
    return otherwise(thrown);
  }
}
