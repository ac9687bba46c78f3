/** The numeric limits of the verifier: the same numbers, for the same reasons, as `src/limits.rs`. */

/** The most bytes a policy may allow for a token. */
export const MAX_TOKEN_BYTES = 1_048_576;

/** Nested objects and arrays in a header, a claims set or a key set, the outermost counted. */
export const MAX_JSON_DEPTH = 32;

/** UTF-8 bytes of a `kid`, in a header as in a key set. */
export const MAX_KEY_ID_BYTES = 512;

/** Bytes of a JWK Set. */
export const MAX_KEY_SET_BYTES = 1_048_576;

/** Keys of a JWK Set. */
export const MAX_KEYS = 256;

/** Bits of an RSA modulus. */
export const MIN_RSA_BITS = 2_048;
export const MAX_RSA_BITS = 8_192;

/** The largest RSA exponent. */
export const MAX_RSA_EXPONENT = 2 ** 33 - 1;

/** Bytes of an HMAC secret at most; the lower bound is the hash length (RFC 7518 §3.2). */
export const MAX_SECRET_BYTES = 4_096;

/** Seconds of clock tolerance at most. */
export const MAX_CLOCK_TOLERANCE_SECONDS = 300;

/** Seconds from now to `exp` that a policy can name at most. */
export const MAX_LIFETIME_SECONDS = 4_294_967_295;

/** Audiences, algorithms or required claims in a policy. */
export const MAX_POLICY_LIST = 64;

/** Pinned keys of a publisher. */
export const MAX_PUBLISHER_KEYS = 8;

/** Values of a token in one dimension of revocations, tuples counted; each costs a hash. */
export const MAX_DIMENSION_VALUES = 256;

/*
 * The bounds of the snapshot format: the same numbers, for the same reasons, as `src/snapshot/limits.rs`.
 */

/** Bytes of a manifest. */
export const MAX_MANIFEST_BYTES = 65_536;

/** Bytes of an object. */
export const MAX_OBJECT_BYTES = 67_108_864;

/** Bytes of a delta. */
export const MAX_DELTA_BYTES = 8_388_608;

/** Deltas that a manifest lists, and that it carries. */
export const MAX_DELTAS = 64;

/** Buckets of known `exp`, and the shortest one: 2^6 seconds. */
export const MAX_BUCKETS = 4_096;
export const MIN_BUCKET_SHIFT = 6;

/** Times are below 2^40 seconds. */
export const TIME_BITS = 40;
export const TIME_END = 2 ** TIME_BITS;

/** Versions and counts are below 2^53. */
export const NUMBER_END = 2 ** 53;

/** Seconds from signing to the end of all answers: 31 days. */
export const MAX_STALE_SECONDS = 2_678_400;

/** Seconds between two polls that a publisher may ask for. */
export const MAX_LEAST_WAIT_SECONDS = 3_600;

/** There are 2^12 shards at most, of which so many are held at once. */
export const MAX_SHARD_BITS = 12;
export const MAX_SHARDS = 64;

/** Members of a dimension, claims that are tried for one, and bytes of a declared dimension's name. */
export const MAX_MEMBERS = 4;
export const MAX_ALTERNATIVES = 4;
export const MAX_DIMENSION_NAME_BYTES = 32;

/** Changes in memory beside a base that is not the manifest's. */
export const MAX_OVERLAY_CHANGES = 524_288;

/** Links of a key document. */
export const MAX_KEY_LINKS = 64;

/** Bytes of an Ed25519 signature (RFC 8032 §5.1.6). */
export const SIGNATURE_BYTES = 64;
