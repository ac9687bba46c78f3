//! Turns what is recorded into signed editions of the snapshot.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::thread;
use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::pkcs8::spki::der::pem::LineEnding;
use ed25519_dalek::pkcs8::{DecodePrivateKey, EncodePrivateKey};
use ed25519_dalek::{Signer, SigningKey};
use rescind::{Dimension, Edition, Entry, Parameters, Part, Publication, PublishError};
use serde_json::{Value, json};

use crate::clock::Clock;
use crate::config::Config;
use crate::keyfile::{self, KeyFileError};
use crate::ledger::Ledger;
use crate::record::{Kind, Record};
use crate::secret::random;
use crate::sink::{Keep, MemorySink};
use crate::store::{PublicationState, Store, StoreError};

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

/// The Ed25519 key that signs manifests, and nothing else.
pub struct PublisherKey(SigningKey);

impl PublisherKey {
    /// Reads the key file.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let text = keyfile::read(path)?;
        let key = SigningKey::from_pkcs8_pem(&text);
        key.map(Self).map_err(|_| KeyFileError::content(path, "an Ed25519 private key as PKCS#8 PEM"))
    }

    /// Writes a fresh key to a new file.
    pub fn create(path: &Path) -> Result<Self, KeyFileError> {
        let failed = || KeyFileError::content(path, "random bytes for a new key");
        let key = SigningKey::from_bytes(&random().map_err(|_| failed())?);
        keyfile::create(path, &key.to_pkcs8_pem(LineEnding::LF).map_err(|_| failed())?)?;
        Ok(Self(key))
    }

    fn public(&self) -> [u8; 32] {
        self.0.verifying_key().to_bytes()
    }

    /// The public key that verifiers pin (RFC 8037).
    pub fn jwk(&self) -> Value {
        json!({ "kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode(self.public()), "use": "sig" })
    }
}

/// What the publisher works with.
pub(crate) struct Parts {
    pub(crate) key: PublisherKey,
    pub(crate) ledger: Ledger,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sink: Arc<MemorySink>,
    pub(crate) clock: Arc<dyn Clock>,
}

/// Owns the live set. Runs on a thread of its own, since building an edition takes the processor.
pub(crate) struct Publisher {
    parts: Parts,
    settings: Settings,
    state: PublicationState,
    /// Whether the last write of a number failed.
    in_doubt: bool,
    /// The live set, and beside it when each entry leaves.
    entries: Vec<Entry>,
    leaves_at: Vec<u64>,
}

/// What the configuration says about publishing. Times are seconds.
struct Settings {
    tenant: String,
    issuers: Vec<String>,
    organization_claim: String,
    interval: u64,
    next_update: u64,
    max_stale: u32,
    keep: Keep,
    history: u64,
}

/// Wakes the publisher; cheap, never waits.
#[derive(Clone)]
pub(crate) struct Wake(SyncSender<Signal>);

/// Receives the wake-ups.
pub(crate) struct Woken(Receiver<Signal>);

enum Signal {
    Recorded,
    Stop,
}

/// A pair of ends: who records wakes, the publisher is woken.
pub(crate) fn wake() -> (Wake, Woken) {
    let (sender, receiver) = sync_channel(1);
    (Wake(sender), Woken(receiver))
}

impl Wake {
    pub(crate) fn recorded(&self) {
        // A full channel means that the publisher is about to look anyway.
        let _ = self.0.try_send(Signal::Recorded);
    }

    /// Ends the publisher's thread after the edition it is at.
    pub(crate) fn stop(&self) {
        let _ = self.0.send(Signal::Stop);
    }
}

/// Where publishing continues after a restart: the stored state, or a fresh epoch.
///
/// A fresh epoch begins when nothing was ever published, and when the configuration demands a higher one.
pub(crate) fn resume(store: &dyn Store, minimum_epoch: u32) -> Result<PublicationState, PublishingError> {
    let stored = store.publication()?;
    if let Some(state) = &stored
        && state.edition.epoch >= minimum_epoch
    {
        return Ok(state.clone());
    }
    let issued_at = stored.map_or(0, |state| state.issued_at);
    let salt = random().map_err(|error| StoreError::Unavailable(error.into()))?;
    Ok(PublicationState { edition: Edition { epoch: minimum_epoch, version: 0 }, issued_at, salt })
}

impl Publisher {
    pub(crate) fn new(config: &Config, parts: Parts, state: PublicationState) -> Self {
        let publish = &config.publish;
        let settings = Settings {
            tenant: publish.tenant.clone(),
            issuers: config.enrolled_issuers(),
            organization_claim: publish.organization_claim.clone(),
            interval: publish.interval_seconds,
            next_update: publish.next_update_seconds,
            max_stale: publish.max_stale_seconds,
            keep: Keep { seconds: u64::from(publish.max_stale_seconds), bytes: publish.keep_bytes },
            history: config.store.history_seconds,
        };
        Self { parts, settings, state, in_doubt: false, entries: Vec::new(), leaves_at: Vec::new() }
    }

    /// Publishes after every recording and at every interval, until told to stop.
    pub(crate) fn start(mut self, woken: Woken) -> std::io::Result<thread::JoinHandle<()>> {
        thread::Builder::new().name("publisher".into()).spawn(move || self.run(&woken))
    }

    fn run(&mut self, woken: &Woken) {
        let mut rest = Duration::from_secs(self.settings.interval);
        loop {
            match woken.0.recv_timeout(rest) {
                Ok(Signal::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Signal::Recorded) | Err(RecvTimeoutError::Timeout) => {}
            }
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
        let now = self.parts.clock.seconds();
        self.forget(now);
        let edition = self.begin(now)?;
        for record in self.parts.ledger.settle(edition) {
            // The configuration may enrol fewer issuers than at the time of the revocation.
            if self.settings.issuers.contains(&record.issuer) {
                self.leaves_at.push(record.leaves_at);
                self.entries.push(entry(record));
            }
        }
        let started = Instant::now();
        let publication = self.build()?;
        let (entries, bytes) =
            (publication.entries, publication.objects.iter().map(|it| it.bytes.len()).sum::<usize>());
        let next_update = self.state.issued_at.saturating_add(self.settings.next_update);
        self.parts.sink.publish(publication, next_update, now, self.settings.keep);
        tracing::info!(%edition, entries, bytes, built_in = ?started.elapsed(), "published");
        Ok(())
    }

    /// Puts the number of the next edition on disk. One whose write failed may be there all the same: it is skipped.
    fn begin(&mut self, now: u64) -> Result<Edition, StoreError> {
        if self.in_doubt
            && let Some(kept) = self.parts.store.publication()?
            && kept.edition > self.state.edition
        {
            self.state = kept;
        }
        let PublicationState { edition, issued_at, salt } = self.state;
        let edition = Edition { version: edition.version.saturating_add(1), ..edition };
        let next = PublicationState { edition, issued_at: now.max(issued_at), salt };
        self.in_doubt = true;
        self.parts.store.set_publication(&next)?;
        self.in_doubt = false;
        self.state = next;
        Ok(edition)
    }

    fn build(&self) -> Result<Publication, PublishError> {
        let Settings { tenant, issuers, organization_claim, next_update, max_stale, .. } = &self.settings;
        let PublicationState { edition, issued_at, salt } = self.state;
        let parameters = Parameters {
            tenant: tenant.clone(),
            issuers: issuers.clone(),
            edition,
            issued_at,
            next_update: issued_at.saturating_add(*next_update),
            max_stale_seconds: *max_stale,
            salt,
            organization_claim: organization_claim.clone(),
            part: Part::Whole { shard_bits: 0 },
            least_wait_seconds: 0,
        };
        let key = &self.parts.key;
        rescind::publish(&self.entries, &parameters, key.public(), &mut |message| {
            key.0.sign(message).to_bytes()
        })
    }

    /// Lets go of entries whose last token has expired, and of records whose history is over.
    fn forget(&mut self, now: u64) {
        let mut leaves_at = self.leaves_at.iter();
        self.entries.retain(|_| leaves_at.next().is_some_and(|leaves_at| *leaves_at > now));
        self.leaves_at.retain(|leaves_at| *leaves_at > now);
        self.parts.ledger.forget(now);
        let until = now.saturating_sub(self.settings.history);
        if let Err(error) = self.parts.store.forget(until, FORGET_BATCH) {
            tracing::warn!(%error, "old revocations were not dropped from the store");
        }
    }
}

fn entry(record: Record) -> Entry {
    let Record { kind, issuer, value, not_before, expires_at, .. } = record;
    let dimension = match kind {
        Kind::Token => return Entry::Token { issuer, token_id: value, expires_at, subject: None },
        Kind::Subject => Dimension::Subject,
        Kind::Session => Dimension::Session,
        Kind::Client => Dimension::Client,
        Kind::Organization => Dimension::Organization,
        Kind::Key => Dimension::Key,
        Kind::Issuer => Dimension::Issuer,
    };
    Entry::CutOff { dimension, issuer, value, not_before: not_before.unwrap_or_default(), subject: None }
}

/// Why no edition was published.
#[derive(Debug)]
pub enum PublishingError {
    /// The edition's number could not be kept.
    Store(StoreError),
    /// The edition could not be written.
    Publish(PublishError),
}

impl fmt::Display for PublishingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Publish(error) => write!(f, "the snapshot could not be written: {error}"),
        }
    }
}

impl std::error::Error for PublishingError {}

impl From<StoreError> for PublishingError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<PublishError> for PublishingError {
    fn from(error: PublishError) -> Self {
        Self::Publish(error)
    }
}
