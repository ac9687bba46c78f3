//! Exact products of 51-bit limbs by fused multiply-add, summed in columns of 64-bit integers.
//!
//! A limb is a whole number held as an `f64`. The product of two limbs has up to 102 bits and is split in two:
//!
//! ```text
//! high = fma(x, y, 1.5 * 2^103)                    = 1.5 * 2^103 + q * 2^51
//! low  = fma(x, y, 1.5 * 2^103 + 1.5 * 2^52 - high) = 1.5 * 2^52 + r        with  x * y = q * 2^51 + r
//! ```
//!
//! For |x * y| <= 2^102 the first sum lies in [2^103, 2^104], where doubles are 2^51 apart. So `high` is the multiple of
//! 2^51 nearest to the exact sum, |q| <= 2^51 and |r| <= 2^50, and its bit pattern is the pattern of 1.5 * 2^103 plus q.
//! The subtraction is exact: it gives (3 - q) * 2^51. The second sum is a whole number in [2^52, 2^53), where doubles
//! are 1 apart, so it is exact too, and its bit pattern is the pattern of 1.5 * 2^52 plus r.
//!
//! Hence q and r can be summed as 64-bit integers without leaving the vector registers. What the two patterns
//! contribute depends only on which products were summed, never on their values; [`crate::offsets`] removes it.
//!
//! All of this needs one rounding per multiply-add. An engine that rounds twice computes something else, which is why
//! JavaScript proves fused-ness, and a known answer, before this module may serve.
use crate::lanes::Lanes;

/// Bits of a limb, and of a column before it is carried.
pub const WIDTH: u32 = 51;
/// The bits of one limb.
pub const MASK: i64 = (1 << WIDTH) - 1;
/// The bit pattern of 1.5 * 2^103: what a product of zero adds to the next column.
pub const HIGH: i64 = 0x4668_0000_0000_0000;
/// The bit pattern of 1.5 * 2^52: what a product of zero adds to its own column.
pub const LOW: i64 = 0x4338_0000_0000_0000;

/// The two constants that split a product. They are read from memory: as literals the engine would build them anew
/// in every loop, which costs 15 %.
#[derive(Clone, Copy)]
pub struct Split {
    high: Lanes,
    both: Lanes,
}

impl Split {
    /// A place to be filled by [`Split::ready`].
    pub const UNSET: Self = Self { high: Lanes::ZERO, both: Lanes::ZERO };

    /// The constants, hidden from the optimiser.
    pub fn ready() -> Self {
        // 1.5 * 2^103 + 1.5 * 2^52 is three units in the last place above 1.5 * 2^103.
        core::hint::black_box(Self { high: Lanes::splat(HIGH), both: Lanes::splat(HIGH + 3) })
    }

    /// `x * y` as (high, low), both with their patterns still in.
    #[inline(always)]
    pub fn product(self, x: Lanes, y: Lanes) -> (Lanes, Lanes) {
        #[cfg(test)]
        self.check(x, y);
        let high = x.multiply_add_float(y, self.high);
        (high, x.multiply_add_float(y, self.both.sub_float(high)))
    }

    /// The sum of the products of `pairs` and of `start`, as (what belongs to the next column, this column).
    #[inline(always)]
    fn column<const N: usize>(self, start: Lanes, pairs: [(Lanes, Lanes); N]) -> (Lanes, Lanes) {
        let mut sums = (Lanes::ZERO, start);
        for (x, y) in pairs {
            let (high, low) = self.product(x, y);
            sums = (sums.0.add(high), sums.1.add(low));
        }
        sums
    }
}

/// Adds three rows of a schoolbook product: `v[k] += q[0] * m[k] + q[1] * m[k - 1] + q[2] * m[k - 2]` in both lanes.
///
/// `m` holds at least two limbs and `v` three columns more than `m`; otherwise nothing is added. The three factors and
/// the last two limbs stay in registers, so one product costs a third of a load and of a store.
#[inline(always)]
pub fn add_rows([q0, q1, q2]: [Lanes; 3], m: &[Lanes], v: &mut [Lanes], split: Split) {
    let ([m0, m1, limbs @ ..], Some(v)) = (m, v.get_mut(..m.len() + 3)) else { return };
    let [v0, v1, columns @ .., end0, end1, end2] = v else { return };
    let (mut carry, mut x1, mut x2) = (Lanes::ZERO, *m1, *m0);
    (carry, *v0) = split.column(v0.add(carry), [(q0, *m0)]);
    (carry, *v1) = split.column(v1.add(carry), [(q0, *m1), (q1, *m0)]);
    let mut columns = columns.chunks_exact_mut(3);
    let mut limbs = limbs.chunks_exact(3);
    for (columns, limbs) in (&mut columns).zip(&mut limbs) {
        let ([a, b, c], [x, y, z]) = (columns, limbs) else { return };
        (carry, *a) = split.column(a.add(carry), [(q1, x1), (q2, x2), (q0, *x)]);
        (carry, *b) = split.column(b.add(carry), [(q1, *x), (q2, x1), (q0, *y)]);
        (carry, *c) = split.column(c.add(carry), [(q1, *y), (q2, *x), (q0, *z)]);
        (x1, x2) = (*z, *y);
    }
    for (a, x) in columns.into_remainder().iter_mut().zip(limbs.remainder()) {
        (carry, *a) = split.column(a.add(carry), [(q1, x1), (q2, x2), (q0, *x)]);
        (x1, x2) = (*x, x1);
    }
    (carry, *end0) = split.column(end0.add(carry), [(q1, x1), (q2, x2)]);
    (carry, *end1) = split.column(end1.add(carry), [(q2, x1)]);
    *end2 = end2.add(carry);
}

