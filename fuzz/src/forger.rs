//! Publications of the publisher that verifiers here trust: a genuine base, and manifests around anything else.

use std::ops::Range;

use ed25519_dalek::{Signer as _, SigningKey};
use rescind::{
    Base, Dimension, EditionParameters, Entry, Headroom, Part, Publication, PublishError, Publisher,
};
use sha2::{Digest as _, Sha256};

use crate::{ISSUER, TENANT};

/// What a manifest's signature covers before the manifest itself.
const CONTEXT: &[u8] = b"rescind-manifest-v1\0";

/// Where fields of a manifest stand (docs/format.md, Manifest).
const OBJECT_COUNT: usize = 5;
const DIMENSION_COUNT: usize = 6;
const LISTED_COUNT: usize = 8;
const CARRIED_COUNT: usize = 9;
const KEY_ID: Range<usize> = 16..24;
const VERSION: Range<usize> = 48..56;
const ENTRIES: Range<usize> = 96..104;

const SIGNATURE_BYTES: usize = 64;

/// Of a delta to the edition itself, and of one to the edition before it, both over one version.
const BEHIND_AND_SPAN: [[u8; 8]; 2] = [[0, 0, 0, 0, 1, 0, 0, 0], [1, 0, 0, 0, 1, 0, 0, 0]];

/// Seconds since the Unix epoch at which everything was issued.
pub const ISSUED_AT: u64 = 1_799_999_990;

/// Signs what a fuzzer invents.
pub struct Forger {
    key: SigningKey,
    /// The first edition: revocations of others in every dimension, and room for more.
    pub base: Publication,
    /// A genuine delta to a second edition.
    pub delta: Vec<u8>,
    /// The body of that edition, up to the delta's length.
    with_delta: Vec<u8>,
    /// The body of a second edition that names nothing.
    empty: Vec<u8>,
}

impl Default for Forger {
    fn default() -> Self {
        let key = SigningKey::from_bytes(&[9; 32]);
        let mut publisher = publisher(&entries());
        let base = published(&mut publisher, &key, 1);
        for entry in [token("another", Some(ISSUED_AT + 300)), cut_off(Dimension::Subject, "another")] {
            publisher.insert(&entry).expect("there is room");
        }
        let (with_delta, delta) = split_at_delta(published(&mut publisher, &key, 2).manifest);
        let empty = body(published(&mut self::publisher(&[]), &key, 2).manifest);
        Self { key, base, delta, with_delta, empty }
    }
}

