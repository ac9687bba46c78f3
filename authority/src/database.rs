//! One redb file, of one process at a time.

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use redb::{Database, WriteTransaction};

use crate::store::StoreError;

mod file;

/// A redb file, created for its owner alone; every write is on disk (fsync) when it returns.
///
/// After an error the file is closed and opened afresh by the next call, so that it recovers by itself when, say,
/// the disk is no longer full. After a failed fsync it never is: the operating system may have dropped the pages, so
/// only a restart may look at the file again.
pub(crate) struct DatabaseFile {
    path: PathBuf,
    /// Pages that redb keeps in memory, in bytes.
    cache_bytes: usize,
    database: Mutex<Option<Arc<Database>>>,
    sync_failed: Arc<AtomicBool>,
}

impl DatabaseFile {
    /// Opens the file, or creates it, and makes its tables.
    pub(crate) fn open(
        path: &Path,
        cache_bytes: usize,
        tables: impl FnOnce(&WriteTransaction) -> Result<(), Failure>,
    ) -> Result<Self, StoreError> {
        let (database, sync_failed) = (Mutex::default(), Arc::default());
        let opened = Self { path: path.into(), cache_bytes, database, sync_failed };
        opened.write(tables)?;
        Ok(opened)
    }

    /// Reads, or does whatever else.
    pub(crate) fn with<T>(&self, act: impl FnOnce(&Database) -> Result<T, Failure>) -> Result<T, StoreError> {
        let database = self.database()?;
        act(&database).map_err(|failure| match failure {
            Failure::Refused(error) => error,
            Failure::Redb(error) => {
                *self.database.lock().unwrap_or_else(PoisonError::into_inner) = None;
                StoreError::Unavailable(error)
            }
        })
    }

    /// Writes everything or nothing. What failed may be found on disk later all the same.
    pub(crate) fn write(
        &self,
        act: impl FnOnce(&WriteTransaction) -> Result<(), Failure>,
    ) -> Result<(), StoreError> {
        self.with(|database| {
            // Durability::Immediate is redb's default: `commit` returns after fsync.
            let transaction = database.begin_write()?;
            act(&transaction)?;
            Ok(transaction.commit()?)
        })
    }

    fn database(&self) -> Result<Arc<Database>, StoreError> {
        if self.sync_failed.load(Ordering::Acquire) {
            return Err(StoreError::Unavailable(
                "an earlier fsync failed; restart after checking the disk".into(),
            ));
        }
        let mut slot = self.database.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(database) = slot.as_ref() {
            return Ok(Arc::clone(database));
        }
        let backend = file::open(&self.path, Arc::clone(&self.sync_failed)).map_err(unavailable)?;
        let opened = Database::builder().set_cache_size(self.cache_bytes).create_with_backend(backend);
        Ok(Arc::clone(slot.insert(Arc::new(opened.map_err(unavailable)?))))
    }
}

/// What is not readable as it should be, or not to be had now.
pub(crate) fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(error.into())
}

/// Tells what redb could not do, after which the file is opened afresh, from what was refused.
pub(crate) enum Failure {
    Redb(Box<dyn std::error::Error + Send + Sync>),
    Refused(StoreError),
}

impl From<StoreError> for Failure {
    fn from(error: StoreError) -> Self {
        Self::Refused(error)
    }
}

macro_rules! from_redb {
    ($($error:ty),+) => {$(
        impl From<$error> for Failure {
            fn from(error: $error) -> Self {
                Self::Redb(error.into())
            }
        }
    )+};
}
from_redb!(redb::TransactionError, redb::TableError, redb::StorageError, redb::CommitError);

#[cfg(test)]
mod tests {
    use redb::{ReadableDatabase, TableDefinition};

    use super::*;

    const NUMBERS: TableDefinition<'_, u8, u8> = TableDefinition::new("numbers");

    fn file(folder: &tempfile::TempDir) -> DatabaseFile {
        let tables = |transaction: &WriteTransaction| {
            transaction.open_table(NUMBERS)?;
            Ok(())
        };
        DatabaseFile::open(&folder.path().join("file.redb"), 1 << 20, tables).unwrap()
    }

    fn number(file: &DatabaseFile) -> Option<u8> {
        let read = file.with(|database| {
            let table = database.begin_read()?.open_table(NUMBERS)?;
            Ok(table.get(0)?.map(|value| value.value()))
        });
        read.unwrap()
    }

    #[test]
    fn write_that_failed_changes_nothing_and_the_next_one_works() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        let failed = file.write(|transaction| {
            transaction.open_table(NUMBERS)?.insert(0, 1)?;
            Err(Failure::Redb("the disk is full".into()))
        });
        assert!(matches!(failed, Err(StoreError::Unavailable(_))));
        assert_eq!(number(&file), None);
        let write = |transaction: &WriteTransaction| {
            transaction.open_table(NUMBERS)?.insert(0, 2)?;
            Ok(())
        };
        file.write(write).unwrap();
        assert_eq!(number(&file), Some(2));
    }

    #[test]
    fn file_whose_fsync_failed_stays_closed() {
        let folder = tempfile::tempdir().unwrap();
        let file = file(&folder);
        file.sync_failed.store(true, Ordering::Release);
        assert!(matches!(file.with(|_| Ok(())), Err(StoreError::Unavailable(_))));
        assert!(matches!(file.write(|_| Ok(())), Err(StoreError::Unavailable(_))));
    }
}
