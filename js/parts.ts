import type { Closing } from "./closing.js";
import type { PartName } from "./core.js";
import { within } from "./deadline.js";
import { asRescindError, fromCore, RescindError } from "./errors.js";
import { PartFeed, type Publication, type Update } from "./part-feed.js";
import type { Profile } from "./revocation-settings.js";
import { Schedule } from "./schedule.js";
import { Subjects } from "./subjects.js";
import type { Subject } from "./types.js";

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
  #shards = new Map<PartName, PartFeed>();
  readonly #loading = new Map<PartName, Promise<boolean>>();
  readonly #schedules = new Map<PartName, Schedule>();

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

  used(subject: Subject): void {
    this.#subjects?.used(subject);
  }

  #all(): PartFeed[] {
    return [this.#lead, ...this.#shards.values()];
  }

  /** Takes back what the store remembers; the complaints about it. @throws `ERR_STORE_FAILED` */
  async restore(): Promise<(RescindError | null)[]> {
    const complaints = [await this.#lead.restore()];
    for (const name of this.#subjects?.shards() ?? []) complaints.push(await this.#shard(name).restore());
    this.#surroundings.changed();
    return complaints;
  }

  /** Has the store remember what is in force. */
  async keep(signal: AbortSignal): Promise<(RescindError | null)[]> {
    const complaints = [];
    for (const part of this.#all()) complaints.push(await part.keep(signal));
    return complaints;
  }

  async renew(signal: AbortSignal): Promise<Applied> {
    const again = await this.#attempt(signal, false);
    return again ?? (await this.#attempt(signal, true)) ?? { failure: null };
  }

  /** `null`: worth another attempt, since what was held could not be continued, or the store misled. */
  async #attempt(signal: AbortSignal, isLast: boolean): Promise<Applied | null> {
    const commits = this.#lead.commits;
    const lead = await this.#prepared(this.#lead, signal);
    // Without the part that says which shards there are nothing can be said about them.
    if (lead.failure !== null) throw lead.failure;
    const wanted = this.#wanted(lead);
    const shards = await Promise.all([...wanted].map((name) => this.#prepared(this.#shard(name), signal)));
    this.#goOn(signal);
    const chosen = this.#together(lead, shards);
    try {
      this.#apply(chosen);
      this.#dropBut(wanted);
      return { failure: shards.find(({ failure }) => failure !== null)?.failure ?? null };
    } catch (thrown) {
      const error = thrown instanceof RescindError ? thrown : fromCore(thrown);
      const overtaken = this.#lead.commits !== commits && error.code === "ERR_MANIFEST_ROLLED_BACK";
      if (overtaken) return { failure: null };
      const updates = chosen.filter(({ update }) => update !== null && !isWholeFromNetwork(update));
      if (isLast || !UNMADE.has(error.code) || updates.length === 0) throw error;
      for (const { part, update } of updates) if (update !== null) await part.discard(update);
      return null;
    } finally {
      this.#surroundings.changed();
    }
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

  /** The shards that are wanted once the lead is in force. Leaves nothing pending. */
  #wanted({ part, update }: Prepared): ReadonlySet<PartName> {
    if (this.#subjects === null) return new Set();
    if (update === null) return this.#subjects.shards();
    part.offer(update);
    const wanted = this.#subjects.shards();
    this.#abandon([part]);
    return wanted;
  }

  /**
   * What can be committed together. A shard of another epoch than the lead's waits for it; a lead of a new epoch waits
   * for all its shards, so that no check in between finds none.
   */
  #together(lead: Prepared, shards: readonly Prepared[]): readonly Prepared[] {
    const epoch = lead.update?.plan.epoch ?? this.#epoch;
    const isTurn = lead.update !== null && this.#epoch !== null && this.#epoch !== epoch;
    const fitting = shards.filter(({ update }) => update !== null && update.plan.epoch === epoch);
    const late = shards.find((shard) => !fitting.includes(shard));
    if (isTurn && late !== undefined) throw late.failure ?? behind(late.part.name);
    return [lead, ...fitting];
  }

  get #epoch(): number | null {
    return this.#lead.epoch;
  }

  /** Offers everything and commits in one go, without an `await`: two refreshes never mix. */
  #apply(prepared: readonly Prepared[]): void {
    const changed = prepared.flatMap(({ part, update }) => (update === null ? [] : [{ part, update }]));
    if (changed.length === 0) return;
    try {
      for (const { part, update } of changed) part.offer(update);
      this.#publication.core.commit(changed.map(({ part }) => part.name));
      for (const { part, update } of changed) part.settle(update);
    } finally {
      this.#abandon(changed.map(({ part }) => part));
    }
  }

  /** Drops what is pending; after a trap that fails too, and the first failure is the one to tell. */
  #abandon(parts: readonly PartFeed[]): void {
    try {
      for (const { name } of parts) this.#publication.core.abandon(name);
    } catch {}
  }

  /** Loads one shard now, unless its last failure is too recent. Whether it was loaded. */
  load(subject: Subject, now: number): Promise<boolean> {
    const name = this.#subjects?.admit(subject) ?? null;
    if (name === null) return Promise.resolve(false);
    if (this.#surroundings.requestBound) return this.#load(name, now);
    const loading = this.#loading.get(name) ?? this.#load(name, now).finally(() => this.#loading.delete(name));
    this.#loading.set(name, loading);
    return loading;
  }

  async #load(name: PartName, now: number): Promise<boolean> {
    const schedule = this.#schedules.get(name) ?? new Schedule();
    if (!schedule.permitted(now)) return false;
    this.#schedules.set(name, schedule);
    try {
      const { deadlineSeconds, closing } = this.#surroundings;
      await within(deadlineSeconds, closing, (signal) => this.#loadShard(this.#shard(name), signal));
      this.#schedules.delete(name);
      return true;
    } catch (thrown) {
      this.#publication.goOn();
      schedule.fail(this.#publication.clock(), 0);
      throw thrown;
    } finally {
      this.#surroundings.changed();
    }
  }

  async #loadShard(part: PartFeed, signal: AbortSignal): Promise<void> {
    await part.restore().catch(() => null);
    this.#goOn(signal);
    const prepared = await this.#prepared(part, signal);
    if (prepared.failure !== null) throw prepared.failure;
    this.#goOn(signal);
    this.#apply([prepared]);
    this.#dropBut(this.#subjects?.shards() ?? new Set());
    await part.keep(signal);
  }

  #shard(name: PartName): PartFeed {
    const known = this.#shards.get(name) ?? new PartFeed(name, this.#publication);
    this.#shards.set(name, known);
    return known;
  }

  /** Lets go of shards that nobody wants any more. */
  #dropBut(wanted: ReadonlySet<PartName>): void {
    for (const [name, part] of this.#shards) {
      if (wanted.has(name)) continue;
      this.#shards.delete(name);
      this.#schedules.delete(name);
      this.#publication.core.drop(name);
      part.clear();
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
