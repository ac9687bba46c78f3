//! The writer: a set of revocations in, a signed manifest and its objects out.

use super::cutoff::CutOffsWriter;
use super::fragment::{IssuerTag, Kind, Prefixes, issuer_tag, sha256};
use super::limits::{EDITION_VERSION_END, OBJECT_BYTES, TIME_END};
use super::manifest::{
    Fields, LiveDimension, Manifest, ManifestWriter, PublisherKeys, check_fields, key_id, signed_message,
    tenant_tag,
};
use super::object::{Object, ObjectKind, ObjectName};
use super::sequence::index;
use super::set::TokenSetWriter;
use crate::{Dimension, Edition, Error};
use alloc::{collections::BTreeMap, string::String, vec::Vec};
use core::fmt;

/// One revocation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// Every token of a value that was issued before a time.
    CutOff {
        /// What the value is.
        dimension: Dimension,
        /// `iss` of the tokens.
        issuer: String,
        /// The value; for [`Dimension::Issuer`] the issuer once more.
        value: String,
        /// T: tokens with `iat` < T are dead. Seconds since the Unix epoch, below 2^40.
        not_before: u64,
    },
    /// One token.
    Token {
        /// `iss` of the token.
        issuer: String,
        /// `jti` of the token.
        token_id: String,
        /// The token's own `exp`, rounded down; `None` when it is not known for certain. A wrong one lets the
        /// token pass.
        expires_at: Option<u64>,
    },
}

impl Entry {
    /// `iss` of the tokens it speaks of.
    pub fn issuer(&self) -> &str {
        match self {
            Self::CutOff { issuer, .. } | Self::Token { issuer, .. } => issuer,
        }
    }

    /// Whether [`publish`] takes it, when its issuer is enrolled. Whoever records revocations asks this first:
    /// one entry that cannot be written holds up every publication.
    ///
    /// # Errors
    /// [`PublishError::EntryInvalid`].
    pub fn validate(&self) -> Result<(), PublishError> {
        let Self::CutOff { dimension, issuer, value, not_before } = self else {
            return Ok(());
        };
        let invalid = |expected| Err(PublishError::EntryInvalid { expected });
        if *not_before >= TIME_END {
            return invalid("not_before below 2^40");
        }
        match dimension {
            Dimension::Issuer if value != issuer => invalid("the issuer as the value of an issuer cut-off"),
            Dimension::Key if value.len() > usize::from(u16::MAX) => invalid("a kid of at most 65,535 bytes"),
            _ => Ok(()),
        }
    }
}

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
}

/// A signed manifest and the objects it names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Publication {
    /// The manifest's edition.
    pub edition: Edition,
    /// The signed manifest. Serve it after its objects.
    pub manifest: Vec<u8>,
    /// Zero to two objects; an empty set has none.
    pub objects: Vec<PublishedObject>,
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
    let fields = fields(parameters)?;
    let issuers = issuer_tags(&parameters.issuers)?;
    let mut writer = EntryWriter::new(&fields.salt, &parameters.issuers, &issuers);
    entries.iter().try_for_each(|entry| writer.insert(entry))?;
    let objects = writer.finish().into_iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let names: Vec<ObjectName> = objects.iter().map(|object| object.name).collect();
    let body = ManifestWriter {
        key_id: key_id(&publisher_key),
        fields: &fields,
        issuers: &issuers,
        dimensions: &live_dimensions(&objects, &parameters.organization_claim),
        objects: &names,
    }
    .body();
    let signature = sign(&signed_message(&body));
    let manifest = [body.as_slice(), &signature].concat();
    read_back(&manifest, publisher_key, &objects)?;
    Ok(Publication {
        edition: fields.edition,
        manifest,
        entries: objects.iter().map(Object::entries).sum(),
        objects: objects.into_iter().map(PublishedObject::from).collect(),
    })
}

impl From<Object> for PublishedObject {
    fn from(object: Object) -> Self {
        Self { sha256: object.name.sha256, bytes: object.into_bytes() }
    }
}

fn fields(parameters: &Parameters) -> Result<Fields, PublishError> {
    let tenant = tenant_tag(&parameters.tenant).ok_or(PublishError::ParameterInvalid {
        parameter: "tenant",
        expected: "1 to 64 of a-z, 0-9 and -",
    })?;
    let fields = Fields {
        tenant,
        edition: parameters.edition,
        issued_at: parameters.issued_at,
        next_update: parameters.next_update,
        max_stale_seconds: parameters.max_stale_seconds,
        salt: parameters.salt,
    };
    if !(1..=usize::from(u8::MAX)).contains(&parameters.organization_claim.len()) {
        return Err(PublishError::ParameterInvalid {
            parameter: "organization_claim",
            expected: "1 to 255 bytes",
        });
    }
    if fields.edition.version >= EDITION_VERSION_END {
        return Err(PublishError::ParameterInvalid {
            parameter: "edition",
            expected: "a version below 2^53",
        });
    }
    check_fields(&fields).map_err(|_| PublishError::ParameterInvalid {
        parameter: "times",
        expected: "issued_at < next_update <= issued_at + max_stale_seconds, at most 31 days, below 2^40",
    })?;
    Ok(fields)
}

