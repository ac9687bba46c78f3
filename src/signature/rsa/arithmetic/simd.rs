//! Montgomery arithmetic with `simd128`: exact on every engine that has it.
//!
//! **Layout.** A number of `2 * half` limbs holds limb j in the low and limb j + `half` in the high 64-bit lane of vector
//! j. A column vector k counts low-lane values for column k and high-lane values for column k + `half`, so kernels move
//! nothing between lanes. For the inner loop two neighbouring vectors are packed into one of four 32-bit lanes: the
//! extended multiplications take its lower and its upper half.
//!
//! **Limbs** have 28 bits, or 27 for moduli above 3500 bits; at most 126 or 304 of them are not zero. As many products
//! meet in a column of a square or product, counting a doubled one twice, and as many in its reduction, beside a carry
//! below 2^38: 2 * 126 * (2^28 - 1)^2 + 2^38 < 2^64 and 2 * 304 * (2^27 - 1)^2 + 2^38 < 2^64, so no column overflows.
//!
//! **Reduction.** With k = -1/N mod 2^(4w), M = (k * N + 1) / 2^(4w) is a whole number of at most N. For
//! T = 2^(4w) * T' + q, T' + q * M is congruent to T / 2^(4w) modulo N: four quotient digits are simply the low digits of
//! T. All but the last four rows go that way, and leave less than T / 2^(w * (rows - 4)) + 2^(4w) * N * (1 + 2^-100). The last
//! four are classical, with q = T * k mod 2^(4w) and N itself. So a reduction returns T / R mod N, R = 2^(w * rows), as a
//! number below T / R + (2 + 2^-100) * N. As R > 32 * N, factors below 2.2 * N give a result below 2.2 * N < 2^(bits + 2).

use alloc::vec;
use alloc::vec::Vec;

use super::columns::Workspace;
use super::lanes::Lanes;
use super::whole::Whole;

/// Rows of a product that are taken at once, and quotient digits of a reduction step.
pub(super) const ROWS: usize = 4;
/// Moduli above this take the narrower limbs.
pub(super) const WIDE_LIMB_BITS: usize = 3500;

/// A number: limb j in the low, limb j + half in the high 64-bit lane of vector j.
pub(super) type Number = Vec<Lanes>;

/// How a modulus length is laid out.
#[derive(Clone, Copy, Debug)]
pub(super) struct Shape {
    /// Bits of a limb.
    pub(super) width: u32,
    /// Vectors of a number, even.
    pub(super) half: usize,
    /// Limbs of the Montgomery factor R = 2^(width * rows), a multiple of [`ROWS`].
    pub(super) rows: usize,
}

impl Shape {
    pub(super) fn of(bits: usize) -> Self {
        let (width, limb) = if bits > WIDE_LIMB_BITS { (27, 27) } else { (28, 28) };
        let half = (bits + 2).div_ceil(2 * limb).next_multiple_of(2);
        Self { width, half, rows: (bits + 5).div_ceil(limb).next_multiple_of(ROWS) }
    }

    pub(super) fn limb(self) -> usize {
        usize::try_from(self.width).unwrap_or(0)
    }

    pub(super) fn mask(self) -> u64 {
        (1 << self.width) - 1
    }

    /// Vectors of a number, made divisible by [`ROWS`].
    pub(super) fn padded(self) -> usize {
        self.half.next_multiple_of(ROWS)
    }

    /// Vectors of the upper half of a number with its own halves in the lanes, even.
    pub(super) fn quarter(self) -> usize {
        self.half.div_ceil(2).next_multiple_of(2)
    }

    pub(super) fn columns(self) -> usize {
        (3 * self.half).max(self.rows + self.half) + self.quarter() + 2 * ROWS
    }
}

/// An odd modulus N with its Montgomery constants.
#[derive(Debug)]
pub(in super::super) struct Modulus {
    shape: Shape,
    whole: Whole,
    /// N, packed.
    pub(super) number: Vec<Lanes>,
    /// M, packed.
    pub(super) scaled: Vec<Lanes>,
    /// k = -1 / N mod 2^(4 * width), as limbs.
    pub(super) inverse: [u64; ROWS],
    /// R^2 mod N, packed.
    square_of_r: Vec<Lanes>,
}

