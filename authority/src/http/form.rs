//! A request to an OAuth endpoint: a form, and who sends it (RFC 6749 §2.3.1, §3.2).

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, header};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::failure::Failure;
use super::request;
use crate::access::Access;

/// More parameters than any OAuth request has.
const PARAMETERS: usize = 64;

/// The parameters of a form; each stands once.
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    /// Reads the body as `application/x-www-form-urlencoded`.
    pub(super) fn read(
        headers: &HeaderMap,
        received: Result<Bytes, BytesRejection>,
    ) -> Result<Self, Failure> {
        const TYPE: &str = "application/x-www-form-urlencoded";
        if !request::is_media_type(headers, TYPE) {
            return Err(Failure::MediaType(TYPE));
        }
        let invalid = |detail: &str| Failure::InvalidRequest(detail.into());
        let mut parameters: Vec<(String, String)> = Vec::new();
        for (name, value) in form_urlencoded::parse(&request::body(received)?) {
            if parameters.iter().any(|(known, _)| *known == name) {
                return Err(invalid("a parameter stands twice"));
            }
            if parameters.len() == PARAMETERS {
                return Err(invalid("too many parameters"));
            }
            parameters.push((name.into(), value.into()));
        }
        Ok(Self(parameters))
    }

    /// The value, if there is one that is not empty.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        let (_, value) = self.0.iter().find(|(known, _)| known == name)?;
        Some(value.as_str()).filter(|value| !value.is_empty())
    }

    /// The client that sent the form, authenticated by `client_secret_basic` or `client_secret_post`, never by both.
    pub(super) fn client(&self, headers: &HeaderMap, access: &Access) -> Result<String, Failure> {
        let in_body = self.get("client_secret");
        let (id, secret) = match (headers.get(header::AUTHORIZATION), in_body) {
            (Some(_), Some(_)) => {
                return Err(Failure::InvalidRequest("the client authenticates in two ways at once".into()));
            }
            (Some(value), None) => basic(value.as_bytes()).ok_or(Failure::InvalidClient)?,
            (None, secret) => {
                let id = self.get("client_id").ok_or(Failure::InvalidClient)?;
                (id.into(), secret.ok_or(Failure::InvalidClient)?.into())
            }
        };
        if self.get("client_id").is_some_and(|named| named != id) {
            return Err(Failure::InvalidRequest("client_id is not the authenticated client".into()));
        }
        if access.is_client(&id, &secret) { Ok(id) } else { Err(Failure::InvalidClient) }
    }
}

/// The credentials of a Basic header (RFC 7617), each form-encoded (RFC 6749 §2.3.1).
fn basic(header: &[u8]) -> Option<(String, String)> {
    let (scheme, credentials) = header.split_at_checked("Basic ".len())?;
    if !scheme.eq_ignore_ascii_case(b"Basic ") {
        return None;
    }
    let text = String::from_utf8(STANDARD.decode(credentials.trim_ascii()).ok()?).ok()?;
    let (id, secret) = text.split_once(':')?;
    Some((form_decode(id)?, form_decode(secret)?))
}

/// One form-encoded value: `+` is a space, `%XX` an octet. An `&` or `=` in it was sent unencoded and stands for itself.
fn form_decode(text: &str) -> Option<String> {
    let mut octets = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        octets.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                u8::try_from(digit()? * 16 + digit()?).ok()?
            }
            other => other,
        });
    }
    String::from_utf8(octets).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(credentials: &str) -> Option<(String, String)> {
        basic(format!("basic {}", STANDARD.encode(credentials)).as_bytes())
    }

    #[test]
    fn basic_credentials_are_form_decoded() {
        assert_eq!(read("my+app%3A1:p%26%C3%A9:+"), Some(("my app:1".into(), "p&é: ".into())));
    }

    #[test]
    fn malformed_basic_credentials_are_refused() {
        for credentials in ["no colon", "a:%", "a:%4", "a:%zz", "a:%ff"] {
            assert_eq!(read(credentials), None, "{credentials}");
        }
        assert_eq!(basic(b"Basic !"), None);
        assert_eq!(basic(b"Bearer YTpi"), None);
    }
}
