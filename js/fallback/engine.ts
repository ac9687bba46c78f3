import type { Engine, MakeEngine } from "../engine.js";
import { fromCore, type Refusal, RescindError } from "../errors.js";
import type { Settings } from "../settings.js";
import type { Verdict } from "../types.js";
import { FallbackCore } from "./core.js";

/** Engines without WebAssembly. `reason`: why there is none, or why it may not be used. */
export function fallbackEngines(reason: RescindError): MakeEngine {
  return (settings) => new FallbackEngine(settings, reason);
}

/** Reads no snapshot and keeps no verdicts. */
class FallbackEngine implements Engine {
  readonly core = "fallback";
  readonly reason: RescindError;
  readonly snapshots = null;
  readonly keys: FallbackCore;

  constructor({ policy }: Settings, reason: RescindError) {
    this.keys = newCore(policy);
    this.reason = reason;
  }

  judge(): Refusal {
    return ASYNC_ONLY;
  }

  readonly judgeLater = async (token: unknown, now: number): Promise<Verdict | Refusal> => {
    const judged = await this.keys.verify(token, now);
    if (judged.code !== "ACCEPTED") return judged;
    const { code, claims, header, revocation, snapshot } = judged;
    return { code, claims, header, evidence: Object.freeze({ revocation, snapshot }) };
  };

  cache(): null {
    return null;
  }

  rsa(): null {
    return null;
  }

  free(): void {}
}

function newCore(policy: Settings["policy"]): FallbackCore {
  try {
    return new FallbackCore(policy);
  } catch (thrown) {
    throw thrown instanceof RescindError ? thrown : fromCore(thrown);
  }
}

const ASYNC_ONLY: Refusal = Object.freeze({
  code: "ERR_WASM_UNAVAILABLE",
  message: "without WebAssembly a check takes a promise: use verify()",
  details: Object.freeze({}),
});
