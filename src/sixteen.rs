//! Sixteen bytes at once: one vector register on wasm, an array of the same meaning everywhere else.

pub(crate) use vector::Sixteen;

/// Where the first byte is that `is_sought` marks, of a text whose end is filled up with `filler`, which it must not mark.
#[inline(always)]
pub(crate) fn position(text: &[u8], filler: u8, is_sought: impl Fn(Sixteen) -> Sixteen) -> Option<usize> {
    let (sixteens, rest) = text.as_chunks();
    for (at, sixteen) in sixteens.iter().enumerate() {
        let found = is_sought(Sixteen::new(sixteen)).marks();
        if found != 0 {
            return Some(16 * at + first(found));
        }
    }
    let found = is_sought(Sixteen::new(&filled(rest, filler))).marks();
    (found != 0).then(|| 16 * sixteens.len() + first(found))
}

/// The bytes, at most sixteen, and then as many of `filler` as there is room for.
#[inline(always)]
pub(crate) fn filled(bytes: &[u8], filler: u8) -> [u8; 16] {
    let mut sixteen = [filler; 16];
    for (place, byte) in sixteen.iter_mut().zip(bytes) {
        *place = *byte;
    }
    sixteen
}

#[expect(clippy::as_conversions, reason = "at most 16")]
const fn first(marks: u16) -> usize {
    marks.trailing_zeros() as usize
}

impl Sixteen {
    /// 0xff where a byte lies between these two, both included, else 0.
    #[inline(always)]
    pub(crate) fn within(self, least: u8, most: u8) -> Self {
        self.add(Self::splat(least.wrapping_neg())).below(most - least + 1)
    }
}

#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
mod vector {
    use core::arch::wasm32::{
        i8x16, i8x16_add, i8x16_bitmask, i8x16_swizzle, i64x2_extract_lane, u8x16_eq, u8x16_lt, u8x16_splat,
        u16x8_shl, u16x8_shr, u16x8_splat, u32x4_shl, u32x4_shr, u32x4_splat, u64x2, v128, v128_and, v128_or,
    };

    #[derive(Clone, Copy)]
    pub(crate) struct Sixteen(v128);

    impl Sixteen {
        #[inline(always)]
        pub(crate) fn new(bytes: &[u8; 16]) -> Self {
            let whole = u128::from_le_bytes(*bytes);
            #[expect(clippy::as_conversions, reason = "the two halves")]
            let (low, high) = (whole as u64, (whole >> 64) as u64);
            Self(u64x2(low, high))
        }

        #[inline(always)]
        pub(crate) fn splat(byte: u8) -> Self {
            Self(u8x16_splat(byte))
        }

