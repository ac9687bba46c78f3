//! ECDSA over P-521 (SP 800-186, section 3.2.1.5), as ES512 uses it. Rare: its points never get tables.

use alloc::boxed::Box;
use alloc::sync::Arc;

use once_cell::race::OnceBox;

use super::ecdsa::{self, Curve};
use super::field_p521::{self, Element, LIMB_BITS, LIMBS, Limbs};
use super::limbs::{self, hex};
use super::multiple::FixedPoint;
use super::scalar::Order;
use super::table::{BASE_TABLES, KEY_TABLES, TableBudget};
use super::weierstrass::{Affine, Point};

/// A public key: a point of the curve, not the neutral one. Holds about 200 bytes.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    point: Arc<FixedPoint<Point<Element>>>,
}

impl PublicKey {
    /// The key with these big-endian coordinates, if both are below p and the point is on the curve.
    pub(crate) fn from_coordinates(x: &[u8; 66], y: &[u8; 66]) -> Option<Self> {
        Self::with_budget(x, y, &KEY_TABLES)
    }

    pub(super) fn with_budget(x: &[u8; 66], y: &[u8; 66], budget: &'static TableBudget) -> Option<Self> {
        P521::point(x, y).map(|point| Self { point: Arc::new(FixedPoint::new(point, budget)) })
    }

    /// Whether the raw signature `r ‖ s` of the digest holds. A digest of at most 64 bytes is the number that it spells.
    pub(crate) fn verify(&self, digest: &[u8], signature: &[u8; 132]) -> bool {
        ecdsa::verify::<P521, LIMBS, 66>(&self.point, digest, signature)
    }
}

pub(super) struct P521;

impl Curve<LIMBS, 66> for P521 {
    type Field = Element;

    const BITS: u32 = LIMB_BITS;
    const FIELD_MODULUS: Limbs = field_p521::MODULUS;
    const B: Limbs = number(concat!(
        "0051953eb9618e1c9a1f929a21a0b68540eea2da725b99b315f3b8b489918ef109e1",
        "56193951ec7e937b1652c0bd3bb1bf073573df883d2c34f1ef451fd46b503f00",
    ));
    const ORDER_BYTES: [u8; 66] = limbs::to_le_bytes(&number(ORDER), LIMB_BITS);

    fn order() -> &'static Order<LIMBS> {
        &PREPARED_ORDER
    }

    fn base_point() -> &'static FixedPoint<Point<Element>> {
        BASE_POINT.get_or_init(base_point)
    }

    fn element(residue: &Limbs) -> Element {
        Element::from_residue(residue)
    }
}

const fn number(digits: &str) -> Limbs {
    limbs::from_be_bytes(&hex::<66>(digits), LIMB_BITS)
}

const ORDER: &str = concat!(
    "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa",
    "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
);
static PREPARED_ORDER: Order<LIMBS> = Order::new(&hex::<66>(ORDER), LIMB_BITS);
static BASE_POINT: OnceBox<FixedPoint<Point<Element>>> = OnceBox::new();

fn base_point() -> Box<FixedPoint<Point<Element>>> {
    let x = number(concat!(
        "00c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dba",
        "a14b5e77efe75928fe1dc127a2ffa8de3348b3c1856a429bf97e7e31c2e5bd66",
    ));
    let y = number(concat!(
        "011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd17273e662c",
        "97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650",
    ));
    Box::new(FixedPoint::new(Affine::new(&P521::element(&x), &P521::element(&y)), &BASE_TABLES))
}
