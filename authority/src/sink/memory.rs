//! Published files in memory, served by the authority itself: a manifest for each part of the snapshot, and one pool
//! of objects.

use std::collections::{HashMap, HashSet};
use std::sync::{PoisonError, RwLock};

use axum::body::Bytes;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rescind::{Edition, PartName, Publication};
use sha2::{Digest, Sha256};
use tokio::sync::watch;

use super::pool::{Keep, Pool};

/// The newest manifest of each part, and every object that some client may still ask for.
#[derive(Default)]
pub(crate) struct MemorySink {
    published: RwLock<Published>,
}

#[derive(Default)]
struct Published {
    parts: HashMap<PartName, Part>,
    pool: Pool,
}

struct Part {
    manifest: Manifest,
    /// The objects that the manifest names.
    named: Vec<[u8; 32]>,
    editions: watch::Sender<Edition>,
    /// Since when it is published no more, in seconds since the Unix epoch.
    retired_at: Option<u64>,
}

/// A published manifest.
#[derive(Clone)]
pub(crate) struct Manifest {
    /// The signed bytes.
    pub(crate) bytes: Bytes,
    /// A strong entity tag (RFC 9110 §8.8.3), in quotes.
    pub(crate) etag: String,
    /// Epoch and version.
    pub(crate) edition: Edition,
    /// When a newer one is due, in seconds since the Unix epoch.
    pub(crate) next_update: u64,
}

/// Of the SHA-256 of the bytes the first 96 bits: they tell editions apart, and every poll carries them twice.
fn entity_tag(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    format!("\"{}\"", URL_SAFE_NO_PAD.encode(digest.get(..ENTITY_TAG_BYTES).unwrap_or(&digest)))
}

const ENTITY_TAG_BYTES: usize = 12;

impl MemorySink {
    /// Puts the objects in place, then the manifest of the part that names them; tells whoever listens; then drops what
    /// no client can still want.
    pub(crate) fn publish(
        &self,
        part: PartName,
        publication: Publication,
        next_update: u64,
        now: u64,
        keep: Keep,
    ) {
        let etag = entity_tag(&publication.manifest);
        let Publication { edition, manifest, objects, kept, .. } = publication;
        let named: Vec<_> = objects.iter().map(|object| object.sha256).chain(kept).collect();
        let manifest = Manifest { bytes: manifest.into(), etag, edition, next_update };
        // Readers see the whole change at once: there is one lock.
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        let Published { parts, pool } = &mut *published;
        for object in objects {
            pool.insert(object.sha256, object.bytes.into(), now);
        }
        pool.name(&named);
        match parts.get_mut(&part) {
            Some(present) => {
                pool.release(&std::mem::replace(&mut present.named, named), now);
                present.manifest = manifest;
                present.retired_at = None;
                present.editions.send_replace(edition);
            }
            None => {
                let editions = watch::Sender::new(edition);
                parts.insert(part, Part { manifest, named, editions, retired_at: None });
            }
        }
        pool.drop_old(now, keep);
    }

    /// Lets go of every other part: its manifest and objects stay for the longest staleness.
    pub(crate) fn retire_all_but(&self, parts: &[PartName], now: u64, keep: Keep) {
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        let Published { parts: all, pool } = &mut *published;
        if all.len() == parts.len() {
            return;
        }
        let present: HashSet<_> = parts.iter().collect();
        all.retain(|name, part| {
            let retired_at = *part.retired_at.get_or_insert(now);
            let stays = present.contains(name) || now.saturating_sub(retired_at) < keep.seconds;
            if !stays {
                pool.release(&part.named, now);
            }
            if present.contains(name) {
                part.retired_at = None;
            }
            stays
        });
    }

    /// The newest manifest of a part.
    pub(crate) fn manifest(&self, part: PartName) -> Option<Manifest> {
        let published = self.published.read().unwrap_or_else(PoisonError::into_inner);
        published.parts.get(&part).map(|part| part.manifest.clone())
    }

    /// The editions of a part, from the present one on.
    pub(crate) fn editions(&self, part: PartName) -> Option<watch::Receiver<Edition>> {
        let published = self.published.read().unwrap_or_else(PoisonError::into_inner);
        published.parts.get(&part).map(|part| part.editions.subscribe())
    }

    /// The object with this SHA-256.
    pub(crate) fn object(&self, sha256: &[u8; 32]) -> Option<Bytes> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).pool.get(sha256)
    }
}
