/** What is held of one publisher: the whole, or the common part and any shards; all parts are renewed together. */
import type { PartName, Plan, SnapshotStatus } from "../../core.js";
import { manifest as finding, objects as objectFinding, policyInvalid } from "../failure.js";
import { MAX_SHARDS } from "../limits.js";
import { SHARD } from "./dimension.js";
import { fragmentNow } from "./fragment.js";
import { HighWater } from "./high-water.js";
import type { Link } from "./key-document.js";
import type { Manifest } from "./manifest.js";
import { shardOf } from "./part.js";
import type { ManifestProof } from "./proofs.js";
import type { Snapshot } from "./snapshot.js";
import { Stream, type Surroundings } from "./stream.js";
import type { Trust } from "./trust.js";
import { statusOf } from "./validity.js";

/** The parts that speak for one token. */
export interface Consulted {
  readonly main: Snapshot;
  readonly shard: Snapshot | null;
  /** The name of the shard that should be asked as well, but is not loaded. */
  readonly missing: string | null;
  /** Everything that is held. */
  readonly status: SnapshotStatus | null;
}

export class Coverage {
  /** `whole` or `common`. */
  readonly #mainPart: string;
  readonly #main: Stream;
  /** Those with a snapshot or an update in progress; a snapshot here goes with the main part's. */
  readonly #shards = new Map<string, Stream>();
  /** Of shards that were dropped. */
  readonly #marks = new Map<string, HighWater>();
  readonly #tenant: string;
  readonly #clockToleranceSeconds: number;
  #trust: Trust;
  #timeFloor = 0;

  constructor(mainPart: "whole" | "common", trust: Trust, tenant: string, clockToleranceSeconds: number) {
    this.#mainPart = mainPart;
    this.#main = new Stream(mainPart, trust.era);
    this.#trust = trust;
    this.#tenant = tenant;
    this.#clockToleranceSeconds = clockToleranceSeconds;
  }

  get trust(): Trust {
    return this.#trust;
  }

  /** The largest signed time seen, 0 if none: a clock behind it is taken as it. */
  get timeFloor(): number {
    return this.#timeFloor;
  }

