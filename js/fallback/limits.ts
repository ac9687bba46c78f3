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
