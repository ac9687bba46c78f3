//! The revocation snapshot: what a verifier holds, and how it is renewed. Bytes: `docs/format.md`.

mod subscription;
pub use subscription::{HighWater, NeededObject, Plan, Subscription, SubscriptionOptions};

#[cfg(feature = "publish")]
mod publication;
#[cfg(feature = "publish")]
pub use publication::{Entry, Parameters, Publication, PublishError, PublishedObject, publish};

use crate::{Edition, Freshness, Identity, RevocationStatus, UnixTime};
use alloc::vec::Vec;

/// One complete, verified edition of what is revoked.
#[derive(Debug)]
pub struct Snapshot {
    manifest: Vec<u8>,
    edition: Edition,
}

impl Snapshot {
    /// Epoch and version.
    pub fn edition(&self) -> Edition {
        self.edition
    }

    /// When the publisher signed it, in seconds since the Unix epoch.
    pub fn issued_at(&self) -> u64 {
        0
    }

    /// When a newer edition is due, in seconds since the Unix epoch.
    pub fn next_update(&self) -> u64 {
        0
    }

    /// When it stops answering, in seconds since the Unix epoch: `issued_at` + max-stale.
    pub fn expires_at(&self) -> u64 {
        0
    }

    /// How many distinct revocations it holds.
    pub fn entries(&self) -> u64 {
        0
    }

    /// Its size: manifest and objects, in bytes.
    pub fn bytes(&self) -> u64 {
        0
    }

    /// How old it is at `now`; a clock behind the largest signed time seen is taken as that time.
    pub fn freshness(&self, _now: UnixTime) -> Freshness {
        Freshness::Expired
    }

    /// What it says about one token at `now`.
    pub fn status(&self, _identity: &Identity<'_>, _now: UnixTime) -> RevocationStatus {
        RevocationStatus::NotCovered(crate::NotCovered::NoSnapshot)
    }

    /// The signed manifest, as received.
    pub fn manifest_bytes(&self) -> &[u8] {
        &self.manifest
    }
}
