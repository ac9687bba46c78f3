//! What the caller demands of a token. Security settings have no silent default: they are named in `new`.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use crate::algorithm::Algorithm;
use crate::error::Error;
use crate::limits;

/// Whom a token must be meant for (RFC 7519 §4.1.3).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    /// `aud` is not looked at. Only for an issuer with a single audience (RFC 8725 §3.9).
    Unchecked,
    /// `aud` must hold at least one of these, compared byte for byte.
    AnyOf(Vec<String>),
}

/// What happens when the snapshot is past its next update, but not expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnStale {
    /// Accept, and say so in the evidence.
    Accept,
    /// Refuse with [`Error::SnapshotStale`].
    Reject,
}

/// What happens when the snapshot cannot answer: none loaded, expired, or another issuer's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OnNotCovered {
    /// Accept, and say so in the evidence. Fails open: a revoked token passes.
    Accept,
    /// Refuse with [`Error::NotCovered`].
    Reject,
}

/// Whether and how strictly revocation is checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevocationPolicy {
    /// Never looked up.
    Disabled,
    /// Looked up in the snapshot on every call.
    Enforce {
        /// For a snapshot past its next update.
        on_stale: OnStale,
        /// For a token no snapshot can speak about.
        on_not_covered: OnNotCovered,
    },
}

impl RevocationPolicy {
    /// The strict default: stale is accepted and told, not covered is refused.
    pub const ENFORCE: Self =
        Self::Enforce { on_stale: OnStale::Accept, on_not_covered: OnNotCovered::Reject };
}

/// Everything a token is judged by.
///
/// ```
/// use rescind::{Algorithm, Audience, Policy, RevocationPolicy};
/// let audience = Audience::AnyOf(vec!["api".into()]);
/// let policy = Policy::new("https://auth.example.com", audience, RevocationPolicy::ENFORCE)?
///     .algorithms(&[Algorithm::Es256])?
///     .typ("at+jwt")
///     .required_claims(&["sub", "jti"])?;
/// # Ok::<(), rescind::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Policy {
    pub(crate) issuer: String,
    pub(crate) audience: Audience,
    pub(crate) revocation: RevocationPolicy,
    pub(crate) algorithms: Vec<Algorithm>,
    pub(crate) typ: Option<String>,
    pub(crate) required_claims: Vec<String>,
    pub(crate) clock_tolerance_seconds: u32,
    pub(crate) max_token_bytes: usize,
    pub(crate) max_lifetime_seconds: u32,
}

impl Policy {
    /// With the defaults: every asymmetric algorithm, any `typ`, `exp` required, 5 s of clock tolerance, tokens of
    /// at most 16 KiB that expire within ten years.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] for an empty issuer, or an audience list that is empty or holds an empty string.
    pub fn new(issuer: &str, audience: Audience, revocation: RevocationPolicy) -> Result<Self, Error> {
        if issuer.is_empty() {
            return Err(invalid("issuer", "a non-empty string"));
        }
        if let Audience::AnyOf(values) = &audience
            && (values.is_empty()
                || values.len() > limits::MAX_POLICY_LIST
                || values.iter().any(String::is_empty))
        {
            return Err(invalid("audience", "1 to 64 non-empty strings, or null"));
        }
        Ok(Self {
            issuer: issuer.to_string(),
            audience,
            revocation,
            algorithms: Algorithm::ASYMMETRIC.into(),
            typ: None,
            required_claims: Vec::new(),
            clock_tolerance_seconds: limits::DEFAULT_CLOCK_TOLERANCE_SECONDS,
            max_token_bytes: limits::DEFAULT_MAX_TOKEN_BYTES,
            max_lifetime_seconds: limits::DEFAULT_MAX_LIFETIME_SECONDS,
        })
    }

    /// The only algorithms accepted. Their order matters for keys without `alg`: such a key serves the first one
    /// that fits its type.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] for an empty list.
    pub fn algorithms(mut self, algorithms: &[Algorithm]) -> Result<Self, Error> {
        if algorithms.is_empty() || algorithms.len() > limits::MAX_POLICY_LIST {
            return Err(invalid("algorithms", "1 to 64 registered signature algorithms"));
        }
        self.algorithms = algorithms.into();
        Ok(self)
    }

    /// Requires this `typ`, for example `at+jwt` (RFC 9068 §4); compared as a media type.
    #[must_use]
    pub fn typ(mut self, typ: &str) -> Self {
        self.typ = Some(typ.to_string());
        self
    }

    /// Claims that must be present, besides `exp`, `iss` and, when checked, `aud`.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] for more than 64 names or an empty one.
    pub fn required_claims(mut self, claims: &[&str]) -> Result<Self, Error> {
        if claims.len() > limits::MAX_POLICY_LIST || claims.iter().any(|claim| claim.is_empty()) {
            return Err(invalid("requiredClaims", "at most 64 non-empty strings"));
        }
        self.required_claims = claims.iter().map(|claim| String::from(*claim)).collect();
        Ok(self)
    }

    /// Seconds by which clocks may differ, 0 to 300.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] for more than 300 s.
    pub fn clock_tolerance(mut self, seconds: u32) -> Result<Self, Error> {
        if seconds > limits::MAX_CLOCK_TOLERANCE_SECONDS {
            return Err(invalid("clockToleranceSeconds", "an integer from 0 to 300"));
        }
        self.clock_tolerance_seconds = seconds;
        Ok(self)
    }

    /// Bytes of a token at most, 1 to 1 MiB.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] outside that range.
    pub fn max_token_bytes(mut self, bytes: usize) -> Result<Self, Error> {
        if bytes == 0 || bytes > limits::MAX_TOKEN_BYTES {
            return Err(invalid("maxTokenBytes", "an integer from 1 to 1048576"));
        }
        self.max_token_bytes = bytes;
        Ok(self)
    }

    /// Seconds from now to `exp` at most.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] for 0.
    pub fn max_lifetime(mut self, seconds: u32) -> Result<Self, Error> {
        if seconds == 0 {
            return Err(invalid("maxLifetimeSeconds", "an integer from 1 to 4294967295"));
        }
        self.max_lifetime_seconds = seconds;
        Ok(self)
    }
}

fn invalid(option: &'static str, expected: &'static str) -> Error {
    Error::PolicyInvalid { option, expected }
}
