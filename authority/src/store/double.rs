//! A store for tests of what happens when a store is slow or fails.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use tempfile::TempDir;

use super::{Embedded, PublicationState, Store, StoreError};
use crate::record::Record;

/// A store that is slow, counts its writes, and can be told to fail.
pub(crate) struct Slow {
    inner: Embedded,
    pub(crate) writes: AtomicUsize,
    pub(crate) broken: AtomicBool,
    /// Writes, and says that it failed.
    pub(crate) lying: AtomicBool,
    _folder: TempDir,
}

impl Slow {
    pub(crate) fn new() -> Arc<Self> {
        let folder = tempfile::tempdir().unwrap();
        let inner = Embedded::open(&folder.path().join("store.redb")).unwrap();
        Arc::new(Self {
            inner,
            writes: AtomicUsize::new(0),
            broken: AtomicBool::default(),
            lying: AtomicBool::default(),
            _folder: folder,
        })
    }
}

impl Store for Slow {
    fn append(&self, records: &[Record]) -> Result<(), StoreError> {
        thread::sleep(Duration::from_millis(20));
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("told to fail".into()));
        }
        self.writes.fetch_add(1, Ordering::SeqCst);
        self.inner.append(records)?;
        if self.lying.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("told to lie".into()));
        }
        Ok(())
    }

    fn last_sequence(&self) -> Result<u64, StoreError> {
        self.inner.last_sequence()
    }

    fn live(&self, now: u64, visit: &mut dyn FnMut(Record)) -> Result<(), StoreError> {
        self.inner.live(now, visit)
    }

    fn page(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.inner.page(after, limit)
    }

    fn forget(&self, until: u64, limit: usize) -> Result<usize, StoreError> {
        self.inner.forget(until, limit)
    }

    fn publication(&self) -> Result<Option<PublicationState>, StoreError> {
        self.inner.publication()
    }

    fn set_publication(&self, next: &PublicationState) -> Result<(), StoreError> {
        if self.broken.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("told to fail".into()));
        }
        self.inner.set_publication(next)?;
        if self.lying.load(Ordering::SeqCst) {
            return Err(StoreError::Unavailable("told to lie".into()));
        }
        Ok(())
    }
}
