//! Random values, and secrets that are known only by their hash.

use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::{self, Deserializer};
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq;

/// SHA-256 of a secret of high entropy (an API key or a client secret), 32 bytes.
///
/// Such secrets are generated, not chosen, so no slow hash is needed. Written as 64 hex digits.
#[derive(Clone, Copy)]
pub struct SecretHash([u8; 32]);

impl SecretHash {
    /// The hash of `secret`.
    pub fn of(secret: &str) -> Self {
        Self(Sha256::digest(secret.as_bytes()).into())
    }

    /// Whether `secret` is the one, in time that does not depend on where it differs.
    pub fn matches(&self, secret: &str) -> bool {
        self.0.ct_eq(&Self::of(secret).0).into()
    }

    /// 64 lower-case hex digits.
    pub fn to_hex(self) -> String {
        hex(&self.0)
    }
}

impl fmt::Debug for SecretHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SecretHash")
    }
}

impl<'de> Deserialize<'de> for SecretHash {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        // The value itself is kept out of the message: it may be the secret, put there by mistake.
        let expected = || de::Error::custom("expected the SHA-256 of the secret as 64 hex digits");
        let text = String::deserialize(deserializer).map_err(|_| expected())?;
        unhex(&text).map(Self).ok_or_else(expected)
    }
}

/// Lower-case hex digits, two a byte.
pub(crate) fn hex(bytes: &[u8]) -> String {
    use fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a String never fails.
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The 32 bytes written as 64 hex digits of either case.
pub(crate) fn unhex(text: &str) -> Option<[u8; 32]> {
    let digits: &[u8; 64] = text.as_bytes().try_into().ok()?;
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        let value = |digit: &u8| char::from(*digit).to_digit(16);
        *byte = u8::try_from(value(high)? * 16 + value(low)?).ok()?;
    }
    Some(bytes)
}

/// `N` bytes from the operating system.
pub fn random<const N: usize>() -> Result<[u8; N], getrandom::Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A fresh identifier of 128 random bits, 22 characters of base64url.
pub(crate) fn random_id() -> Result<String, getrandom::Error> {
    Ok(URL_SAFE_NO_PAD.encode(random::<16>()?))
}

/// A fresh secret of 256 random bits, 43 characters of base64url.
pub(crate) fn random_secret() -> Result<String, getrandom::Error> {
    Ok(URL_SAFE_NO_PAD.encode(random::<32>()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secret_hash_written_as_hex_matches_only_its_secret() {
        let hash = SecretHash(unhex(&SecretHash::of("open sesame").to_hex().to_uppercase()).unwrap());
        assert!(hash.matches("open sesame"));
        assert!(!hash.matches("open sesame "));
    }

    #[test]
    fn hex_of_the_wrong_form_is_refused() {
        assert_eq!(unhex(&"0".repeat(63)), None);
        assert_eq!(unhex(&"0".repeat(65)), None);
        assert_eq!(unhex(&"g".repeat(64)), None);
        assert_eq!(unhex(&"é".repeat(32)), None);
    }
}
