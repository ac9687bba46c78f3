import type { PartName } from "./core.js";
import type { Profile } from "./revocation-settings.js";
import type { Updatable } from "./watched.js";

/** A subject of an issuer. */
export interface Followed {
  readonly issuer: string;
  readonly sub: string;
}

/** Whose shards are held: those that the caller named, or those of whom tokens came, the last ones longest. */
export class Subjects {
  readonly #core: Updatable;
  /** Shards at most; `null`: the list is the caller's and stays. */
  readonly #most: number | null;
  /** The least recently used first. */
  #list: readonly Followed[];

  constructor(core: Updatable, profile: Profile) {
    this.#core = core;
    this.#most = profile.kind === "on-demand" ? MAX_SHARDS : null;
    this.#list = profile.kind === "subjects" ? profile.subjects : [];
  }

  /** Replaces those that the caller named. */
  follow(subjects: readonly Followed[]): void {
    if (this.#most === null) this.#list = subjects;
  }

  /** Whether shards come and go with the tokens. */
  get isOnDemand(): boolean {
    return this.#most !== null;
  }

  /** The `s` in the names of all shards; `null`: there are none, or nobody knows. */
  get bits(): string | null {
    return this.#shardOf({ issuer: "", sub: "" })?.split("-")[0] ?? null;
  }

  /** The shards of all of them, by the common part that is pending or else in force. */
  shards(): ReadonlySet<PartName> {
    return new Set(this.#list.map((subject) => this.#shardOf(subject)).filter((name) => name !== null));
  }

  /** The shard of a subject that may be loaded; `null`: none, or the caller did not name the subject. */
  admit(subject: Followed): PartName | null {
    const name = this.#shardOf(subject);
    if (name === null) return null;
    if (this.#most === null) return this.shards().has(name) ? name : null;
    this.#use(subject, name, this.#most);
    return name;
  }

  /** A token of this subject was judged. */
  used(subject: Followed): void {
    const name = this.#most === null ? null : this.#shardOf(subject);
    if (name !== null) this.#use(subject, name, this.#most ?? 0);
  }

  #shardOf({ issuer, sub }: Followed): PartName | null {
    return this.#core.shardFor(issuer, sub) ?? null;
  }

  /** One subject stands for a shard: after a change of shards its name says which ones are in use. */
  #use(subject: Followed, name: PartName, most: number): void {
    const others = this.#list.filter((other) => this.#shardOf(other) !== name);
    this.#list = [...others, subject].slice(-most);
  }
}

/** Shards held at once, of about 32 kB each: half a megabyte. */
const MAX_SHARDS = 16;