        /// Sums modulo 256.
        #[inline(always)]
        pub(crate) fn add(self, other: Self) -> Self {
            Self(i8x16_add(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn and(self, other: Self) -> Self {
            Self(v128_and(self.0, other.0))
        }

        #[inline(always)]
        pub(crate) fn or(self, other: Self) -> Self {
            Self(v128_or(self.0, other.0))
        }

        /// 0xff where a byte is this one, else 0.
        #[inline(always)]
        pub(crate) fn equal(self, byte: u8) -> Self {
            Self(u8x16_eq(self.0, u8x16_splat(byte)))
        }

        /// 0xff where a byte is less, else 0.
        #[inline(always)]
        pub(crate) fn below(self, byte: u8) -> Self {
            Self(u8x16_lt(self.0, u8x16_splat(byte)))
        }

        /// The highest bit of each byte, that of the first one lowest.
        #[inline(always)]
        pub(crate) fn marks(self) -> u16 {
            i8x16_bitmask(self.0)
        }

        /// Sixteen times six bits, put together.
        #[inline(always)]
        pub(crate) fn join_sixes(self) -> [u8; 12] {
            let (first, second) = (v128_and(self.0, u16x8_splat(0xff)), u16x8_shr(self.0, 8));
            let twelves = v128_or(u16x8_shl(first, 6), second);
            let (first, second) = (v128_and(twelves, u32x4_splat(0xffff)), u32x4_shr(twelves, 16));
            let joined = v128_or(u32x4_shl(first, 12), second);
            let order = i8x16(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
            let bytes = i8x16_swizzle(joined, order);
            let (low, high) =
                (i64x2_extract_lane::<0>(bytes).to_le_bytes(), i64x2_extract_lane::<1>(bytes).to_le_bytes());
            let [a, b, c, d, e, f, g, h] = low;
            let [i, j, k, l, ..] = high;
            [a, b, c, d, e, f, g, h, i, j, k, l]
        }
    }
}

#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
mod vector {
    #[derive(Clone, Copy)]
    pub(crate) struct Sixteen([u8; 16]);

    impl Sixteen {
        #[inline(always)]
        pub(crate) fn new(bytes: &[u8; 16]) -> Self {
            Self(*bytes)
        }

        #[inline(always)]
        pub(crate) fn splat(byte: u8) -> Self {
            Self([byte; 16])
        }

        /// Sums modulo 256.
        #[inline(always)]
        pub(crate) fn add(self, other: Self) -> Self {
            self.zip(other, u8::wrapping_add)
        }

        #[inline(always)]
        pub(crate) fn and(self, other: Self) -> Self {
            self.zip(other, |one, other| one & other)
        }

        #[inline(always)]
        pub(crate) fn or(self, other: Self) -> Self {
            self.zip(other, |one, other| one | other)
        }

        /// 0xff where a byte is this one, else 0.
        #[inline(always)]
        pub(crate) fn equal(self, byte: u8) -> Self {
            Self(self.0.map(|own| if own == byte { 0xff } else { 0 }))
        }

        /// 0xff where a byte is less, else 0.
        #[inline(always)]
        pub(crate) fn below(self, byte: u8) -> Self {
            Self(self.0.map(|own| if own < byte { 0xff } else { 0 }))
        }

        /// The highest bit of each byte, that of the first one lowest.
        #[inline(always)]
        pub(crate) fn marks(self) -> u16 {
            if u128::from_le_bytes(self.0) == 0 {
                return 0; // nearly always, where a byte is sought
            }
            self.0.iter().rev().fold(0, |marks, byte| marks << 1 | u16::from(byte >> 7))
        }

        /// Sixteen times six bits, put together.
        #[inline(always)]
        pub(crate) fn join_sixes(self) -> [u8; 12] {
            let mut bytes = [0; 12];
            let ((threes, _), (fours, _)) = (bytes.as_chunks_mut(), self.0.as_chunks());
            for (three, [a, b, c, d]) in threes.iter_mut().zip(fours) {
                *three = [a << 2 | b >> 4, b << 4 | c >> 2, c << 6 | d];
            }
            bytes
        }

        #[inline(always)]
        fn zip(self, other: Self, sum: impl Fn(u8, u8) -> u8) -> Self {
            let mut bytes = self.0;
            for (byte, other) in bytes.iter_mut().zip(other.0) {
                *byte = sum(*byte, other);
            }
            Self(bytes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec;

    #[test]
    fn the_first_of_the_sought_bytes_is_found_wherever_it_is() {
        let dot = |bytes: Sixteen| bytes.equal(b'.');
        for length in 0..=49 {
            let mut text = vec![b'-'; length];
            assert_eq!(position(&text, 0, dot), None, "{length}");
            for at in (0..length).rev() {
                text[at] = b'.';
                assert_eq!(position(&text, 0, dot), Some(at), "{length}");
            }
        }
    }

    #[test]
    fn every_byte_is_compared_without_sign() {
        for byte in 0..=u8::MAX {
            let sixteen = Sixteen::splat(byte);
            for other in [0, 1, 0x20, 0x7f, 0x80, 0x81, 0xfe, 0xff] {
                let all = |holds: bool| if holds { u16::MAX } else { 0 };
                assert_eq!(sixteen.equal(other).marks(), all(byte == other));
                assert_eq!(sixteen.below(other).marks(), all(byte < other));
                assert_eq!(sixteen.within(b'0', b'9').marks(), all(byte.is_ascii_digit()));
            }
        }
    }
}
