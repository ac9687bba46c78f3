//! The writer that goes on: keeps what was published last, and writes the next edition from what was added and
//! removed since.

use super::declared::{DeclaredDimension, Dimensions};
use super::delta::Delta;
use super::entry::{Enrolled, Entry, EntryWriter, Hashed, Hasher};
use super::headroom::Headroom;
use super::manifest::{BaseFields, DeltaName};
use super::object::Object;
use super::part::Part;
use super::publication::{Parameters, Publication, PublishError, PublishedObject, Unsigned, fields};
use super::route::route;
use super::staged::Staged;
use super::state::State;
use super::tiles::{Tile, Tiles};
use crate::{Dimension, Edition};
use alloc::{collections::BTreeSet, string::String, sync::Arc, vec::Vec};

/// What stays the same for as long as a base is in use.
#[derive(Clone, Debug)]
pub struct Base {
    /// The tenant's name: 1 to 64 of `a-z`, `0-9` and `-`.
    pub tenant: String,
    /// The issuers the publisher speaks for, 1 to 255 different ones.
    pub issuers: Vec<String>,
    /// The claim that names a token's organization, 1 to 255 bytes.
    pub organization_claim: String,
    /// Dimensions of the publisher's own, of different numbers and names.
    pub declared: Vec<DeclaredDimension>,
    /// Must rise with a new salt.
    pub epoch: u32,
    /// Random, drawn anew with every epoch.
    pub salt: [u8; 16],
    /// Which part is published; every entry has to live there ([`ShardMap::part_of`](super::ShardMap::part_of)).
    /// Another number of shards begins a new epoch.
    pub part: Part,
    /// Room for entries to come.
    pub headroom: Headroom,
}

/// What is said about one edition.
#[derive(Clone, Copy, Debug)]
pub struct EditionParameters {
    /// Must rise with every publication of an epoch.
    pub version: u64,
    /// Seconds since the Unix epoch.
    pub issued_at: u64,
    /// When the next edition is due; after `issued_at`.
    pub next_update: u64,
    /// For how long after `issued_at` the edition may be used: up to `next_update` at least, 31 days at most.
    pub max_stale_seconds: u32,
    /// Seconds that verifiers are asked to let pass between two polls, at most 3,600; 0 for no wish.
    pub least_wait_seconds: u16,
    /// Every token with an `exp` before this time is dead, clock tolerance included. Never lower than before.
    pub expired_before: u64,
    /// Every token with an `iat` before this time is dead, clock tolerance included: a cut-off with a lower T can
    /// affect none. Never lower than before.
    pub cut_before: u64,
}

/// Publishes edition after edition of one part of a tenant.
///
/// ```
/// use ed25519_dalek::{Signer, SigningKey};
/// use rescind::{Base, EditionParameters, Entry, Headroom, Part, Publisher};
/// # fn main() -> Result<(), rescind::PublishError> {
/// let (now, key) = (1_800_000_000, SigningKey::from_bytes(&[1; 32]));
/// let base = Base {
///     tenant: "main".into(),
///     issuers: vec!["https://auth.example.com".into()],
///     organization_claim: "org_id".into(),
///     declared: vec![],
///     epoch: 1,
///     salt: [7; 16],
///     part: Part::Whole { shard_bits: 0 },
///     headroom: Headroom { percent: 25, least: 64, from: now, until: now + 86_400 },
/// };
/// let mut publisher = Publisher::new(base, &[])?;
/// publisher.insert(&Entry::Token {
///     issuer: "https://auth.example.com".into(),
///     token_id: "a".into(),
///     expires_at: Some(now + 900),
///     subject: None,
/// })?;
/// let edition = EditionParameters {
///     version: 1,
///     issued_at: now,
///     next_update: now + 60,
///     max_stale_seconds: 3_600,
///     least_wait_seconds: 0,
///     expired_before: now - 60,
///     cut_before: now - 86_460,
/// };
/// let sign = &mut |message: &[u8]| key.sign(message).to_bytes();
/// let publication = publisher.publish(&edition, key.verifying_key().to_bytes(), sign)?;
/// assert_eq!(publication.entries, 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Publisher {
    about: Base,
    enrolled: Enrolled,
    dimensions: Dimensions,
    hasher: Hasher,
    /// What comes next.
    staged: Staged,
    published: Published,
    /// Objects already handed out.
    stored: BTreeSet<[u8; 32]>,
    fold_next: bool,
}

/// What the last edition said.
#[derive(Clone, Debug)]
struct Published {
    /// `None` before the first edition of a base.
    version: Option<u64>,
    state: State,
    base: BaseFields,
    tiles: Tiles,
}

