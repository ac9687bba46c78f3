//! Which places are taken, and by which token.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::PlaceError;
use crate::secret::{random, random_id};

/// A token that has a place: what revocations strike it by. Times are seconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Holder {
    /// `jti`.
    pub(crate) token_id: String,
    /// The header's `kid`.
    pub(crate) key_id: String,
    /// `sub`.
    pub(crate) subject: String,
    /// `client_id`.
    pub(crate) client: String,
    /// `sid`.
    pub(crate) session: String,
    /// The value of the organization claim.
    pub(crate) organization: Option<String>,
    /// `iat`.
    pub(crate) issued_at: u64,
    /// `exp`.
    pub(crate) expires_at: u64,
}

/// Where a token stands: the list's number, which orders lists by their age, and the index in it.
pub(super) type Spot = (u64, u32);

/// The lists and who stands in them.
pub(super) struct Pool {
    entries: u32,
    max_lists: usize,
    lists: BTreeMap<u64, List>,
    /// When each place becomes free.
    frees: BTreeSet<(u64, Spot)>,
}

struct List {
    id: String,
    taken: HashMap<u32, Arc<Holder>>,
}

/// A place that was found free, and the list's name if the list is new.
pub(super) struct Found {
    pub(super) spot: Spot,
    pub(super) list: String,
    pub(super) is_new: bool,
}

impl Pool {
    pub(super) fn new(entries: u32, max_lists: usize) -> Self {
        Self { entries, max_lists, lists: BTreeMap::new(), frees: BTreeSet::new() }
    }

    /// As large as this one, with nothing in it.
    pub(super) fn emptied(&self) -> Self {
        Self::new(self.entries, self.max_lists)
    }

    pub(super) fn add_list(&mut self, number: u64, id: String) {
        self.lists.insert(number, List { id, taken: HashMap::new() });
    }

    /// Takes a place until `free_at`. `false` when its list is not there.
    pub(super) fn take(&mut self, spot: Spot, holder: Holder, free_at: u64) -> bool {
        let Some(list) = self.lists.get_mut(&spot.0) else { return false };
        list.taken.insert(spot.1, Arc::new(holder));
        self.frees.insert((free_at, spot))
    }

    /// A free place at random, in the oldest list that is less than half full, or in a new one.
    pub(super) fn find(&mut self) -> Result<Found, PlaceError> {
        let half = usize::try_from(self.entries / 2).unwrap_or(usize::MAX);
        let open = self.lists.iter().find(|(_, list)| list.taken.len() < half);
        if let Some((number, list)) = open {
            let spot = (*number, free_index(list, self.entries)?);
            return Ok(Found { spot, list: list.id.clone(), is_new: false });
        }
        if self.lists.len() >= self.max_lists {
            return Err(PlaceError::Full);
        }
        let number = self.lists.last_key_value().map_or(0, |(number, _)| number.saturating_add(1));
        let id = random_id().map_err(|_| PlaceError::Unavailable)?;
        self.add_list(number, id.clone());
        let index = random_index(self.entries)?;
        Ok(Found { spot: (number, index), list: id, is_new: true })
    }

    /// Takes a place back that did not reach the disk.
    pub(super) fn give_back(&mut self, spot: Spot, free_at: u64) {
        self.frees.remove(&(free_at, spot));
        if let Some(list) = self.lists.get_mut(&spot.0) {
            list.taken.remove(&spot.1);
        }
    }

    /// Up to `limit` places that are free by `now`.
    pub(super) fn freed(&self, now: u64, limit: usize) -> Vec<(u64, Spot)> {
        self.frees.iter().take_while(|(free_at, _)| *free_at <= now).take(limit).copied().collect()
    }

    /// Lists without a token, except the newest one.
    pub(super) fn empty_lists(&self) -> Vec<u64> {
        let newest = self.lists.last_key_value().map(|(number, _)| *number);
        let empty =
            self.lists.iter().filter(|(number, list)| list.taken.is_empty() && Some(**number) != newest);
        empty.map(|(number, _)| *number).collect()
    }

    pub(super) fn remove_list(&mut self, number: u64) {
        self.lists.remove(&number);
    }

    /// Who stands in the list of this name.
    pub(super) fn holders(&self, id: &str) -> Option<Vec<(u32, Arc<Holder>)>> {
        let list = self.lists.values().find(|list| list.id == id)?;
        Some(list.taken.iter().map(|(index, holder)| (*index, Arc::clone(holder))).collect())
    }
}

/// At most half of the places are taken, so that few tries are needed; so many fail once in 2^64.
fn free_index(list: &List, entries: u32) -> Result<u32, PlaceError> {
    for _ in 0..64 {
        let index = random_index(entries)?;
        if !list.taken.contains_key(&index) {
            return Ok(index);
        }
    }
    Err(PlaceError::Unavailable)
}

fn random_index(entries: u32) -> Result<u32, PlaceError> {
    let random = u64::from_le_bytes(random::<8>().map_err(|_| PlaceError::Unavailable)?);
    u32::try_from(random % u64::from(entries)).map_err(|_| PlaceError::Unavailable)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holder() -> Holder {
        let text = String::new;
        Holder {
            token_id: text(),
            key_id: text(),
            subject: text(),
            client: text(),
            session: text(),
            organization: None,
            issued_at: 0,
            expires_at: 0,
        }
    }

    fn fill(pool: &mut Pool, tokens: u64) -> Vec<Spot> {
        let take = |free_at| {
            let Found { spot, .. } = pool.find().unwrap();
            assert!(pool.take(spot, holder(), free_at));
            spot
        };
        (1..=tokens).map(take).collect()
    }

    #[test]
    fn no_place_is_given_twice_and_lists_roll_over_when_half_full() {
        let mut pool = Pool::new(1024, 3);
        let spots = fill(&mut pool, 3 * 512);
        assert_eq!(spots.iter().collect::<BTreeSet<_>>().len(), 3 * 512);
        let in_list = |number| spots.iter().filter(|spot| spot.0 == number).count();
        assert_eq!([0, 1, 2].map(in_list), [512; 3]);
        assert!(matches!(pool.find(), Err(PlaceError::Full)));
    }

    #[test]
    fn places_are_not_in_the_order_of_issue() {
        let spots = fill(&mut Pool::new(1 << 17, 1), 64);
        assert!(!spots.is_sorted());
        assert!(spots.iter().any(|spot| spot.1 >= 1 << 16));
    }

    #[test]
    fn place_is_free_again_at_its_time_and_empty_lists_go() {
        let mut pool = Pool::new(1024, 2);
        fill(&mut pool, 513);
        assert_eq!(pool.freed(0, 1000).len(), 0);
        let freed = pool.freed(512, 1000);
        assert_eq!((freed.len(), pool.freed(512, 10).len()), (512, 10));
        assert_eq!(pool.empty_lists(), Vec::<u64>::new());
        for (free_at, spot) in freed {
            pool.give_back(spot, free_at);
        }
        assert_eq!(pool.empty_lists(), [0]);
        pool.remove_list(0);
        assert_eq!(pool.find().unwrap().spot.0, 1);
    }
}
