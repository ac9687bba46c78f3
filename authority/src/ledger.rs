//! The ordered log of revocations: every one is on disk before it is acknowledged.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rescind::Edition;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::record::{Draft, Kind, Lifetimes, Record};
use crate::store::{Store, StoreError};

mod index;
use index::Index;
mod writer;
use writer::{Command, Writer};

#[cfg(test)]
mod tests;

/// Revocations that wait for the disk; beyond them callers are told to come back.
const QUEUE: usize = 4096;

/// A handle on the log. All handles share one writer thread, which commits what has gathered in one write.
#[derive(Clone)]
pub struct Ledger {
    queue: mpsc::Sender<Command>,
    shared: Arc<Shared>,
}

/// What a revocation was recorded as.
#[derive(Clone, Debug)]
pub struct Recorded {
    /// The record on disk.
    pub record: Record,
    /// The first edition that holds it; every later one does as well.
    pub edition: Edition,
}

/// Why a revocation was not recorded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LedgerError {
    /// The store did not acknowledge it, or too many wait for the store.
    Unavailable,
    /// As many revocations live as `ledger.max_live_entries`, or the bound on revoked keys, allows.
    Full,
}

/// What the ledger is bounded by.
#[derive(Clone, Copy, Debug)]
pub struct LedgerOptions {
    /// When entries leave.
    pub lifetimes: Lifetimes,
    /// The most entries that may live at once.
    pub max_live_entries: usize,
}

struct Shared {
    state: Mutex<State>,
    wake_publisher: Box<dyn Fn() + Send + Sync>,
}

struct State {
    index: Index,
    /// Recorded, and not handed to the publisher yet.
    inbox: Vec<Record>,
    /// The newest edition whose content is settled: what is recorded from now on is in the next one.
    settled: Edition,
}

impl Ledger {
    /// Loads what is live, and starts the writer. `settled` is the newest edition that was ever begun.
    ///
    /// `wake_publisher` is called after each write, from the writer's thread. The thread ends when the last handle
    /// is dropped and everything queued is written.
    pub fn open(
        store: Arc<dyn Store>,
        clock: Arc<dyn Clock>,
        options: LedgerOptions,
        settled: Edition,
        wake_publisher: Box<dyn Fn() + Send + Sync>,
    ) -> Result<(Self, thread::JoinHandle<()>), LedgerStartError> {
        let mut state = State { index: Index::default(), inbox: Vec::new(), settled };
        store.live(clock.seconds(), &mut |record| state.take(record))?;
        let shared = Arc::new(Shared { state: Mutex::new(state), wake_publisher });
        let sequence = store.last_sequence()?;
        let (queue, commands) = mpsc::channel(QUEUE);
        let writer = Writer { store, clock, options, sequence, shared: Arc::clone(&shared), in_doubt: false };
        let thread = thread::Builder::new().name("ledger".into()).spawn(move || writer.run(commands))?;
        Ok((Self { queue, shared }, thread))
    }

    /// Records a revocation; when this returns `Ok`, it is on disk and the publisher knows.
    ///
    /// Dropping the future does not take the revocation back.
    pub async fn record(&self, draft: Draft) -> Result<Recorded, LedgerError> {
        let (answer, recorded) = oneshot::channel();
        self.queue.try_send(Command { draft, answer }).map_err(|_| LedgerError::Unavailable)?;
        recorded.await.unwrap_or(Err(LedgerError::Unavailable))
    }

    /// Whether this one token is revoked already, by its own entry.
    pub fn holds_token(&self, issuer: &str, token_id: &str) -> bool {
        self.shared.lock().index.holds(Kind::Token, issuer, token_id)
    }

    /// The latest live cut-off of this value, in seconds since the Unix epoch.
    pub fn cut_off(&self, kind: Kind, issuer: &str, value: &str) -> Option<u64> {
        self.shared.lock().index.cut_off(kind, issuer, value)
    }

    /// How many entries live.
    pub fn live_entries(&self) -> usize {
        self.shared.lock().index.len()
    }

    /// Settles `edition`, and hands over what was recorded since the edition before.
    pub(crate) fn settle(&self, edition: Edition) -> Vec<Record> {
        let mut state = self.shared.lock();
        state.settled = edition;
        std::mem::take(&mut state.inbox)
    }

    /// Knows again what is live at `now`, an earlier time than that of the last [`forget`](Self::forget).
    pub(crate) fn recall(&self, store: &dyn Store, now: u64) -> Result<(), StoreError> {
        store.live(now, &mut |record| self.shared.lock().index.insert(&record))
    }

    /// Lets go of what has left by `now`.
    pub(crate) fn forget(&self, now: u64) {
        self.shared.lock().index.forget(now);
    }
}

impl Shared {
    fn lock(&self) -> MutexGuard<'_, State> {
        // Every change under the lock is one push or insert: a panic cannot leave it half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, record: Record) {
        self.index.insert(&record);
        self.inbox.push(record);
    }
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "the store did not acknowledge the revocation",
            Self::Full => "as many revocations live as allowed",
        })
    }
}

impl std::error::Error for LedgerError {}

/// Why the ledger did not start.
#[derive(Debug)]
pub enum LedgerStartError {
    /// What is live could not be loaded.
    Store(StoreError),
    /// The writer's thread could not be started.
    Thread(std::io::Error),
}

impl fmt::Display for LedgerStartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => write!(f, "the ledger could not be loaded: {error}"),
            Self::Thread(error) => write!(f, "the ledger's thread could not be started: {error}"),
        }
    }
}

impl std::error::Error for LedgerStartError {}

impl From<StoreError> for LedgerStartError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<std::io::Error> for LedgerStartError {
    fn from(error: std::io::Error) -> Self {
        Self::Thread(error)
    }
}
