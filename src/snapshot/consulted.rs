//! What a token is looked up in, and the answer.

use super::Snapshot;
use super::dimension_table::TOKEN_NAME;
use super::fragment::IssuerTag;
use super::part::Shard;
use super::rejection::Rejection;
use super::validity::Validity;
use crate::{Freshness, Identity, NotCovered, RevocationStatus, UnixTime};

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
        let missing = self.missing.map(NotCovered::ShardNotLoaded);
        let reasons = [main.as_ref().err().copied(), missing, shard.as_ref().err().copied()];
        let reason = reasons.into_iter().flatten().min_by_key(rank);
        if let Some(finding) = Finding::stricter(main.ok().flatten(), shard.ok().flatten()) {
            return finding.status();
        }
        if let Some(reason) = reason {
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

/// The order in which reasons are told.
const fn rank(reason: &NotCovered) -> u8 {
    match reason {
        NotCovered::IssuerNotEnrolled => 0,
        NotCovered::ShardNotLoaded(_) => 1,
        _ => 2,
    }
}

/// What revokes a token.
#[derive(Clone, Copy)]
pub(super) enum Finding<'a> {
    Token,
    CutOff(Rejection<'a>),
}

impl<'a> Finding<'a> {
    /// A token entry outranks cut-offs.
    fn stricter(one: Option<Finding<'a>>, other: Option<Finding<'a>>) -> Option<Finding<'a>> {
        one.into_iter().chain(other).max_by_key(|finding| match finding {
            Finding::Token => u64::MAX,
            Finding::CutOff(rejection) => rejection.rank(),
        })
    }

    fn status(&self) -> RevocationStatus {
        match self {
            Self::Token => {
                RevocationStatus::Revoked { dimension: TOKEN_NAME.into(), since: None, generation: None }
            }
            Self::CutOff(rejection) => rejection.status(),
        }
    }
}
