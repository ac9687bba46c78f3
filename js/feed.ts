import type { Plan, SnapshotStatus } from "./core.js";
import { fromCore, RescindError } from "./errors.js";
import { type Download, type Downloaded, download, type Transport } from "./fetch.js";
import { type Done, Refresher, type Surroundings } from "./refresher.js";
import type { FeedSource } from "./settings.js";
import type { Store } from "./store/store.js";
import type { Updatable } from "./watched.js";

/** Keeps the snapshot of one verifier fresh: manifest, missing objects, commit. Never looks into the bytes. */
export class Feed {
  readonly #core: Updatable;
  readonly #source: FeedSource;
  readonly #transport: Transport;
  readonly #store: Store | null;
  readonly #surroundings: Surroundings;
  readonly refresher: Refresher;
  /** Of the manifest in force. */
  #etag: string | null = null;
  #commits = 0;
  #restored = false;
  /** The snapshot as judged last: most calls ask for the same second again. */
  #seen: { readonly second: number; readonly snapshot: SnapshotStatus | null } | null = null;

  constructor(
    core: Updatable,
    source: FeedSource,
    transport: Transport,
    store: Store | null,
    surroundings: Surroundings,
  ) {
    this.#core = core;
    this.#source = source;
    this.#transport = transport;
    this.#store = store;
    this.#surroundings = surroundings;
    this.refresher = new Refresher("revocations", (signal) => this.#fetch(signal), surroundings);
  }

  /** The snapshot in force, judged at a time. What it says turns with whole seconds: one frozen object for each. */
  snapshot(now: number): SnapshotStatus | null {
    const second = Math.floor(now);
    if (this.#seen?.second !== second) this.#seen = { second, snapshot: frozen(this.#core.snapshot(second)) };
    return this.#seen.snapshot;
  }

  /** Whether a check can be answered without waiting for a refresh. */
  usable(now: number): boolean {
    const freshness = this.snapshot(now)?.freshness;
    return freshness === "fresh" || (freshness === "stale" && this.#source.onStale === "accept");
  }

  async #fetch(signal: AbortSignal): Promise<Done> {
    const complaint = await this.#restore(signal);
    this.#goOn(signal);
    const manifest = await download(this.#manifest(), this.#transport, signal);
    const kept = manifest === null ? null : await this.#take(manifest, signal);
    return {
      waitSeconds: this.#source.pollSeconds * (1 - Math.random() * POLL_JITTER),
      complaint: complaint ?? kept,
    };
  }

  /** Called after every wait, before the core is touched: it may have been freed meanwhile. */
  #goOn(signal: AbortSignal): void {
    signal.throwIfAborted();
    this.#surroundings.closing.throwIfClosed();
  }

  /** Asks conditionally only for a manifest that is still fresh: a stuck cache then cannot confirm an old one. */
  #manifest(): Download {
    const fresh = this.snapshot(this.#surroundings.clock())?.freshness === "fresh";
    return {
      url: new URL("manifest", this.#source.url),
      maxBytes: MAX_MANIFEST_BYTES,
      accept: "application/octet-stream",
      etag: fresh ? this.#etag : null,
    };
  }

  async #take({ bytes, etag }: Downloaded, signal: AbortSignal): Promise<RescindError | null> {
    const commits = this.#commits;
    const plan = this.#plan(bytes, signal);
    if (!plan.unchanged) {
      const objects = await this.#objects(plan, signal);
      this.#goOn(signal);
      this.#apply(bytes, objects, commits);
    }
    this.#etag = etag;
    return this.#keep();
  }

  /** Verifies the manifest and learns what it needs; leaves nothing pending, since others may do the same meanwhile. */
  #plan(manifest: Uint8Array, signal: AbortSignal): Plan {
    this.#goOn(signal);
    return this.#withCore((core) => {
      const plan = core.offerManifest(PART, manifest, this.#surroundings.clock());
      core.abandon(PART);
      return plan;
    });
  }

  async #objects({ needed }: Plan, signal: AbortSignal): Promise<Map<string, Uint8Array>> {
    const fetched = needed.map(async ({ sha256, length }) => {
      const url = new URL(`objects/${sha256}`, this.#source.url);
      const wanted = { url, maxBytes: length, accept: "application/octet-stream", etag: null, immutable: true };
      const object = await download(wanted, this.#transport, signal);
      return [sha256, object?.bytes ?? new Uint8Array()] as const;
    });
    return new Map(await Promise.all(fetched));
  }

  /** Offers everything and commits in one go, without an `await`: two refreshes never mix. */
  #apply(manifest: Uint8Array, objects: ReadonlyMap<string, Uint8Array>, commitsBefore: number): void {
    try {
      this.#withCore((core) => commit(core, manifest, objects, this.#surroundings.clock()));
      this.#commits += 1;
    } catch (thrown) {
      const overtaken = this.#commits !== commitsBefore && codeOf(thrown) === "ERR_MANIFEST_ROLLED_BACK";
      if (!overtaken) throw thrown;
    }
  }

  #withCore<T>(action: (core: Updatable) => T): T {
    try {
      return action(this.#core);
    } catch (thrown) {
      abandon(this.#core);
      throw fromCore(thrown);
    } finally {
      this.#seen = null;
    }
  }

  /** Raises the high-water mark to what the store remembers, before the first manifest is judged. */
  async #restore(signal: AbortSignal): Promise<RescindError | null> {
    if (this.#restored || this.#store === null) return null;
    try {
      const bytes = await this.#store.get(this.#storeKey());
      this.#goOn(signal);
      this.#restored = true;
      this.#seen = null;
      const readable = bytes === null || this.#core.restoreHighWater(PART, bytes);
      return readable ? null : storeFailed("the high-water mark in the store is unreadable");
    } catch (cause) {
      return storeFailed("the store failed to answer", cause);
    }
  }

  async #keep(): Promise<RescindError | null> {
    try {
      await this.#store?.set(this.#storeKey(), this.#core.highWater(PART));
      return null;
    } catch (cause) {
      return storeFailed("the store failed to keep the high-water mark", cause);
    }
  }

  #storeKey(): string {
    return `rescind:high-water:${this.#source.url.href}`;
  }
}

function commit(core: Updatable, manifest: Uint8Array, objects: ReadonlyMap<string, Uint8Array>, now: number): void {
  const plan = core.offerManifest(PART, manifest, now);
  if (plan.unchanged) return;
  for (const { sha256 } of plan.needed) core.offerObject(PART, objects.get(sha256) ?? new Uint8Array());
  core.commit([PART]);
}

/** Drops what is pending; after a trap that fails too, and the first failure is the one to tell. */
function abandon(core: Updatable): void {
  try {
    core.abandon(PART);
  } catch {}
}

function frozen(snapshot: SnapshotStatus | null): SnapshotStatus | null {
  return snapshot === null ? null : Object.freeze({ ...snapshot });
}

function codeOf(thrown: unknown): string | null {
  return thrown instanceof RescindError ? thrown.code : null;
}

function storeFailed(message: string, cause?: unknown): RescindError {
  return new RescindError("ERR_STORE_FAILED", message, {}, cause);
}

/** Every entry. */
const PART = "whole";

/** The format's limit for a manifest. */
const MAX_MANIFEST_BYTES = 65_536;

/** The share of the poll interval that is taken off at random, so that verifiers started together drift apart. */
const POLL_JITTER = 0.2;
