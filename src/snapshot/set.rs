//! The object of single tokens: one sequence over buckets of `exp` (`docs/format.md`, Token set).

use super::buckets::Buckets;
use super::changes::{Change, Changes, Merged};
use super::limits::{BUCKET_SHIFT_MIN, BUCKETS, TIME_BITS, TIME_END};
use super::object::{ObjectKind, push_header, read_header};
use super::reader::{Reader, push_varint};
use super::sequence::{malformed, push_sequence};
use crate::Error;
use alloc::vec::Vec;

/// Revoked tokens by fragment and expiry bucket, read in place.
#[derive(Debug)]
pub(super) struct TokenSet {
    bytes: Vec<u8>,
    range: Range,
    /// Bucket 0 holds the tokens of unknown `exp`.
    buckets: Buckets,
}

/// The buckets of known `exp`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range {
    known: u16,
    /// A bucket spans 2^shift seconds of `exp`.
    shift: u8,
    /// `exp` >> shift of the first bucket of known `exp`.
    first: u64,
}

impl TokenSet {
    /// Takes an object whose hash holds, after proving every rule of its structure.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Error> {
        let mut reader = Reader::new(&bytes);
        read_header(&mut reader, ObjectKind::Tokens)?;
        let known = reader.u16().ok_or(TRUNCATED)?;
        let count = reader.u32().ok_or(TRUNCATED)?;
        let shift = reader.u8().ok_or(TRUNCATED)?;
        let first = reader.u64().ok_or(TRUNCATED)?;
        let range = Range { known, shift, first };
        range.check()?;
        let capacities = read_capacities(&mut reader, known)?;
        let buckets = Buckets::open(&mut reader, &bytes, count, &capacities)?;
        if buckets.quotients() == 0 {
            return Err(malformed("no capacity"));
        }
        if reader.remaining() != 0 {
            return Err(malformed("trailing bytes"));
        }
        Ok(Self { bytes, range, buckets })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) const fn entries(&self) -> u32 {
        self.buckets.count()
    }

    /// The universe: the sum of all capacities.
    pub(super) const fn quotients(&self) -> u32 {
        self.buckets.quotients()
    }

    /// Whether the token with this fragment and `exp` is in the set after the changes. Looks into the bucket of
    /// its `exp` and into that of unknown `exp`.
    pub(super) fn contains(&self, changes: &Changes, fragment: u64, expires_at: u64) -> bool {
        let holds = |bucket| {
            let position = self.buckets.position(bucket, fragment);
            position.is_some_and(|position| self.holds(changes, position))
        };
        self.range.bucket(expires_at).is_some_and(holds) || holds(0)
    }

    /// The object after the changes, without the tokens that expired before a time.
    pub(super) fn fold(&self, changes: &Changes, expired_before: u64) -> Vec<u8> {
        let expired = self.expired(expired_before);
        let entries = Merged::new(self.buckets.positions(&self.bytes).map(|position| (position, 0)), changes);
        let positions = entries.map(|(position, _)| position).filter(|position| !expired.contains(position));
        let capacities: Vec<u32> = self.buckets.capacities().collect();
        write(self.range, &capacities, positions)
    }

    /// The positions of the buckets of which every token had expired before a time: always the first ones.
    pub(super) fn expired(&self, before: u64) -> core::ops::Range<u64> {
        let whole = (before >> self.range.shift).saturating_sub(self.range.first);
        let buckets = usize::try_from(whole).unwrap_or(usize::MAX).min(usize::from(self.range.known));
        let at = |bucket| self.buckets.start(bucket).unwrap_or(u64::MAX);
        at(1)..at(buckets.saturating_add(1))
    }

    /// Whether a bucket that ended before a time has entries.
    pub(super) fn has_expired(&self, before: u64) -> bool {
        let expired = self.expired(before);
        let mut positions = self.buckets.positions(&self.bytes);
        positions.find(|position| *position >= expired.start).is_some_and(|position| position < expired.end)
    }

    fn holds(&self, changes: &Changes, position: u64) -> bool {
        match changes.find(position) {
            Some(Change::Set(_)) => true,
            Some(Change::Removed) => false,
            None => self.buckets.find(&self.bytes, position).is_some(),
        }
    }
}

impl Range {
    /// The bucket of a known `exp`, if it has one of its own.
    fn bucket(self, expires_at: u64) -> Option<usize> {
        let place = (expires_at >> self.shift).checked_sub(self.first)?;
        let place = u16::try_from(place).ok().filter(|&place| place < self.known)?;
        Some(usize::from(place) + 1)
    }

    /// It must be one that a writer can make: it ends by 2^40 s, and is all zero when there is none.
    fn check(self) -> Result<(), Error> {
        let Self { known, shift, first } = self;
        if known > BUCKETS {
            return Err(malformed("bucket count"));
        }
        if !(BUCKET_SHIFT_MIN..=TIME_BITS).contains(&shift) {
            return Err(malformed("bucket width"));
        }
        if known == 0 && (shift != BUCKET_SHIFT_MIN || first != 0) {
            return Err(malformed("range without buckets"));
        }
        match first.checked_add(u64::from(known)) {
            Some(end) if end <= TIME_END >> shift => Ok(()),
            _ => Err(malformed("bucket range")),
        }
    }
}

