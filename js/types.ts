import type { RsaStatus } from "./acceleration.js";
import type { KeyImport, SnapshotStatus } from "./core.js";
import type { Refusal } from "./errors.js";
import type { StatusListStatus } from "./status-list/followed-list.js";

export type { SnapshotStatus } from "./core.js";

/** A signature algorithm: a value of the header member `alg` (RFC 7518 §3.1, RFC 8037 §3.1, RFC 9864 §2.2). */
export type Algorithm =
  | "HS256"
  | "HS384"
  | "HS512"
  | "RS256"
  | "RS384"
  | "RS512"
  | "ES256"
  | "ES384"
  | "ES512"
  | "PS256"
  | "PS384"
  | "PS512"
  | "EdDSA"
  | "Ed25519";

/** A JSON Web Key as an object (RFC 7517 §4). Members are checked by the core, not by the type. */
export type Jwk = Readonly<Record<string, unknown>>;

/** The public Ed25519 key of a publisher as a JWK (RFC 8037 §2). */
export interface PublisherKey {
  readonly kty: "OKP";
  readonly crv: "Ed25519";
  /** The 32 bytes of the public key in base64url. */
  readonly x: string;
  readonly [member: string]: unknown;
}

/** The JOSE header of an accepted token (RFC 7515 §4). Frozen: equal headers are one object. */
export interface Header {
  readonly alg: Algorithm;
  readonly kid?: string;
  readonly typ?: string;
  readonly [member: string]: unknown;
}

/**
 * The claims set of an accepted token (RFC 7519 §4). Times are seconds since the Unix epoch. Frozen while the cache of
 * verdicts is on, which hands out one object for the same token.
 */
export interface Claims {
  readonly iss: string;
  readonly exp: number;
  readonly sub?: string;
  readonly aud?: string | readonly string[];
  readonly nbf?: number;
  readonly iat?: number;
  readonly jti?: string;
  readonly [claim: string]: unknown;
}

/** On what a verdict rests. */
export interface Evidence {
  /**
   * `checked`: the snapshot answered "not revoked". `not_covered`: it could not answer, and `onNotCovered` is
   * `"accept"`. `disabled`: `revocations` is `null`.
   */
  readonly revocation: "checked" | "not_covered" | "disabled";
  /** The snapshot in force at that moment, or `null` when there was none. */
  readonly snapshot: SnapshotStatus | null;
}

/** An accepted token. */
export interface Verdict {
  readonly code: "ACCEPTED";
  readonly claims: Claims;
  readonly header: Header;
  readonly evidence: Evidence;
}

/** Options of one call of {@link Verifier.verify}. */
export interface VerifyOptions {
  /**
   * Takes the promise of a refresh that goes on after the answer, such as `ctx.waitUntil` of a worker:
   * `(promise) => ctx.waitUntil(promise)`. The promise never rejects.
   *
   * Default: none. On workerd and edge-light a due refresh is then awaited, since nothing may outlive the request.
   */
  readonly waitUntil?: ((refresh: Promise<void>) => void) | undefined;
}

/** A failure that still stands. */
export interface FailureReport extends Refusal {
  /** What failed; `core`: why plain JavaScript judges tokens instead of the wasm. */
  readonly about: "keys" | "revocations" | "statusLists" | "core";
  /** When, in seconds since the Unix epoch. */
  readonly at: number;
}

/** What a verifier has and how it fares. */
export interface VerifierStatus {
  /** The snapshot in force, or `null`. */
  readonly snapshot: SnapshotStatus | null;
  readonly keys: KeysStatus;
  /** The status lists that are loaded; `null` without the option `statusLists`, and for the fallback. */
  readonly statusLists: readonly StatusListStatus[] | null;
  /** The latest failure that no later success has settled, or `null`. */
  readonly lastError: FailureReport | null;
  /** When keys, snapshot or a status list were last fetched or confirmed, in seconds since the Unix epoch, or `null`. */
  readonly lastRefreshAt: number | null;
  /** Accepted tokens whose verdict is kept, or `null` when nothing is (option `cache`, or the fallback). */
  readonly cache: CacheStatus | null;
  /** The connection for events of the publisher (option `revocations.push`). */
  readonly push: PushStatus;
  /** What judges tokens: the wasm, or plain JavaScript where WebAssembly is absent or forbidden. */
  readonly core: "wasm" | "fallback";
  /**
   * What computes RSA signatures: the wasm (`baseline`), its accelerator (`accelerated`), or the wasm because the
   * accelerator was refused, and why. It is loaded once there is an RSA key. `null` for the fallback.
   */
  readonly rsa: RsaStatus | null;
  /** The entry in use: `web`, `node`, `workerd`, `edge-light`, `deno`, `inline`, `slim` or `no-wasm`. */
  readonly runtime: string;
}

/** Whose tokens are checked. */
export interface Subject {
  /** The token's `iss`. Default: the option `issuer`. */
  readonly issuer?: string | undefined;
  /** The token's `sub`. */
  readonly sub: string;
}

/** `waiting`: the connection ended, and another one follows after a while. */
export type PushStatus = "off" | "connecting" | "connected" | "waiting";

/** The cache of verdicts. Bytes are estimates from above of what an entry takes. */
export interface CacheStatus {
  readonly entries: number;
  readonly bytes: number;
  /** The bound, as the option says. */
  readonly maxBytes: number;
}

/** The verification keys of a verifier. */
export interface KeysStatus {
  /** Keys that can verify. */
  readonly count: number;
  /** When the key set was last fetched or confirmed, in seconds since the Unix epoch; `null` when never fetched. */
  readonly fetchedAt: number | null;
  /** Where the keys come from. */
  readonly source: "jwksUri" | "jwks" | "secret";
  /** Members of the key set that were left out, with the reason in words. */
  readonly refused: KeyImport["refused"];
}

/** Checks tokens of one issuer against one policy, one key set and one snapshot. */
export interface Verifier {
  /**
   * Checks a token. Resolves without I/O while keys and snapshot are loaded; asks the store before the network; starts
   * a refresh when one is due, in the background while what is loaded is usable, and waits for it when nothing usable is
   * there. A token that names an unknown `kid` causes one refetch of the key set, within a cooldown.
   *
   * @throws {@link RescindError} when the token is not accepted; `code` says why, `cause` holds the failed refresh
   *   behind it, if any.
   */
  verify(token: string, options?: VerifyOptions): Promise<Verdict>;
  /**
   * The same check with what is loaded now: never waits, fetches nothing. Not where `status().core` is `fallback`:
   * signatures take a promise there. @throws {@link RescindError}
   */
  verifySync(token: string): Verdict;
  /** The same as {@link verifySync} as a value: branch on `code`. Never throws, whatever the argument is. */
  check(token: unknown): Verdict | Refusal;
  /**
   * Fetches key set and manifest now. What is loaded stays in force when that fails.
   * @throws {@link RescindError} the first failure
   */
  refresh(): Promise<void>;
  /**
   * Follows these subjects from now on, and no longer those before: for a device that learns who it belongs to only at
   * sign-in, with `revocations: { profile: { subjects: [] } }` until then; `follow([])` at sign-out. Resolves once their
   * shards are there. At most sixteen.
   *
   * @throws {@link RescindError} what kept a shard from being loaded. The subjects are followed all the same: every
   *   refresh tries again, and `verify` too.
   */
  follow(subjects: readonly Subject[]): Promise<void>;
  /** Snapshot, keys and the last failure; reads, never fetches. */
  status(): VerifierStatus;
  /** Stops timers and running downloads and frees the memory. Later checks answer `ERR_VERIFIER_CLOSED`. */
  close(): void;
}
