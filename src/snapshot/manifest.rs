//! The signed manifest that names an edition's objects (`docs/format.md`, Manifest).

use super::cutoff::CutOffs;
use super::delta::Delta;
use super::dimension_table::{LiveDimension, read_dimensions};
use super::fragment::{IssuerTag, sha256};
use super::limits::{
    DELTA_BYTES, DELTAS, LEAST_WAIT_SECONDS, MANIFEST_BYTES, MAX_STALE_SECONDS, NUMBER_END, OBJECT_BYTES,
    PUBLISHER_KEYS, TENANT_BYTES, TIME_END,
};
use super::object::{Object, ObjectKind, ObjectName};
use super::part::Part;
use super::reader::Reader;
use super::route::route;
use super::sequence::malformed as malformed_object;
use crate::signature::Ed25519Key;
use crate::{Dimension, Edition, Error};
use alloc::vec::Vec;

/// A manifest whose signature and structure hold.
#[derive(Debug)]
pub(super) struct Manifest {
    bytes: Vec<u8>,
    pub(super) sha256: [u8; 32],
    pub(super) fields: Fields,
    /// Strictly ascending.
    pub(super) issuers: Vec<IssuerTag>,
    pub(super) dimensions: Vec<LiveDimension>,
    /// The base: at most one of each kind, ascending.
    pub(super) objects: Vec<ObjectName>,
    /// The deltas to fetch, newest first, then those carried along.
    pub(super) deltas: Vec<DeltaName>,
    /// What the deltas carried along hold, in the order of the last of `deltas`.
    pub(super) carried: Vec<Delta>,
}

/// Changes from the version `from` to the version `to`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct DeltaName {
    pub(super) from: u64,
    pub(super) to: u64,
    /// `None` for one that the manifest carries.
    pub(super) object: Option<ObjectName>,
}

/// The fixed fields after the counts, without the key id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Fields {
    pub(super) part: Part,
    /// Between two polls, as the publisher wishes; 0 for no wish.
    pub(super) least_wait_seconds: u16,
    pub(super) tenant: TenantTag,
    pub(super) edition: Edition,
    pub(super) issued_at: u64,
    pub(super) next_update: u64,
    pub(super) max_stale_seconds: u32,
    pub(super) salt: [u8; 16],
    pub(super) base: BaseFields,
}

/// What is said about the base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct BaseFields {
    /// The version whose state the objects are.
    pub(super) version: u64,
    /// How many distinct revocations the edition has, deltas included.
    pub(super) entries: u64,
    /// The base holds no bucket that ends at this time or before.
    pub(super) expired_before: u64,
    /// The base holds no cut-off with a T before this time.
    pub(super) cut_before: u64,
}

impl Manifest {
    /// Verifies the signature by the key the manifest names, then reads the rest.
    pub(super) fn open(bytes: &[u8], keys: &PublisherKeys) -> Result<Self, Error> {
        Self::read(bytes, verified_body(bytes, keys)?)
    }

    /// Reads one whose signature nobody checks, with the id of the key that is said to have made it: for people.
    #[cfg(feature = "publish")]
    pub(super) fn open_unverified(bytes: &[u8]) -> Result<(KeyId, Self), Error> {
        let (id, body, _) = split(bytes)?;
        Ok((id, Self::read(bytes, body)?))
    }

    fn read(bytes: &[u8], body: &[u8]) -> Result<Self, Error> {
        let mut reader = Reader::new(body);
        let counts = read_counts(&mut reader).ok_or(TRUNCATED)?;
        let part = read_part(&mut reader)?;
        let fields = read_fields(&mut reader, part).ok_or(TRUNCATED)?;
        check_fields(&fields)?;
        let issuers = read_issuers(&mut reader, counts.issuers)?;
        let dimensions = read_dimensions(&mut reader, counts.dimensions)?;
        let objects = read_objects(&mut reader, counts.objects)?;
        let mut deltas = read_tiles(&mut reader, counts.tiles, fields.edition.version)?;
        let carried = read_carried(&mut reader, counts.carried, fields.edition.version, &mut deltas)?;
        if reader.remaining() != 0 {
            return Err(malformed("trailing bytes"));
        }
        let manifest = Self {
            bytes: bytes.into(),
            sha256: sha256(bytes),
            fields,
            issuers,
            dimensions,
            objects,
            deltas,
            carried,
        };
        manifest.check_base()?;
        Ok(manifest)
    }

