//! The Status List Token: the signed JWT that carries a list.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use super::list::{Bits, StatusList};
use super::reference::{object, whole_number};
use super::{STATUS_LIST_TYPE, StatusLists, zlib};
use crate::algorithm::Algorithm;
use crate::base64url::decode_base64url;
use crate::claims::Claims;
use crate::error::Error;
use crate::json::Value;
use crate::key::KeySet;
use crate::limits::DEFAULT_MAX_LIFETIME_SECONDS;
use crate::policy::Policy;
use crate::time::UnixTime;

/// A Status List Token whose signature and claims held, its list still compressed. Only
/// [`Verifier::read_status_list`](crate::Verifier::read_status_list) makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusListToken {
    uri: String,
    bits: Bits,
    compressed: Vec<u8>,
    max_bytes: usize,
    issued_at: UnixTime,
    usable_until: UnixTime,
    ttl_seconds: Option<u64>,
}

/// By what a Status List Token is judged, besides the options of status lists.
pub(crate) struct Surroundings<'a> {
    pub(crate) policy: &'a Policy,
    /// The keys that sign tokens.
    pub(crate) keys: &'a KeySet,
    pub(crate) now: UnixTime,
}

impl StatusLists {
    /// Judges a Status List Token that came from `uri`: form, key, signature, `typ`, claims, in this order.
    pub(crate) fn read(
        &self,
        uri: &str,
        token: &[u8],
        Surroundings { policy, keys, now }: Surroundings<'_>,
    ) -> Result<StatusListToken, Error> {
        if !self.allowed.admits(uri) {
            return Err(Error::StatusUriNotAllowed);
        }
        let limit = self.max_bytes.saturating_mul(2).saturating_add(ENVELOPE_BYTES);
        if token.len() > limit {
            return Err(Error::StatusListTooLarge { limit });
        }
        let (keys, algorithms) = match &self.keys {
            Some(own) => (own, Algorithm::ASYMMETRIC.as_slice()),
            None => (keys, policy.algorithms.as_slice()),
        };
        let authenticated = keys.authenticate(token, algorithms, limit)?;
        authenticated.header.require_typ(STATUS_LIST_TYPE)?;
        let claims = Claims::parse(&authenticated.payload)?;
        if self.keys.is_none() {
            require_issuer(&claims, policy)?;
        }
        self.judge_claims(uri, &claims, policy, now)
    }

    fn judge_claims(
        &self,
        uri: &str,
        claims: &Claims<'_>,
        policy: &Policy,
        now: UnixTime,
    ) -> Result<StatusListToken, Error> {
        if claims.text("sub") != Some(uri) {
            return Err(Error::StatusListSubject);
        }
        let (issued_at, usable_until) = self.judge_times(uri, claims, policy, now)?;
        let (bits, compressed) = content(claims)?;
        Ok(StatusListToken {
            uri: uri.to_string(),
            bits,
            compressed,
            max_bytes: self.max_bytes,
            issued_at,
            usable_until,
            ttl_seconds: ttl(claims)?,
        })
    }

    /// `iat`, and when the list ends: by its `exp`, else by the age that the options allow.
    fn judge_times(
        &self,
        uri: &str,
        claims: &Claims<'_>,
        policy: &Policy,
        now: UnixTime,
    ) -> Result<(UnixTime, UnixTime), Error> {
        let tolerance = f64::from(policy.clock_tolerance_seconds);
        let second = UnixTime::floor_seconds;
        let issued_at = claims.time("iat")?.ok_or_else(|| Error::ClaimMissing { claim: "iat".into() })?;
        if now < issued_at.plus(-tolerance) {
            return Err(Error::ClaimIssuedInFuture { now: second(now), iat: second(issued_at) });
        }
        if let Some(nbf) = claims.time("nbf")?.filter(|nbf| now < nbf.plus(-tolerance)) {
            return Err(Error::ClaimNotYetValid { now: second(now), nbf: second(nbf) });
        }
        let ends_at = match claims.time("exp")? {
            Some(exp) => exp,
            None => issued_at.plus(f64::from(self.max_age_seconds)),
        };
        let limit = now.plus(f64::from(DEFAULT_MAX_LIFETIME_SECONDS));
        if ends_at > limit {
            return Err(Error::ClaimLifetime { exp: second(ends_at), limit: second(limit) });
        }
        let usable_until = ends_at.plus(tolerance);
        if now >= usable_until {
            let (now, expired_at) = (second(now), second(usable_until));
            return Err(Error::StatusListExpired { uri: uri.to_string(), now, expired_at });
        }
        Ok((issued_at, usable_until))
    }
}