/// Reads the capacities of bucket 0 and of the `known` ones, of which the outer two are in use.
fn read_capacities(reader: &mut Reader<'_>, known: u16) -> Result<Vec<u32>, Error> {
    let mut capacities = Vec::with_capacity(usize::from(known) + 1);
    for bucket in 0..=known {
        let capacity = reader.varint().ok_or(malformed("capacity"))?;
        if capacity == 0 && bucket != 0 && (bucket == 1 || bucket == known) {
            return Err(malformed("outer bucket is empty"));
        }
        capacities.push(capacity);
    }
    Ok(capacities)
}

const TRUNCATED: Error = malformed("truncated header");

/// Writes the one encoding of ascending positions in a universe.
fn write(range: Range, capacities: &[u32], positions: impl Iterator<Item = u64> + Clone) -> Vec<u8> {
    let count = u32::try_from(positions.clone().count()).unwrap_or(u32::MAX);
    let mut out = Vec::new();
    push_header(&mut out, ObjectKind::Tokens);
    out.extend(range.known.to_le_bytes());
    out.extend(count.to_le_bytes());
    out.push(range.shift);
    out.extend(range.first.to_le_bytes());
    for &capacity in capacities {
        push_varint(&mut out, capacity);
    }
    let quotients = capacities.iter().fold(0, |sum: u32, &capacity| sum.saturating_add(capacity));
    push_sequence(&mut out, positions, count, quotients);
    out
}

#[cfg(feature = "publish")]
pub(super) use writer::TokenSetWriter;

#[cfg(feature = "publish")]
mod writer {
    use super::{Range, TokenSet, write};
    use crate::snapshot::buckets::{BucketsWriter, distinct};
    use crate::snapshot::changes::Changes;
    use crate::snapshot::headroom::Headroom;
    use crate::snapshot::limits::{BUCKET_SHIFT_MIN, BUCKETS, TIME_END};
    use alloc::vec::Vec;
    use core::ops::RangeInclusive;

    impl TokenSet {
        /// Where a token goes; `None` when its bucket has no capacity. An `exp` without a bucket of its own counts
        /// as unknown: always probed, never lost.
        pub(in crate::snapshot) fn place(&self, fragment: u64, expires_at: Option<u64>) -> Option<Place> {
            let bucket = expires_at.and_then(|expires_at| self.range.bucket(expires_at)).unwrap_or(0);
            Some(Place { bucket, position: self.buckets.position(bucket, fragment)? })
        }

        pub(in crate::snapshot) fn is_set(&self, changes: &Changes, position: u64) -> bool {
            self.holds(changes, position)
        }

        /// Capacity and number of entries of each bucket.
        pub(in crate::snapshot) fn fills(&self) -> Vec<(u32, u32)> {
            let capacities = self.buckets.capacities().enumerate();
            capacities.map(|(at, size)| (size, self.buckets.fill(&self.bytes, at).unwrap_or(size))).collect()
        }

        /// The fragments that each entry can stand for.
        pub(in crate::snapshot) fn fragments(&self) -> impl Iterator<Item = RangeInclusive<u64>> {
            self.buckets.fragments(&self.bytes).map(|(_, fragments)| fragments)
        }

        /// How many entries are in buckets that ended before a time.
        pub(in crate::snapshot) fn expired_entries(&self, before: u64) -> u64 {
            let expired = self.expired(before);
            let rank = |position: u64| self.buckets.rank(&self.bytes, position).unwrap_or(0);
            u64::from(rank(expired.end).saturating_sub(rank(expired.start)))
        }
    }

    /// A bucket and a position in it.
    #[derive(Clone, Copy)]
    pub(in crate::snapshot) struct Place {
        pub(in crate::snapshot) bucket: usize,
        pub(in crate::snapshot) position: u64,
    }

    /// Collects tokens in any order and writes their one encoding.
    #[derive(Default)]
    pub(in crate::snapshot) struct TokenSetWriter {
        unknown: Vec<(u64, u64)>,
        /// Fragment and `exp`.
        known: Vec<(u64, u64)>,
    }

    impl TokenSetWriter {
        /// An `exp` beyond the format's times counts as unknown.
        pub(in crate::snapshot) fn insert(&mut self, fragment: u64, expires_at: Option<u64>) {
            match expires_at {
                Some(expires_at) if expires_at < TIME_END => self.known.push((fragment, expires_at)),
                _ => self.unknown.push((fragment, 0)),
            }
        }

