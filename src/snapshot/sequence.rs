//! An Elias-Fano sequence: a strictly rising list of positions, read in place.
//!
//! A position is a quotient (upper half) and a 32-bit remainder. The upper bits hold, for each quotient in turn,
//! a one for every entry and then a zero; the remainders follow in the same order (`docs/format.md`, Sequence).

use super::reader::Reader;
use crate::Error;
use alloc::vec::Vec;

/// Where a sequence lies in its object's bytes, and its rank index: 4 bytes for 64 quotients.
#[derive(Debug)]
pub(super) struct Sequence {
    count: u32,
    quotients: u32,
    upper: usize,
    lower: usize,
    /// Bit position where each 64th quotient starts.
    starts: Vec<u32>,
}

impl Sequence {
    /// Takes `count` entries over `quotients` quotients from the reader, whose whole input is `bytes`.
    pub(super) fn open(reader: &mut Reader<'_>, count: u32, quotients: u32) -> Result<Self, Error> {
        let bits = count.checked_add(quotients).ok_or(malformed("entry count"))?;
        let upper = reader.position();
        let words = reader.take(index(bits.div_ceil(64)) * 8).ok_or(malformed("truncated upper bits"))?;
        let lower = reader.position();
        let length = index(count).checked_mul(4).ok_or(malformed("entry count"))?;
        let remainders = reader.take(length).ok_or(malformed("truncated remainders"))?;
        let starts = Scan::new(remainders, quotients).run(words, bits, count)?;
        Ok(Self { count, quotients, upper, lower, starts })
    }

    /// The rank of the entry at `position`, if it is there. `bytes` are those the sequence was opened on.
    pub(super) fn find(&self, bytes: &[u8], position: u64) -> Option<u32> {
        let quotient = u32::try_from(position >> 32).ok().filter(|&quotient| quotient < self.quotients)?;
        let wanted = u32::try_from(position & 0xffff_ffff).ok()?;
        let start = self.start(bytes, quotient)?;
        let mut low = start.checked_sub(quotient)?;
        let mut high = low + self.run_length(bytes, start)?;
        while low < high {
            let middle = low.midpoint(high);
            match self.remainder(bytes, middle)?.cmp(&wanted) {
                core::cmp::Ordering::Equal => return Some(middle),
                core::cmp::Ordering::Less => low = middle + 1,
                core::cmp::Ordering::Greater => high = middle,
            }
        }
        None
    }

    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    pub(super) const fn quotients(&self) -> u32 {
        self.quotients
    }

    /// Every position in order.
    pub(super) fn positions<'a>(&self, bytes: &'a [u8]) -> Positions<'a> {
        let words = index((self.count + self.quotients).div_ceil(64)) * 8;
        let part = |start: usize, length: usize| bytes.get(start..start + length).unwrap_or_default();
        Positions {
            upper: part(self.upper, words).as_chunks().0.iter(),
            remainders: part(self.lower, index(self.count) * 4).as_chunks().0.iter(),
            word: 0,
            quotient: 0,
            taken: 64,
        }
    }

    /// How many entries stand before `quotient`.
    pub(super) fn rank(&self, bytes: &[u8], quotient: u32) -> Option<u32> {
        if quotient == self.quotients {
            return Some(self.count);
        }
        self.start(bytes, quotient)?.checked_sub(quotient)
    }

    /// The bit position of the first entry of `quotient`.
    fn start(&self, bytes: &[u8], quotient: u32) -> Option<u32> {
        let mut at = *self.starts.get(index(quotient >> 6))?;
        let mut skip = quotient & 63;
        if skip == 0 {
            return Some(at);
        }
        let mut zeros = !self.word(bytes, at >> 6)? & (u64::MAX << (at & 63));
        while zeros.count_ones() < skip {
            skip -= zeros.count_ones();
            at = (at | 63) + 1;
            zeros = !self.word(bytes, at >> 6)?;
        }
        Some((at & !63) + select(zeros, skip - 1) + 1)
    }

    /// How many ones stand from bit `start` on: the entries of one quotient, however many.
    fn run_length(&self, bytes: &[u8], start: u32) -> Option<u32> {
        let mut at = start;
        loop {
            let room = 64 - (at & 63);
            let ones = (self.word(bytes, at >> 6)? >> (at & 63)).trailing_ones();
            at += ones;
            if ones < room {
                return Some(at - start);
            }
        }
    }

    fn word(&self, bytes: &[u8], word: u32) -> Option<u64> {
        let bytes = bytes.get(self.upper + index(word) * 8..)?;
        bytes.first_chunk().copied().map(u64::from_le_bytes)
    }

    fn remainder(&self, bytes: &[u8], rank: u32) -> Option<u32> {
        let bytes = bytes.get(self.lower + index(rank) * 4..)?;
        bytes.first_chunk().copied().map(u32::from_le_bytes)
    }
}

/// One pass over the upper bits that makes the rank index and proves the encoding canonical.
struct Scan<'a> {
    remainders: &'a [[u8; 4]],
    quotients: u32,
    starts: Vec<u32>,
    ones: u32,
    zeros: u32,
    /// The last bit before the present word.
    previous: u64,
}