    /// The deltas lead from the base to the edition, and dimensions come from somewhere.
    fn check_base(&self) -> Result<(), Error> {
        let (base, version) = (self.fields.base.version, self.fields.edition.version);
        if base > version || route(&self.deltas, base, version).is_none() {
            return Err(malformed("no way from the base to the version"));
        }
        let has_cut_offs = self.objects.iter().any(|object| object.kind == ObjectKind::CutOffs);
        if !self.dimensions.is_empty() && !has_cut_offs && self.deltas.is_empty() {
            return Err(malformed("dimensions disagree with objects"));
        }
        Ok(())
    }

    /// The manifest as received.
    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// When the edition stops answering.
    pub(super) fn expires_at(&self) -> u64 {
        self.fields.issued_at + u64::from(self.fields.max_stale_seconds)
    }

    /// The issuer's place in the table, if the publisher speaks for it.
    pub(super) fn issuer(&self, tag: &IssuerTag) -> Option<usize> {
        self.issuers.binary_search(tag).ok()
    }

    /// Whether the dimension is among those that a verifier looks up.
    pub(super) fn declares(&self, dimension: Dimension) -> bool {
        self.dimensions.iter().any(|live| live.dimension == dimension)
    }

    /// The base's cut-offs are of dimensions that the manifest declares: others would never be looked up.
    pub(super) fn check_object(&self, object: &Object) -> Result<(), Error> {
        let mut dimensions = object.cut_offs().into_iter().flat_map(CutOffs::dimensions);
        if dimensions.all(|dimension| self.declares(dimension)) {
            return Ok(());
        }
        Err(malformed_object("dimension that the manifest does not declare"))
    }

    /// What a delta that the manifest carries holds.
    pub(super) fn carried(&self, at: usize) -> Option<&Delta> {
        self.carried.get(at.checked_sub(self.deltas.len() - self.carried.len())?)
    }
}

/// A tenant by the first half of a SHA-256.
pub(super) type TenantTag = [u8; 16];

/// The tag of a tenant's name, which is 1 to 64 of `a-z`, `0-9` and `-`; `None` for anything else.
pub(super) fn tenant_tag(name: &str) -> Option<TenantTag> {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    if name.is_empty() || name.len() > TENANT_BYTES || !name.bytes().all(allowed) {
        return None;
    }
    sha256(&[b"rescind-tenant\0", name.as_bytes()].concat()).first_chunk().copied()
}

/// The pinned publisher keys, by id.
#[derive(Clone, Debug)]
pub(super) struct PublisherKeys(Vec<(KeyId, Ed25519Key)>);

/// The first eight bytes of SHA-256 of a public key.
pub(super) type KeyId = [u8; 8];

impl PublisherKeys {
    /// 1 to 8 different Ed25519 public keys, none of small order.
    pub(super) fn new(keys: &[[u8; 32]]) -> Option<Self> {
        if keys.is_empty() || keys.len() > PUBLISHER_KEYS {
            return None;
        }
        let mut pinned: Vec<(KeyId, Ed25519Key)> = Vec::new();
        for key in keys {
            let id = key_id(key);
            let key = Ed25519Key::new(key).ok()?;
            if pinned.iter().any(|(other, _)| *other == id) {
                return None;
            }
            pinned.push((id, key));
        }
        Some(Self(pinned))
    }

    /// No key: of a verifier that pins a root and has no key document yet.
    pub(super) const fn none() -> Self {
        Self(Vec::new())
    }

    /// Whether the signature of a message is by the key with this id.
    pub(super) fn verifies(&self, id: &KeyId, message: &[u8], signature: &[u8; 64]) -> bool {
        let mut named = self.0.iter().filter(|(pinned, _)| pinned == id);
        named.any(|(_, key)| key.verify(message, signature))
    }

