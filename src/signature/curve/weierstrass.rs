//! Points of the curves `y² = x³ − 3x + b` of prime order, in XYZZ coordinates: `x = X/ZZ`, `y = Y/ZZZ`, `ZZ³ = ZZZ²`.
//!
//! Formulas: Explicit-Formulas Database, short Weierstrass, XYZZ, `madd-2008-s` and `dbl-2008-s-1`. They do not hold for
//! the neutral point, for equal and for opposite points; `add` finds those cases and treats them apart. The neutral
//! point is all zeros, which doubling keeps by itself.
//!
//! Bounds, in units of p, for any field whose `multiply` gives between `a·b/32` and `a·b/32 + 1` (P-384's is tighter).
//! Kept by both formulas: `|X| < 5`, `|Y| < 2`, `|ZZ|, |ZZZ| < 1.2`, all carried. The test
//! `kept_bounds_are_closed_under_both_formulas` carries the intervals through every step. Every factor is carried or a
//! difference of two carried elements, as the fields ask for.

use alloc::vec::Vec;

use super::field::{FusedField, invert_all};
use super::group::Group;

/// A point `(x, y)`, canonical; never the neutral one.
#[derive(Clone, Copy)]
pub(super) struct Affine<F> {
    x: F,
    y: F,
}

/// A point in XYZZ coordinates.
#[derive(Clone, Copy)]
pub(super) struct Point<F> {
    pub(super) x: F,
    y: F,
    pub(super) zz: F,
    zzz: F,
}

impl<F: FusedField> Affine<F> {
    pub(super) fn new(x: &F, y: &F) -> Self {
        Self { x: x.canonical(), y: y.canonical() }
    }
}

impl<F: FusedField> Point<F> {
    pub(super) fn is_identity(&self) -> bool {
        self.zz.is_literally_zero()
    }

    #[cfg(test)]
    pub(super) fn is_same(&self, other: &Self) -> bool {
        let equal = |a: F, b: F, c: F, d: F| a.multiply(&b).subtract(&c.multiply(&d)).is_zero();
        self.is_identity() == other.is_identity()
            && equal(self.x, other.zz, other.x, self.zz)
            && equal(self.y, other.zzz, other.y, self.zzz)
    }

    /// The sum in the cases that the formula leaves out; `y_difference` is 0 for equal points.
    #[cold]
    #[inline(never)]
    fn add_exceptional(&mut self, x: &F, y: &F, y_difference: &F) {
        if self.is_identity() {
            *self = Self { x: *x, y: y.carry(), zz: F::ONE, zzz: F::ONE };
        } else if y_difference.is_zero() {
            self.double();
        } else {
            *self = Self::IDENTITY;
        }
    }
}

impl<F: FusedField> Group for Point<F> {
    type Entry = Affine<F>;

    const IDENTITY: Self = Self { x: F::ZERO, y: F::ZERO, zz: F::ZERO, zzz: F::ZERO };
    const WITH_TABLES: bool = F::WITH_TABLES;

    /// `madd-2008-s`.
    fn add(&mut self, entry: &Affine<F>, negate: bool) {
        let y2 = entry.y.negate_if(negate);
        let p = entry.x.multiply(&self.zz).subtract(&self.x);
        let r = y2.multiply(&self.zzz).subtract(&self.y);
        if p.is_zero() {
            return self.add_exceptional(&entry.x, &y2, &r);
        }
        let pp = p.square();
        let ppp = p.multiply(&pp);
        let q = self.x.multiply(&pp);
        let x3 = r.square_subtract(&ppp, &q);
        self.y = r.multiply_subtract(&q.subtract(&x3), &self.y, &ppp);
        self.x = x3;
        self.zz = self.zz.multiply(&pp);
        self.zzz = self.zzz.multiply(&ppp);
    }

