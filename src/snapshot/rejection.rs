//! The cut-off that a token falls to.

use super::dimension_table::LiveDimension;
use crate::RevocationStatus;

/// A cut-off that rejects a token: T or the least generation that lives, of a dimension.
#[derive(Clone, Copy)]
pub(super) struct Rejection<'a> {
    pub(super) live: &'a LiveDimension,
    pub(super) least: u64,
}

impl Rejection<'_> {
    /// Which of several is told, the one of the highest rank: the largest T, of equal ones the smallest number; after
    /// every T the generation of the smallest number.
    pub(super) fn rank(&self) -> u64 {
        let number = u64::from(u8::MAX - self.live.dimension.number());
        if self.live.dimension.compares_generations() {
            number << 40 | self.least
        } else {
            1 << 63 | self.least << 8 | number
        }
    }

    pub(super) fn status(&self) -> RevocationStatus {
        let is_generation = self.live.dimension.compares_generations();
        RevocationStatus::Revoked {
            dimension: self.live.name().into(),
            since: i64::try_from(self.least).ok().filter(|_| !is_generation),
            generation: Some(self.least).filter(|_| is_generation),
        }
    }
}
