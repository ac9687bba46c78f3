import type { StatusListsOptions } from "./status-list/options.js";
import type { Store } from "./store/store.js";
import type { Algorithm, Jwk, PublisherKey, Subject } from "./types.js";

/** What {@link createVerifier} takes. Unknown names are refused. */
export interface VerifierOptions {
  /** The one issuer whose tokens are accepted: compared with `iss` byte for byte (RFC 7519 §4.1.1). Required. */
  readonly issuer: string;
  /**
   * Who the token must be for: `aud` must hold this value, or one of these (RFC 7519 §4.1.3). Makes `aud` mandatory.
   * Required; `null` accepts tokens for any audience, also without `aud`.
   */
  readonly audience: string | readonly string[] | null;
  /** Where the verification keys come from. Required. */
  readonly keys: KeysOptions;
  /** Where revocations come from. Required; `null` accepts revoked tokens until they expire. */
  readonly revocations: RevocationsOptions | null;
  /**
   * Token Status Lists that tokens may refer to by the claim `status` (draft-ietf-oauth-status-list): only the status
   * VALID passes, and a list that is missing or expired refuses. A token without `status` passes, unless
   * {@link requiredClaims} names it. Default: `null`, the claim is not looked at; revocation then rests on
   * {@link revocations} alone.
   */
  readonly statusLists?: StatusListsOptions | null | undefined;
  /**
   * The algorithms that `alg` may name. A key serves only its own algorithm, whatever is listed.
   * Default: every asymmetric one; with `keys.secret` `["HS256"]`, and then exactly one HMAC algorithm.
   */
  readonly algorithms?: readonly Algorithm[] | undefined;
  /**
   * The media type that `typ` must name, `application/` left out (RFC 8725 §3.11), such as `"at+jwt"` for access
   * tokens of RFC 9068. Makes `typ` mandatory. Default: `null`, any or none.
   */
  readonly typ?: string | null | undefined;
  /** Claims that must be present besides `iss` and `exp`, such as `["sub"]`. Default: none. */
  readonly requiredClaims?: readonly string[] | undefined;
  /** Seconds by which clocks may differ, applied to `exp`, `nbf`, `iat` and the snapshot. 0 to 300. Default: 5. */
  readonly clockToleranceSeconds?: number | undefined;
  /** Bytes of a token at most; longer ones are refused undecoded. 1 to 1,048,576. Default: 16,384. */
  readonly maxTokenBytes?: number | undefined;
  /** Seconds from now to `exp` at most. 1 to 4,294,967,295. Default: 315,360,000 (ten years). */
  readonly maxLifetimeSeconds?: number | undefined;
  /**
   * What happens while the snapshot is past its next update but not expired. Default: `"accept"`, and the verdict
   * says `freshness: "stale"`. Not with `revocations: null`.
   */
  readonly onStale?: "accept" | "reject" | undefined;
  /**
   * What happens when the snapshot cannot answer: none loaded, expired, or the issuer is not enrolled.
   * Default: `"reject"`. Not with `revocations: null`.
   */
  readonly onNotCovered?: "reject" | "accept" | undefined;
  /**
   * Whether timers keep keys and snapshot fresh, and the first fetch is awaited by `createVerifier`. With `false`
   * everything happens inside `verify` and `refresh`. Default: `true`; on workerd and edge-light `false`, and `true`
   * is refused there, since no timer may outlive a request.
   */
  readonly autoRefresh?: boolean | undefined;
  /** Seconds that one refresh may take in all, from the first request to the last byte. 1 to 120. Default: 10. */
  readonly deadlineSeconds?: number | undefined;
  /**
   * The current time in seconds since the Unix epoch; also the clock of every schedule.
   * Default: the system's, in whole seconds.
   */
  readonly now?: (() => number) | undefined;
  /**
   * Keeps verdicts on accepted tokens in memory, so that a token that comes again is answered without computing its
   * signature. The answer is always the one that a full check would give at that moment: a verdict is forgotten with
   * any change of keys or snapshot, and not used outside of the times for which the core computed it.
   *
   * `claims` are frozen while it is on, since the same object is handed out again. Default: 1 MiB; `null`: off.
   */
  readonly cache?: CacheOptions | null | undefined;
  /** Used for every request. Default: the runtime's `fetch`. */
  readonly fetch?: Fetch | undefined;
  /**
   * Keeps the snapshot over restarts, with the highest edition seen, so that a restart cannot be used to roll it back.
   * What it gives back is verified again. Not with `revocations: null`.
   *
   * Default: IndexedDB in pages and their workers (`indexedDbStore()`), the Cache API on workerd and edge-light
   * (`cacheStore()`), none on servers, where `fileStore` of `rescind/store/file` takes a directory. `null`: none.
   */
  readonly store?: Store | null | undefined;
}

