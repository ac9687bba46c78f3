//! The field of P-384: `p = 2^384 − 2^128 − 2^96 + 2^32 − 1` (SP 800-186, section 3.2.1.4), Montgomery form with
//! `R = 2^392`, fourteen limbs of 28 bits.
//!
//! `p ≡ −1 (mod 2^28)`, so Montgomery's quotient digit is the lowest limb itself and reduction is shifts and additions.
//!
//! Bounds, as in `field_p256.rs`: `multiply` gives between `a·b/R` and `a·b/R + p`, and `R > 256p`. Elements that a
//! formula keeps are carried and below 8p in magnitude, so the last limb is below `8 · 2^20 = 2^23`. The largest columns
//! are those of `multiply_subtract` on limbs below 2^28 in magnitude: `28 · 2^56 < 2^61`; reduction adds less than 2^50.
#![expect(clippy::as_conversions, reason = "the sign and the lowest limb are read as the docs bound them")]

use super::field::{Field, FusedField};
use super::limbs28::{self, Columns, LIMB_BITS, LIMBS, Limbs};
use super::{inverse, limbs};

/// An element, loosely reduced, times R.
#[derive(Clone, Copy)]
pub(super) struct Element(pub(super) Limbs);

impl Element {
    /// The element of a carried number in `0..p`.
    pub(super) fn from_residue(residue: &Limbs) -> Self {
        Self(*residue).multiply(&Self(R_SQUARED))
    }
}

impl Field for Element {
    const ZERO: Self = Self([0; LIMBS]);
    const ONE: Self = Self(limbs::power_of_two(R_BITS, &MODULUS, LIMB_BITS));

    #[inline(always)]
    fn add(&self, other: &Self) -> Self {
        Self(limbs28::add(&self.0, &other.0))
    }

    #[inline(always)]
    fn subtract(&self, other: &Self) -> Self {
        Self(limbs28::subtract(&self.0, &other.0))
    }

    #[inline(always)]
    fn negate_if(&self, negate: bool) -> Self {
        Self(limbs28::negate_if(&self.0, negate))
    }

    #[inline(always)]
    fn carry(&self) -> Self {
        Self(limbs28::carry(&self.0))
    }

    #[inline(never)]
    fn multiply(&self, other: &Self) -> Self {
        Self(limbs28::carry_columns(&reduce(limbs28::product(&self.0, &other.0))))
    }

    #[inline(never)]
    fn square(&self) -> Self {
        Self(limbs28::carry_columns(&reduce(limbs28::square(&self.0))))
    }

    fn canonical(&self) -> Self {
        Self(limbs::canonical(&self.0, &MODULUS, LIMB_BITS))
    }

    #[inline(always)]
    fn is_zero(&self) -> bool {
        // k·p with |k| < 8 has the lowest limb −k: one look settles nearly every case
        let lowest = (self.0[0] << (32 - LIMB_BITS)) >> (32 - LIMB_BITS);
        lowest.unsigned_abs() <= limbs::REACH && limbs::is_zero(&self.canonical().0)
    }

    fn invert(&self) -> Self {
        let residue = self.multiply(&Self(ONE_RESIDUE)).canonical();
        let inverse = DIVISION.invert(&residue.0, LIMB_BITS);
        Self::from_residue(&inverse)
    }
}

impl FusedField for Element {
    #[inline(never)]
    fn multiply_subtract(&self, other: &Self, c: &Self, d: &Self) -> Self {
        let (plus, minus) = (limbs28::product(&self.0, &other.0), limbs28::product(&c.0, &d.0));
        Self(limbs28::carry_columns(&reduce(limbs28::subtract_columns(&plus, &minus))))
    }

    #[inline(never)]
    fn square_subtract(&self, b: &Self, c: &Self) -> Self {
        let columns = reduce(limbs28::square(&self.0));
        Self(limbs28::carry_columns(&limbs28::subtract_limbs(&columns, &b.0, &c.0)))
    }

    fn is_literally_zero(&self) -> bool {
        limbs::is_zero(&self.0)
    }
}

/// Adds the multiple of p that clears the fourteen low columns; gives the high ones, uncarried: the value divided by R.
#[inline(always)]
fn reduce(mut t: Columns) -> [i64; LIMBS] {
    /// Adds `t[i] · p · 2^(28 i)`: −1, 2^32 = 2^(28 + 4), −2^96 = −2^(3·28 + 12), −2^128 and 2^384.
    macro_rules! clear {
        ($($i:literal)+) => {$(
            let digit = t[$i] & ((1 << LIMB_BITS) - 1);
            t[$i + 1] += (t[$i] >> LIMB_BITS) + (digit << 4);
            t[$i + 3] -= digit << 12;
            t[$i + 4] -= digit << 16;
            t[$i + 13] += digit << 20;
        )+};
    }
    clear!(0 1 2 3 4 5 6 7 8 9 10 11 12 13);
    [t[14], t[15], t[16], t[17], t[18], t[19], t[20], t[21], t[22], t[23], t[24], t[25], t[26], 0]
}

pub(super) const MODULUS: Limbs = limbs::from_be_bytes(
    &limbs::hex::<48>(
        "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff",
    ),
    LIMB_BITS,
);
const R_BITS: u32 = LIMB_BITS * LIMBS as u32;
const R_SQUARED: Limbs = limbs::power_of_two(2 * R_BITS, &MODULUS, LIMB_BITS);
const ONE_RESIDUE: Limbs = [1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0];
static DIVISION: inverse::Modulus<LIMBS> = inverse::Modulus::new(&MODULUS, LIMB_BITS);
