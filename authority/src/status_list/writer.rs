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
    /// Whether the last write failed: what it wrote may be on disk all the same.
    pub(super) in_doubt: bool,
}

/// A place that is taken in memory.
struct Taken {
    found: Found,
    holder: Holder,
    free_at: u64,
    answer: Answer,
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
            if self.recover().is_ok() {
                self.free();
                self.place(batch);
            } else {
                // Whoever hears nothing takes the file for unavailable.
                drop(batch);
            }
        }
    }

    /// After a failed write, takes what is on disk for what is taken.
    fn recover(&mut self) -> Result<(), StoreError> {
        if self.in_doubt {
            let mut pool = lock(&self.pool).emptied();
            self.file.load(&mut pool)?;
            *lock(&self.pool) = pool;
            self.in_doubt = false;
        }
        Ok(())
    }

    /// Frees what is due. What fails is tried again with the next token.
    fn free(&mut self) {
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

    fn place(&mut self, batch: Vec<Command>) {
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

    fn apply(&mut self, changes: &Changes<'_>) -> Result<(), StoreError> {
        if changes.is_empty() {
            return Ok(());
        }
        let applied = self.file.apply(changes);
        self.in_doubt |= applied.is_err();
        applied.inspect_err(|error| tracing::error!(%error, "the file of status lists failed"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::SystemClock;

    fn holder(token_id: &str) -> Holder {
        let (key_id, subject, client, session) = ("k".into(), "s".into(), "c".into(), "i".into());
        let (token_id, organization) = (token_id.into(), None);
        let (issued_at, expires_at) = (0, u64::MAX);
        Holder { token_id, key_id, subject, client, session, organization, issued_at, expires_at }
    }

    #[test]
    fn place_whose_write_failed_but_reached_the_disk_is_taken() {
        let folder = tempfile::tempdir().unwrap();
        let file = PlaceFile::open(&folder.path().join("status.redb")).unwrap();
        let lost = holder("lost");
        let taken = vec![((0, 7), u64::MAX, &lost)];
        file.apply(&Changes { new_lists: vec![(0, "list")], taken, ..Changes::default() }).unwrap();
        let pool = Arc::new(Mutex::new(Pool::new(1024, 2)));
        let clock = Arc::new(SystemClock::default());
        let writer = Writer { file, clock, pool: Arc::clone(&pool), keep: 0, in_doubt: true };
        let (queue, commands) = mpsc::channel(1);
        let (answer, placed) = oneshot::channel();
        queue.try_send(Command { holder: holder("next"), answer }).unwrap();
        drop(queue);
        writer.run(commands);
        let (list, index) = placed.blocking_recv().unwrap().unwrap();
        let mut found = lock(&pool).holders(&list).unwrap();
        found.sort_by_key(|(_, holder)| holder.token_id.clone());
        let found: Vec<_> = found.iter().map(|(index, holder)| (*index, holder.token_id.as_str())).collect();
        assert_eq!(found, [(7, "lost"), (index, "next")]);
    }
}
