import { VerdictCache } from "./cache.js";
import type { Core, CoreModule, SnapshotStatus } from "./core.js";
import type { Engine, MakeEngine } from "./engine.js";
import { fromCore, type Refusal } from "./errors.js";
import { Judge } from "./judge.js";
import type { Settings } from "./settings.js";
import type { CacheStatus, Verdict } from "./types.js";
import { WatchedCore } from "./watched.js";

/** Engines on an instantiated module. */
export function wasmEngines(module: CoreModule): MakeEngine {
  return (settings, snapshot) => new WasmEngine(module, settings, snapshot);
}

class WasmEngine implements Engine {
  readonly core = "wasm";
  readonly reason = null;
  readonly judgeLater = null;
  readonly keys: WatchedCore;
  readonly snapshots: WatchedCore;
  readonly #core: Core;
  readonly #cache: VerdictCache | null;
  readonly #judge: Judge;

  constructor(module: CoreModule, settings: Settings, snapshot: (now: number) => SnapshotStatus | null) {
    const { cacheBytes, policy } = settings;
    this.#core = newCore(module, settings);
    this.#cache = cacheBytes === null ? null : new VerdictCache(cacheBytes);
    this.#judge = new Judge(this.#core, module.memory, policy.maxTokenBytes, snapshot, this.#cache);
    this.keys = new WatchedCore(this.#core, () => this.#cache?.clear());
    this.snapshots = this.keys;
  }

  judge(token: unknown, now: number): Verdict | Refusal {
    return this.#judge.judge(token, now);
  }

  cache(): CacheStatus | null {
    return this.#cache?.status() ?? null;
  }

  free(): void {
    this.#cache?.clear();
    this.#core.free();
  }
}

function newCore(module: CoreModule, { policy }: Settings): Core {
  try {
    return new module.Core(policy);
  } catch (thrown) {
    throw fromCore(thrown);
  }
}
