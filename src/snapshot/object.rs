//! An immutable, content-addressed part of a snapshot.

use super::cutoff::CutOffs;
use super::delta::Delta;
use super::fragment::sha256;
use super::reader::Reader;
use super::sequence::malformed;
use super::set::TokenSet;
use crate::Error;
use alloc::vec::Vec;

/// What an object holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ObjectKind {
    /// Every single token that was revoked.
    Tokens,
    /// Every cut-off.
    CutOffs,
    /// Changes from one version to a later one.
    Delta,
}

impl ObjectKind {
    /// The kind's name: `tokens`, `cut_offs` or `delta`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Tokens => "tokens",
            Self::CutOffs => "cut_offs",
            Self::Delta => "delta",
        }
    }

    pub(super) const fn number(self) -> u8 {
        match self {
            Self::Tokens => 1,
            Self::CutOffs => 2,
            Self::Delta => 3,
        }
    }

    /// A kind that a base is made of.
    pub(super) fn base_from_number(number: u8) -> Option<Self> {
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
    /// `None` for bytes longer than any object.
    pub(super) fn of(kind: ObjectKind, bytes: &[u8]) -> Option<Self> {
        let length = u32::try_from(bytes.len()).ok()?;
        Some(Self { kind, length, sha256: sha256(bytes) })
    }

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
    Delta(Delta),
    Tokens(TokenSet),
}

impl Object {
    /// `bytes` are those of `name`.
    pub(super) fn open(name: ObjectName, bytes: Vec<u8>) -> Result<Self, Error> {
        let content = match name.kind {
            ObjectKind::CutOffs => Content::CutOffs(CutOffs::open(bytes)?),
            ObjectKind::Delta => Content::Delta(Delta::open(&bytes)?),
            ObjectKind::Tokens => Content::Tokens(TokenSet::open(bytes)?),
        };
        Ok(Self { name, content })
    }

    pub(super) const fn tokens(&self) -> Option<&TokenSet> {
        match &self.content {
            Content::Tokens(tokens) => Some(tokens),
            _ => None,
        }
    }

    pub(super) const fn cut_offs(&self) -> Option<&CutOffs> {
        match &self.content {
            Content::CutOffs(cut_offs) => Some(cut_offs),
            _ => None,
        }
    }

    /// The bytes of an object of a base; a delta is not kept as bytes.
    pub(super) fn bytes(&self) -> Option<&[u8]> {
        match &self.content {
            Content::CutOffs(cut_offs) => Some(cut_offs.bytes()),
            Content::Tokens(tokens) => Some(tokens.bytes()),
            Content::Delta(_) => None,
        }
    }

    pub(super) const fn delta(&self) -> Option<&Delta> {
        match &self.content {
            Content::Delta(delta) => Some(delta),
            _ => None,
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

pub(super) fn push_header(out: &mut Vec<u8>, kind: ObjectKind) {
    out.extend(MAGIC);
    out.extend([VERSION, kind.number()]);
}

const MAGIC: [u8; 4] = *b"RSNO";
const VERSION: u8 = 1;
