//! The writer: a set of revocations in, a signed manifest and its objects out.

use super::cutoff::CutOffs;
use super::declared::{DeclaredDimension, Dimensions};
use super::entry::{Enrolled, Entry, EntryWriter, Hasher};
use super::fragment::sha256;
use super::headroom::Headroom;
use super::limits::{LEAST_WAIT_SECONDS, NUMBER_END, OBJECT_BYTES};
use super::manifest::{
    BaseFields, DeltaName, Fields, Manifest, ManifestWriter, PublisherKeys, check_fields, key_id,
    signed_message, tenant_tag,
};
use super::object::{Content, Object, ObjectKind, ObjectName};
use super::part::Part;
use super::sequence::index;
use super::state::State;
use crate::{Dimension, Edition, Error};
use alloc::{string::String, sync::Arc, vec::Vec};
use core::fmt;

/// What is said about a publication besides its entries.
#[derive(Clone, Debug)]
pub struct Parameters {
    /// The tenant's name: 1 to 64 of `a-z`, `0-9` and `-`.
    pub tenant: String,
    /// The issuers the publisher speaks for, 1 to 255 different ones: tokens of others are not covered.
    pub issuers: Vec<String>,
    /// Epoch and version; must rise with every publication.
    pub edition: Edition,
    /// Seconds since the Unix epoch.
    pub issued_at: u64,
    /// When the next edition is due; after `issued_at`.
    pub next_update: u64,
    /// For how long after `issued_at` the edition may be used: up to `next_update` at least, 31 days at most.
    pub max_stale_seconds: u32,
    /// Random, drawn anew with every epoch.
    pub salt: [u8; 16],
    /// The claim that names a token's organization, 1 to 255 bytes.
    pub organization_claim: String,
    /// Which part it is; every entry has to live there ([`ShardMap::part_of`](super::ShardMap::part_of)).
    pub part: Part,
    /// Seconds that verifiers are asked to let pass between two polls, at most 3,600; 0 for no wish.
    pub least_wait_seconds: u16,
    /// Dimensions of the publisher's own, of different numbers and names.
    pub declared: Vec<DeclaredDimension>,
}

/// A signed manifest and the objects it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The manifest's edition.
    pub edition: Edition,
    /// The signed manifest. Serve it after its objects.
    pub manifest: Vec<u8>,
    /// The objects that the manifest names and no publication before had, of the same [`Publisher`](super::Publisher).
    pub objects: Vec<PublishedObject>,
    /// SHA-256 of the objects of earlier publications that the manifest still names: they must be kept.
    pub kept: Vec<[u8; 32]>,
    /// How many distinct revocations it holds.
    pub entries: u64,
}

/// An immutable object, named by its content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedObject {
    /// SHA-256 of `bytes`.
    pub sha256: [u8; 32],
    /// The bytes to serve.
    pub bytes: Vec<u8>,
}

/// Why a publication could not be written.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum PublishError {
    /// An entry cannot be written.
    EntryInvalid {
        /// What it must have.
        expected: &'static str,
    },
    /// An entry's issuer is not among the publication's.
    IssuerNotEnrolled {
        /// The issuer.
        issuer: String,
    },
    /// An object would be larger than a verifier takes.
    ObjectTooLarge {
        /// Its length in bytes.
        bytes: usize,
        /// The limit in bytes.
        limit: usize,
    },
    /// A parameter is out of range.
    ParameterInvalid {
        /// The parameter.
        parameter: &'static str,
        /// What it must be.
        expected: &'static str,
    },
    /// The entry has no room in the universe of the base: a new base is due.
    UniverseFull,
    /// A verifier would refuse the product: the signature does not hold under the publisher key, most likely.
    Refused(Error),
}

impl fmt::Display for PublishError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EntryInvalid { expected } => write!(f, "entry: expected {expected}"),
            Self::IssuerNotEnrolled { issuer } => write!(f, "entry of an issuer not enrolled: {issuer:?}"),
            Self::ObjectTooLarge { bytes, limit } => {
                write!(f, "object of {bytes} bytes, the limit is {limit}")
            }
            Self::ParameterInvalid { parameter, expected } => {
                write!(f, "parameter {parameter}: expected {expected}")
            }
            Self::UniverseFull => f.write_str("the base has no room for the entry: a new base is due"),
            Self::Refused(error) => write!(f, "a verifier would refuse this: {error}"),
        }
    }
}

impl core::error::Error for PublishError {
    fn source(&self) -> Option<&(dyn core::error::Error + 'static)> {
        match self {
            Self::Refused(error) => Some(error),
            _ => None,
        }
    }
}

/// Writes one edition: the same set of entries gives the same bytes, in whatever order and however often each
/// is given. Of several times for one cut-off the latest counts.
///
/// `publisher_key` is the Ed25519 public key whose private half `sign` uses on the bytes it is given. The product
/// is read back as a verifier would before it is returned.
///
/// # Errors
/// Every variant of [`PublishError`]; nothing was written then.
pub fn publish(
    entries: &[Entry],
    parameters: &Parameters,
    publisher_key: [u8; 32],
    sign: &mut dyn FnMut(&[u8]) -> [u8; 64],
) -> Result<Publication, PublishError> {
    let enrolled = Enrolled::new(&parameters.issuers)?;
    let Parameters { salt, part, organization_claim, declared, .. } = parameters;
    let dimensions = Dimensions::new(organization_claim, declared)?;
    let hasher = Hasher::new(salt, *part, &enrolled, &dimensions, declared);
    let mut writer = EntryWriter::new(hasher, &enrolled, &dimensions);
    entries.iter().try_for_each(|entry| writer.insert(entry))?;
    let state = writer.finish(&Headroom::default())?;
    let base = BaseFields {
        version: parameters.edition.version,
        entries: state.base_entries(),
        expired_before: 0,
        cut_before: 0,
    };
    let fields = fields(parameters, base)?;
    let signed = Unsigned {
        fields: &fields,
        enrolled: &enrolled,
        dimensions: &dimensions,
        state: &state,
        tiles: &[],
        carried: &[],
    };
    Ok(Publication {
        edition: fields.edition,
        manifest: signed.sign(publisher_key, sign)?,
        entries: base.entries,
        objects: state.objects().map(|object| PublishedObject::from(&**object)).collect(),
        kept: Vec::new(),
    })
}

