//! The writer: a set of revocations in, a signed manifest and its objects out.

use crate::{Dimension, Edition};
use alloc::{string::String, vec::Vec};
use core::fmt;

/// One revocation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// Every token of a value that was issued before a time.
    CutOff {
        /// What the value is.
        dimension: Dimension,
        /// `iss` of the tokens.
        issuer: String,
        /// The value; for [`Dimension::Issuer`] the issuer once more.
        value: String,
        /// T: tokens with `iat` < T are dead. Seconds since the Unix epoch, below 2^40.
        not_before: u64,
    },
    /// One token.
    Token {
        /// `iss` of the token.
        issuer: String,
        /// `jti` of the token.
        token_id: String,
        /// The token's own `exp`, rounded down; `None` when it is not known for certain.
        expires_at: Option<u64>,
    },
}

/// What is said about a publication besides its entries.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// The tenant's name: 1 to 64 of `a-z`, `0-9` and `-`.
    pub tenant: String,
    /// The issuers the publisher speaks for, 1 to 256: tokens of others are not covered.
    pub issuers: Vec<String>,
    /// Epoch and version; must rise with every publication.
    pub edition: Edition,
    /// Seconds since the Unix epoch.
    pub issued_at: u64,
    /// When the next edition is due; after `issued_at`.
    pub next_update: u64,
    /// For how long after `issued_at` the edition may be used; reaches `next_update` at least.
    pub max_stale_seconds: u32,
    /// Random, drawn anew with every epoch.
    pub salt: [u8; 16],
    /// The claim that names a token's organization.
    pub organization_claim: String,
}

/// A signed manifest and the objects it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The manifest's edition.
    pub edition: Edition,
    /// The signed manifest.
    pub manifest: Vec<u8>,
    /// Zero to two objects; an empty set has none.
    pub objects: Vec<PublishedObject>,
    /// How many distinct revocations it holds.
    pub entries: u64,
}

/// An immutable object, named by its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedObject {
    /// SHA-256 of `bytes`.
    pub sha256: [u8; 32],
    /// The bytes to serve.
    pub bytes: Vec<u8>,
}

/// Why a publication could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishError {
    /// A parameter is out of range.
    ParameterInvalid {
        /// The parameter.
        parameter: &'static str,
        /// What it must be.
        expected: &'static str,
    },
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ParameterInvalid { parameter, expected } => {
                write!(f, "parameter {parameter}: expected {expected}")
            }
        }
    }
}

impl core::error::Error for PublishError {}

/// Writes one edition. `sign` makes the Ed25519 signature of the bytes it is given.
pub fn publish(
    _entries: &[Entry],
    parameters: &Parameters,
    _publisher_key: [u8; 32],
    _sign: &mut dyn FnMut(&[u8]) -> [u8; 64],
) -> Result<Publication, PublishError> {
    let _ = parameters;
    Err(PublishError::ParameterInvalid { parameter: "entries", expected: "the writer" })
}
