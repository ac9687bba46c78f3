//! The file of places: one redb file beside the store, of one process at a time.

use std::fs::{File, OpenOptions};
use std::path::Path;

use redb::backends::FileBackend;
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

use super::pool::{Holder, Pool, Spot};
use crate::store::StoreError;

/// List number → its name.
const LISTS: TableDefinition<'_, u64, &str> = TableDefinition::new("status-lists-v1");
/// (When the place becomes free, list number, index) → the holder as JSON.
const PLACES: TableDefinition<'_, (u64, u64, u32), &[u8]> = TableDefinition::new("status-places-v1");

/// Pages that redb keeps in memory, in bytes: places are written once and read at start.
const CACHE_BYTES: usize = 8 << 20;

/// Places on disk. After a failed write redb takes no other one: a restart opens the file afresh.
pub(super) struct PlaceFile(Database);

/// What goes to the disk together.
#[derive(Default)]
pub(super) struct Changes<'a> {
    pub(super) new_lists: Vec<(u64, &'a str)>,
    pub(super) taken: Vec<(Spot, u64, &'a Holder)>,
    pub(super) freed: Vec<(u64, Spot)>,
    pub(super) removed_lists: Vec<u64>,
}

impl Changes<'_> {
    pub(super) fn is_empty(&self) -> bool {
        self.new_lists.is_empty()
            && self.taken.is_empty()
            && self.freed.is_empty()
            && self.removed_lists.is_empty()
    }
}

impl PlaceFile {
    /// Opens the file, or creates it, readable by its owner alone.
    pub(super) fn open(path: &Path) -> Result<Self, StoreError> {
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(path).map_err(unavailable)?;
        let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        #[cfg(unix)]
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(unavailable)?;
        let backend = FileBackend::new(file).map_err(unavailable)?;
        let database = Database::builder().set_cache_size(CACHE_BYTES).create_with_backend(backend);
        let opened = Self(database.map_err(unavailable)?);
        opened.write(|transaction| {
            transaction.open_table(LISTS)?;
            transaction.open_table(PLACES)?;
            Ok(())
        })?;
        Ok(opened)
    }

    /// Puts everything that was ever taken and not freed into the pool.
    pub(super) fn load(&self, pool: &mut Pool) -> Result<(), StoreError> {
        let transaction = self.0.begin_read().map_err(unavailable)?;
        let lists = transaction.open_table(LISTS).map_err(unavailable)?;
        for entry in lists.iter().map_err(unavailable)? {
            let (number, id) = entry.map_err(unavailable)?;
            pool.add_list(number.value(), id.value().into());
        }
        let places = transaction.open_table(PLACES).map_err(unavailable)?;
        for entry in places.iter().map_err(unavailable)? {
            let (key, bytes) = entry.map_err(unavailable)?;
            let (free_at, number, index) = key.value();
            let holder = serde_json::from_slice(bytes.value()).map_err(|_| CORRUPT)?;
            if !pool.take((number, index), holder, free_at) {
                return Err(CORRUPT);
            }
        }
        Ok(())
    }

    /// Writes everything or nothing; on disk (fsync) when it returns.
    pub(super) fn apply(&self, changes: &Changes<'_>) -> Result<(), StoreError> {
        self.write(|transaction| {
            let mut lists = transaction.open_table(LISTS)?;
            let mut places = transaction.open_table(PLACES)?;
            for (number, id) in &changes.new_lists {
                lists.insert(number, *id)?;
            }
            for (spot, free_at, holder) in &changes.taken {
                let bytes = serde_json::to_vec(holder)?;
                places.insert((*free_at, spot.0, spot.1), bytes.as_slice())?;
            }
            for (free_at, spot) in &changes.freed {
                places.remove((*free_at, spot.0, spot.1))?;
            }
            for number in &changes.removed_lists {
                lists.remove(number)?;
            }
            Ok(())
        })
    }

    fn write(
        &self,
        act: impl FnOnce(&redb::WriteTransaction) -> Result<(), Box<dyn std::error::Error + Send + Sync>>,
    ) -> Result<(), StoreError> {
        let transaction = self.0.begin_write().map_err(unavailable)?;
        act(&transaction).map_err(StoreError::Unavailable)?;
        transaction.commit().map_err(unavailable)
    }
}

const CORRUPT: StoreError = StoreError::Corrupt("a place in a status list is not readable");

fn unavailable(error: impl std::error::Error + Send + Sync + 'static) -> StoreError {
    StoreError::Unavailable(error.into())
}