/** How much the cache of verdicts may keep. */
export interface CacheOptions {
  /**
   * Bytes at most: a kept token counts its length, four bytes for each character of its claims and 256 bytes.
   * Tokens of more than a sixteenth of the bound are not kept. 16,384 to 1,073,741,824. Default: 1,048,576.
   */
  readonly maxBytes?: number | undefined;
}

/** The part of the Fetch API that is used: `redirect`, `signal`, `headers`, and on pages `cache`, `credentials`. */
export type Fetch = (url: string, init: RequestInit) => Promise<Response>;

/** Exactly one of the three shapes. */
export type KeysOptions = RemoteKeys | GivenKeys | SecretKey;

/** Keys published by the issuer, fetched and kept fresh. Symmetric keys in the set are refused. */
export interface RemoteKeys {
  /** Where the JWK Set lies (RFC 7517 §5). https, or http on a loopback host. */
  readonly jwksUri: string | URL;
  /**
   * Seconds for which keys stay in use past their max-age while refreshing fails. 0 to 604,800 (a week).
   * Default: 3,600. A key that the issuer removed dies with the next successful fetch, whatever this says.
   */
  readonly maxStaleSeconds?: number | undefined;
}

/** Keys given by the caller, never fetched. */
export interface GivenKeys {
  /** A JWK Set (RFC 7517 §5). Symmetric keys are allowed here. */
  readonly jwks: { readonly keys: readonly Jwk[] };
}

/** One HMAC secret. */
export interface SecretKey {
  /** The bytes of the secret: at least as many as the hash puts out (RFC 7518 §3.2), at most 4,096. */
  readonly secret: Uint8Array;
}

/** Where revocations come from and who signs them. */
export interface RevocationsOptions {
  /**
   * The publisher's address for this tenant, such as `https://auth.example.com/r/main`; `/manifest` and `/objects/…`
   * are appended. https, or http on a loopback host; no query.
   */
  readonly url: string | URL;
  /** The pinned keys of the publisher: one to eight Ed25519 public keys. Required, unless `rootKey` is there. */
  readonly publisherKeys?: readonly PublisherKey[] | undefined;
  /**
   * The pinned root key, an Ed25519 public key that is kept offline: the key document that it signs (`{url}/keys`)
   * replaces the publisher keys, also stolen ones. Default: none; publisher keys can then replace themselves only.
   */
  readonly rootKey?: PublisherKey | undefined;
  /** The tenant's name, 1 to 64 of `a-z0-9-`. Default: the last path segment of `url`. */
  readonly tenant?: string | undefined;
  /**
   * Seconds between two looks at the manifest, shortened at random by up to a fifth. More when the publisher asks for
   * it. 1 to 3,600. Default: 10.
   */
  readonly pollSeconds?: number | undefined;
  /**
   * Seconds over which the first look of the timer is spread at random, for fleets that start at the same moment. A
   * check that needs the snapshot sooner fetches it. 0 to 3,600. Default: 0.
   */
  readonly spreadSeconds?: number | undefined;
  /**
   * What is loaded. `"whole"`: everything, for servers and edges. `{ subjects }`: the common part and the shards of at
   * most sixteen subjects whose tokens are checked, for phones and pages; tokens of others are not covered. The list may
   * be empty until `verifier.follow(subjects)` is called, such as at sign-in.
   * `"on-demand"`: the common part, and the shard of each subject whose token comes to `verify`, sixteen at most, the
   * least recently used going first; `check` and `verifySync` answer from what is loaded. Default: `"whole"`.
   */
  readonly profile?: "whole" | "on-demand" | { readonly subjects: readonly Subject[] } | undefined;
  /**
   * Whether to listen to the publisher's events (`{url}/events`), so that a new edition is fetched within a second. Events
   * tell of the whole: with another `profile` each has the parts looked at. The open connection keeps a process alive
   * until `close`. Not with `autoRefresh: false`. Default: `false`.
   */
  readonly push?: boolean | undefined;
}