    /// `dbl-2008-s-1`, with `3·X² − 3·ZZ² = 3·(X − ZZ)·(X + ZZ)`.
    fn double(&mut self) {
        let u = self.y.double().carry();
        let v = u.square();
        let w = u.multiply(&v);
        let s = self.x.multiply(&v);
        let third = self.x.subtract(&self.zz).carry().multiply(&self.x.add(&self.zz).carry());
        let m = third.double().add(&third).carry();
        let x3 = m.square_subtract(&F::ZERO, &s);
        self.y = m.multiply_subtract(&s.subtract(&x3), &w, &self.y);
        self.x = x3;
        self.zz = v.multiply(&self.zz);
        self.zzz = w.multiply(&self.zzz);
    }

    fn prepare(points: &[Self], entries: &mut [Affine<F>]) {
        let mut inverses: Vec<F> = points.iter().map(|point| point.zzz).collect();
        invert_all(&mut inverses);
        for ((point, inverse), entry) in points.iter().zip(&inverses).zip(entries) {
            let z_inverse = inverse.multiply(&point.zz);
            *entry = Affine::new(&point.x.multiply(&z_inverse.square()), &point.y.multiply(inverse));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::limbs;

    /// A range of values in units of p.
    #[derive(Clone, Copy)]
    struct Range(f64, f64);

    impl Range {
        fn within(most: f64) -> Self {
            Self(-most, most)
        }

        fn minus(self, other: Self) -> Self {
            Self(self.0 - other.1, self.1 - other.0)
        }

        fn plus(self, other: Self) -> Self {
            Self(self.0 + other.0, self.1 + other.1)
        }

        fn exact_product(self, other: Self) -> Self {
            let ends = [self.0 * other.0, self.0 * other.1, self.1 * other.0, self.1 * other.1];
            Self(ends.into_iter().fold(f64::MAX, f64::min), ends.into_iter().fold(f64::MIN, f64::max))
        }

        fn exact_square(self) -> Self {
            Self(0.0, self.0.abs().max(self.1.abs()).powi(2))
        }

        /// `(value + q·p)/R`, with R at least 32p.
        fn reduced(self) -> Self {
            Self(self.0.min(0.0) / 32.0, self.1.max(0.0) / 32.0 + 1.0)
        }

        fn times(self, other: Self) -> Self {
            self.exact_product(other).reduced()
        }

        fn squared(self) -> Self {
            self.exact_square().reduced()
        }

        fn is_within(self, most: f64) -> bool {
            -most < self.0 && self.1 < most
        }
    }

    const X: f64 = 5.0;
    const Y: f64 = 2.0;
    const Z: f64 = 1.2;

    fn assert_kept(x: Range, y: Range, zz: Range, zzz: Range) {
        assert!(x.is_within(X) && y.is_within(Y) && zz.is_within(Z) && zzz.is_within(Z));
    }

    #[test]
    fn kept_bounds_are_closed_under_both_formulas() {
        let (x1, y1) = (Range::within(X), Range::within(Y));
        let (zz1, zzz1, two) = (Range::within(Z), Range::within(Z), Range(2.0, 2.0));
        let (x2, y2) = (Range(0.0, 1.0), Range::within(1.0));
        // add
        let (p, r) = (x2.times(zz1).minus(x1), y2.times(zzz1).minus(y1));
        assert!(p.is_within(f64::from(limbs::REACH)) && r.is_within(f64::from(limbs::REACH)));
        let pp = p.squared();
        let (ppp, q) = (p.times(pp), x1.times(pp));
        let x3 = r.squared().minus(ppp).minus(two.exact_product(q));
        let y3 = r.exact_product(q.minus(x3)).minus(y1.exact_product(ppp)).reduced();
        assert_kept(x3, y3, zz1.times(pp), zzz1.times(ppp));
        // double
        let u = two.exact_product(y1);
        let v = u.squared();
        let (w, s) = (u.times(v), x1.times(v));
        let m = Range(3.0, 3.0).exact_product(x1.minus(zz1).times(x1.plus(zz1)));
        let x3 = m.squared().minus(two.exact_product(s));
        let y3 = m.exact_product(s.minus(x3)).minus(w.exact_product(y1)).reduced();
        assert_kept(x3, y3, v.times(zz1), w.times(zzz1));
        // the last comparison of ecdsa.rs
        assert!(Range(0.0, 1.1).times(zz1).minus(x1).is_within(f64::from(limbs::REACH)));
    }
}
