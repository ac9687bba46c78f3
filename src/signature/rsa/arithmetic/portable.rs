//! Montgomery arithmetic in machine words: for native builds, and for wasm compiled without `simd128`.

use alloc::vec;
use alloc::vec::Vec;

use super::whole::{WORD_BITS, Whole, Word, add_product, negative_inverse};

/// An odd modulus N of w-bit words with its Montgomery constants for R = 2^(w * words).
#[derive(Debug)]
pub(in super::super) struct Modulus {
    number: Whole,
    /// -1 / N mod 2^w.
    inverse: Word,
    /// R^2 mod N.
    square_of_r: Whole,
}

impl Modulus {
    /// Prepares an odd modulus, big-endian, without leading zeros.
    pub(in super::super) fn new(bytes: &[u8]) -> Self {
        let bits = 8 * bytes.len();
        let number = Whole::from_bytes(bytes, Whole::words_for(bits));
        let inverse = negative_inverse(number.0.first().copied().unwrap_or(1));
        let bits_of_r = number.0.len() * WORD_BITS;
        let square_of_r = number.clone();
        let mut modulus = Self { number, inverse, square_of_r };
        // 2^(bits of R) * R = R^2, by Montgomery powers of 2 * R.
        let two_r = Whole::power_of_two_mod(bits_of_r + 1, &modulus.number);
        let exponent = u64::try_from(bits_of_r).unwrap_or(0);
        modulus.square_of_r = modulus.power(&two_r, exponent, &two_r);
        modulus
    }

    /// Replaces the signature s, less than N and as long, by s^exponent mod N.
    pub(in super::super) fn public_operation(&self, block: &mut [u8], exponent: u64) {
        let signature = Whole::from_bytes(block, self.number.0.len());
        let base = self.multiply(&signature, &self.square_of_r);
        // The last factor is s itself, not s * R: that leaves the Montgomery form.
        self.power(&base, exponent, &signature).write(block);
    }

    /// base^exponent in Montgomery form, where the factor for the exponent's lowest bit is `last` instead of `base`.
    fn power(&self, base: &Whole, exponent: u64, last: &Whole) -> Whole {
        let mut power = base.clone();
        for bit in (0..exponent.checked_ilog2().unwrap_or(0)).rev() {
            power = self.multiply(&power, &power);
            if exponent >> bit & 1 == 1 {
                power = self.multiply(&power, if bit == 0 { last } else { base });
            }
        }
        power
    }

    /// a * b / R mod N, for factors below N: one row of the product and one of the reduction in turn.
    fn multiply(&self, a: &Whole, b: &Whole) -> Whole {
        let number = &self.number.0;
        let mut sum: Vec<Word> = vec![0; number.len()];
        // The word above `sum`: at most 1, as the sum stays below 2 * N.
        let mut top = false;
        for factor in &a.0 {
            let product = add_product(&mut sum, &b.0, *factor);
            let quotient = sum.first().map_or(0, |word| word.wrapping_mul(self.inverse));
            let multiple = add_product(&mut sum, number, quotient);
            // The lowest word is zero now; the division by 2^w drops it.
            let (upper, first) = product.overflowing_add(multiple);
            let (upper, second) = upper.overflowing_add(Word::from(top));
            sum.rotate_left(1);
            if let Some(last) = sum.last_mut() {
                *last = upper;
            }
            top = first || second;
        }
        let mut sum = Whole(sum);
        if top || !sum.is_below(&self.number) {
            sum.subtract(&self.number);
        }
        sum
    }
}
