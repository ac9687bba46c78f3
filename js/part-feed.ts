import { Archive } from "./archive.js";
import type { BoundedStore } from "./bounded-store.js";
import { storeFailed } from "./bounded-store.js";
import type { PartName, Plan } from "./core.js";
import { asRescindError, codeOf, errorOf, fromCore, RescindError } from "./errors.js";
import { type Download, type Downloaded, download, type Transport } from "./fetch.js";
import type { KeyDocument } from "./key-document.js";
import { isShard, type Shelf } from "./shelf.js";
import type { Updatable } from "./watched.js";

/** What the parts of one publication share. */
export interface Publication {
  readonly core: Updatable;
  readonly url: URL;
  readonly transport: Transport;
  readonly keys: KeyDocument;
  readonly store: BoundedStore | null;
  readonly shelf: Shelf | null;
  readonly clock: () => number;
  /** Whether the manifest in force is still fresh. */
  readonly isFresh: () => boolean;
  /** The newest edition that is known of, where events tell of them: the manifest is asked for by it. */
  readonly newest: () => Edition | null;
  /** Called after every wait, before the core is touched: it may have been freed meanwhile. */
  readonly goOn: () => void;
}

/** Which state of a part: compared by epoch, then version. */
export interface Edition {
  readonly epoch: number;
  readonly version: number;
}

/** An edition of one part, complete, to be committed. */
export interface Update {
  readonly manifest: Uint8Array;
  readonly etag: string | null;
  readonly plan: Plan;
  readonly objects: ReadonlyMap<string, Uint8Array>;
  /** Whether one of the objects comes from the store. */
  readonly fromStore: boolean;
  /** How often the part was renewed when this began: whether another refresh was faster. */
  readonly commits: number;
}

/** Objects and whether one of them comes from the store. */
type Found = Pick<Update, "objects" | "fromStore">;

/** One part of a publication: a manifest with its objects. Fetches, offers, keeps; never looks into the bytes. */
export class PartFeed {
  readonly name: PartName;
  readonly #publication: Publication;
  readonly #path: string;
  readonly #archive: Archive | null;
  #restored = false;
  /** Of the manifest in force. */
  #etag: string | null = null;
  #leastWaitSeconds = 0;
  #commits = 0;
  #epoch: number | null = null;
  /** The edition in force, until the store has it. */
  #unkept: Update | null = null;

  constructor(name: PartName, publication: Publication) {
    this.name = name;
    this.#publication = publication;
    this.#path = pathOf(name);
    this.#archive = publication.store && new Archive(publication.store, name);
  }

  /** Seconds between two polls that the publisher asks for. */
  get leastWaitSeconds(): number {
    return this.#leastWaitSeconds;
  }

  get commits(): number {
    return this.#commits;
  }

  /** Of the edition in force; `null`: there is none. */
  get epoch(): number | null {
    return this.#epoch;
  }

