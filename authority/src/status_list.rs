//! Places in Token Status Lists (draft-ietf-oauth-status-list) for the tokens that we issue, so that whoever does not
//! read our snapshot can see what is revoked. A place is on disk before its token leaves.
//!
//! Which place a token gets is random: an index tells nothing about how many tokens there are, or which were issued
//! one after the other. A list has a fixed size and is at most half full; a place is given again only when no list
//! that a relying party may still use speaks of the token before.

use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use tokio::sync::{mpsc, oneshot};

use crate::clock::Clock;
use crate::config::Config;
use crate::store::StoreError;

mod file;
use file::PlaceFile;
mod pool;
pub(crate) use pool::Holder;
use pool::Pool;
mod writer;
use writer::{Command, Writer};

/// Tokens that wait for the disk; beyond them callers are told to come back.
const QUEUE: usize = 1024;

/// A handle on the places.
pub(crate) struct StatusLists {
    queue: mpsc::Sender<Command>,
    pool: Arc<Mutex<Pool>>,
    entries: u32,
    address: String,
}

/// A place, as the claim `status` names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) index: u32,
    pub(crate) uri: String,
}

/// Why a token got no place.
#[derive(Debug)]
pub(crate) enum PlaceError {
    /// The file did not take it, or too many wait for it.
    Unavailable,
    /// `status_list.max_lists` are in use.
    Full,
}

impl StatusLists {
    /// Loads what is taken, and starts the writer, which ends when the handle is dropped.
    pub(crate) fn open(
        config: &Config,
        clock: Arc<dyn Clock>,
    ) -> Result<(Self, thread::JoinHandle<()>), StoreError> {
        let settings = &config.status_list;
        let file = PlaceFile::open(&settings.path)?;
        let mut pool = Pool::new(settings.entries, settings.max_lists);
        file.load(&mut pool)?;
        let pool = Arc::new(Mutex::new(pool));
        let (queue, commands) = mpsc::channel(QUEUE);
        // A token is forgotten when it has expired everywhere, and the last list that spoke of it has as well.
        let keep = u64::from(config.tokens.clock_tolerance_seconds) + settings.valid_seconds;
        let writer = Writer { file, clock, pool: Arc::clone(&pool), keep, in_doubt: false };
        let thread = thread::Builder::new().name("status-lists".into()).spawn(move || writer.run(commands));
        let thread = thread.map_err(|error| StoreError::Unavailable(error.into()))?;
        let address = format!("{}/status", config.public_url());
        Ok((Self { queue, pool, entries: settings.entries, address }, thread))
    }

    /// Gives the token a place; when this returns `Ok`, it is on disk.
    pub(crate) async fn place(&self, holder: Holder) -> Result<Place, PlaceError> {
        let (answer, placed) = oneshot::channel();
        self.queue.try_send(Command { holder, answer }).map_err(|_| PlaceError::Unavailable)?;
        let (list, index) = placed.await.unwrap_or(Err(PlaceError::Unavailable))?;
        Ok(Place { index, uri: self.uri(&list) })
    }

    /// The address of a list.
    pub(crate) fn uri(&self, list: &str) -> String {
        format!("{}/{list}", self.address)
    }

    /// The statuses of a list, one bit each, least significant first: 1 for each token that `is_dead`. `None` when
    /// there is no such list.
    pub(crate) fn bits(&self, list: &str, is_dead: impl Fn(&Holder) -> bool) -> Option<Vec<u8>> {
        let holders = lock(&self.pool).holders(list)?;
        let mut bits = vec![0; usize::try_from(self.entries / 8).ok()?];
        for (index, holder) in holders {
            let byte = usize::try_from(index / 8).ok().and_then(|at| bits.get_mut(at));
            if let Some(byte) = byte
                && is_dead(&holder)
            {
                *byte |= 1 << (index % 8);
            }
        }
        Some(bits)
    }
}

fn lock(pool: &Mutex<Pool>) -> MutexGuard<'_, Pool> {
    // Every change under the lock is an insert or a removal: a panic cannot leave it half done.
    pool.lock().unwrap_or_else(PoisonError::into_inner)
}

impl fmt::Display for PlaceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Unavailable => "the file of status lists did not take the token",
            Self::Full => "as many status lists are in use as status_list.max_lists allows",
        })
    }
}

impl std::error::Error for PlaceError {}
