//! One revocation, and a whole set of them on the way into a base.

use super::cutoff::CutOffsWriter;
use super::declared::{DeclaredDimension, Dimensions, subject_member, values_of};
use super::fragment::{IssuerTag, Kind, Prefix, Prefixes, issuer_tag};
use super::headroom::Headroom;
use super::limits::TIME_END;
use super::literal::LiteralKey;
use super::object::ObjectKind;
use super::part::{Part, Shard};
use super::publication::{PublishError, open};
use super::set::TokenSetWriter;
use super::state::State;
use super::values::push_member;
use crate::Dimension;
use alloc::{borrow::Cow, collections::BTreeMap, string::String, vec::Vec};

/// One revocation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Entry {
    /// Every token of a value that was issued before a time.
    CutOff {
        /// What the value is.
        dimension: Dimension,
        /// `iss` of the tokens.
        issuer: String,
        /// The value, one for each member of the dimension; for [`Dimension::Issuer`] the issuer once more.
        values: Vec<String>,
        /// T: tokens with `iat` < T are dead. Seconds since the Unix epoch, below 2^40. For a dimension that compares
        /// generations the least one that lives.
        not_before: u64,
        /// `sub` of the tokens, where it is known for certain: only heeded for [`Dimension::Session`]. A wrong one
        /// lets the tokens pass where shards are loaded.
        subject: Option<String>,
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
        /// The token's own `sub`, where it is known for certain. A wrong one lets the token pass where shards are
        /// loaded.
        subject: Option<String>,
    },
}

impl Entry {
    /// `iss` of the tokens it speaks of.
    pub fn issuer(&self) -> &str {
        match self {
            Self::CutOff { issuer, .. } | Self::Token { issuer, .. } => issuer,
        }
    }

    /// `sub` of every token it speaks of; `None` when they may be of several subjects, or it is not known.
    pub fn subject(&self, declared: &[DeclaredDimension]) -> Option<&str> {
        match self {
            Self::CutOff { dimension: Dimension::Session, subject, .. } | Self::Token { subject, .. } => {
                subject.as_deref()
            }
            Self::CutOff { dimension, values, .. } => {
                values.get(subject_member(*dimension, declared)?).map(String::as_str)
            }
        }
    }

    /// Whether [`publish`](crate::publish) takes it, when its issuer is enrolled and these dimensions are declared.
    /// Whoever records revocations asks this first: one entry that cannot be written holds up every publication.
    ///
    /// # Errors
    /// [`PublishError::EntryInvalid`].
    pub fn validate(&self, declared: &[DeclaredDimension]) -> Result<(), PublishError> {
        let Self::CutOff { dimension, issuer, values, not_before, .. } = self else { return Ok(()) };
        let invalid = |expected| Err(PublishError::EntryInvalid { expected });
        if *not_before >= TIME_END {
            return invalid("not_before below 2^40");
        }
        if values_of(*dimension, declared) != Some(values.len()) {
            return invalid("a value for each member of a dimension that is built-in or declared");
        }
        let longest = values.iter().map(String::len).max().unwrap_or(0);
        match dimension {
            Dimension::Issuer if values.first() != Some(issuer) => {
                invalid("the issuer as the value of an issuer cut-off")
            }
            Dimension::Key if longest > usize::from(u16::MAX) => invalid("a kid of at most 65,535 bytes"),
            _ if u32::try_from(longest).is_err() => invalid("values below 2^32 bytes"),
            _ => Ok(()),
        }
    }
}

/// The issuers that a publisher speaks for.
#[derive(Debug)]
pub(super) struct Enrolled {
    /// Strictly ascending.
    tags: Vec<IssuerTag>,
    /// Issuers by name, with the place of their tag.
    places: BTreeMap<String, usize>,
}

impl Enrolled {
    /// 1 to 255 different issuers.
    pub(super) fn new(issuers: &[String]) -> Result<Self, PublishError> {
        let mut tags: Vec<IssuerTag> = issuers.iter().map(|issuer| issuer_tag(issuer)).collect();
        tags.sort_unstable();
        tags.dedup();
        if tags.is_empty() || tags.len() != issuers.len() || tags.len() > usize::from(u8::MAX) {
            return Err(PublishError::ParameterInvalid {
                parameter: "issuers",
                expected: "1 to 255 different issuers",
            });
        }
        let place = |issuer: &String| Some((issuer.clone(), tags.binary_search(&issuer_tag(issuer)).ok()?));
        let places = issuers.iter().filter_map(place).collect();
        Ok(Self { tags, places })
    }

    pub(super) fn tags(&self) -> &[IssuerTag] {
        &self.tags
    }
}

/// Where an entry goes.
pub(super) enum Hashed {
    CutOff { dimension: Dimension, fragment: u64, time: u64 },
    Literal { key: LiteralKey, time: u64 },
    Token { fragment: u64, expires_at: Option<u64> },
}

