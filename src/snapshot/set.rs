//! The object of single tokens: one sequence over buckets of `exp` (`docs/format.md`, Token set).

use super::buckets::Buckets;
use super::limits::{BUCKET_SHIFT_MIN, BUCKETS, TIME_BITS, TIME_END};
use super::object::{ObjectKind, read_header};
use super::reader::Reader;
use super::sequence::malformed;
use crate::Error;
use alloc::vec::Vec;

/// Revoked tokens by fragment and expiry bucket, read in place.
#[derive(Debug)]
pub(super) struct TokenSet {
    bytes: Vec<u8>,
    count: u32,
    /// A bucket spans 2^shift seconds of `exp`.
    shift: u8,
    /// `exp` >> shift of the first bucket of known `exp`.
    first: u64,
    /// Bucket 0 holds the tokens of unknown `exp`.
    buckets: Buckets,
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
        check_range(known, shift, first)?;
        let capacities = read_capacities(&mut reader, known)?;
        let buckets = Buckets::open(&mut reader, &bytes, count, &capacities)?;
        if count == 0 {
            return Err(malformed("no entries"));
        }
        if reader.remaining() != 0 {
            return Err(malformed("trailing bytes"));
        }
        Ok(Self { bytes, count, shift, first, buckets })
    }

    #[cfg(feature = "publish")]
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) const fn entries(&self) -> u32 {
        self.count
    }

    /// Whether the token with this fragment and `exp` is in the set. Looks into the bucket of its `exp` and into
    /// that of unknown `exp`.
    pub(super) fn contains(&self, fragment: u64, expires_at: u64) -> bool {
        self.bucket_of(expires_at).is_some_and(|bucket| self.bucket_contains(bucket, fragment))
            || self.bucket_contains(0, fragment)
    }

    fn bucket_of(&self, expires_at: u64) -> Option<usize> {
        let place = (expires_at >> self.shift).checked_sub(self.first)?;
        usize::try_from(place).ok()?.checked_add(1)
    }

    fn bucket_contains(&self, bucket: usize, fragment: u64) -> bool {
        self.buckets.find(&self.bytes, bucket, fragment).is_some()
    }
}

/// The bucket range must be one a writer can make: it ends by 2^40 s, and is all zero when there is none.
fn check_range(known: u16, shift: u8, first: u64) -> Result<(), Error> {
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

#[cfg(feature = "publish")]
pub(super) use writer::TokenSetWriter;

#[cfg(feature = "publish")]
mod writer {
    use crate::snapshot::buckets::BucketsWriter;
    use crate::snapshot::limits::{BUCKET_SHIFT_MIN, BUCKETS, TIME_END};
    use crate::snapshot::object::{ObjectKind, push_header};
    use crate::snapshot::reader::push_varint;
    use alloc::vec::Vec;

    /// Collects tokens in any order and writes their one encoding.
    #[derive(Default)]
    pub(in crate::snapshot) struct TokenSetWriter {
        unknown: Vec<(u64, u64)>,
        /// Fragment and `exp`.
        known: Vec<(u64, u64)>,
    }

    impl TokenSetWriter {
        /// An `exp` beyond the format's times counts as unknown: always probed, never lost.
        pub(in crate::snapshot) fn insert(&mut self, fragment: u64, expires_at: Option<u64>) {
            match expires_at {
                Some(expires_at) if expires_at < TIME_END => self.known.push((fragment, expires_at)),
                _ => self.unknown.push((fragment, 0)),
            }
        }

        /// The object; `None` when there are no tokens.
        pub(in crate::snapshot) fn finish(mut self) -> Option<Vec<u8>> {
            if self.unknown.is_empty() && self.known.is_empty() {
                return None;
            }
            self.known.sort_unstable();
            self.known.dedup();
            let range = Range::of(&self.known);
            let mut buckets = BucketsWriter::default();
            buckets.push(self.unknown);
            for bucket in range.distribute(&self.known) {
                buckets.push(bucket);
            }
            Some(write(range, &buckets))
        }
    }

    fn write(range: Range, buckets: &BucketsWriter) -> Vec<u8> {
        let mut out = Vec::new();
        push_header(&mut out, ObjectKind::Tokens);
        out.extend(range.known.to_le_bytes());
        out.extend(buckets.count().to_le_bytes());
        out.push(range.shift);
        out.extend(range.first.to_le_bytes());
        for &capacity in buckets.capacities() {
            push_varint(&mut out, capacity);
        }
        buckets.push_sequence(&mut out);
        out
    }

    /// The buckets of known `exp`.
    #[derive(Clone, Copy)]
    struct Range {
        shift: u8,
        first: u64,
        known: u16,
    }

    impl Range {
        /// The narrowest buckets of which there are no more than one for 512 tokens, at least 16 and at most
        /// 4096: their table then costs less than 0.01 bytes for a token.
        fn of(known: &[(u64, u64)]) -> Self {
            let times = || known.iter().map(|&(_, expires_at)| expires_at);
            let (Some(earliest), Some(latest)) = (times().min(), times().max()) else {
                return Self { shift: BUCKET_SHIFT_MIN, first: 0, known: 0 };
            };
            let most = (known.len() / 512).clamp(16, usize::from(BUCKETS));
            let mut shift = BUCKET_SHIFT_MIN;
            loop {
                let first = earliest >> shift;
                match u16::try_from((latest >> shift) - first + 1) {
                    Ok(known) if usize::from(known) <= most => return Self { shift, first, known },
                    _ => shift += 1,
                }
            }
        }

        fn distribute(self, known: &[(u64, u64)]) -> Vec<Vec<(u64, u64)>> {
            let mut buckets = alloc::vec![Vec::new(); usize::from(self.known)];
            for &(fragment, expires_at) in known {
                let place = usize::try_from((expires_at >> self.shift) - self.first);
                if let Some(bucket) = place.ok().and_then(|place| buckets.get_mut(place)) {
                    bucket.push((fragment, expires_at));
                }
            }
            buckets
        }
    }
}
