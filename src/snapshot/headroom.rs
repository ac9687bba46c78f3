//! Room in a universe for what is revoked after its base was written.

use super::limits::TIME_END;

/// How much more than its present entries a universe can take. Without room, the next entry needs a new one, which
/// every verifier has to download.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Headroom {
    /// For each bucket this share of the largest bucket's present entries, in percent.
    pub percent: u16,
    /// For each bucket at least this many entries.
    pub least: u32,
    /// Tokens that expire from this time on have buckets, in seconds since the Unix epoch.
    pub from: u64,
    /// Tokens that expire up to this time have buckets, in seconds since the Unix epoch.
    pub until: u64,
}

impl Headroom {
    pub(super) const fn is_none(&self) -> bool {
        self.percent == 0 && self.least == 0
    }

    /// What the largest of several buckets with the same room needs.
    pub(super) fn room(&self, entries: u32) -> u32 {
        let share = (u64::from(entries) * u64::from(self.percent)).div_ceil(100);
        u32::try_from(share).unwrap_or(u32::MAX).max(self.least)
    }

    /// The times that must have buckets.
    pub(super) fn span(&self) -> impl Iterator<Item = u64> + Clone + use<> {
        let any = !self.is_none() && self.from <= self.until && self.until < TIME_END;
        any.then_some([self.from, self.until]).into_iter().flatten()
    }
}
