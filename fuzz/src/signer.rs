//! Signatures over whatever a fuzzer invents: of tokens under a known secret, of manifests under a known key.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use hmac::{Hmac, KeyInit as _, Mac as _};
use rescind::{Edition, Entry, Parameters, Publication, publish};
use sha2::{Digest as _, Sha256};

use crate::{ISSUER, NOW, TENANT};

/// The secret of tokens made here.
pub const SECRET: [u8; 32] = [0x5a; 32];

/// What a manifest's signature covers before the manifest itself (docs/format.md).
const MANIFEST_CONTEXT: &[u8] = b"rescind-manifest-v1\0";

/// A compact JWS over any header and payload, signed with HS256 whatever the header says.
pub fn sign(header: &[u8], payload: &[u8]) -> Vec<u8> {
    let mut token = URL_SAFE_NO_PAD.encode(header);
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(payload, &mut token);
    let mut mac = Hmac::<Sha256>::new_from_slice(&SECRET).expect("an HMAC takes keys of any length");
    mac.update(token.as_bytes());
    let signature = mac.finalize().into_bytes();
    token.push('.');
    URL_SAFE_NO_PAD.encode_string(signature, &mut token);
    token.into_bytes()
}

/// The publisher that verifiers here trust.
pub struct Publisher {
    key: SigningKey,
}

impl Default for Publisher {
    fn default() -> Self {
        Self { key: SigningKey::from_bytes(&[9; 32]) }
    }
}

impl Publisher {
    /// Its public key.
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// A genuine publication.
    pub fn publish(&self, entries: &[Entry], version: u64) -> Publication {
        let now = NOW.as_seconds_f64() as u64;
        let parameters = Parameters {
            tenant: TENANT.into(),
            issuers: vec![ISSUER.into()],
            edition: Edition { epoch: 1, version },
            issued_at: now - 10,
            next_update: now + 100,
            max_stale_seconds: 3_600,
            salt: [5; 16],
            organization_claim: "org_id".into(),
        };
        let mut sign = |message: &[u8]| self.key.sign(message).to_bytes();
        publish(entries, &parameters, self.public(), &mut sign).expect("the entries can be written")
    }

    /// A manifest with this body, its key id set right where there is one, and signed: as genuine as one can be.
    pub fn sign_manifest(&self, mut body: Vec<u8>) -> Vec<u8> {
        if let Some(key_id) = body.get_mut(8..16) {
            key_id.copy_from_slice(&Sha256::digest(self.public())[..8]);
        }
        let message = [MANIFEST_CONTEXT, &body].concat();
        body.extend(self.key.sign(&message).to_bytes());
        body
    }
}
