//! The revocation snapshot: what a verifier holds, and how it is renewed. Bytes: `docs/format.md`.

mod limits;

mod reader;

mod fragment;

mod sequence;

mod rice;

mod buckets;

mod changes;

mod times;

mod literal;

mod set;

mod cutoff;

mod delta;

mod object;
pub use object::ObjectKind;

mod route;

mod dimension_table;

mod values;

mod rejection;

mod part;
pub use part::{Part, PartName, Shard, UnknownPart};

mod manifest;

mod keys;
#[cfg(feature = "publish")]
pub use keys::{KeyReplacement, KeyRole, replace_keys};

#[cfg(feature = "publish")]
mod key_link;
#[cfg(feature = "publish")]
pub use key_link::{KeyLink, read_keys};

mod state;

mod high_water;
pub use high_water::HighWater;

mod validity;
pub(crate) use validity::Validity;

mod plan;
pub use plan::{NeededObject, Plan};

mod pending;

mod subscription;
pub use subscription::{Subscription, SubscriptionOptions};

mod consulted;
pub(crate) use consulted::Consulted;

mod shard_map;

mod shard_table;
pub use shard_map::ShardMap;

mod coverage;
pub use coverage::{Coverage, CoverageReport, Profile};

#[cfg(feature = "publish")]
mod headroom;
#[cfg(feature = "publish")]
pub use headroom::Headroom;

#[cfg(feature = "publish")]
mod declared;
#[cfg(feature = "publish")]
pub use declared::DeclaredDimension;

#[cfg(feature = "publish")]
mod entry;
#[cfg(feature = "publish")]
pub use entry::Entry;

#[cfg(feature = "publish")]
mod publication;
#[cfg(feature = "publish")]
pub use publication::{Parameters, Publication, PublishError, PublishedObject, publish};

#[cfg(feature = "publish")]
mod report;
#[cfg(feature = "publish")]
pub use report::{DeltaReport, DimensionReport, ManifestReport, ObjectReport};

#[cfg(feature = "publish")]
mod contents;
#[cfg(feature = "publish")]
pub use contents::{Contents, Difference};

#[cfg(feature = "publish")]
mod staged;

#[cfg(feature = "publish")]
mod tiles;

#[cfg(feature = "publish")]
mod publisher;
#[cfg(feature = "publish")]
pub use publisher::{Base, EditionParameters, Publisher};

use crate::{Dimension, Edition, Freshness, Identity, NotCovered, RevocationStatus, UnixTime};
use alloc::boxed::Box;
use alloc::vec::Vec;
use consulted::Finding;
use fragment::{IssuerTag, Kind, Prefixes, issuer_tag};
use manifest::{Fields, Manifest};
use once_cell::race::OnceBox;
use rejection::Rejection;
use state::State;
use values::for_each_value;

/// One complete, verified edition of what is revoked.
#[derive(Debug)]
pub struct Snapshot {
    manifest: Manifest,
    state: State,
    prefixes: Prefixes,
    time_floor: u64,
    /// The first enrolled issuer that was asked for, so that it is hashed once: most publications have just one.
    known_issuer: OnceBox<(Box<str>, IssuerTag)>,
}

