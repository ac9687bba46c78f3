//! ECDSA over P-256 (SP 800-186, section 3.2.1.3), as ES256 uses it.

use alloc::boxed::Box;
use alloc::sync::Arc;

use once_cell::race::OnceBox;

use super::ecdsa::{self, Curve};
use super::field_p256::{self, Element};
use super::limbs::{self, hex};
use super::limbs29::{LIMB_BITS, LIMBS, Limbs};
use super::multiple::FixedPoint;
use super::scalar::Order;
use super::table::{BASE_TABLES, KEY_TABLES, TableBudget};
use super::weierstrass::{Affine, Point};

/// A public key: a point of the curve, not the neutral one. Clones share one table. Holds about 150 bytes, 36 KiB more once used a few times.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    point: Arc<FixedPoint<Point<Element>>>,
}

impl PublicKey {
    /// The key with these big-endian coordinates, if both are below p and the point is on the curve.
    pub(crate) fn from_coordinates(x: &[u8; 32], y: &[u8; 32]) -> Option<Self> {
        Self::with_budget(x, y, &KEY_TABLES)
    }

    pub(super) fn with_budget(x: &[u8; 32], y: &[u8; 32], budget: &'static TableBudget) -> Option<Self> {
        P256::point(x, y).map(|point| Self { point: Arc::new(FixedPoint::new(point, budget)) })
    }

    /// Whether the raw signature `r ‖ s` of the digest holds. The digest may have any length: its leftmost 256 bits count.
    pub(crate) fn verify(&self, digest: &[u8], signature: &[u8; 64]) -> bool {
        ecdsa::verify::<P256, LIMBS, 32>(&self.point, digest, signature)
    }
}

pub(super) struct P256;

impl Curve<LIMBS, 32> for P256 {
    type Field = Element;

    const BITS: u32 = LIMB_BITS;
    const FIELD_MODULUS: Limbs = field_p256::MODULUS;
    const B: Limbs = number("5ac635d8aa3a93e7b3ebbd55769886bc651d06b0cc53b0f63bce3c3e27d2604b");
    const ORDER_BYTES: [u8; 32] = limbs::to_le_bytes(&number(ORDER), LIMB_BITS);

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
    limbs::from_be_bytes(&hex::<32>(digits), LIMB_BITS)
}

const ORDER: &str = "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551";
static PREPARED_ORDER: Order<LIMBS> = Order::new(&hex::<32>(ORDER), LIMB_BITS);
static BASE_POINT: OnceBox<FixedPoint<Point<Element>>> = OnceBox::new();

fn base_point() -> Box<FixedPoint<Point<Element>>> {
    let x = number("6b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296");
    let y = number("4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5");
    Box::new(FixedPoint::new(Affine::new(&P256::element(&x), &P256::element(&y)), &BASE_TABLES))
}
