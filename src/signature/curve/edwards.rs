//! Points of edwards25519, `−x² + y² = 1 + d·x²·y²` (RFC 8032, section 5.1), in extended coordinates.
//!
//! Formulas: Hisil, Wong, Carter, Dawson, "Twisted Edwards Curves Revisited" (2008), sections 3.1 and 3.3, as in the
//! Explicit-Formulas Database, `madd-2008-hwcd-3` and `dbl-2008-hwcd`. With `a = −1` a square and d none they hold for
//! every pair of points, small order and neutral ones included.
//!
//! The fourth coordinate `T = X·Y/Z` is kept as its two factors and multiplied out only by an addition, because a
//! doubling does not need it.
//!
//! Bounds (`field_25519.rs` names the kinds): X, Y, Z are reduced (X carried where it was negated), the factors of T are one
//! sum and one difference of two. Every product has one factor that is at most such a sum (limbs up to `2^30 + 2^16`), and one
//! that is reduced, carried, or a difference of two (up to `2^29 + 2^15`).

use alloc::vec::Vec;

use super::field::{Field, invert_all};
use super::field_25519::Element;
use super::group::Group;
use super::limbs;

/// A point prepared for being added ("niels" form, halved): `(y + x)/2`, `(y − x)/2`, `d·x·y`.
#[derive(Clone, Copy)]
pub(super) struct Niels {
    sum: Element,
    difference: Element,
    product: Element,
}

/// A point: `x = X/Z`, `y = Y/Z`, `X·Y/Z = T = E·H`.
#[derive(Clone, Copy)]
pub(super) struct Point {
    x: Element,
    y: Element,
    z: Element,
    e: Element,
    h: Element,
}

impl Point {
    /// The point of an encoding: RFC 8032, section 5.1.3, with every non-canonical encoding refused.
    pub(super) fn decompress(encoded: &[u8; 32]) -> Option<Self> {
        let (y, odd) = split_sign(encoded);
        if y.to_le_bytes() != without_sign(encoded) {
            return None;
        }
        let y_squared = y.square();
        let u = y_squared.subtract(&Element::ONE).carry();
        let v = D.multiply(&y_squared).add(&Element::ONE).carry();
        let x = square_root_of_ratio(&u, &v)?;
        if x.is_zero() && odd {
            return None;
        }
        Some(Self::from_affine(x.negate_if(x.is_odd() != odd).carry(), y))
    }

    fn from_affine(x: Element, y: Element) -> Self {
        Self { x, y, z: Element::ONE, e: x, h: y }
    }

    /// The canonical encoding (RFC 8032, section 5.1.2).
    pub(super) fn compress(&self) -> [u8; 32] {
        let z_inverse = self.z.invert();
        let mut encoded = self.y.multiply(&z_inverse).to_le_bytes();
        let [.., last] = &mut encoded;
        *last |= u8::from(self.x.multiply(&z_inverse).is_odd()) << 7;
        encoded
    }

    /// Whether eight times the point is neutral.
    pub(super) fn is_small_order(&self) -> bool {
        let mut multiple = *self;
        for _ in 0..3 {
            multiple.double();
        }
        multiple.x.is_zero() && multiple.y.subtract(&multiple.z).is_zero()
    }

    /// The point's negative.
    pub(super) fn negated(&self) -> Self {
        Self { x: self.x.negate_if(true).carry(), e: self.e.negate_if(true).carry(), ..*self }
    }

    /// The point prepared for being added.
    pub(super) fn prepared(&self) -> Niels {
        let mut entry = [NEUTRAL];
        Self::prepare(&[*self], &mut entry);
        let [entry] = entry;
        entry
    }
}

impl Group for Point {
    type Entry = Niels;

    const IDENTITY: Self =
        Self { x: Element::ZERO, y: Element::ONE, z: Element::ONE, e: Element::ZERO, h: Element::ONE };
    const WITH_TABLES: bool = true;

