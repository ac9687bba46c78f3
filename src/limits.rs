//! Every numeric limit of the verifier, with its reason. The snapshot's own limits stand in `snapshot`.

/// Bytes of a token by default: HTTP servers commonly refuse header blocks above 16 KiB (Node: 16 KiB in all).
pub const DEFAULT_MAX_TOKEN_BYTES: usize = 16 * 1024;

/// The most bytes a policy may allow for a token.
pub const MAX_TOKEN_BYTES: usize = 1024 * 1024;

/// Nested objects and arrays in a header, a claims set or a key set. Real claims sets nest up to about six.
pub const MAX_JSON_DEPTH: usize = 32;

/// Characters of a `kid`, in a header as in a key set; longer ones are attacks, not identifiers.
pub const MAX_KEY_ID_BYTES: usize = 512;

/// Bytes of a JWK Set: 256 RSA-8192 keys with certificates left out fit twice.
pub const MAX_KEY_SET_BYTES: usize = 1024 * 1024;

/// Keys of a JWK Set. Identity providers publish between one and about twenty.
pub const MAX_KEYS: usize = 256;

/// Bits of an RSA modulus; RFC 7518 §3.3 gives the lower bound, ring's limits the upper one.
pub const RSA_MODULUS_BITS: core::ops::RangeInclusive<usize> = 2048..=8192;

/// The largest RSA exponent, 2^33 − 1: ring's limit. Verification time grows with its length.
pub const RSA_MAX_EXPONENT: u64 = (1 << 33) - 1;

/// Bytes of an HMAC secret at most; the lower bound is the hash length (RFC 7518 §3.2).
pub const MAX_SECRET_BYTES: usize = 4096;

/// Seconds of clock tolerance by default.
pub const DEFAULT_CLOCK_TOLERANCE_SECONDS: u32 = 5;

/// Seconds of clock tolerance at most: "no more than a few minutes" (RFC 7519 §4.1.4).
pub const MAX_CLOCK_TOLERANCE_SECONDS: u32 = 300;

/// Seconds from now to `exp` at most by default: ten years. Beyond lie milliseconds taken for seconds.
pub const DEFAULT_MAX_LIFETIME_SECONDS: u32 = 315_360_000;

/// Audiences, algorithms or required claims in a policy.
pub const MAX_POLICY_LIST: usize = 64;

/// Bytes of one status list by default, inflated: 33 million tokens of one bit each.
pub const DEFAULT_STATUS_LIST_BYTES: usize = 4 * 1024 * 1024;

/// The most bytes a policy may allow for one status list.
pub const MAX_STATUS_LIST_BYTES: usize = 64 * 1024 * 1024;

/// Status lists held at once: an issuer's tokens lie on few, and a token chooses among the allowed addresses.
pub const MAX_STATUS_LISTS: usize = 64;

/// Seconds after its `iat` for which a status list without `exp` may be used by default: a day.
pub const DEFAULT_STATUS_LIST_AGE_SECONDS: u32 = 86_400;

/// The most seconds a policy may allow for that: a year.
pub const MAX_STATUS_LIST_AGE_SECONDS: u32 = 31_536_000;

/// Bytes of a status list's address: what servers and proxies commonly take.
pub const MAX_STATUS_URI_BYTES: usize = 2048;

/// Values of a token in one dimension of revocations, tuples counted; each costs a hash.
pub const MAX_DIMENSION_VALUES: usize = 256;
