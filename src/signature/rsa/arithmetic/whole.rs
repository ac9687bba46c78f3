//! Whole numbers in machine words, for key import and for both ends of an operation.

use alloc::vec;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// A machine word.
#[cfg(target_pointer_width = "64")]
pub(super) type Word = u64;
/// Holds the product of two words.
#[cfg(target_pointer_width = "64")]
pub(super) type Wide = u128;
/// A machine word.
#[cfg(not(target_pointer_width = "64"))]
pub(super) type Word = u32;
/// Holds the product of two words.
#[cfg(not(target_pointer_width = "64"))]
pub(super) type Wide = u64;

const WORD_BYTES: usize = size_of::<Word>();
/// Bits of a word.
pub(super) const WORD_BITS: usize = 8 * WORD_BYTES;

/// A whole number of a fixed number of words, least significant first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Whole(pub Vec<Word>);

impl Whole {
    /// Zero in `count` words.
    pub(super) fn zero(count: usize) -> Self {
        Self(vec![0; count])
    }

    /// From big-endian bytes, in `count` words; bytes beyond are dropped.
    pub(super) fn from_bytes(bytes: &[u8], count: usize) -> Self {
        let mut whole = Self::zero(count);
        for (word, chunk) in whole.0.iter_mut().zip(bytes.rchunks(WORD_BYTES)) {
            *word = chunk.iter().fold(0, |word, byte| word << 8 | Word::from(*byte));
        }
        whole
    }

    /// Writes the lowest bytes of the number big-endian over all of `bytes`.
    pub(super) fn write(&self, bytes: &mut [u8]) {
        for (chunk, word) in bytes.rchunks_mut(WORD_BYTES).zip(&self.0) {
            for (byte, value) in chunk.iter_mut().rev().zip(word.to_le_bytes()) {
                *byte = value;
            }
        }
    }

    /// Words that hold `bits` bits.
    pub(super) const fn words_for(bits: usize) -> usize {
        bits.div_ceil(WORD_BITS)
    }

    /// The number of bits up to the highest one that is set.
    pub(super) fn bits(&self) -> usize {
        let leading = |word: &Word| usize::try_from(word.leading_zeros()).unwrap_or(0);
        let used = self.0.iter().rposition(|word| *word != 0).map_or(0, |index| index + 1);
        let top = used.checked_sub(1).and_then(|index| self.0.get(index));
        used * WORD_BITS - top.map_or(0, leading)
    }

    /// 2^`exponent` mod `modulus`, for an exponent of at least the modulus' bits - 1.
    pub(super) fn power_of_two_mod(exponent: usize, modulus: &Self) -> Self {
        let first = modulus.bits().saturating_sub(1);
        let mut power = Self::zero(modulus.0.len());
        if let Some(word) = power.0.get_mut(first / WORD_BITS) {
            *word = 1 << (first % WORD_BITS);
        }
        for _ in first..exponent {
            power.double_mod(modulus);
        }
        power
    }

    /// 2 * self mod `modulus`, for a number below it.
    fn double_mod(&mut self, modulus: &Self) {
        let mut carry = 0;
        for word in &mut self.0 {
            (*word, carry) = (*word << 1 | carry, *word >> (WORD_BITS - 1));
        }
        if carry == 1 || !self.is_below(modulus) {
            self.subtract(modulus);
        }
    }

    /// Less than `other`, a number of as many words?
    pub(super) fn is_below(&self, other: &Self) -> bool {
        self.0.iter().rev().cmp(other.0.iter().rev()) == Ordering::Less
    }

    /// Takes `other` away, wrapping.
    pub(super) fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (word, other) in self.0.iter_mut().zip(&other.0) {
            let (difference, first) = word.overflowing_sub(*other);
            let (difference, second) = difference.overflowing_sub(Word::from(borrow));
            (*word, borrow) = (difference, first || second);
        }
    }
}

/// Adds `factor * number` to the lowest words of `sum`, as many as the number has, and returns their carry.
pub(super) fn add_product(sum: &mut [Word], number: &[Word], factor: Word) -> Word {
    let mut carry = 0;
    for (word, other) in sum.iter_mut().zip(number) {
        // (2^w - 1)^2 + 2 * (2^w - 1) = 2^2w - 1: the wide word cannot overflow.
        let wide = Wide::from(*other) * Wide::from(factor) + Wide::from(*word) + Wide::from(carry);
        *word = low_word(wide);
        carry = low_word(wide >> WORD_BITS);
    }
    carry
}

/// -1 / word mod 2^w for an odd word: three bits of the first guess are right, and each Newton step doubles them.
pub(super) fn negative_inverse(word: Word) -> Word {
    let mut inverse = word;
    for _ in 0..5 {
        let two: Word = 2;
        inverse = inverse.wrapping_mul(two.wrapping_sub(word.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg()
}

/// The lower half of a wide word.
pub(super) fn low_word(wide: Wide) -> Word {
    Word::try_from(wide & Wide::from(Word::MAX)).unwrap_or_default()
}
