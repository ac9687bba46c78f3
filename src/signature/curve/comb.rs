//! The signed comb: a multiple of a fixed point from a table of its sums.
//!
//! An odd number below 2^bits is a sum of `±2^i` over all i below bits. The bits are laid out in 8 teeth of 4 blocks of
//! `bits/32` columns (Lim and Lee, "More flexible exponentiation with precomputation", 1994; the signs after Hamburg,
//! "Fast and compact elliptic-curve cryptography", 2012). The table has for each block the 128 sums of its 8 teeth whose
//! top sign is plus; the others are their negatives. One column takes one addition a block, and between columns the sum
//! is doubled: 32 additions and 7 doublings for 256 bits.
//!
//! No sum of a table is the neutral point: it is `m·P` with m a signed sum of eight different powers of two, so m is not 0,
//! is below 2^bits in magnitude, and is no multiple of a group order here, which all have more than eight signed digits.
#![expect(
    clippy::indexing_slicing,
    reason = "teeth, blocks and columns run below their constants; a column's position is below 8 · BYTES, an index below 128"
)]

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::group::Group;

/// The sums of one point: block by block, 128 each.
pub(super) struct Table<E>(Box<[E; BLOCKS * SUMS]>);

/// The signs of an odd number, laid out: for each block, byte c has the signs of column c, the first tooth's lowest.
pub(super) struct Signs<const BYTES: usize>([[u64; 2]; BLOCKS]);

impl<const BYTES: usize> Signs<BYTES> {
    /// Doublings between the first and the last column, plus one.
    pub(super) const COLUMNS: usize = BYTES * 8 / (TEETH * BLOCKS);

    /// The signs of `scalar` for a point of odd order `order`, both little-endian and `scalar ≤ order`.
    ///
    /// An odd k is the sum with the signs of `(k + 2^bits − 1)/2`. For an even k the odd `order − k` is taken with every
    /// sign turned, which is the same multiple of a point of that order. An odd k is taken as it is, so that it is
    /// exact for points of any order.
    pub(super) fn new(scalar: &[u8; BYTES], order: &[u8; BYTES]) -> Self {
        if scalar.first().is_some_and(|lowest| lowest & 1 == 1) {
            return Self::lay_out(&halve_and_set_top(scalar));
        }
        Self::lay_out(&halve_and_set_top(&subtract(order, scalar)).map(|byte| !byte))
    }

    /// Lays out the number whose bit i is set when `2^i` counts as plus.
    fn lay_out(plus: &[u8; BYTES]) -> Self {
        let mut blocks = [[0; 2]; BLOCKS];
        for tooth in 0..TEETH {
            for (block, halves) in blocks.iter_mut().enumerate() {
                // at most 12 columns, and then the position is a multiple of 4: two bytes hold them
                let position = (tooth * BLOCKS + block) * Self::COLUMNS;
                let [low, high] = [0, 1].map(|i| plus.get(position / 8 + i).copied().unwrap_or(0));
                let columns = u16::from_le_bytes([low, high]) >> (position % 8);
                for (half, columns) in halves.iter_mut().zip(columns.to_le_bytes()) {
                    *half |= spread(columns) << tooth;
                }
            }
        }
        Self(blocks)
    }

    /// The eight signs of a column of a block.
    #[inline(always)]
    fn column(&self, block: usize, column: usize) -> u8 {
        self.0[block][column / 8].to_le_bytes()[column % 8]
    }
}

impl<E: Copy> Table<E> {
    /// The sums of the entry's point, for scalars of `bytes` bytes.
    pub(super) fn new<G: Group<Entry = E>>(entry: &E, bytes: usize) -> Self {
        let teeth = spread_teeth::<G>(entry, bytes * 8 / (TEETH * BLOCKS));
        let mut points = Vec::with_capacity(BLOCKS * SUMS);
        for block in 0..BLOCKS {
            let of_block = core::array::from_fn(|tooth| teeth[tooth * BLOCKS + block]);
            push_sums::<G>(&of_block, &mut points);
        }
        let mut table = Box::new([*entry; BLOCKS * SUMS]);
        G::prepare(&points, &mut table[..]);
        Self(table)
    }

    /// Adds to the sum what one column of every block contributes.
    #[inline(always)]
    pub(super) fn add_column<G: Group<Entry = E>, const BYTES: usize>(
        &self,
        signs: &Signs<BYTES>,
        column: usize,
        sum: &mut G,
    ) {
        for block in 0..BLOCKS {
            let signs = signs.column(block, column);
            let negative = signs < 0x80;
            let index = if negative { !signs } else { signs } & 0x7f;
            sum.add(&self.0[block * SUMS + usize::from(index)], negative);
        }
    }
}

