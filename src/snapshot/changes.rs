//! What was set and taken out in one sequence since its base.

use super::sequence::malformed;
use crate::Error;
use alloc::vec::Vec;
use core::cmp::Ordering;

/// Changes to a sequence by position. A position is set or removed, never both.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    /// Quotients of the sequence they belong to; 0 when there are none.
    quotients: u32,
    set: Entries,
    /// Strictly ascending.
    removed: Vec<u64>,
}

/// Positions, strictly ascending, with a value each: 0 for a token, T for a cut-off.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Entries {
    pub(super) positions: Vec<u64>,
    pub(super) values: Vec<u64>,
}

/// What became of a position.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Change {
    Removed,
    Set(u64),
}

impl Changes {
    /// `None` when a position is both set and removed.
    pub(super) fn new(quotients: u32, set: Entries, removed: Vec<u64>) -> Option<Self> {
        if set.positions.iter().any(|position| removed.binary_search(position).is_ok()) {
            return None;
        }
        Some(Self { quotients, set, removed })
    }

    pub(super) const fn quotients(&self) -> u32 {
        self.quotients
    }

    pub(super) const fn set(&self) -> &Entries {
        &self.set
    }

    #[cfg(feature = "publish")]
    pub(super) fn removed(&self) -> &[u64] {
        &self.removed
    }

    pub(super) fn len(&self) -> usize {
        self.set.positions.len() + self.removed.len()
    }

    pub(super) fn find(&self, position: u64) -> Option<Change> {
        if let Ok(at) = self.set.positions.binary_search(&position) {
            return self.set.values.get(at).map(|&value| Change::Set(value));
        }
        self.removed.binary_search(&position).is_ok().then_some(Change::Removed)
    }

    /// These changes and then `later` ones, of which each outranks an earlier one of the same position.
    pub(super) fn then(&self, later: &Self) -> Result<Self, Error> {
        if later.len() == 0 {
            return Ok(self.clone());
        }
        if self.len() == 0 {
            return Ok(later.clone());
        }
        if self.quotients != later.quotients {
            return Err(malformed("delta of another universe"));
        }
        Ok(Self {
            quotients: self.quotients,
            set: self.set.overlaid(&later.set, &later.removed),
            removed: union(&self.removed, &later.removed, &later.set.positions),
        })
    }
}

impl Entries {
    fn with_capacity(capacity: usize) -> Self {
        Self { positions: Vec::with_capacity(capacity), values: Vec::with_capacity(capacity) }
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (u64, u64)> + Clone {
        self.positions.iter().copied().zip(self.values.iter().copied())
    }

    fn push(&mut self, (position, value): (u64, u64)) {
        self.positions.push(position);
        self.values.push(value);
    }

    /// Copies the entries of `range` over.
    fn append(&mut self, other: &Self, range: core::ops::Range<usize>) {
        self.positions.extend(other.positions.get(range.clone()).unwrap_or_default());
        self.values.extend(other.values.get(range).unwrap_or_default());
    }

    /// These without the `removed` positions, and `later` in place of those with the same position.
    fn overlaid(&self, later: &Self, removed: &[u64]) -> Self {
        let mut out = Self::with_capacity(self.positions.len() + later.positions.len());
        let mut from = 0;
        for (position, entry) in interrupted(later, removed) {
            // Entries between two changes are copied in one go: there are far more of them than of changes.
            let rest = self.positions.get(from..).unwrap_or_default();
            let (until, same) = match rest.binary_search(&position) {
                Ok(at) => (from + at, 1),
                Err(at) => (from + at, 0),
            };
            out.append(self, from..until);
            from = until + same;
            entry.into_iter().for_each(|value| out.push((position, value)));
        }
        out.append(self, from..self.positions.len());
        out
    }
}

/// Positions that are set (with their value) or removed, ascending.
fn interrupted(set: &Entries, removed: &[u64]) -> impl Iterator<Item = (u64, Option<u64>)> {
    let mut set = set.iter().peekable();
    let mut removed = removed.iter().copied().peekable();
    core::iter::from_fn(move || match (set.peek(), removed.peek()) {
        (Some(&(position, _)), Some(&taken)) if taken < position => removed.next().map(|taken| (taken, None)),
        (Some(_), _) => set.next().map(|(position, value)| (position, Some(value))),
        (None, _) => removed.next().map(|taken| (taken, None)),
    })
}

/// Both lists, the first one without what is in `set`; all are ascending.
fn union(one: &[u64], other: &[u64], set: &[u64]) -> Vec<u64> {
    let mut out = Vec::with_capacity(one.len() + other.len());
    let mut kept = one.iter().filter(|position| set.binary_search(position).is_err()).peekable();
    for position in other {
        while let Some(before) = kept.next_if(|kept| *kept < position) {
            out.push(*before);
        }
        kept.next_if(|kept| *kept == position);
        out.push(*position);
    }
    out.extend(kept);
    out
}

/// The entries of a base with changes made to them, ascending.
#[derive(Clone)]
pub(super) struct Merged<'a, B: Iterator<Item = (u64, u64)>> {
    base: core::iter::Peekable<B>,
    changes: &'a Changes,
    set: usize,
    removed: usize,
}

