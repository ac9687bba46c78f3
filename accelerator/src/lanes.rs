//! Two 64-bit lanes: the one vector type of this crate.
//!
//! In the wasm module [`Lanes`] is a `v128` and every method is one or two instructions. Elsewhere it is an array of
//! the same meaning, so that the arithmetic can be tested natively; there the multiply-add is always fused.
//!
//! A lane is seen either as a wrapping 64-bit integer or as an `f64`, as the name of the method says.

#[cfg(target_arch = "wasm32")]
mod vector {
    #[cfg(not(target_feature = "relaxed-simd"))]
    compile_error!("build this crate with -C target-feature=+simd128,+relaxed-simd");

    use core::arch::wasm32::{
        f64x2_add, f64x2_relaxed_madd, f64x2_sub, i64x2_add, i64x2_extract_lane, i64x2_shuffle, i64x2_splat,
        i64x2_sub, u64x2, u64x2_shr, v128, v128_and,
    };

    /// Two lanes, in a vector register.
    #[derive(Clone, Copy)]
    pub struct Lanes(v128);

    impl Lanes {
        pub const ZERO: Self = Self(u64x2(0, 0));

        #[inline(always)]
        pub const fn new(low: i64, high: i64) -> Self {
            Self(u64x2(low.cast_unsigned(), high.cast_unsigned()))
        }

        #[inline(always)]
        pub fn splat(lane: i64) -> Self {
            Self(i64x2_splat(lane))
        }

        #[inline(always)]
        pub fn low(self) -> i64 {
            i64x2_extract_lane::<0>(self.0)
        }

        #[inline(always)]
        pub fn high(self) -> i64 {
            i64x2_extract_lane::<1>(self.0)
        }

        #[inline(always)]
        pub fn add(self, other: Self) -> Self {
            Self(i64x2_add(self.0, other.0))
        }

        #[inline(always)]
        pub fn sub(self, other: Self) -> Self {
            Self(i64x2_sub(self.0, other.0))
        }

        #[inline(always)]
        pub fn and(self, other: Self) -> Self {
            Self(v128_and(self.0, other.0))
        }

        /// Unsigned shift.
        #[inline(always)]
        pub fn shift_right(self, bits: u32) -> Self {
            Self(u64x2_shr(self.0, bits))
        }

        #[inline(always)]
        pub fn add_float(self, other: Self) -> Self {
            Self(f64x2_add(self.0, other.0))
        }

        #[inline(always)]
        pub fn sub_float(self, other: Self) -> Self {
            Self(f64x2_sub(self.0, other.0))
        }

        /// `self * factor + addend`: rounded once where the engine fuses, twice where it does not.
        #[inline(always)]
        pub fn multiply_add_float(self, factor: Self, addend: Self) -> Self {
            Self(f64x2_relaxed_madd(self.0, factor.0, addend.0))
        }

        /// (low of `self`, low of `other`)
        #[inline(always)]
        pub fn low_low(self, other: Self) -> Self {
            Self(i64x2_shuffle::<0, 2>(self.0, other.0))
        }

        /// (low of `self`, high of `other`)
        #[inline(always)]
        pub fn low_high(self, other: Self) -> Self {
            Self(i64x2_shuffle::<0, 3>(self.0, other.0))
        }

        /// (high of `self`, low of `other`)
        #[inline(always)]
        pub fn high_low(self, other: Self) -> Self {
            Self(i64x2_shuffle::<1, 2>(self.0, other.0))
        }

        /// (high of `self`, high of `other`)
        #[inline(always)]
        pub fn high_high(self, other: Self) -> Self {
            Self(i64x2_shuffle::<1, 3>(self.0, other.0))
        }
    }
}

#[cfg(not(target_arch = "wasm32"))]
mod vector {
    /// Two lanes, in plain memory.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub struct Lanes {
        low: i64,
        high: i64,
    }

    fn float(lane: i64) -> f64 {
        f64::from_bits(lane.cast_unsigned())
    }

    fn bits(value: f64) -> i64 {
        value.to_bits().cast_signed()
    }

    impl Lanes {
        pub const ZERO: Self = Self::new(0, 0);

        pub const fn new(low: i64, high: i64) -> Self {
            Self { low, high }
        }

        pub fn splat(lane: i64) -> Self {
            Self::new(lane, lane)
        }

        pub fn low(self) -> i64 {
            self.low
        }

        pub fn high(self) -> i64 {
            self.high
        }

        fn each(self, other: Self, operation: impl Fn(i64, i64) -> i64) -> Self {
            Self::new(operation(self.low, other.low), operation(self.high, other.high))
        }

        pub fn add(self, other: Self) -> Self {
            self.each(other, i64::wrapping_add)
        }

        pub fn sub(self, other: Self) -> Self {
            self.each(other, i64::wrapping_sub)
        }

        pub fn and(self, other: Self) -> Self {
            self.each(other, |a, b| a & b)
        }

        pub fn shift_right(self, bits: u32) -> Self {
            self.each(Self::ZERO, |lane, _| (lane.cast_unsigned() >> bits).cast_signed())
        }

        pub fn add_float(self, other: Self) -> Self {
            self.each(other, |a, b| bits(float(a) + float(b)))
        }

        pub fn sub_float(self, other: Self) -> Self {
            self.each(other, |a, b| bits(float(a) - float(b)))
        }

        pub fn multiply_add_float(self, factor: Self, addend: Self) -> Self {
            let lane = |x, y, z| bits(float(x).mul_add(float(y), float(z)));
            Self::new(lane(self.low, factor.low, addend.low), lane(self.high, factor.high, addend.high))
        }

        pub fn low_low(self, other: Self) -> Self {
            Self::new(self.low, other.low)
        }

        pub fn low_high(self, other: Self) -> Self {
            Self::new(self.low, other.high)
        }

        pub fn high_low(self, other: Self) -> Self {
            Self::new(self.high, other.low)
        }

        pub fn high_high(self, other: Self) -> Self {
            Self::new(self.high, other.high)
        }
    }
}

pub use vector::Lanes;
