import type { AcceleratorSource } from "../acceleration.js";
import type { MakeEngine } from "../engine.js";
import { RescindError } from "../errors.js";
import type { VerifierOptions } from "../options.js";
import type { Verifier } from "../types.js";
import { createVerifierOn } from "../verifier.js";
import { wasmEngines } from "../wasm.js";
import { acceleratorOr, type Init, isUsable, loadedBy } from "./start.js";
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

/** What an entry has beside the wasm itself. */
export interface Extras {
  /** What it does without WebAssembly. Left out: it refuses. */
  readonly fallback?: Fallback;
  /** Where its accelerator lies. */
  readonly accelerator?: AcceleratorSource;
}

/** `createVerifier` of one entry. */
export function verifierFactory(name: string, init: Init, traits: () => Traits, extras: Extras = {}): CreateVerifier {
  return (options) => createVerifierOn({ name, ...traits(), engines: () => enginesBy(init, extras) }, options);
}

async function enginesBy(init: Init, { fallback, accelerator }: Extras): Promise<MakeEngine> {
  try {
    return wasmEngines(await loadedBy(init), acceleratorOr(accelerator ?? null));
  } catch (thrown) {
    if (fallback === undefined || !(thrown instanceof RescindError) || isUsable(thrown)) throw thrown;
    return fallback(thrown);
  }
}
