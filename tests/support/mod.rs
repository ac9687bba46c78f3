//! Reading the vector files of `../shared/vectors`, or of the folder that `RESCIND_VECTORS` names.

#![allow(dead_code, reason = "each test file uses a part of this module")]

use std::path::PathBuf;

use rescind::{Algorithm, Authenticated, Error, KeySet, KeySource};
use serde_json::Value;

/// A third-party vector file; `None`, said loudly, when the folder is not there. CI must not run without it.
pub fn vectors(path: &str) -> Option<Value> {
    let bytes = vector_bytes(path)?;
    Some(serde_json::from_slice(&bytes).unwrap_or_else(|error| panic!("{path}: {error}")))
}

pub fn vector_bytes(path: &str) -> Option<Vec<u8>> {
    let file = vectors_folder().join(path);
    match std::fs::read(&file) {
        Ok(bytes) => Some(bytes),
        Err(error) if std::env::var_os("CI").is_some() => panic!("vectors missing: {path}: {error}"),
        Err(_) => {
            eprintln!("SKIPPED: {path} is not there; set RESCIND_VECTORS to the folder of the test vectors");
            None
        }
    }
}

pub fn vectors_folder() -> PathBuf {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors");
    std::env::var_os("RESCIND_VECTORS").map_or_else(beside, PathBuf::from)
}

/// Steps one to four for a token under a key set given as JSON: a JWK Set, or a single JWK.
pub fn authenticate(keys: &Value, token: &str) -> Result<Authenticated, Error> {
    let set = if keys.get("keys").is_some() { keys.clone() } else { serde_json::json!({ "keys": [keys] }) };
    let set = KeySet::from_jwk_set(set.to_string().as_bytes(), KeySource::Trusted)?;
    set.authenticate(token.as_bytes(), &Algorithm::ALL, 64 * 1024)
}

/// The reasoned exceptions of a public suite: ids whose expected result differs from the file's label.
/// An exception that no longer differs fails the run, so that the list stays true.
pub struct Exceptions {
    entries: Vec<(u64, bool)>,
}

impl Exceptions {
    /// From `[{tcId, expect: "accept" | "reject", why}]`.
    pub fn from_json(list: &Value) -> Self {
        let entry = |item: &Value| (item["tcId"].as_u64().unwrap(), item["expect"] == "accept");
        Self { entries: list.as_array().unwrap().iter().map(entry).collect() }
    }

    /// What is expected of a case, given its label.
    pub fn expected(&self, id: u64, label_accepts: bool) -> bool {
        match self.entries.iter().find(|(exception, _)| *exception == id) {
            Some((_, accept)) => {
                assert_ne!(*accept, label_accepts, "exception {id} is the label already: take it out");
                *accept
            }
            None => label_accepts,
        }
    }
}

/// A secret for tokens made in tests.
pub const SECRET: [u8; 32] = [0x5a; 32];

/// A compact JWS over any two texts, signed with [`SECRET`] under HS256.
pub fn sign(header: &[u8], payload: &[u8]) -> String {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use hmac::{KeyInit as _, Mac as _};
    let input = format!("{}.{}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(payload));
    let mut mac = hmac::Hmac::<sha2::Sha256>::new_from_slice(&SECRET).unwrap();
    mac.update(input.as_bytes());
    format!("{input}.{}", URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
}

/// [`sign`] with the plain HS256 header.
pub fn sign_claims(payload: impl AsRef<[u8]>) -> String {
    sign(br#"{"alg":"HS256"}"#, payload.as_ref())
}

/// A verifier of issuer `joe`, without audience and revocation, that trusts [`SECRET`].
pub fn secret_verifier() -> rescind::Verifier {
    let policy =
        rescind::Policy::new("joe", rescind::Audience::Unchecked, rescind::RevocationPolicy::Disabled)
            .and_then(|policy| policy.algorithms(&[Algorithm::Hs256]))
            .unwrap();
    let mut verifier = rescind::Verifier::new(policy);
    verifier.set_keys(KeySet::from_secret(&SECRET, Algorithm::Hs256).unwrap());
    verifier
}

/// The time at which tests judge tokens.
pub const NOW: rescind::UnixTime = rescind::UnixTime::from_seconds(1_800_000_000);
