//! ECDSA signature verification (FIPS 186-5, section 6.4.2) over a curve of prime order, raw `r ‖ s` signatures
//! (RFC 7518, section 3.4).

use super::field::{Field, FusedField};
use super::limbs;
use super::multiple::{self, FixedPoint};
use super::scalar::Order;
use super::weierstrass::{Affine, Point};

/// A curve `y² = x³ − 3x + b` of prime order, with numbers of `BYTES` bytes in `N` limbs of `BITS` bits.
pub(super) trait Curve<const N: usize, const BYTES: usize> {
    type Field: FusedField;

    const BITS: u32;
    const FIELD_MODULUS: [i32; N];
    const B: [i32; N];
    const ORDER_BYTES: [u8; BYTES];

    fn order() -> &'static Order<N>;
    fn base_point() -> &'static FixedPoint<Point<Self::Field>>;
    /// The field element of a number in `0..p`.
    fn element(residue: &[i32; N]) -> Self::Field;

    /// The point of big-endian coordinates, if both are below p and it is on the curve (SEC 1, section 3.2.2.1).
    ///
    /// With cofactor 1 such a point has the full order, and affine coordinates cannot name the neutral point.
    fn point(x: &[u8; BYTES], y: &[u8; BYTES]) -> Option<Affine<Self::Field>> {
        let (x, y) = (Self::coordinate(x)?, Self::coordinate(y)?);
        let cubed = x.square().multiply(&x);
        let three_x = x.double().add(&x);
        let right = cubed.subtract(&three_x).carry().add(&Self::element(&Self::B)).carry();
        y.square().subtract(&right).is_zero().then(|| Affine::new(&x, &y))
    }

    fn coordinate(bytes: &[u8; BYTES]) -> Option<Self::Field> {
        let residue = limbs::from_be_bytes(bytes, Self::BITS);
        limbs::is_less(&residue, &Self::FIELD_MODULUS).then(|| Self::element(&residue))
    }
}

/// Whether the signature `r ‖ s` of the digest holds under the key.
pub(super) fn verify<C: Curve<N, BYTES>, const N: usize, const BYTES: usize>(
    key: &FixedPoint<Point<C::Field>>,
    digest: &[u8],
    signature: &[u8],
) -> bool {
    let order = C::order();
    let Some((r, s)) = halves::<BYTES>(signature) else { return false };
    let (r, s) = (limbs::from_be_bytes(r, C::BITS), limbs::from_be_bytes(s, C::BITS));
    if !order.is_unit(&r) || !order.is_unit(&s) {
        return false;
    }
    let e = limbs::from_be_bytes(&leftmost::<BYTES>(digest), C::BITS);
    let s_inverse = order.to_montgomery(&order.invert(&s));
    let u1 = limbs::to_le_bytes(&order.multiply(&e, &s_inverse), C::BITS);
    let u2 = limbs::to_le_bytes(&order.multiply(&r, &s_inverse), C::BITS);
    let multiples = [C::base_point().multiple(&u1, &C::ORDER_BYTES), key.multiple(&u2, &C::ORDER_BYTES)];
    has_x_congruent_to::<C, N, BYTES>(&multiple::sum(&multiples), &r)
}

fn halves<const BYTES: usize>(signature: &[u8]) -> Option<(&[u8; BYTES], &[u8; BYTES])> {
    let (r, s) = signature.split_first_chunk()?;
    Some((r, s.try_into().ok()?))
}

/// The leftmost bytes of a digest, as a big-endian number: FIPS 186-5, section 6.4.2, step 2, for an order whose length
/// in bits is a multiple of eight. A digest shorter than the order is the number that it spells.
fn leftmost<const BYTES: usize>(digest: &[u8]) -> [u8; BYTES] {
    let mut number = [0; BYTES];
    let padding = BYTES.saturating_sub(digest.len());
    for (byte, digit) in number.iter_mut().skip(padding).zip(digest) {
        *byte = *digit;
    }
    number
}

/// Whether the point is not neutral and its x coordinate, a number below p, is r modulo n.
///
/// `x = X/ZZ` is compared as `X = x·ZZ` with the two numbers below p that are r modulo n: r, and r + n when that is below
/// p (`p < 2n` on these curves).
fn has_x_congruent_to<C: Curve<N, BYTES>, const N: usize, const BYTES: usize>(
    point: &Point<C::Field>,
    r: &[i32; N],
) -> bool {
    let has_x = |x: &[i32; N]| C::element(x).multiply(&point.zz).subtract(&point.x).is_zero();
    if point.is_identity() {
        return false;
    }
    let beyond = limbs::add_multiple(r, 1, C::order().limbs(), C::BITS);
    has_x(r) || (limbs::is_less(&beyond, &C::FIELD_MODULUS) && has_x(&beyond))
}