/// Hashes the entries of one part under one salt.
#[derive(Debug)]
pub(super) struct Hasher {
    part: Part,
    prefixes: Prefixes,
    declared: Vec<DeclaredDimension>,
}

impl Hasher {
    pub(super) fn new(
        salt: &[u8; 16],
        part: Part,
        enrolled: &Enrolled,
        dimensions: &Dimensions,
        declared: &[DeclaredDimension],
    ) -> Self {
        let kinds = [Kind::Token, Kind::Shard].into_iter().chain(dimensions.hashed().map(Kind::CutOff));
        let prefixes = Prefixes::new(salt, &enrolled.tags, kinds.collect());
        Self { part, prefixes, declared: declared.into() }
    }

    /// What an entry is hashed to, once it is found valid.
    pub(super) fn hash(&self, enrolled: &Enrolled, entry: &Entry) -> Result<Hashed, PublishError> {
        entry.validate(&self.declared)?;
        let place = enrolled.places.get(entry.issuer()).copied();
        let unknown = || PublishError::IssuerNotEnrolled { issuer: entry.issuer().into() };
        if !self.may_write(place.ok_or_else(unknown)?, entry) {
            return Err(PublishError::EntryInvalid { expected: "an entry of a subject of this shard" });
        }
        place.and_then(|place| self.hash_at(enrolled, place, entry)).ok_or_else(unknown)
    }

    /// Whether every verifier that the entry concerns looks it up in this part: in a shard only tokens of its subjects
    /// are.
    fn may_write(&self, place: usize, entry: &Entry) -> bool {
        let Part::Shard { shard_bits, number } = self.part else { return true };
        let shard = entry.subject(&self.declared).and_then(|subject| {
            let prefix = self.prefixes.get(place, Kind::Shard)?;
            Shard::of_fragment(shard_bits, prefix.fragment(subject.as_bytes()))
        });
        shard.is_some_and(|shard| shard.number() == number)
    }

    fn hash_at(&self, enrolled: &Enrolled, place: usize, entry: &Entry) -> Option<Hashed> {
        let fragment =
            |kind, value: &[u8]| self.prefixes.get(place, kind).map(|prefix: &Prefix| prefix.fragment(value));
        Some(match entry {
            Entry::Token { token_id, expires_at, .. } => {
                let expires_at = expires_at.filter(|&expires_at| expires_at < TIME_END);
                Hashed::Token { fragment: fragment(Kind::Token, token_id.as_bytes())?, expires_at }
            }
            Entry::CutOff { dimension, values, not_before, .. } if dimension.is_literal() => {
                let value = values.first()?.as_bytes();
                let key = LiteralKey::new(*dimension, *enrolled.tags.get(place)?, value);
                Hashed::Literal { key, time: *not_before }
            }
            &Entry::CutOff { dimension, ref values, not_before, .. } => {
                let fragment = fragment(Kind::CutOff(dimension), &encoded(values))?;
                Hashed::CutOff { dimension, fragment, time: not_before }
            }
        })
    }
}

/// A value as it is hashed: one member stands for itself.
fn encoded(values: &[String]) -> Cow<'_, [u8]> {
    if let [value] = values {
        return Cow::Borrowed(value.as_bytes());
    }
    let mut tuple = Vec::new();
    values.iter().for_each(|value| push_member(&mut tuple, value));
    Cow::Owned(tuple)
}

/// Collects entries for a base.
pub(super) struct EntryWriter<'a> {
    enrolled: &'a Enrolled,
    dimensions: &'a Dimensions,
    hasher: Hasher,
    tokens: TokenSetWriter,
    cut_offs: CutOffsWriter,
}

impl<'a> EntryWriter<'a> {
    pub(super) fn new(hasher: Hasher, enrolled: &'a Enrolled, dimensions: &'a Dimensions) -> Self {
        let (tokens, cut_offs) = (TokenSetWriter::default(), CutOffsWriter::default());
        Self { enrolled, dimensions, hasher, tokens, cut_offs }
    }

    pub(super) fn insert(&mut self, entry: &Entry) -> Result<(), PublishError> {
        match self.hasher.hash(self.enrolled, entry)? {
            Hashed::CutOff { dimension, fragment, time } => self.cut_offs.insert(dimension, fragment, time),
            Hashed::Literal { key, time } => self.cut_offs.literals.insert(key, time),
            Hashed::Token { fragment, expires_at } => self.tokens.insert(fragment, expires_at),
        }
        Ok(())
    }

    /// The base; objects without entries and without room are left out.
    pub(super) fn finish(self, headroom: &Headroom) -> Result<State, PublishError> {
        let tokens = self.tokens.finish(headroom).map(|bytes| open(ObjectKind::Tokens, bytes)).transpose()?;
        let cut_offs = self.cut_offs.finish(headroom, self.dimensions);
        let cut_offs = cut_offs.map(|bytes| open(ObjectKind::CutOffs, bytes)).transpose()?;
        Ok(State::new(tokens.into_iter().chain(cut_offs)))
    }
}