impl Snapshot {
    /// Which part of the publication it is.
    pub fn part(&self) -> Part {
        self.manifest.fields.part
    }

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
        self.manifest.fields.base.entries
    }

    /// Its size: manifest, base and changes since, in bytes.
    pub fn bytes(&self) -> u64 {
        let manifest = u64::try_from(self.manifest.bytes().len()).unwrap_or(u64::MAX);
        let changes =
            u64::try_from(self.state.changes().len()).unwrap_or(u64::MAX).saturating_mul(CHANGE_BYTES);
        let base = self.state.objects().map(|object| u64::from(object.name.length));
        base.fold(manifest.saturating_add(changes), u64::saturating_add)
    }

    /// The signed manifest, as received.
    pub fn manifest_bytes(&self) -> &[u8] {
        self.manifest.bytes()
    }

    /// How old it is at `now`. A clock behind the largest signed time the subscription has seen is taken as that
    /// time.
    pub fn freshness(&self, now: UnixTime) -> Freshness {
        self.validity().freshness(now)
    }

    /// What it says about one token at `now`.
    ///
    /// A revocation is told even when the snapshot has expired: what was revoked then is no better now. Only the
    /// absence of one loses its meaning.
    pub fn status(&self, identity: &Identity<'_>, now: UnixTime) -> RevocationStatus {
        let issuer = self.issuer_tag(identity.issuer);
        Consulted { issuer, main: self, shard: None, missing: None }.status(identity, now)
    }

    fn issuer_tag(&self, issuer: &str) -> IssuerTag {
        match self.known_issuer.get() {
            Some((known, tag)) if **known == *issuer => return *tag,
            _ => (),
        }
        let tag = issuer_tag(issuer);
        if self.known_issuer.get().is_none() && self.manifest.issuer(&tag).is_some() {
            // of threads that race, one has its issuer remembered
            let _set = self.known_issuer.set(Box::new((issuer.into(), tag)));
        }
        tag
    }

    /// What applies to a token, the strictest of it.
    fn find(&self, issuer: &IssuerTag, identity: &Identity<'_>) -> Result<Option<Finding<'_>>, NotCovered> {
        let issuer = self.manifest.issuer(issuer).ok_or(NotCovered::IssuerNotEnrolled)?;
        if self.token_is_revoked(issuer, identity) {
            return Ok(Some(Finding::Token));
        }
        match self.strictest_cut_off(issuer, identity) {
            (None, false) => Err(NotCovered::TooManyValues),
            (strictest, _) => Ok(strictest.map(Finding::CutOff)),
        }
    }

    fn validity(&self) -> Validity {
        Validity { time_floor: self.time_floor, ..Validity::new(&self.manifest) }
    }

    fn fields(&self) -> &Fields {
        &self.manifest.fields
    }

    /// The shard that has the rest of what is said about a subject; `None` unless this is the common part of several.
    fn shard_of(&self, issuer: &IssuerTag, subject: &str) -> Option<Shard> {
        let prefix = self.prefixes.get(self.manifest.issuer(issuer)?, Kind::Shard)?;
        Shard::of_fragment(self.part().shard_bits(), prefix.fragment(subject.as_bytes()))
    }

    fn new(manifest: Manifest, state: State) -> Self {
        let prefixes = Prefixes::new(&manifest.fields.salt, &manifest.issuers, live_kinds(&manifest, &state));
        let time_floor = manifest.fields.issued_at;
        Self { manifest, state, prefixes, time_floor, known_issuer: OnceBox::new() }
    }

    /// Whether this edition has that very manifest.
    fn is(&self, manifest: &Manifest) -> bool {
        self.manifest.sha256 == manifest.sha256
    }

    fn state(&self) -> &State {
        &self.state
    }

    fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    fn set_time_floor(&mut self, floor: u64) {
        self.time_floor = floor;
    }

    fn token_is_revoked(&self, issuer: usize, identity: &Identity<'_>) -> bool {
        let (Some(id), Some(prefix)) = (identity.token_id, self.prefixes.get(issuer, Kind::Token)) else {
            return false;
        };
        self.state.has_token(prefix.fragment(id.as_bytes()), identity.expires_at)
    }

    /// Of all cut-offs that reject the token the strictest, and whether every dimension was looked up: one in which the
    /// token has too many values is not.
    fn strictest_cut_off(&self, issuer: usize, identity: &Identity<'_>) -> (Option<Rejection<'_>>, bool) {
        let (mut strictest, mut all_looked_up) = (None, true);
        for live in &self.manifest.dimensions {
            let mut least: Option<u64> = None;
            let looked_up = for_each_value(live, identity, &mut |value| {
                let found = self.cut_off(issuer, live.dimension, value);
                least = least.max(found.filter(|&found| live.rejects(identity, found)));
            });
            all_looked_up &= looked_up;
            let here = least.filter(|_| looked_up).map(|least| Rejection { live, least });
            strictest = strictest.into_iter().chain(here).max_by_key(Rejection::rank);
        }
        (strictest, all_looked_up)
    }

    /// T of one value of a token, or the least generation that lives.
    fn cut_off(&self, issuer: usize, dimension: Dimension, value: &[u8]) -> Option<u64> {
        if dimension.is_literal() {
            return self.state.literal_cut_off(dimension, self.manifest.issuers.get(issuer)?, value);
        }
        let prefix = self.prefixes.get(issuer, Kind::CutOff(dimension))?;
        self.state.cut_off(dimension, prefix.fragment(value))
    }
}

/// A position and its value in memory.
const CHANGE_BYTES: u64 = 16;

/// What the state holds hashed, and where the rest is.
fn live_kinds(manifest: &Manifest, state: &State) -> Vec<Kind> {
    let dimensions = manifest.dimensions.iter().map(|live| live.dimension);
    let hashed = dimensions.filter(|dimension| !dimension.is_literal()).map(Kind::CutOff);
    let part = manifest.fields.part;
    let is_split = matches!(part, Part::Common { .. }) && part.shard_bits() != 0;
    let shard = is_split.then_some(Kind::Shard);
    state.tokens().map(|_| Kind::Token).into_iter().chain(hashed).chain(shard).collect()
}
