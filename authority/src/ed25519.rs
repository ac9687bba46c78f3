//! Ed25519 keys in files: the publisher key, which signs manifests, and the root key, which replaces publisher keys.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use ed25519_dalek::{Signer, SigningKey};
use serde_json::{Value, json};

use crate::keyfile::{self, KeyFileError};
use crate::secret::random;

/// A private key of one role; never both.
pub struct Ed25519Key(SigningKey);

impl Ed25519Key {
    /// Reads the key file.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let text = keyfile::read(path)?;
        let key = SigningKey::from_pkcs8_pem(&text);
        key.map(Self).map_err(|_| KeyFileError::content(path, "an Ed25519 private key as PKCS#8 PEM"))
    }

    /// Writes a fresh key to a new file, for its owner alone.
    pub fn create(path: &Path) -> Result<Self, KeyFileError> {
        let failed = || KeyFileError::content(path, "random bytes for a new key");
        let key = SigningKey::from_bytes(&random().map_err(|_| failed())?);
        keyfile::create(path, &key.to_pkcs8_pem(LineEnding::LF).map_err(|_| failed())?)?;
        Ok(Self(key))
    }

    /// The public half.
    pub fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The signature of a message (RFC 8032).
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// The public key that verifiers pin (RFC 8037).
    pub fn jwk(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": encode(&self.public()), "use": "sig" })
    }
}

/// A public key as the `x` of its JWK: 43 characters of base64url.
pub fn encode(public_key: &[u8; 32]) -> String {
    URL_SAFE_NO_PAD.encode(public_key)
}

/// The public key with this `x`; `None` for anything but 32 bytes.
pub fn decode(x: &str) -> Option<[u8; 32]> {
    URL_SAFE_NO_PAD.decode(x).ok()?.try_into().ok()
}
