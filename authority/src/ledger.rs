//! The ordered log of revocations: every one is on disk before it is acknowledged.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use rescind::Edition;
use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::record::{Draft, Kind, Lifetimes, Record};
use crate::secret::random_id;
use crate::store::{Store, StoreError};

mod index;
use index::Index;

/// Revocations that wait for the disk; beyond them callers are told to come back.
const QUEUE: usize = 4096;
/// Revocations in one write: large enough that fsync is shared, small enough that a write stays short.
const BATCH: usize = 512;

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
    /// As many revocations live as `ledger.max_live_entries` allows.
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

type Answer = oneshot::Sender<Result<Recorded, LedgerError>>;

struct Command {
    draft: Draft,
    answer: Answer,
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
        let writer = Writer { store, clock, options, sequence, shared: Arc::clone(&shared) };
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

struct Writer {
    store: Arc<dyn Store>,
    clock: Arc<dyn Clock>,
    options: LedgerOptions,
    sequence: u64,
    shared: Arc<Shared>,
}

impl Writer {
    fn run(mut self, mut commands: mpsc::Receiver<Command>) {
        while let Some(first) = commands.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < BATCH
                && let Ok(next) = commands.try_recv()
            {
                batch.push(next);
            }
            self.commit(batch);
        }
    }

    fn commit(&mut self, mut batch: Vec<Command>) {
        let room = self.options.max_live_entries.saturating_sub(self.shared.lock().index.len());
        for refused in batch.split_off(room.min(batch.len())) {
            answer(refused.answer, Err(LedgerError::Full));
        }
        if batch.is_empty() {
            return;
        }
        let (drafts, answers): (Vec<_>, Vec<_>) = batch.into_iter().map(|it| (it.draft, it.answer)).unzip();
        match self.append(drafts) {
            Ok(records) => self.acknowledge(records, answers),
            Err(error) => {
                tracing::error!(%error, revocations = answers.len(), "revocations were not recorded");
                answers.into_iter().for_each(|it| answer(it, Err(LedgerError::Unavailable)));
            }
        }
    }

    fn append(&mut self, drafts: Vec<Draft>) -> Result<Vec<Record>, StoreError> {
        let now = self.clock.seconds();
        let mut sequence = self.sequence;
        let mut records = Vec::with_capacity(drafts.len());
        for draft in drafts {
            sequence = sequence.saturating_add(1);
            let id = random_id().map_err(|error| StoreError::Unavailable(error.into()))?;
            records.push(draft.record(sequence, id, now, self.options.lifetimes));
        }
        self.store.append(&records)?;
        self.sequence = sequence;
        Ok(records)
    }

    fn acknowledge(&self, records: Vec<Record>, answers: Vec<Answer>) {
        let mut state = self.shared.lock();
        let edition = Edition { version: state.settled.version.saturating_add(1), ..state.settled };
        records.iter().for_each(|record| state.take(record.clone()));
        drop(state);
        (self.shared.wake_publisher)();
        for (record, it) in records.into_iter().zip(answers) {
            tracing::info!(id = record.id, sequence = record.sequence, kind = record.kind.name(), actor = record.actor, edition = %edition, "revoked");
            answer(it, Ok(Recorded { record, edition }));
        }
    }
}

fn answer(answer: Answer, result: Result<Recorded, LedgerError>) {
    // The caller may have gone away; what is recorded stays recorded.
    let _ = answer.send(result);
}

impl fmt::Display for LedgerError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "the store did not acknowledge the revocation",
            Self::Full => "as many revocations live as ledger.max_live_entries allows",
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
