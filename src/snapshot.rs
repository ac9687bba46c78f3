//! The revocation snapshot: what a verifier holds, and how it is renewed. Bytes: `docs/format.md`.

mod limits;

mod reader;

mod fragment;

mod sequence;

mod buckets;

mod times;

mod literal;

mod set;

mod cutoff;

mod object;

mod manifest;

mod high_water;
pub use high_water::HighWater;

mod subscription;
pub use subscription::{NeededObject, Plan, Subscription, SubscriptionOptions};

#[cfg(feature = "publish")]
mod publication;
#[cfg(feature = "publish")]
pub use publication::{Entry, Parameters, Publication, PublishError, PublishedObject, publish};

use crate::{Dimension, Edition, Freshness, Identity, NotCovered, RevocationStatus, UnixTime};
use alloc::{sync::Arc, vec::Vec};
use fragment::{Kind, Prefixes, issuer_tag};
use manifest::{LiveDimension, Manifest};
use object::{Content, Object};

/// One complete, verified edition of what is revoked.
#[derive(Debug)]
pub struct Snapshot {
    manifest: Manifest,
    objects: Vec<Arc<Object>>,
    prefixes: Prefixes,
    time_floor: u64,
}

impl Snapshot {
    /// Epoch and version.
    pub fn edition(&self) -> Edition {
        self.manifest.fields.edition
    }

    /// When the publisher signed it, in seconds since the Unix epoch.
    pub fn issued_at(&self) -> u64 {
        self.manifest.fields.issued_at
    }

    /// When a newer edition is due, in seconds since the Unix epoch.
    pub fn next_update(&self) -> u64 {
        self.manifest.fields.next_update
    }

    /// When it stops answering, in seconds since the Unix epoch: `issued_at` + max-stale.
    pub fn expires_at(&self) -> u64 {
        self.manifest.expires_at()
    }

    /// How many distinct revocations it holds.
    pub fn entries(&self) -> u64 {
        self.objects.iter().map(|object| object.entries()).sum()
    }

    /// Its size: manifest and objects, in bytes.
    pub fn bytes(&self) -> u64 {
        let manifest = u64::try_from(self.manifest.bytes().len()).unwrap_or(u64::MAX);
        self.objects.iter().fold(manifest, |sum, object| sum.saturating_add(object.name.length.into()))
    }

    /// The signed manifest, as received.
    pub fn manifest_bytes(&self) -> &[u8] {
        self.manifest.bytes()
    }

    /// How old it is at `now`. A clock behind the largest signed time the subscription has seen is taken as that
    /// time.
    pub fn freshness(&self, now: UnixTime) -> Freshness {
        let now = subscription::not_before(now, self.time_floor);
        if now < UnixTime::from_seconds(self.next_update()) {
            Freshness::Fresh
        } else if now < UnixTime::from_seconds(self.expires_at()) {
            Freshness::Stale
        } else {
            Freshness::Expired
        }
    }

    /// What it says about one token at `now`.
    ///
    /// A revocation is told even when the snapshot has expired: what was revoked then is no better now. Only the
    /// absence of one loses its meaning.
    pub fn status(&self, identity: &Identity<'_>, now: UnixTime) -> RevocationStatus {
        let Some(issuer) = self.manifest.issuer(&issuer_tag(identity.issuer)) else {
            return RevocationStatus::NotCovered(NotCovered::IssuerNotEnrolled);
        };
        if self.token_is_revoked(issuer, identity) {
            return RevocationStatus::Revoked { dimension: "token".into(), since: None };
        }
        if let Some((dimension, since)) = self.strictest_cut_off(issuer, identity) {
            return RevocationStatus::Revoked { dimension: dimension.name().into(), since: Some(since) };
        }
        match self.freshness(now) {
            Freshness::Expired => RevocationStatus::NotCovered(NotCovered::Expired),
            _ => RevocationStatus::NotRevoked,
        }
    }

    fn new(manifest: Manifest, objects: Vec<Arc<Object>>) -> Self {
        let prefixes =
            Prefixes::new(&manifest.fields.salt, &manifest.issuers, live_kinds(&manifest, &objects));
        let time_floor = manifest.fields.issued_at;
        Self { manifest, objects, prefixes, time_floor }
    }

    /// Whether this edition has that very manifest.
    fn is(&self, manifest: &Manifest) -> bool {
        self.manifest.sha256 == manifest.sha256
    }

    fn objects(&self) -> &[Arc<Object>] {
        &self.objects
    }

    fn set_time_floor(&mut self, floor: u64) {
        self.time_floor = floor;
    }

    fn token_is_revoked(&self, issuer: usize, identity: &Identity<'_>) -> bool {
        let (Some(id), Some(prefix)) = (identity.token_id, self.prefixes.get(issuer, Kind::Token)) else {
            return false;
        };
        let fragment = prefix.fragment(id);
        self.objects.iter().any(|object| match &object.content {
            Content::Tokens(tokens) => tokens.contains(fragment, identity.expires_at),
            Content::CutOffs(_) => false,
        })
    }

    /// Of all cut-offs that reject the token the one with the largest T; of equals the first dimension.
    fn strictest_cut_off(&self, issuer: usize, identity: &Identity<'_>) -> Option<(Dimension, i64)> {
        let mut strictest: Option<(Dimension, i64)> = None;
        for live in &self.manifest.dimensions {
            for_each_value(live, identity, &mut |value| {
                let time = self.cut_off(issuer, live.dimension, value);
                let time = time.and_then(|time| i64::try_from(time).ok());
                let rejecting =
                    time.filter(|&time| identity.issued_at.is_none_or(|issued_at| issued_at < time));
                if let Some(time) = rejecting
                    && strictest.is_none_or(|(_, strictest)| strictest < time)
                {
                    strictest = Some((live.dimension, time));
                }
            });
        }
        strictest
    }

    /// T of one value of a token, the largest over all objects.
    fn cut_off(&self, issuer: usize, dimension: Dimension, value: &str) -> Option<u64> {
        let find = |object: &Arc<Object>| match &object.content {
            Content::Tokens(_) => None,
            Content::CutOffs(cut_offs) if dimension.is_literal() => {
                cut_offs.find_literal(dimension, self.manifest.issuers.get(issuer)?, value)
            }
            Content::CutOffs(cut_offs) => {
                let prefix = self.prefixes.get(issuer, Kind::CutOff(dimension))?;
                cut_offs.find(dimension, prefix.fragment(value))
            }
        };
        self.objects.iter().filter_map(find).max()
    }
}

/// What the objects hold hashed.
fn live_kinds(manifest: &Manifest, objects: &[Arc<Object>]) -> Vec<Kind> {
    let has_tokens = objects.iter().any(|object| matches!(object.content, Content::Tokens(_)));
    let dimensions = manifest.dimensions.iter().map(|live| live.dimension);
    let hashed = dimensions.filter(|dimension| !dimension.is_literal()).map(Kind::CutOff);
    has_tokens.then_some(Kind::Token).into_iter().chain(hashed).collect()
}

/// Calls the sink with each value the token has in a dimension: of the named claims, the first that has any.
fn for_each_value(live: &LiveDimension, identity: &Identity<'_>, sink: &mut dyn FnMut(&str)) {
    match live.dimension {
        // The issuer's record has no value: the issuer is part of every key.
        Dimension::Issuer => return sink(""),
        Dimension::Key => return identity.key_id.into_iter().for_each(sink),
        _ => (),
    }
    for claim in &live.claims {
        let mut present = false;
        (identity.claim)(claim, &mut |value| {
            present = true;
            sink(value);
        });
        if present {
            return;
        }
    }
}
