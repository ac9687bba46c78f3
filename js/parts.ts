import type { Closing } from "./closing.js";
import type { PartName } from "./core.js";
import { within } from "./deadline.js";
import { asRescindError, codeOf, fromCore, RescindError, retryAfterOf } from "./errors.js";
import { PartFeed, type Publication, type Update } from "./part-feed.js";
import type { Profile } from "./revocation-settings.js";
import { Schedule } from "./schedule.js";
import { type Followed, Subjects } from "./subjects.js";

/** What the parts of one verifier share with it. */
export interface PartsSurroundings {
  readonly requestBound: boolean;
  readonly deadlineSeconds: number;
  readonly closing: Closing;
  /** The core may answer differently from now on. */
  readonly changed: () => void;
}

/** What became of a refresh: parts that could not be renewed do not hold up the others. */
export interface Applied {
  readonly failure: RescindError | null;
}

/** A part with its next edition, or with why it has none. */
interface Prepared {
  readonly part: PartFeed;
  readonly update: Update | null;
  readonly failure: RescindError | null;
}

/** The parts of a publication that are followed: the whole, or the common part and some shards. */
export class Parts {
  readonly #publication: Publication;
  readonly #surroundings: PartsSurroundings;
  /** The part that says which shards there are; alone when it is the whole. */
  readonly #lead: PartFeed;
  readonly #subjects: Subjects | null;
  readonly #shards = new Map<PartName, PartFeed>();
  readonly #loading = new Map<PartName, Promise<boolean>>();
  readonly #schedules = new Map<PartName, Schedule>();
  /** Whether shards may lie in the store that nobody wants. */
  #toSweep = true;

  constructor(publication: Publication, profile: Profile, surroundings: PartsSurroundings) {
    this.#publication = publication;
    this.#surroundings = surroundings;
    const isWhole = profile.kind === "whole";
    this.#lead = new PartFeed(isWhole ? "whole" : "common", publication);
    this.#subjects = isWhole ? null : new Subjects(publication.core, profile);
  }

