//! The Status List Token of each list: which of our tokens are dead, by whatever means, signed with the issuer's key.

use std::collections::HashMap;
use std::sync::Arc;

use axum::body::Bytes;
use jsonwebtoken::{Algorithm, Header};
use miniz_oxide::deflate::compress_to_vec_zlib;
use serde_json::json;
use sha2::{Digest, Sha256};

use super::{IssueError, Issuer};
use crate::config::Config;
use crate::record::Kind;
use crate::secret::hex;
use crate::status_list::{Holder, StatusLists};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How hard to compress: lists are built seldom and fetched often.
const COMPRESSION: u8 = 9;

/// The lists that tokens have a place in, and their tokens as signed last.
pub(crate) struct PublishedLists {
    places: StatusLists,
    /// Seconds for which a list is answered without looking again.
    hold: u64,
    ttl: u64,
    valid: u64,
    signed: tokio::sync::Mutex<HashMap<String, SignedList>>,
}

/// A Status List Token.
#[derive(Clone)]
pub(crate) struct SignedList {
    pub(crate) token: Bytes,
    /// A strong entity tag, in quotes.
    pub(crate) etag: String,
    bits: Arc<[u8]>,
    key_id: String,
    issued_at: u64,
    looked_at: u64,
}

impl PublishedLists {
    pub(crate) fn new(config: &Config, places: StatusLists) -> Self {
        Self {
            places,
            hold: config.publish.cache_seconds,
            ttl: config.status_list.ttl_seconds,
            valid: config.status_list.valid_seconds,
            signed: tokio::sync::Mutex::default(),
        }
    }

    pub(super) fn places(&self) -> &StatusLists {
        &self.places
    }
}

impl Issuer {
    /// The Status List Token of this list, no older than a few seconds. `None` when there is no such list.
    pub(crate) async fn status_list(self: &Arc<Self>, list: &str) -> Result<Option<SignedList>, IssueError> {
        let Some(lists) = &self.status_lists else { return Ok(None) };
        // Held while a list is built, so that many requests build it once.
        let mut signed = lists.signed.lock().await;
        let now = self.clock.seconds();
        let held = signed.get(list).cloned();
        if let Some(held) = &held
            && (held.looked_at..held.looked_at + lists.hold).contains(&now)
        {
            return Ok(Some(held.clone()));
        }
        let (issuer, name) = (Arc::clone(self), list.to_owned());
        let built = tokio::task::spawn_blocking(move || issuer.renewed(&name, held, now)).await;
        let built = built.map_err(|error| IssueError::Signing(error.into()))??;
        match &built {
            Some(built) => drop(signed.insert(list.to_owned(), built.clone())),
            None => drop(signed.remove(list)),
        }
        Ok(built)
    }

    /// What is held, when it says the same and is not due yet; else a freshly signed list.
    fn renewed(
        &self,
        list: &str,
        held: Option<SignedList>,
        now: u64,
    ) -> Result<Option<SignedList>, IssueError> {
        let Some(lists) = &self.status_lists else { return Ok(None) };
        self.rotate_when_revoked().map_err(IssueError::KeyRevoked)?;
        let Some(bits) = lists.places.bits(list, |holder| self.is_dead(holder)) else { return Ok(None) };
        let key_id = self.keys.active().id().to_owned();
        if let Some(held) = held
            && *held.bits == *bits
            && held.key_id == key_id
            && (held.issued_at..held.issued_at + lists.ttl).contains(&now)
        {
            return Ok(Some(SignedList { looked_at: now, ..held }));
        }
        self.sign_list(lists, list, bits, now).map(Some)
    }

    /// Whether a revocation strikes this token: its own, one of its key, or a cut-off after its issue.
    fn is_dead(&self, holder: &Holder) -> bool {
        let Holder { token_id, key_id, subject, client, session, organization, issued_at, .. } = holder;
        let of_key = self.ledger.cut_off(Kind::Key, &self.url, key_id);
        let of_others = self.cut_off(subject, client, session, organization.as_deref());
        self.ledger.holds_token(&self.url, token_id)
            || of_key.max(of_others).is_some_and(|not_before| *issued_at < not_before)
    }

    /// Without `iss`: so that it never passes for an access token, whatever a verifier fails to check.
    fn sign_list(
        &self,
        lists: &PublishedLists,
        list: &str,
        bits: Vec<u8>,
        now: u64,
    ) -> Result<SignedList, IssueError> {
        let key = self.keys.active();
        let header = Header {
            typ: Some(rescind::STATUS_LIST_TYPE.into()),
            kid: Some(key.id().into()),
            ..Header::new(Algorithm::ES256)
        };
        let lst = URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&bits, COMPRESSION));
        let claims = json!({
            "sub": lists.places.uri(list),
            "iat": now,
            "exp": now + lists.valid,
            "ttl": lists.ttl,
            "status_list": { "bits": 1, "lst": lst },
        });
        let token = jsonwebtoken::encode(&header, &claims, key.encoding())
            .map_err(|error| IssueError::Signing(error.into()))?;
        let etag = format!("\"{}\"", hex(&Sha256::digest(&token)));
        Ok(SignedList {
            token: token.into(),
            etag,
            bits: bits.into(),
            key_id: key.id().to_owned(),
            issued_at: now,
            looked_at: now,
        })
    }
}
