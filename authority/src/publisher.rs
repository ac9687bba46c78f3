//! Turns what is recorded into signed editions of the snapshot.

use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use rescind::PublishError;

use crate::clock::Clock;
use crate::config::Config;
use crate::ed25519::Ed25519Key;
use crate::ledger::Ledger;
use crate::record::{Lifetimes, Record};
use crate::sink::{Keep, MemorySink, WHOLE};
use crate::store::{PublicationState, Store};

mod error;
pub(crate) use error::PublishingError;
mod numbering;
use numbering::Numbering;
pub(crate) use numbering::resume;
mod series;
use series::{About, Said, Series};
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
pub(crate) struct Parts {
    pub(crate) key: Ed25519Key,
    pub(crate) ledger: Ledger,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sink: Arc<MemorySink>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Owns the editions. Runs on a thread of its own, since building one takes the processor.
pub(crate) struct Publisher {
    parts: Parts,
    settings: Settings,
    about: About,
    numbering: Numbering,
    /// `None` until everything live was read from the store, and again when a new universe is due.
    series: Option<Series>,
}

/// What the configuration says about publishing. Times are seconds.
struct Settings {
    interval: u64,
    next_update: u64,
    max_stale: u32,
    keep: Keep,
    history: u64,
}

impl Publisher {
    pub(crate) fn new(config: &Config, parts: Parts, state: PublicationState) -> Self {
        let publish = &config.publish;
        let settings = Settings {
            interval: publish.interval_seconds,
            next_update: publish.next_update_seconds,
            max_stale: publish.max_stale_seconds,
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
        let numbering = Numbering::new(Arc::clone(&parts.store), state);
        Self { parts, settings, about, numbering, series: None }
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

    /// Publishes one edition.
    pub(crate) fn publish(&mut self) -> Result<(), PublishingError> {
        let started = Instant::now();
        let now = self.parts.clock.seconds();
        self.forget(now);
        let PublicationState { edition, issued_at, .. } = *self.numbering.begin(now)?;
        let recorded = self.parts.ledger.settle(edition);
        let next_update = issued_at.saturating_add(self.settings.next_update);
        let max_stale_seconds = self.settings.max_stale;
        let said = Said { version: edition.version, issued_at, next_update, max_stale_seconds };
        let mut series = self.series_with(recorded, now)?;
        // On failure the series is given up: what it may have missed is in the store.
        let publication = series.publish(&said, now, &self.parts.key)?;
        self.series = Some(series);
        let objects = publication.objects.iter().map(|object| object.bytes.len());
        let (entries, bytes) = (publication.entries, objects.sum::<usize>());
        self.parts.sink.publish(WHOLE, publication, next_update, now, self.settings.keep);
        tracing::info!(%edition, entries, bytes, built_in = ?started.elapsed(), "published");
        Ok(())
    }

    /// The series with what was recorded; a new one, from everything live in the store, when that has no room.
    fn series_with(&mut self, recorded: Vec<Record>, now: u64) -> Result<Series, PublishingError> {
        let present = self.series.take().filter(|series| !series.is_used_up(now));
        let Some(mut series) = present else { return self.renewed(now) };
        series.forget(now)?;
        let mut recorded = recorded.into_iter().filter(|record| self.about.enrols(record));
        match recorded.try_for_each(|record| series.insert(record)) {
            Ok(()) => Ok(series),
            Err(PublishError::UniverseFull) => self.renewed(now),
            Err(error) => Err(error.into()),
        }
    }

    fn renewed(&self, now: u64) -> Result<Series, PublishingError> {
        let mut live = Vec::new();
        self.parts.store.live(now, &mut |record| {
            if self.about.enrols(&record) {
                live.push(record);
            }
        })?;
        tracing::info!(records = live.len(), "a new base is written from all that is live");
        Ok(Series::new(&self.about, live, now)?)
    }

    /// Lets go of what has left, and of records whose history is over.
    fn forget(&self, now: u64) {
        self.parts.ledger.forget(now);
        let until = now.saturating_sub(self.settings.history);
        if let Err(error) = self.parts.store.forget(until, FORGET_BATCH) {
            tracing::warn!(%error, "old revocations were not dropped from the store");
        }
    }
}

impl About {
    /// The configuration may enrol fewer issuers than at the time of the revocation.
    fn enrols(&self, record: &Record) -> bool {
        self.issuers.contains(&record.issuer)
    }
}
