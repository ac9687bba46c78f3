//! The manifest's table of dimensions: which look-ups a verifier makes, and by which claims (`docs/format.md`,
//! Dimensions).

use super::limits::{CLAIM_NAMES, DIMENSION_NAME_BYTES, MEMBERS};
use super::reader::Reader;
use crate::{Dimension, Error, Identity};
use alloc::{string::String, vec::Vec};

/// A dimension with entries, and how a token's values in it are found and compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct LiveDimension {
    pub(super) dimension: Dimension,
    /// The claims of each part of a value, of which the first with a value counts. Empty for the issuer and the
    /// key, which are no claims.
    pub(super) members: Vec<Vec<String>>,
    pub(super) declared: Option<Declared>,
}

/// What a dimension from number 8 on says of itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Declared {
    pub(super) name: String,
    /// The claim that holds a token's generation, from number 20 on.
    pub(super) generation_claim: Option<String>,
}

impl LiveDimension {
    /// The name in verdicts.
    pub(super) fn name(&self) -> &str {
        match &self.declared {
            Some(declared) => &declared.name,
            None => self.dimension.name().unwrap_or_default(),
        }
    }

    /// Whether a cut-off of one of the token's values rejects it. What cannot be compared is rejected.
    pub(super) fn rejects(&self, identity: &Identity<'_>, least: u64) -> bool {
        match self.generation_claim() {
            Some(claim) => (identity.integer)(claim).is_none_or(|generation| generation < least),
            None => identity.issued_at.is_none_or(|time| i128::from(time) < i128::from(least)),
        }
    }

    pub(super) fn generation_claim(&self) -> Option<&str> {
        self.declared.as_ref()?.generation_claim.as_deref()
    }
}

/// Reads the records of a manifest, strictly ascending by number.
pub(super) fn read_dimensions(reader: &mut Reader<'_>, count: u8) -> Result<Vec<LiveDimension>, Error> {
    let mut dimensions: Vec<LiveDimension> = Vec::new();
    for _ in 0..count {
        let live = read_dimension(reader)?;
        if dimensions.last().is_some_and(|last| last.dimension >= live.dimension) {
            return Err(malformed("dimensions are not strictly ascending"));
        }
        if dimensions.iter().any(|other| other.name() == live.name()) {
            return Err(malformed("dimension name"));
        }
        dimensions.push(live);
    }
    Ok(dimensions)
}

fn read_dimension(reader: &mut Reader<'_>) -> Result<LiveDimension, Error> {
    let number = reader.u8().ok_or(TRUNCATED)?;
    let dimension = Dimension::from_number(number).ok_or(malformed("unknown dimension"))?;
    let count = reader.u8().ok_or(TRUNCATED)?;
    if !takes_members(dimension, count.into()) {
        return Err(malformed("members of a dimension"));
    }
    let mut members = Vec::new();
    for _ in 0..count {
        members.push(read_member(reader)?);
    }
    let declared = match dimension {
        Dimension::Declared(_) => Some(read_declared(reader, dimension)?),
        _ => None,
    };
    Ok(LiveDimension { dimension, members, declared })
}

/// The claims of one member, all different.
fn read_member(reader: &mut Reader<'_>) -> Result<Vec<String>, Error> {
    let count = reader.u8().ok_or(TRUNCATED)?;
    if count == 0 || count > CLAIM_NAMES {
        return Err(CLAIM_NAME);
    }
    let mut claims: Vec<String> = Vec::new();
    for _ in 0..count {
        let claim = read_name(reader, CLAIM_NAME)?;
        if claims.iter().any(|other| other == claim) {
            return Err(CLAIM_NAME);
        }
        claims.push(claim.into());
    }
    Ok(claims)
}

fn read_declared(reader: &mut Reader<'_>, dimension: Dimension) -> Result<Declared, Error> {
    let name = read_name(reader, malformed("dimension name"))?;
    if !is_name(name) {
        return Err(malformed("dimension name"));
    }
    let name = name.into();
    let generation_claim = dimension.compares_generations().then(|| read_name(reader, CLAIM_NAME));
    Ok(Declared { name, generation_claim: generation_claim.transpose()?.map(Into::into) })
}

/// Reads a text with its length, which is not 0.
fn read_name<'a>(reader: &mut Reader<'a>, wrong: Error) -> Result<&'a str, Error> {
    let length = reader.u8().ok_or(TRUNCATED)?;
    let name = reader.take(length.into()).ok_or(TRUNCATED)?;
    core::str::from_utf8(name).ok().filter(|name| !name.is_empty()).ok_or(wrong)
}

/// Whether values of the dimension have so many members.
pub(super) fn takes_members(dimension: Dimension, count: usize) -> bool {
    match dimension {
        Dimension::Issuer | Dimension::Key => count == 0,
        Dimension::SubjectClient => count == 2,
        Dimension::Declared(_) => (1..=MEMBERS).contains(&count),
        _ => count == 1,
    }
}

/// Whether a declared dimension may be called so.
pub(super) fn is_name(name: &str) -> bool {
    let allowed =
        |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'-' | b'_');
    let taken = || Dimension::BUILT_IN.iter().any(|dimension| dimension.name() == Some(name));
    (1..=DIMENSION_NAME_BYTES).contains(&name.len())
        && name.bytes().all(allowed)
        && name != TOKEN_NAME
        && !taken()
}

/// What a revoked token itself is told by.
pub(super) const TOKEN_NAME: &str = "token";

const CLAIM_NAME: Error = malformed("claim names");
const TRUNCATED: Error = malformed("truncated");

const fn malformed(reason: &'static str) -> Error {
    Error::ManifestMalformed { reason }
}

#[cfg(feature = "publish")]
pub(super) use writer::push_dimension;

#[cfg(feature = "publish")]
mod writer {
    use super::LiveDimension;
    use alloc::vec::Vec;

    /// Appends what [`read_dimension`](super::read_dimension) reads. Counts and lengths are checked before; a larger
    /// one gives bytes that the read-back refuses.
    pub(in crate::snapshot) fn push_dimension(out: &mut Vec<u8>, live: &LiveDimension) {
        out.extend([live.dimension.number(), count(live.members.len())]);
        for claims in &live.members {
            out.push(count(claims.len()));
            claims.iter().for_each(|claim| push_name(out, claim));
        }
        if let Some(declared) = &live.declared {
            push_name(out, &declared.name);
            declared.generation_claim.iter().for_each(|claim| push_name(out, claim));
        }
    }

    fn push_name(out: &mut Vec<u8>, name: &str) {
        out.push(count(name.len()));
        out.extend(name.as_bytes());
    }

    fn count(length: usize) -> u8 {
        u8::try_from(length).unwrap_or(u8::MAX)
    }
}