  /** Takes back what the store remembers: the mark, then the edition if all of it is there. */
  async restore(): Promise<RescindError | null> {
    if (this.#archive === null || this.#restored) return null;
    const { core, goOn } = this.#publication;
    const { highWater, manifest } = await this.#archive.remembered();
    goOn();
    if (this.#restored) return null;
    this.#restored = true;
    const readable = highWater === null || core.restoreHighWater(this.name, highWater);
    const complaint = readable ? null : storeFailed("the high-water mark in the store is unreadable");
    const isHeld = manifest === null || this.#commits > 0;
    return isHeld ? complaint : ((await this.#reload(manifest)) ?? complaint);
  }

  async #reload(manifest: Uint8Array): Promise<RescindError | null> {
    const { core, goOn } = this.#publication;
    try {
      await core.prepare(manifest);
      goOn();
      const plan = this.#plan(manifest);
      const objects = await this.#storedObjects(plan);
      goOn();
      const complete = plan.needed.every(({ sha256 }) => objects.has(sha256));
      if (plan.unchanged || !complete || this.#commits > 0) return null;
      this.#commit({ manifest, etag: null, plan, objects, fromStore: true, commits: this.#commits });
      return null;
    } catch (thrown) {
      goOn();
      return OUTDATED.has(codeOf(thrown)) ? null : storeFailed("the snapshot in the store is damaged", thrown);
    }
  }

  #commit(update: Update): void {
    if (!this.offer(update)) return;
    this.#withCore((core) => core.commit([this.name]));
    this.settle(update, false);
  }

  /** Fetches what is new; `null` when nothing is. */
  async prepare(signal: AbortSignal): Promise<Update | null> {
    const { transport } = this.#publication;
    const commits = this.#commits;
    const manifest = await download(this.#manifest(), transport, signal);
    if (manifest === null) return null;
    const plan = await this.#planned(manifest.bytes, signal);
    this.#leastWaitSeconds = plan.leastWaitSeconds;
    if (!plan.unchanged) return { commits, ...(await this.#completed(manifest, plan, signal)) };
    this.#etag = manifest.etag;
    return null;
  }

  /** Asks conditionally only for a manifest that is still fresh: a stuck cache then cannot confirm an old one. */
  #manifest(): Download {
    return {
      url: this.#manifestUrl(),
      maxBytes: MAX_MANIFEST_BYTES,
      accept: "application/octet-stream",
      etag: this.#publication.isFresh() ? this.#etag : null,
    };
  }

  /** Another address for each edition that is known of: no cache can have a manifest from before it there. */
  #manifestUrl(): URL {
    const url = new URL(`${this.#path}manifest`, this.#publication.url);
    const newest = this.#publication.newest();
    if (newest !== null) url.searchParams.set("edition", `${newest.epoch}-${newest.version}`);
    return url;
  }

  /** The plan, by new keys if the manifest is signed by an unknown one. */
  async #planned(manifest: Uint8Array, signal: AbortSignal): Promise<Plan> {
    const { core, keys, goOn } = this.#publication;
    await core.prepare(manifest);
    goOn();
    try {
      return this.#plan(manifest);
    } catch (unknown) {
      if (codeOf(unknown) !== "ERR_MANIFEST_KEY_UNKNOWN") throw unknown;
      await keys.renew(signal, goOn).catch((thrown: unknown) => {
        throw codeOf(thrown).startsWith("ERR_FETCH_") ? because(unknown, thrown) : thrown;
      });
      await core.prepare(manifest);
      goOn();
      return this.#plan(manifest);
    }
  }

  /** Verifies the manifest and learns what it needs; leaves nothing pending, since others may do the same meanwhile. */
  #plan(manifest: Uint8Array): Plan {
    return this.#withCore((core) => {
      const plan = core.offerManifest(this.name, manifest, this.#publication.clock());
      core.abandon(this.name);
      return plan;
    });
  }

  /** The objects of the plan; of a base, where deltas are not to be had as the manifest names them. */
  async #completed({ bytes, etag }: Downloaded, plan: Plan, signal: AbortSignal): Promise<Omit<Update, "commits">> {
    try {
      return { manifest: bytes, etag, plan, ...(await this.#objects(plan, signal)) };
    } catch (thrown) {
      this.#publication.goOn();
      if (!plan.needed.some(({ kind }) => kind === "delta") || !isBroken(thrown)) throw thrown;
      const whole = this.#planFromBase(bytes);
      return { manifest: bytes, etag, plan: whole, ...(await this.#objects(whole, signal)) };
    }
  }

  #planFromBase(manifest: Uint8Array): Plan {
    this.#withCore((core) => core.restart(this.name));
    return this.#plan(manifest);
  }

  async #objects(plan: Plan, signal: AbortSignal): Promise<Found> {
    const objects = await this.#storedObjects(plan).catch(() => new Map<string, Uint8Array>());
    signal.throwIfAborted();
    const fromStore = objects.size > 0;
    const missing = plan.needed.filter(({ sha256 }) => !objects.has(sha256));
    const fetched = missing.map(async ({ sha256, length }) => {
      objects.set(sha256, await this.#object(sha256, length, signal));
    });
    await Promise.all(fetched);
    return { objects, fromStore };
  }

  async #object(sha256: string, maxBytes: number, signal: AbortSignal): Promise<Uint8Array> {
    const { core, url, transport } = this.#publication;
    const wanted = { maxBytes, accept: "application/octet-stream", etag: null, immutable: true };
    const object = await download({ ...wanted, url: new URL(`objects/${sha256}`, url) }, transport, signal);
    const bytes = object?.bytes ?? new Uint8Array();
    await core.prepare(bytes);
    return bytes;
  }

  /** Those objects of the plan that the store holds, as far as they are what they should be. */
  async #storedObjects({ needed }: Plan): Promise<Map<string, Uint8Array>> {
    const objects = new Map<string, Uint8Array>();
    const asked = needed.map(async ({ sha256, length }) => {
      const bytes = (await this.#archive?.object(sha256)) ?? null;
      if (bytes?.length !== length) return;
      await this.#publication.core.prepare(bytes);
      objects.set(sha256, bytes);
    });
    await Promise.all(asked);
    return objects;
  }

  /**
   * Offers manifest and objects. Commit follows without an `await`: two refreshes never mix. Whether there is anything to
   * commit: nothing when another refresh was faster.
   */
  offer(update: Update): boolean {
    try {
      return this.#offered(update);
    } catch (thrown) {
      if (update.commits !== this.#commits && codeOf(thrown) === "ERR_MANIFEST_ROLLED_BACK") return false;
      throw thrown;
    }
  }

  #offered({ manifest, objects }: Update): boolean {
    return this.#withCore((core) => {
      const plan = core.offerManifest(this.name, manifest, this.#publication.clock());
      for (const { sha256 } of plan.needed) core.offerObject(this.name, objects.get(sha256) ?? new Uint8Array());
      return !plan.unchanged;
    });
  }

  /** Calls `ask` while the manifest of an update is pending, without its objects. */
  whilePending<T>({ manifest }: Update, ask: () => T): T {
    return this.#withCore((core) => {
      core.offerManifest(this.name, manifest, this.#publication.clock());
      const answer = ask();
      core.abandon(this.name);
      return answer;
    });
  }

  /** The update is in force. `isNew`: the store does not have it. */
  settle(update: Update, isNew = true): void {
    this.#commits += 1;
    this.#epoch = update.plan.epoch;
    this.#etag = update.etag;
    if (isNew && this.#archive !== null) this.#unkept = update;
  }

  /** The update could not be made: the next plan starts from a base, without what the store says. */
  async discard({ plan }: Update): Promise<void> {
    this.#withCore((core) => core.restart(this.name));
    const stored = plan.needed.filter(({ sha256 }) => this.#archive?.has(sha256));
    await Promise.all(stored.map(({ sha256 }) => this.#archive?.forget(sha256))).catch(() => {});
  }

  /** Has the store remember the edition in force, if it does not yet. */
  async keep(signal: AbortSignal): Promise<RescindError | null> {
    const update = this.#unkept;
    if (update === null || this.#archive === null) return null;
    try {
      if (isShard(this.name)) await this.#publication.shelf?.add(this.name);
      const missing = await this.#archive.keep(await this.#kept(update, this.#archive));
      if (this.#unkept === update) this.#unkept = null;
      await this.#complete(missing, this.#archive, signal);
      return null;
    } catch (thrown) {
      this.#publication.goOn();
      return asRescindError(thrown, "ERR_STORE_FAILED", "the store failed to keep the snapshot");
    }
  }

  async #kept({ manifest, plan, objects }: Update, archive: Archive) {
    const { core, goOn } = this.#publication;
    const other = await archive.highWater();
    goOn();
    // Another process may have seen more.
    if (other !== null) core.restoreHighWater(this.name, other);
    const highWater = core.highWater(this.name);
    const bytesOf = (sha256: string) => objects.get(sha256) ?? core.object(this.name, sha256) ?? null;
    return { highWater, manifest, objects: plan.base, bytesOf };
  }

  /**
   * Fetches deltas that were not needed here, since the manifests before carried their content, but are after a
   * restart. Without them the restart fetches them.
   */
  async #complete(missing: readonly string[], archive: Archive, signal: AbortSignal): Promise<void> {
    for (const sha256 of missing) {
      const bytes = await this.#object(sha256, MAX_EXTRA_BYTES, signal).catch(() => null);
      this.#publication.goOn();
      if (bytes === null) return;
      await archive.add(sha256, bytes);
    }
  }

  #withCore<T>(action: (core: Updatable) => T): T {
    try {
      return action(this.#publication.core);
    } catch (thrown) {
      abandon(this.#publication.core, this.name);
      throw thrown instanceof RescindError ? thrown : fromCore(thrown);
    }
  }
}

/** Drops what is pending; after a trap that fails too, and the first failure is the one to tell. */
function abandon(core: Updatable, part: PartName): void {
  try {
    core.abandon(part);
  } catch {}
}

function pathOf(name: PartName): string {
  if (isShard(name)) return `shards/${name}/`;
  return name === "whole" ? "" : `${name}/`;
}

/** The finding, and the failure that stood in the way of healing it. */
function because(finding: unknown, cause: unknown): unknown {
  return finding instanceof RescindError ? errorOf(finding, cause) : finding;
}

function isAbsent(thrown: unknown): boolean {
  const status = thrown instanceof RescindError && thrown.code === "ERR_FETCH_STATUS" && thrown.details["status"];
  return status === 404 || status === 410;
}

/** Whether a download is not to be had, rather than late. */
function isBroken(thrown: unknown): boolean {
  return isAbsent(thrown) || BROKEN.has(codeOf(thrown));
}

const BROKEN: ReadonlySet<string> = new Set(["ERR_FETCH_CONTENT", "ERR_FETCH_TOO_LARGE"]);

/** What is to be expected of an edition that was left in a store. */
const OUTDATED: ReadonlySet<string> = new Set([
  "ERR_MANIFEST_EXPIRED",
  "ERR_MANIFEST_ROLLED_BACK",
  "ERR_MANIFEST_FROM_FUTURE",
]);

/** The format's limit for a manifest. */
const MAX_MANIFEST_BYTES = 65_536;

/** Deltas beyond that are left to the restart that needs them. */
const MAX_EXTRA_BYTES = 65_536;
