//! The built-in issuer: access tokens (RFC 9068) for the configured users.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use jsonwebtoken::{Algorithm, Header};

use crate::clock::{Clock, wait_for};
use crate::config::Config;
use crate::keyfile::KeyFileError;
use crate::ledger::Ledger;
use crate::record::{Kind, pair};
use crate::secret::random_id;
use crate::status_list::{Holder, Place, PlaceError};

mod claims;
pub(crate) use claims::{Claims, Grant};
mod es256;
pub(crate) mod own_tokens;
pub(crate) mod sign_in;
mod signing_keys;
pub(crate) mod status_list;
use signing_keys::SigningKey;
pub use signing_keys::SigningKeys;
use status_list::PublishedLists;

/// The longest wait for a cut-off to pass, in seconds. A cut-off lies at most one second ahead, unless the computer's
/// clock was set back.
const LONGEST_WAIT: u64 = 2;

/// Signs access tokens; never one that a live cut-off strikes.
pub struct Issuer {
    url: String,
    audience: String,
    organization_claim: String,
    lifetime: u64,
    keys: SigningKeys,
    ledger: Ledger,
    /// Where tokens get a place in a status list, when the configuration wants it.
    status_lists: Option<PublishedLists>,
    clock: Arc<dyn Clock>,
}

/// A freshly signed token.
pub struct Issued {
    /// The compact JWS.
    pub access_token: String,
    /// Seconds until it expires.
    pub expires_in: u64,
}

/// Why no token was signed.
#[derive(Debug)]
pub enum IssueError {
    /// The signing key is revoked and a new one could not be written.
    KeyRevoked(KeyFileError),
    /// A cut-off lies further ahead than the rest of this second: the clock was set back.
    CutOffAhead,
    /// There was no place in a status list.
    NoPlace(PlaceError),
    /// The operating system gave no random bytes, or signing failed.
    Signing(Box<dyn std::error::Error + Send + Sync>),
}

impl Issuer {
    /// Loads the signing keys; replaces the newest at once when it is revoked.
    pub(crate) fn open(
        config: &Config,
        ledger: Ledger,
        status_lists: Option<PublishedLists>,
        clock: Arc<dyn Clock>,
    ) -> Result<Self, KeyFileError> {
        es256::install();
        let keep = config.tokens.max_lifetime_seconds + u64::from(config.tokens.clock_tolerance_seconds);
        let issuer = Self {
            url: config.issuer.url.clone(),
            audience: config.issuer.audience.clone(),
            organization_claim: config.publish.organization_claim.clone(),
            lifetime: config.tokens.lifetime_seconds,
            keys: SigningKeys::load(&config.issuer.signing_keys, keep)?,
            ledger,
            status_lists,
            clock,
        };
        issuer.rotate_when_revoked()?;
        Ok(issuer)
    }

    /// Writes the first signing key of a new authority.
    pub fn create_key(folder: &Path, now: u64) -> Result<(), KeyFileError> {
        signing_keys::create(folder, now).map(drop)
    }

    /// The `iss` of the tokens.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// The public keys by which tokens still in use are verified.
    pub fn jwk_set(&self) -> Vec<serde_json::Value> {
        self.keys.jwk_set(self.clock.seconds())
    }

    /// Takes a fresh signing key when the present one is revoked. Blocks on the disk.
    pub fn rotate_when_revoked(&self) -> Result<(), KeyFileError> {
        let revoked = |key_id: &str| self.ledger.cut_off(Kind::Key, &self.url, key_id).is_some();
        self.keys.rotate_when(revoked, self.clock.seconds())
    }

    /// Signs a token for `grant`, after waiting out the second of a cut-off that would strike it.
    pub(crate) async fn issue(&self, grant: &Grant) -> Result<Issued, IssueError> {
        self.rotate_when_revoked().map_err(IssueError::KeyRevoked)?;
        let issued_at = self.free_second(grant).await?;
        let token_id = random_id().map_err(|error| IssueError::Signing(error.into()))?;
        let key = self.keys.active();
        let place = self.place(grant, &token_id, key.id(), issued_at).await?;
        let claims = Claims {
            iss: &self.url,
            aud: &self.audience,
            iat: issued_at,
            exp: issued_at + self.lifetime,
            jti: token_id,
            grant,
            organization_claim: &self.organization_claim,
            place,
        };
        self.sign(&claims, &key)
    }

    /// A place in a status list, when the configuration wants one: on disk before there is a token.
    async fn place(
        &self,
        grant: &Grant,
        token_id: &str,
        key_id: &str,
        issued_at: u64,
    ) -> Result<Option<Place>, IssueError> {
        let Some(lists) = &self.status_lists else { return Ok(None) };
        let holder = Holder {
            token_id: token_id.into(),
            key_id: key_id.into(),
            subject: grant.subject.clone(),
            client: grant.client.clone(),
            session: grant.session.clone(),
            organization: grant.organization.clone(),
            issued_at,
            expires_at: issued_at + self.lifetime,
        };
        lists.places().place(holder).await.map(Some).map_err(IssueError::NoPlace)
    }

    /// The present second, once no live cut-off lies beyond it.
    async fn free_second(&self, grant: &Grant) -> Result<u64, IssueError> {
        loop {
            // The time is read first: what is revoked after the look-up was revoked after the stamp.
            let now = self.clock.seconds();
            match self.latest_cut_off(grant) {
                Some(cut_off) if cut_off > now + LONGEST_WAIT => return Err(IssueError::CutOffAhead),
                Some(cut_off) if cut_off > now => wait_for(self.clock.as_ref(), cut_off).await,
                _ => return Ok(now),
            }
        }
    }

    fn latest_cut_off(&self, grant: &Grant) -> Option<u64> {
        let Grant { subject, client, session, organization, .. } = grant;
        self.cut_off(subject, client, session, organization.as_deref())
    }

    /// The latest live cut-off of any of these values of a token, or of every token.
    fn cut_off(&self, subject: &str, client: &str, session: &str, organization: Option<&str>) -> Option<u64> {
        let pair = pair(subject, client);
        let values = [
            (Kind::Issuer, Some(self.url.as_str())),
            (Kind::Subject, Some(subject)),
            (Kind::Session, Some(session)),
            (Kind::Client, Some(client)),
            (Kind::Organization, organization),
            (Kind::SubjectClient, Some(pair.as_str())),
        ];
        let live = |(kind, value): (Kind, Option<&str>)| self.ledger.cut_off(kind, &self.url, value?);
        values.into_iter().filter_map(live).max()
    }

    fn sign(&self, claims: &Claims<'_>, key: &SigningKey) -> Result<Issued, IssueError> {
        let header = Header {
            typ: Some("at+jwt".into()),
            kid: Some(key.id().into()),
            ..Header::new(Algorithm::ES256)
        };
        let access_token = jsonwebtoken::encode(&header, claims, key.encoding())
            .map_err(|error| IssueError::Signing(error.into()))?;
        Ok(Issued { access_token, expires_in: self.lifetime })
    }
}

impl fmt::Display for IssueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeyRevoked(error) => {
                write!(f, "the signing key is revoked and could not be replaced: {error}")
            }
            Self::CutOffAhead => f.write_str("a cut-off lies ahead of the clock, which was set back"),
            Self::NoPlace(error) => error.fmt(f),
            Self::Signing(error) => write!(f, "the token could not be signed: {error}"),
        }
    }
}

impl std::error::Error for IssueError {}
