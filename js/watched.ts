import type { Core, CoreKeyImport, PartName, Plan, SnapshotStatus } from "./core.js";

/** The part of the core that takes snapshots. */
export type Updatable = Pick<
  Core,
  | "offerManifest"
  | "offerObject"
  | "offerKeys"
  | "commit"
  | "abandon"
  | "restart"
  | "object"
  | "drop"
  | "highWater"
  | "restoreHighWater"
  | "shardFor"
  | "snapshot"
> & {
  /**
   * Computes what the offer of these bytes (manifest, object or key document) will ask for, where that takes a promise:
   * the offer itself takes none. A manifest is prepared again once there are new keys.
   */
  prepare(bytes: Uint8Array): Promise<void>;
};

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

  /** The wasm computes everything at the offer. */
  async prepare(): Promise<void> {}

  /** A manifest that is not the current one raises the time below which no clock is believed. */
  offerManifest(part: PartName, bytes: Uint8Array, now: number): Plan {
    let unchanged = false;
    try {
      const plan = this.#core.offerManifest(part, bytes, now);
      unchanged = plan.unchanged;
      return plan;
    } finally {
      if (!unchanged) this.#changed();
    }
  }

  offerObject(part: PartName, bytes: Uint8Array): void {
    this.#core.offerObject(part, bytes);
  }

  offerKeys(document: Uint8Array): number {
    this.#changed();
    return this.#core.offerKeys(document);
  }

  commit(parts: readonly PartName[]): void {
    this.#changed();
    this.#core.commit(parts);
  }

  abandon(part: PartName): void {
    this.#core.abandon(part);
  }

  restart(part: PartName): void {
    this.#core.restart(part);
  }

  object(part: PartName, sha256: string): Uint8Array | undefined {
    return this.#core.object(part, sha256);
  }

  drop(shard: PartName): void {
    this.#changed();
    this.#core.drop(shard);
  }

  shardFor(issuer: string, subject: string): PartName | null | undefined {
    return this.#core.shardFor(issuer, subject);
  }

  highWater(part: PartName): Uint8Array {
    return this.#core.highWater(part);
  }

  restoreHighWater(part: PartName, bytes: Uint8Array): boolean {
    this.#changed();
    return this.#core.restoreHighWater(part, bytes);
  }

  snapshot(now: number): SnapshotStatus | null {
    return this.#core.snapshot(now);
  }
}
