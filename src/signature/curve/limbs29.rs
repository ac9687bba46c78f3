//! Nine signed limbs of 29 bits: numbers of 256 bits with room for five more.
//!
//! Why 29: a product of two carried numbers has columns below `9 · 2^58 < 2^61.2`, so that a difference of two products,
//! or a product in which one factor is an uncarried sum, still fits 64 bits with sign (at most `18 · 2^58 < 2^62.2`).
#![expect(
    clippy::as_conversions,
    reason = "a column is cut to the limb that the mask leaves, the last one to what the docs bound"
)]

use core::num::Wrapping;

use super::straight::{carry_columns, each_limb, product_columns, square_columns};

/// A number of 261 bits and a sign.
pub(super) type Limbs = [i32; LIMBS];
/// The columns of a product: column k weighs `2^(29 · k)`.
pub(super) type Columns = [i64; 2 * LIMBS - 1];

/// `a + b`, nothing carried.
#[inline(always)]
pub(super) fn add(a: &Limbs, b: &Limbs) -> Limbs {
    each_limb!(i: a[i] + b[i]; 0 1 2 3 4 5 6 7 8)
}

/// `a − b`, nothing carried.
#[inline(always)]
pub(super) fn subtract(a: &Limbs, b: &Limbs) -> Limbs {
    each_limb!(i: a[i] - b[i]; 0 1 2 3 4 5 6 7 8)
}

/// `−a` when asked for, else `a`.
#[inline(always)]
pub(super) fn negate_if(a: &Limbs, negate: bool) -> Limbs {
    let mask = -i32::from(negate);
    each_limb!(i: (a[i] ^ mask) - mask; 0 1 2 3 4 5 6 7 8)
}

/// The same number with every limb but the last in `0..2^29`.
#[inline(always)]
pub(super) fn carry(a: &Limbs) -> Limbs {
    let columns = each_limb!(i: i64::from(a[i]); 0 1 2 3 4 5 6 7 8);
    carry_columns(&columns)
}

/// Columns carried into limbs; the last limb takes what is left.
#[inline(always)]
pub(super) fn carry_columns(columns: &[i64; LIMBS]) -> Limbs {
    carry_columns!(columns, LIMB_BITS; 0 1 2 3 4 5 6 7; 8)
}

/// `a · b` in columns, by Karatsuba's three products of halves:
/// `a0·b1 + a1·b0 = a0·b0 + a1·b1 − (a0 − a1)·(b0 − b1)`. Computed modulo 2^64; the columns themselves fit.
#[inline(always)]
pub(super) fn product(a: &Limbs, b: &Limbs) -> Columns {
    let ((a0, a1), (b0, b1)) = (halves(a), halves(b));
    let low = product_of_five(&a0, &b0);
    let high = product_of_four(&a1, &b1);
    let crossed = product_of_five(&difference(&a0, &a1), &difference(&b0, &b1));
    join(&low, &crossed, &high)
}

type Modular = Wrapping<i64>;

#[inline(always)]
fn halves(a: &Limbs) -> ([Modular; 5], [Modular; 4]) {
    let low = each_limb!(i: Wrapping(i64::from(a[i])); 0 1 2 3 4);
    let high = each_limb!(i: Wrapping(i64::from(a[i + 5])); 0 1 2 3);
    (low, high)
}

#[inline(always)]
fn difference(low: &[Modular; 5], high: &[Modular; 4]) -> [Modular; 5] {
    [low[0] - high[0], low[1] - high[1], low[2] - high[2], low[3] - high[3], low[4]]
}

#[inline(always)]
fn join(low: &[Modular; 9], crossed: &[Modular; 9], high: &[Modular; 7]) -> Columns {
    let mut columns = [Wrapping(0); 2 * LIMBS - 1];
    macro_rules! add {
        ($sign:tt $part:ident at $at:literal: $($i:literal)+) => { $(columns[$at + $i] $sign $part[$i];)+ };
    }
    add!(+= low at 0: 0 1 2 3 4 5 6 7 8);
    add!(+= low at 5: 0 1 2 3 4 5 6 7 8);
    add!(-= crossed at 5: 0 1 2 3 4 5 6 7 8);
    add!(+= high at 5: 0 1 2 3 4 5 6);
    add!(+= high at 10: 0 1 2 3 4 5 6);
    each_limb!(i: columns[i].0; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

#[inline(always)]
fn product_of_five(a: &[Modular; 5], b: &[Modular; 5]) -> [Modular; 9] {
    product_columns! { a, b;
        0: 0;
        1: 0 1;
        2: 0 1 2;
        3: 0 1 2 3;
        4: 0 1 2 3 4;
        5: 1 2 3 4;
        6: 2 3 4;
        7: 3 4;
        8: 4;
    }
}

#[inline(always)]
fn product_of_four(a: &[Modular; 4], b: &[Modular; 4]) -> [Modular; 7] {
    product_columns! { a, b;
        0: 0;
        1: 0 1;
        2: 0 1 2;
        3: 0 1 2 3;
        4: 1 2 3;
        5: 2 3;
        6: 3;
    }
}

/// `a − b`, column by column.
#[inline(always)]
pub(super) fn subtract_columns(a: &Columns, b: &Columns) -> Columns {
    each_limb!(i: a[i] - b[i]; 0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16)
}

/// `columns − b − 2c`, limb by limb.
#[inline(always)]
pub(super) fn subtract_limbs(columns: &[i64; LIMBS], b: &Limbs, c: &Limbs) -> [i64; LIMBS] {
    each_limb!(i: columns[i] - i64::from(b[i]) - 2 * i64::from(c[i]); 0 1 2 3 4 5 6 7 8)
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
        9: 1 2 3 4;
        10: 2 3 4 | 5;
        11: 3 4 5;
        12: 4 5 | 6;
        13: 5 6;
        14: 6 | 7;
        15: 7;
        16: | 8;
    }
}

pub(super) const LIMBS: usize = 9;
pub(super) const LIMB_BITS: u32 = 29;
