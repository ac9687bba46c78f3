//! Where revocations are kept: the contract that every store keeps.

use std::fmt;

use crate::record::Record;

mod embedded;
pub use embedded::Embedded;

#[cfg(test)]
pub(crate) mod double;

/// A durable, ordered log of revocations, and what the publisher must never forget.
///
/// The contract, which `tests/store_contract.rs` asks of every implementation:
/// - When a write returns `Ok`, it survives the death of the process and of the machine.
/// - A write happens as a whole or not at all. After an error, it may or may not be found later; it was never
///   acknowledged.
/// - Sequences are consecutive from 1; a batch that does not continue the log is refused.
/// - The publication only rises: `(epoch, version)` and `issued_at` never go back.
///
/// Calls block; they are made from threads of their own.
pub trait Store: Send + Sync + 'static {
    /// Appends the records, whose sequences continue the log.
    fn append(&self, records: &[Record]) -> Result<(), StoreError>;

    /// The sequence of the newest record; 0 for an empty log. Outlives [`forget`](Self::forget).
    fn last_sequence(&self) -> Result<u64, StoreError>;

    /// Shows every record that leaves after `now`, in no particular order.
    fn live(&self, now: u64, visit: &mut dyn FnMut(Record)) -> Result<(), StoreError>;

    /// The first `limit` kept records after the sequence `after`, ascending.
    fn page(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError>;

    /// Drops up to `limit` records that left at or before `until`; says how many.
    fn forget(&self, until: u64, limit: usize) -> Result<usize, StoreError>;

    /// The newest publication, if there was one.
    fn publication(&self) -> Result<Option<PublicationState>, StoreError>;

    /// Keeps `next`, which must have a higher edition than the present one and no earlier `issued_at`.
    fn set_publication(&self, next: &PublicationState) -> Result<(), StoreError>;
}

/// What the publisher continues from after a restart.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicationState {
    /// Epoch and version, possibly not published yet.
    pub edition: rescind::Edition,
    /// Seconds since the Unix epoch.
    pub issued_at: u64,
    /// The salt of this epoch's hash fragments.
    pub salt: [u8; 16],
    /// There are two to the power of this many shards; 0 means none.
    pub shard_bits: u8,
}

/// Why the store did not do it.
#[derive(Debug)]
pub enum StoreError {
    /// It cannot be read or written now; nothing was acknowledged.
    Unavailable(Box<dyn std::error::Error + Send + Sync>),
    /// What it holds cannot be read back.
    Corrupt(&'static str),
    /// The write does not continue what is there.
    OutOfOrder(&'static str),
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unavailable(source) => write!(f, "the store is unavailable: {source}"),
            Self::Corrupt(what) => write!(f, "the store holds what it should not: {what}"),
            Self::OutOfOrder(what) => write!(f, "the write does not continue the store: {what}"),
        }
    }
}

impl std::error::Error for StoreError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            Self::Unavailable(source) => Some(source.as_ref()),
            Self::Corrupt(_) | Self::OutOfOrder(_) => None,
        }
    }
}
