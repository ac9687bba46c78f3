import type { AcceleratorSource, RsaStatus } from "./acceleration.js";
import { VerdictCache } from "./cache.js";
import type { Core, CoreModule, KeyImport, SnapshotStatus } from "./core.js";
import type { Engine, MakeEngine } from "./engine.js";
import { fromCore, type Refusal } from "./errors.js";
import { Judge } from "./judge.js";
import type { KeyTaker } from "./keys.js";
import type { Settings } from "./settings.js";
import { WatchedStatusLists } from "./status-list/taker.js";
import type { CacheStatus, Verdict } from "./types.js";
import { WatchedCore } from "./watched.js";

/** Engines on an instantiated module. `accelerator`: where the one for RSA lies, if the entry has it. */
export function wasmEngines(module: CoreModule, accelerator: AcceleratorSource | null): MakeEngine {
  return (settings, snapshot) => new WasmEngine(module, accelerator, settings, snapshot);
}

class WasmEngine implements Engine, KeyTaker {
  readonly core = "wasm";
  readonly reason = null;
  readonly judgeLater = null;
  readonly keys = this;
  readonly snapshots: WatchedCore;
  readonly statusLists: WatchedStatusLists;
  readonly #module: CoreModule;
  readonly #accelerator: AcceleratorSource | null;
  readonly #accelerate = () => {
    this.#core.accelerate();
  };
  #rsaKeys = 0;
  readonly #core: Core;
  readonly #cache: VerdictCache | null;
  readonly #judge: Judge;

  constructor(
    module: CoreModule,
    accelerator: AcceleratorSource | null,
    settings: Settings,
    snapshot: (now: number) => SnapshotStatus | null,
  ) {
    const { cacheBytes, policy } = settings;
    this.#core = newCore(module, settings);
    this.#cache = cacheBytes === null ? null : new VerdictCache(cacheBytes);
    this.#judge = new Judge(this.#core, module.memory, policy.maxTokenBytes, snapshot, this.#cache);
    const changed = () => this.#cache?.clear();
    this.snapshots = new WatchedCore(this.#core, changed);
    this.statusLists = new WatchedStatusLists(this.#core, changed);
    this.#module = module;
    this.#accelerator = accelerator;
  }

  setKeys(jwkSet: Uint8Array, source: "public" | "trusted"): KeyImport {
    const imported = this.snapshots.setKeys(jwkSet, source);
    this.#rsaKeys = imported.rsa;
    const { acceleration } = this.#module;
    if (this.#accelerator !== null && imported.rsa > 0) acceleration.want(this.#accelerator, this.#accelerate);
    return imported;
  }

  setSecret(secret: Uint8Array, alg: string): void {
    this.snapshots.setSecret(secret, alg);
  }

  rsa(): RsaStatus {
    return this.#rsaKeys === 0 ? "baseline" : this.#module.acceleration.status();
  }

  judge(token: unknown, now: number): Verdict | Refusal {
    return this.#judge.judge(token, now);
  }

  cache(): CacheStatus | null {
    return this.#cache?.status() ?? null;
  }

  free(): void {
    this.#module.acceleration.forget(this.#accelerate);
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
