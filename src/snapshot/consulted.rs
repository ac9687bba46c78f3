//! What a token is looked up in, and the answer.

use super::Snapshot;
use super::fragment::IssuerTag;
use super::part::Shard;
use super::validity::Validity;
use crate::{Dimension, Freshness, Identity, NotCovered, RevocationStatus, UnixTime};

/// The parts that speak for one token: the whole, or the common part and its subject's shard.
#[derive(Debug)]
pub(crate) struct Consulted<'a> {
    pub(super) issuer: IssuerTag,
    pub(super) main: &'a Snapshot,
    pub(super) shard: Option<&'a Snapshot>,
    /// The shard that ought to speak too and is not there.
    pub(super) missing: Option<Shard>,
}

impl Consulted<'_> {
    /// The strictest of what the parts say; a revocation is told even where another part is missing or old.
    pub(crate) fn status(&self, identity: &Identity<'_>, now: UnixTime) -> RevocationStatus {
        let main = self.main.find(&self.issuer, identity);
        let shard = self.shard.map_or(Ok(None), |shard| shard.find(&self.issuer, identity));
        let found = |answer: &Result<Option<Finding>, NotCovered>| answer.as_ref().ok().copied().flatten();
        if let Some(finding) = Finding::stricter(found(&main), found(&shard)) {
            return finding.status();
        }
        let missing = self.missing.map(NotCovered::ShardNotLoaded);
        if let Some(reason) = main.err().or(missing).or(shard.err()) {
            return RevocationStatus::NotCovered(reason);
        }
        match self.validity().freshness(now) {
            Freshness::Expired => RevocationStatus::NotCovered(NotCovered::Expired),
            _ => RevocationStatus::NotRevoked,
        }
    }

    /// That of the oldest part.
    pub(crate) fn validity(&self) -> Validity {
        let main = self.main.validity();
        self.shard.map_or(main, |shard| main.and(shard.validity()))
    }
}

/// What revokes a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Finding {
    Token,
    CutOff { dimension: Dimension, time: i64 },
}

impl Finding {
    /// A token entry outranks cut-offs; of those the largest T is told, and of equal ones the first dimension.
    pub(super) fn stricter(one: Option<Self>, other: Option<Self>) -> Option<Self> {
        let rank = |finding: &Self| match *finding {
            Self::Token => (true, 0, core::cmp::Reverse(None)),
            Self::CutOff { dimension, time } => (false, time, core::cmp::Reverse(Some(dimension))),
        };
        // Of equal ones `max_by_key` takes the last.
        other.into_iter().chain(one).max_by_key(rank)
    }

    fn status(self) -> RevocationStatus {
        match self {
            Self::Token => RevocationStatus::Revoked { dimension: "token".into(), since: None },
            Self::CutOff { dimension, time } => {
                RevocationStatus::Revoked { dimension: dimension.name().into(), since: Some(time) }
            }
        }
    }
}
