//! One sequence over concatenated buckets, each with a capacity of quotients of its own.

use super::fragment::position;
use super::reader::Reader;
use super::sequence::{Positions, Sequence, malformed};
use crate::Error;
use alloc::vec::Vec;
#[cfg(feature = "publish")]
use core::ops::RangeInclusive;

/// Hash fragments by bucket, read in place.
#[derive(Debug)]
pub(super) struct Buckets {
    /// First quotient of each bucket and, last, their sum.
    quotients: Vec<u32>,
    sequence: Sequence,
}

impl Buckets {
    /// Takes `count` entries over buckets of these capacities from the reader, whose whole input is `bytes`.
    pub(super) fn open(
        reader: &mut Reader<'_>,
        bytes: &[u8],
        count: u32,
        capacities: &[u32],
    ) -> Result<Self, Error> {
        let quotients = running_sums(capacities).ok_or(malformed("capacity"))?;
        let sequence = Sequence::open(reader, count, quotients.last().copied().unwrap_or(0))?;
        let buckets = Self { quotients, sequence };
        match buckets.fill_is_bounded(bytes) {
            Some(true) => Ok(buckets),
            _ => Err(malformed("bucket holds more than its capacity")),
        }
    }

    /// Where `fragment` of `bucket` is or would be; `None` for a bucket without capacity.
    pub(super) fn position(&self, bucket: usize, fragment: u64) -> Option<u64> {
        let &[start, end] = self.quotients.get(bucket..)?.first_chunk()?;
        (start < end).then(|| (u64::from(start) << 32) + position(fragment, end - start))
    }

    /// The rank of the entry at `position`, if it is there.
    pub(super) fn find(&self, bytes: &[u8], position: u64) -> Option<u32> {
        self.sequence.find(bytes, position)
    }

    /// Every position in order.
    pub(super) fn positions<'a>(&self, bytes: &'a [u8]) -> Positions<'a> {
        self.sequence.positions(bytes)
    }

    pub(super) const fn count(&self) -> u32 {
        self.sequence.count()
    }

    /// The sum of all capacities.
    pub(super) const fn quotients(&self) -> u32 {
        self.sequence.quotients()
    }

    pub(super) fn capacities(&self) -> impl Iterator<Item = u32> {
        self.quotients.windows(2).filter_map(|bucket| bucket.first_chunk().map(|[start, end]| end - start))
    }

    /// The first position of `bucket`, or the end of all for the bucket past the last.
    pub(super) fn start(&self, bucket: usize) -> Option<u64> {
        self.quotients.get(bucket).map(|&quotient| u64::from(quotient) << 32)
    }

    /// The bucket of a position.
    pub(super) fn bucket_at(&self, position: u64) -> Option<usize> {
        let quotient = u32::try_from(position >> 32).ok().filter(|&quotient| quotient < self.quotients())?;
        self.quotients.partition_point(|&start| start <= quotient).checked_sub(1)
    }

    /// How many entries `bucket` has.
    pub(super) fn fill(&self, bytes: &[u8], bucket: usize) -> Option<u32> {
        let &[start, end] = self.quotients.get(bucket..)?.first_chunk()?;
        self.sequence.rank(bytes, end)?.checked_sub(self.sequence.rank(bytes, start)?)
    }

    /// How many entries stand before the quotient of a position.
    #[cfg(feature = "publish")]
    pub(super) fn rank(&self, bytes: &[u8], position: u64) -> Option<u32> {
        self.sequence.rank(bytes, u32::try_from(position >> 32).ok()?)
    }

    /// The bucket of each entry and the fragments it can stand for, in order.
    #[cfg(feature = "publish")]
    pub(super) fn fragments(&self, bytes: &[u8]) -> impl Iterator<Item = (usize, RangeInclusive<u64>)> {
        self.positions(bytes).filter_map(|position| {
            let bucket = self.bucket_at(position)?;
            let &[start, end] = self.quotients.get(bucket..)?.first_chunk()?;
            let place = u128::from(position.checked_sub(u64::from(start) << 32)?);
            let capacity = u128::from(end - start);
            let first = (place << 32).div_ceil(capacity);
            let last = ((place + 1) << 32).div_ceil(capacity) - 1;
            Some((bucket, u64::try_from(first).ok()?..=u64::try_from(last).ok()?))
        })
    }

    /// A bucket holds no more entries than its capacity: that bounds the false positives of a look-up.
    fn fill_is_bounded(&self, bytes: &[u8]) -> Option<bool> {
        let mut before = 0;
        for bucket in self.quotients.windows(2) {
            let &[start, end] = bucket.first_chunk()?;
            let rank = self.sequence.rank(bytes, end)?;
            if rank.checked_sub(before)? > end - start {
                return Some(false);
            }
            before = rank;
        }
        Some(true)
    }
}

fn running_sums(capacities: &[u32]) -> Option<Vec<u32>> {
    let mut sums = Vec::with_capacity(capacities.len() + 1);
    let mut sum = 0_u32;
    sums.push(sum);
    for &capacity in capacities {
        sum = sum.checked_add(capacity)?;
        sums.push(sum);
    }
    Some(sums)
}

#[cfg(feature = "publish")]
pub(super) use writer::{BucketsWriter, distinct};

#[cfg(feature = "publish")]
mod writer {
    use super::position;
    use crate::snapshot::changes::Entries;
    use alloc::vec::Vec;

    /// Takes the buckets in order and lays out their sequence.
    #[derive(Default)]
    pub(in crate::snapshot) struct BucketsWriter {
        pub(in crate::snapshot) capacities: Vec<u32>,
        pub(in crate::snapshot) entries: Entries,
        quotients: u32,
    }

    impl BucketsWriter {
        /// Adds the next bucket from pairs of fragment and value, sorted. Its capacity is the number of different
        /// fragments and `room`; of several values for one position the largest stays.
        pub(in crate::snapshot) fn push(
            &mut self,
            bucket: impl Iterator<Item = (u64, u64)> + Clone,
            room: u32,
        ) {
            let capacity = distinct(bucket.clone()).saturating_add(room);
            let start = u64::from(self.quotients) << 32;
            for (fragment, value) in bucket {
                self.insert(start.saturating_add(position(fragment, capacity)), value);
            }
            self.capacities.push(capacity);
            self.quotients = self.quotients.saturating_add(capacity);
        }

        fn insert(&mut self, position: u64, value: u64) {
            if self.entries.positions.last() == Some(&position) {
                if let Some(last) = self.entries.values.last_mut() {
                    *last = value.max(*last);
                }
                return;
            }
            self.entries.positions.push(position);
            self.entries.values.push(value);
        }
    }

    /// How many different fragments a sorted bucket has.
    pub(in crate::snapshot) fn distinct(bucket: impl Iterator<Item = (u64, u64)>) -> u32 {
        let mut count = 0_u32;
        let mut last = None;
        for (fragment, _) in bucket {
            count = count.saturating_add(u32::from(last != Some(fragment)));
            last = Some(fragment);
        }
        count
    }
}
