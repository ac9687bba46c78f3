//! The file of places: one redb file beside the store, of one process at a time.

use std::path::Path;

use redb::{ReadableDatabase, ReadableTable, TableDefinition};

use super::pool::{Holder, Pool, Spot};
use crate::database::{DatabaseFile, unavailable};
use crate::store::StoreError;

/// List number → its name.
const LISTS: TableDefinition<'_, u64, &str> = TableDefinition::new("status-lists-v1");
/// (When the place becomes free, list number, index) → the holder as JSON.
const PLACES: TableDefinition<'_, (u64, u64, u32), &[u8]> = TableDefinition::new("status-places-v1");

/// Pages that redb keeps in memory, in bytes: places are written once and read at start.
const CACHE_BYTES: usize = 8 << 20;

/// Places on disk.
pub(super) struct PlaceFile(DatabaseFile);

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
        let file = DatabaseFile::open(path, CACHE_BYTES, |transaction| {
            transaction.open_table(LISTS)?;
            transaction.open_table(PLACES)?;
            Ok(())
        })?;
        Ok(Self(file))
    }

    /// Puts everything that was ever taken and not freed into the pool.
    pub(super) fn load(&self, pool: &mut Pool) -> Result<(), StoreError> {
        self.0.with(|database| {
            let transaction = database.begin_read()?;
            for entry in transaction.open_table(LISTS)?.iter()? {
                let (number, id) = entry?;
                pool.add_list(number.value(), id.value().into());
            }
            for entry in transaction.open_table(PLACES)?.iter()? {
                let (key, bytes) = entry?;
                let (free_at, number, index) = key.value();
                let holder = serde_json::from_slice(bytes.value()).map_err(|_| CORRUPT)?;
                if !pool.take((number, index), holder, free_at) {
                    return Err(CORRUPT.into());
                }
            }
            Ok(())
        })
    }

    /// Writes everything or nothing; on disk (fsync) when it returns.
    pub(super) fn apply(&self, changes: &Changes<'_>) -> Result<(), StoreError> {
        self.0.write(|transaction| {
            let mut lists = transaction.open_table(LISTS)?;
            let mut places = transaction.open_table(PLACES)?;
            for (number, id) in &changes.new_lists {
                lists.insert(number, *id)?;
            }
            for (spot, free_at, holder) in &changes.taken {
                let bytes = serde_json::to_vec(holder).map_err(unavailable)?;
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
}

const CORRUPT: StoreError = StoreError::Corrupt("a place in a status list is not readable");