impl Publisher {
    /// A publisher whose first edition has these entries.
    ///
    /// # Errors
    /// Those of [`publish`](super::publish) for entries and parameters.
    pub fn new(about: Base, entries: &[Entry]) -> Result<Self, PublishError> {
        let enrolled = Enrolled::new(&about.issuers)?;
        let dimensions = Dimensions::new(&about.organization_claim, &about.declared)?;
        let hasher = || Hasher::new(&about.salt, about.part, &enrolled, &dimensions, &about.declared);
        let mut writer = EntryWriter::new(hasher(), &enrolled, &dimensions);
        entries.iter().try_for_each(|entry| writer.insert(entry))?;
        let state = writer.finish(&about.headroom)?;
        let base = BaseFields { version: 0, entries: state.base_entries(), expired_before: 0, cut_before: 0 };
        let (hasher, mut staged) = (hasher(), Staged::new(&state));
        if usize::try_from(state.base_entries()).is_ok_and(|different| different < entries.len()) {
            // Each was hashed before, so none is refused.
            staged.share(&state, entries.iter().filter_map(|entry| hasher.hash(&enrolled, entry).ok()));
        }
        Ok(Self {
            hasher,
            staged,
            published: Published { version: None, state, base, tiles: Tiles::default() },
            about,
            enrolled,
            dimensions,
            stored: BTreeSet::new(),
            fold_next: false,
        })
    }

    /// Adds an entry to the next edition. One that is there already changes nothing; of several times for one
    /// cut-off the latest counts.
    ///
    /// # Errors
    /// [`PublishError::EntryInvalid`] and [`PublishError::IssuerNotEnrolled`]; [`PublishError::UniverseFull`] when a
    /// new publisher must be made from all entries, this one included.
    pub fn insert(&mut self, entry: &Entry) -> Result<(), PublishError> {
        let state = &self.published.state;
        match self.hasher.hash(&self.enrolled, entry)? {
            Hashed::CutOff { dimension, fragment, time } => {
                self.staged.set_cut_off(state, dimension, fragment, time)
            }
            Hashed::Literal { key, time } => {
                self.staged.set_literal(state, dimension_of(entry), key, time);
                Ok(())
            }
            Hashed::Token { fragment, expires_at } => self.staged.add_token(state, fragment, expires_at),
        }
    }

    /// Takes an entry back with the next edition: for a cut-off, whatever its time was. False when it stays, because
    /// another entry shares its place or is the same one, given again: until no base holds it any more, or a new
    /// publisher is made.
    ///
    /// # Errors
    /// [`PublishError::EntryInvalid`] and [`PublishError::IssuerNotEnrolled`].
    pub fn remove(&mut self, entry: &Entry) -> Result<bool, PublishError> {
        let state = &self.published.state;
        Ok(match self.hasher.hash(&self.enrolled, entry)? {
            Hashed::CutOff { dimension, fragment, .. } => {
                self.staged.remove_cut_off(state, dimension, fragment)
            }
            Hashed::Literal { key, .. } => self.staged.remove_literal(state, dimension_of(entry), key),
            Hashed::Token { fragment, expires_at } => self.staged.remove_token(state, fragment, expires_at),
        })
    }

    /// Makes the next edition a base, due or not.
    pub fn fold_next(&mut self) {
        self.fold_next = true;
    }

    /// How many entries the next edition has.
    pub fn entries(&self) -> u64 {
        self.staged.entries()
    }

    /// Writes the next edition: in time proportional to what changed, and to the whole when a base is due.
    ///
    /// `publisher_key` and `sign` as for [`publish`](super::publish).
    ///
    /// # Errors
    /// Every variant of [`PublishError`]; nothing was published then, and the same can be tried again.
    pub fn publish(
        &mut self,
        edition: &EditionParameters,
        publisher_key: [u8; 32],
        sign: &mut dyn FnMut(&[u8]) -> [u8; 64],
    ) -> Result<Publication, PublishError> {
        self.check_version(edition)?;
        let next = self.next(edition, self.staged.delta(&self.published.state))?;
        let carried = next.tiles.carried(next.base.version, CARRIED_BYTES);
        let tiles = next.tiles.listed(carried.last().map(|(delta, _)| delta.from));
        let fields = fields(&self.parameters(edition), next.base)?;
        let unsigned = Unsigned {
            fields: &fields,
            enrolled: &self.enrolled,
            dimensions: &self.dimensions,
            state: &next.state,
            tiles: &Tiles::names(&tiles),
            carried: &carried,
        };
        let manifest = unsigned.sign(publisher_key, sign)?;
        let bases = next.state.objects().map(|object| (object.name.sha256, Source::Base(object)));
        let named = bases.chain(tiles.iter().map(|tile| (tile.sha256(), Source::Tile(tile))));
        let (new, kept): (Vec<_>, Vec<_>) = named.partition(|(sha256, _)| !self.stored.contains(sha256));
        let publication = Publication {
            edition: fields.edition,
            manifest,
            entries: next.base.entries,
            objects: new.iter().map(|(_, source)| source.object()).collect(),
            kept: kept.iter().map(|(sha256, _)| *sha256).collect(),
        };
        self.stored = new.into_iter().chain(kept).map(|(sha256, _)| sha256).collect();
        self.staged.settle(&next.state, next.base.version == edition.version);
        self.published = next;
        self.fold_next = false;
        Ok(publication)
    }