impl Modulus {
    /// Prepares an odd modulus, big-endian, without leading zeros.
    pub(in super::super) fn new(bytes: &[u8]) -> Self {
        let words = Whole::words_for(8 * bytes.len());
        let whole = Whole::from_bytes(bytes, words);
        let shape = Shape::of(whole.bits());
        let scale = ROWS * shape.limb();
        let (inverse, multiple) = whole.negative_inverse(scale);
        let scaled = pack(&to_number(&multiple, shape, scale));
        let inverse =
            core::array::from_fn(|index| u64::from(inverse.limb(shape.limb() * index, shape.limb())));
        let two_r = Whole::power_of_two_mod(shape.limb() * shape.rows + 1, &whole);
        let two_r = to_number(&two_r, shape, 0);
        let number = pack(&to_number(&whole, shape, 0));
        let square_of_r = pack(&two_r);
        let mut modulus = Self { shape, whole, number, scaled, inverse, square_of_r };
        // 2^(width * rows) * R = R^2, by Montgomery powers of 2 * R.
        let exponent = u64::try_from(shape.limb() * shape.rows).unwrap_or(0);
        let power = modulus.power(&two_r, exponent, &pack(&two_r), &mut Workspace::new(shape));
        modulus.square_of_r = pack(&power);
        modulus
    }

    /// Replaces the signature s, less than N and as long, by s^exponent mod N.
    pub(in super::super) fn public_operation(&self, block: &mut [u8], exponent: u64) {
        let workspace = &mut Workspace::new(self.shape);
        let signature = to_number(&Whole::from_bytes(block, self.whole.0.len()), self.shape, 0);
        let mut base = signature.clone();
        workspace.multiply(&signature, &self.square_of_r);
        workspace.reduce(self, &mut base);
        // The last factor is s itself, not s * R: that leaves the Montgomery form.
        let power = self.power(&base, exponent, &pack(&signature), workspace);
        let mut result = from_number(&power, self.shape, self.whole.0.len() + 1);
        let mut modulus = self.whole.clone();
        modulus.0.push(0);
        // A reduction ends below 2.2 * N.
        for _ in 0..2 {
            if !result.is_below(&modulus) {
                result.subtract(&modulus);
            }
        }
        result.write(block);
    }

    /// base^exponent in Montgomery form, where the packed factor for the exponent's lowest bit is `last`.
    fn power(&self, base: &Number, exponent: u64, last: &[Lanes], workspace: &mut Workspace) -> Number {
        let packed = pack(base);
        let mut power = base.clone();
        for bit in (0..exponent.checked_ilog2().unwrap_or(0)).rev() {
            workspace.square(&power);
            workspace.reduce(self, &mut power);
            if exponent >> bit & 1 == 1 {
                workspace.multiply(&power, if bit == 0 { last } else { &packed });
                workspace.reduce(self, &mut power);
            }
        }
        power
    }
}

/// Neighbouring vectors in one: limbs 2j, 2j + half, 2j + 1, 2j + 1 + half.
pub(super) fn pack(number: &Number) -> Vec<Lanes> {
    let mut packed = vec![Lanes::ZERO; number.len() / 2];
    pack_into(number, &mut packed);
    packed
}

pub(super) fn pack_into(number: &[Lanes], packed: &mut [Lanes]) {
    for (packed, [even, odd]) in packed.iter_mut().zip(number.as_chunks::<2>().0) {
        *packed = even.shuffle::<0, 2, 4, 6>(*odd);
    }
}

/// `whole / 2^skip` in limbs.
fn to_number(whole: &Whole, shape: Shape, skip: usize) -> Number {
    let width = shape.limb();
    let limb = |index: usize| u64::from(whole.limb(skip + width * index, width));
    (0..shape.half).map(|index| Lanes::new(limb(index), limb(index + shape.half))).collect()
}

/// In `words` words, which hold the number.
fn from_number(number: &Number, shape: Shape, words: usize) -> Whole {
    let low = number.iter().map(|lanes| lanes.low());
    let limbs = low.chain(number.iter().map(|lanes| lanes.high()));
    Whole::from_limbs(limbs.map(|limb| u32::try_from(limb).unwrap_or(0)), shape.limb(), words)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn montgomery_factor_is_more_than_32_times_the_modulus() {
        for bits in 2048..=8192 {
            let shape = Shape::of(bits);
            assert!(shape.limb() * shape.rows >= bits + 5, "{bits} bits: {shape:?}");
            assert!(2 * shape.limb() * shape.half >= bits + 2 && shape.rows >= 2 * shape.half, "{shape:?}");
        }
    }
}
