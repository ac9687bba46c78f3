//! Ed25519 verification (RFC 8032, section 5.1.7), strict: one answer for every input, in every build.
//!
//! Accepted is what `ed25519-dalek`'s `verify_strict` accepts, less the keys that are not written canonically:
//!
//! - the key is a canonical encoding (`y < p`, no sign on `x = 0`) of a point that is not of small order;
//! - `S < L`;
//! - `R` is byte for byte the encoding of `[S]B − [k]A`, where k is the hash reduced modulo L. No cofactor is multiplied
//!   in, and a non-canonical `R` never matches;
//! - `R` is not of small order.
//!
//! A key with a component of small order ("mixed order") is accepted, and k is then taken as the number below L that it
//! is. Such keys cannot arise from key generation; whoever made one on purpose holds the private part anyway.
//!
//! The cases of ed25519-speccheck, counted from 0, and the answer here:
//!
//! | case | what it is | answer |
//! |---|---|---|
//! | 0 | small-order key, small-order R, `S = 0` | refused |
//! | 1 | small-order key | refused |
//! | 2 | small-order R | refused |
//! | 3 | key and R of mixed order, the equation holds with and without the cofactor | accepted |
//! | 4 | mixed order, holds only with the cofactor | refused |
//! | 5 | mixed order, holds only with the cofactor, and only if `8·k` is not reduced modulo L | refused |
//! | 6, 7 | `S ≥ L` | refused |
//! | 8, 9 | non-canonical R (of small order) | refused |
//! | 10, 11 | non-canonical key (of small order) | refused |

use alloc::boxed::Box;
use alloc::sync::Arc;

use once_cell::race::OnceBox;

use super::edwards::{self, Point};
use super::group::Group;
use super::limbs::{self, hex};
use super::limbs29::{LIMB_BITS, LIMBS, Limbs};
use super::multiple::{self, FixedPoint};
use super::scalar::Order;
use super::table::{BASE_TABLES, KEY_TABLES, TableBudget};
use crate::hash::Sha512;

/// A public key: a canonically written point that is not of small order. Clones share one table. Holds about 200 bytes, 54 KiB more once used a
/// few times.
#[derive(Clone, Debug)]
pub(crate) struct PublicKey {
    encoded: [u8; 32],
    /// The point with its sign turned.
    negated: Arc<FixedPoint<Point>>,
}

impl PartialEq for PublicKey {
    fn eq(&self, other: &Self) -> bool {
        self.encoded == other.encoded
    }
}

impl Eq for PublicKey {}

impl PublicKey {
    /// The key of an encoding, if it is canonical, on the curve, and not of small order.
    pub(crate) fn from_bytes(encoded: &[u8; 32]) -> Option<Self> {
        Self::with_budget(encoded, &KEY_TABLES)
    }

    pub(super) fn with_budget(encoded: &[u8; 32], budget: &'static TableBudget) -> Option<Self> {
        let point = Point::decompress(encoded).filter(|point| !point.is_small_order())?;
        let negated = FixedPoint::new(point.negated().prepared(), budget);
        Some(Self { encoded: *encoded, negated: Arc::new(negated) })
    }

    /// Whether the signature `R ‖ S` of the message holds.
    pub(crate) fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let Some((r, s)) = halves(signature) else { return false };
        if !ORDER.is_reduced(&limbs::from_le_bytes(s, LIMB_BITS)) || is_small_order(r) {
            return false;
        }
        let k = self.challenge(r, message);
        self.base_minus_key(s, &k).compress() == *r
    }

    /// `SHA-512(R ‖ A ‖ M)` modulo L.
    #[expect(clippy::indexing_slicing, reason = "both indices run below 2 · LIMBS")]
    fn challenge(&self, r: &[u8; 32], message: &[u8]) -> [u8; 32] {
        let hash = Sha512::NEW.finish(&[r, &self.encoded, message].concat());
        let number: [i32; 2 * LIMBS] = limbs::from_le_bytes(&hash, LIMB_BITS);
        let low: Limbs = core::array::from_fn(|i| number[i]);
        let high: Limbs = core::array::from_fn(|i| number[LIMBS + i]);
        limbs::to_le_bytes(&ORDER.reduce_wide(&low, &high), LIMB_BITS)
    }

    /// `[S]B − [k]A`. For an even k it is `[S]B − [k + 1]A + A`, because a comb takes odd numbers, and the order of A may
    /// have another factor than L.
    fn base_minus_key(&self, s: &[u8; 32], k: &[u8; 32]) -> Point {
        let mut odd = *k;
        odd[0] |= 1;
        let multiples = [base_point().multiple(s, &ORDER_BYTES), self.negated.multiple(&odd, &ORDER_BYTES)];
        let mut sum = multiple::sum(&multiples);
        if odd != *k {
            sum.add(self.negated.entry(), true);
        }
        sum
    }
}

pub(super) fn base_point() -> &'static FixedPoint<Point> {
    BASE_POINT.get_or_init(new_base_point)
}

fn halves(signature: &[u8; 64]) -> Option<(&[u8; 32], &[u8; 32])> {
    let (r, s) = signature.split_first_chunk()?;
    Some((r, s.try_into().ok()?))
}

/// Whether a canonical encoding is that of a point of small order: of the neutral point, of the one of order 2, or of
/// those of order 4 or 8, with either sign.
fn is_small_order(encoded: &[u8; 32]) -> bool {
    SMALL_ORDER.contains(&edwards::without_sign(encoded))
}

/// The y coordinates of the points of order 1, 2, 4 and 8.
pub(super) const SMALL_ORDER: [[u8; 32]; 5] = [
    hex("0100000000000000000000000000000000000000000000000000000000000000"),
    hex("ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"),
    hex("0000000000000000000000000000000000000000000000000000000000000000"),
    hex("26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05"),
    hex("c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a"),
];
/// `L = 2^252 + 27742317777372353535851937790883648493`.
const L: &str = "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed";
static ORDER: Order<LIMBS> = Order::new(&hex::<32>(L), LIMB_BITS);
pub(super) const ORDER_BYTES: [u8; 32] =
    limbs::to_le_bytes(&limbs::from_be_bytes::<32, LIMBS>(&hex(L), LIMB_BITS), LIMB_BITS);
static BASE_POINT: OnceBox<FixedPoint<Point>> = OnceBox::new();

/// The point with `y = 4/5` and even x.
fn new_base_point() -> Box<FixedPoint<Point>> {
    let mut encoded = [0x66; 32];
    encoded[0] = 0x58;
    let base = Point::decompress(&encoded).unwrap_or(Point::IDENTITY);
    Box::new(FixedPoint::new(base.prepared(), &BASE_TABLES))
}