impl StatusListToken {
    /// The zlib stream of the list (RFC 1950), as signed.
    pub fn compressed(&self) -> &[u8] {
        &self.compressed
    }

    /// How many bytes it may inflate to. Whoever inflates it must stop there.
    pub fn max_bytes(&self) -> usize {
        self.max_bytes
    }

    /// Seconds after which the provider asks for a fresh copy (`ttl`).
    pub fn ttl_seconds(&self) -> Option<u64> {
        self.ttl_seconds
    }

    /// When the provider signed it (`iat`).
    pub fn issued_at(&self) -> UnixTime {
        self.issued_at
    }

    /// From here on it says nothing: its `exp`, or what the options allow without one, with the clock tolerance.
    pub fn usable_until(&self) -> UnixTime {
        self.usable_until
    }

    /// The list, inflated.
    ///
    /// # Errors
    /// [`Error::StatusListTooLarge`] beyond the limit, [`Error::StatusListMalformed`] for what is no zlib stream.
    #[cfg(feature = "status-list")]
    pub fn inflate(self) -> Result<StatusList, Error> {
        let inflated = zlib::inflate(&self.compressed, self.max_bytes)?;
        self.with_inflated(inflated)
    }

    /// The list, from bytes that the caller inflated [`compressed`](Self::compressed) to.
    ///
    /// # Errors
    /// [`Error::StatusListTooLarge`] beyond the limit, [`Error::StatusListMalformed`] when the stream's own checksum
    /// is another.
    pub fn with_inflated(self, bytes: Vec<u8>) -> Result<StatusList, Error> {
        if bytes.len() > self.max_bytes {
            return Err(Error::StatusListTooLarge { limit: self.max_bytes });
        }
        if !zlib::is_made_of(&self.compressed, &bytes) {
            return Err(malformed("lst does not end with its checksum"));
        }
        let Self { uri, bits, issued_at, usable_until, .. } = self;
        Ok(StatusList { uri, bits, bytes, issued_at, usable_until })
    }
}

/// The keys that sign tokens speak for one issuer; a list that names another is not theirs.
fn require_issuer(claims: &Claims<'_>, policy: &Policy) -> Result<(), Error> {
    match claims.value("iss") {
        Some(issuer) if issuer.as_str() != Some(&policy.issuer) => Err(Error::ClaimIssuer),
        _ => Ok(()),
    }
}

fn content(claims: &Claims<'_>) -> Result<(Bits, Vec<u8>), Error> {
    let list = claims.value("status_list").and_then(object).ok_or(malformed("no object status_list"))?;
    let bits = list.get("bits").and_then(whole_number).and_then(Bits::new);
    let bits = bits.ok_or(malformed("bits is not 1, 2, 4 or 8"))?;
    let text = list.get("lst").and_then(Value::as_str).ok_or(malformed("lst is no string"))?;
    let compressed = decode_base64url(text.as_bytes()).map_err(|_| malformed("lst is not base64url"))?;
    if zlib::is_stream(&compressed) {
        Ok((bits, compressed))
    } else {
        Err(malformed("lst is not a zlib stream"))
    }
}

/// A positive number of seconds; a fraction is cut off, but never to nothing.
fn ttl(claims: &Claims<'_>) -> Result<Option<u64>, Error> {
    match claims.time("ttl")? {
        Some(ttl) if ttl.as_seconds_f64() <= 0.0 => Err(Error::ClaimType { claim: "ttl".into() }),
        ttl => Ok(ttl.map(|ttl| ttl.floor_seconds_unsigned().max(1))),
    }
}

fn malformed(reason: &'static str) -> Error {
    Error::StatusListMalformed { reason }
}

/// Bytes of a Status List Token besides its list: header, claims and the largest signature fit many times.
const ENVELOPE_BYTES: usize = 8 * 1024;
