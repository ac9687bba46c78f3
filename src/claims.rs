//! The claims set (RFC 7519 §4), judged only once the signature held.

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::error::{Error, Part};
use crate::header::json_error;
use crate::json::{Object, Value};
use crate::limits::MAX_DIMENSION_VALUES;
use crate::policy::{Audience, Policy};
use crate::revocation::{ClaimInteger, ClaimValues, Identity};
use crate::time::UnixTime;

/// Claims that hold a string wherever they are present: a mistyped one must not slip past a look-up.
const STRINGS: [&str; 6] = ["iss", "sub", "jti", "sid", "client_id", "azp"];

/// A claims set that is one strict JSON object.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Claims<'a> {
    object: Object<'a>,
}

impl<'a> Claims<'a> {
    pub(crate) fn parse(payload: &'a [u8]) -> Result<Self, Error> {
        let object = Object::parse(payload).map_err(|error| json_error(error, Part::Payload))?;
        Ok(Self { object })
    }

    /// Judges everything a policy says about claims. The order is fixed: types, presence, issuer, audience, times.
    ///
    /// Answers the times at which the answer would be the same.
    pub(crate) fn judge(&self, policy: &Policy, now: UnixTime) -> Result<Range<UnixTime>, Error> {
        self.require_strings()?;
        self.require_presence(policy)?;
        if self.text("iss") != Some(&policy.issuer) {
            return Err(Error::ClaimIssuer);
        }
        self.judge_audience(&policy.audience)?;
        self.judge_times(policy, now)
    }

    /// What the revocation look-up needs.
    pub(crate) fn identity<'b>(
        &'b self,
        key_id: Option<&'b str>,
        claim: &'b ClaimValues<'b>,
        integer: &'b ClaimInteger<'b>,
    ) -> Result<Identity<'b>, Error> {
        let seconds = |name| self.time(name).map(|time| time.map(UnixTime::floor_seconds));
        let expires_at = self.time("exp")?.map_or(0, UnixTime::floor_seconds_unsigned);
        Ok(Identity {
            issuer: self.text("iss").unwrap_or_default(),
            subject: self.text("sub"),
            key_id,
            token_id: self.text("jti"),
            issued_at: seconds("iat")?,
            expires_at,
            claim,
            integer,
        })
    }

    /// The string values of a claim: one, or each of an array. `Err` when it holds anything else.
    pub(crate) fn strings(&self, name: &str) -> Result<Vec<String>, Error> {
        match self.object.get(name) {
            None => Ok(Vec::new()),
            Some(Value::String(text)) => Ok([String::from(&**text)].into()),
            Some(value) => value
                .elements()
                .and_then(|elements| elements.iter().map(|value| value.as_str().map(String::from)).collect())
                .ok_or_else(|| mistyped(name)),
        }
    }

    /// A claim as it is, if it is there.
    pub(crate) fn value(&self, name: &str) -> Option<&Value<'a>> {
        self.object.get(name)
    }

    /// Calls the sink with each string value of a claim, of a long array with one more than a dimension may have.
    /// `Err`, and no call, when it holds anything else.
    pub(crate) fn for_each_string(&self, name: &str, sink: &mut dyn FnMut(&str)) -> Result<(), Error> {
        match self.object.get(name) {
            None => (),
            Some(Value::String(text)) => sink(text),
            Some(value) => {
                let elements = value.elements_up_to(MAX_DIMENSION_VALUES + 1);
                let strings = elements.filter(|elements| elements.iter().all(|one| one.as_str().is_some()));
                let strings = strings.ok_or_else(|| mistyped(name))?;
                strings.iter().filter_map(Value::as_str).for_each(sink);
            }
        }
        Ok(())
    }

    /// The value of a claim that is an integer from 0 on; `u64::MAX` for a larger one.
    #[expect(clippy::as_conversions, reason = "float to integer casts saturate by definition")]
    pub(crate) fn integer(&self, name: &str) -> Option<u64> {
        match self.object.get(name) {
            Some(Value::Number(number)) => {
                let value = number.value();
                let whole = value as u64;
                (whole as f64 == value || whole == u64::MAX).then_some(whole)
            }
            _ => None,
        }
    }

    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.object.get(name).and_then(Value::as_str)
    }

    fn require_strings(&self) -> Result<(), Error> {
        for name in STRINGS {
            if self.object.get(name).is_some_and(|value| value.as_str().is_none()) {
                return Err(mistyped(name));
            }
        }
        // An empty jti is no identifier (RFC 7519 §4.1.7): it could not be revoked.
        if self.text("jti") == Some("") { Err(mistyped("jti")) } else { Ok(()) }
    }

    fn require_presence(&self, policy: &Policy) -> Result<(), Error> {
        let audience = matches!(policy.audience, Audience::AnyOf(_)).then_some("aud");
        let registered = ["exp", "iss"].into_iter().chain(audience);
        let mut required = registered.chain(policy.required_claims.iter().map(String::as_str));
        match required.find(|claim| self.object.get(claim).is_none()) {
            Some(claim) => Err(Error::ClaimMissing { claim: claim.into() }),
            None => Ok(()),
        }
    }

    /// RFC 7519 §4.1.3: a string, or an array of strings; one match is enough.
    fn judge_audience(&self, audience: &Audience) -> Result<(), Error> {
        let Audience::AnyOf(expected) = audience else {
            return Ok(());
        };
        let found = self.strings("aud").map_err(|_| Error::ClaimAudience)?;
        if found.iter().any(|value| expected.contains(value)) { Ok(()) } else { Err(Error::ClaimAudience) }
    }

    /// Each claim bounds the times at which the token is good; `now` has to lie within all bounds.
    fn judge_times(&self, policy: &Policy, now: UnixTime) -> Result<Range<UnixTime>, Error> {
        let tolerance = f64::from(policy.clock_tolerance_seconds);
        let lifetime = f64::from(policy.max_lifetime_seconds);
        let second = UnixTime::floor_seconds;
        let (exp, nbf, iat) = (self.time("exp")?, self.time("nbf")?, self.time("iat")?);
        let exp = exp.ok_or_else(|| Error::ClaimMissing { claim: "exp".into() })?;
        let until = exp.plus(tolerance);
        if now >= until {
            return Err(Error::ClaimExpired { now: second(now), exp: second(exp) });
        }
        let mut from = exp.plus(-lifetime);
        if now < from {
            return Err(Error::ClaimLifetime { exp: second(exp), limit: second(now.plus(lifetime)) });
        }
        if let Some(nbf) = nbf {
            from = from.later(nbf.plus(-tolerance));
            if now < from {
                return Err(Error::ClaimNotYetValid { now: second(now), nbf: second(nbf) });
            }
        }
        if let Some(iat) = iat {
            from = from.later(iat.plus(-tolerance));
            if now < from {
                return Err(Error::ClaimIssuedInFuture { now: second(now), iat: second(iat) });
            }
        }
        Ok(from..until)
    }

    pub(crate) fn time(&self, name: &str) -> Result<Option<UnixTime>, Error> {
        match self.object.get(name) {
            None => Ok(None),
            Some(Value::Number(seconds)) => {
                UnixTime::from_seconds_f64(seconds.value()).map(Some).ok_or_else(|| mistyped(name))
            }
            Some(_) => Err(mistyped(name)),
        }
    }
}

fn mistyped(claim: &str) -> Error {
    Error::ClaimType { claim: claim.into() }
}
