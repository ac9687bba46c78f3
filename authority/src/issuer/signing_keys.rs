//! The ES256 signing keys: one signs, the ones before it stay public until their last token has expired.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::EncodingKey;
use p256::SecretKey;
use p256::elliptic_curve::sec1::ToSec1Point;
use p256::pkcs8::{DecodePrivateKey, EncodePrivateKey, LineEnding};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::keyfile::{self, KeyFileError};
use crate::secret::random;

/// The most keys in the public set: verifiers bound theirs. Whatever signed with an older one is refused as signed by
/// an unknown key.
const PUBLISHED: usize = 16;

/// One signing key.
pub struct SigningKey {
    created: u64,
    id: String,
    x: String,
    y: String,
    encoding: EncodingKey,
}

/// The keys of one folder.
pub struct SigningKeys {
    folder: PathBuf,
    /// How long a superseded key stays public, in seconds.
    keep: u64,
    /// Ascending by creation, never empty; the last one signs.
    keys: Mutex<Vec<Arc<SigningKey>>>,
}

impl SigningKeys {
    /// Loads every `SECOND.pem` of the folder, of which there must be one.
    pub fn load(folder: &Path, keep: u64) -> Result<Self, KeyFileError> {
        let failed = |error| KeyFileError::io(folder, error);
        let mut files = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(failed)? {
            let path = entry.map_err(failed)?.path();
            files.extend(created(&path).map(|created| (created, path)));
        }
        files.sort();
        let newest = files.split_off(files.len().saturating_sub(PUBLISHED));
        let keys: Vec<_> =
            newest.iter().map(|(created, path)| read(*created, path)).collect::<Result<_, _>>()?;
        if keys.is_empty() {
            return Err(KeyFileError::content(
                folder,
                "a signing key, as `rescind-authority init` writes it",
            ));
        }
        Ok(Self { folder: folder.into(), keep, keys: Mutex::new(keys) })
    }

    /// The key that signs.
    pub(super) fn active(&self) -> Arc<SigningKey> {
        Arc::clone(newest(&self.lock()))
    }

    /// The public keys whose tokens may still live at `now`, the signing one first.
    pub fn jwk_set(&self, now: u64) -> Vec<Value> {
        let keys = self.lock();
        let superseded_at = keys.iter().skip(1).map(|next| Some(next.created)).chain([None]);
        let lives =
            |superseded_at: Option<u64>| superseded_at.is_none_or(|at| at.saturating_add(self.keep) > now);
        let public = keys.iter().zip(superseded_at).filter(|(_, at)| lives(*at)).map(|(key, _)| key.jwk());
        let mut public: Vec<_> = public.collect();
        public.reverse();
        public.truncate(PUBLISHED);
        public
    }

    /// Writes a fresh key and signs with it from now on, if `revoked` says so of the present one.
    pub(super) fn rotate_when(&self, revoked: impl Fn(&str) -> bool, now: u64) -> Result<(), KeyFileError> {
        let mut keys = self.lock();
        let present = newest(&keys);
        if !revoked(&present.id) {
            return Ok(());
        }
        let key = create(&self.folder, now.max(present.created.saturating_add(1)))?;
        tracing::warn!(revoked = present.id, fresh = key.id, "the signing key was replaced");
        keys.push(Arc::new(key));
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Arc<SigningKey>>> {
        self.keys.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[expect(clippy::expect_used, reason = "`load` refuses an empty folder, and keys are only ever added")]
fn newest(keys: &[Arc<SigningKey>]) -> &Arc<SigningKey> {
    keys.last().expect("there is always a signing key")
}

fn created(path: &Path) -> Option<u64> {
    (path.extension()? == "pem").then_some(())?;
    path.file_stem()?.to_str()?.parse().ok()
}

fn read(created: u64, path: &Path) -> Result<Arc<SigningKey>, KeyFileError> {
    let text = keyfile::read(path)?;
    let expected = || KeyFileError::content(path, "a P-256 private key as PKCS#8 PEM");
    let secret = SecretKey::from_pkcs8_pem(&text).map_err(|_| expected())?;
    SigningKey::new(created, &secret).map(Arc::new).ok_or_else(expected)
}

/// Writes a fresh key that was created at `now`.
pub(super) fn create(folder: &Path, now: u64) -> Result<SigningKey, KeyFileError> {
    let path = folder.join(format!("{now}.pem"));
    let expected = || KeyFileError::content(&path, "random bytes for a new key");
    let bytes = random::<32>().map_err(|_| expected())?;
    // Fails for a random value beyond the group's order, once in 2^32.
    let secret = SecretKey::from_slice(&bytes).map_err(|_| expected())?;
    let pem = secret.to_pkcs8_pem(LineEnding::LF).map_err(|_| expected())?;
    keyfile::create(&path, &pem)?;
    SigningKey::new(now, &secret).ok_or_else(expected)
}

impl SigningKey {
    fn new(created: u64, secret: &SecretKey) -> Option<Self> {
        let point = secret.public_key().to_sec1_point(false);
        let (x, y) = (URL_SAFE_NO_PAD.encode(point.x()?), URL_SAFE_NO_PAD.encode(point.y()?));
        let encoding = EncodingKey::from_ec_der(secret.to_pkcs8_der().ok()?.as_bytes());
        Some(Self { created, id: thumbprint(&x, &y), x, y, encoding })
    }

    /// The `kid`.
    pub(super) fn id(&self) -> &str {
        &self.id
    }

    pub(super) fn encoding(&self) -> &EncodingKey {
        &self.encoding
    }

    fn jwk(&self) -> Value {
        let Self { id, x, y, .. } = self;
        json!({ "kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": id, "alg": "ES256", "use": "sig" })
    }
}

/// The JWK thumbprint (RFC 7638 §3): members in lexicographic order, no white space.
fn thumbprint(x: &str, y: &str) -> String {
    URL_SAFE_NO_PAD.encode(Sha256::digest(format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#)))
}
