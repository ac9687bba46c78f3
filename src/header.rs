//! The JOSE header (RFC 7515 §4): what it says, refused where it asks for more than this verifier gives.
//!
//! `jwk`, `jku`, `x5u` and `x5c` are never read: a token does not choose its own key.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::algorithm::Algorithm;
use crate::error::{Error, Part};
use crate::json::{JsonError, Object, Value};
use crate::limits::MAX_KEY_ID_BYTES;

/// A protected header whose algorithm the caller allows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) algorithm: Algorithm,
    pub(crate) key_id: Option<String>,
    typ: Option<String>,
    /// The whole of it: one JSON object.
    pub(crate) text: String,
}

impl Header {
    pub(crate) fn parse(octets: Vec<u8>, allowed: &[Algorithm]) -> Result<Self, Error> {
        let text = String::from_utf8(octets).map_err(|_| Error::TokenUtf8 { part: Part::Header })?;
        let header = Object::parse(text.as_bytes()).map_err(|error| json_error(error, Part::Header))?;
        let algorithm = algorithm(&header, allowed)?;
        refuse_extensions(&header)?;
        Ok(Self {
            algorithm,
            key_id: key_id(&header)?,
            typ: header.get("typ").map(|typ| typ.as_str().unwrap_or_default().to_string()),
            text,
        })
    }

    /// Compares `typ` as a media type: case-insensitively, `application/` left out or written (RFC 7515 §4.1.9).
    pub(crate) fn require_typ(&self, expected: &str) -> Result<(), Error> {
        let typ = self.typ.as_deref().map(without_application);
        if typ.is_some_and(|typ| typ.eq_ignore_ascii_case(without_application(expected))) {
            Ok(())
        } else {
            Err(Error::HeaderTyp { expected: expected.into() })
        }
    }
}

fn without_application(typ: &str) -> &str {
    const PREFIX: &str = "application/";
    match typ.split_at_checked(PREFIX.len()) {
        Some((prefix, rest)) if prefix.eq_ignore_ascii_case(PREFIX) && !rest.contains('/') => rest,
        _ => typ,
    }
}

fn algorithm(header: &Object<'_>, allowed: &[Algorithm]) -> Result<Algorithm, Error> {
    let name = header.get("alg").and_then(Value::as_str).ok_or(Error::HeaderAlgMissing)?;
    let algorithm = Algorithm::from_name(name).ok_or(Error::HeaderAlgNotAllowed)?;
    if allowed.contains(&algorithm) { Ok(algorithm) } else { Err(Error::HeaderAlgNotAllowed) }
}

fn refuse_extensions(header: &Object<'_>) -> Result<(), Error> {
    if header.get("crit").is_some() {
        return Err(Error::HeaderCritical);
    }
    if header.get("b64").is_some_and(|b64| *b64 != Value::Bool(true)) {
        return Err(Error::HeaderB64);
    }
    match header.get("zip") {
        Some(_) => Err(Error::HeaderZip),
        None => Ok(()),
    }
}

fn key_id(header: &Object<'_>) -> Result<Option<String>, Error> {
    match header.get("kid") {
        None => Ok(None),
        Some(Value::String(kid)) if kid.len() <= MAX_KEY_ID_BYTES => Ok(Some(kid.to_string())),
        Some(_) => Err(Error::HeaderKidInvalid),
    }
}

pub(crate) fn json_error(error: JsonError, part: Part) -> Error {
    match error {
        JsonError::Syntax(reason) => Error::TokenJson { part, reason },
        JsonError::Duplicate(name) => Error::TokenDuplicateMember { part, name },
        JsonError::Depth => Error::TokenTooDeep { part, limit: crate::limits::MAX_JSON_DEPTH },
        JsonError::Utf8 => Error::TokenUtf8 { part },
        JsonError::Elements => Error::TokenJson { part, reason: "a list is too long" },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<Header, Error> {
        Header::parse(text.into(), &[Algorithm::Es256])
    }

    #[test]
    fn algorithm_outside_the_callers_list_is_refused() {
        for alg in ["none", "None", "es256", "ES256 ", "RS256", "HS256", "ES256K", ""] {
            let refused = parse(&alloc::format!(r#"{{"alg":"{alg}"}}"#));
            assert_eq!(refused, Err(Error::HeaderAlgNotAllowed), "{alg}");
        }
        for alg in ["null", "0", "[\"ES256\"]", "{}", "true"] {
            assert_eq!(parse(&alloc::format!(r#"{{"alg":{alg}}}"#)), Err(Error::HeaderAlgMissing), "{alg}");
        }
        assert_eq!(parse("{}"), Err(Error::HeaderAlgMissing));
    }

    #[test]
    fn any_crit_is_refused() {
        for crit in ["[]", "null", "\"exp\"", "[\"exp\"]", "{}"] {
            let refused = parse(&alloc::format!(r#"{{"alg":"ES256","crit":{crit}}}"#));
            assert_eq!(refused, Err(Error::HeaderCritical), "{crit}");
        }
    }

    #[test]
    fn unencoded_and_compressed_payloads_are_refused() {
        assert_eq!(parse(r#"{"alg":"ES256","b64":false}"#), Err(Error::HeaderB64));
        assert_eq!(parse(r#"{"alg":"ES256","zip":"DEF"}"#), Err(Error::HeaderZip));
        assert!(parse(r#"{"alg":"ES256","b64":true,"jku":"https://evil.example","x":1}"#).is_ok());
    }

    #[test]
    fn typ_is_compared_as_a_media_type() {
        let typ = |typ: &str| parse(&alloc::format!(r#"{{"alg":"ES256","typ":{typ}}}"#)).unwrap();
        for same in [r#""at+jwt""#, r#""AT+JWT""#, r#""application/at+jwt""#, r#""Application/At+Jwt""#] {
            assert_eq!(typ(same).require_typ("at+jwt"), Ok(()), "{same}");
        }
        for other in [r#""jwt""#, r#""""#, "7", r#""application/application/at+jwt""#, r#""x/at+jwt""#] {
            assert!(typ(other).require_typ("at+jwt").is_err(), "{other}");
        }
        assert!(parse(r#"{"alg":"ES256"}"#).unwrap().require_typ("at+jwt").is_err());
    }
}
