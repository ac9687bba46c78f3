//! ECDSA (RFC 7518 §3.4): signatures are r ‖ s of fixed width; both halves must lie in 1…n−1.

use super::curve::{p256, p384, p521};
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

/// A point of P-521; signs with SHA-512.
#[derive(Clone, Debug)]
pub(crate) struct P521Key(p521::PublicKey);

impl P521Key {
    /// As [`P256Key::new`].
    pub(crate) fn new(x: &[u8], y: &[u8]) -> Result<Self, KeyDefect> {
        let (Ok(x), Ok(y)) = (x.try_into(), y.try_into()) else {
            return Err(KeyDefect::Point);
        };
        p521::PublicKey::from_coordinates(x, y).map(Self).ok_or(KeyDefect::Point)
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        let digest = digest(Hash::Sha512, message);
        signature.try_into().is_ok_and(|signature| self.0.verify(digest.as_ref(), signature))
    }
}
