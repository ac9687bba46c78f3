//! The table-free multiple: the width-5 non-adjacent form over the eight odd multiples P, 3P, …, 15P.
//!
//! About one digit in six is not zero, so 256 bits take 256 doublings (shared with the other summand) and 43 additions.
//! The odd multiples cost one doubling, seven additions and two inversions. (Hankerson, Menezes, Vanstone, "Guide to
//! Elliptic Curve Cryptography", algorithms 3.35 and 3.36.)
#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "positions are below MOST_DIGITS for at most 66 bytes, odd digits below 16; a window has five bits"
)]

use super::group::Group;

/// The odd multiples P, 3P, …, 15P; on the curves whose formulas have exceptions the order is a large prime, so none is
/// neutral.
pub(super) struct OddMultiples<E>([E; ODD]);

/// The signed digits of a number, lowest first: 0 or odd and below 16 in magnitude.
pub(super) struct Digits {
    digits: [i8; MOST_DIGITS],
    length: usize,
}

impl Digits {
    /// The digits of a little-endian number of at most 66 bytes.
    pub(super) fn new<const BYTES: usize>(scalar: &[u8; BYTES]) -> Self {
        const { assert!(BYTES * 8 < MOST_DIGITS) };
        let mut this = Self { digits: [0; MOST_DIGITS], length: 0 };
        let (mut position, mut carry) = (0, 0);
        while position <= BYTES * 8 {
            let window = bits(scalar, position) + carry;
            if window & 1 == 0 {
                position += 1; // the carry stays: the bit is 0 without it, or 1 with it
                continue;
            }
            carry = i8::from(window >= 1 << (WIDTH - 1));
            this.digits[position] = window - (carry << WIDTH);
            this.length = position + 1;
            position += WIDTH;
        }
        this
    }

    /// Positions up to the highest digit that is not zero.
    pub(super) fn length(&self) -> usize {
        self.length
    }
}

impl<E: Copy> OddMultiples<E> {
    pub(super) fn new<G: Group<Entry = E>>(entry: &E) -> Self {
        let mut point = G::from_entry(entry);
        let mut double = point;
        double.double();
        let mut prepared = [*entry];
        G::prepare(&[double], &mut prepared);
        let [double] = prepared;
        let points: [G; ODD] = core::array::from_fn(|_| {
            let multiple = point;
            point.add(&double, false);
            multiple
        });
        let mut entries = [*entry; ODD];
        G::prepare(&points, &mut entries);
        Self(entries)
    }

    /// Adds to the sum what the digit at a position contributes.
    pub(super) fn add_digit<G: Group<Entry = E>>(&self, digits: &Digits, position: usize, sum: &mut G) {
        let digit = digits.digits[position];
        if digit != 0 {
            sum.add(&self.0[usize::from(digit.unsigned_abs() >> 1)], digit < 0);
        }
    }
}

/// The five bits of a little-endian number from a position on; zeros above its end.
fn bits(scalar: &[u8], position: usize) -> i8 {
    let byte = |i: usize| u16::from(scalar.get(i).copied().unwrap_or(0));
    let pair = byte(position / 8) | byte(position / 8 + 1) << 8;
    (pair >> (position % 8) & ((1 << WIDTH) - 1)) as i8
}

const WIDTH: usize = 5;
const ODD: usize = 1 << (WIDTH - 2);
/// 528 bits and a carry.
const MOST_DIGITS: usize = 529;

#[cfg(test)]
mod tests {
    use super::super::tests::Random;
    use super::*;

    #[test]
    fn a_number_is_the_sum_of_its_digits_odd_small_and_far_apart() {
        let mut random = Random::new(5);
        let edges = [[0; 8], [0xff; 8], 1u64.to_le_bytes(), 16u64.to_le_bytes(), (1u64 << 63).to_le_bytes()];
        for scalar in edges.into_iter().chain((0..400).map(|_| random.runs())) {
            let digits = Digits::new(&scalar);
            let nonzero: Vec<usize> = (0..MOST_DIGITS).filter(|&i| digits.digits[i] != 0).collect();
            let sum: i128 = nonzero.iter().map(|&i| i128::from(digits.digits[i]) << i).sum();
            assert_eq!(sum, i128::from(u64::from_le_bytes(scalar)));
            assert!(nonzero.iter().all(|&i| digits.digits[i] & 1 == 1 && digits.digits[i].abs() < 16));
            assert!(nonzero.windows(2).all(|pair| pair[1] - pair[0] >= WIDTH));
            assert_eq!(digits.length(), nonzero.last().map_or(0, |last| last + 1));
        }
    }

    #[test]
    fn the_longest_number_has_its_carry_in_the_last_digit() {
        let digits = Digits::new(&[0xff; 66]);
        assert_eq!((digits.digits[0], digits.digits[528], digits.length()), (-1, 1, 529));
    }
}
