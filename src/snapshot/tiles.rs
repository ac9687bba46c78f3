//! Deltas kept by the publisher, each level twice as wide as the one before: a verifier that is behind by d
//! publications finds its way with about log2(d) of them.

use super::changes::Changes;
use super::delta::Delta;
use super::limits::{DELTA_BYTES, DELTAS};
use super::manifest::DeltaName;
use super::object::{ObjectKind, ObjectName};
use super::publication::PublishedObject;
use alloc::{collections::VecDeque, sync::Arc, vec::Vec};

/// The deltas of one unbroken run of publications in one universe.
#[derive(Clone, Debug, Default)]
pub(super) struct Tiles {
    publications: u64,
    /// The version before the first delta.
    start: u64,
    /// The last two of each width.
    levels: Vec<[Option<Arc<Tile>>; 2]>,
    /// The newest single deltas, for the manifest to carry.
    recent: VecDeque<Arc<Tile>>,
}

/// Changes over some versions, encoded.
#[derive(Debug)]
pub(super) struct Tile {
    from: u64,
    to: u64,
    delta: Delta,
    bytes: Vec<u8>,
    name: ObjectName,
}

impl Tile {
    /// `None` when a verifier would not take it.
    fn new(from: u64, to: u64, delta: Delta) -> Option<Self> {
        let fits = |changes: &Changes| {
            let room = usize::try_from(changes.quotients()).unwrap_or(usize::MAX);
            changes.set().positions.len() <= room && changes.removed().len() <= room
        };
        if !fits(&delta.tokens) || !fits(&delta.cut_offs) {
            return None;
        }
        let bytes = delta.to_bytes();
        let name = ObjectName::of(ObjectKind::Delta, &bytes).filter(|_| bytes.len() <= DELTA_BYTES)?;
        Some(Self { from, to, delta, bytes, name })
    }

    /// Both, one after the other.
    fn join(&self, later: &Self) -> Option<Self> {
        if self.to != later.from {
            return None;
        }
        Self::new(self.from, later.to, self.delta.then(&later.delta).ok()?)
    }

    fn delta_name(&self) -> DeltaName {
        DeltaName { from: self.from, to: self.to, object: Some(self.name) }
    }

    pub(super) fn object(&self) -> PublishedObject {
        PublishedObject { sha256: self.name.sha256, bytes: self.bytes.clone() }
    }

    pub(super) fn sha256(&self) -> [u8; 32] {
        self.name.sha256
    }
}

impl Tiles {
    /// The deltas after one more; `None` when it cannot be told by one. Tiles of more than `largest` changes are not
    /// made: whoever is so far behind fetches the base.
    pub(super) fn with(&self, from: u64, to: u64, delta: Delta, largest: usize) -> Option<Self> {
        let mut tiles = self.clone();
        if tiles.publications == 0 {
            tiles.start = from;
        }
        // A manifest tells spans as 32-bit numbers.
        u32::try_from(to.checked_sub(tiles.start)?).ok()?;
        let newest = Arc::new(Tile::new(from, to, delta)?);
        tiles.recent.push_front(Arc::clone(&newest));
        tiles.recent.truncate(RECENT);
        tiles.publications += 1;
        tiles.rise(newest, largest);
        Some(tiles)
    }

    /// Puts a delta in the lowest level and each pair of one level as one into the next.
    fn rise(&mut self, newest: Arc<Tile>, largest: usize) {
        let mut risen = Some(newest);
        for level in 0..LEVELS {
            let Some(tile) = risen else {
                self.levels.truncate(level);
                return;
            };
            if self.levels.len() == level {
                self.levels.push([None, None]);
            }
            let Some([before, last]) = self.levels.get_mut(level) else { return };
            *before = last.replace(tile);
            if !self.publications.is_multiple_of(2 << level) {
                return;
            }
            let pair = before.as_ref().zip(last.as_ref());
            let small = pair.filter(|(before, last)| before.delta.len() + last.delta.len() <= largest);
            risen = small.and_then(|(before, last)| before.join(last)).map(Arc::new);
        }
    }

    /// Whether many widths end at the present version, so that most verifiers come by it.
    pub(super) const fn is_crossing(&self) -> bool {
        self.publications.is_multiple_of(CROSSING)
    }

    /// The newest deltas as one, or as two that meet at the base, of about `budget` bytes. They are for the manifest
    /// to carry.
    pub(super) fn carried(&self, base: u64, mut budget: usize) -> Vec<(DeltaName, Vec<u8>)> {
        let (mut carried, mut joined) = (Vec::new(), None);
        for tile in &self.recent {
            let Some(rest) = budget.checked_sub(estimate(&tile.delta)) else { break };
            budget = rest;
            if tile.to == base {
                carried.extend(joined.take());
            }
            joined = match joined {
                None => Some((tile.from, tile.to, tile.delta.clone())),
                Some((_, to, later)) => tile.delta.then(&later).ok().map(|delta| (tile.from, to, delta)),
            };
        }
        carried.extend(joined);
        let tiles = carried.into_iter().map_while(|(from, to, delta)| Tile::new(from, to, delta));
        tiles.map(|tile| (DeltaName { object: None, ..tile.delta_name() }, tile.bytes)).collect()
    }

    /// The widest choice of deltas to fetch, newest first: those that reach back beyond `carried_from`.
    pub(super) fn listed(&self, carried_from: Option<u64>) -> Vec<Arc<Tile>> {
        let last = self.levels.iter().filter_map(|[_, last]| last.clone());
        let beyond = last.filter(|tile| carried_from.is_none_or(|carried_from| tile.from < carried_from));
        let mut tiles: Vec<Arc<Tile>> = beyond.collect();
        tiles.sort_by_key(|tile| core::cmp::Reverse((tile.to, tile.from)));
        tiles.truncate(usize::from(DELTAS));
        tiles
    }

    pub(super) fn names(tiles: &[Arc<Tile>]) -> Vec<DeltaName> {
        tiles.iter().map(|tile| tile.delta_name()).collect()
    }
}

/// About what a delta costs, in bytes.
fn estimate(delta: &Delta) -> usize {
    let literals: usize = delta.literals.0.iter().map(|(key, _)| LITERAL_BYTES + key.value.len()).sum();
    let literals = literals.saturating_add(delta.cut_offs.len().saturating_mul(CUT_OFF_BYTES));
    literals.saturating_add(delta.tokens.len().saturating_mul(TOKEN_BYTES))
}

const TOKEN_BYTES: usize = 6;
const CUT_OFF_BYTES: usize = 10;
const LITERAL_BYTES: usize = 43;

/// Widest tile: 2^20 publications, a day at one every 100 ms.
const LEVELS: usize = 21;

/// Single deltas kept for the manifest to carry.
const RECENT: usize = 64;

/// A base is best written when this many publications are behind.
const CROSSING: u64 = 256;
