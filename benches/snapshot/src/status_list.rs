//! A Token Status List: a bit for every token ever issued, packed. It has one look-up, and no hash.

use crate::contender::{Contender, Published, Token};
use crate::hashes::digest;
use core::hint::black_box;
use core::ops::Range;
use flate2::Compression;
use flate2::read::{ZlibDecoder, ZlibEncoder};
use std::io::Read as _;

/// Exact, as the issuer numbers its tokens. One in a hundred issued tokens is revoked.
pub struct StatusList {
    bits: Vec<u8>,
}

impl StatusList {
    /// The list, and the whole of the next: the draft has no other update.
    pub fn publish(set: Range<u32>, larger: Range<u32>) -> Option<Published> {
        let issued = u64::from(set.end) * ISSUED_FOR_ONE;
        Some(Published { bytes: Self::build(set, issued)?, update: Self::build(larger, issued)? })
    }

    /// The list alone, of so many issued tokens.
    pub fn build(set: Range<u32>, issued: u64) -> Option<Vec<u8>> {
        let mut bits = vec![0_u8; usize::try_from(issued.div_ceil(8)).ok()?];
        for number in set {
            let index = index(number, issued);
            let byte = bits.get_mut(usize::try_from(index / 8).ok()?)?;
            *byte |= 1 << (index % 8);
        }
        let mut bytes = Vec::from(issued.to_le_bytes());
        ZlibEncoder::new(&bits[..], Compression::best()).read_to_end(&mut bytes).ok()?;
        Some(bytes)
    }
}

impl Contender for StatusList {
    const NAME: &'static str = "Token Status List";

    fn open(bytes: &[u8]) -> Option<Self> {
        black_box(digest(bytes));
        let (_issued, packed) = bytes.split_first_chunk::<8>()?;
        let mut bits = Vec::new();
        ZlibDecoder::new(packed).read_to_end(&mut bits).ok()?;
        Some(Self { bits })
    }

    fn check(&self, token: &Token) -> bool {
        let issued = u64::try_from(self.bits.len()).unwrap_or(0) * 8;
        let index = index(token.number, issued);
        let byte = usize::try_from(index / 8).ok().and_then(|byte| self.bits.get(byte));
        byte.is_some_and(|byte| byte >> (index % 8) & 1 == 1)
    }

    fn update(&mut self, update: &[u8]) -> Option<()> {
        *self = Self::open(update)?;
        Some(())
    }
}

/// Issued tokens for each revoked one.
const ISSUED_FOR_ONE: u64 = 100;

/// Where a token's bit is: revoked tokens lie anywhere among the issued ones. Bits are mixed within the next power of
/// two until they are an index, so that no two tokens meet.
fn index(number: u32, issued: u64) -> u64 {
    let width = (u64::BITS - issued.leading_zeros()).max(2);
    let mask = (1 << width) - 1;
    let mut index = u64::from(number);
    loop {
        for odd in [0x9e37_79b9_7f4a_7c15_u64, 0xbf58_476d_1ce4_e5b9, 0x94d0_49bb_1331_11eb] {
            index = index.wrapping_mul(odd) & mask;
            index ^= index >> (width / 2);
        }
        if index < issued {
            return index;
        }
    }
}