impl Forger {
    /// The public key to pin.
    pub fn public(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    /// A manifest with this body, its key id set right where there is one, and signed: as genuine as one can be.
    pub fn manifest(&self, mut body: Vec<u8>) -> Vec<u8> {
        if let Some(key_id) = body.get_mut(KEY_ID) {
            key_id.copy_from_slice(&Sha256::digest(self.public())[..8]);
        }
        let message = [CONTEXT, &body].concat();
        body.extend(self.key.sign(&message).to_bytes());
        body
    }

    /// A manifest of a second edition that carries this delta.
    pub fn manifest_with_delta(&self, delta: &[u8]) -> Vec<u8> {
        let length = u16::try_from(delta.len()).unwrap_or(u16::MAX);
        self.manifest([&self.with_delta, &length.to_le_bytes()[..], delta].concat())
    }

    /// A manifest of a second edition that names this delta as an object to fetch.
    pub fn manifest_listing_delta(&self, delta: &[u8]) -> Vec<u8> {
        let mut body = self.without_delta();
        (body[LISTED_COUNT], body[CARRIED_COUNT]) = (1, 0);
        body.extend(BEHIND_AND_SPAN[0]);
        body.extend((delta.len() as u32).to_le_bytes());
        body.extend(Sha256::digest(delta));
        self.manifest(body)
    }

    /// A manifest of a third edition that carries this delta twice: to the second edition, and from there.
    pub fn manifest_with_delta_twice(&self, delta: &[u8]) -> Vec<u8> {
        let length = u16::try_from(delta.len()).unwrap_or(u16::MAX).to_le_bytes();
        let mut body = self.without_delta();
        body[CARRIED_COUNT] = 2;
        body[VERSION].copy_from_slice(&3_u64.to_le_bytes());
        for step in BEHIND_AND_SPAN {
            body.extend([&step[..], &length, delta].concat());
        }
        self.manifest(body)
    }

    /// The body of the second edition up to its only delta.
    fn without_delta(&self) -> Vec<u8> {
        self.with_delta[..self.with_delta.len() - BEHIND_AND_SPAN[0].len()].to_vec()
    }

    /// A manifest of a second edition whose base is these objects, and which speaks of the dimensions in `mask`; an
    /// object of no length is not named.
    pub fn manifest_with_base(&self, mask: u8, tokens: &[u8], cut_offs: &[u8]) -> Vec<u8> {
        let mut body = self.empty.clone();
        body[ENTRIES]
            .copy_from_slice(&(count(tokens, 8) + count(cut_offs, 8) + count(cut_offs, 12)).to_le_bytes());
        for number in (1..=7).filter(|number| mask & (1 << number) != 0) {
            body[DIMENSION_COUNT] += 1;
            body.extend([number, members(number).len() as u8]);
            for claims in members(number) {
                body.push(claims.len() as u8);
                for name in *claims {
                    body.push(name.len() as u8);
                    body.extend(name.as_bytes());
                }
            }
        }
        for (kind, object) in [(1, tokens), (2, cut_offs)] {
            if !object.is_empty() {
                body[OBJECT_COUNT] += 1;
                body.push(kind);
                body.extend((object.len() as u32).to_le_bytes());
                body.extend(Sha256::digest(object));
            }
        }
        self.manifest(body)
    }
}

/// The number of four bytes that an object has there.
fn count(object: &[u8], at: usize) -> u64 {
    let bytes = object.get(at..at + 4).and_then(|bytes| bytes.try_into().ok());
    bytes.map_or(0, |bytes| u32::from_le_bytes(bytes).into())
}

/// The claims of each member of a dimension, as a writer of version 1 names them.
fn members(dimension: u8) -> &'static [&'static [&'static str]] {
    match dimension {
        3 => &[&["sub"]],
        4 => &[&["sid"]],
        5 => &[&["client_id", "azp"]],
        6 => &[&["org_id"]],
        7 => &[&["sub"], &["client_id", "azp"]],
        _ => &[],
    }
}

/// A publisher of these entries, with room where there are some.
pub fn publisher(entries: &[Entry]) -> Publisher {
    let room = Headroom { percent: 50, least: 8, from: ISSUED_AT, until: ISSUED_AT + 3_600 };
    let base = Base {
        tenant: TENANT.into(),
        issuers: vec![ISSUER.into()],
        organization_claim: "org_id".into(),
        declared: vec![],
        epoch: 1,
        salt: [5; 16],
        part: Part::Whole { shard_bits: 0 },
        headroom: if entries.is_empty() { Headroom::default() } else { room },
    };
    Publisher::new(base, entries).expect("the entries can be written")
}

fn published(publisher: &mut Publisher, key: &SigningKey, version: u64) -> Publication {
    publish(publisher, key, &edition(version)).expect("the edition can be written")
}

/// What is said about an edition.
pub fn edition(version: u64) -> EditionParameters {
    EditionParameters {
        version,
        issued_at: ISSUED_AT,
        next_update: ISSUED_AT + 110,
        max_stale_seconds: 3_600,
        least_wait_seconds: 0,
        expired_before: 0,
        cut_before: 0,
    }
}

/// The next edition, signed.
pub fn publish(
    publisher: &mut Publisher,
    key: &SigningKey,
    edition: &EditionParameters,
) -> Result<Publication, PublishError> {
    let mut sign = |message: &[u8]| key.sign(message).to_bytes();
    publisher.publish(edition, key.verifying_key().to_bytes(), &mut sign)
}

fn body(mut manifest: Vec<u8>) -> Vec<u8> {
    manifest.truncate(manifest.len() - SIGNATURE_BYTES);
    manifest
}

/// The body before the length of the one delta that it carries, and that delta, with which it ends.
fn split_at_delta(manifest: Vec<u8>) -> (Vec<u8>, Vec<u8>) {
    let mut body = body(manifest);
    let magic = b"RSNO\x01\x03";
    let at = body.windows(magic.len()).rposition(|bytes| bytes == magic).expect("it carries a delta");
    let delta = body.split_off(at);
    body.truncate(at - 2);
    (body, delta)
}

/// A revocation in every dimension, and of a token; none meets the good one.
fn entries() -> Vec<Entry> {
    vec![
        token("stolen", None),
        token("stolen", Some(1_800_000_900)),
        cut_off(Dimension::Issuer, ISSUER),
        cut_off(Dimension::Key, "key"),
        cut_off(Dimension::Subject, "mallory"),
        cut_off(Dimension::Session, "lost"),
        cut_off(Dimension::Client, "bad-app"),
        cut_off(Dimension::Organization, "gone"),
    ]
}

/// A cut-off of a dimension of one member.
pub fn cut_off(dimension: Dimension, value: &str) -> Entry {
    Entry::CutOff {
        dimension,
        issuer: ISSUER.into(),
        values: vec![value.into()],
        not_before: 1_799_999_000,
        subject: None,
    }
}

/// A revoked token.
pub fn token(token_id: &str, expires_at: Option<u64>) -> Entry {
    Entry::Token { issuer: ISSUER.into(), token_id: token_id.into(), expires_at, subject: None }
}
