//! Two 64-bit or four 32-bit lanes: a `v128` on wasm, an array of the same meaning in native tests.
//!
//! Additions must not wrap. On wasm they would silently; in the tests they panic, which is how the bounds that `simd`
//! argues are held.

pub(super) use vector::Lanes;

#[cfg(target_arch = "wasm32")]
mod vector {
    use core::arch::wasm32::{
        i32x4_shuffle, i64x2_add, i64x2_extract_lane, u32x4_splat, u64x2, u64x2_extmul_high_u32x4,
        u64x2_extmul_low_u32x4, u64x2_shr, u64x2_splat, v128, v128_and,
    };

    /// The lanes of one vector register.
    #[derive(Clone, Copy, Debug)]
    pub(in super::super) struct Lanes(v128);

    impl Lanes {
        pub(in super::super) const ZERO: Self = Self(u64x2(0, 0));

        #[inline(always)]
        pub(in super::super) fn new(low: u64, high: u64) -> Self {
            Self(u64x2(low, high))
        }

        #[inline(always)]
        pub(in super::super) fn splat(lane: u64) -> Self {
            Self(u64x2_splat(lane))
        }

        /// The same 32 bits in all four lanes.
        #[inline(always)]
        pub(in super::super) fn splat_word(word: u32) -> Self {
            Self(u32x4_splat(word))
        }

        #[inline(always)]
        pub(in super::super) fn low(self) -> u64 {
            i64x2_extract_lane::<0>(self.0).cast_unsigned()
        }

        #[inline(always)]
        pub(in super::super) fn high(self) -> u64 {
            i64x2_extract_lane::<1>(self.0).cast_unsigned()
        }

        #[inline(always)]
        pub(in super::super) fn add(self, other: Self) -> Self {
            Self(i64x2_add(self.0, other.0))
        }

        #[inline(always)]
        pub(in super::super) fn and(self, other: Self) -> Self {
            Self(v128_and(self.0, other.0))
        }

        #[inline(always)]
        pub(in super::super) fn shift_right(self, bits: u32) -> Self {
            Self(u64x2_shr(self.0, bits))
        }

        /// The 64-bit products of the 32-bit lanes 0 and 1.
        #[inline(always)]
        pub(in super::super) fn multiply_low(self, other: Self) -> Self {
            Self(u64x2_extmul_low_u32x4(self.0, other.0))
        }

        /// The 64-bit products of the 32-bit lanes 2 and 3.
        #[inline(always)]
        pub(in super::super) fn multiply_high(self, other: Self) -> Self {
            Self(u64x2_extmul_high_u32x4(self.0, other.0))
        }

        /// The 32-bit lanes A, B, C, D of `self` (0 to 3) and `other` (4 to 7).
        #[inline(always)]
        pub(in super::super) fn shuffle<const A: usize, const B: usize, const C: usize, const D: usize>(
            self,
            other: Self,
        ) -> Self {
            Self(i32x4_shuffle::<A, B, C, D>(self.0, other.0))
        }
    }
}

#[cfg(test)]
#[cfg(not(target_arch = "wasm32"))]
mod vector {
    /// The lanes of one vector register, in plain memory.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub(in super::super) struct Lanes([u64; 2]);

    impl Lanes {
        pub(in super::super) const ZERO: Self = Self([0, 0]);

        pub(in super::super) fn new(low: u64, high: u64) -> Self {
            Self([low, high])
        }

        pub(in super::super) fn splat(lane: u64) -> Self {
            Self([lane; 2])
        }

        pub(in super::super) fn splat_word(word: u32) -> Self {
            Self([u64::from(word) << 32 | u64::from(word); 2])
        }

        pub(in super::super) fn low(self) -> u64 {
            self.0[0]
        }

        pub(in super::super) fn high(self) -> u64 {
            self.0[1]
        }

        fn each(self, other: Self, operation: impl Fn(u64, u64) -> u64) -> Self {
            Self([operation(self.0[0], other.0[0]), operation(self.0[1], other.0[1])])
        }

        pub(in super::super) fn add(self, other: Self) -> Self {
            self.each(other, |a, b| a.checked_add(b).expect("no column overflows"))
        }

        pub(in super::super) fn and(self, other: Self) -> Self {
            self.each(other, |a, b| a & b)
        }

        pub(in super::super) fn shift_right(self, bits: u32) -> Self {
            Self(self.0.map(|lane| lane >> bits))
        }

        fn words(self) -> [u64; 4] {
            let [low, high] = self.0;
            [low & 0xffff_ffff, low >> 32, high & 0xffff_ffff, high >> 32]
        }

        pub(in super::super) fn multiply_low(self, other: Self) -> Self {
            let ([a, b, ..], [c, d, ..]) = (self.words(), other.words());
            Self([a * c, b * d])
        }

        pub(in super::super) fn multiply_high(self, other: Self) -> Self {
            let ([.., a, b], [.., c, d]) = (self.words(), other.words());
            Self([a * c, b * d])
        }

        pub(in super::super) fn shuffle<const A: usize, const B: usize, const C: usize, const D: usize>(
            self,
            other: Self,
        ) -> Self {
            let word = |index: usize| if index < 4 { self.words()[index] } else { other.words()[index - 4] };
            Self([word(A) | word(B) << 32, word(C) | word(D) << 32])
        }
    }
}
