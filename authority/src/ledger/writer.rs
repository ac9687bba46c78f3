//! The one thread that writes: what has gathered meanwhile goes to the disk together.

use std::sync::Arc;

use rescind::Edition;
use tokio::sync::{mpsc, oneshot};

use super::{LedgerError, LedgerOptions, Recorded, Shared};
use crate::clock::Clock;
use crate::record::{Draft, Kind, Record};
use crate::secret::random_id;
use crate::store::{Store, StoreError};

/// Revocations in one write: large enough that fsync is shared, small enough that a write stays short.
const BATCH: usize = 512;
/// Revoked keys, which the snapshot spells out and never drops: 2 MiB of key ids of the longest kind.
const KEYS: usize = 4096;

type Answer = oneshot::Sender<Result<Recorded, LedgerError>>;

pub(super) struct Command {
    pub(super) draft: Draft,
    pub(super) answer: Answer,
}

pub(super) struct Writer {
    pub(super) store: Arc<dyn Store>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) options: LedgerOptions,
    /// The newest sequence on disk.
    pub(super) sequence: u64,
    pub(super) shared: Arc<Shared>,
    /// Whether the last write failed: it may have reached the disk.
    pub(super) in_doubt: bool,
}

impl Writer {
    pub(super) fn run(mut self, mut commands: mpsc::Receiver<Command>) {
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

    fn commit(&mut self, gathered: Vec<Command>) {
        let mut room = self.room();
        let (batch, refused): (Vec<_>, Vec<_>) =
            gathered.into_iter().partition(|it| room.take(it.draft.kind));
        for Command { answer: it, .. } in refused {
            tracing::error!("a revocation was refused: as many live as allowed");
            answer(it, Err(LedgerError::Full));
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

    fn room(&self) -> Room {
        let state = self.shared.lock();
        let entries = self.options.max_live_entries.saturating_sub(state.index.len());
        Room { entries, keys: KEYS.saturating_sub(state.index.keys()) }
    }

    fn append(&mut self, drafts: Vec<Draft>) -> Result<Vec<Record>, StoreError> {
        self.catch_up()?;
        let now = self.clock.seconds();
        let mut sequence = self.sequence;
        let mut records = Vec::with_capacity(drafts.len());
        for draft in drafts {
            sequence = sequence.saturating_add(1);
            let id = random_id().map_err(|error| StoreError::Unavailable(error.into()))?;
            records.push(draft.record(sequence, id, now, self.options.lifetimes));
        }
        self.store.append(&records).inspect_err(|_| self.in_doubt = true)?;
        self.sequence = sequence;
        Ok(records)
    }

    /// After a failed write: takes what reached the disk nonetheless. It was never acknowledged, but it holds.
    fn catch_up(&mut self) -> Result<(), StoreError> {
        while self.in_doubt {
            let found = self.store.page(self.sequence, BATCH)?;
            let Some(newest) = found.last() else {
                self.in_doubt = false;
                break;
            };
            self.sequence = newest.sequence;
            let mut state = self.shared.lock();
            found.into_iter().for_each(|record| state.take(record));
        }
        Ok(())
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

/// How many more entries may live.
struct Room {
    entries: usize,
    keys: usize,
}

impl Room {
    /// Takes a place, if there is one. What replaces a live entry is counted as well: that errs on the safe side.
    fn take(&mut self, kind: Kind) -> bool {
        let key = usize::from(kind == Kind::Key);
        let (Some(entries), Some(keys)) = (self.entries.checked_sub(1), self.keys.checked_sub(key)) else {
            return false;
        };
        (self.entries, self.keys) = (entries, keys);
        true
    }
}

fn answer(answer: Answer, result: Result<Recorded, LedgerError>) {
    // The caller may have gone away; what is recorded stays recorded.
    let _ = answer.send(result);
}
