//! Editions as the publisher writes them, for [`Rsn`](crate::Rsn).

use crate::contender::{NOW, Published, expiry, token_id};
use crate::rsn::ISSUER;
use core::ops::Range;
use ed25519_dalek::{Signer as _, SigningKey};
use rescind::{
    Base, Dimension, Edition, EditionParameters, Entry, Headroom, Parameters, Part, Publication,
    PublishError, Publisher, publish,
};

/// One edition without room for more: what its size is told by.
///
/// # Errors
/// Those of the publisher.
pub fn publish_whole(set: Range<u32>) -> Result<Vec<u8>, PublishError> {
    let parameters = Parameters {
        tenant: "main".into(),
        issuers: vec![ISSUER.into()],
        edition: Edition { epoch: 1, version: 1 },
        issued_at: NOW,
        next_update: NOW + 300,
        max_stale_seconds: 3_600,
        least_wait_seconds: 0,
        part: WHOLE,
        salt: SALT,
        organization_claim: "org_id".into(),
        declared: Vec::new(),
    };
    let key = key();
    let publication = publish(&entries(set), &parameters, key.verifying_key().to_bytes(), &mut |message| {
        sign(&key, message)
    })?;
    Ok(framed_publication(&publication))
}

/// An edition with room, the change to a larger set, and the next base of the same set, which a verifier folds.
///
/// # Errors
/// Those of the publisher.
pub fn publish_series(set: Range<u32>, larger: Range<u32>) -> Result<(Published, Vec<u8>), PublishError> {
    let added = set.end..larger.end;
    let base = Base {
        tenant: "main".into(),
        issuers: vec![ISSUER.into()],
        organization_claim: "org_id".into(),
        declared: Vec::new(),
        part: WHOLE,
        epoch: 1,
        salt: SALT,
        headroom: Headroom { percent: 25, least: 2_048, from: NOW, until: NOW + 87_000 },
    };
    let mut publisher = Publisher::new(base, &entries(set))?;
    let next = |publisher: &mut Publisher, version| {
        let key = key();
        let parameters = EditionParameters {
            version,
            issued_at: NOW,
            next_update: NOW + 300,
            max_stale_seconds: 3_600,
            least_wait_seconds: 0,
            expired_before: 0,
            cut_before: 0,
        };
        let public = key.verifying_key().to_bytes();
        let publication = publisher.publish(&parameters, public, &mut |message| sign(&key, message))?;
        Ok::<_, PublishError>(framed_publication(&publication))
    };
    let bytes = next(&mut publisher, 1)?;
    entries(added)
        .iter()
        .filter(|entry| matches!(entry, Entry::Token { .. }))
        .try_for_each(|entry| publisher.insert(entry))?;
    let update = next(&mut publisher, 2)?;
    publisher.fold_next();
    let fold = next(&mut publisher, 3)?;
    Ok((Published { bytes, update }, fold))
}

/// The manifest and the objects that are new with it.
fn framed_publication(publication: &Publication) -> Vec<u8> {
    let objects: Vec<Vec<u8>> = publication.objects.iter().map(|object| object.bytes.clone()).collect();
    framed(key().verifying_key().to_bytes(), &publication.manifest, &objects)
}

/// Editions as bytes: the publisher's key, then the length of each piece and the piece, manifests before their objects.
fn framed(key: [u8; 32], manifest: &[u8], objects: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = Vec::from(key);
    for piece in core::iter::once(manifest).chain(objects.iter().map(Vec::as_slice)) {
        bytes.extend(u32::try_from(piece.len()).unwrap_or(u32::MAX).to_le_bytes());
        bytes.extend(piece);
    }
    bytes
}

/// Tokens, and a cut-off of every other dimension so that all of them are looked up.
fn entries(set: Range<u32>) -> Vec<Entry> {
    let token = |number| Entry::Token {
        issuer: ISSUER.into(),
        token_id: token_id(number),
        expires_at: Some(expiry(number)),
        subject: None,
    };
    let cut_off = |dimension| Entry::CutOff {
        dimension,
        issuer: ISSUER.into(),
        values: vec!["somebody else".into()],
        not_before: NOW - 60,
        subject: None,
    };
    set.map(token).chain(DIMENSIONS.map(cut_off)).collect()
}

fn key() -> SigningKey {
    SigningKey::from_bytes(&[9; 32])
}

fn sign(key: &SigningKey, message: &[u8]) -> [u8; 64] {
    key.sign(message).to_bytes()
}

const DIMENSIONS: [Dimension; 5] =
    [Dimension::Key, Dimension::Subject, Dimension::Session, Dimension::Client, Dimension::Organization];

const WHOLE: Part = Part::Whole { shard_bits: 0 };

const SALT: [u8; 16] = [7; 16];
