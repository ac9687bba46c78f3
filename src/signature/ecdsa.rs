//! ECDSA (RFC 7518 §3.4): signatures are r ‖ s of fixed width; both halves must lie in 1…n−1.

use signature::hazmat::PrehashVerifier as _;

use super::digest;
use crate::algorithm::Hash;
use crate::error::KeyDefect;

macro_rules! ecdsa_key {
    ($name:ident, $curve:ident, $hash:expr, $bytes:literal, $doc:literal) => {
        #[doc = $doc]
        #[derive(Clone, Debug)]
        pub(crate) struct $name($curve::ecdsa::VerifyingKey);

        impl $name {
            /// From coordinates of exactly the curve's width (RFC 7518 §6.2.1.2), checked to lie on the curve.
            pub(crate) fn new(x: &[u8], y: &[u8]) -> Result<Self, KeyDefect> {
                if x.len() != $bytes || y.len() != $bytes {
                    return Err(KeyDefect::Point);
                }
                let mut point = [0; 1 + 2 * $bytes];
                point[0] = 4;
                point[1..=$bytes].copy_from_slice(x);
                point[1 + $bytes..].copy_from_slice(y);
                $curve::ecdsa::VerifyingKey::from_sec1_bytes(&point).map(Self).map_err(|_| KeyDefect::Point)
            }

            pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
                if signature.len() != 2 * $bytes {
                    return false;
                }
                $curve::ecdsa::Signature::from_slice(signature).is_ok_and(|signature| {
                    self.0.verify_prehash(digest($hash, message).as_ref(), &signature).is_ok()
                })
            }
        }
    };
}

ecdsa_key!(P256Key, p256, Hash::Sha256, 32, "A point of P-256; signs with SHA-256.");
ecdsa_key!(P384Key, p384, Hash::Sha384, 48, "A point of P-384; signs with SHA-384.");
ecdsa_key!(P521Key, p521, Hash::Sha512, 66, "A point of P-521; signs with SHA-512.");
