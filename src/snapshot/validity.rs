//! For how long an edition, or several together, may be used.

use super::manifest::Manifest;
use super::subscription::not_before;
use crate::{Edition, Freshness, UnixTime};

/// The times of an edition. Of several parts together the earliest counts: no answer is fresher than its oldest part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Validity {
    /// Of several parts that of the first.
    pub(crate) edition: Edition,
    pub(crate) issued_at: u64,
    pub(crate) next_update: u64,
    pub(crate) expires_at: u64,
    /// A clock behind this is taken as this.
    pub(super) time_floor: u64,
}

impl Validity {
    pub(super) fn new(manifest: &Manifest) -> Self {
        let fields = &manifest.fields;
        Self {
            edition: fields.edition,
            issued_at: fields.issued_at,
            next_update: fields.next_update,
            expires_at: manifest.expires_at(),
            time_floor: fields.issued_at,
        }
    }

    /// Of an answer that rests on both.
    pub(super) fn and(self, other: Self) -> Self {
        Self {
            edition: self.edition,
            issued_at: self.issued_at.min(other.issued_at),
            next_update: self.next_update.min(other.next_update),
            expires_at: self.expires_at.min(other.expires_at),
            time_floor: self.time_floor.max(other.time_floor),
        }
    }

    pub(crate) fn freshness(&self, now: UnixTime) -> Freshness {
        let now = not_before(now, self.time_floor);
        if now < UnixTime::from_seconds(self.next_update) {
            Freshness::Fresh
        } else if now < UnixTime::from_seconds(self.expires_at) {
            Freshness::Stale
        } else {
            Freshness::Expired
        }
    }
}
