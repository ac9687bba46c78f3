//! Compact JWS (RFC 7515 §7.1) as it arrived: three decoded parts, nothing believed yet.

use alloc::vec::Vec;

use crate::base64url::{Base64Defect, decode_base64url};
use crate::error::{Error, Part};
use crate::sixteen::position;

/// A token whose form is right and whose signature has not been checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct UnverifiedToken<'a> {
    /// The text of the header part.
    pub(crate) header_text: &'a [u8],
    /// Header, dot, payload: the octets that are signed (RFC 7515 §5.2).
    pub(crate) signing_input: &'a [u8],
    /// `None` when the text is that of the header that is known.
    pub(crate) header: Option<Vec<u8>>,
    pub(crate) payload: Vec<u8>,
    pub(crate) signature: Vec<u8>,
}

impl<'a> UnverifiedToken<'a> {
    /// Splits and decodes. Costs one pass; a token over the limit is refused before it is looked at.
    /// `known` is the text of a header that need not be decoded again.
    pub(crate) fn parse(token: &'a [u8], limit: usize, known: Option<&[u8]>) -> Result<Self, Error> {
        if token.len() > limit {
            return Err(Error::TokenTooLarge { bytes: token.len(), limit });
        }
        let (header_text, rest) = split_at_dot(token).ok_or(TWO_DOTS)?;
        let (payload_text, signature_text) = split_at_dot(rest).ok_or(TWO_DOTS)?;
        if position_of_dot(signature_text).is_some() {
            return Err(TWO_DOTS);
        }
        let signed = header_text.len() + 1 + payload_text.len();
        Ok(Self {
            header_text,
            signing_input: token.get(..signed).unwrap_or_default(),
            header: if known == Some(header_text) { None } else { Some(decode(header_text, Part::Header)?) },
            payload: decode(payload_text, Part::Payload)?,
            signature: decode(signature_text, Part::Signature)?,
        })
    }
}

fn split_at_dot(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let dot = position_of_dot(text)?;
    Some((text.get(..dot)?, text.get(dot + 1..)?))
}

fn position_of_dot(text: &[u8]) -> Option<usize> {
    position(text, 0, |bytes| bytes.equal(b'.'))
}

fn decode(text: &[u8], part: Part) -> Result<Vec<u8>, Error> {
    decode_base64url(text).map_err(|defect| match defect {
        Base64Defect::Character => Error::TokenMalformed { reason: "a character outside A-Z a-z 0-9 - _ ." },
        Base64Defect::NotCanonical => Error::TokenBase64 { part },
    })
}

const TWO_DOTS: Error = Error::TokenMalformed { reason: "not three parts joined by two dots" };

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn genuine_token_is_split_and_decoded() {
        let token = UnverifiedToken::parse(b"e30.e30.AA", 100, None).unwrap();
        assert_eq!((token.header_text, token.signing_input), (&b"e30"[..], &b"e30.e30"[..]));
        assert_eq!(
            (token.header, token.payload, token.signature),
            (Some(b"{}".into()), b"{}".into(), [0].into())
        );
    }

    #[test]
    fn known_header_is_not_decoded_and_another_one_is() {
        let header = |token, known| UnverifiedToken::parse(token, 100, Some(known)).unwrap().header;
        assert_eq!(header(b"e30.e30.AA", b"e30"), None);
        assert_eq!(header(b"e30.e30.AA", b"e31"), Some(b"{}".into()));
        assert_eq!(header(b"e30.e30.AA", b"e30."), Some(b"{}".into()));
        assert_eq!(header(b"e30.e30.AA", b"e3"), Some(b"{}".into()));
    }

    #[test]
    fn wrong_number_of_dots_is_malformed() {
        for token in ["", "e30", "e30.e30", "e30.e30.AA.", "e30.e30.AA.AA", "...."] {
            assert_eq!(UnverifiedToken::parse(token.as_bytes(), 100, None), Err(TWO_DOTS), "{token}");
        }
    }

    #[test]
    fn second_text_for_the_same_octets_is_refused() {
        let signature = Err(Error::TokenBase64 { part: Part::Signature });
        assert_eq!(UnverifiedToken::parse(b"e30.e30.AB", 100, None), signature);
        assert_eq!(UnverifiedToken::parse(b"e30.e30.A", 100, None), signature);
        for token in ["e30.e30.AA==", "e30.e30.A+", "e30.e30.A A", "e30.e30.AA\n", "e30.e30.\u{e9}A"] {
            let refused = UnverifiedToken::parse(token.as_bytes(), 100, None).unwrap_err();
            assert_eq!(refused.code(), "ERR_TOKEN_MALFORMED", "{token}");
        }
    }

    #[test]
    fn limit_is_judged_before_the_form() {
        let refused = UnverifiedToken::parse(&[b'.'; 101], 100, None);
        assert_eq!(refused, Err(Error::TokenTooLarge { bytes: 101, limit: 100 }));
    }
}
