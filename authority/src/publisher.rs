//! Turns what is recorded into signed editions of the snapshot.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::config::{Config, Shards};
use crate::ed25519::Ed25519Key;
use crate::ledger::Ledger;
use crate::record::Lifetimes;
use crate::sink::{Keep, MemorySink};
use crate::store::{PublicationState, Store, StoreError};

mod error;
pub(crate) use error::PublishingError;
mod numbering;
use numbering::Numbering;
pub(crate) use numbering::resume;
mod feed;
mod feeds;
use feeds::Feeds;
mod series;
use series::{About, Said};
mod shards;
mod unexpiring;
mod wake;
pub(crate) use wake::{Wake, Woken, wake};

#[cfg(test)]
mod tests;

/// The shortest time from one publication to the next: revocations that come in bursts share an edition.
const SHORTEST_GAP: Duration = Duration::from_millis(100);
/// Publishing takes at most one part in this many of a processor's time.
const BUSY_SHARE: u32 = 5;
/// After a failure, the next try comes this soon.
const RETRY: Duration = Duration::from_secs(1);
/// Records dropped from the store in one write.
const FORGET_BATCH: usize = 1000;

/// What the publisher works with.
pub(crate) struct Tools {
    pub(crate) key: Ed25519Key,
    pub(crate) ledger: Ledger,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sink: Arc<MemorySink>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Owns the editions. Runs on a thread of its own, since building one takes the processor.
pub(crate) struct Publisher {
    tools: Tools,
    settings: Settings,
    about: About,
    numbering: Numbering,
    /// `None` at first, after a failure, and when another number of shards is due: everything live is read again then.
    feeds: Option<Feeds>,
    /// When an edition was last begun, in seconds since the Unix epoch.
    latest: u64,
}

/// What the configuration says about publishing. Times are seconds.
struct Settings {
    interval: u64,
    next_update: u64,
    max_stale: u32,
    least_wait: u16,
    shards: Shards,
    keep: Keep,
    history: u64,
}

impl Publisher {
    pub(crate) fn new(config: &Config, tools: Tools, state: PublicationState) -> Self {
        let publish = &config.publish;
        let settings = Settings {
            interval: publish.interval_seconds,
            next_update: publish.next_update_seconds,
            max_stale: publish.max_stale_seconds,
            least_wait: publish.least_wait_seconds,
            shards: publish.shards,
            keep: Keep { seconds: u64::from(publish.max_stale_seconds), bytes: publish.keep_bytes },
            history: config.store.history_seconds,
        };
        let about = About {
            tenant: publish.tenant.clone(),
            issuers: config.enrolled_issuers(),
            organization_claim: publish.organization_claim.clone(),
            lifetimes: Lifetimes::of(config),
            epoch: state.edition.epoch,
            salt: state.salt,
        };
        let numbering = Numbering::new(Arc::clone(&tools.store), state);
        Self { tools, settings, about, numbering, feeds: None, latest: 0 }
    }

    /// Publishes after every recording and at every interval, until told to stop.
    pub(crate) fn start(mut self, woken: Woken) -> std::io::Result<thread::JoinHandle<()>> {
        thread::Builder::new().name("publisher".into()).spawn(move || self.run(&woken))
    }

    fn run(&mut self, woken: &Woken) {
        let mut rest = Duration::from_secs(self.settings.interval);
        while woken.wait(rest) {
            let started = Instant::now();
            rest = match self.publish() {
                Ok(()) => Duration::from_secs(self.settings.interval),
                Err(error) => {
                    tracing::error!(%error, "no edition was published; the last one stays");
                    RETRY
                }
            };
            thread::sleep(SHORTEST_GAP.max(started.elapsed() * (BUSY_SHARE - 1)));
        }
    }

    /// Publishes one edition of every part that changed or is due.
    pub(crate) fn publish(&mut self) -> Result<(), PublishingError> {
        let started = Instant::now();
        let now = self.tools.clock.seconds();
        self.heed_clock(now)?;
        self.forget(now);
        self.adjust_shards(now)?;
        let state = self.numbering.begin(now)?.clone();
        let recorded = self.tools.ledger.settle(state.edition);
        // On failure the feeds are given up: what they may have missed is in the store.
        let mut feeds = self.feeds.take().unwrap_or_else(|| self.new_feeds(&state));
        feeds.take(&recorded, self.tools.store.as_ref(), now)?;
        self.hand_out(&mut feeds, &state, now)?;
        self.feeds = Some(feeds);
        tracing::info!(edition = %state.edition, recorded = recorded.len(), built_in = ?started.elapsed(), "published");
        Ok(())
    }

    fn hand_out(&self, feeds: &mut Feeds, state: &PublicationState, now: u64) -> Result<(), PublishingError> {
        let Settings { interval, next_update, max_stale, least_wait, keep, .. } = self.settings;
        let said = Said {
            version: state.edition.version,
            issued_at: state.issued_at,
            next_update: state.issued_at.saturating_add(next_update),
            max_stale_seconds: max_stale,
            least_wait_seconds: least_wait,
        };
        // The next look comes after one interval at most: a part that did not change is then one and a half old.
        let renew = interval / 2;
        feeds.publish(&said, (now, renew), &self.tools.key, &mut |part, publication| {
            self.tools.sink.publish(part, publication, said.next_update, now, keep);
        })?;
        self.tools.sink.retire_all_but(&feeds.names(), now, keep);
        Ok(())
    }

    fn new_feeds(&self, state: &PublicationState) -> Feeds {
        let (epoch, salt) = (state.edition.epoch, state.salt);
        Feeds::new(About { epoch, salt, ..self.about.clone() }, state.shard_bits)
    }

    /// Begins a new epoch when another number of shards is due.
    fn adjust_shards(&mut self, now: u64) -> Result<(), PublishingError> {
        let present = self.numbering.shard_bits();
        let due = match (self.settings.shards, &mut self.feeds) {
            (Shards::Fixed(bits), _) => bits,
            (Shards::Auto, None) => present,
            (Shards::Auto, Some(feeds)) => match shards::shard_bits(present, feeds.of_subjects()) {
                bits if bits == present => present,
                _ => shards::shard_bits(present, feeds.count(self.tools.store.as_ref(), now)?),
            },
        };
        if due == present {
            return Ok(());
        }
        tracing::info!(from = present, to = due, "another number of shards: a new epoch begins");
        self.feeds = None;
        Ok(self.numbering.begin_epoch(due)?)
    }

    /// A clock that was set back was wrong before: what was let go of by it may live, and is read again.
    fn heed_clock(&mut self, now: u64) -> Result<(), StoreError> {
        if now < self.latest {
            tracing::warn!(by = self.latest - now, "the clock was set back: everything live is read again");
            self.feeds = None;
            self.tools.ledger.recall(self.tools.store.as_ref(), now)?;
        }
        self.latest = now;
        Ok(())
    }

    /// Lets go of what has left, and of records whose history is over.
    fn forget(&self, now: u64) {
        self.tools.ledger.forget(now);
        let until = now.saturating_sub(self.settings.history);
        if let Err(error) = self.tools.store.forget(until, FORGET_BATCH) {
            tracing::warn!(%error, "old revocations were not dropped from the store");
        }
    }
}
