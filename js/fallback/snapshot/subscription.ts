/** What a verifier holds of one publisher, as the seam to the core asks for it (`js/core.ts`). */
import type { CoreRevocations, Plan, SnapshotStatus } from "../../core.js";
import { isFailure, keyDocument, manifest, objects, policyInvalid } from "../failure.js";
import { digest } from "../subtle.js";
import { type Consulted, Coverage } from "./coverage.js";
import { issuerTagOf } from "./fragment.js";
import { hex } from "./hex.js";
import { HighWater } from "./high-water.js";
import { nameBytes } from "./part.js";
import { Proofs } from "./proofs.js";
import { compareBytes } from "./reader.js";
import { Trust } from "./trust.js";

/**
 * Bytes are {@link prepare}d first, which takes a promise; whatever is offered and committed afterwards takes none, so
 * that two updates never mix. Bytes that were not prepared are of nobody and match nothing.
 */
export class Subscription {
  readonly #options: CoreRevocations;
  readonly #clockToleranceSeconds: number;
  readonly #proofs = new Proofs();
  #tenant = new Uint8Array();
  #coverage: Coverage | null = null;
  #ready: Promise<Coverage> | null = null;

  /** `options`: checked before. */
  constructor(options: CoreRevocations, clockToleranceSeconds: number) {
    this.#options = options;
    this.#clockToleranceSeconds = clockToleranceSeconds;
  }

  /** Computes what an offer of these bytes, or their restoring, will ask for. */
  async prepare(bytes: Uint8Array): Promise<void> {
    const { trust } = await this.#opened();
    await this.#proofs.prepare(bytes, trust, this.#tenant);
  }

  /** Takes a key document, for all parts; answers the number of the newest keys. @throws the finding */
  offerKeys(document: Uint8Array): number {
    const links = this.#proofs.document(document) ?? keyDocument.malformed("magic");
    if (isFailure(links)) throw links;
    return this.#coverage?.offerKeys(links) ?? 0;
  }

  offerManifest(part: string, bytes: Uint8Array, now: number): Plan {
    if (this.#coverage === null) throw manifest.keyUnknown();
    return this.#coverage.offerManifest(requirePart(part), bytes, this.#proofs.manifest(bytes), now);
  }

  offerObject(part: string, bytes: Uint8Array): void {
    if (this.#coverage === null) throw objects.unexpected();
    this.#coverage.offerObject(requirePart(part), bytes, this.#proofs.digest(bytes));
  }

  commit(parts: readonly string[]): void {
    if (this.#coverage === null) throw objects.missing();
    this.#coverage.commit(parts.map(requirePart));
  }

  abandon(part: string): void {
    this.#coverage?.abandon(requirePart(part));
  }

  restart(part: string): void {
    this.#coverage?.restart(requirePart(part));
  }

  object(part: string, sha256: string): Uint8Array | undefined {
    return this.#coverage?.object(requirePart(part), sha256);
  }

  drop(part: string): void {
    this.#coverage?.drop(requirePart(part));
  }

  /** The mark to be stored; empty for a part that is none of the profile's. */
  async highWater(part: string): Promise<Uint8Array> {
    const bytes = nameBytes(requirePart(part)) ?? new Uint8Array();
    const coverage = await this.#opened();
    return (await coverage.highWater(part)?.toBytes(this.#tenant, bytes, coverage.timeFloor)) ?? new Uint8Array();
  }

  /** Takes back a stored mark; `false` when it is not one. Those of another tenant or part are ignored. */
  restoreHighWater(part: string, bytes: Uint8Array): boolean {
    const own = nameBytes(requirePart(part)) ?? new Uint8Array();
    const mark = this.#proofs.mark(bytes);
    if (mark === null) return false;
    const isOwn = compareBytes(mark.tenant, this.#tenant) === 0 && compareBytes(mark.part, own) === 0;
    if (isOwn) this.#coverage?.restoreHighWater(part, HighWater.of(mark), mark.timeFloor);
    return true;
  }

  async shardFor(issuer: string, subject: string): Promise<string | null> {
    const tag = await issuerTagOf(issuer);
    return (await this.#coverage?.shardFor(tag, subject)) ?? null;
  }

  snapshot(now: number): SnapshotStatus | null {
    return this.#coverage?.status(now) ?? null;
  }

  /** The largest signed time seen: a clock behind it is taken as it. */
  get timeFloor(): number {
    return this.#coverage?.timeFloor ?? 0;
  }

  /** What speaks for a token; `null` when nothing is loaded. */
  async consult(issuerTag: Uint8Array, subject: string | null, now: number): Promise<Consulted | null> {
    return (await this.#coverage?.consult(issuerTag, subject, now)) ?? null;
  }

  #opened(): Promise<Coverage> {
    this.#ready ??= this.#open();
    return this.#ready;
  }

  async #open(): Promise<Coverage> {
    const { tenant, rootKey, publisherKeys, profile } = this.#options;
    const name = new TextEncoder().encode(`rescind-tenant\0${tenant}`);
    const [tag, trust] = await Promise.all([digest("SHA-256", name), Trust.pinned(rootKey ?? null, publisherKeys)]);
    this.#tenant = tag.slice(0, 16);
    const main = profile === "parts" ? "common" : "whole";
    this.#coverage = new Coverage(main, trust, hex(this.#tenant), this.#clockToleranceSeconds);
    return this.#coverage;
  }
}

/** The name of a part. @throws `ERR_POLICY_INVALID` for anything else */
function requirePart(part: string): string {
  if (nameBytes(part) === null) throw policyInvalid("part", '"whole", "common" or the name of a shard, as "3-5"');
  return part;
}
