//! A plane of bit-packed times beside a sequence.

use super::limits::{TIME_BITS, TIME_END};
use super::reader::Reader;
use super::sequence::malformed;
use crate::Error;

/// One time for each entry of a sequence, relative to the earliest; read in place.
#[derive(Clone, Copy, Debug)]
pub(super) struct Times {
    at: usize,
    count: u32,
    base: u64,
    width: u8,
}

impl Times {
    /// Takes `count` times of `width` bits from the reader, whose whole input is `bytes`.
    pub(super) fn open(
        reader: &mut Reader<'_>,
        bytes: &[u8],
        count: u32,
        base: u64,
        width: u8,
    ) -> Result<Self, Error> {
        if width > TIME_BITS || base >= TIME_END || (count == 0 && (width != 0 || base != 0)) {
            return Err(malformed("time range"));
        }
        let times = Self { at: reader.position(), count, base, width };
        let bits = u64::from(count) * u64::from(width);
        let length = usize::try_from(bits.div_ceil(8)).map_err(|_| malformed("truncated times"))?;
        let plane = reader.take(length).ok_or(malformed("truncated times"))?;
        if bits % 8 != 0 && plane.last().is_some_and(|last| last >> (bits % 8) != 0) {
            return Err(malformed("padding bits are not zero"));
        }
        match times.range_is_canonical(bytes) {
            Some(true) => Ok(times),
            _ => Err(malformed("time range")),
        }
    }

    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// The time of the entry with this rank. `bytes` are those the plane was opened on.
    pub(super) fn get(&self, bytes: &[u8], rank: u32) -> Option<u64> {
        Some(self.base + self.offset(bytes, rank)?)
    }

    /// The base is the earliest time, and the width is that of the latest.
    fn range_is_canonical(&self, bytes: &[u8]) -> Option<bool> {
        if self.count == 0 {
            return Some(true);
        }
        let (mut least, mut most) = (u64::MAX, 0);
        for rank in 0..self.count {
            let offset = self.offset(bytes, rank)?;
            least = least.min(offset);
            most = most.max(offset);
        }
        Some(least == 0 && bit_length(most) == self.width && self.base + most < TIME_END)
    }

    fn offset(&self, bytes: &[u8], rank: u32) -> Option<u64> {
        let bit = u64::from(rank) * u64::from(self.width);
        let start = self.at.checked_add(usize::try_from(bit / 8).ok()?)?;
        let word = load_word(bytes.get(start..)?) >> (bit % 8);
        Some(word & ((1 << self.width) - 1))
    }
}

/// The first eight bytes as a little-endian number; zeros where there are fewer.
fn load_word(bytes: &[u8]) -> u64 {
    if let Some(word) = bytes.first_chunk() {
        return u64::from_le_bytes(*word);
    }
    bytes.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte))
}

fn bit_length(number: u64) -> u8 {
    u8::try_from(u64::BITS - number.leading_zeros()).unwrap_or(u8::MAX)
}

pub(super) use writer::TimesWriter;

mod writer {
    use super::bit_length;
    use alloc::vec::Vec;

    /// The range of the times to be packed.
    #[derive(Clone, Copy)]
    pub(in crate::snapshot) struct TimesWriter {
        pub(in crate::snapshot) base: u64,
        pub(in crate::snapshot) width: u8,
    }

    impl TimesWriter {
        pub(in crate::snapshot) fn new(times: impl Iterator<Item = u64> + Clone) -> Self {
            let base = times.clone().min().unwrap_or(0);
            let latest = times.max().unwrap_or(0);
            Self { base, width: bit_length(latest - base) }
        }

        /// Appends the plane, lowest bit first.
        pub(in crate::snapshot) fn push(self, out: &mut Vec<u8>, times: impl Iterator<Item = u64>) {
            let (mut pending, mut bits) = (0_u64, 0);
            for time in times {
                pending |= (time - self.base) << bits;
                bits += u32::from(self.width);
                while bits >= 8 {
                    let [byte, ..] = pending.to_le_bytes();
                    out.push(byte);
                    pending >>= 8;
                    bits -= 8;
                }
            }
            let [byte, ..] = pending.to_le_bytes();
            out.extend((bits > 0).then_some(byte));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn packed(times: &[u64]) -> (Vec<u8>, u64, u8) {
        let writer = TimesWriter::new(times.iter().copied());
        let mut bytes = Vec::new();
        writer.push(&mut bytes, times.iter().copied());
        (bytes, writer.base, writer.width)
    }

    fn opened(bytes: &[u8], count: u32, base: u64, width: u8) -> Result<Times, Error> {
        Times::open(&mut Reader::new(bytes), bytes, count, base, width)
    }

    #[test]
    fn times_of_every_width_are_read_back() {
        for width in 0..=u32::from(TIME_BITS) {
            let most = (1_u64 << width) - 1;
            let times = [0, most, most / 2, most / 3, 0, most];
            let (bytes, base, written_width) = packed(&times);
            assert_eq!((base, u32::from(written_width)), (0, width));
            let plane = opened(&bytes, 6, base, written_width).unwrap();
            let read: Vec<_> = (0..6).map(|rank| plane.get(&bytes, rank).unwrap()).collect();
            assert_eq!(read, times);
        }
    }

    #[test]
    fn range_that_is_not_the_narrowest_is_refused() {
        let (bytes, base, width) = packed(&[10, 13, 12]);
        assert!(opened(&bytes, 3, base, width).is_ok());
        // Two bits each, lowest first: 00 11 10.
        assert_eq!(bytes, [0b10_11_00]);
        for (bytes, width) in [([0b10_11_01], 2), ([0b01_01_00], 2), ([0b1_10_11_00], 2)] {
            assert!(opened(&bytes, 3, base, width).is_err(), "{bytes:?}");
        }
    }

    #[test]
    fn time_past_the_format_is_refused() {
        assert!(opened(&[0b10], 2, TIME_END - 2, 1).is_ok());
        assert!(opened(&[0b10], 2, TIME_END - 1, 1).is_err());
        assert!(opened(&[], 1, TIME_END, 0).is_err());
        assert!(opened(&[0; 6], 1, 0, 41).is_err());
    }
}