    /// The one place where a manifest's signature is checked (RFC 8032 §5.1.7, strict).
    fn verify(&self, id: &KeyId, body: &[u8], signature: &[u8; 64]) -> Result<(), Error> {
        let (_, key) = self.0.iter().find(|(pinned, _)| pinned == id).ok_or(Error::ManifestKeyUnknown)?;
        if key.verify(&signed_message(body), signature) {
            Ok(())
        } else {
            Err(Error::ManifestSignatureInvalid)
        }
    }
}

pub(super) fn key_id(public_key: &[u8; 32]) -> KeyId {
    sha256(public_key).first_chunk().copied().unwrap_or_default()
}

/// What is signed. The NUL cannot stand in a JWS signing input, so no token can be a manifest.
pub(super) fn signed_message(body: &[u8]) -> Vec<u8> {
    [DOMAIN, body].concat()
}

/// Everything but the signature, after that was found to hold.
fn verified_body<'a>(bytes: &'a [u8], keys: &PublisherKeys) -> Result<&'a [u8], Error> {
    let (id, body, signature) = split(bytes)?;
    keys.verify(&id, body, signature)?;
    Ok(body)
}

/// Key id, signed bytes and signature.
fn split(bytes: &[u8]) -> Result<(KeyId, &[u8], &[u8; 64]), Error> {
    if bytes.len() > MANIFEST_BYTES {
        return Err(malformed("too long"));
    }
    let mut reader = Reader::new(bytes);
    if reader.array() != Some(MAGIC) {
        return Err(malformed("magic"));
    }
    let version = reader.u8().ok_or(TRUNCATED)?;
    if version != VERSION {
        return Err(Error::ManifestVersionUnsupported { version });
    }
    let _counts_and_part = reader.array::<11>().ok_or(TRUNCATED)?;
    let id = reader.array().ok_or(TRUNCATED)?;
    let (body, signature) =
        bytes.split_last_chunk().filter(|(body, _)| body.len() >= FIXED_BYTES).ok_or(TRUNCATED)?;
    Ok((id, body, signature))
}

struct Counts {
    objects: u8,
    dimensions: u8,
    issuers: u8,
    tiles: u8,
    carried: u8,
}

/// Reads the first ten bytes, of which magic and version are known to be right.
fn read_counts(reader: &mut Reader<'_>) -> Option<Counts> {
    let _magic_and_version = reader.take(5)?;
    let [objects, dimensions, issuers, tiles, carried] = reader.array()?;
    Some(Counts { objects, dimensions, issuers, tiles, carried })
}

fn read_part(reader: &mut Reader<'_>) -> Result<Part, Error> {
    Part::from_bytes(reader.array().ok_or(TRUNCATED)?).ok_or(malformed("part"))
}

/// Reads what follows the part; the key id is known to be right.
fn read_fields(reader: &mut Reader<'_>, part: Part) -> Option<Fields> {
    let least_wait_seconds = reader.u16()?;
    let _key_id = reader.take(8)?;
    let tenant = reader.array()?;
    let epoch = reader.u32()?;
    let max_stale_seconds = reader.u32()?;
    let version = reader.u64()?;
    Some(Fields {
        part,
        least_wait_seconds,
        tenant,
        edition: Edition { epoch, version },
        issued_at: reader.u64()?,
        next_update: reader.u64()?,
        max_stale_seconds,
        salt: reader.array()?,
        base: BaseFields {
            version: reader.u64()?,
            entries: reader.u64()?,
            expired_before: reader.u64()?,
            cut_before: reader.u64()?,
        },
    })
}

/// The version has its bound; `issued_at` < `next_update` ≤ `issued_at` + max-stale, all of them times of the format.
pub(super) fn check_fields(fields: &Fields) -> Result<(), Error> {
    if fields.edition.version >= NUMBER_END {
        return Err(malformed("version of the publication"));
    }
    if fields.max_stale_seconds > MAX_STALE_SECONDS {
        return Err(malformed("max-stale"));
    }
    if fields.least_wait_seconds > LEAST_WAIT_SECONDS {
        return Err(malformed("least wait"));
    }
    let expires_at = fields.issued_at.saturating_add(fields.max_stale_seconds.into());
    if fields.issued_at >= fields.next_update || fields.next_update > expires_at || expires_at >= TIME_END {
        return Err(malformed("times"));
    }
    let base = &fields.base;
    if base.expired_before >= TIME_END || base.cut_before >= TIME_END || base.entries >= NUMBER_END {
        return Err(malformed("base"));
    }
    Ok(())
}