    /// `madd-2008-hwcd-3`, with every intermediate value halved so that Z need not be doubled. The negative of a niels
    /// point has sum and difference exchanged and the product's sign turned.
    fn add(&mut self, entry: &Niels, negate: bool) {
        let (sum, difference) =
            if negate { (&entry.difference, &entry.sum) } else { (&entry.sum, &entry.difference) };
        let a = self.y.subtract(&self.x).multiply(difference);
        let b = self.y.add(&self.x).multiply(sum);
        let c = self.e.multiply(&self.h).multiply(&entry.product).negate_if(negate);
        let (e, h) = (b.subtract(&a), b.add(&a));
        let (f, g) = (self.z.subtract(&c), self.z.add(&c).carry());
        *self = Self { x: e.multiply(&f), y: h.multiply(&g), z: f.multiply(&g), e, h };
    }

    /// `dbl-2008-hwcd` with `a = −1`, the signs of E, F, G and H turned.
    fn double(&mut self) {
        let (a, b, z_squared) = (self.x.square(), self.y.square(), self.z.square());
        let h = a.add(&b).carry();
        let e = h.subtract(&self.x.add(&self.y).carry().square()).carry();
        let g = a.subtract(&b);
        let f = z_squared.double().add(&g).carry();
        *self = Self { x: e.multiply(&f), y: g.multiply(&h), z: f.multiply(&g), e, h };
    }

    fn prepare(points: &[Self], entries: &mut [Niels]) {
        let mut inverses: Vec<Element> = points.iter().map(|point| point.z).collect();
        invert_all(&mut inverses);
        for ((point, inverse), entry) in points.iter().zip(&inverses).zip(entries) {
            let halved = inverse.multiply(&HALF);
            let (x, y) = (point.x.multiply(&halved), point.y.multiply(&halved));
            entry.sum = y.add(&x).carry();
            entry.difference = y.subtract(&x).carry();
            entry.product = x.multiply(&y).multiply(&FOUR_D);
        }
    }
}

/// A root x of `x² = u/v`, if there is one (RFC 8032, section 5.1.3, steps 2 and 3).
fn square_root_of_ratio(u: &Element, v: &Element) -> Option<Element> {
    let v3 = v.square().multiply(v);
    let v7 = v3.square().multiply(v);
    let x = u.multiply(&v7).power_252_minus_3().multiply(&u.multiply(&v3));
    let vxx = v.multiply(&x.square());
    if vxx.subtract(u).is_zero() {
        return Some(x);
    }
    vxx.add(u).is_zero().then(|| x.multiply(&SQUARE_ROOT_OF_MINUS_1))
}

/// The y coordinate and the sign of x.
fn split_sign(encoded: &[u8; 32]) -> (Element, bool) {
    let [.., last] = encoded;
    (Element::from_le_bytes(&without_sign(encoded)), last >> 7 == 1)
}

/// The encoding with the sign bit cleared: the y coordinate's 255 bits.
pub(super) fn without_sign(encoded: &[u8; 32]) -> [u8; 32] {
    let mut y = *encoded;
    let [.., last] = &mut y;
    *last &= 0x7f;
    y
}

/// The neutral point, prepared.
pub(super) const NEUTRAL: Niels = Niels { sum: HALF, difference: HALF, product: Element::ZERO };

const fn constant(big_endian: &str) -> Element {
    Element(limbs::from_be_bytes(&limbs::hex::<32>(big_endian), super::limbs29::LIMB_BITS))
}

/// `d = −121665/121666`.
const D: Element = constant("52036cee2b6ffe738cc740797779e89800700a4d4141d8ab75eb4dca135978a3");
const FOUR_D: Element = constant("480db3b8adbff9ce331d01e5dde7a26001c02935050762add7ad37284d65e2b2");
const HALF: Element = constant("3ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7");
const SQUARE_ROOT_OF_MINUS_1: Element =
    constant("2b8324804fc1df0b2b4d00993dfbd7a72f431806ad2fe478c4ee1b274a0ea0b0");
