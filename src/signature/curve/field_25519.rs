//! The field of edwards25519: `p = 2^255 − 19` (RFC 8032, section 5.1), plain form, nine limbs of 29 bits.
//!
//! Bounds. A *reduced* element (what `multiply` and `square` give) has limbs in `0..2^29`, except limb 1, which may be off
//! by 2^15, and limb 8, which is in `0..2^23`; its value is between `−2^45` and `2^255 + 2^45`. A *carried* one (`carry` of
//! at most three reduced ones added or subtracted) has limbs in `0..2^29` and a last limb below 2^26 in magnitude.
//!
//! `multiply` takes factors with limbs up to `2^30 + 2^16` and `2^29 + 2^15` in magnitude (one of them may be an uncarried
//! sum): columns below `2^62.2`. `reduce` adds to each `1216 · 2^29` and `1216 · 2^33.2`, below 2^45. So what lies above
//! 2^255 at the end of the carry is below 2^40 and 19 times that below 2^44: limb 1 gains less than 2^15.
#![expect(
    clippy::as_conversions,
    reason = "a column is cut to the limb that the mask or the docs' bound leaves"
)]

use super::field::Field;
use super::limbs29::{self, Columns, LIMB_BITS, LIMBS, Limbs};
use super::{inverse, limbs};

/// An element, loosely reduced.
#[derive(Clone, Copy)]
pub(super) struct Element(pub(super) Limbs);

impl Element {
    /// The element of a little-endian number below 2^256; not reduced.
    pub(super) const fn from_le_bytes(bytes: &[u8; 32]) -> Self {
        Self(limbs::from_le_bytes(bytes, LIMB_BITS))
    }

    /// The canonical little-endian encoding (RFC 8032, section 5.1.2).
    pub(super) fn to_le_bytes(self) -> [u8; 32] {
        limbs::to_le_bytes(&self.canonical().0, LIMB_BITS)
    }

    /// Whether the canonical representative is odd: the sign of RFC 8032, section 5.1.2.
    pub(super) fn is_odd(&self) -> bool {
        self.canonical().0[0] & 1 == 1
    }

    /// `self^(2^252 − 3)`, that is `self^((p − 5)/8)`: 250 squarings and 11 products.
    pub(super) fn power_252_minus_3(&self) -> Self {
        let nine = self.squared(3).multiply(self);
        let eleven = self.square().multiply(&nine);
        let ones_5 = eleven.square().multiply(&nine); // ones_k stands for self^(2^k − 1)
        let ones_10 = ones_5.squared(5).multiply(&ones_5);
        let ones_20 = ones_10.squared(10).multiply(&ones_10);
        let ones_40 = ones_20.squared(20).multiply(&ones_20);
        let ones_50 = ones_40.squared(10).multiply(&ones_10);
        let ones_100 = ones_50.squared(50).multiply(&ones_50);
        let ones_200 = ones_100.squared(100).multiply(&ones_100);
        let ones_250 = ones_200.squared(50).multiply(&ones_50);
        ones_250.squared(2).multiply(self)
    }

    fn squared(&self, times: u32) -> Self {
        (0..times).fold(*self, |power, _| power.square())
    }
}

impl Field for Element {
    const ZERO: Self = Self([0; LIMBS]);
    const ONE: Self = Self([1, 0, 0, 0, 0, 0, 0, 0, 0]);

    #[inline(always)]
    fn add(&self, other: &Self) -> Self {
        Self(limbs29::add(&self.0, &other.0))
    }

    #[inline(always)]
    fn subtract(&self, other: &Self) -> Self {
        Self(limbs29::subtract(&self.0, &other.0))
    }

    #[inline(always)]
    fn negate_if(&self, negate: bool) -> Self {
        Self(limbs29::negate_if(&self.0, negate))
    }

    #[inline(always)]
    fn carry(&self) -> Self {
        Self(limbs29::carry(&self.0))
    }

    #[inline(never)]
    fn multiply(&self, other: &Self) -> Self {
        Self(reduce(&limbs29::product(&self.0, &other.0)))
    }

    #[inline(never)]
    fn square(&self) -> Self {
        Self(reduce(&limbs29::square(&self.0)))
    }

    fn canonical(&self) -> Self {
        Self(limbs::canonical(&self.0, &MODULUS, LIMB_BITS))
    }

    fn is_zero(&self) -> bool {
        limbs::is_zero(&self.canonical().0)
    }

    fn invert(&self) -> Self {
        Self(DIVISION.invert(&self.canonical().0, LIMB_BITS))
    }
}

/// Folds the high columns down by `2^261 = 64 · 19 = 1216` (modulo p), each in two parts that fit, and carries.
#[inline(always)]
fn reduce(t: &Columns) -> Limbs {
    let mut folded = [t[0], t[1], t[2], t[3], t[4], t[5], t[6], t[7], t[8]];
    macro_rules! fold_high_columns {
        ($($i:literal)+) => {$(
            folded[$i] += 1216 * (t[LIMBS + $i] & MASK);
            folded[$i + 1] += 1216 * (t[LIMBS + $i] >> LIMB_BITS);
        )+};
    }
    fold_high_columns!(0 1 2 3 4 5 6 7);
    carry_and_fold_top(&folded)
}

/// Carries, and folds what is above 2^255 down by 19 (modulo p).
#[inline(always)]
fn carry_and_fold_top(folded: &[i64; LIMBS]) -> Limbs {
    let (mut limbs, mut carry) = ([0i32; LIMBS], 0);
    macro_rules! carry_columns {
        ($($i:literal)+) => {$(
            carry += folded[$i];
            limbs[$i] = (carry & MASK) as i32;
            carry >>= LIMB_BITS;
        )+};
    }
    carry_columns!(0 1 2 3 4 5 6 7);
    carry += folded[8];
    limbs[8] = (carry & TOP_MASK) as i32;
    let lowest = i64::from(limbs[0]) + 19 * (carry >> TOP_BITS);
    limbs[0] = (lowest & MASK) as i32;
    limbs[1] += (lowest >> LIMB_BITS) as i32;
    limbs
}

const MASK: i64 = (1 << LIMB_BITS) - 1;
/// The bits of limb 8 below 2^255.
const TOP_BITS: u32 = 255 - 8 * LIMB_BITS;
const TOP_MASK: i64 = (1 << TOP_BITS) - 1;
pub(super) const MODULUS: Limbs = limbs::from_be_bytes(
    &limbs::hex::<32>("7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed"),
    LIMB_BITS,
);
static DIVISION: inverse::Modulus<LIMBS> = inverse::Modulus::new(&MODULUS, LIMB_BITS);
