//! What a verifier holds for one publisher.

use super::Snapshot;
use crate::{Edition, Error, UnixTime};
use alloc::{string::String, vec::Vec};

/// Whom a [`Subscription`] trusts.
#[derive(Clone, Debug)]
pub struct SubscriptionOptions {
    /// The pinned Ed25519 publisher keys (RFC 8032 §5.1.5), 1 to 8.
    pub publisher_keys: Vec<[u8; 32]>,
    /// The tenant's name: 1 to 64 of `a-z`, `0-9` and `-`.
    pub tenant: String,
    /// How far ahead of the caller's clock a manifest may be signed, in seconds.
    pub clock_tolerance_seconds: u32,
}

/// The current snapshot of one publisher, the update in progress and the high-water mark.
#[derive(Debug)]
pub struct Subscription {
    current: Option<Snapshot>,
}

impl Subscription {
    /// An empty subscription.
    pub fn new(_options: SubscriptionOptions) -> Result<Self, Error> {
        Ok(Self { current: None })
    }

    /// Verifies a manifest and says which objects it needs; replaces an earlier pending one.
    pub fn offer_manifest(&mut self, _bytes: &[u8], _now: UnixTime) -> Result<Plan, Error> {
        Err(Error::ManifestMalformed { reason: "length" })
    }

    /// Takes one object of the pending manifest.
    pub fn offer_object(&mut self, _bytes: Vec<u8>) -> Result<(), Error> {
        Err(Error::ObjectUnexpected)
    }

    /// Makes the pending edition the current one: all or nothing.
    pub fn commit(&mut self) -> Result<Edition, Error> {
        Err(Error::ObjectMissing)
    }

    /// Drops what is pending; the current snapshot stays.
    pub fn abandon(&mut self) {}

    /// The current snapshot.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.current.as_ref()
    }

    /// The largest signed time seen, 0 if none: no clock may be behind it.
    pub fn time_floor(&self) -> UnixTime {
        UnixTime::from_seconds(0)
    }

    /// What must outlive a restart so that nothing older is ever accepted again.
    pub fn high_water(&self) -> HighWater {
        HighWater {}
    }

    /// Takes back what [`high_water`](Self::high_water) gave; only ever raises.
    pub fn restore_high_water(&mut self, _mark: HighWater) {}
}

/// What must be fetched before [`Subscription::commit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The offered manifest's edition.
    pub edition: Edition,
    /// This very manifest is already current: nothing is pending, nothing is to be committed.
    pub unchanged: bool,
    /// The objects not held yet.
    pub needed: Vec<NeededObject>,
}

/// An object to fetch, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeededObject {
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its length in bytes.
    pub length: u64,
}

/// The highest edition accepted and the largest signed time seen, kept over restarts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HighWater {}

impl HighWater {
    /// The mark as bytes, to be stored.
    pub fn to_bytes(&self) -> Vec<u8> {
        Vec::new()
    }

    /// A stored mark; `None` when the bytes are damaged or of another format.
    pub fn from_bytes(_bytes: &[u8]) -> Option<Self> {
        None
    }
}
