//! What a successful check answers: the claims, and on what evidence they were accepted.

use alloc::string::String;
use alloc::sync::Arc;
use core::ops::Range;

use crate::error::{Edition, NotCovered};
use crate::header::Header;
use crate::revocation::Freshness;
use crate::snapshot::Validity;
use crate::time::UnixTime;

/// An accepted token. Only [`Verifier::verify`](crate::Verifier::verify) makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct Verified {
    pub(crate) header: Arc<Header>,
    pub(crate) claims: String,
    pub(crate) evidence: Evidence,
    pub(crate) unchanged: Range<UnixTime>,
}

impl Verified {
    /// The protected header: the text of one JSON object, as signed.
    pub fn header_json(&self) -> &str {
        &self.header.text
    }

    /// The claims set: the text of one JSON object without duplicate members, as signed.
    pub fn claims_json(&self) -> &str {
        &self.claims
    }

    /// The times at which the same token gets the same answer, as long as keys and snapshot stay the same: what a
    /// cache of verdicts may rely on.
    pub fn unchanged_during(&self) -> Range<UnixTime> {
        self.unchanged.clone()
    }

    /// What the acceptance rests on.
    pub fn evidence(&self) -> &Evidence {
        &self.evidence
    }
}

/// What an acceptance rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// What the revocation look-up said.
    pub revocation: RevocationEvidence,
    /// The snapshot that was asked; `None` when revocation is disabled or no snapshot is loaded.
    pub snapshot: Option<SnapshotEvidence>,
}

/// What the revocation look-up said about an accepted token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum RevocationEvidence {
    /// The policy disables revocation.
    Disabled,
    /// The snapshot speaks for this token, and it is not revoked.
    NotRevoked,
    /// The snapshot cannot speak for this token, and the policy accepts that.
    NotCovered(NotCovered),
}

/// The snapshot behind a verdict, or the parts of one: the edition is the common part's, everything else that of the
/// oldest part. Times are seconds since the Unix epoch.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotEvidence {
    /// Epoch and version.
    pub edition: Edition,
    /// When the publisher signed it.
    pub issued_at: u64,
    /// How many seconds before the check that was.
    pub age_seconds: u64,
    /// Fresh, stale or expired at the time of the check.
    pub freshness: Freshness,
}

impl SnapshotEvidence {
    pub(crate) fn of(validity: &Validity, now: UnixTime) -> Self {
        Self {
            edition: validity.edition,
            issued_at: validity.issued_at,
            age_seconds: now.floor_seconds_unsigned().saturating_sub(validity.issued_at),
            freshness: validity.freshness(now),
        }
    }
}