fn read_issuers(reader: &mut Reader<'_>, count: u8) -> Result<Vec<IssuerTag>, Error> {
    let table = reader.take(usize::from(count) * 32).ok_or(TRUNCATED)?;
    let (tags, _) = table.as_chunks();
    if tags.is_empty() || !tags.is_sorted_by(|a, b| a < b) {
        return Err(malformed("issuers"));
    }
    Ok(tags.into())
}

fn read_objects(reader: &mut Reader<'_>, count: u8) -> Result<Vec<ObjectName>, Error> {
    let mut objects = Vec::new();
    for _ in 0..count {
        let kind = reader.u8().ok_or(TRUNCATED)?;
        let kind = ObjectKind::base_from_number(kind).ok_or(malformed("unknown object kind"))?;
        let length = reader.u32().ok_or(TRUNCATED)?;
        if length == 0 || length > OBJECT_BYTES {
            return Err(malformed("object length"));
        }
        objects.push(ObjectName { kind, length, sha256: reader.array().ok_or(TRUNCATED)? });
    }
    if !objects.is_sorted_by(|a, b| a.kind < b.kind) {
        return Err(malformed("objects are not strictly ascending"));
    }
    Ok(objects)
}

/// Reads the deltas to fetch.
fn read_tiles(reader: &mut Reader<'_>, count: u8, version: u64) -> Result<Vec<DeltaName>, Error> {
    if count > DELTAS {
        return Err(malformed("delta count"));
    }
    let mut tiles = Vec::new();
    for _ in 0..count {
        let (from, to) = read_span(reader, version)?;
        let length = reader.u32().ok_or(TRUNCATED)?;
        if length == 0 || usize::try_from(length).map_or(true, |length| length > DELTA_BYTES) {
            return Err(malformed("delta length"));
        }
        let sha256 = reader.array().ok_or(TRUNCATED)?;
        tiles.push(DeltaName {
            from,
            to,
            object: Some(ObjectName { kind: ObjectKind::Delta, length, sha256 }),
        });
    }
    check_order(&tiles)?;
    Ok(tiles)
}

/// Reads the deltas that come along and adds their names to those to fetch.
fn read_carried(
    reader: &mut Reader<'_>,
    count: u8,
    version: u64,
    deltas: &mut Vec<DeltaName>,
) -> Result<Vec<Delta>, Error> {
    if count > DELTAS {
        return Err(malformed("delta count"));
    }
    let (mut names, mut carried) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let (from, to) = read_span(reader, version)?;
        let length = reader.u16().ok_or(TRUNCATED)?;
        let bytes = reader.take(length.into()).ok_or(TRUNCATED)?;
        names.push(DeltaName { from, to, object: None });
        carried.push(Delta::open(bytes).map_err(|_| malformed("delta"))?);
    }
    check_order(&names)?;
    deltas.append(&mut names);
    Ok(carried)
}

/// Reads from which version to which a delta leads: how far its end is behind the edition, and how many versions
/// it spans.
fn read_span(reader: &mut Reader<'_>, version: u64) -> Result<(u64, u64), Error> {
    let behind = reader.u32().ok_or(TRUNCATED)?;
    let span = reader.u32().filter(|&span| span != 0).ok_or(malformed("delta span"))?;
    let to = version.checked_sub(behind.into()).ok_or(malformed("delta span"))?;
    Ok((to.checked_sub(span.into()).ok_or(malformed("delta span"))?, to))
}

/// Newest end first, and of those with one end the shortest first.
fn check_order(deltas: &[DeltaName]) -> Result<(), Error> {
    let rises = |a: &DeltaName, b: &DeltaName| (b.to, b.from) < (a.to, a.from);
    if deltas.is_sorted_by(rises) { Ok(()) } else { Err(malformed("deltas are not in order")) }
}

