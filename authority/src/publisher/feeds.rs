//! Every part of the snapshot: where each revocation goes, and in which order the parts are published.

use rescind::{Entry, Part, PartName, Publication, PublishError, ShardMap};

use super::PublishingError;
use super::feed::Feed;
use super::series::{About, Live, Said};
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
            let counts = self.about.enrols(&record) && record.entry().subject(&[]).is_some();
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
        for record in recorded {
            if self.about.enrols(record) {
                self.insert(record)?;
            }
        }
        if self.feeds.iter().any(Feed::is_new) { self.begin(store, now) } else { Ok(()) }
    }

    fn insert(&mut self, record: &Record) -> Result<(), PublishError> {
        let entry = record.entry();
        self.of_subjects += u64::from(entry.subject(&[]).is_some());
        for place in [self.place(&entry), self.whole()].into_iter().flatten() {
            self.feeds.get_mut(place).map_or(Ok(()), |feed| feed.insert(&entry, record.leaves_at))?;
        }
        Ok(())
    }

    /// Where the one part of an entry besides the whole is among the feeds.
    fn place(&self, entry: &Entry) -> Option<usize> {
        match self.shards.part_of(entry) {
            Part::Shard { number, .. } => Some(usize::from(number)),
            _ => self.feeds.len().checked_sub(2),
        }
    }

    fn whole(&self) -> Option<usize> {
        self.feeds.len().checked_sub(1)
    }

    fn is_new(&self, place: Option<usize>) -> bool {
        place.and_then(|place| self.feeds.get(place)).is_some_and(Feed::is_new)
    }

    /// Begins a universe for each part that needs one, from everything that is live.
    fn begin(&mut self, store: &dyn Store, now: u64) -> Result<(), PublishingError> {
        let mut live = Live::default();
        let mut of_subjects = 0;
        store.live(now, &mut |record| {
            let entry = record.entry();
            if self.about.enrols(&record) {
                of_subjects += u64::from(entry.subject(&[]).is_some());
                if self.is_new(self.whole()) || self.is_new(self.place(&entry)) {
                    live.push(entry, record.leaves_at);
                }
            }
        })?;
        self.of_subjects = of_subjects;
        if let Some(whole) = self.feeds.last_mut().filter(|whole| whole.is_new()) {
            whole.begin(&self.about, &live, now)?;
        }
        self.begin_parts(live, now)
    }

    /// Each entry moves on to its part: there may be millions.
    fn begin_parts(&mut self, live: Live, now: u64) -> Result<(), PublishingError> {
        let mut parts: Vec<Live> = self.feeds.iter().map(|_| Live::default()).collect();
        for (entry, leaves_at) in live {
            let part = self.place(&entry).and_then(|place| parts.get_mut(place));
            if let Some(part) = part {
                part.push(entry, leaves_at);
            }
        }
        for (feed, live) in self.feeds.iter_mut().zip(parts) {
            if feed.is_new() {
                feed.begin(&self.about, &live, now)?;
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
