//! Published objects in memory, served by the authority itself.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use axum::body::Bytes;
use rescind::{Edition, Publication};
use sha2::{Digest, Sha256};

use crate::secret::hex;

/// Superseded objects are never dropped sooner than this, in seconds, whatever memory they take: a client has this
/// long between reading a manifest and fetching its objects.
const KEPT_AT_LEAST: u64 = 60;

/// The newest manifest, and every object that some client may still ask for.
#[derive(Default)]
pub(crate) struct MemorySink {
    published: RwLock<Published>,
}

#[derive(Default)]
struct Published {
    manifest: Option<Manifest>,
    objects: HashMap<[u8; 32], Object>,
    /// Bytes of all objects.
    bytes: u64,
}

/// A published manifest.
#[derive(Clone)]
pub(crate) struct Manifest {
    /// The signed bytes.
    pub(crate) bytes: Bytes,
    /// A strong entity tag (RFC 9110 §8.8.3): the SHA-256 of the bytes, in quotes.
    pub(crate) etag: String,
    /// Epoch and version.
    pub(crate) edition: Edition,
    /// When a newer one is due, in seconds since the Unix epoch.
    pub(crate) next_update: u64,
}

struct Object {
    bytes: Bytes,
    /// When it left the newest manifest, in seconds since the Unix epoch; `None` while it is named there.
    superseded_at: Option<u64>,
}

/// For how long superseded objects are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keep {
    /// The longest client staleness, in seconds.
    pub(crate) seconds: u64,
    /// Beyond this much memory, in bytes, the oldest go early.
    pub(crate) bytes: u64,
}

impl MemorySink {
    /// Puts the objects in place, then the manifest that names them; then drops what no client can still want.
    pub(crate) fn publish(&self, publication: Publication, next_update: u64, now: u64, keep: Keep) {
        let etag = format!("\"{}\"", hex(&Sha256::digest(&publication.manifest)));
        let edition = publication.edition;
        let new = publication.objects.iter().map(|object| object.sha256);
        let named: Vec<_> = new.chain(publication.kept).collect();
        // Readers see the whole change at once: there is one lock.
        let mut published = self.published.write().unwrap_or_else(PoisonError::into_inner);
        published.supersede_all_but(&named, now);
        for object in publication.objects {
            published.insert(object.sha256, object.bytes.into());
        }
        published.manifest =
            Some(Manifest { bytes: publication.manifest.into(), etag, edition, next_update });
        published.drop_old(now, keep);
    }

    /// The newest manifest.
    pub(crate) fn manifest(&self) -> Option<Manifest> {
        self.published.read().unwrap_or_else(PoisonError::into_inner).manifest.clone()
    }

    /// The object with this SHA-256.
    pub(crate) fn object(&self, sha256: &[u8; 32]) -> Option<Bytes> {
        let published = self.published.read().unwrap_or_else(PoisonError::into_inner);
        published.objects.get(sha256).map(|object| object.bytes.clone())
    }
}

impl Published {
    fn supersede_all_but(&mut self, named: &[[u8; 32]], now: u64) {
        for (sha256, object) in &mut self.objects {
            object.superseded_at =
                if named.contains(sha256) { None } else { object.superseded_at.or(Some(now)) };
        }
    }

    fn insert(&mut self, sha256: [u8; 32], bytes: Bytes) {
        let length = size(&bytes);
        if self.objects.insert(sha256, Object { bytes, superseded_at: None }).is_none() {
            self.bytes += length;
        }
    }

    fn drop_old(&mut self, now: u64, keep: Keep) {
        let age = |object: &Object| object.superseded_at.map(|at| now.saturating_sub(at));
        let dated = self.objects.iter().filter_map(|(sha256, object)| Some((age(object)?, *sha256)));
        let mut superseded: Vec<_> = dated.collect();
        superseded.sort_unstable_by(|one, other| other.cmp(one));
        for (age, sha256) in superseded {
            let crowded = self.bytes > keep.bytes && age >= KEPT_AT_LEAST;
            if age < keep.seconds && !crowded {
                break;
            }
            if let Some(object) = self.objects.remove(&sha256) {
                self.bytes -= size(&object.bytes);
            }
        }
    }
}

fn size(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use rescind::PublishedObject;

    const KEEP: Keep = Keep { seconds: 1000, bytes: 250 };

    fn publish(sink: &MemorySink, version: u64, name: u8, now: u64) {
        let edition = Edition { epoch: 1, version };
        let objects = vec![PublishedObject { sha256: [name; 32], bytes: vec![name; 100] }];
        let publication = Publication { edition, manifest: vec![name], objects, kept: vec![], entries: 1 };
        sink.publish(publication, now + 1, now, KEEP);
    }

    fn kept(sink: &MemorySink) -> Vec<u8> {
        (0..10).filter(|name| sink.object(&[*name; 32]).is_some()).collect()
    }

    #[test]
    fn superseded_object_is_kept_for_the_longest_staleness() {
        let sink = MemorySink::default();
        publish(&sink, 1, 1, 0);
        publish(&sink, 2, 2, 10);
        publish(&sink, 3, 2, 1009);
        assert_eq!(kept(&sink), [1, 2]);
        publish(&sink, 4, 2, 1010);
        assert_eq!(kept(&sink), [2]);
    }

    #[test]
    fn object_named_again_is_current_again() {
        let sink = MemorySink::default();
        publish(&sink, 1, 1, 0);
        publish(&sink, 2, 2, 10);
        publish(&sink, 3, 1, 20);
        publish(&sink, 4, 1, 5000);
        assert_eq!(kept(&sink), [1]);
    }

    #[test]
    fn oldest_objects_go_early_when_memory_is_short_but_never_at_once() {
        let sink = MemorySink::default();
        for name in 0..4 {
            publish(&sink, u64::from(name), name, u64::from(name));
        }
        assert_eq!(kept(&sink), [0, 1, 2, 3]);
        publish(&sink, 9, 3, 63);
        assert_eq!(kept(&sink), [2, 3]);
    }
}
