//! One sequence over concatenated buckets, each with a capacity of quotients of its own.

use super::fragment::position;
use super::reader::Reader;
use super::sequence::{Sequence, malformed};
use crate::Error;
use alloc::vec::Vec;

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
        match buckets.fill_is_canonical(bytes) {
            Some(true) => Ok(buckets),
            _ => Err(malformed("bucket disagrees with its capacity")),
        }
    }

    /// The rank of `fragment` in `bucket`, if it is there.
    pub(super) fn find(&self, bytes: &[u8], bucket: usize, fragment: u64) -> Option<u32> {
        let &[start, end] = self.quotients.get(bucket..)?.first_chunk()?;
        if start == end {
            return None;
        }
        self.sequence.find(bytes, (u64::from(start) << 32) + position(fragment, end - start))
    }

    /// A bucket holds no more entries than its capacity, and none only when that is zero.
    fn fill_is_canonical(&self, bytes: &[u8]) -> Option<bool> {
        let mut before = 0;
        for bucket in self.quotients.windows(2) {
            let &[start, end] = bucket.first_chunk()?;
            let rank = self.sequence.rank(bytes, end)?;
            let (entries, capacity) = (rank.checked_sub(before)?, end - start);
            if entries > capacity || (entries == 0) != (capacity == 0) {
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
pub(super) use writer::BucketsWriter;

#[cfg(feature = "publish")]
mod writer {
    use super::position;
    use crate::snapshot::sequence::push_sequence;
    use alloc::vec::Vec;

    /// Takes the buckets in order and writes their sequence.
    #[derive(Default)]
    pub(in crate::snapshot) struct BucketsWriter {
        capacities: Vec<u32>,
        quotients: u32,
        /// Position and value of each entry.
        entries: Vec<(u64, u64)>,
    }

    impl BucketsWriter {
        /// Adds the next bucket from pairs of fragment and value. Its capacity is the number of different
        /// fragments; of several values for one position the largest stays.
        pub(in crate::snapshot) fn push(&mut self, mut bucket: Vec<(u64, u64)>) {
            bucket.sort_unstable();
            keep_largest(&mut bucket);
            let capacity = u32::try_from(bucket.len()).unwrap_or(u32::MAX);
            let start = u64::from(self.quotients) << 32;
            for (fragment, _) in &mut bucket {
                *fragment = start.saturating_add(position(*fragment, capacity));
            }
            keep_largest(&mut bucket);
            self.entries.append(&mut bucket);
            self.capacities.push(capacity);
            self.quotients = self.quotients.saturating_add(capacity);
        }

        pub(in crate::snapshot) fn count(&self) -> u32 {
            u32::try_from(self.entries.len()).unwrap_or(u32::MAX)
        }

        pub(in crate::snapshot) fn capacities(&self) -> &[u32] {
            &self.capacities
        }

        /// The values in the order of the entries.
        pub(in crate::snapshot) fn values(&self) -> impl Iterator<Item = u64> + Clone {
            self.entries.iter().map(|&(_, value)| value)
        }

        pub(in crate::snapshot) fn push_sequence(&self, out: &mut Vec<u8>) {
            push_sequence(out, self.entries.iter().map(|&(position, _)| position), self.quotients);
        }
    }

    /// Of neighbours with the same first half keeps one, with the largest second half.
    fn keep_largest(pairs: &mut Vec<(u64, u64)>) {
        pairs.dedup_by(|next, kept| {
            let same = next.0 == kept.0;
            if same {
                kept.1 = kept.1.max(next.1);
            }
            same
        });
    }
}
