//! A Bloom filter with as few false positives as the snapshot has.

use crate::contender::{Contender, Published, Token};
use crate::hashes::{Hasher, digest};
use core::hint::black_box;
use core::ops::Range;
use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use std::io::Read as _;

/// One false positive in 2^32.
pub struct Bloom {
    bits: Vec<u8>,
    hasher: Hasher,
}

impl Bloom {
    /// The set with room for the larger one, and the bits that differ, packed.
    pub fn publish(set: Range<u32>, larger: Range<u32>) -> Option<Published> {
        let room = larger.end;
        let (bytes, next) = (Self::build(set, room), Self::build(larger, room));
        let changed: Vec<u8> = bytes.iter().zip(&next).map(|(one, other)| one ^ other).collect();
        let mut update = Vec::new();
        ZlibEncoder::new(&changed[..], Compression::best()).read_to_end(&mut update).ok()?;
        Some(Published { bytes, update })
    }

    /// The set alone, with room for so many entries.
    pub fn build(set: Range<u32>, room: u32) -> Vec<u8> {
        let hasher = Hasher::new();
        let mut bits = vec![0_u8; bytes_for(room)];
        for number in set {
            let hash = hasher.token(number);
            places(hash, bits.len()).for_each(|(byte, mask)| {
                bits.get_mut(byte).into_iter().for_each(|found| *found |= mask);
            });
        }
        bits
    }

    fn holds(&self, hash: u64) -> bool {
        let mut places = places(hash, self.bits.len());
        places.all(|(byte, mask)| self.bits.get(byte).is_some_and(|found| found & mask != 0))
    }
}

impl Contender for Bloom {
    const NAME: &'static str = "Bloom";

    fn open(bytes: &[u8]) -> Option<Self> {
        black_box(digest(bytes));
        Some(Self { bits: bytes.into(), hasher: Hasher::new() })
    }

    fn check(&self, token: &Token) -> bool {
        self.hasher.any(token, |hash| self.holds(hash))
    }

    fn update(&mut self, update: &[u8]) -> Option<()> {
        black_box(digest(update));
        let mut changed = Vec::new();
        ZlibDecoder::new(update).read_to_end(&mut changed).ok()?;
        self.bits.iter_mut().zip(changed).for_each(|(bit, change)| *bit ^= change);
        Some(())
    }
}

/// 32 probes for each entry, and the bits at which half of them are set: 32 / ln 2 an entry.
const PROBES: u64 = 32;
const BITS_A_THOUSAND: u64 = 46_167;

fn bytes_for(entries: u32) -> usize {
    usize::try_from((u64::from(entries) * BITS_A_THOUSAND / 1000).div_ceil(64) * 8).unwrap_or(usize::MAX)
}

/// Byte and bit of each probe: two hashes of 32 bits give all of them.
fn places(hash: u64, bytes: usize) -> impl Iterator<Item = (usize, u8)> {
    let bits = u128::try_from(bytes).unwrap_or(0) * 8;
    let step = hash.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    (0..PROBES).map(move |probe| {
        let mixed = mix(hash.wrapping_add(step.wrapping_mul(probe)));
        let bit = (u128::from(mixed) * bits) >> 64;
        (usize::try_from(bit >> 3).unwrap_or(0), 1 << (bit & 7))
    })
}

const fn mix(hash: u64) -> u64 {
    let mixed = (hash ^ (hash >> 32)).wrapping_mul(0xd6e8_feb8_6659_fd93);
    mixed ^ (mixed >> 32)
}
