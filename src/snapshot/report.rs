//! What one published file says, for people and scripts. Only its structure is checked: no verdict comes from here.

use super::cutoff::CutOffs;
use super::dimension_table::LiveDimension;
use super::manifest::{DeltaName, Manifest};
use super::object::{Content, Object, ObjectKind, ObjectName};
use super::part::Part;
use super::sequence::malformed;
use super::subscription::NeededObject;
use crate::{Dimension, Edition, Error};
use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

/// What a manifest says. Its signature is not checked.
#[derive(Clone, Debug)]
pub struct ManifestReport {
    /// Which part it is of, and how many shards there are.
    pub part: Part,
    /// Seconds that the publisher asks to let pass between two polls; 0 for no wish.
    pub least_wait_seconds: u16,
    /// First eight bytes of SHA-256 of the publisher key that is said to have signed.
    pub key_id: [u8; 8],
    /// First 16 bytes of SHA-256 of the tenant's name, after its domain.
    pub tenant_tag: [u8; 16],
    /// Epoch and version.
    pub edition: Edition,
    /// Seconds since the Unix epoch.
    pub issued_at: u64,
    /// Seconds since the Unix epoch.
    pub next_update: u64,
    /// For how long after `issued_at` the edition may be used.
    pub max_stale_seconds: u32,
    /// Of the hash fragments.
    pub salt: [u8; 16],
    /// The version whose state the objects of the base are.
    pub base_version: u64,
    /// How many entries the edition has.
    pub entries: u64,
    /// The base holds no bucket that ended by this time.
    pub expired_before: u64,
    /// The base holds no cut-off before this time.
    pub cut_before: u64,
    /// SHA-256 of each issuer.
    pub issuers: Vec<[u8; 32]>,
    /// The dimensions with entries.
    pub dimensions: Vec<DimensionReport>,
    /// The base.
    pub objects: Vec<NeededObject>,
    /// The deltas, newest first; those to fetch, then those carried along.
    pub deltas: Vec<DeltaReport>,
    /// The manifest's length in bytes.
    pub bytes: usize,
}

/// A dimension with entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DimensionReport {
    /// Its number in the format.
    pub number: u8,
    /// What verdicts call it.
    pub name: String,
    /// The claims that hold the parts of a token's value.
    pub claims: Vec<Vec<String>>,
    /// The claim that holds a token's generation, where generations are compared.
    pub generation_claim: Option<String>,
}

/// A delta that a manifest offers.
#[derive(Clone, Copy, Debug)]
pub struct DeltaReport {
    /// The version it leads from.
    pub from: u64,
    /// The version it leads to.
    pub to: u64,
    /// The object to fetch; `None` when the manifest carries the delta.
    pub object: Option<NeededObject>,
}

/// What an object holds.
#[derive(Clone, Debug)]
pub struct ObjectReport {
    /// The object by its content.
    pub name: NeededObject,
    /// Entries by dimension; for a delta what it sets and removes.
    pub entries: BTreeMap<String, u64>,
    /// The universe: how many entries have room in the sequence.
    pub capacity: u32,
}

impl ManifestReport {
    /// Reads a manifest without checking its signature.
    ///
    /// # Errors
    /// [`Error::ManifestMalformed`] and [`Error::ManifestVersionUnsupported`].
    pub fn read(bytes: &[u8]) -> Result<Self, Error> {
        let (key_id, manifest) = Manifest::open_unverified(bytes)?;
        let (fields, base) = (&manifest.fields, &manifest.fields.base);
        Ok(Self {
            part: fields.part,
            least_wait_seconds: fields.least_wait_seconds,
            key_id,
            tenant_tag: fields.tenant,
            edition: fields.edition,
            issued_at: fields.issued_at,
            next_update: fields.next_update,
            max_stale_seconds: fields.max_stale_seconds,
            salt: fields.salt,
            base_version: base.version,
            entries: base.entries,
            expired_before: base.expired_before,
            cut_before: base.cut_before,
            issuers: manifest.issuers.clone(),
            dimensions: manifest.dimensions.iter().map(DimensionReport::from).collect(),
            objects: manifest.objects.iter().copied().map(NeededObject::from).collect(),
            deltas: manifest.deltas.iter().map(DeltaReport::from).collect(),
            bytes: bytes.len(),
        })
    }
}

impl From<&LiveDimension> for DimensionReport {
    fn from(live: &LiveDimension) -> Self {
        Self {
            number: live.dimension.number(),
            name: live.name().into(),
            claims: live.members.clone(),
            generation_claim: live.generation_claim().map(Into::into),
        }
    }
}

impl From<&DeltaName> for DeltaReport {
    fn from(delta: &DeltaName) -> Self {
        Self { from: delta.from, to: delta.to, object: delta.object.map(NeededObject::from) }
    }
}

impl ObjectReport {
    /// Reads an object of any kind.
    ///
    /// # Errors
    /// [`Error::ObjectMalformed`].
    pub fn read(bytes: Vec<u8>) -> Result<Self, Error> {
        let kinds = [ObjectKind::Tokens, ObjectKind::CutOffs, ObjectKind::Delta];
        let kind = bytes.get(5).and_then(|&number| kinds.into_iter().find(|kind| kind.number() == number));
        let name = ObjectName::of(kind.ok_or(malformed("kind"))?, &bytes).ok_or(malformed("length"))?;
        let object = Object::open(name, bytes)?;
        let (entries, capacity) = match &object.content {
            Content::Tokens(tokens) => {
                (BTreeMap::from([("token".into(), tokens.entries().into())]), tokens.quotients())
            }
            Content::CutOffs(cut_offs) => (by_dimension(cut_offs, &name_of), cut_offs.quotients()),
            Content::Delta(delta) => {
                let removed = delta.tokens.removed().len() + delta.cut_offs.removed().len();
                let all = u64::try_from(delta.len()).unwrap_or(u64::MAX);
                let removed = u64::try_from(removed).unwrap_or(u64::MAX)
                    + u64::try_from(delta.literals.0.iter().filter(|(_, change)| change.is_none()).count())
                        .unwrap_or(u64::MAX);
                let entries = [("set".into(), all.saturating_sub(removed)), ("removed".into(), removed)];
                (BTreeMap::from(entries), delta.tokens.quotients())
            }
        };
        Ok(Self { name: name.into(), entries, capacity })
    }
}

/// What a dimension is called where no manifest names it.
pub(super) fn name_of(dimension: Dimension) -> String {
    dimension.name().map_or_else(|| format!("dimension {}", dimension.number()), String::from)
}

/// How many cut-offs each dimension has, by its name.
pub(super) fn by_dimension(
    cut_offs: &CutOffs,
    name_of: &dyn Fn(Dimension) -> String,
) -> BTreeMap<String, u64> {
    let mut counts: BTreeMap<Dimension, u64> = BTreeMap::new();
    let literal = cut_offs.listed_literals().into_records();
    let literal = literal.iter().filter_map(|(key, _)| Dimension::from_number(key.number));
    for dimension in cut_offs.listed().map(|(dimension, ..)| dimension).chain(literal) {
        *counts.entry(dimension).or_insert(0) += 1;
    }
    counts.into_iter().map(|(dimension, count)| (name_of(dimension), count)).collect()
}
