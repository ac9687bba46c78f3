//! What is held for each of a few shards.

use super::part::Shard;
use alloc::vec::Vec;

/// Values by shard, ascending.
#[derive(Clone, Debug)]
pub(super) struct ShardTable<T>(Vec<(Shard, T)>);

impl<T> ShardTable<T> {
    pub(super) const fn new() -> Self {
        Self(Vec::new())
    }

    fn place(&self, shard: &Shard) -> Result<usize, usize> {
        self.0.binary_search_by(|(other, _)| other.cmp(shard))
    }

    pub(super) fn get(&self, shard: &Shard) -> Option<&T> {
        self.0.get(self.place(shard).ok()?).map(|(_, value)| value)
    }

    pub(super) fn get_mut(&mut self, shard: &Shard) -> Option<&mut T> {
        let place = self.place(shard).ok()?;
        self.0.get_mut(place).map(|(_, value)| value)
    }

    pub(super) fn insert(&mut self, shard: Shard, value: T) {
        self.remove(&shard);
        self.get_or_insert_with(shard, || value);
    }

    pub(super) fn get_or_insert_with(&mut self, shard: Shard, make: impl FnOnce() -> T) -> &mut T {
        let place = self.place(&shard).unwrap_or_else(|place| {
            self.0.insert(place, (shard, make()));
            place
        });
        #[expect(clippy::indexing_slicing, reason = "the place was found or has just been filled")]
        &mut self.0[place].1
    }

    pub(super) fn remove(&mut self, shard: &Shard) -> Option<T> {
        let place = self.place(shard).ok()?;
        Some(self.0.remove(place).1)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (&Shard, &T)> {
        self.0.iter().map(|(shard, value)| (shard, value))
    }

    pub(super) fn values(&self) -> impl Iterator<Item = &T> {
        self.0.iter().map(|(_, value)| value)
    }

    pub(super) fn values_mut(&mut self) -> impl Iterator<Item = &mut T> {
        self.0.iter_mut().map(|(_, value)| value)
    }

    pub(super) fn retain(&mut self, mut keeps: impl FnMut(&Shard, &mut T) -> bool) {
        self.0.retain_mut(|(shard, value)| keeps(shard, value));
    }
}