impl From<&Object> for PublishedObject {
    fn from(object: &Object) -> Self {
        let bytes = match &object.content {
            Content::CutOffs(cut_offs) => cut_offs.bytes().into(),
            Content::Delta(delta) => delta.to_bytes(),
            Content::Tokens(tokens) => tokens.bytes().into(),
        };
        Self { sha256: object.name.sha256, bytes }
    }
}

/// Everything that a manifest says.
pub(super) struct Unsigned<'a> {
    pub(super) fields: &'a Fields,
    pub(super) enrolled: &'a Enrolled,
    pub(super) dimensions: &'a Dimensions,
    pub(super) state: &'a State,
    pub(super) tiles: &'a [DeltaName],
    pub(super) carried: &'a [(DeltaName, Vec<u8>)],
}

impl Unsigned<'_> {
    /// The signed manifest, read back as a verifier would.
    pub(super) fn sign(
        &self,
        publisher_key: [u8; 32],
        sign: &mut dyn FnMut(&[u8]) -> [u8; 64],
    ) -> Result<Vec<u8>, PublishError> {
        let objects: Vec<ObjectName> = self.state.objects().map(|object| object.name).collect();
        let body = ManifestWriter {
            key_id: key_id(&publisher_key),
            fields: self.fields,
            issuers: self.enrolled.tags(),
            dimensions: &self.dimensions.records(&live_dimensions(self.state)),
            objects: &objects,
            tiles: self.tiles,
            carried: self.carried,
        }
        .body();
        let signature = sign(&signed_message(&body));
        let manifest = [body.as_slice(), &signature].concat();
        read_back(&manifest, publisher_key, self.state)?;
        Ok(manifest)
    }
}

/// The fixed fields of a publication.
pub(super) fn fields(parameters: &Parameters, base: BaseFields) -> Result<Fields, PublishError> {
    let tenant = tenant_tag(&parameters.tenant).ok_or(PublishError::ParameterInvalid {
        parameter: "tenant",
        expected: "1 to 64 of a-z, 0-9 and -",
    })?;
    let fields = Fields {
        part: parameters.part,
        least_wait_seconds: parameters.least_wait_seconds,
        tenant,
        edition: parameters.edition,
        issued_at: parameters.issued_at,
        next_update: parameters.next_update,
        max_stale_seconds: parameters.max_stale_seconds,
        salt: parameters.salt,
        base,
    };
    if fields.edition.version >= NUMBER_END {
        return Err(PublishError::ParameterInvalid {
            parameter: "edition",
            expected: "a version below 2^53",
        });
    }
    check_part(fields.part)?;
    if fields.least_wait_seconds > LEAST_WAIT_SECONDS {
        return Err(PublishError::ParameterInvalid {
            parameter: "least_wait_seconds",
            expected: "at most 3,600",
        });
    }
    check_fields(&fields).map_err(|_| PublishError::ParameterInvalid {
        parameter: "times",
        expected: "issued_at < next_update <= issued_at + max_stale_seconds, at most 31 days, below 2^40",
    })?;
    Ok(fields)
}

fn check_part(part: Part) -> Result<(), PublishError> {
    let known = Part::from_bytes(part.to_bytes()).is_some();
    let expected = "at most 2^12 shards, and one of them";
    known.then_some(()).ok_or(PublishError::ParameterInvalid { parameter: "part", expected })
}

/// Names an object and reads it back.
pub(super) fn open(kind: ObjectKind, bytes: Vec<u8>) -> Result<Arc<Object>, PublishError> {
    let limit = OBJECT_BYTES;
    let length = u32::try_from(bytes.len()).ok().filter(|&length| length <= limit);
    let length = length.ok_or(PublishError::ObjectTooLarge { bytes: bytes.len(), limit: index(limit) })?;
    let name = ObjectName { kind, length, sha256: sha256(&bytes) };
    Object::open(name, bytes).map(Arc::new).map_err(PublishError::Refused)
}

/// The dimensions that the base holds or a change since set.
fn live_dimensions(state: &State) -> Vec<Dimension> {
    let base = state.cut_offs().into_iter().flat_map(CutOffs::dimensions);
    let set = state.changes().cut_offs.set().positions.iter();
    let set = set.filter_map(|&position| state.cut_offs()?.dimension_at(position));
    base.chain(set).chain(state.changes().literals.dimensions(0)).collect()
}

/// A product that a verifier would refuse is not handed out.
fn read_back(manifest: &[u8], publisher_key: [u8; 32], state: &State) -> Result<(), PublishError> {
    let keys = PublisherKeys::new(&[publisher_key]).ok_or(PublishError::ParameterInvalid {
        parameter: "publisher_key",
        expected: "an Ed25519 public key",
    })?;
    let manifest = Manifest::open(manifest, &keys).map_err(PublishError::Refused)?;
    let mut objects = state.objects();
    objects.try_for_each(|object| manifest.check_object(object)).map_err(PublishError::Refused)?;
    state.check_declared(&manifest).map_err(PublishError::Refused)
}
