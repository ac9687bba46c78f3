//! The one thread that gives places: what has gathered meanwhile goes to the disk together.

use std::sync::{Arc, Mutex};

use tokio::sync::{mpsc, oneshot};

use super::file::{Changes, PlaceFile};
use super::pool::{Found, Holder, Pool};
use super::{PlaceError, lock};
use crate::clock::Clock;
use crate::store::StoreError;

/// Tokens in one write: large enough that fsync is shared, small enough that a write stays short.
const BATCH: usize = 256;
/// Places freed in one write.
const FREE_BATCH: usize = 1024;

type Answer = oneshot::Sender<Result<(String, u32), PlaceError>>;

pub(super) struct Command {
    pub(super) holder: Holder,
    pub(super) answer: Answer,
}

pub(super) struct Writer {
    pub(super) file: PlaceFile,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) pool: Arc<Mutex<Pool>>,
    /// Seconds from a token's `exp` until its place is free.
    pub(super) keep: u64,
}

/// A place that is taken in memory.
struct Taken {
    found: Found,
    holder: Holder,
    free_at: u64,
    answer: Answer,
}

impl Writer {
    pub(super) fn run(self, mut commands: mpsc::Receiver<Command>) {
        while let Some(first) = commands.blocking_recv() {
            let mut batch = vec![first];
            while batch.len() < BATCH
                && let Ok(next) = commands.try_recv()
            {
                batch.push(next);
            }
            self.free();
            self.place(batch);
        }
    }

    /// Frees what is due. What fails is tried again with the next token.
    fn free(&self) {
        let freed = lock(&self.pool).freed(self.clock.seconds(), FREE_BATCH);
        let written = self.apply(&Changes { freed: freed.clone(), ..Changes::default() });
        if written.is_err() {
            return;
        }
        let empty = {
            let mut pool = lock(&self.pool);
            freed.into_iter().for_each(|(free_at, spot)| pool.give_back(spot, free_at));
            pool.empty_lists()
        };
        if self.apply(&Changes { removed_lists: empty.clone(), ..Changes::default() }).is_ok() {
            let mut pool = lock(&self.pool);
            empty.into_iter().for_each(|number| pool.remove_list(number));
        }
    }

    fn place(&self, batch: Vec<Command>) {
        let taken: Vec<Taken> = batch.into_iter().filter_map(|command| self.take(command)).collect();
        let new = taken.iter().filter(|taken| taken.found.is_new);
        let changes = Changes {
            new_lists: new.map(|taken| (taken.found.spot.0, taken.found.list.as_str())).collect(),
            taken: taken.iter().map(|taken| (taken.found.spot, taken.free_at, &taken.holder)).collect(),
            ..Changes::default()
        };
        let written = self.apply(&changes);
        for Taken { found, free_at, answer, .. } in taken {
            let result = match &written {
                Ok(()) => Ok((found.list, found.spot.1)),
                Err(_) => Err(self.give_back(&found, free_at)),
            };
            // The caller may have gone away; the place stays taken until the token would have expired.
            let _ = answer.send(result);
        }
    }

    /// Takes a place in memory, or tells the caller that there is none.
    fn take(&self, Command { holder, answer }: Command) -> Option<Taken> {
        let mut pool = lock(&self.pool);
        let free_at = holder.expires_at.saturating_add(self.keep);
        match pool.find() {
            Ok(found) => {
                pool.take(found.spot, holder.clone(), free_at);
                Some(Taken { found, holder, free_at, answer })
            }
            Err(error) => {
                tracing::error!(%error, "a token got no place in a status list");
                let _ = answer.send(Err(error));
                None
            }
        }
    }

    /// A list that did not reach the disk is gone with its first place: a later token must not rest on it.
    fn give_back(&self, found: &Found, free_at: u64) -> PlaceError {
        let mut pool = lock(&self.pool);
        pool.give_back(found.spot, free_at);
        if found.is_new {
            pool.remove_list(found.spot.0);
        }
        PlaceError::Unavailable
    }

    fn apply(&self, changes: &Changes<'_>) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        self.file
            .apply(changes)
            .inspect_err(|error| tracing::error!(%error, "the file of status lists failed"))
    }
}
