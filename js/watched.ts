import type { Core, CoreKeyImport, Plan, SnapshotStatus } from "./core.js";

/** The part of the core that keys and feed work on. */
export type Updatable = Pick<
  Core,
  | "setKeys"
  | "setSecret"
  | "offerManifest"
  | "offerObject"
  | "commit"
  | "abandon"
  | "highWater"
  | "restoreHighWater"
  | "snapshot"
>;

/** The core, with `changed` called whenever it may answer differently afterwards: nothing updates it but this. */
export class WatchedCore implements Updatable {
  readonly #core: Core;
  readonly #changed: () => void;

  constructor(core: Core, changed: () => void) {
    this.#core = core;
    this.#changed = changed;
  }

  setKeys(jwkSet: Uint8Array, source: "public" | "trusted"): CoreKeyImport {
    this.#changed();
    return this.#core.setKeys(jwkSet, source);
  }

  setSecret(secret: Uint8Array, alg: string): void {
    this.#changed();
    this.#core.setSecret(secret, alg);
  }

  /** A manifest that is not the current one raises the time below which no clock is believed. */
  offerManifest(bytes: Uint8Array, now: number): Plan {
    let unchanged = false;
    try {
      const plan = this.#core.offerManifest(bytes, now);
      unchanged = plan.unchanged;
      return plan;
    } finally {
      if (!unchanged) this.#changed();
    }
  }

  offerObject(bytes: Uint8Array): void {
    this.#core.offerObject(bytes);
  }

  commit(): void {
    this.#changed();
    this.#core.commit();
  }

  abandon(): void {
    this.#core.abandon();
  }

  highWater(): Uint8Array {
    return this.#core.highWater();
  }

  restoreHighWater(bytes: Uint8Array): boolean {
    this.#changed();
    return this.#core.restoreHighWater(bytes);
  }

  snapshot(now: number): SnapshotStatus | null {
    return this.#core.snapshot(now);
  }
}