    fn check_version(&self, edition: &EditionParameters) -> Result<(), PublishError> {
        let base = &self.published.base;
        let invalid = |parameter, expected| Err(PublishError::ParameterInvalid { parameter, expected });
        if self.published.version.is_some_and(|last| edition.version <= last) {
            return invalid("version", "above that of the edition before");
        }
        if edition.expired_before < base.expired_before || edition.cut_before < base.cut_before {
            return invalid("expired_before, cut_before", "not below those of the base");
        }
        Ok(())
    }

    /// What is published next, by a delta or as a base.
    fn next(&self, edition: &EditionParameters, delta: Delta) -> Result<Published, PublishError> {
        let Published { version, state, base, tiles } = &self.published;
        let changed = state.apply(&delta).map_err(PublishError::Refused)?;
        let base = BaseFields { entries: self.staged.entries(), ..*base };
        let largest = (usize::try_from(state.base_entries()).unwrap_or(usize::MAX) / 4).max(SMALL);
        let tiles = version.map(|from| tiles.with(from, edition.version, delta, largest));
        let next = Published {
            version: Some(edition.version),
            state: changed,
            base,
            // A delta that no verifier would take breaks the run: everyone fetches the base.
            tiles: tiles.clone().flatten().unwrap_or_default(),
        };
        let broken = tiles.is_none_or(|tiles| tiles.is_none());
        let fold =
            broken || self.fold_next || next.is_fold_due(edition) || !next.is_reachable(edition.version);
        if fold { next.folded(edition) } else { Ok(next) }
    }

    fn parameters(&self, edition: &EditionParameters) -> Parameters {
        Parameters {
            tenant: self.about.tenant.clone(),
            issuers: Vec::new(),
            edition: Edition { epoch: self.about.epoch, version: edition.version },
            issued_at: edition.issued_at,
            next_update: edition.next_update,
            max_stale_seconds: edition.max_stale_seconds,
            salt: self.about.salt,
            organization_claim: self.about.organization_claim.clone(),
            part: self.about.part,
            least_wait_seconds: edition.least_wait_seconds,
            declared: Vec::new(),
        }
    }
}

impl Published {
    /// Whether the deltas on offer lead from the base to the edition.
    fn is_reachable(&self, version: u64) -> bool {
        let carried = self.tiles.carried(self.base.version, CARRIED_BYTES);
        let listed = self.tiles.listed(carried.last().map(|(delta, _)| delta.from));
        let carried = carried.into_iter().map(|(delta, _)| delta);
        let deltas: Vec<DeltaName> = Tiles::names(&listed).into_iter().chain(carried).collect();
        route(&deltas, self.base.version, version).is_some()
    }

    /// A base is due when changes and dead entries are a sixteenth of it; best where most verifiers come by.
    fn is_fold_due(&self, edition: &EditionParameters) -> bool {
        let expired = self.state.tokens().map_or(0, |tokens| tokens.expired_entries(edition.expired_before));
        let changes = u64::try_from(self.state.changes().len()).unwrap_or(u64::MAX);
        let work = changes.saturating_add(expired);
        let due = (self.state.base_entries() / 16).max(SMALL_CHANGES);
        work >= due.saturating_mul(2) || (work >= due && self.tiles.is_crossing())
    }

    fn folded(self, edition: &EditionParameters) -> Result<Self, PublishError> {
        let EditionParameters { version, expired_before, cut_before, .. } = *edition;
        let base = BaseFields { version, expired_before, cut_before, ..self.base };
        let state = self.state.fold(&base).map_err(PublishError::Refused)?;
        let base = BaseFields { entries: state.base_entries(), ..base };
        Ok(Self { state, base, ..self })
    }
}

/// Where an object's bytes are.
enum Source<'a> {
    Base(&'a Arc<Object>),
    Tile(&'a Arc<Tile>),
}

impl Source<'_> {
    fn object(&self) -> PublishedObject {
        match self {
            Self::Base(object) => PublishedObject::from(&***object),
            Self::Tile(tile) => tile.object(),
        }
    }
}

fn dimension_of(entry: &Entry) -> Dimension {
    match entry {
        Entry::CutOff { dimension, .. } => *dimension,
        Entry::Token { .. } => Dimension::Key,
    }
}

/// Bytes of the newest deltas that a manifest carries: with a poll a minute, two thirds of what a phone may spend.
const CARRIED_BYTES: usize = 768;

/// Tiles of so many changes are made however small the base is.
const SMALL: usize = 1_024;
const SMALL_CHANGES: u64 = 512;
