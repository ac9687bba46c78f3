//! Steps one to four: a compact JWS whose signature held (RFC 7515 §5.2). Nothing else makes an [`Authenticated`].

use alloc::boxed::Box;
use alloc::sync::Arc;
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
    pub(crate) header: Arc<Header>,
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

/// The header of the first token that a key set authenticated. Issuers repeat the same one in every token, so that it
/// is read once.
#[derive(Debug)]
pub(crate) struct KnownHeader {
    /// The part of the token, as it was written.
    text: Box<[u8]>,
    allowed: Box<[Algorithm]>,
    header: Arc<Header>,
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
        let known = self.known_header.get().filter(|known| *known.allowed == *allowed);
        let token = UnverifiedToken::parse(token, max_bytes, known.map(|known| &*known.text))?;
        let header = match (token.header, known) {
            (None, Some(known)) => Arc::clone(&known.header),
            (octets, _) => Arc::new(Header::parse(octets.unwrap_or_default(), allowed)?),
        };
        let key = self.find(&header, allowed)?;
        if !key.prepared.verify(header.algorithm, token.signing_input, &token.signature) {
            return Err(Error::SignatureInvalid);
        }
        if self.known_header.get().is_none() {
            let (text, allowed, header) = (token.header_text.into(), allowed.into(), Arc::clone(&header));
            // of threads that race, one has its header remembered
            let _set = self.known_header.set(Box::new(KnownHeader { text, allowed, header }));
        }
        Ok(Authenticated { header, payload: token.payload })
    }

    /// Whether the set's only key made `signature` over `message`: for suites of primitives, which sign any octets.
    ///
    /// No token is parsed and no claim is judged, so this must not decide about tokens.
    #[doc(hidden)]
    pub fn raw_signature_holds(&self, message: &[u8], signature: &[u8]) -> bool {
        self.only_key().is_some_and(|(key, algorithm)| key.verify(algorithm, message, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::{Hmac, KeyInit as _, Mac as _};

    fn token(header: &str) -> String {
        let input = format!("{}.e30", URL_SAFE_NO_PAD.encode(header));
        let mac = Hmac::<sha2::Sha256>::new_from_slice(&[7; 32]).unwrap().chain_update(&input);
        format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    fn authenticate(keys: &KeySet, token: &str, allowed: &[Algorithm]) -> Result<Authenticated, Error> {
        keys.authenticate(token.as_bytes(), allowed, 1_000)
    }

    #[test]
    fn known_header_is_judged_like_one_that_is_read() {
        let allowed = [Algorithm::Hs256];
        let keys = KeySet::from_secret(&[7; 32], Algorithm::Hs256).unwrap();
        let [first, second] = [r#"{"alg":"HS256","kid":"a"}"#, r#"{"alg":"HS256","kid":"b"}"#].map(token);
        let wrong = first.replace(".e30.", ".e30A.");
        assert_eq!(authenticate(&keys, &wrong, &allowed), Err(Error::SignatureInvalid));
        assert!(keys.known_header.get().is_none(), "what no signature holds for is not remembered");
        for _ in 0..2 {
            assert_eq!(authenticate(&keys, &first, &allowed).unwrap().key_id(), Some("a"));
            assert_eq!(authenticate(&keys, &second, &allowed).unwrap().key_id(), Some("b"));
            assert_eq!(authenticate(&keys, &wrong, &allowed), Err(Error::SignatureInvalid));
            assert_eq!(authenticate(&keys, &first, &[]), Err(Error::HeaderAlgNotAllowed));
        }
        assert_eq!(keys.known_header.get().unwrap().header.key_id.as_deref(), Some("a"));
    }
}
