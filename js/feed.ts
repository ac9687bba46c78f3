import { BoundedStore } from "./bounded-store.js";
import type { SnapshotStatus } from "./core.js";
import { fromCore, RescindError } from "./errors.js";
import type { Transport } from "./fetch.js";
import { KeyDocument } from "./key-document.js";
import { PartFeed, type Publication, type Update } from "./part-feed.js";
import { type Hint, Push } from "./push.js";
import { type Done, Refresher, type Surroundings } from "./refresher.js";
import type { FeedSource } from "./revocation-settings.js";
import type { Store } from "./store/store.js";
import type { Updatable } from "./watched.js";

/** Keeps the snapshot of one verifier fresh: what the store remembers, then manifest, missing objects, commit. */
export class Feed {
  readonly #core: Updatable;
  readonly #source: FeedSource;
  readonly #surroundings: Surroundings;
  readonly #keys: KeyDocument;
  readonly #parts: readonly PartFeed[];
  readonly refresher: Refresher;
  /** `null`: nobody listens. */
  readonly push: Push | null;
  #toRestore: boolean;
  #restoring: Promise<void> | null = null;
  /** What is wrong with the store, until a refresh has told it. */
  #complaint: RescindError | null = null;
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
    this.#surroundings = surroundings;
    const bounded = store && new BoundedStore(store, source.storePrefix, surroundings.closing);
    this.#keys = new KeyDocument(core, source.url, source.hasRoot, transport, bounded);
    this.#toRestore = bounded !== null;
    this.#parts = [new PartFeed("whole", this.#publication(transport, bounded))];
    const least = () => this.#leastWait();
    this.refresher = new Refresher("revocations", (signal) => this.#refresh(signal), surroundings, least);
    this.push = source.push ? this.#push(transport) : null;
  }

  #push(transport: Transport): Push {
    const { deadlineSeconds, closing } = this.#surroundings;
    return new Push(this.#source.url, transport, deadlineSeconds, closing, (hint) => this.#heed(hint));
  }

  /** Looks for an edition that is not held yet; a failure before makes hints wait like everybody. */
  async #heed(hint: Hint): Promise<boolean> {
    const { clock } = this.#surroundings;
    if (this.#holds(hint) || !this.refresher.permitted(clock())) return false;
    await this.refresher.run().catch(() => {});
    return !this.#surroundings.closing.closed && !this.#holds(hint);
  }

  #holds({ epoch, version }: Hint): boolean {
    const held = this.snapshot(this.#surroundings.clock());
    return held !== null && (held.epoch > epoch || (held.epoch === epoch && held.version >= version));
  }

  #publication(transport: Transport, store: BoundedStore | null): Publication {
    const { clock } = this.#surroundings;
    return {
      core: this.#core,
      url: this.#source.url,
      transport,
      keys: this.#keys,
      store,
      clock,
      isFresh: () => this.snapshot(clock())?.freshness === "fresh",
      goOn: () => this.#goOn(),
    };
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

  /** Whether the store has not been asked yet: that is sooner than the network. */
  get toRestore(): boolean {
    return this.#toRestore;
  }

  /** Takes back what the store remembers. Rejects only when the verifier was closed. */
  restore(): Promise<void> {
    if (!this.#toRestore) return Promise.resolve();
    if (this.#surroundings.requestBound) return this.#restore();
    this.#restoring ??= this.#restore().finally(() => {
      this.#restoring = null;
    });
    return this.#restoring;
  }