impl<'a, B: Iterator<Item = (u64, u64)>> Merged<'a, B> {
    pub(super) fn new(base: B, changes: &'a Changes) -> Self {
        Self { base: base.peekable(), changes, set: 0, removed: 0 }
    }

    fn is_removed(&mut self, position: u64) -> bool {
        loop {
            match self.changes.removed.get(self.removed).map(|removed| removed.cmp(&position)) {
                Some(Ordering::Less) => self.removed += 1,
                Some(Ordering::Equal) => return true,
                _ => return false,
            }
        }
    }
}

impl<B: Iterator<Item = (u64, u64)>> Iterator for Merged<'_, B> {
    type Item = (u64, u64);

    fn next(&mut self) -> Option<(u64, u64)> {
        loop {
            let below = self.base.peek().map_or(u64::MAX, |&(position, _)| position);
            let set = self.changes.set.positions.get(self.set).copied();
            if let Some(position) = set.filter(|&position| position <= below) {
                let value = self.changes.set.values.get(self.set).copied()?;
                self.set += 1;
                self.base.next_if(|&(base, _)| base == position);
                return Some((position, value));
            }
            let entry = self.base.next()?;
            if !self.is_removed(entry.0) {
                return Some(entry);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::collections::BTreeMap;

    type Model = BTreeMap<u64, u64>;

    fn changes(set: &[(u64, u64)], removed: &[u64]) -> Changes {
        let (positions, values) = set.iter().copied().unzip();
        Changes::new(9, Entries { positions, values }, removed.into()).unwrap()
    }

    fn applied(base: &Model, changes: &Changes) -> Model {
        Merged::new(base.iter().map(|(&position, &value)| (position, value)), changes).collect()
    }

    /// Six deltas over a dozen positions, made from `seed`.
    fn deltas(seed: u64) -> Vec<Changes> {
        let mut state = seed;
        let mut next = move || {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            state >> 60
        };
        (0..6)
            .map(|_| {
                let kinds: Vec<(u64, u64)> = (0..12).map(|position| (position, next())).collect();
                let set: Vec<(u64, u64)> = kinds.iter().copied().filter(|(_, kind)| *kind < 5).collect();
                let removed = kinds.iter().filter(|(_, kind)| *kind > 11).map(|&(position, _)| position);
                changes(&set, &removed.collect::<Vec<_>>())
            })
            .collect()
    }

    #[test]
    fn changes_one_after_another_are_their_composition() {
        for seed in 0..500 {
            let base: Model = (0..12).step_by(2).map(|position| (position, 99)).collect();
            let deltas = deltas(seed);
            let (mut stepwise, mut composed) = (base.clone(), Changes::default());
            for delta in &deltas {
                stepwise = applied(&stepwise, delta);
                composed = composed.then(delta).unwrap();
            }
            assert_eq!(applied(&base, &composed), stepwise);
            // Any way of putting brackets gives the same.
            let tail = deltas[1..].iter().fold(Changes::default(), |sum, delta| sum.then(delta).unwrap());
            assert_eq!(deltas[0].then(&tail).unwrap(), composed);
        }
    }

    #[test]
    fn changes_that_start_before_the_state_give_the_same_state() {
        for seed in 0..500 {
            let base: Model = (0..12).step_by(3).map(|position| (position, 99)).collect();
            let deltas = deltas(seed);
            let whole = deltas.iter().fold(Changes::default(), |sum, delta| sum.then(delta).unwrap());
            let mut state = base.clone();
            for delta in &deltas {
                state = applied(&state, delta);
                assert_eq!(applied(&state, &whole), applied(&base, &whole));
            }
        }
    }

    #[test]
    fn later_change_of_a_position_is_found() {
        let sum = changes(&[(1, 10), (2, 20)], &[3, 4]).then(&changes(&[(3, 30)], &[2])).unwrap();
        let found = [0, 1, 2, 3, 4].map(|position| sum.find(position));
        let expected = [
            None,
            Some(Change::Set(10)),
            Some(Change::Removed),
            Some(Change::Set(30)),
            Some(Change::Removed),
        ];
        assert_eq!(found, expected);
    }

    #[test]
    fn changes_of_two_universes_do_not_mix() {
        let other = Changes { quotients: 8, ..changes(&[(1, 1)], &[]) };
        assert_eq!(changes(&[(1, 1)], &[]).then(&other), Err(malformed("delta of another universe")));
    }
}
