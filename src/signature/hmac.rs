//! HMAC (RFC 7518 §3.2): the pad states are hashed once, at import; tags are compared in constant time.

use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::{Sha256, Sha384, Sha512};

use crate::algorithm::Hash;
use crate::error::KeyDefect;
use crate::limits::MAX_SECRET_BYTES;

/// A shared secret with its three pairs of pad states.
pub(crate) struct HmacKey {
    secret_bytes: usize,
    sha256: Hmac<Sha256>,
    sha384: Hmac<Sha384>,
    sha512: Hmac<Sha512>,
}

impl HmacKey {
    pub(crate) fn new(secret: &[u8]) -> Result<Self, KeyDefect> {
        if secret.len() < Hash::Sha256.output_bytes() || secret.len() > MAX_SECRET_BYTES {
            return Err(KeyDefect::SecretLength);
        }
        Ok(Self {
            secret_bytes: secret.len(),
            sha256: Hmac::new_from_slice(secret).map_err(|_| KeyDefect::SecretLength)?,
            sha384: Hmac::new_from_slice(secret).map_err(|_| KeyDefect::SecretLength)?,
            sha512: Hmac::new_from_slice(secret).map_err(|_| KeyDefect::SecretLength)?,
        })
    }

    pub(crate) fn is_long_enough_for(&self, hash: Hash) -> bool {
        self.secret_bytes >= hash.output_bytes()
    }

    pub(crate) fn verify(&self, hash: Hash, message: &[u8], tag: &[u8]) -> bool {
        match hash {
            Hash::Sha256 => self.sha256.clone().chain_update(message).verify_slice(tag).is_ok(),
            Hash::Sha384 => self.sha384.clone().chain_update(message).verify_slice(tag).is_ok(),
            Hash::Sha512 => self.sha512.clone().chain_update(message).verify_slice(tag).is_ok(),
        }
    }
}

impl core::fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HmacKey(secret)")
    }
}
