//! Steps one to four: a compact JWS whose signature held (RFC 7515 §5.2). Nothing else makes an [`Authenticated`].

use alloc::vec::Vec;

use crate::algorithm::Algorithm;
use crate::error::Error;
use crate::header::Header;
use crate::key::KeySet;
use crate::token::UnverifiedToken;

/// The proof that a signature held, with what was signed.
///
/// The payload is any octets: whether it is a claims set, and what it claims, has not been judged. For access
/// tokens use [`Verifier::verify`](crate::Verifier::verify).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Authenticated {
    pub(crate) header: Header,
    pub(crate) header_octets: Vec<u8>,
    pub(crate) payload: Vec<u8>,
}

impl Authenticated {
    /// The algorithm that the header names and the key has.
    pub fn algorithm(&self) -> Algorithm {
        self.header.algorithm
    }

    /// The `kid` that chose the key, if the header names one.
    pub fn key_id(&self) -> Option<&str> {
        self.header.key_id.as_deref()
    }

    /// The signed payload.
    pub fn payload(&self) -> &[u8] {
        &self.payload
    }
}

impl KeySet {
    /// Checks form, header, key and signature of a compact JWS, and no claim.
    ///
    /// # Errors
    /// Those of the areas TOKEN, HEADER, KEY and SIGNATURE.
    pub fn authenticate(
        &self,
        token: &[u8],
        allowed: &[Algorithm],
        max_bytes: usize,
    ) -> Result<Authenticated, Error> {
        let token = UnverifiedToken::parse(token, max_bytes)?;
        let header = Header::parse(&token.header, allowed)?;
        let key = self.find(&header, allowed)?;
        if !key.prepared.verify(header.algorithm, token.signing_input, &token.signature) {
            return Err(Error::SignatureInvalid);
        }
        Ok(Authenticated { header, header_octets: token.header, payload: token.payload })
    }

    /// Whether the set's only key made `signature` over `message`: for suites of primitives, which sign any octets.
    ///
    /// No token is parsed and no claim is judged, so this must not decide about tokens.
    #[doc(hidden)]
    pub fn raw_signature_holds(&self, message: &[u8], signature: &[u8]) -> bool {
        self.only_key().is_some_and(|(key, algorithm)| key.verify(algorithm, message, signature))
    }
}