impl<'a> Scan<'a> {
    fn new(remainders: &'a [u8], quotients: u32) -> Self {
        // The quotients were just found to have their bits in the input: 1/2 bit of index for each.
        let mut starts = Vec::with_capacity(index(quotients.div_ceil(64)));
        starts.push(0);
        Self { remainders: remainders.as_chunks().0, quotients, starts, ones: 0, zeros: 0, previous: 0 }
    }

    fn run(mut self, words: &[u8], bits: u32, count: u32) -> Result<Vec<u32>, Error> {
        let (words, _) = words.as_chunks::<8>();
        let mut first = 0;
        for word in words {
            self.word(u64::from_le_bytes(*word), first, (bits - first).min(64))?;
            first = first.saturating_add(64);
        }
        if self.ones != count || self.zeros != self.quotients || self.previous != 0 {
            return Err(malformed("upper bits disagree with the entry count"));
        }
        Ok(self.starts)
    }

    /// Takes the word that starts at bit `first`, of which the lowest `width` bits belong to the sequence.
    fn word(&mut self, word: u64, first: u32, width: u32) -> Result<(), Error> {
        let inside = u64::MAX >> (64 - width);
        if word & !inside != 0 {
            return Err(malformed("padding bits are not zero"));
        }
        self.check_order(word)?;
        let gaps = !word & inside;
        self.index_starts(gaps, first);
        self.zeros += gaps.count_ones();
        self.ones += word.count_ones();
        self.previous = (word >> (width - 1)) & 1;
        Ok(())
    }

    /// Entries of one quotient are neighbouring ones; their remainders must rise.
    fn check_order(&self, word: u64) -> Result<(), Error> {
        let mut pairs = word & (word << 1 | self.previous);
        while pairs != 0 {
            let below = (pairs & pairs.wrapping_neg()) - 1;
            let rank = index(self.ones + (word & below).count_ones());
            if self.remainder(rank.wrapping_sub(1)) >= self.remainder(rank) {
                return Err(malformed("entries are not strictly ascending"));
            }
            pairs &= pairs - 1;
        }
        Ok(())
    }

    fn index_starts(&mut self, gaps: u64, first: u32) {
        let end = self.zeros + gaps.count_ones();
        let mut next = (self.zeros / 64 + 1) * 64;
        while next <= end && next < self.quotients {
            self.starts.push(first + select(gaps, next - self.zeros - 1) + 1);
            next += 64;
        }
    }

    /// `None` for a rank past the count, which the final check refuses.
    fn remainder(&self, rank: usize) -> Option<u32> {
        self.remainders.get(rank).copied().map(u32::from_le_bytes)
    }
}

/// The bit position of the set bit of `word` that has `rank` set bits below it.
fn select(mut word: u64, mut rank: u32) -> u32 {
    let mut at = 0;
    for width in [32, 16, 8, 4, 2, 1] {
        let below = (word & ((1 << width) - 1)).count_ones();
        let beyond = u32::from(rank >= below);
        rank -= below * beyond;
        word >>= width * beyond;
        at += width * beyond;
    }
    at
}

/// A 32-bit number as an index.
#[expect(clippy::as_conversions, reason = "usize has 32 bits or more on every target this crate builds for")]
pub(super) const fn index(number: u32) -> usize {
    number as usize
}

pub(super) const fn malformed(reason: &'static str) -> Error {
    Error::ObjectMalformed { reason }
}

/// Appends the sequence of `count` positions, which must rise strictly and stay below `quotients` × 2^32.
pub(super) fn push_sequence(
    out: &mut Vec<u8>,
    positions: impl Iterator<Item = u64>,
    count: u32,
    quotients: u32,
) {
    let upper = out.len();
    let words = count.saturating_add(quotients).div_ceil(64);
    out.reserve(index(words) * 8 + index(count) * 4);
    out.resize(upper + index(words) * 8, 0);
    for (rank, position) in positions.enumerate() {
        let bit = usize::try_from(position >> 32).unwrap_or(usize::MAX).saturating_add(rank);
        if let Some(byte) = out.get_mut(upper.saturating_add(bit / 8)) {
            *byte |= 1 << (bit % 8);
        }
        let [a, b, c, d, ..] = position.to_le_bytes();
        out.extend([a, b, c, d]);
    }
}

/// The positions of a sequence in order, read in place.
#[derive(Clone)]
pub(super) struct Positions<'a> {
    upper: core::slice::Iter<'a, [u8; 8]>,
    remainders: core::slice::Iter<'a, [u8; 4]>,
    /// What is left of the present word.
    word: u64,
    /// Bit position of the present word less the entries before it: the quotient of its lowest bit.
    quotient: u64,
    /// Bits of the present word that were taken off.
    taken: u32,
}