const fn malformed(reason: &'static str) -> Error {
    Error::ManifestMalformed { reason }
}

const TRUNCATED: Error = malformed("truncated");
const MAGIC: [u8; 4] = *b"RSNM";
const VERSION: u8 = 1;
const DOMAIN: &[u8] = b"rescind-manifest-v1\0";
/// Bytes before the tables.
const FIXED_BYTES: usize = 120;

#[cfg(feature = "publish")]
pub(super) use writer::ManifestWriter;

#[cfg(feature = "publish")]
mod writer {
    use super::{DeltaName, Fields, KeyId, LiveDimension, MAGIC, VERSION};
    use crate::snapshot::dimension_table::push_dimension;
    use crate::snapshot::fragment::IssuerTag;
    use crate::snapshot::object::ObjectName;
    use alloc::vec::Vec;

    /// What a manifest says, in the order of the format.
    pub(in crate::snapshot) struct ManifestWriter<'a> {
        pub(in crate::snapshot) key_id: KeyId,
        pub(in crate::snapshot) fields: &'a Fields,
        /// Strictly ascending, 1 to 255.
        pub(in crate::snapshot) issuers: &'a [IssuerTag],
        pub(in crate::snapshot) dimensions: &'a [LiveDimension],
        pub(in crate::snapshot) objects: &'a [ObjectName],
        /// In the order of the format.
        pub(in crate::snapshot) tiles: &'a [DeltaName],
        /// In the order of the format, with their bytes.
        pub(in crate::snapshot) carried: &'a [(DeltaName, Vec<u8>)],
    }

    impl ManifestWriter<'_> {
        /// The bytes to be signed, without the domain.
        pub(in crate::snapshot) fn body(&self) -> Vec<u8> {
            let mut out = Vec::new();
            self.push_fixed(&mut out);
            out.extend(self.issuers.as_flattened());
            for live in self.dimensions {
                push_dimension(&mut out, live);
            }
            for object in self.objects {
                out.push(object.kind.number());
                out.extend(object.length.to_le_bytes());
                out.extend(object.sha256);
            }
            for tile in self.tiles {
                self.push_span(&mut out, tile);
                out.extend(tile.object.map_or(0, |object| object.length).to_le_bytes());
                out.extend(tile.object.map_or([0; 32], |object| object.sha256));
            }
            for (delta, bytes) in self.carried {
                self.push_span(&mut out, delta);
                out.extend(u16::try_from(bytes.len()).unwrap_or(u16::MAX).to_le_bytes());
                out.extend(bytes);
            }
            out
        }

        /// A span that has no room in the record becomes one that the read-back refuses.
        fn push_span(&self, out: &mut Vec<u8>, delta: &DeltaName) {
            let behind = self.fields.edition.version.saturating_sub(delta.to);
            let span = delta.to.saturating_sub(delta.from);
            for versions in [behind, span] {
                out.extend(u32::try_from(versions).unwrap_or(u32::MAX).to_le_bytes());
            }
        }

        fn push_fixed(&self, out: &mut Vec<u8>) {
            let fields = self.fields;
            out.extend(MAGIC);
            out.extend([VERSION, count(self.objects), count(self.dimensions), count(self.issuers)]);
            out.extend([count(self.tiles), count(self.carried)]);
            out.extend(fields.part.to_bytes());
            out.extend(fields.least_wait_seconds.to_le_bytes());
            out.extend(self.key_id);
            out.extend(fields.tenant);
            out.extend(fields.edition.epoch.to_le_bytes());
            out.extend(fields.max_stale_seconds.to_le_bytes());
            out.extend(fields.edition.version.to_le_bytes());
            out.extend(fields.issued_at.to_le_bytes());
            out.extend(fields.next_update.to_le_bytes());
            out.extend(fields.salt);
            let base = fields.base;
            for field in [base.version, base.entries, base.expired_before, base.cut_before] {
                out.extend(field.to_le_bytes());
            }
        }
    }

    /// Lengths are checked before; a larger one gives bytes that the read-back refuses.
    fn count<T>(list: &[T]) -> u8 {
        u8::try_from(list.len()).unwrap_or(u8::MAX)
    }
}
