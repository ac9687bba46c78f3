//! Ed25519 (RFC 8032, RFC 8037), strict: what that means stands in `curve/ed25519.rs`.

use super::curve::ed25519::PublicKey;
use crate::error::KeyDefect;

/// A public key: the canonical encoding of a point that is not of small order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ed25519Key(PublicKey);

impl Ed25519Key {
    pub(crate) fn new(x: &[u8]) -> Result<Self, KeyDefect> {
        let encoded = x.try_into().map_err(|_| KeyDefect::Point)?;
        PublicKey::from_bytes(encoded).map(Self).ok_or(KeyDefect::Point)
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        signature.try_into().is_ok_and(|signature| self.0.verify(message, signature))
    }
}
