//! Every part of the snapshot: where each revocation goes, and in which order the parts are published.

use rescind::{Part, PartName, Publication, PublishError, ShardMap};

use super::PublishingError;
use super::feed::Feed;
use super::series::{About, Said};
use crate::ed25519::Ed25519Key;
use crate::record::Record;
use crate::store::{Store, StoreError};

/// The parts of one epoch.
pub(super) struct Feeds {
    about: About,
    shards: ShardMap,
    /// Every shard, then the common part, then the whole: whoever sees a later one finds the earlier ones renewed.
    feeds: Vec<Feed>,
    /// How many entries of known subjects there may be: those that were live at the last reading, and all since.
    of_subjects: u64,
}

impl Feeds {
    pub(super) fn new(about: About, shard_bits: u8) -> Self {
        let shards = (0..shard_count(shard_bits)).map(|number| Part::Shard { shard_bits, number });
        let last = [Part::Common { shard_bits }, Part::Whole { shard_bits }];
        let feeds = shards.chain(last).map(Feed::new).collect();
        Self { shards: ShardMap::new(about.salt, shard_bits), about, feeds, of_subjects: 0 }
    }

    pub(super) fn names(&self) -> Vec<PartName> {
        self.feeds.iter().map(Feed::name).collect()
    }

    /// How many entries of known subjects live at most: what has left since the last count is in it.
    pub(super) const fn of_subjects(&self) -> u64 {
        self.of_subjects
    }

    /// Counts the live entries of known subjects.
    pub(super) fn count(&mut self, store: &dyn Store, now: u64) -> Result<u64, StoreError> {
        let mut of_subjects = 0;
        store.live(now, &mut |record| {
            let counts = self.about.enrols(&record) && record.entry().subject().is_some();
            of_subjects += u64::from(counts);
        })?;
        self.of_subjects = of_subjects;
        Ok(of_subjects)
    }

    /// Takes what was recorded, and lets go of what has left. Parts without room are begun anew from the store.
    pub(super) fn take(
        &mut self,
        recorded: &[Record],
        store: &dyn Store,
        now: u64,
    ) -> Result<(), PublishingError> {
        self.feeds.iter_mut().try_for_each(|feed| feed.forget(now))?;
        for record in recorded.iter().filter(|record| self.about.enrols(record)) {
            self.insert(record)?;
        }
        if self.feeds.iter().any(Feed::is_new) { self.begin(store, now) } else { Ok(()) }
    }

    fn insert(&mut self, record: &Record) -> Result<(), PublishError> {
        let entry = record.entry();
        self.of_subjects += u64::from(entry.subject().is_some());
        let places = [self.place(self.shards.part_of(&entry)), self.feeds.len().checked_sub(1)];
        for place in places.into_iter().flatten() {
            self.feeds.get_mut(place).into_iter().try_for_each(|feed| feed.insert(record))?;
        }
        Ok(())
    }

    /// Where a part is among the feeds.
    fn place(&self, part: Part) -> Option<usize> {
        match part {
            Part::Shard { number, .. } => Some(usize::from(number)),
            Part::Common { .. } => self.feeds.len().checked_sub(2),
            Part::Whole { .. } => self.feeds.len().checked_sub(1),
        }
    }

    /// Begins a universe for each part that needs one, from everything that is live.
    fn begin(&mut self, store: &dyn Store, now: u64) -> Result<(), PublishingError> {
        let mut live: Vec<Option<Vec<Record>>> =
            self.feeds.iter().map(|feed| feed.is_new().then(Vec::new)).collect();
        self.of_subjects = 0;
        store.live(now, &mut |record| {
            if !self.about.enrols(&record) {
                return;
            }
            let entry = record.entry();
            self.of_subjects += u64::from(entry.subject().is_some());
            let places = [self.place(self.shards.part_of(&entry)), self.feeds.len().checked_sub(1)];
            for place in places.into_iter().flatten() {
                live.get_mut(place).into_iter().flatten().for_each(|live| live.push(record.clone()));
            }
        })?;
        for (feed, live) in self.feeds.iter_mut().zip(live) {
            if let Some(live) = live {
                tracing::info!(part = %feed.name(), records = live.len(), "a base is begun from what is live");
                feed.begin(&self.about, live, now)?;
            }
        }
        Ok(())
    }

    /// Signs the parts that changed or are due, each handed over before the next is signed. The whole always is.
    pub(super) fn publish(
        &mut self,
        said: &Said,
        (now, renew): (u64, u64),
        key: &Ed25519Key,
        sink: &mut dyn FnMut(PartName, Publication),
    ) -> Result<(), PublishError> {
        for feed in &mut self.feeds {
            let renew = if feed.name() == PartName::Whole { 0 } else { renew };
            if let Some(publication) = feed.publish(said, (now, renew), key)? {
                sink(feed.name(), publication);
            }
        }
        Ok(())
    }
}

fn shard_count(shard_bits: u8) -> u16 {
    if shard_bits == 0 { 0 } else { 1_u16.checked_shl(shard_bits.into()).unwrap_or(0) }
}