  async #restore(): Promise<void> {
    const goOn = () => this.#goOn();
    try {
      // Without the keys the manifest means nothing.
      const complaints = [await this.#keys.restore(goOn)];
      for (const part of this.#parts) complaints.push(await part.restore());
      this.#toRestore = false;
      this.#complaint = first(complaints);
    } catch (thrown) {
      this.#goOn();
      this.#complaint = thrown instanceof RescindError ? thrown : fromCore(thrown);
    } finally {
      this.#seen = null;
    }
  }

  async #refresh(signal: AbortSignal): Promise<Done> {
    await this.restore();
    signal.throwIfAborted();
    const complaints = [this.#complaint];
    this.#complaint = null;
    complaints.push(await this.#keys.begin(signal, () => this.#goOn()));
    await this.#renew(signal);
    for (const part of this.#parts) complaints.push(await part.keep(signal));
    return { waitSeconds: this.#wait(), complaint: first(complaints) };
  }

  async #renew(signal: AbortSignal): Promise<void> {
    const again = await this.#attempt(signal);
    if (again) await this.#attempt(signal, again);
  }

  /** Whether it is worth another attempt: what was held could not be continued, or the store misled. */
  async #attempt(signal: AbortSignal, isLast = false): Promise<boolean> {
    const commits = this.#parts.map((part) => part.commits);
    const updates = await Promise.all(this.#parts.map((part) => part.prepare(signal)));
    signal.throwIfAborted();
    this.#goOn();
    try {
      this.#apply(updates);
      return false;
    } catch (thrown) {
      const error = thrown instanceof RescindError ? thrown : fromCore(thrown);
      const overtaken = this.#parts.some((part, index) => part.commits !== commits[index]);
      if (overtaken && error.code === "ERR_MANIFEST_ROLLED_BACK") return false;
      if (isLast || !UNMADE.has(error.code) || updates.every(isWholeFromNetwork)) throw error;
      await Promise.all(this.#parts.map((part, index) => updates[index] && part.discard(updates[index])));
      return true;
    } finally {
      this.#seen = null;
    }
  }

  /** Offers everything and commits in one go, without an `await`: two refreshes never mix. */
  #apply(updates: readonly (Update | null)[]): void {
    const changed = this.#parts.flatMap((part, index) => {
      const update = updates[index];
      return update == null ? [] : [{ part, update }];
    });
    if (changed.length === 0) return;
    try {
      for (const { part, update } of changed) part.offer(update);
      this.#core.commit(changed.map(({ part }) => part.name));
      for (const { part, update } of changed) part.settle(update);
    } finally {
      for (const { part } of changed) this.#abandon(part.name);
      this.#seen = null;
    }
  }

  /** Drops what is pending; after a trap that fails too, and the first failure is the one to tell. */
  #abandon(part: string): void {
    try {
      this.#core.abandon(part);
    } catch {}
  }

  #goOn(): void {
    this.#surroundings.closing.throwIfClosed();
  }

  /** Seconds until the next poll: jittered, and never fewer than the publisher asks for. */
  #wait(): number {
    const own = this.#source.pollSeconds * (1 - Math.random() * POLL_JITTER);
    return Math.max(own, this.#leastWait() * (1 + Math.random() * POLL_JITTER));
  }

  #leastWait(): number {
    return Math.max(...this.#parts.map((part) => part.leastWaitSeconds));
  }
}

function frozen(snapshot: SnapshotStatus | null): SnapshotStatus | null {
  return snapshot === null ? null : Object.freeze({ ...snapshot });
}

function first(complaints: readonly (RescindError | null)[]): RescindError | null {
  return complaints.find((complaint) => complaint !== null) ?? null;
}

/** Whether fetching a base is what was done. */
function isWholeFromNetwork(update: Update | null): boolean {
  if (update === null) return true;
  const { needed } = update.plan;
  return !update.fromStore && needed.length > 0 && needed.every(({ kind }) => kind !== "delta");
}

/** What a base from the network may heal: changes that do not fit what is held, and damaged objects. */
const UNMADE: ReadonlySet<string> = new Set(["ERR_OBJECT_MALFORMED", "ERR_OBJECT_MISMATCH", "ERR_SNAPSHOT_DIVERGED"]);

/** The share of the poll interval that is taken off at random, so that verifiers started together drift apart. */
const POLL_JITTER = 0.2;
