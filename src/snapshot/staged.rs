//! What the next edition changes.

use super::changes::{Changes, Entries};
use super::cutoff::CutOffs;
use super::delta::Delta;
use super::entry::Hashed;
use super::literal::{LiteralChanges, LiteralKey};
use super::publication::PublishError;
use super::set::TokenSet;
use super::state::State;
use crate::Dimension;
use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

/// Changes since the last edition, and how full each bucket is with them.
#[derive(Debug, Default)]
pub(super) struct Staged {
    tokens: BTreeMap<u64, Option<u64>>,
    cut_offs: BTreeMap<u64, Option<u64>>,
    literals: BTreeMap<LiteralKey, Option<u64>>,
    token_fills: Vec<Fill>,
    cut_off_fills: Vec<Fill>,
    entries: u64,
    /// Places that more than one entry asked for, for as long as they are taken: none of them can be taken back alone.
    shared: BTreeSet<(bool, u64)>,
    shared_literals: BTreeSet<LiteralKey>,
}

/// Entries of a bucket that count against its capacity.
#[derive(Clone, Copy, Debug)]
struct Fill {
    capacity: u32,
    entries: u32,
}

impl Fill {
    fn take(&mut self) -> Result<(), PublishError> {
        if self.entries >= self.capacity {
            return Err(PublishError::UniverseFull);
        }
        self.entries += 1;
        Ok(())
    }

    fn give_back(&mut self) {
        self.entries = self.entries.saturating_sub(1);
    }
}

impl Staged {
    /// Nothing staged on a base without changes.
    pub(super) fn new(base: &State) -> Self {
        let mut staged = Self { entries: base.base_entries(), ..Self::default() };
        staged.count(base);
        staged
    }

    /// Learns which places of a base were asked for more than once by the entries it is made of.
    pub(super) fn share(&mut self, base: &State, entries: impl Iterator<Item = Hashed>) {
        let (mut places, mut keys) = (Vec::new(), Vec::new());
        for entry in entries {
            match entry {
                Hashed::Literal { key, .. } => keys.push(key),
                hashed => places.extend(place(base, &hashed)),
            }
        }
        self.shared = repeated(places);
        self.shared_literals = repeated(keys);
    }

    pub(super) const fn entries(&self) -> u64 {
        self.entries
    }

    pub(super) fn add_token(
        &mut self,
        state: &State,
        fragment: u64,
        expires_at: Option<u64>,
    ) -> Result<(), PublishError> {
        let tokens = state.tokens().ok_or(PublishError::UniverseFull)?;
        let place = tokens.place(fragment, expires_at).ok_or(PublishError::UniverseFull)?;
        if self.has_token(tokens, state, place.position) {
            self.shared.insert((TOKEN, place.position));
            return Ok(());
        }
        self.token_fills.get_mut(place.bucket).ok_or(PublishError::UniverseFull)?.take()?;
        self.tokens.insert(place.position, Some(0));
        self.entries += 1;
        Ok(())
    }

    pub(super) fn remove_token(&mut self, state: &State, fragment: u64, expires_at: Option<u64>) -> bool {
        let Some(tokens) = state.tokens() else { return true };
        let Some(place) = tokens.place(fragment, expires_at) else { return true };
        if self.shared.contains(&(TOKEN, place.position)) {
            return false;
        }
        if self.has_token(tokens, state, place.position) {
            self.tokens.insert(place.position, None);
            self.token_fills.get_mut(place.bucket).into_iter().for_each(Fill::give_back);
            self.entries = self.entries.saturating_sub(1);
        }
        true
    }

    pub(super) fn set_cut_off(
        &mut self,
        state: &State,
        dimension: Dimension,
        fragment: u64,
        time: u64,
    ) -> Result<(), PublishError> {
        let cut_offs = state.cut_offs().ok_or(PublishError::UniverseFull)?;
        let position = cut_offs.position(dimension, fragment).ok_or(PublishError::UniverseFull)?;
        if let Some(before) = self.cut_off(cut_offs, state, position) {
            self.shared.insert((CUT_OFF, position));
            if before < time {
                self.cut_offs.insert(position, Some(time));
            }
            return Ok(());
        }
        let bucket = cut_offs.bucket_at(position).and_then(|bucket| self.cut_off_fills.get_mut(bucket));
        bucket.ok_or(PublishError::UniverseFull)?.take()?;
        self.cut_offs.insert(position, Some(time));
        self.entries += 1;
        Ok(())
    }

    pub(super) fn remove_cut_off(&mut self, state: &State, dimension: Dimension, fragment: u64) -> bool {
        let Some(cut_offs) = state.cut_offs() else { return true };
        let Some(position) = cut_offs.position(dimension, fragment) else { return true };
        if self.shared.contains(&(CUT_OFF, position)) {
            return false;
        }
        if self.cut_off(cut_offs, state, position).is_some() {
            self.cut_offs.insert(position, None);
            let bucket = cut_offs.bucket_at(position).and_then(|bucket| self.cut_off_fills.get_mut(bucket));
            bucket.into_iter().for_each(Fill::give_back);
            self.entries = self.entries.saturating_sub(1);
        }
        true
    }