/// Adds the square of three limbs to six columns; `twice` holds the doubled limbs.
#[inline(always)]
pub fn add_corner(twice: &[Lanes; 3], limbs: &[Lanes; 3], v: &mut [Lanes], split: Split) {
    let ([d0, d1, _], [x0, x1, x2], [v0, v1, v2, v3, v4, v5, ..]) = (twice, limbs, v) else { return };
    let mut carry;
    (carry, *v0) = split.column(*v0, [(*x0, *x0)]);
    (carry, *v1) = split.column(v1.add(carry), [(*d0, *x1)]);
    (carry, *v2) = split.column(v2.add(carry), [(*d0, *x2), (*x1, *x1)]);
    (carry, *v3) = split.column(v3.add(carry), [(*d1, *x2)]);
    (carry, *v4) = split.column(v4.add(carry), [(*x2, *x2)]);
    *v5 = v5.add(carry);
}

#[cfg(test)]
impl Split {
    /// Panics where the argument of the module's documentation would not hold.
    fn check(self, x: Lanes, y: Lanes) {
        let float = |lane: i64| f64::from_bits(lane.cast_unsigned());
        for (x, y) in [(x.low(), y.low()), (x.high(), y.high())] {
            let (x, y) = (float(x), float(y));
            assert!(x.fract() == 0.0 && y.fract() == 0.0, "{x} and {y} are limbs");
            assert!((x * y).abs() <= 2f64.powi(102), "{x} * {y} is at most 2^102");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lanes(low: f64, high: f64) -> Lanes {
        Lanes::new(low.to_bits().cast_signed(), high.to_bits().cast_signed())
    }

    #[allow(clippy::as_conversions, reason = "whole numbers below 2^53")]
    fn parts(x: i64, y: i64) -> (i64, i64) {
        let (high, low) = Split::ready().product(lanes(x as f64, 0.0), lanes(y as f64, 0.0));
        (high.low() - HIGH, low.low() - LOW)
    }

    #[test]
    fn largest_limbs_split_gives_the_exact_product() {
        let edges =
            [0, 1, 2, (1 << 50) - 1, 1 << 50, (1 << 50) + 1, (1 << 50) + 1024, MASK - 1, MASK, 1 << 51];
        for x in edges {
            for y in edges {
                for (x, y) in [(x, y), (-x, y), (-x, -y)] {
                    let (q, r) = parts(x, y);
                    assert_eq!(
                        (i128::from(q) << WIDTH) + i128::from(r),
                        i128::from(x) * i128::from(y),
                        "{x} * {y}"
                    );
                }
            }
        }
    }

    #[test]
    fn largest_limbs_split_stays_within_the_stated_bounds() {
        for (x, y) in
            [(1i64 << 51, 1i64 << 51), (MASK, MASK), (-MASK, MASK), ((1 << 51) + 2048, (1 << 50) + 1024)]
        {
            let (q, r) = parts(x, y);
            assert!(q.abs() <= 1 << 51 && r.abs() <= 1 << 50, "{x} * {y} = {q} * 2^51 + {r}");
        }
    }

    #[test]
    fn rows_of_zero_add_only_the_patterns() {
        let mut v = [Lanes::ZERO; 8];
        add_rows([Lanes::ZERO; 3], &[Lanes::ZERO; 5], &mut v, Split::ready());
        let expected = [(1, 0), (2, 1), (3, 2), (3, 3), (3, 3), (2, 3), (1, 2), (0, 1)];
        for (v, (low, high)) in v.iter().zip(expected) {
            let patterns = LOW.wrapping_mul(low).wrapping_add(HIGH.wrapping_mul(high));
            assert_eq!((v.low(), v.high()), (patterns, patterns));
        }
    }
}
