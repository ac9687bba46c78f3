//! Ed25519 (RFC 8032, RFC 8037), strict: S below the group order, no small-order key or R.

use ed25519_dalek::{Signature, VerifyingKey};

use crate::error::KeyDefect;

/// A public key that is a canonical point of large order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ed25519Key(VerifyingKey);

impl Ed25519Key {
    pub(crate) fn new(x: &[u8]) -> Result<Self, KeyDefect> {
        let bytes: &[u8; 32] = x.try_into().map_err(|_| KeyDefect::Point)?;
        let key = VerifyingKey::from_bytes(bytes).map_err(|_| KeyDefect::Point)?;
        // from_bytes keeps the bytes as given: a y of p or more would be a second name of the same key.
        let canonical = key.to_edwards().compress().to_bytes() == *bytes;
        if canonical && !key.is_weak() { Ok(Self(key)) } else { Err(KeyDefect::Point) }
    }

    pub(crate) fn verify(&self, message: &[u8], signature: &[u8]) -> bool {
        Signature::from_slice(signature)
            .is_ok_and(|signature| self.0.verify_strict(message, &signature).is_ok())
    }
}
