/**
 * The seam to the verifier core: what `src/wasm.rs` exports, described by hand. The generated glue is taken as this
 * in `load/start.ts`, and nowhere else.
 */

import type { Acceleration } from "./acceleration.js";
import type { StatusListTaker } from "./status-list/taker.js";

/** The policy of one verifier, as the core takes it. */
export interface CorePolicy {
  readonly issuer: string;
  /** `null`: any audience. */
  readonly audience: readonly string[] | null;
  readonly algorithms: readonly string[];
  /** `null`: any `typ`. */
  readonly typ: string | null;
  readonly requiredClaims: readonly string[];
  readonly clockToleranceSeconds: number;
  readonly maxTokenBytes: number;
  readonly maxLifetimeSeconds: number;
  /** `null`: revocation is not checked. */
  readonly revocations: CoreRevocations | null;
}

/** The revocation part of {@link CorePolicy}. */
export interface CoreRevocations {
  /** The `x` of each pinned Ed25519 JWK: base64url of 32 bytes. */
  readonly publisherKeys: readonly string[];
  /** The same of the root key; `null`: none is pinned. */
  readonly rootKey?: string | null;
  /** Which parts are loaded: the whole, or the common part and any shards. */
  readonly profile?: "whole" | "parts";
  readonly tenant: string;
  readonly onStale: "accept" | "reject";
  readonly onNotCovered: "accept" | "reject";
}

/** What became of a key set. */
export interface KeyImport {
  /** Keys that can verify. */
  readonly accepted: number;
  /** Members that were left out, with the reason in words. */
  readonly refused: readonly { readonly kid: string | null; readonly reason: string }[];
}

/** The same, as the core tells it. */
export interface CoreKeyImport extends KeyImport {
  /** How many of the accepted ones are RSA keys. */
  readonly rsa: number;
}

/** A part of a publication: `whole`, `common`, or a shard as `{s}-{i}`. */
export type PartName = "whole" | "common" | `${number}-${number}`;

/** What has to be fetched before a manifest can be committed. */
export interface Plan {
  readonly epoch: number;
  readonly version: number;
  /** This very manifest is already current: nothing is pending. */
  readonly unchanged: boolean;
  /** Seconds between two polls that the publisher asks for; 0: none. */
  readonly leastWaitSeconds: number;
  /** SHA-256 of every object that leads to this edition from nothing: what must be kept to load it from a store. */
  readonly base: readonly string[];
  /** What is not held yet of the cheapest way to it. */
  readonly needed: readonly NeededObject[];
}

/** One object to fetch. */
export interface NeededObject {
  readonly kind: "tokens" | "cut_offs" | "delta";
  /** In hex. */
  readonly sha256: string;
  readonly length: number;
}

/** The snapshot in force, judged at a time; of several parts together: the times are those of the oldest. */
export interface SnapshotStatus {
  /** Raised when the publisher starts over (new salt, recovery). */
  readonly epoch: number;
  /** Raised by each publication within the epoch. */
  readonly version: number;
  /** When the publisher signed it, in seconds since the Unix epoch. */
  readonly issuedAt: number;
  /** From here on it is stale, in seconds since the Unix epoch. */
  readonly nextUpdate: number;
  /** From here on it answers nothing, in seconds since the Unix epoch. */
  readonly expiresAt: number;
  /** Seconds since `issuedAt`. */
  readonly ageSeconds: number;
  readonly freshness: "fresh" | "stale" | "expired";
  /** Revoked tokens and cut-offs in it. */
  readonly entries: number;
  /** Bytes of manifest and objects. */
  readonly bytes: number;
  /** The parts that are held. */
  readonly parts: readonly string[];
}

/** One verifier in wasm memory. Methods throw a plain `{ code, message, details }`. */
export interface Core extends StatusListTaker {
  setKeys(jwkSet: Uint8Array, source: "public" | "trusted"): CoreKeyImport;
  /** Lets the accelerator that was set meanwhile serve the present keys. Changes no answer. */
  accelerate(): number;
  setSecret(secret: Uint8Array, alg: string): void;
  hasKeys(): boolean;
  /** A pointer to at least `bytes` writable bytes, or 0 when that is more than a token may have. */
  reserve(bytes: number): number;
  /** Judges the first `bytes` bytes at the reserved pointer: 0 when accepted, else the number of a failure. */
  verify(bytes: number, now: number): number;
  /** The status of a token that was too large to be copied in. */
  tooLarge(bytes: number): number;
  /**
   * A pointer to {@link REPORT_LENGTH} numbers of eight bytes about the last accepted token, at the same place for as
   * long as this verifier lives: where its claims lie and how many bytes they have, the same of its header (both
   * UTF-8 JSON, valid until the next call), what the look-up said (0 disabled, 1 checked, 2 accepted though not
   * covered), and from when on until when, exclusively, in seconds since the Unix epoch, the token gets the same
   * answer from these keys and this snapshot.
   */
  report(): number;
  /** What the last non-zero status stood for: `{ code, message, details }`. */
  failure(): unknown;
  offerManifest(part: PartName, bytes: Uint8Array, now: number): Plan;
  offerObject(part: PartName, bytes: Uint8Array): void;
  /** Takes a key document, for all parts; the number of the newest keys. */
  offerKeys(document: Uint8Array): number;
  /** Makes what is pending of these parts current: all of them, or none. */
  commit(parts: readonly PartName[]): void;
  abandon(part: PartName): void;
  /** The next plan starts from a base, whatever is held. */
  restart(part: PartName): void;
  /** An object of the base in memory, also one that was folded here. */
  object(part: PartName, sha256: string): Uint8Array | undefined;
  /** Forgets a shard. */
  drop(shard: PartName): void;
  highWater(part: PartName): Uint8Array;
  /** Raises the high-water mark of a part; `false` when the bytes are not one. */
  restoreHighWater(part: PartName, bytes: Uint8Array): boolean;
  /** The shard of a subject, by the common part that is pending or else in force; nothing where there is none. */
  shardFor(issuer: string, subject: string): PartName | null | undefined;
  snapshot(now: number): SnapshotStatus | null;
  free(): void;
}

/** How many numbers {@link Core.report} points to. */
export const REPORT_LENGTH = 7;

/** The instantiated module. */
export interface CoreModule {
  readonly Core: new (policy: CorePolicy) => Core;
  readonly memory: WebAssembly.Memory;
  /** Of all verifiers on it. */
  readonly acceleration: Acceleration;
  errorCodes(): string[];
  version(): string;
}
