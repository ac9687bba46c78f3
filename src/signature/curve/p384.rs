//! ECDSA over P-384 (SP 800-186, section 3.2.1.4), as ES384 uses it.

use alloc::boxed::Box;
use alloc::sync::Arc;

use once_cell::race::OnceBox;

use super::ecdsa::{self, Curve};
use super::field_p384::{self, Element};
use super::limbs::{self, hex};
use super::limbs28::{LIMB_BITS, LIMBS, Limbs};
use super::multiple::FixedPoint;
use super::scalar::Order;
use super::table::{BASE_TABLES, KEY_TABLES, TableBudget};
use super::weierstrass::{Affine, Point};

/// A public key: a point of the curve, not the neutral one. Clones share one table. Holds about 200 bytes, 56 KiB more once used a few times.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    point: Arc<FixedPoint<Point<Element>>>,
}

impl PublicKey {
    /// The key with these big-endian coordinates, if both are below p and the point is on the curve.
    pub(crate) fn from_coordinates(x: &[u8; 48], y: &[u8; 48]) -> Option<Self> {
        Self::with_budget(x, y, &KEY_TABLES)
    }

    pub(super) fn with_budget(x: &[u8; 48], y: &[u8; 48], budget: &'static TableBudget) -> Option<Self> {
        P384::point(x, y).map(|point| Self { point: Arc::new(FixedPoint::new(point, budget)) })
    }

    /// Whether the raw signature `r ‖ s` of the digest holds. The digest may have any length: its leftmost 384 bits count.
    pub(crate) fn verify(&self, digest: &[u8], signature: &[u8; 96]) -> bool {
        ecdsa::verify::<P384, LIMBS, 48>(&self.point, digest, signature)
    }
}

pub(super) struct P384;

impl Curve<LIMBS, 48> for P384 {
    type Field = Element;

    const BITS: u32 = LIMB_BITS;
    const FIELD_MODULUS: Limbs = field_p384::MODULUS;
    const B: Limbs = number(
        "b3312fa7e23ee7e4988e056be3f82d19181d9c6efe8141120314088f5013875ac656398d8a2ed19d2a85c8edd3ec2aef",
    );
    const ORDER_BYTES: [u8; 48] = limbs::to_le_bytes(&number(ORDER), LIMB_BITS);

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
    limbs::from_be_bytes(&hex::<48>(digits), LIMB_BITS)
}

const ORDER: &str =
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973";
static PREPARED_ORDER: Order<LIMBS> = Order::new(&hex::<48>(ORDER), LIMB_BITS);
static BASE_POINT: OnceBox<FixedPoint<Point<Element>>> = OnceBox::new();

fn base_point() -> Box<FixedPoint<Point<Element>>> {
    let x = number(
        "aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7",
    );
    let y = number(
        "3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f",
    );
    Box::new(FixedPoint::new(Affine::new(&P384::element(&x), &P384::element(&y)), &BASE_TABLES))
}
