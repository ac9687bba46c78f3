//! Whole numbers of up to 4320 bits in 32-bit words, for key import and for both ends of an operation.
use core::cmp::Ordering;

use crate::lanes::Lanes;
use crate::montgomery::{Number, VECTORS};
use crate::product::{LOW, MASK, WIDTH};

/// Words of a number: 4096 bits, 160 bits for a multiple, and room to read a limb.
const WORDS: usize = 135;
const LIMBS: usize = 2 * VECTORS;
const HALF_DIGIT: i64 = 1 << (WIDTH - 1);

/// A whole number, least significant word first.
#[derive(Clone)]
pub struct Whole([u32; WORDS]);

impl Whole {
    pub const ZERO: Self = Self([0; WORDS]);
    pub const ONE: Self = {
        let mut words = [0; WORDS];
        words[0] = 1;
        Self(words)
    };

    /// From big-endian bytes, at most 540.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        let mut words = [0; WORDS];
        for (word, chunk) in words.iter_mut().zip(bytes.rchunks(4)) {
            *word = chunk.iter().fold(0, |word, byte| word << 8 | u32::from(*byte));
        }
        Self(words)
    }

    /// 2^bits - self for a number of whole words with its top bit set.
    pub fn complement(&self, bits: usize) -> Self {
        let mut complement = Self::ZERO;
        let mut carry = true;
        for (out, word) in complement.0.iter_mut().zip(self.0).take(bits / 32) {
            (*out, carry) = (!word).overflowing_add(u32::from(carry));
        }
        complement
    }

    /// 2 * self mod `modulus`, for a number below it.
    pub fn double_mod(&mut self, modulus: &Self) {
        let mut carry = 0;
        for word in &mut self.0 {
            (*word, carry) = (*word << 1 | carry, *word >> 31);
        }
        if self.cmp(modulus) != Ordering::Less {
            self.subtract(modulus);
        }
    }

    /// Adds `factor * number * 2^(32 * shift)`.
    fn add_product(&mut self, number: &Self, factor: u32, shift: usize) {
        let mut carry = 0;
        for (word, other) in self.0.iter_mut().skip(shift).zip(number.0) {
            let sum = u64::from(*word) + u64::from(other) * u64::from(factor) + carry;
            (*word, carry) = (low_word(sum), sum >> 32);
        }
    }

    /// (k, k * self + 1) with k = -1 / self mod 2^153, for an odd number.
    pub fn negative_inverse(&self) -> (Self, Self) {
        const LAST: u32 = (1 << (3 * WIDTH - 128)) - 1;
        let inverse = negative_inverse_of_word(self.0[0]);
        let (mut k, mut multiple) = (Self::ZERO, Self::ONE);
        for (shift, mask) in [u32::MAX, u32::MAX, u32::MAX, u32::MAX, LAST].into_iter().enumerate() {
            let word = multiple.0.get(shift).map_or(0, |word| word.wrapping_mul(inverse)) & mask;
            multiple.add_product(self, word, shift);
            if let Some(place) = k.0.get_mut(shift) {
                *place = word;
            }
        }
        (k, multiple)
    }

    fn subtract(&mut self, other: &Self) {
        let mut borrow = false;
        for (word, other) in self.0.iter_mut().zip(other.0) {
            let (difference, first) = word.overflowing_sub(other);
            let (difference, second) = difference.overflowing_sub(u32::from(borrow));
            (*word, borrow) = (difference, first || second);
        }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        self.0.iter().rev().cmp(other.0.iter().rev())
    }

    /// The 51 bits from bit `position` on.
    fn limb(&self, position: usize) -> i64 {
        let word = |index: usize| u64::from(self.0.get(position / 32 + index).copied().unwrap_or(0));
        let shift = (position % 32).try_into().unwrap_or(0u32);
        let upper = word(2).checked_shl(64 - shift).unwrap_or(0);
        ((word(0) | word(1) << 32) >> shift | upper).cast_signed() & MASK
    }

    /// `self / 2^skip` in limbs, for a number below 2^4284 after that.
    pub fn limbs(&self, skip: usize) -> Limbs {
        let mut limbs = [0; LIMBS];
        for (index, limb) in limbs.iter_mut().enumerate() {
            *limb = self.limb(skip + 51 * index);
        }
        Limbs(limbs)
    }
}

/// A whole number with every limb in 0..2^51, least significant first: the one form that can be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limbs([i64; LIMBS]);

impl Limbs {
    pub const ZERO: Self = Self([0; LIMBS]);

    /// From balanced limbs of a number that is not negative.
    pub fn of(number: &Number, half: usize) -> Self {
        let integer = |lanes: &Lanes| lanes.add_float(Lanes::splat(LOW)).sub(Lanes::splat(LOW));
        let low = number.iter().take(half).map(|lanes| integer(lanes).low());
        let high = number.iter().take(half).map(|lanes| integer(lanes).high());
        let mut limbs = Self::ZERO;
        let mut carry = 0;
        for (place, limb) in limbs.0.iter_mut().zip(low.chain(high)) {
            let limb = limb + carry;
            (*place, carry) = (limb & MASK, limb >> WIDTH);
        }
        limbs
    }

    /// In balanced limbs; the number is below 2^(51 * (2 * half - 1) - 1).
    pub fn balanced(&self, half: usize) -> Number {
        let mut floats = [LOW; LIMBS];
        let mut carry = 0;
        for (place, limb) in floats.iter_mut().zip(self.0).take(2 * half - 1) {
            let limb = limb + carry + HALF_DIGIT;
            (*place, carry) = ((limb & MASK) - HALF_DIGIT + LOW, limb >> WIDTH);
        }
        let mut number = [Lanes::ZERO; VECTORS];
        let high = floats.iter().skip(half);
        for ((lanes, low), high) in number.iter_mut().zip(&floats).zip(high).take(half) {
            *lanes = Lanes::new(*low, *high).sub_float(Lanes::splat(LOW));
        }
        number
    }

    /// The lowest three limbs.
    pub fn lowest(&self) -> [i64; 3] {
        let [a, b, c, ..] = self.0;
        [a, b, c]
    }

    pub fn is_below(&self, other: &Self) -> bool {
        self.0.iter().rev().lt(other.0.iter().rev())
    }

    /// Takes `other`, which is not larger, away.
    pub fn subtract(&mut self, other: &Self) {
        let mut borrow = 0;
        for (limb, other) in self.0.iter_mut().zip(other.0) {
            let difference = *limb - other + borrow;
            (*limb, borrow) = (difference & MASK, difference >> WIDTH);
        }
    }

    /// Writes the number big-endian over all of `bytes`.
    pub fn write(&self, bytes: &mut [u8]) {
        let limb = |index: usize| self.0.get(index).map_or(0, |limb| limb.cast_unsigned());
        for (index, byte) in bytes.iter_mut().rev().enumerate() {
            let (place, shift) = (8 * index / 51, 8 * index % 51);
            let [low, ..] = (limb(place) >> shift | limb(place + 1) << (51 - shift)).to_le_bytes();
            *byte = low;
        }
    }
}

fn low_word(value: u64) -> u32 {
    let [a, b, c, d, ..] = value.to_le_bytes();
    u32::from_le_bytes([a, b, c, d])
}

/// -1 / word mod 2^32 for an odd word: five Newton steps double the five exact bits of the first guess.
fn negative_inverse_of_word(word: u32) -> u32 {
    let mut inverse = word;
    for _ in 0..5 {
        inverse = inverse.wrapping_mul(2u32.wrapping_sub(word.wrapping_mul(inverse)));
    }
    inverse.wrapping_neg()
}
