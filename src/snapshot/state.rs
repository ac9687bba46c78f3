//! What an edition says: a base, and the changes since it was written.

use super::cutoff::{self, CutOffs};
use super::delta::Delta;
use super::fragment::IssuerTag;
use super::manifest::{BaseFields, Manifest};
use super::object::{Object, ObjectKind, ObjectName};
use super::sequence::malformed;
use super::set::TokenSet;
use crate::{Dimension, Error};
use alloc::{sync::Arc, vec::Vec};

/// A base in memory and the changes laid over it. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub(super) struct State {
    tokens: Option<Arc<Object>>,
    cut_offs: Option<Arc<Object>>,
    changes: Arc<Delta>,
}

impl State {
    /// A base without changes.
    pub(super) fn new(objects: impl IntoIterator<Item = Arc<Object>>) -> Self {
        let mut state = Self::default();
        for object in objects {
            match object.name.kind {
                ObjectKind::Tokens => state.tokens = Some(object),
                ObjectKind::CutOffs => state.cut_offs = Some(object),
                ObjectKind::Delta => (),
            }
        }
        state
    }

    /// The base, in the order of the manifest.
    pub(super) fn objects(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.tokens.iter().chain(&self.cut_offs)
    }

    pub(super) fn is_based_on(&self, names: &[ObjectName]) -> bool {
        self.objects().map(|object| object.name).eq(names.iter().copied())
    }

    pub(super) fn tokens(&self) -> Option<&TokenSet> {
        self.tokens.as_ref().and_then(|object| object.tokens())
    }

    pub(super) fn cut_offs(&self) -> Option<&CutOffs> {
        self.cut_offs.as_ref().and_then(|object| object.cut_offs())
    }

    /// What was changed since the base.
    pub(super) fn changes(&self) -> &Delta {
        &self.changes
    }

    /// How many entries the base has.
    pub(super) fn base_entries(&self) -> u64 {
        let tokens = self.tokens().map_or(0, |tokens| u64::from(tokens.entries()));
        tokens + self.cut_offs().map_or(0, CutOffs::entries)
    }

    pub(super) fn has_token(&self, fragment: u64, expires_at: u64) -> bool {
        self.tokens().is_some_and(|tokens| tokens.contains(&self.changes.tokens, fragment, expires_at))
    }

    /// T of a hashed value.
    pub(super) fn cut_off(&self, dimension: Dimension, fragment: u64) -> Option<u64> {
        self.cut_offs()?.find(&self.changes.cut_offs, dimension, fragment)
    }

    /// T of a literal value.
    pub(super) fn literal_cut_off(
        &self,
        dimension: Dimension,
        issuer: &IssuerTag,
        value: &[u8],
    ) -> Option<u64> {
        let changed = self.changes.literals.find(dimension, issuer, value);
        changed.unwrap_or_else(|| self.cut_offs()?.find_literal(dimension, issuer, value))
    }

    /// The state after one more delta.
    pub(super) fn apply(&self, delta: &Delta) -> Result<Self, Error> {
        let universes = [
            (delta.tokens.len(), delta.tokens.quotients(), self.tokens().map(TokenSet::quotients)),
            (delta.cut_offs.len(), delta.cut_offs.quotients(), self.cut_offs().map(CutOffs::quotients)),
        ];
        if universes.iter().any(|&(changes, of, have)| changes != 0 && have != Some(of)) {
            return Err(malformed("delta of another universe"));
        }
        Ok(Self { changes: Arc::new(self.changes.then(delta)?), ..self.clone() })
    }

    /// A base of the same universe that holds every change, without what can affect no token any more.
    pub(super) fn fold(&self, base: &BaseFields) -> Result<Self, Error> {
        Ok(Self {
            tokens: self.fold_tokens(base.expired_before)?,
            cut_offs: self.fold_cut_offs(base.cut_before)?,
            changes: Arc::default(),
        })
    }

    fn fold_tokens(&self, expired_before: u64) -> Result<Option<Arc<Object>>, Error> {
        let changes = &self.changes.tokens;
        let folded = self.tokens().filter(|tokens| changes.len() != 0 || tokens.has_expired(expired_before));
        let Some(tokens) = folded else { return Ok(self.tokens.clone()) };
        opened(ObjectKind::Tokens, tokens.fold(changes, expired_before)).map(Some)
    }

    fn fold_cut_offs(&self, cut_before: u64) -> Result<Option<Arc<Object>>, Error> {
        let (changes, literals) = (&self.changes.cut_offs, &self.changes.literals);
        let bytes = cutoff::fold(self.cut_offs(), changes, literals, cut_before);
        bytes.map(|bytes| opened(ObjectKind::CutOffs, bytes)).transpose()
    }

    /// Whether every dimension with a value is one that the manifest declares. Its base must be the manifest's.
    pub(super) fn check_declared(&self, manifest: &Manifest) -> Result<(), Error> {
        let cut_before = manifest.fields.base.cut_before;
        let set = self.changes.cut_offs.set().iter();
        let dimensions =
            set.filter_map(|(position, time)| Some((self.cut_offs()?.dimension_at(position)?, time)));
        let kept =
            |&(dimension, time): &(Dimension, u64)| dimension.compares_generations() || time >= cut_before;
        let hashed = dimensions.filter(kept).map(|(dimension, _)| dimension);
        let mut dimensions = hashed.chain(self.changes.literals.dimensions(cut_before));
        if dimensions.all(|dimension| manifest.declares(dimension)) {
            return Ok(());
        }
        Err(malformed("dimension that the manifest does not declare"))
    }
}

fn opened(kind: ObjectKind, bytes: Vec<u8>) -> Result<Arc<Object>, Error> {
    let name = ObjectName::of(kind, &bytes).ok_or(malformed("length"))?;
    Object::open(name, bytes).map(Arc::new)
}