    pub(super) fn set_literal(&mut self, state: &State, dimension: Dimension, key: LiteralKey, time: u64) {
        let before = self.literal(state, dimension, &key);
        if before.is_some() {
            self.shared_literals.insert(key.clone());
        } else {
            self.entries += 1;
        }
        if before.is_none_or(|before| before < time) {
            self.literals.insert(key, Some(time));
        }
    }

    pub(super) fn remove_literal(&mut self, state: &State, dimension: Dimension, key: LiteralKey) -> bool {
        if self.shared_literals.contains(&key) {
            return false;
        }
        if self.literal(state, dimension, &key).is_some() {
            self.literals.insert(key, None);
            self.entries = self.entries.saturating_sub(1);
        }
        true
    }

    /// What is staged, as the next delta on `state`.
    pub(super) fn delta(&self, state: &State) -> Delta {
        let changes = |quotients: Option<u32>, staged| changes(quotients.unwrap_or(0), staged);
        Delta {
            tokens: changes(state.tokens().map(TokenSet::quotients), &self.tokens),
            cut_offs: changes(state.cut_offs().map(CutOffs::quotients), &self.cut_offs),
            literals: LiteralChanges(self.literals.clone().into_iter().collect()),
        }
    }

    /// Takes what was staged as published. A new base starts its buckets anew.
    pub(super) fn settle(&mut self, state: &State, is_base: bool) {
        self.tokens.clear();
        self.cut_offs.clear();
        self.literals.clear();
        if is_base {
            self.entries = state.base_entries();
            self.count(state);
            self.forget_shared(state);
        }
    }

    /// A place that the base no longer has is free for one entry again.
    fn forget_shared(&mut self, base: &State) {
        let none = Changes::default();
        self.shared.retain(|&(kind, position)| match kind {
            TOKEN => base.tokens().is_some_and(|tokens| tokens.is_set(&none, position)),
            CUT_OFF => base.cut_offs().is_some_and(|cut_offs| cut_offs.time(&none, position).is_some()),
        });
        self.shared_literals.retain(|key| {
            Dimension::from_number(key.number)
                .is_some_and(|dimension| base.literal_cut_off(dimension, &key.issuer, &key.value).is_some())
        });
    }

    fn count(&mut self, base: &State) {
        let fills = |fills: Vec<(u32, u32)>| {
            fills.into_iter().map(|(capacity, entries)| Fill { capacity, entries }).collect::<Vec<_>>()
        };
        self.token_fills = base.tokens().map(|tokens| fills(tokens.fills())).unwrap_or_default();
        self.cut_off_fills = base.cut_offs().map(|cut_offs| fills(cut_offs.fills())).unwrap_or_default();
    }

    fn has_token(&self, tokens: &TokenSet, state: &State, position: u64) -> bool {
        let staged = self.tokens.get(&position).map(Option::is_some);
        staged.unwrap_or_else(|| tokens.is_set(&state.changes().tokens, position))
    }

    fn cut_off(&self, cut_offs: &CutOffs, state: &State, position: u64) -> Option<u64> {
        let staged = self.cut_offs.get(&position).copied();
        staged.unwrap_or_else(|| cut_offs.time(&state.changes().cut_offs, position))
    }

    fn literal(&self, state: &State, dimension: Dimension, key: &LiteralKey) -> Option<u64> {
        let staged = self.literals.get(key).copied();
        staged.unwrap_or_else(|| state.literal_cut_off(dimension, &key.issuer, &key.value))
    }
}

fn place(state: &State, entry: &Hashed) -> Option<(bool, u64)> {
    match *entry {
        Hashed::Token { fragment, expires_at } => {
            Some((TOKEN, state.tokens()?.place(fragment, expires_at)?.position))
        }
        Hashed::CutOff { dimension, fragment, .. } => {
            Some((CUT_OFF, state.cut_offs()?.position(dimension, fragment)?))
        }
        Hashed::Literal { .. } => None,
    }
}

/// What is in a list more than once.
fn repeated<T: Ord>(mut list: Vec<T>) -> BTreeSet<T> {
    list.sort_unstable();
    let mut last = None;
    let again = |item: T| {
        let is_again = last.as_ref() == Some(&item);
        last.replace(item).filter(|_| is_again)
    };
    list.into_iter().filter_map(again).collect()
}

fn changes(quotients: u32, staged: &BTreeMap<u64, Option<u64>>) -> Changes {
    if staged.is_empty() {
        return Changes::default();
    }
    let mut set = Entries::default();
    for (&position, value) in staged {
        if let Some(value) = *value {
            set.positions.push(position);
            set.values.push(value);
        }
    }
    let removed = staged.iter().filter(|(_, value)| value.is_none()).map(|(&position, _)| position);
    Changes::new(quotients, set, removed.collect()).unwrap_or_default()
}

const TOKEN: bool = false;
const CUT_OFF: bool = true;
