//! An immutable, content-addressed part of a snapshot.

use super::cutoff::CutOffs;
use super::fragment::sha256;
use super::reader::Reader;
use super::sequence::malformed;
use super::set::TokenSet;
use crate::{Dimension, Error};
use alloc::vec::Vec;

/// What an object holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum ObjectKind {
    Tokens,
    CutOffs,
}

impl ObjectKind {
    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Tokens => 1,
            Self::CutOffs => 2,
        }
    }

    pub(super) fn from_number(number: u8) -> Option<Self> {
        [Self::Tokens, Self::CutOffs].into_iter().find(|kind| kind.number() == number)
    }
}

/// What a manifest says of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct ObjectName {
    pub(super) kind: ObjectKind,
    pub(super) length: u32,
    pub(super) sha256: [u8; 32],
}

impl ObjectName {
    /// Whether these are the named bytes. A wrong length is told without hashing.
    pub(super) fn names(&self, bytes: &[u8]) -> bool {
        u32::try_from(bytes.len()) == Ok(self.length) && sha256(bytes) == self.sha256
    }
}

/// A validated object.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) name: ObjectName,
    pub(super) content: Content,
}

#[derive(Debug)]
pub(super) enum Content {
    CutOffs(CutOffs),
    Tokens(TokenSet),
}

impl Object {
    /// `bytes` are those of `name`.
    pub(super) fn open(name: ObjectName, bytes: Vec<u8>) -> Result<Self, Error> {
        let content = match name.kind {
            ObjectKind::CutOffs => Content::CutOffs(CutOffs::open(bytes)?),
            ObjectKind::Tokens => Content::Tokens(TokenSet::open(bytes)?),
        };
        Ok(Self { name, content })
    }

    pub(super) fn entries(&self) -> u64 {
        match &self.content {
            Content::CutOffs(cut_offs) => cut_offs.entries(),
            Content::Tokens(tokens) => u64::from(tokens.entries()),
        }
    }

    /// The dimensions with cut-offs, ascending.
    pub(super) fn dimensions(&self) -> Vec<Dimension> {
        match &self.content {
            Content::CutOffs(cut_offs) => cut_offs.dimensions().collect(),
            Content::Tokens(_) => Vec::new(),
        }
    }

    #[cfg(feature = "publish")]
    pub(super) fn into_bytes(self) -> Vec<u8> {
        match self.content {
            Content::CutOffs(cut_offs) => cut_offs.into_bytes(),
            Content::Tokens(tokens) => tokens.into_bytes(),
        }
    }
}

/// Reads the six bytes with which every object starts.
pub(super) fn read_header(reader: &mut Reader<'_>, kind: ObjectKind) -> Result<(), Error> {
    if reader.array() != Some(MAGIC) {
        return Err(malformed("magic"));
    }
    if reader.u8() != Some(VERSION) {
        return Err(malformed("format version"));
    }
    if reader.u8() != Some(kind.number()) {
        return Err(malformed("kind differs from the manifest's"));
    }
    Ok(())
}

#[cfg(feature = "publish")]
pub(super) fn push_header(out: &mut Vec<u8>, kind: ObjectKind) {
    out.extend(MAGIC);
    out.extend([VERSION, kind.number()]);
}

const MAGIC: [u8; 4] = *b"RSNO";
const VERSION: u8 = 1;
