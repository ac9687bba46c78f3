//! Whole numbers to and from limbs that are narrower than 32 bits.

use super::whole::{WORD_BITS, Whole, Wide, Word, add_product, low_word, negative_inverse};

impl Whole {
    /// The `width` bits from bit `position` on; `width` is less than 32.
    pub(super) fn limb(&self, position: usize, width: usize) -> u32 {
        let word = |index| Wide::from(self.0.get(position / WORD_BITS + index).copied().unwrap_or(0));
        let pair = word(0) | word(1) << WORD_BITS;
        let [a, b, c, d, ..] = low_word(pair >> (position % WORD_BITS)).to_le_bytes();
        u32::from_le_bytes([a, b, c, d]) & ((1 << width) - 1)
    }

    /// From limbs of `width` bits each, in `count` words; what goes beyond is dropped.
    pub(super) fn from_limbs(mut limbs: impl Iterator<Item = u32>, width: usize, count: usize) -> Self {
        let mut whole = Self::zero(count);
        let (mut pending, mut bits) = (0, 0);
        for word in &mut whole.0 {
            while bits < WORD_BITS {
                pending |= Wide::from(limbs.next().unwrap_or(0)) << bits;
                bits += width;
            }
            *word = low_word(pending);
            pending >>= WORD_BITS;
            bits -= WORD_BITS;
        }
        whole
    }

    /// (k, k * self + 1) with k = -1 / self mod 2^`bits`, for an odd number.
    pub(super) fn negative_inverse(&self, bits: usize) -> (Self, Self) {
        let count = Self::words_for(bits);
        let inverse = negative_inverse(self.0.first().copied().unwrap_or(1));
        let mut multiple = Self::zero(self.0.len() + count);
        if let Some(first) = multiple.0.first_mut() {
            *first = 1;
        }
        let mut factor = Self::zero(count);
        for (shift, word) in factor.0.iter_mut().enumerate() {
            let Some(sum) = multiple.0.get_mut(shift..) else { break };
            let used = (bits - shift * WORD_BITS).min(WORD_BITS);
            *word =
                sum.first().map_or(0, |low| low.wrapping_mul(inverse)) & (Word::MAX >> (WORD_BITS - used));
            let carry = add_product(sum, &self.0, *word);
            if let Some(above) = sum.get_mut(self.0.len()) {
                *above = carry;
            }
        }
        (factor, multiple)
    }
}
