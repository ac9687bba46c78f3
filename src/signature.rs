//! The only place where signatures are verified: one prepared key, one algorithm, yes or no.
//!
//! Keys are parsed and checked once, at import. Nothing here can sign, and everything handled except HMAC secrets
//! is public, so the public-key paths need not be constant-time.

mod curve;

mod ecdsa;
mod eddsa;
mod hmac;
mod rsa;

use alloc::boxed::Box;

pub(crate) use eddsa::Ed25519Key;
#[cfg(target_arch = "wasm32")]
pub(crate) use rsa::{Accelerator, KeyHandle};

use crate::algorithm::{Algorithm, Family, Hash};
use crate::error::KeyDefect;
use crate::hash::{Sha256, Sha512};

/// A key that was checked and made ready for its family of algorithms.
#[derive(Debug)]
pub(crate) enum PreparedKey {
    Hmac(Box<hmac::HmacKey>),
    Rsa(rsa::RsaKey),
    P256(ecdsa::P256Key),
    P384(ecdsa::P384Key),
    P521(ecdsa::P521Key),
    Ed25519(Ed25519Key),
}

/// The public parameters of a key as its JWK gives them, decoded (RFC 7518 §6, RFC 8037 §2).
pub(crate) enum KeyMaterial<'a> {
    Secret(&'a [u8]),
    Rsa { n: &'a [u8], e: &'a [u8] },
    P256 { x: &'a [u8], y: &'a [u8] },
    P384 { x: &'a [u8], y: &'a [u8] },
    P521 { x: &'a [u8], y: &'a [u8] },
    Ed25519 { x: &'a [u8] },
}

impl PreparedKey {
    pub(crate) fn new(material: KeyMaterial<'_>) -> Result<Self, KeyDefect> {
        match material {
            KeyMaterial::Secret(secret) => hmac::HmacKey::new(secret).map(Box::new).map(Self::Hmac),
            KeyMaterial::Rsa { n, e } => rsa::RsaKey::new(n, e).map(Self::Rsa),
            KeyMaterial::P256 { x, y } => ecdsa::P256Key::new(x, y).map(Self::P256),
            KeyMaterial::P384 { x, y } => ecdsa::P384Key::new(x, y).map(Self::P384),
            KeyMaterial::P521 { x, y } => ecdsa::P521Key::new(x, y).map(Self::P521),
            KeyMaterial::Ed25519 { x } => Ed25519Key::new(x).map(Self::Ed25519),
        }
    }

    /// Lets an accelerator serve the key, where it can. Answers whether it does.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn accelerate(&mut self, accelerator: &'static dyn Accelerator) -> bool {
        match self {
            Self::Rsa(key) => key.accelerate(accelerator),
            _ => false,
        }
    }

    pub(crate) const fn family(&self) -> Family {
        match self {
            Self::Hmac(_) => Family::Hmac,
            Self::Rsa(_) => Family::Rsa,
            Self::P256(_) => Family::P256,
            Self::P384(_) => Family::P384,
            Self::P521(_) => Family::P521,
            Self::Ed25519(_) => Family::Ed25519,
        }
    }

    /// Whether the key may serve the algorithm at all: same family, and long enough for its hash.
    pub(crate) fn supports(&self, algorithm: Algorithm) -> bool {
        self.family() == algorithm.family()
            && match self {
                Self::Hmac(key) => key.is_long_enough_for(algorithm.hash()),
                _ => true,
            }
    }

    /// True when `signature` is one over `message` by this key under `algorithm`.
    pub(crate) fn verify(&self, algorithm: Algorithm, message: &[u8], signature: &[u8]) -> bool {
        if !self.supports(algorithm) {
            return false;
        }
        match self {
            Self::Hmac(key) => key.verify(algorithm.hash(), message, signature),
            Self::Rsa(key) if is_pss(algorithm) => key.verify_pss(algorithm.hash(), message, signature),
            Self::Rsa(key) => key.verify_pkcs1(algorithm.hash(), message, signature),
            Self::P256(key) => key.verify(message, signature),
            Self::P384(key) => key.verify(message, signature),
            Self::P521(key) => key.verify(message, signature),
            Self::Ed25519(key) => key.verify(message, signature),
        }
    }
}

const fn is_pss(algorithm: Algorithm) -> bool {
    matches!(algorithm, Algorithm::Ps256 | Algorithm::Ps384 | Algorithm::Ps512)
}

/// The digest of a message, on the stack.
fn digest(hash: Hash, message: &[u8]) -> Digest {
    match hash {
        Hash::Sha256 => Digest::from(Sha256::NEW.finish(message)),
        Hash::Sha384 => Digest::cut_to_384(Sha512::NEW_384.finish(message)),
        Hash::Sha512 => Digest::from(Sha512::NEW.finish(message)),
    }
}

/// A digest of one of the lengths in use.
struct Digest {
    bytes: [u8; 64],
    length: usize,
}

impl Digest {
    const fn cut_to_384(bytes: [u8; 64]) -> Self {
        Self { bytes, length: 48 }
    }
}

impl From<[u8; 64]> for Digest {
    fn from(bytes: [u8; 64]) -> Self {
        Self { bytes, length: 64 }
    }
}

impl From<[u8; 32]> for Digest {
    fn from(hash: [u8; 32]) -> Self {
        let mut bytes = [0; 64];
        if let Some(start) = bytes.first_chunk_mut() {
            *start = hash;
        }
        Self { bytes, length: 32 }
    }
}

impl AsRef<[u8]> for Digest {
    fn as_ref(&self) -> &[u8] {
        self.bytes.get(..self.length).unwrap_or_default()
    }
}
