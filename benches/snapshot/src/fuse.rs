//! A binary fuse filter of 32 bits: the smallest set that is asked by three accesses, and never changed.

use crate::contender::{Contender, Published, Token};
use crate::hashes::{Hasher, digest};
use core::hint::black_box;
use core::ops::Range;
use xorf::{BinaryFuse32, Filter};

/// One false positive in 2^32.
pub struct Fuse {
    filter: BinaryFuse32,
    hasher: Hasher,
}

impl Fuse {
    /// The set, and the whole of the larger one: no cell stays as it was.
    pub fn publish(set: Range<u32>, larger: Range<u32>) -> Option<Published> {
        Some(Published { bytes: Self::build(set)?, update: Self::build(larger)? })
    }

    /// The set alone.
    pub fn build(set: Range<u32>) -> Option<Vec<u8>> {
        let filter = BinaryFuse32::try_from(&Hasher::new().tokens(set)).ok()?;
        let mut bytes = Vec::new();
        bytes.extend(filter.descriptor.seed.to_le_bytes());
        let lengths = [
            filter.descriptor.segment_length,
            filter.descriptor.segment_length_mask,
            filter.descriptor.segment_count_length,
        ];
        bytes.extend(lengths.iter().flat_map(|length| length.to_le_bytes()));
        bytes.extend(filter.fingerprints.iter().flat_map(|fingerprint| fingerprint.to_le_bytes()));
        Some(bytes)
    }
}

impl Contender for Fuse {
    const NAME: &'static str = "binary fuse 32";

    fn open(bytes: &[u8]) -> Option<Self> {
        black_box(digest(bytes));
        let (seed, rest) = bytes.split_first_chunk()?;
        let (words, _) = rest.as_chunks();
        let mut words = words.iter().copied().map(u32::from_le_bytes);
        let mut filter = BinaryFuse32::try_from(&Vec::<u64>::new()).ok()?;
        filter.descriptor.seed = u64::from_le_bytes(*seed);
        filter.descriptor.segment_length = words.next()?;
        filter.descriptor.segment_length_mask = words.next()?;
        filter.descriptor.segment_count_length = words.next()?;
        filter.fingerprints = words.collect();
        Some(Self { filter, hasher: Hasher::new() })
    }

    fn check(&self, token: &Token) -> bool {
        self.hasher.any(token, |hash| self.filter.contains(&hash))
    }

    fn update(&mut self, update: &[u8]) -> Option<()> {
        *self = Self::open(update)?;
        Some(())
    }
}