/// A tooth's point and its double.
#[derive(Clone, Copy)]
struct Tooth<E> {
    once: E,
    twice: E,
}

/// The points `2^(columns · i) · P` for every i below 32, and their doubles.
fn spread_teeth<G: Group>(entry: &G::Entry, columns: usize) -> [Tooth<G::Entry>; TEETH * BLOCKS] {
    let mut points = [G::IDENTITY; 2 * TEETH * BLOCKS];
    let mut point = G::from_entry(entry);
    for pair in points.chunks_exact_mut(2) {
        pair[0] = point;
        point.double();
        pair[1] = point;
        for _ in 1..columns {
            point.double();
        }
    }
    let mut entries = [*entry; 2 * TEETH * BLOCKS];
    G::prepare(&points, &mut entries);
    core::array::from_fn(|i| Tooth { once: entries[2 * i], twice: entries[2 * i + 1] })
}

/// Appends the sums of one block: the top tooth always plus, tooth t plus where bit t of the index is set.
fn push_sums<G: Group>(teeth: &[Tooth<G::Entry>; TEETH], sums: &mut Vec<G>) {
    let [lower @ .., top] = teeth;
    let mut least = G::from_entry(&top.once);
    for tooth in lower {
        least.add(&tooth.once, true);
    }
    let start = sums.len();
    sums.push(least);
    for tooth in lower {
        for i in start..sums.len() {
            let mut sum = sums[i];
            sum.add(&tooth.twice, false);
            sums.push(sum);
        }
    }
}

/// Eight bits as the lowest bits of eight bytes.
#[inline(always)]
fn spread(bits: u8) -> u64 {
    let one_each = (u64::from(bits) * 0x0101_0101_0101_0101) & 0x8040_2010_0804_0201; // byte i keeps bit i
    ((one_each + 0x7f7f_7f7f_7f7f_7f7f) >> 7) & 0x0101_0101_0101_0101
}

/// `(scalar + 2^bits − 1) / 2` for an odd scalar.
fn halve_and_set_top<const BYTES: usize>(odd: &[u8; BYTES]) -> [u8; BYTES] {
    let mut above = 1;
    let mut halved = *odd;
    for byte in halved.iter_mut().rev() {
        let lowest = *byte & 1;
        *byte = *byte >> 1 | above << 7;
        above = lowest;
    }
    halved
}

/// `a − b` for `a ≥ b`, little-endian.
fn subtract<const BYTES: usize>(a: &[u8; BYTES], b: &[u8; BYTES]) -> [u8; BYTES] {
    let mut difference = *a;
    let mut borrow = false;
    for (byte, b) in difference.iter_mut().zip(b) {
        let (once, first) = byte.overflowing_sub(*b);
        let (twice, second) = once.overflowing_sub(u8::from(borrow));
        (*byte, borrow) = (twice, first || second);
    }
    difference
}

const TEETH: usize = 8;
const BLOCKS: usize = 4;
/// Sums a block: the signs of all teeth but the top one.
const SUMS: usize = 1 << (TEETH - 1);

#[cfg(test)]
mod tests {
    use super::super::tests::Random;
    use super::*;

    /// `Σ ±2^i` over the signs read back column by column, for numbers of 64 bits.
    fn sum_of_signs(signs: &Signs<8>) -> i128 {
        let mut sum = 0;
        for column in 0..Signs::<8>::COLUMNS {
            for block in 0..BLOCKS {
                for tooth in 0..TEETH {
                    let sign = 2 * i128::from(signs.column(block, column) >> tooth & 1) - 1;
                    sum += sign << ((tooth * BLOCKS + block) * Signs::<8>::COLUMNS + column);
                }
            }
        }
        sum
    }

    fn scalars() -> impl Iterator<Item = u64> {
        let mut random = Random::new(64);
        let random = (0..200).map(move |_| random.next());
        [0, 1, 2, 3, 1 << 32, (1 << 63) - 1, 1 << 63, u64::MAX - 1, u64::MAX].into_iter().chain(random)
    }

    #[test]
    fn an_odd_scalar_is_the_sum_of_its_signs() {
        let order = u64::MAX.to_le_bytes();
        for odd in scalars().map(|scalar| scalar | 1) {
            assert_eq!(sum_of_signs(&Signs::new(&odd.to_le_bytes(), &order)), i128::from(odd));
        }
    }

    #[test]
    fn an_even_scalar_is_the_sum_of_its_signs_modulo_the_order() {
        let order = u64::MAX - 58;
        for even in scalars().map(|scalar| scalar & !1).filter(|&even| even < order) {
            let sum = sum_of_signs(&Signs::new(&even.to_le_bytes(), &order.to_le_bytes()));
            assert_eq!(sum, i128::from(even) - i128::from(order));
        }
    }
}