impl Iterator for Positions<'_> {
    type Item = u64;

    fn next(&mut self) -> Option<u64> {
        while self.word == 0 {
            self.quotient += u64::from(64 - self.taken);
            self.taken = 0;
            self.word = u64::from_le_bytes(*self.upper.next()?);
        }
        let gaps = self.word.trailing_zeros();
        // The one itself does not count: it is an entry, and the next bit still belongs to its quotient.
        self.word = (self.word >> gaps) >> 1;
        self.taken += gaps + 1;
        self.quotient += u64::from(gaps);
        let remainder = u32::from_le_bytes(*self.remainders.next()?);
        Some((self.quotient << 32) | u64::from(remainder))
    }
}

#[cfg(test)]
#[cfg(feature = "publish")]
mod tests {
    use super::*;

    fn written(positions: &[u64], quotients: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        let count = u32::try_from(positions.len()).unwrap();
        push_sequence(&mut bytes, positions.iter().copied(), count, quotients);
        bytes
    }

    fn opened(bytes: &[u8], count: u32, quotients: u32) -> Result<Sequence, Error> {
        Sequence::open(&mut Reader::new(bytes), count, quotients)
    }

    /// Quotients 0 to 199: a chain of 300 in one, none in most.
    fn uneven() -> Vec<u64> {
        let chain = (0..300).map(|remainder| (63 << 32) | (remainder * 7));
        let rest = (64..200).step_by(9).map(|quotient| (quotient << 32) | 0xffff_ffff);
        chain.chain(rest).collect()
    }

    #[test]
    fn every_entry_of_a_long_chain_is_found_by_its_rank() {
        let positions = uneven();
        let bytes = written(&positions, 200);
        let sequence = opened(&bytes, u32::try_from(positions.len()).unwrap(), 200).unwrap();
        for (rank, &position) in positions.iter().enumerate() {
            assert_eq!(sequence.find(&bytes, position).map(index), Some(rank));
            let neighbour = position ^ 1;
            assert_eq!(sequence.find(&bytes, neighbour).is_some(), positions.contains(&neighbour));
        }
    }

    #[test]
    fn positions_are_listed_as_they_were_written() {
        for positions in [uneven(), Vec::new(), alloc::vec![(199 << 32) | 5], (0..200).collect()] {
            let bytes = written(&positions, 200);
            let sequence = opened(&bytes, u32::try_from(positions.len()).unwrap(), 200).unwrap();
            assert_eq!(sequence.positions(&bytes).collect::<Vec<_>>(), positions);
        }
    }

    #[test]
    fn index_is_below_four_percent_of_the_bytes() {
        let positions: Vec<u64> = (0..100_000).map(|quotient| quotient << 32).collect();
        let bytes = written(&positions, 100_000);
        let sequence = opened(&bytes, 100_000, 100_000).unwrap();
        assert!(sequence.starts.capacity() * 4 * 100 < bytes.len() * 4);
    }

    #[test]
    fn position_past_the_last_quotient_is_not_found() {
        let positions = uneven();
        let bytes = written(&positions, 200);
        let sequence = opened(&bytes, u32::try_from(positions.len()).unwrap(), 200).unwrap();
        assert_eq!([200 << 32, u64::MAX].map(|position| sequence.find(&bytes, position)), [None, None]);
    }

    #[test]
    fn entries_out_of_order_or_twice_in_a_quotient_are_refused() {
        for positions in [[5, 4, 9], [4, 4, 9]] {
            let found = opened(&written(&positions, 3), 3, 3);
            assert_eq!(found.unwrap_err(), malformed("entries are not strictly ascending"));
        }
    }

    #[test]
    fn order_is_checked_across_words() {
        let mut positions: Vec<u64> = (0..130).collect();
        positions.swap(63, 64);
        let found = opened(&written(&positions, 1), 130, 1);
        assert_eq!(found.unwrap_err(), malformed("entries are not strictly ascending"));
    }

    #[test]
    fn ones_after_the_last_quotient_are_refused() {
        // Two quotients and two entries as 0b1_1_0_0 instead of an end in zero: bits 0, 0, 1, 1.
        let mut bytes = alloc::vec![0_u8; 16];
        bytes[0] = 0b1100;
        bytes[12] = 1;
        let found = opened(&bytes, 2, 2);
        assert_eq!(found.unwrap_err(), malformed("upper bits disagree with the entry count"));
    }

    #[test]
    fn counts_that_would_wrap_are_refused() {
        for (count, quotients) in [(u32::MAX, u32::MAX), (u32::MAX, 1), (u32::MAX - 1, 1), (1 << 30, 1)] {
            assert!(opened(&[0; 64], count, quotients).is_err());
        }
    }

    #[test]
    fn select_finds_every_set_bit() {
        for word in [1, u64::MAX, 0x8000_0000_0000_0001, 0x0123_4567_89ab_cdef] {
            let bits: Vec<u32> = (0..64).filter(|bit| word >> bit & 1 == 1).collect();
            let found: Vec<u32> = (0..word.count_ones()).map(|rank| select(word, rank)).collect();
            assert_eq!(found, bits);
        }
    }
}
