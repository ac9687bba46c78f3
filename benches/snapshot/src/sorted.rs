//! A sorted list of 64-bit hashes: the plainest form.

use crate::contender::{Contender, Published, Token};
use crate::hashes::{Hasher, digest, from_bytes, to_bytes};
use core::hint::black_box;
use core::ops::Range;

/// One false positive in 2^64 divided by the number of entries.
pub struct Sorted {
    hashes: Vec<u64>,
    hasher: Hasher,
}

impl Sorted {
    /// The set, and the hashes that are new in the larger one.
    pub fn publish(set: Range<u32>, larger: Range<u32>) -> Option<Published> {
        let added = set.end..larger.end;
        Some(Published { bytes: Self::build(set), update: Self::build(added) })
    }

    /// The set alone.
    pub fn build(set: Range<u32>) -> Vec<u8> {
        let mut hashes = Hasher::new().tokens(set);
        hashes.sort_unstable();
        to_bytes(&hashes)
    }
}

impl Contender for Sorted {
    const NAME: &'static str = "sorted hashes";

    fn open(bytes: &[u8]) -> Option<Self> {
        black_box(digest(bytes));
        let hashes = from_bytes(bytes);
        hashes.is_sorted().then(|| Self { hashes, hasher: Hasher::new() })
    }

    fn check(&self, token: &Token) -> bool {
        self.hasher.any(token, |hash| self.hashes.binary_search(&hash).is_ok())
    }

    fn update(&mut self, update: &[u8]) -> Option<()> {
        black_box(digest(update));
        let mut merged = Vec::with_capacity(self.hashes.len() + update.len() / 8);
        let mut added = from_bytes(update).into_iter().peekable();
        for &hash in &self.hashes {
            merged.extend(core::iter::from_fn(|| added.next_if(|&new| new < hash)));
            merged.push(hash);
        }
        merged.extend(added);
        self.hashes = merged;
        Some(())
    }
}