  get leastWaitSeconds(): number {
    return Math.max(...this.#all().map((part) => part.leastWaitSeconds));
  }

  /** How many editions of any part came into force. */
  get commits(): number {
    return this.#all().reduce((sum, { commits }) => sum + commits, 0);
  }

  used(subject: Followed): void {
    this.#subjects?.used(subject);
  }

  #all(): PartFeed[] {
    return [this.#lead, ...this.#shards.values()];
  }

  /** Takes back what the store remembers; the complaints about it. @throws `ERR_STORE_FAILED` */
  async restore(): Promise<(RescindError | null)[]> {
    const complaints = [await this.#lead.restore()];
    for (const name of this.#wantedNow()) complaints.push(await this.#shard(name).restore());
    this.#surroundings.changed();
    return complaints;
  }

  /** Has the store remember what is in force, and nothing else; what stood in the way. */
  async keep(signal: AbortSignal): Promise<RescindError | null> {
    let first: RescindError | null = null;
    for (const part of this.#all()) {
      const complaint = await part.keep(signal);
      first ??= complaint;
      // Where one hangs, all do: the deadline would be over, and with it what was committed taken for a failure.
      if (complaint !== null && codeOf(complaint.cause) === "ERR_FETCH_TIMEOUT") return complaint;
    }
    return first ?? this.#sweep();
  }

  async #sweep(): Promise<RescindError | null> {
    const { shelf, goOn } = this.#publication;
    if (!this.#toSweep || shelf === null || this.#subjects === null || this.#lead.epoch === null) return null;
    const { isOnDemand, bits } = this.#subjects;
    this.#toSweep = false;
    try {
      await shelf.sweep({ shards: this.#wantedNow(), bits }, isOnDemand ? SPARE_SHARDS : 0);
      return null;
    } catch (thrown) {
      goOn();
      this.#toSweep = true;
      return asRescindError(thrown, "ERR_STORE_FAILED", "the store failed to forget shards");
    }
  }

  async renew(signal: AbortSignal): Promise<Applied> {
    const again = await this.#attempt(signal, false);
    return again ?? (await this.#attempt(signal, true)) ?? { failure: null };
  }

  /** `null`: worth another attempt, since what was held could not be continued, or the store misled. */
  async #attempt(signal: AbortSignal, isLast: boolean): Promise<Applied | null> {
    const { commits } = this.#lead;
    const lead = await this.#prepared(this.#lead, signal);
    // Without the part that says which shards there are nothing can be said about them.
    if (lead.failure !== null) throw lead.failure;
    const wanted = this.#wantedAfter(lead);
    const shards = await Promise.all([...wanted].map((name) => this.#prepared(this.#shard(name), signal)));
    this.#goOn(signal);
    try {
      if (!(await this.#applied(this.#together(lead, shards), isLast))) return null;
    } catch (thrown) {
      const overtaken = this.#lead.commits !== commits && codeOf(thrown) === "ERR_MANIFEST_PART";
      if (!overtaken) throw thrown;
    }
    return { failure: shards.find(({ failure }) => failure !== null)?.failure ?? null };
  }

  async #prepared(part: PartFeed, signal: AbortSignal): Promise<Prepared> {
    try {
      return { part, update: await part.prepare(signal), failure: null };
    } catch (thrown) {
      this.#goOn(signal);
      return { part, update: null, failure: asRescindError(thrown, "ERR_FETCH_FAILED", "a part could not be fetched") };
    }
  }

  /** Called after every wait, before the core is touched: it may have been freed meanwhile. */
  #goOn(signal: AbortSignal): void {
    signal.throwIfAborted();
    this.#publication.goOn();
  }

  #wantedNow(): ReadonlySet<PartName> {
    return this.#subjects?.shards() ?? new Set();
  }

  /** The shards that are wanted once the lead is in force. Leaves nothing pending. */
  #wantedAfter({ part, update }: Prepared): ReadonlySet<PartName> {
    if (this.#subjects === null || update === null) return this.#wantedNow();
    // One that another refresh has overtaken says nothing any more.
    if (update.commits !== part.commits) return this.#wantedNow();
    return part.whilePending(update, () => this.#wantedNow());
  }

  /**
   * What can be committed together. A shard of another epoch than the lead's waits for it; a lead of a new epoch waits
   * for all its shards, so that no check in between finds none. A shard that was let go of meanwhile is left out.
   */
  #together(lead: Prepared, shards: readonly Prepared[]): readonly Prepared[] {
    const epoch = lead.update?.plan.epoch ?? this.#lead.epoch;
    const isTurn = lead.update !== null && this.#lead.epoch !== null && this.#lead.epoch !== epoch;
    const followed = shards.filter(({ part }) => this.#shards.get(part.name) === part);
    const fitting = followed.filter(({ update }) => update !== null && update.plan.epoch === epoch);
    const late = followed.find((shard) => !fitting.includes(shard));
    if (isTurn && late !== undefined) throw late.failure ?? behind(late.part.name);
    return [lead, ...fitting];
  }

  /** Puts editions in force; `false`: they could not be made, which another attempt may heal. */
  async #applied(prepared: readonly Prepared[], isLast: boolean): Promise<boolean> {
    try {
      this.#apply(prepared);
      this.#dropUnwanted();
      return true;
    } catch (thrown) {
      const error = thrown instanceof RescindError ? thrown : fromCore(thrown);
      const updates = prepared.filter(({ update }) => update !== null && !isWholeFromNetwork(update));
      if (isLast || !UNMADE.has(error.code) || updates.length === 0) throw error;
      for (const { part, update } of updates) if (update !== null) await part.discard(update);
      return false;
    } finally {
      this.#surroundings.changed();
    }
  }

  /** Offers everything and commits in one go, without an `await`: two refreshes never mix. */
  #apply(prepared: readonly Prepared[]): void {
    const offered: { part: PartFeed; update: Update }[] = [];
    try {
      for (const { part, update } of prepared) {
        if (update !== null && part.offer(update)) offered.push({ part, update });
      }
      if (offered.length > 0) this.#publication.core.commit(offered.map(({ part }) => part.name));
      for (const { part, update } of offered) part.settle(update);
    } finally {
      this.#abandon(prepared.map(({ part }) => part));
    }
  }

  /** Drops what is pending; after a trap that fails too, and the first failure is the one to tell. */
  #abandon(parts: readonly PartFeed[]): void {
    try {
      for (const { name } of parts) this.#publication.core.abandon(name);
    } catch {}
  }

  /** Follows these subjects and no others from now on. */
  follow(subjects: readonly Followed[]): void {
    this.#subjects?.follow(subjects);
    this.#schedules.clear();
    this.#dropUnwanted();
    this.#surroundings.changed();
  }

  /** Loads one shard now, unless its last failure is too recent. Whether it was loaded. */
  load(subject: Followed, now: number): Promise<boolean> {
    const name = this.#subjects?.admit(subject) ?? null;
    if (name === null) return Promise.resolve(false);
    if (this.#surroundings.requestBound) return this.#load(name, subject, now);
    const loading = this.#loading.get(name) ?? this.#load(name, subject, now).finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    return loading;
  }

  async #load(name: PartName, subject: Followed, now: number): Promise<boolean> {
    const schedule = this.#schedules.get(name) ?? new Schedule();
    if (!schedule.permitted(now)) return false;
    this.#schedules.set(name, schedule);
    const { deadlineSeconds, closing } = this.#surroundings;
    try {
      await within(deadlineSeconds, closing, (signal) => this.#loadShard(this.#shard(name), subject, signal));
      this.#schedules.delete(name);
      return true;
    } catch (thrown) {
      this.#publication.goOn();
      schedule.fail(this.#publication.clock(), retryAfterOf(thrown));
      throw thrown;
    }
  }

  async #loadShard(part: PartFeed, subject: Followed, signal: AbortSignal): Promise<void> {
    await part.restore().catch(() => null);
    this.#goOn(signal);
    this.#surroundings.changed();
    for (const isLast of [false, true]) {
      const prepared = await this.#prepared(part, signal);
      this.#goOn(signal);
      // What the store had answers until the next poll.
      if (prepared.failure !== null && part.commits > 0) return;
      if (prepared.failure !== null) throw prepared.failure;
      // Others may have come first meanwhile, and this one is in use now.
      this.#subjects?.admit(subject);
      this.#shards.set(part.name, part);
      if (await this.#applied([prepared], isLast)) break;
      this.#goOn(signal);
    }
    await part.keep(signal);
  }

  #shard(name: PartName): PartFeed {
    const known = this.#shards.get(name) ?? new PartFeed(name, this.#publication);
    this.#shards.set(name, known);
    return known;
  }

  /** Lets go of shards that nobody wants any more. */
  #dropUnwanted(): void {
    const wanted = this.#wantedNow();
    for (const name of this.#shards.keys()) {
      if (wanted.has(name)) continue;
      this.#shards.delete(name);
      this.#schedules.delete(name);
      this.#publication.core.drop(name);
      this.#toSweep = true;
    }
  }
}

function behind(name: PartName): RescindError {
  const message = `the part ${name} is of another epoch than the common part, which waits for it`;
  return new RescindError("ERR_FETCH_CONTENT", message, { part: name });
}

/** Whether fetching a base is what was done. */
function isWholeFromNetwork({ plan: { needed }, fromStore }: Update): boolean {
  return !fromStore && needed.length > 0 && needed.every(({ kind }) => kind !== "delta");
}

/** What a base from the network may heal: changes that do not fit what is held, and damaged objects. */
const UNMADE: ReadonlySet<string> = new Set(["ERR_OBJECT_MALFORMED", "ERR_OBJECT_MISMATCH", "ERR_SNAPSHOT_DIVERGED"]);

/** Of shards that come and go these stay in the store, beside those in use: 1.5 MB. */
const SPARE_SHARDS = 48;