  /** Takes the links of a key document; answers the number of the newest keys. @throws the finding */
  offerKeys(links: readonly Link[]): number {
    const [before, after] = [this.#trust, this.#trust.after(links)];
    for (const stream of [this.#main, ...this.#shards.values()]) stream.trust(before, after);
    this.#trust = after;
    this.#sweep();
    return after.number;
  }

  /** Verifies the manifest of a part and says which objects it needs. @throws the finding */
  offerManifest(part: string, bytes: Uint8Array, proof: ManifestProof | null, now: number): Plan {
    this.#checkRoom(part);
    const stream = this.#streamTo(part);
    try {
      const plan = stream.offerManifest(bytes, proof, now, this.#surroundings());
      this.#raiseTimeFloor(stream.pendingManifest?.issuedAt ?? 0);
      return plan;
    } finally {
      this.#sweep();
    }
  }

  /** Takes an object of a part's pending manifest. @throws the finding */
  offerObject(part: string, bytes: Uint8Array, sha256: string | null): void {
    const stream = this.#stream(part);
    if (stream === undefined) throw objectFinding.unexpected();
    stream.offerObject(bytes, sha256);
  }

  /**
   * Makes the pending editions of these parts the current ones: all or none. Shards that do not go with the common
   * part afterwards are dropped. @throws the finding about any of them
   */
  commit(parts: readonly string[]): void {
    const named = [...new Set(parts)].sort(byPart);
    this.#checkShards(named);
    const prepared = named.map((part) => {
      const stream = this.#stream(part);
      if (stream === undefined) throw objectFinding.missing();
      return { stream, state: stream.prepare(this.#trust) };
    });
    for (const { stream, state } of prepared) stream.install(state);
    this.#forgetUnmatched();
  }

  /** Drops the update of a part that is in progress. */
  abandon(part: string): void {
    this.#stream(part)?.abandon();
    this.#sweep();
  }

  /** The next plan of a part starts from a base, whatever is held. */
  restart(part: string): void {
    this.#stream(part)?.restart();
  }

  /** The bytes of an object of a part's base. */
  object(part: string, sha256: string): Uint8Array | undefined {
    const objects = this.#stream(part)?.snapshot?.state.objects ?? [];
    return objects.find(({ name }) => name.sha256 === sha256)?.bytes;
  }

  /** Forgets a shard, except for its high-water mark. The main part cannot be dropped. */
  drop(part: string): void {
    const stream = this.#shards.get(part);
    if (stream === undefined) return;
    this.#marks.set(part, stream.mark);
    this.#shards.delete(part);
  }

  /** The mark of a part; `null` for one that is none of the profile's. */
  highWater(part: string): HighWater | null {
    if (part === this.#mainPart) return this.#main.mark;
    if (!this.#takesShard(part)) return null;
    return this.#shards.get(part)?.mark ?? this.#marks.get(part) ?? HighWater.NONE.inEra(this.#trust.era);
  }

  /** Takes back a stored mark of a part: only ever raises. */
  restoreHighWater(part: string, mark: HighWater, timeFloor: number): void {
    const stream = this.#stream(part);
    if (stream !== undefined) stream.restore(mark);
    else if (this.#takesShard(part)) this.#marks.set(part, (this.highWater(part) ?? HighWater.NONE).raisedTo(mark));
    else return;
    this.#raiseTimeFloor(timeFloor);
  }

  /** The shard of a subject, by the common part that is pending or else by the current one; `null` without one. */
  shardFor(issuerTag: Uint8Array, subject: string): PartName | null {
    const manifest = this.#main.pendingManifest ?? this.#main.snapshot?.manifest ?? null;
    if (manifest === null || this.#mainPart === "whole") return null;
    return shardIn(manifest, issuerTag, subject);
  }

  /** What speaks for a token; `null` without a whole or common part. */
  consult(issuerTag: Uint8Array, subject: string | null, now: number): Consulted | null {
    const main = this.#main.snapshot;
    if (main === null) return null;
    const hasShard = subject !== null && this.#mainPart === "common";
    const name = hasShard ? shardIn(main.manifest, issuerTag, subject) : null;
    const shard = name === null ? null : (this.#shards.get(name)?.snapshot ?? null);
    return { main, shard, missing: shard === null ? name : null, status: this.status(now) };
  }

  /** All that is held, together; `null` without a whole or common part. */
  status(now: number): SnapshotStatus | null {
    const main = this.#main.snapshot;
    if (main === null) return null;
    const held = [...this.#shards].filter(([, stream]) => stream.snapshot !== null);
    const shards = held.flatMap(([, { snapshot }]) => snapshot ?? []);
    const parts = [this.#mainPart, ...held.map(([part]) => part)].sort(byPart);
    return statusOf([main, ...shards], parts, now, this.#timeFloor);
  }

  #surroundings(): Surroundings {
    return {
      trust: this.#trust,
      tenant: this.#tenant,
      clockToleranceSeconds: this.#clockToleranceSeconds,
      timeFloor: this.#timeFloor,
    };
  }

  #stream(part: string): Stream | undefined {
    return part === this.#mainPart ? this.#main : this.#shards.get(part);
  }

  /** The stream of a part of the profile, made anew for a shard. */
  #streamTo(part: string): Stream {
    const known = this.#stream(part);
    if (known !== undefined) return known;
    if (!this.#takesShard(part)) throw NO_PART;
    const stream = new Stream(part, this.#trust.era);
    stream.restore(this.#marks.get(part) ?? HighWater.NONE);
    this.#shards.set(part, stream);
    return stream;
  }

  #takesShard(part: string): boolean {
    return this.#mainPart === "common" && part !== "common" && part !== "whole";
  }

  #raiseTimeFloor(signed: number): void {
    this.#timeFloor = Math.max(this.#timeFloor, signed);
  }

  /** Bounds what updates in progress take. */
  #checkRoom(part: string): void {
    const others = [...this.#shards].filter(
      ([other, { pendingManifest }]) => other !== part && pendingManifest !== null,
    );
    if (part !== this.#mainPart && others.length >= MAX_SHARDS) throw TOO_MANY;
  }

  /** Every shard among the parts has to go with the common part that will be there. */
  #checkShards(parts: readonly string[]): void {
    const renewed = parts.includes(this.#mainPart) ? this.#main.pendingManifest : null;
    const main = renewed ?? this.#main.snapshot?.manifest ?? null;
    const named = parts.filter((part) => part !== this.#mainPart);
    for (const part of named) {
      const pending = this.#shards.get(part)?.pendingManifest ?? null;
      if (pending === null) throw objectFinding.missing();
      if (main === null || !goesWith(pending, main)) throw finding.unmatched(part, pending);
    }
    const kept = [...this.#shards].filter(([part, { snapshot }]) => {
      const stays = snapshot !== null && main !== null && goesWith(snapshot.manifest, main);
      return stays && !named.includes(part);
    });
    if (kept.length + named.length > MAX_SHARDS) throw TOO_MANY;
  }

  #forgetUnmatched(): void {
    const main = this.#main.snapshot?.manifest;
    if (main === undefined) return;
    for (const stream of this.#shards.values()) {
      if (stream.snapshot !== null && !goesWith(stream.snapshot.manifest, main)) stream.forget();
    }
    this.#sweep();
    for (const part of this.#marks.keys()) if (!part.startsWith(`${main.part.shardBits}-`)) this.#marks.delete(part);
  }

  /** Of streams that hold nothing the mark alone is kept. */
  #sweep(): void {
    for (const [part, { snapshot, pendingManifest, mark }] of this.#shards) {
      if (snapshot !== null || pendingManifest !== null) continue;
      this.#marks.set(part, mark);
      this.#shards.delete(part);
    }
  }
}

/** The main part, then shards by their number and by their place among them. */
function byPart(one: string, other: string): number {
  const [bits = 0, number = 0] = one.split("-").map((part) => Number(part) || 0);
  const [otherBits = 0, otherNumber = 0] = other.split("-").map((part) => Number(part) || 0);
  return bits - otherBits || number - otherNumber;
}

/** A shard and a common part are of one publication when epoch, salt and number of shards are the same. */
function goesWith(shard: Manifest, main: Manifest): boolean {
  const isSame = shard.epoch === main.epoch && shard.part.shardBits === main.part.shardBits;
  return isSame && shard.salt.every((octet, at) => octet === main.salt[at]);
}

function shardIn({ salt, part }: Manifest, issuerTag: Uint8Array, subject: string): PartName | null {
  if (part.shardBits === 0) return null;
  const fragment = fragmentNow({ salt, issuerTag }, SHARD, new TextEncoder().encode(subject));
  return shardOf(part.shardBits, fragment);
}

const NO_PART = policyInvalid("part", "a part that the profile takes");
const TOO_MANY = policyInvalid("part", "at most 64 shards; one can be dropped");
