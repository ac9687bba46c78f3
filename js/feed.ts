import { BoundedStore } from "./bounded-store.js";
import type { SnapshotStatus } from "./core.js";
import { codeOf, fromCore, RescindError } from "./errors.js";
import type { Transport } from "./fetch.js";
import { KeyDocument } from "./key-document.js";
import type { Edition } from "./part-feed.js";
import { type Applied, Parts } from "./parts.js";
import { Push } from "./push.js";
import { type Done, Refresher, type Surroundings } from "./refresher.js";
import type { FeedSource } from "./revocation-settings.js";
import type { Bounds } from "./schedule.js";
import { Shelf } from "./shelf.js";
import type { Store } from "./store/store.js";
import type { Followed } from "./subjects.js";
import type { Updatable } from "./watched.js";

/** Keeps the snapshot of one verifier fresh: what the store remembers, then manifests, missing objects, commit. */
export class Feed {
  readonly #core: Updatable;
  readonly #source: FeedSource;
  readonly #surroundings: Surroundings;
  readonly #keys: KeyDocument;
  readonly #parts: Parts;
  readonly refresher: Refresher;
  /** `null`: nobody listens. */
  readonly push: Push | null;
  /** The edition that an event told of, while it is looked for. */
  #told: Edition | null = null;
  #toRestore: boolean;
  #restoring: Promise<void> | null = null;
  /** What is wrong with the store, until a refresh has told it. */
  #complaint: RescindError | null = null;
  /** Whether the last refresh failed for some parts only. */
  #isPartial = false;
  /** The last hint for which parts were looked at. */
  #looked: Edition | null = null;
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
    const { deadlineSeconds, closing } = surroundings;
    const bounded = store && new BoundedStore(store, source.storePrefix, deadlineSeconds, closing);
    this.#keys = new KeyDocument(core, source.url, source.hasRoot, transport, bounded);
    this.#toRestore = bounded !== null;
    this.#parts = this.#partsOf(transport, bounded);
    this.refresher = new Refresher(
      "revocations",
      (signal) => this.#refresh(signal),
      surroundings,
      () => this.#bounds(),
    );
    this.push = source.push ? this.#push(transport) : null;
  }

  #partsOf(transport: Transport, store: BoundedStore | null): Parts {
    const { clock, requestBound, deadlineSeconds, closing } = this.#surroundings;
    const publication = {
      core: this.#core,
      url: this.#source.url,
      transport,
      keys: this.#keys,
      store,
      shelf: store && new Shelf(store),
      clock,
      isFresh: () => this.snapshot(clock())?.freshness === "fresh",
      newest: () => this.#newest(),
      goOn: () => closing.throwIfClosed(),
    };
    const changed = () => {
      this.#seen = null;
    };
    return new Parts(publication, this.#source.profile, { requestBound, deadlineSeconds, closing, changed });
  }

  #push(transport: Transport): Push {
    const { deadlineSeconds, closing } = this.#surroundings;
    return new Push(this.#source.url, transport, deadlineSeconds, closing, (hint) => this.#heed(hint));
  }

  /** Looks for an edition that is not held yet; a failure before makes hints wait like everybody. Never rejects. */
  async #heed(hint: Edition): Promise<boolean> {
    this.#told = hint;
    try {
      return await (this.#isWhole ? this.#lookForWhole(hint) : this.#lookForParts(hint));
    } catch {
      return false;
    } finally {
      if (this.#isWhole) this.#told = null;
    }
  }

  async #lookForWhole(hint: Edition): Promise<boolean> {
    // A refresh under way may have asked for the manifest before the hint came.
    const attempts = this.refresher.running ? 2 : 1;
    for (let attempt = 0; attempt < attempts && !this.#isHeeded(hint); attempt += 1) {
      if (!this.refresher.permitted(this.#surroundings.clock())) return false;
      await this.refresher.run().catch(() => {});
    }
    return !this.#isHeeded(hint);
  }

  /** What the hint tells of may be of no part that is followed: one look more, and no third. */
  async #lookForParts(hint: Edition): Promise<boolean> {
    if (this.#isHeeded(hint) || !this.refresher.permitted(this.#surroundings.clock())) return false;
    const { commits } = this.#parts;
    await this.refresher.run().catch(() => {});
    const isFirst = this.#looked !== hint;
    this.#looked = hint;
    return isFirst && commits === this.#parts.commits;
  }

  /** Whether there is nothing to look for: parts are of other versions than the whole, of which hints tell. */
  #isHeeded(hint: Edition): boolean {
    if (this.#surroundings.closing.closed) return true;
    if (this.#isWhole) return isUpTo(this.snapshot(this.#surroundings.clock()), hint);
    return this.#looked !== hint && isUpTo(this.#looked, hint);
  }

  get #isWhole(): boolean {
    return this.#source.profile.kind === "whole";
  }

  /** The edition of the whole that manifests are asked for by, where events tell of them. */
  #newest(): Edition | null {
    if (!this.#source.push) return null;
    return this.#isWhole ? (this.#told ?? this.snapshot(this.#surroundings.clock())) : this.#told;
  }

  #bounds(): Bounds {
    const least = this.#parts.leastWaitSeconds;
    return this.#isPartial ? { least, most: this.#source.pollSeconds } : { least };
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

  /** Whether shards come and go with the tokens. */
  get isOnDemand(): boolean {
    return this.#source.profile.kind === "on-demand";
  }

  /** Whether the caller names the subjects whose shards are held. */
  get hasSubjects(): boolean {
    return this.#source.profile.kind === "subjects";
  }

  /** A token of this subject was accepted: its shard is in use. */
  used(subject: Followed): void {
    this.#parts.used(subject);
  }

  /** Loads the shard of a subject, if that may be. Whether it was. Rejects with what went wrong. */
  async load(subject: Followed): Promise<boolean> {
    try {
      return await this.#parts.load(subject, this.#surroundings.clock());
    } catch (thrown) {
      if (codeOf(thrown) !== "ERR_MANIFEST_PART") throw thrown;
      // The publisher has begun a new epoch: the common part comes first, and brings all shards with it.
      await this.refresher.run();
      return true;
    } finally {
      this.#seen = null;
    }
  }

  /** Follows these subjects, in place of those before. Resolves once their shards are there; rejects with what went wrong. */
  async follow(subjects: readonly Followed[]): Promise<void> {
    await this.restore();
    this.#parts.follow(subjects);
    if (this.snapshot(this.#surroundings.clock()) === null) await this.refresher.run();
    await Promise.all(subjects.map((subject) => this.load(subject)));
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
    const { closing } = this.#surroundings;
    try {
      // Without the keys a manifest means nothing.
      const complaints = [await this.#keys.restore(() => closing.throwIfClosed()), ...(await this.#parts.restore())];
      this.#toRestore = false;
      this.#complaint = first(complaints);
    } catch (thrown) {
      closing.throwIfClosed();
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
    complaints.push(await this.#keys.begin(signal, () => this.#surroundings.closing.throwIfClosed()));
    this.#isPartial = false;
    const { failure }: Applied = await this.#parts.renew(signal);
    complaints.push(await this.#parts.keep(signal));
    this.#isPartial = failure !== null;
    if (failure !== null) throw failure;
    return { waitSeconds: this.#wait(), complaint: first(complaints) };
  }

  /** Seconds until the next poll: jittered, and never fewer than the publisher asks for. */
  #wait(): number {
    const own = this.#source.pollSeconds * (1 - Math.random() * POLL_JITTER);
    return Math.max(own, this.#parts.leastWaitSeconds * (1 + Math.random() * POLL_JITTER));
  }
}

function frozen(snapshot: SnapshotStatus | null): SnapshotStatus | null {
  return snapshot === null ? null : Object.freeze({ ...snapshot });
}

function isUpTo(held: Edition | null, { epoch, version }: Edition): boolean {
  return held !== null && (held.epoch > epoch || (held.epoch === epoch && held.version >= version));
}

function first(complaints: readonly (RescindError | null)[]): RescindError | null {
  return complaints.find((complaint) => complaint !== null) ?? null;
}

/** The share of the poll interval that is taken off at random, so that verifiers started together drift apart. */
const POLL_JITTER = 0.2;