        /// The object; `None` when there are no tokens and no room for any.
        pub(in crate::snapshot) fn finish(mut self, headroom: &Headroom) -> Option<Vec<u8>> {
            if self.unknown.is_empty() && self.known.is_empty() && headroom.room(0) == 0 {
                return None;
            }
            self.unknown.sort_unstable();
            let (range, known) = distribute(&self.known, headroom);
            let mut buckets = BucketsWriter::default();
            buckets.push(self.unknown.iter().copied(), headroom.room(distinct(self.unknown.iter().copied())));
            let largest = known.buckets().map(|bucket| distinct(bucket.iter().copied())).max();
            for bucket in known.buckets() {
                buckets.push(
                    bucket.iter().map(|&(fragment, _)| (fragment, 0)),
                    headroom.room(largest.unwrap_or(0)),
                );
            }
            Some(write(range, &buckets.capacities, buckets.entries.positions.iter().copied()))
        }
    }

    /// Entries by bucket, each bucket sorted.
    struct Sorted {
        entries: Vec<(u64, u64)>,
        ends: Vec<usize>,
    }

    impl Sorted {
        fn buckets(&self) -> impl Iterator<Item = &[(u64, u64)]> {
            let starts = core::iter::once(0).chain(self.ends.iter().copied());
            starts.zip(&self.ends).map(|(start, &end)| self.entries.get(start..end).unwrap_or_default())
        }
    }

    /// The range for these entries, and the entries in it. The range follows from the number of different
    /// entries, which is known when they are sorted: repeated ones are rare, so it is guessed and then corrected.
    fn distribute(known: &[(u64, u64)], headroom: &Headroom) -> (Range, Sorted) {
        let mut different = known.len();
        loop {
            let range = Range::of(known, different, headroom);
            let sorted = range.sort(known);
            let pairs =
                |bucket: &[(u64, u64)]| bucket.windows(2).filter(|pair| pair.first() != pair.last()).count();
            let count = sorted.buckets().map(|bucket| pairs(bucket) + usize::from(!bucket.is_empty())).sum();
            if Range::of(known, count, headroom) == range {
                return (range, sorted);
            }
            different = count;
        }
    }

    impl Range {
        /// The narrowest buckets of which there are no more than one for 512 tokens, at least 16 and at most
        /// 4096: their table then costs less than 0.01 bytes for a token.
        fn of(known: &[(u64, u64)], different: usize, headroom: &Headroom) -> Self {
            // Where all buckets are empty and have no room, there are none.
            let has_room = headroom.room(u32::from(!known.is_empty())) > 0;
            let span = headroom.span().filter(|_| has_room);
            let times = || known.iter().map(|&(_, expires_at)| expires_at).chain(span.clone());
            let (Some(earliest), Some(latest)) = (times().min(), times().max()) else {
                return Self { shift: BUCKET_SHIFT_MIN, first: 0, known: 0 };
            };
            let most = (different / 512).clamp(16, usize::from(BUCKETS));
            let mut shift = BUCKET_SHIFT_MIN;
            loop {
                let first = earliest >> shift;
                match u16::try_from((latest >> shift) - first + 1) {
                    Ok(known) if usize::from(known) <= most => return Self { shift, first, known },
                    _ => shift += 1,
                }
            }
        }

        /// Two passes, one to count and one to place, then a short sort for each bucket.
        fn sort(self, known: &[(u64, u64)]) -> Sorted {
            let place = |expires_at: u64| self.bucket(expires_at).map_or(0, |bucket| bucket - 1);
            let mut ends = alloc::vec![0_usize; usize::from(self.known)];
            for &(_, expires_at) in known {
                ends.get_mut(place(expires_at)).into_iter().for_each(|size| *size += 1);
            }
            let mut sum = 0;
            for end in &mut ends {
                sum += core::mem::replace(end, sum);
            }
            let mut entries = alloc::vec![(0, 0); known.len()];
            for &(fragment, expires_at) in known {
                let Some(next) = ends.get_mut(place(expires_at)) else { continue };
                entries.get_mut(*next).into_iter().for_each(|slot| *slot = (fragment, expires_at));
                *next += 1;
            }
            let mut rest = entries.as_mut_slice();
            let mut start = 0;
            for &end in &ends {
                let (bucket, behind) = core::mem::take(&mut rest).split_at_mut(end - start);
                bucket.sort_unstable();
                (rest, start) = (behind, end);
            }
            Sorted { entries, ends }
        }
    }
}

#[cfg(test)]
#[cfg(feature = "publish")]
mod tests {
    use super::*;
    use crate::snapshot::headroom::Headroom;

    /// `cargo test --release --all-features --lib snapshot::set -- --ignored --nocapture`
    #[test]
    #[ignore = "a measurement; a debug build says nothing"]
    fn build_of_a_million_fragments() {
        let mut state = 1_u64;
        let mut next = || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            state ^ (state >> 29)
        };
        for _ in 0..3 {
            let mut writer = TokenSetWriter::default();
            for n in 0..1_000_000_u64 {
                writer.insert(next(), Some(1_800_000_000 + n * 7919 % 86_400));
            }
            let started = std::time::Instant::now();
            let bytes = writer.finish(&Headroom::default()).unwrap();
            let built = started.elapsed();
            let length = bytes.len();
            let set = TokenSet::open(bytes).unwrap();
            assert_eq!(set.entries(), 1_000_000);
            std::println!("{length} bytes built in {built:?}, opened after {:?}", started.elapsed() - built);
        }
    }
}