fn issuer_tags(issuers: &[String]) -> Result<Vec<IssuerTag>, PublishError> {
    let mut tags: Vec<IssuerTag> = issuers.iter().map(|issuer| issuer_tag(issuer)).collect();
    tags.sort_unstable();
    tags.dedup();
    if tags.is_empty() || tags.len() != issuers.len() || tags.len() > usize::from(u8::MAX) {
        return Err(PublishError::ParameterInvalid {
            parameter: "issuers",
            expected: "1 to 255 different issuers",
        });
    }
    Ok(tags)
}

/// Issuers by name, with the place of their tag.
type IssuerPlaces<'a> = BTreeMap<&'a str, usize>;

fn issuer_places<'a>(issuers: &'a [String], tags: &[IssuerTag]) -> IssuerPlaces<'a> {
    let place = |issuer: &'a String| Some((issuer.as_str(), tags.binary_search(&issuer_tag(issuer)).ok()?));
    issuers.iter().filter_map(place).collect()
}

/// Sorts entries into the two objects, hashed.
struct EntryWriter<'a> {
    tags: &'a [IssuerTag],
    places: IssuerPlaces<'a>,
    prefixes: Prefixes,
    tokens: TokenSetWriter,
    cut_offs: CutOffsWriter,
}

impl<'a> EntryWriter<'a> {
    fn new(salt: &[u8; 16], issuers: &'a [String], tags: &'a [IssuerTag]) -> Self {
        let hashed = Dimension::ALL.into_iter().filter(|dimension| !dimension.is_literal());
        let kinds = core::iter::once(Kind::Token).chain(hashed.map(Kind::CutOff)).collect();
        Self {
            tags,
            places: issuer_places(issuers, tags),
            prefixes: Prefixes::new(salt, tags, kinds),
            tokens: TokenSetWriter::default(),
            cut_offs: CutOffsWriter::default(),
        }
    }

    fn insert(&mut self, entry: &Entry) -> Result<(), PublishError> {
        entry.validate()?;
        let place = self.places.get(entry.issuer()).copied();
        match place.and_then(|place| self.insert_at(place, entry)) {
            Some(()) => Ok(()),
            None => Err(PublishError::IssuerNotEnrolled { issuer: entry.issuer().into() }),
        }
    }

    fn insert_at(&mut self, place: usize, entry: &Entry) -> Option<()> {
        match entry {
            Entry::Token { token_id, expires_at, .. } => {
                let fragment = self.prefixes.get(place, Kind::Token)?.fragment(token_id);
                self.tokens.insert(fragment, *expires_at);
            }
            Entry::CutOff { dimension, value, not_before, .. } if dimension.is_literal() => {
                // The issuer is part of every literal's key, so an issuer's own record needs no value.
                let value = if *dimension == Dimension::Issuer { "" } else { value };
                self.cut_offs.literals.insert(*dimension, *self.tags.get(place)?, value, *not_before);
            }
            Entry::CutOff { dimension, value, not_before, .. } => {
                let fragment = self.prefixes.get(place, Kind::CutOff(*dimension))?.fragment(value);
                self.cut_offs.insert(*dimension, fragment, *not_before);
            }
        }
        Some(())
    }

    /// The objects that are not empty, by ascending kind.
    fn finish(self) -> Vec<(ObjectKind, Vec<u8>)> {
        let tokens = self.tokens.finish().map(|bytes| (ObjectKind::Tokens, bytes));
        let cut_offs = self.cut_offs.finish().map(|bytes| (ObjectKind::CutOffs, bytes));
        tokens.into_iter().chain(cut_offs).collect()
    }
}

/// Names an object and reads it back.
fn open((kind, bytes): (ObjectKind, Vec<u8>)) -> Result<Object, PublishError> {
    let limit = OBJECT_BYTES;
    let length = u32::try_from(bytes.len()).ok().filter(|&length| length <= limit);
    let length = length.ok_or(PublishError::ObjectTooLarge { bytes: bytes.len(), limit: index(limit) })?;
    let name = ObjectName { kind, length, sha256: sha256(&bytes) };
    Object::open(name, bytes).map_err(PublishError::Refused)
}

/// The dimensions of the objects, with the claims that hold a token's value.
fn live_dimensions(objects: &[Object], organization_claim: &str) -> Vec<LiveDimension> {
    let dimensions = objects.iter().flat_map(Object::dimensions);
    let claims = |dimension| -> Vec<String> {
        let names: &[&str] = match dimension {
            Dimension::Issuer | Dimension::Key => &[],
            Dimension::Subject => &["sub"],
            Dimension::Session => &["sid"],
            Dimension::Client => &["client_id", "azp"],
            Dimension::Organization => &[organization_claim],
        };
        names.iter().map(|&name| name.into()).collect()
    };
    dimensions.map(|dimension| LiveDimension { dimension, claims: claims(dimension) }).collect()
}

/// A product that a verifier would refuse is not handed out.
fn read_back(manifest: &[u8], publisher_key: [u8; 32], objects: &[Object]) -> Result<(), PublishError> {
    let keys = PublisherKeys::new(&[publisher_key]).ok_or(PublishError::ParameterInvalid {
        parameter: "publisher_key",
        expected: "an Ed25519 public key",
    })?;
    let manifest = Manifest::open(manifest, &keys).map_err(PublishError::Refused)?;
    objects.iter().try_for_each(|object| manifest.check_object(object)).map_err(PublishError::Refused)
}
