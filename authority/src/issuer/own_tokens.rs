//! Reading our own access tokens back, before they are revoked: the signature first, with the public keys.

use std::sync::{Arc, Mutex, PoisonError};

use rescind::{Algorithm, Audience, Error, KeySet, KeySource, Policy, RevocationPolicy, UnixTime, Verifier};
use serde::Deserialize;
use serde_json::{Value, json};

use super::Issuer;
use crate::clock::Clock;

/// The part of an access token that a revocation needs.
#[derive(Debug, Deserialize)]
pub(crate) struct OwnToken {
    /// `jti`.
    #[serde(rename = "jti")]
    pub(crate) id: String,
    /// `sub`.
    #[serde(rename = "sub")]
    pub(crate) subject: Option<String>,
    /// `exp`, in seconds since the Unix epoch.
    #[serde(rename = "exp")]
    pub(crate) expires_at: u64,
    /// `client_id`.
    #[serde(rename = "client_id")]
    pub(crate) client: String,
}

/// Verifies tokens of one issuer, with the keys of the moment.
pub(crate) struct OwnTokens {
    issuer: Arc<Issuer>,
    clock: Arc<dyn Clock>,
    policy: Policy,
    /// The verifier for the public keys beside it; keys are prepared at import, which takes time.
    prepared: Mutex<Option<(Vec<Value>, Arc<Verifier>)>>,
}

impl OwnTokens {
    /// `tolerance_seconds` is the largest of any verifier: up to there an expired token is still worth revoking.
    pub(crate) fn new(
        issuer: Arc<Issuer>,
        clock: Arc<dyn Clock>,
        tolerance_seconds: u32,
    ) -> Result<Self, Error> {
        let policy = Policy::new(issuer.url(), Audience::Unchecked, RevocationPolicy::Disabled)?
            .algorithms(&[Algorithm::Es256])?
            .typ("at+jwt")
            .clock_tolerance(tolerance_seconds)?
            .required_claims(&["jti", "client_id"])?;
        Ok(Self { issuer, clock, policy, prepared: Mutex::default() })
    }

    /// The token, if it is ours and no verifier calls it expired.
    pub(crate) fn read(&self, token: &str) -> Result<OwnToken, Error> {
        let now = UnixTime::from_seconds(self.clock.seconds());
        let verified = self.verifier()?.verify(token.as_bytes(), now)?;
        serde_json::from_str(verified.claims_json()).map_err(|_| Error::ClaimType { claim: "jti".into() })
    }

    fn verifier(&self) -> Result<Arc<Verifier>, Error> {
        let keys = self.issuer.jwk_set();
        let mut prepared = self.prepared.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((of, verifier)) = prepared.as_ref()
            && *of == keys
        {
            return Ok(Arc::clone(verifier));
        }
        let set = json!({ "keys": keys }).to_string();
        let mut verifier = Verifier::new(self.policy.clone());
        verifier.set_keys(KeySet::from_jwk_set(set.as_bytes(), KeySource::Public)?);
        let verifier = Arc::new(verifier);
        *prepared = Some((keys, Arc::clone(&verifier)));
        Ok(verifier)
    }
}
