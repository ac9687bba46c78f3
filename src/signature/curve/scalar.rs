//! Numbers modulo a group's order n: Montgomery multiplication with `R = 2^(bits · N)`.
//!
//! Every number taken and given is carried and non-negative. Bounds: with limbs of 29 bits (N = 9) a column collects
//! at most nine products of the factors, nine of quotient digit and order, and a carry: below `18 · 2^58 + 2^35 < 2^63`;
//! with 28 bits (N = 14 or 19) below `38 · 2^56 + 2^35`. A product of `a < R` and `b < n` is below `2n` before the one
//! subtraction that reduces it.
#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "indices run below the constant limb count; casts cut to the limb that the mask leaves"
)]

use super::{inverse, limbs};

/// The order of a group, prepared.
pub(super) struct Order<const N: usize> {
    limbs: [i32; N],
    bits: u32,
    /// `−n^−1` modulo `2^bits`.
    negated_inverse: i64,
    /// `R²` modulo n.
    r_squared: [i32; N],
    division: inverse::Modulus<N>,
}

impl<const N: usize> Order<N> {
    /// Takes the order as big-endian bytes and the width of a limb.
    pub(super) const fn new<const B: usize>(order: &[u8; B], bits: u32) -> Self {
        let limbs: [i32; N] = limbs::from_be_bytes(order, bits);
        let inverse = limbs::inverse_of_odd(limbs[0] as u32 | (limbs[1] as u32) << bits);
        Self {
            limbs,
            bits,
            negated_inverse: (inverse.wrapping_neg() & ((1 << bits) - 1)) as i64,
            r_squared: limbs::power_of_two(2 * bits * N as u32, &limbs, bits),
            division: inverse::Modulus::new(&limbs, bits),
        }
    }

    /// The order's own limbs.
    pub(super) const fn limbs(&self) -> &[i32; N] {
        &self.limbs
    }

    /// Whether the number is in `1..n`.
    pub(super) fn is_unit(&self, number: &[i32; N]) -> bool {
        !limbs::is_zero(number) && self.is_reduced(number)
    }

    /// Whether the number is in `0..n`.
    pub(super) fn is_reduced(&self, number: &[i32; N]) -> bool {
        limbs::is_less(number, &self.limbs)
    }

    /// `a·R` modulo n, for `a < R`.
    pub(super) fn to_montgomery(&self, a: &[i32; N]) -> [i32; N] {
        self.multiply(a, &self.r_squared)
    }

    /// `a^−1` modulo n for a in `1..n`, 0 for 0.
    pub(super) fn invert(&self, a: &[i32; N]) -> [i32; N] {
        self.division.invert(a, self.bits)
    }

    /// `a·b/R` modulo n, for `a < R` and `b < n`.
    pub(super) fn multiply(&self, a: &[i32; N], b: &[i32; N]) -> [i32; N] {
        let mask = (1i64 << self.bits) - 1;
        let mut columns = [0i64; N]; // a window on the product that moves up by one column a round
        for &digit in a {
            let digit = i64::from(digit);
            let lowest = columns[0] + digit * i64::from(b[0]);
            let quotient = ((lowest & mask) * self.negated_inverse) & mask;
            let carry = (lowest + quotient * i64::from(self.limbs[0])) >> self.bits;
            for j in 1..N {
                columns[j - 1] = columns[j] + digit * i64::from(b[j]) + quotient * i64::from(self.limbs[j]);
            }
            columns[N - 1] = 0;
            columns[0] += carry;
        }
        self.reduce_once(&self.carried(&columns))
    }

    /// `a + b` modulo n, both below n.
    pub(super) fn add(&self, a: &[i32; N], b: &[i32; N]) -> [i32; N] {
        self.reduce_once(&limbs::add_multiple(a, 1, b, self.bits))
    }

    /// `low + high · R` modulo n, both below R.
    pub(super) fn reduce_wide(&self, low: &[i32; N], high: &[i32; N]) -> [i32; N] {
        let mut one = [0; N];
        one[0] = 1;
        self.add(&self.to_montgomery(high), &self.multiply(&self.to_montgomery(low), &one))
    }

    fn carried(&self, columns: &[i64; N]) -> [i32; N] {
        let mut carry = 0;
        columns.map(|column| {
            carry += column;
            let limb = carry & ((1 << self.bits) - 1);
            carry >>= self.bits;
            limb as i32
        })
    }

    fn reduce_once(&self, number: &[i32; N]) -> [i32; N] {
        if limbs::is_less(number, &self.limbs) {
            return *number;
        }
        limbs::add_multiple(number, -1, &self.limbs, self.bits)
    }
}
