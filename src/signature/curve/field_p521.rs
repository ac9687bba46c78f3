//! The field of P-521: `p = 2^521 − 1` (SP 800-186, section 3.2.1.5), Montgomery form with `R = 2^532`, nineteen limbs
//! of 28 bits.
//!
//! Rare, so it is written for size: loops, and a square is a product.
//!
//! Bounds, as in `field_p384.rs`: `p ≡ −1 (mod 2^28)`, so the quotient digit is the lowest limb itself; `multiply` gives
//! between `a·b/R` and `a·b/R + p`, and `R = 2048p + 2048`. The largest columns are those of `multiply_subtract` on limbs
//! below 2^28 in magnitude: `38 · 2^56 < 2^61.3`; reduction adds one digit of less than 2^45 and one carry to each.
#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "indices run below the constant limb count; limbs are cut to what the mask or the docs leave"
)]

use super::field::{Field, FusedField};
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

    fn add(&self, other: &Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i] + other.0[i]))
    }

    fn subtract(&self, other: &Self) -> Self {
        Self(core::array::from_fn(|i| self.0[i] - other.0[i]))
    }

    fn negate_if(&self, negate: bool) -> Self {
        if negate { Self(self.0.map(|limb| -limb)) } else { *self }
    }

    fn carry(&self) -> Self {
        Self(carry(|i| i64::from(self.0[i])))
    }

    fn multiply(&self, other: &Self) -> Self {
        let mut columns = [0; COLUMNS];
        add_product(&mut columns, 1, self, other);
        reduce(&mut columns);
        Self(carry(|i| columns[LIMBS + i]))
    }

    fn square(&self) -> Self {
        self.multiply(self)
    }

    fn canonical(&self) -> Self {
        Self(limbs::canonical(&self.0, &MODULUS, LIMB_BITS))
    }

    fn is_zero(&self) -> bool {
        limbs::is_zero(&self.canonical().0)
    }

    fn invert(&self) -> Self {
        let mut one = Self::ZERO;
        one.0[0] = 1;
        let residue = self.multiply(&one).canonical();
        Self::from_residue(&DIVISION.invert(&residue.0, LIMB_BITS))
    }
}

impl FusedField for Element {
    const WITH_TABLES: bool = false;

    fn multiply_subtract(&self, other: &Self, c: &Self, d: &Self) -> Self {
        let mut columns = [0; COLUMNS];
        add_product(&mut columns, 1, self, other);
        add_product(&mut columns, -1, c, d);
        reduce(&mut columns);
        Self(carry(|i| columns[LIMBS + i]))
    }

    fn square_subtract(&self, b: &Self, c: &Self) -> Self {
        let mut columns = [0; COLUMNS];
        add_product(&mut columns, 1, self, self);
        reduce(&mut columns);
        Self(carry(|i| columns[LIMBS + i] - i64::from(b.0[i]) - 2 * i64::from(c.0[i])))
    }

    fn is_literally_zero(&self) -> bool {
        limbs::is_zero(&self.0)
    }
}

/// Adds `sign · a · b`, column by column.
#[inline(never)]
fn add_product(columns: &mut [i64; COLUMNS], sign: i64, a: &Element, b: &Element) {
    for (i, a) in a.0.iter().enumerate() {
        let a = sign * i64::from(*a);
        for (j, b) in b.0.iter().enumerate() {
            columns[i + j] += a * i64::from(*b);
        }
    }
}

/// Adds the multiple of p that clears the nineteen low columns; the value divided by R is left in the high ones.
fn reduce(columns: &mut [i64; COLUMNS]) {
    for i in 0..LIMBS {
        // digit · p · 2^(28 i) is −digit here and digit · 2^521 = digit · 2^(18·28 + 17) above
        let digit = columns[i] & MASK;
        columns[i + 1] += columns[i] >> LIMB_BITS;
        columns[i + 18] += digit << 17;
    }
}

/// Columns carried into limbs; the last limb takes what is left.
fn carry(column: impl Fn(usize) -> i64) -> Limbs {
    let mut carried = [0; LIMBS];
    let mut carry = 0;
    for (i, limb) in carried.iter_mut().enumerate() {
        carry += column(i);
        *limb = (carry & MASK) as i32;
        carry >>= LIMB_BITS;
    }
    carried[LIMBS - 1] += (carry << LIMB_BITS) as i32;
    carried
}

/// A number of 532 bits and a sign.
pub(super) type Limbs = [i32; LIMBS];
pub(super) const LIMBS: usize = 19;
pub(super) const LIMB_BITS: u32 = 28;
const COLUMNS: usize = 2 * LIMBS;
const MASK: i64 = (1 << LIMB_BITS) - 1;

pub(super) const MODULUS: Limbs = {
    let mut modulus = [MASK as i32; LIMBS];
    modulus[LIMBS - 1] = (1 << 17) - 1;
    modulus
};
const R_BITS: u32 = LIMB_BITS * LIMBS as u32;
const R_SQUARED: Limbs = limbs::power_of_two(2 * R_BITS, &MODULUS, LIMB_BITS);
static DIVISION: inverse::Modulus<LIMBS> = inverse::Modulus::new(&MODULUS, LIMB_BITS);
