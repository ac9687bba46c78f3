//! Rice codes: a strictly rising list of positions, each as the gap after the one before (`docs/format.md`,
//! Positions).

use super::reader::Reader;
use super::sequence::index;
use alloc::vec::Vec;

/// The code's parameter for `count` positions below `quotients` × 2^32: the smallest k for which
/// 133 · count · 2^k ≥ 64 · quotients · 2^32. It is the cheapest one for gaps of random positions, since 64 / 133
/// is where 2^k and 2^(k+1) cost the same.
fn parameter(count: u32, quotients: u32) -> u32 {
    let wanted = u128::from(quotients) << 38;
    let step = u128::from(count) * 133;
    (0..63).find(|&k| step << k >= wanted).unwrap_or(63)
}

/// Reads `count` positions below `quotients` × 2^32; `None` when the bytes are no such list.
pub(super) fn read_positions(reader: &mut Reader<'_>, count: u32, quotients: u32) -> Option<Vec<u64>> {
    if count == 0 {
        return Some(Vec::new());
    }
    let k = parameter(count, quotients);
    let mut bits = Bits::new(reader.rest());
    // Each code has k + 1 bits at least: the list is no longer than the input allows.
    if u64::from(count) * u64::from(k + 1) > bits.end {
        return None;
    }
    let mut positions = Vec::with_capacity(index(count));
    let mut next = 0_u64;
    for _ in 0..count {
        let position = next.checked_add(bits.code(k)?)?;
        if position >> 32 >= u64::from(quotients) {
            return None;
        }
        positions.push(position);
        next = position.checked_add(1)?;
    }
    reader.take(bits.finish()?)?;
    Some(positions)
}

/// A cursor over bits, from the lowest of the first byte on.
struct Bits<'a> {
    bytes: &'a [u8],
    at: u64,
    end: u64,
}

impl<'a> Bits<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        let end = u64::try_from(bytes.len()).unwrap_or(0).saturating_mul(8);
        Self { bytes, at: 0, end }
    }

    /// One code: zeros in the number of the upper part, a one, then the lower `k` bits.
    fn code(&mut self, k: u32) -> Option<u64> {
        let upper = self.unary()?;
        if k > upper.leading_zeros() {
            return None;
        }
        Some((upper << k) | self.low(k)?)
    }

    fn unary(&mut self) -> Option<u64> {
        let mut zeros = 0;
        loop {
            let run = self.window()?.trailing_zeros().min(WINDOW);
            zeros += u64::from(run);
            self.at += u64::from(run);
            if self.at >= self.end {
                return None;
            }
            if run < WINDOW {
                self.at += 1;
                return Some(zeros);
            }
        }
    }

    fn low(&mut self, width: u32) -> Option<u64> {
        let first = width.min(32);
        let low = self.few(first)?;
        Some(low | (self.few(width - first)? << first))
    }

    /// The next `width` ≤ 32 bits.
    fn few(&mut self, width: u32) -> Option<u64> {
        let bits = self.window()? & ((1 << width) - 1);
        self.at += u64::from(width);
        (self.at <= self.end).then_some(bits)
    }

    /// At least [`WINDOW`] bits from the cursor on, zeros past the end.
    fn window(&self) -> Option<u64> {
        let rest = self.bytes.get(usize::try_from(self.at / 8).ok()?..)?;
        let word = match rest.first_chunk() {
            Some(word) => u64::from_le_bytes(*word),
            None => rest.iter().rev().fold(0, |word, &byte| word << 8 | u64::from(byte)),
        };
        Some(word >> (self.at % 8))
    }

    /// How many bytes were read; the bits that fill the last one must be zero.
    fn finish(self) -> Option<usize> {
        let rest = u32::try_from(self.at.next_multiple_of(8) - self.at).ok()?;
        let padding = self.window()? & ((1 << rest) - 1);
        (padding == 0).then_some(usize::try_from(self.at.div_ceil(8)).ok()?)
    }
}

/// Bits that a window has whatever the cursor's place in its byte.
const WINDOW: u32 = 57;

#[cfg(feature = "publish")]
pub(super) use writer::push_positions;

#[cfg(feature = "publish")]
mod writer {
    use super::parameter;
    use alloc::vec::Vec;

