//! ECDSA (RFC 7518 §3.4): signatures are r ‖ s of fixed width; both halves must lie in 1…n−1.

use signature::hazmat::PrehashVerifier as _;

use super::curve::{p256, p384};
use super::digest;
use crate::algorithm::Hash;
use crate::error::KeyDefect;

/// A point of P-256; signs with SHA-256.
#[derive(Clone, Debug)]
pub(crate) struct P256Key(p256::PublicKey);

impl P256Key {
    /// From coordinates of exactly the curve's width (RFC 7518 §6.2.1.2), checked to lie on the curve.
    pub(crate) fn new(x: &[u8], y: &[u8]) -> Result<Self, KeyDefect> {
        let (Ok(x), Ok(y)) = (x.try_into(), y.try_into()) else {
            return Err(KeyDefect::Point);
        };
        p256::PublicKey::from_coordinates(x, y).map(Self).ok_or(KeyDefect::Point)
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let digest = digest(Hash::Sha256, message);
        signature.try_into().is_ok_and(|signature| self.0.verify(digest.as_ref(), signature))
    }
}

/// A point of P-384; signs with SHA-384.
#[derive(Clone, Debug)]
pub(crate) struct P384Key(p384::PublicKey);

impl P384Key {
    /// As [`P256Key::new`].
    pub(crate) fn new(x: &[u8], y: &[u8]) -> Result<Self, KeyDefect> {
        let (Ok(x), Ok(y)) = (x.try_into(), y.try_into()) else {
            return Err(KeyDefect::Point);
        };
        p384::PublicKey::from_coordinates(x, y).map(Self).ok_or(KeyDefect::Point)
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let digest = digest(Hash::Sha384, message);
        signature.try_into().is_ok_and(|signature| self.0.verify(digest.as_ref(), signature))
    }
}

/// A point of P-521; signs with SHA-512. Rare, so a crate computes it.
#[derive(Clone, Debug)]
pub(crate) struct P521Key(p521::ecdsa::VerifyingKey);

impl P521Key {
    /// As [`P256Key::new`].
    pub(crate) fn new(x: &[u8], y: &[u8]) -> Result<Self, KeyDefect> {
        if x.len() != P521_BYTES || y.len() != P521_BYTES {
            return Err(KeyDefect::Point);
        }
        let uncompressed = [&[4], x, y].concat();
        p521::ecdsa::VerifyingKey::from_sec1_bytes(&uncompressed).map(Self).map_err(|_| KeyDefect::Point)
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let digest = digest(Hash::Sha512, message);
        signature.len() == 2 * P521_BYTES
            && p521::ecdsa::Signature::from_slice(signature)
                .is_ok_and(|signature| self.0.verify_prehash(digest.as_ref(), &signature).is_ok())
    }
}

const P521_BYTES: usize = 66;
