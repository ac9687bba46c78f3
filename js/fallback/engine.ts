import type { Engine, MakeEngine } from "../engine.js";
import { fromCore, type Refusal, RescindError } from "../errors.js";
import type { Settings } from "../settings.js";
import type { Verdict } from "../types.js";
import { FallbackCore } from "./core.js";
import type { Subscription } from "./snapshot/subscription.js";

/** Engines without WebAssembly. `reason`: why there is none, or why it may not be used. */
export function fallbackEngines(reason: RescindError): MakeEngine {
  return (settings) => new FallbackEngine(settings, reason);
}

/** Reads no status list, and keeps no verdicts. */
class FallbackEngine implements Engine {
  readonly core = "fallback";
  readonly reason: RescindError;
  readonly statusLists = null;
  readonly #judgesStatus: boolean;
  readonly keys: FallbackCore;

  constructor({ policy, statusLists }: Settings, reason: RescindError) {
    this.keys = newCore(policy);
    this.#judgesStatus = statusLists !== null;
    this.reason = reason;
  }

  get snapshots(): Subscription | null {
    return this.keys.subscription;
  }

  judge(): Refusal {
    return ASYNC_ONLY;
  }

  readonly judgeLater = async (token: unknown, now: number): Promise<Verdict | Refusal> => {
    const judged = await this.keys.verify(token, now);
    if (judged.code !== "ACCEPTED") return judged;
    const { code, claims, header, revocation, snapshot } = judged;
    if (this.#judgesStatus && Object.hasOwn(claims, "status")) return NO_STATUS_LIST;
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

/** What cannot be judged is refused. */
const NO_STATUS_LIST: Refusal = Object.freeze({
  code: "ERR_STATUS_LIST_UNAVAILABLE",
  message: "the token's status list is not loaded: without WebAssembly none is read",
  details: Object.freeze({}),
});

const ASYNC_ONLY: Refusal = Object.freeze({
  code: "ERR_WASM_UNAVAILABLE",
  message: "without WebAssembly a check takes a promise: use verify()",
  details: Object.freeze({}),
});
