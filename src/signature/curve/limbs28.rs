//! Fourteen signed limbs of 28 bits: numbers of 384 bits with room for eight more.
//!
//! Why 28: a product of two carried numbers has columns below `14 · 2^56 < 2^59.9`; a difference of two products of
//! uncarried differences stays below `2^61`.
#![expect(
    clippy::as_conversions,
    reason = "a column is cut to the limb that the mask leaves, the last one to what the docs bound"
)]

use core::num::Wrapping;

use super::straight::{carry_columns, each_limb, product_columns, square_columns};

/// A number of 392 bits and a sign.
pub(super) type Limbs = [i32; LIMBS];
/// The columns of a product: column k weighs `2^(28 · k)`.
pub(super) type Columns = [i64; 2 * LIMBS - 1];

/// `a + b`, nothing carried.
#[inline(always)]
pub(super) fn add(a: &Limbs, b: &Limbs) -> Limbs {
    each_limb!(i: a[i] + b[i]; 0 1 2 3 4 5 6 7 8 9 10 11 12 13)
}

/// `a − b`, nothing carried.
#[inline(always)]
pub(super) fn subtract(a: &Limbs, b: &Limbs) -> Limbs {
    each_limb!(i: a[i] - b[i]; 0 1 2 3 4 5 6 7 8 9 10 11 12 13)
}

/// `−a` when asked for, else `a`.
#[inline(always)]
pub(super) fn negate_if(a: &Limbs, negate: bool) -> Limbs {
    let mask = -i32::from(negate);
    each_limb!(i: (a[i] ^ mask) - mask; 0 1 2 3 4 5 6 7 8 9 10 11 12 13)
}

/// The same number with every limb but the last in `0..2^28`.
#[inline(always)]
pub(super) fn carry(a: &Limbs) -> Limbs {
    let columns = each_limb!(i: i64::from(a[i]); 0 1 2 3 4 5 6 7 8 9 10 11 12 13);
    carry_columns(&columns)
}

/// Columns carried into limbs; the last limb takes what is left.
#[inline(always)]
pub(super) fn carry_columns(columns: &[i64; LIMBS]) -> Limbs {
    carry_columns!(columns, LIMB_BITS; 0 1 2 3 4 5 6 7 8 9 10 11 12; 13)
}

/// `a · b` in columns, by Karatsuba's three products of halves:
/// `a0·b1 + a1·b0 = a0·b0 + a1·b1 − (a0 − a1)·(b0 − b1)`. Computed modulo 2^64; the columns themselves fit.
#[inline(always)]
pub(super) fn product(a: &Limbs, b: &Limbs) -> Columns {
    let ((a0, a1), (b0, b1)) = (halves(a), halves(b));
    let low = product_of_seven(&a0, &b0);
    let high = product_of_seven(&a1, &b1);
    let crossed = product_of_seven(&difference(&a0, &a1), &difference(&b0, &b1));
    join(&low, &crossed, &high)
}

type Modular = Wrapping<i64>;

#[inline(always)]
fn halves(a: &Limbs) -> ([Modular; 7], [Modular; 7]) {
    let low = each_limb!(i: Wrapping(i64::from(a[i])); 0 1 2 3 4 5 6);
    let high = each_limb!(i: Wrapping(i64::from(a[i + 7])); 0 1 2 3 4 5 6);
    (low, high)
}

#[inline(always)]
fn difference(low: &[Modular; 7], high: &[Modular; 7]) -> [Modular; 7] {
    each_limb!(i: low[i] - high[i]; 0 1 2 3 4 5 6)
}

#[inline(always)]
fn join(low: &[Modular; 13], crossed: &[Modular; 13], high: &[Modular; 13]) -> Columns {
    let mut columns = [Wrapping(0); 2 * LIMBS - 1];
    macro_rules! add {
        ($sign:tt $part:ident at $at:literal: $($i:literal)+) => { $(columns[$at + $i] $sign $part[$i];)+ };
    }
    add!(+= low at 0: 0 1 2 3 4 5 6 7 8 9 10 11 12);
    add!(+= low at 7: 0 1 2 3 4 5 6 7 8 9 10 11 12);
    add!(-= crossed at 7: 0 1 2 3 4 5 6 7 8 9 10 11 12);
    add!(+= high at 7: 0 1 2 3 4 5 6 7 8 9 10 11 12);
    add!(+= high at 14: 0 1 2 3 4 5 6 7 8 9 10 11 12);
    each_limb!(i: columns[i].0; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26)
}

#[inline(always)]
fn product_of_seven(a: &[Modular; 7], b: &[Modular; 7]) -> [Modular; 13] {
    product_columns! { a, b;
        0: 0;
        1: 0 1;
        2: 0 1 2;
        3: 0 1 2 3;
        4: 0 1 2 3 4;
        5: 0 1 2 3 4 5;
        6: 0 1 2 3 4 5 6;
        7: 1 2 3 4 5 6;
        8: 2 3 4 5 6;
        9: 3 4 5 6;
        10: 4 5 6;
        11: 5 6;
        12: 6;
    }
}

/// `a − b`, column by column.
#[inline(always)]
pub(super) fn subtract_columns(a: &Columns, b: &Columns) -> Columns {
    each_limb!(i: a[i] - b[i]; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22 23 24 25 26)
}

/// `columns − b − 2c`, limb by limb.
#[inline(always)]
pub(super) fn subtract_limbs(columns: &[i64; LIMBS], b: &Limbs, c: &Limbs) -> [i64; LIMBS] {
    each_limb!(i: columns[i] - i64::from(b[i]) - 2 * i64::from(c[i]); 0 1 2 3 4 5 6 7 8 9 10 11 12 13)
}

/// `a²` in columns.
#[inline(always)]
pub(super) fn square(a: &Limbs) -> Columns {
    square_columns! {a;
        0: | 0;
        1: 0;
        2: 0 | 1;
        3: 0 1;
        4: 0 1 | 2;
        5: 0 1 2;
        6: 0 1 2 | 3;
        7: 0 1 2 3;
        8: 0 1 2 3 | 4;
        9: 0 1 2 3 4;
        10: 0 1 2 3 4 | 5;
        11: 0 1 2 3 4 5;
        12: 0 1 2 3 4 5 | 6;
        13: 0 1 2 3 4 5 6;
        14: 1 2 3 4 5 6 | 7;
        15: 2 3 4 5 6 7;
        16: 3 4 5 6 7 | 8;
        17: 4 5 6 7 8;
        18: 5 6 7 8 | 9;
        19: 6 7 8 9;
        20: 7 8 9 | 10;
        21: 8 9 10;
        22: 9 10 | 11;
        23: 10 11;
        24: 11 | 12;
        25: 12;
        26: | 13;
    }
}

pub(super) const LIMBS: usize = 14;
pub(super) const LIMB_BITS: u32 = 28;
