/** What a verifier holds of one publisher, as the seam to the core asks for it (`js/core.ts`). */
import type { CoreRevocations, PartName, Plan, SnapshotStatus } from "../../core.js";
import { isFailure, keyDocument, policyInvalid } from "../failure.js";
import { sha256 } from "../sha256.js";
import { type Consulted, Coverage } from "./coverage.js";
import { issuerTagOf } from "./fragment.js";
import { hex } from "./hex.js";
import { HighWater, readMark } from "./high-water.js";
import { nameBytes } from "./part.js";
import { Proofs } from "./proofs.js";
import { compareBytes } from "./reader.js";
import { Trust } from "./trust.js";

/**
 * Bytes are {@link prepare}d first, which takes a promise; whatever is offered and committed afterwards takes none, so
 * that two updates never mix. Bytes that were not prepared are of nobody and match nothing.
 */
export class Subscription {
  readonly #proofs = new Proofs();
  readonly #tenant: Uint8Array;
  readonly #coverage: Coverage;

  /** `options`: checked before. */
  constructor({ tenant, rootKey, publisherKeys, profile }: CoreRevocations, clockToleranceSeconds: number) {
    this.#tenant = sha256(new TextEncoder().encode(`rescind-tenant\0${tenant}`)).subarray(0, 16);
    const trust = Trust.pinned(rootKey ?? null, publisherKeys);
    const main = profile === "parts" ? "common" : "whole";
    this.#coverage = new Coverage(main, trust, hex(this.#tenant), clockToleranceSeconds);
  }

  /** Computes what an offer of these bytes will ask for. */
  prepare(bytes: Uint8Array): Promise<void> {
    return this.#proofs.prepare(bytes, this.#coverage.trust, this.#tenant);
  }

  /** Takes a key document, for all parts; answers the number of the newest keys. @throws the finding */
  offerKeys(document: Uint8Array): number {
    const links = this.#proofs.document(document) ?? keyDocument.malformed("magic");
    if (isFailure(links)) throw links;
    return this.#coverage.offerKeys(links);
  }

  offerManifest(part: string, bytes: Uint8Array, now: number): Plan {
    if (!Number.isFinite(now)) throw policyInvalid("now", "a finite number of seconds");
    return this.#coverage.offerManifest(requirePart(part), bytes, this.#proofs.manifest(bytes), now);
  }

  offerObject(part: string, bytes: Uint8Array): void {
    this.#coverage.offerObject(requirePart(part), bytes, this.#proofs.digest(bytes));
  }

  commit(parts: readonly string[]): void {
    this.#coverage.commit(parts.map(requirePart));
  }

  abandon(part: string): void {
    this.#coverage.abandon(part);
  }

  restart(part: string): void {
    this.#coverage.restart(part);
  }

  object(part: string, sha256: string): Uint8Array | undefined {
    return this.#coverage.object(part, sha256);
  }

  drop(part: string): void {
    this.#coverage.drop(part);
  }

  /** The mark to be stored; empty for a part that is none of the profile's. */
  highWater(part: string): Uint8Array {
    const [name, { timeFloor }] = [nameBytes(part), this.#coverage];
    const mark = name && this.#coverage.highWater(part);
    return (name && mark?.toBytes(this.#tenant, name, timeFloor)) ?? new Uint8Array();
  }

  /** Takes back a stored mark; `false` when it is not one. Those of another tenant or part are ignored. */
  restoreHighWater(part: string, bytes: Uint8Array): boolean {
    const [own, mark] = [nameBytes(part), readMark(bytes)];
    if (own === null || mark === null) return false;
    const isOwn = compareBytes(mark.tenant, this.#tenant) === 0 && compareBytes(mark.part, own) === 0;
    if (isOwn) this.#coverage.restoreHighWater(part, HighWater.of(mark), mark.timeFloor);
    return true;
  }

  shardFor(issuer: string, subject: string): PartName | null {
    return this.#coverage.shardFor(issuerTagOf(issuer), subject);
  }

  snapshot(now: number): SnapshotStatus | null {
    return this.#coverage.status(now);
  }

  /** The largest signed time seen: a clock behind it is taken as it. */
  get timeFloor(): number {
    return this.#coverage.timeFloor;
  }

  /** What speaks for a token; `null` when nothing is loaded. */
  consult(issuerTag: Uint8Array, subject: string | null, now: number): Consulted | null {
    return this.#coverage.consult(issuerTag, subject, now);
  }
}

/** The name of a part. @throws `ERR_POLICY_INVALID` for anything else */
function requirePart(part: string): string {
  if (nameBytes(part) === null) throw policyInvalid("part", '"whole", "common" or the name of a shard, as "3-5"');
  return part;
}