    /// Appends what [`read_positions`](super::read_positions) reads.
    pub(in crate::snapshot) fn push_positions(out: &mut Vec<u8>, positions: &[u64], quotients: u32) {
        let k = parameter(u32::try_from(positions.len()).unwrap_or(u32::MAX), quotients);
        let mut bits = BitWriter { out, pending: 0, width: 0 };
        let mut next = 0;
        for &position in positions {
            bits.code(position.saturating_sub(next), k);
            next = position.saturating_add(1);
        }
        bits.finish();
    }

    struct BitWriter<'a> {
        out: &'a mut Vec<u8>,
        pending: u128,
        width: u32,
    }

    impl BitWriter<'_> {
        fn code(&mut self, gap: u64, k: u32) {
            let mut zeros = gap >> k;
            while zeros >= 63 {
                self.put(0, 63);
                zeros -= 63;
            }
            self.put(1 << zeros, u32::try_from(zeros + 1).unwrap_or(64));
            self.put(gap & ((1 << k) - 1), k);
        }

        fn put(&mut self, bits: u64, width: u32) {
            self.pending |= u128::from(bits) << self.width;
            self.width += width;
            if self.width >= 64 {
                let [a, b, c, d, e, f, g, h, ..] = self.pending.to_le_bytes();
                self.out.extend([a, b, c, d, e, f, g, h]);
                self.pending >>= 64;
                self.width -= 64;
            }
        }

        fn finish(self) {
            let bytes = self.width.div_ceil(8);
            self.out.extend(self.pending.to_le_bytes().iter().zip(0..bytes).map(|(byte, _)| byte));
        }
    }
}

#[cfg(test)]
#[cfg(feature = "publish")]
mod tests {
    use super::*;

    fn written(positions: &[u64], quotients: u32) -> Vec<u8> {
        let mut bytes = Vec::new();
        push_positions(&mut bytes, positions, quotients);
        bytes
    }

    fn read(bytes: &[u8], count: usize, quotients: u32) -> Option<(Vec<u64>, usize)> {
        let mut reader = Reader::new(bytes);
        let positions = read_positions(&mut reader, u32::try_from(count).unwrap(), quotients)?;
        Some((positions, reader.remaining()))
    }

    #[test]
    fn positions_of_every_density_are_read_back() {
        for quotients in [1, 2, 1_000, 1 << 20, u32::MAX] {
            let end = u64::from(quotients) << 32;
            for count in [1_u64, 2, 3, 100, 5_000] {
                for (first, step) in [(0, 1), (0, end / count), (end - count, 1), (end / 3, end / count / 2)]
                {
                    let positions: Vec<u64> =
                        (0..count).map(|n| first + n * step).filter(|&position| position < end).collect();
                    let bytes = written(&positions, quotients);
                    let found = read(&[&bytes[..], &[0xff; 3]].concat(), positions.len(), quotients);
                    assert_eq!(found, Some((positions, 3)));
                }
            }
        }
    }

    #[test]
    fn parameter_is_the_cheapest_for_random_gaps() {
        for (count, quotients, k) in [(1_000, 1_000_000, 41), (1, 1, 31), (1, u32::MAX, 63), (u32::MAX, 1, 0)]
        {
            assert_eq!(parameter(count, quotients), k);
        }
    }

    #[test]
    fn code_past_the_universe_or_the_input_is_refused() {
        let bytes = written(&[7 << 32], 8);
        assert_eq!(read(&bytes, 1, 8), Some(([7 << 32].into(), 0)));
        assert_eq!(read(&written(&[8 << 32], 8), 1, 8), None);
        for length in 0..bytes.len() {
            assert_eq!(read(&bytes[..length], 1, 8), None);
        }
        assert_eq!(read(&[0; 4_096], 1, 8), None);
        assert_eq!(read(&[0; 8], usize::try_from(u32::MAX).unwrap(), 8), None);
    }

    #[test]
    fn padding_that_is_not_zero_is_refused() {
        let mut bytes = written(&[5], 1);
        assert_eq!(bytes.len(), 4);
        bytes.push(0);
        assert!(read(&bytes, 1, 1).is_some());
        let mut padded = written(&[1, 9], 1);
        assert!(read(&padded, 2, 1).is_some());
        *padded.last_mut().unwrap() |= 0x80;
        assert!(read(&padded, 2, 1).is_none());
    }
}
