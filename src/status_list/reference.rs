//! The claim `status` of a token: which place in which list says what became of it.

use alloc::string::{String, ToString as _};

use crate::claims::Claims;
use crate::error::Error;
use crate::json::{Object, Value};

/// A place in a status list.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct StatusReference {
    pub(super) uri: String,
    pub(super) index: u64,
}

impl StatusReference {
    /// Reads `status.status_list`. `None` without `status`; a status of another mechanism only cannot be judged.
    pub(super) fn of(claims: &Claims<'_>) -> Result<Option<Self>, Error> {
        let Some(status) = claims.value("status") else {
            return Ok(None);
        };
        let status = object(status).ok_or(claim("status is no object"))?;
        let list = status.get("status_list").ok_or(claim("status holds no status_list"))?;
        let list = object(list).ok_or(claim("status_list is no object"))?;
        let index = list.get("idx").and_then(whole_number);
        let uri = list.get("uri").and_then(Value::as_str).filter(|uri| !uri.is_empty());
        Ok(Some(Self {
            uri: uri.ok_or(claim("uri is no string"))?.to_string(),
            index: index.ok_or(claim("idx is no whole number from 0 to 2^53 - 1"))?,
        }))
    }
}

fn claim(reason: &'static str) -> Error {
    Error::StatusClaim { reason }
}

/// The inside of a value that is an object; it was validated with the whole.
pub(super) fn object<'a>(value: &Value<'a>) -> Option<Object<'a>> {
    match value {
        Value::Object(text) => Object::parse(text.as_bytes()).ok(),
        _ => None,
    }
}

/// A number without a fraction that JSON keeps exactly.
#[expect(clippy::as_conversions, reason = "a whole number below 2^53 is kept exactly")]
pub(super) fn whole_number(value: &Value<'_>) -> Option<u64> {
    const TWO_TO_53: f64 = 9_007_199_254_740_992.0;
    let Value::Number(number) = value else { return None };
    let number = number.value();
    let whole = number as u64;
    ((0.0..TWO_TO_53).contains(&number) && whole as f64 == number).then_some(whole)
}
