//! Every bound of the format (`docs/format.md`, Limits), each with its reason.

/// Longest manifest in bytes: with every table full it stays below 48 KiB; the rest is room for later versions.
pub(crate) const MANIFEST_BYTES: usize = 64 * 1024;

/// Longest object in bytes: 15.7 million tokens. An edge worker has 128 MB in all, and the bytes exist twice
/// while they cross from JavaScript into wasm.
pub(crate) const OBJECT_BYTES: u32 = 64 * 1024 * 1024;

/// Most expiry buckets of known `exp`: their table in memory stays at 16 KiB.
pub(crate) const BUCKETS: u16 = 4096;

/// Shortest expiry bucket is 2^6 = 64 s: nothing is dropped sooner than a poll could drop it.
pub(crate) const BUCKET_SHIFT_MIN: u8 = 6;

/// Every time in the format is below 2^40 s (year 36,812): sums of two never wrap, and T planes stay narrow.
pub(crate) const TIME_BITS: u8 = 40;

/// First second that is not a time of the format.
pub(crate) const TIME_END: u64 = 1 << TIME_BITS;

/// Versions and counts stay below: JavaScript, and JSON as most read it, has no exact integers from 2^53 on.
pub(crate) const NUMBER_END: u64 = 1 << 53;

/// Longest max-stale, 31 days: whoever withholds updates can hide a revocation for no longer than this.
pub(crate) const MAX_STALE_SECONDS: u32 = 31 * 24 * 60 * 60;

/// Longest least wait, an hour: a publisher can slow its readers down, not stop them.
pub(crate) const LEAST_WAIT_SECONDS: u16 = 3_600;

/// Most shards are 2^12: at 32 kB each they hold 30 million entries, more than the whole part may have.
pub(crate) const SHARD_BITS: u8 = 12;

/// Most shards a verifier holds, and as many updates of shards in progress: 2 MB at 32 kB each. Who needs more is served
/// better by the whole.
pub(crate) const SHARDS: usize = 64;

/// Most claim names tried for one member of a dimension's value.
pub(crate) const CLAIM_NAMES: u8 = 4;

/// Most members of a dimension's value: each multiplies the values that a token can have.
pub(crate) const MEMBERS: usize = 4;

/// Longest name of a declared dimension in bytes: a word in verdicts, logs and URLs.
pub(crate) const DIMENSION_NAME_BYTES: usize = 32;

/// Longest records of every dimension of a publisher in bytes: when all of them have entries, the manifest still
/// has room for every other table.
#[cfg(feature = "publish")]
pub(crate) const DECLARED_BYTES: usize = 16 * 1024;

/// Most publisher keys a verifier pins: a present one, a next one, and room for mirrors of both.
pub(crate) const PUBLISHER_KEYS: usize = 8;

/// Longest tenant name in bytes; it is also a path segment of the feed.
pub(crate) const TENANT_BYTES: usize = 64;

/// Longest delta or tile in bytes: two million changes, which are 32 MB when decoded. More are a new base.
pub(crate) const DELTA_BYTES: usize = 8 * 1024 * 1024;

/// Most deltas that a manifest names or carries. A writer lists one for each power of two of versions: 32 of each
/// kind are for ever.
pub(crate) const DELTAS: u8 = 64;

/// Most changes in memory beside a base that is not the manifest's: 8 MB. Where more have gathered, the base is
/// fetched again.
pub(crate) const OVERLAY_CHANGES: usize = 512 * 1024;

/// Most links of a key document: five years of monthly rotation, 24 KiB at most.
pub(crate) const KEY_LINKS: u8 = 64;
