//! The store without a server: one redb file.

use std::path::Path;

use redb::{ReadableDatabase, ReadableTable, TableDefinition};

use super::{PublicationState, Store, StoreError};
use crate::database::{DatabaseFile, unavailable};
use crate::record::Record;

/// Sequence → the record as JSON.
const RECORDS: TableDefinition<'_, u64, &[u8]> = TableDefinition::new("records-v1");
/// (`leaves_at`, sequence) of every kept record: what is live and what may be forgotten, without reading records.
const LEAVES: TableDefinition<'_, (u64, u64), ()> = TableDefinition::new("leaves-v1");
/// [`LAST_SEQUENCE`] → the newest sequence ever given.
const COUNTERS: TableDefinition<'_, &str, u64> = TableDefinition::new("counters-v1");
const LAST_SEQUENCE: &str = "last-sequence";
/// () → (epoch, version, `issued_at`, salt).
const PUBLICATION: TableDefinition<'_, (), (u32, u64, u64, [u8; 16])> =
    TableDefinition::new("publication-v1");

/// () → s, of which there are 2^s shards.
const SHARDS: TableDefinition<'_, (), u8> = TableDefinition::new("shards-v1");

/// Pages that redb keeps in memory, in bytes: records are written once and read at start, so little is enough.
const CACHE_BYTES: usize = 64 << 20;

/// A store in one file, of one process at a time; every write is on disk (fsync) when it returns.
///
/// After an error it recovers by itself when, say, the disk is no longer full; after a failed fsync only by a restart.
pub struct Embedded(DatabaseFile);

impl Embedded {
    /// Opens the file, or creates it, readable by its owner alone.
    pub fn open(path: &Path) -> Result<Self, StoreError> {
        let file = DatabaseFile::open(path, CACHE_BYTES, |transaction| {
            transaction.open_table(RECORDS)?;
            transaction.open_table(LEAVES)?;
            transaction.open_table(COUNTERS)?;
            transaction.open_table(PUBLICATION)?;
            transaction.open_table(SHARDS)?;
            Ok(())
        })?;
        Ok(Self(file))
    }
}

impl Store for Embedded {
    fn append(&self, records: &[Record]) -> Result<(), StoreError> {
        self.0.write(|transaction| {
            let mut table = transaction.open_table(RECORDS)?;
            let mut leaves = transaction.open_table(LEAVES)?;
            let mut counters = transaction.open_table(COUNTERS)?;
            let mut last = counters.get(LAST_SEQUENCE)?.map_or(0, |value| value.value());
            for record in records {
                last = next_sequence(last, record)?;
                let bytes = serde_json::to_vec(record).map_err(unavailable)?;
                table.insert(record.sequence, bytes.as_slice())?;
                leaves.insert((record.leaves_at, record.sequence), ())?;
            }
            counters.insert(LAST_SEQUENCE, last)?;
            Ok(())
        })
    }

    fn last_sequence(&self) -> Result<u64, StoreError> {
        self.0.with(|database| {
            let counters = database.begin_read()?.open_table(COUNTERS)?;
            Ok(counters.get(LAST_SEQUENCE)?.map_or(0, |value| value.value()))
        })
    }

    fn live(&self, now: u64, visit: &mut dyn FnMut(Record)) -> Result<(), StoreError> {
        self.0.with(|database| {
            let transaction = database.begin_read()?;
            let (table, leaves) = (transaction.open_table(RECORDS)?, transaction.open_table(LEAVES)?);
            for entry in leaves.range((now.saturating_add(1), 0)..)? {
                let (_, sequence) = entry?.0.value();
                let record = table.get(sequence)?.ok_or(MISSING)?;
                visit(parse(record.value())?);
            }
            Ok(())
        })
    }

    fn page(&self, after: u64, limit: usize) -> Result<Vec<Record>, StoreError> {
        self.0.with(|database| {
            let table = database.begin_read()?.open_table(RECORDS)?;
            let mut page = Vec::new();
            for entry in table.range(after.saturating_add(1)..)?.take(limit) {
                page.push(parse(entry?.1.value())?);
            }
            Ok(page)
        })
    }

    fn forget(&self, until: u64, limit: usize) -> Result<usize, StoreError> {
        self.0.with(|database| {
            let mut gone = Vec::new();
            let leaves = database.begin_read()?.open_table(LEAVES)?;
            for entry in leaves.range(..(until.saturating_add(1), 0))?.take(limit) {
                gone.push(entry?.0.value());
            }
            if gone.is_empty() {
                return Ok(0);
            }
            let transaction = database.begin_write()?;
            {
                let mut leaves = transaction.open_table(LEAVES)?;
                let mut table = transaction.open_table(RECORDS)?;
                for key in &gone {
                    leaves.remove(key)?;
                    table.remove(key.1)?;
                }
            }
            transaction.commit()?;
            Ok(gone.len())
        })
    }

    fn publication(&self) -> Result<Option<PublicationState>, StoreError> {
        self.0.with(|database| {
            let transaction = database.begin_read()?;
            let table = transaction.open_table(PUBLICATION)?;
            let shards = transaction.open_table(SHARDS)?.get(())?.map_or(0, |value| value.value());
            Ok(table.get(())?.map(|value| state(value.value(), shards)))
        })
    }

    fn set_publication(&self, next: &PublicationState) -> Result<(), StoreError> {
        self.0.write(|transaction| {
            let mut table = transaction.open_table(PUBLICATION)?;
            let present = table.get(())?.map(|value| state(value.value(), 0));
            if present.is_some_and(|present| !rises(&present, next)) {
                return Err(StoreError::OutOfOrder("the publication went back").into());
            }
            let edition = next.edition;
            table.insert((), (edition.epoch, edition.version, next.issued_at, next.salt))?;
            transaction.open_table(SHARDS)?.insert((), next.shard_bits)?;
            Ok(())
        })
    }
}

fn next_sequence(last: u64, record: &Record) -> Result<u64, StoreError> {
    match last.checked_add(1) {
        Some(next) if next == record.sequence => Ok(next),
        _ => Err(StoreError::OutOfOrder("the sequence does not follow the newest record")),
    }
}

fn rises(present: &PublicationState, next: &PublicationState) -> bool {
    next.edition > present.edition && next.issued_at >= present.issued_at
}

type Stored = (u32, u64, u64, [u8; 16]);

fn state((epoch, version, issued_at, salt): Stored, shard_bits: u8) -> PublicationState {
    PublicationState { edition: rescind::Edition { epoch, version }, issued_at, salt, shard_bits }
}

const MISSING: StoreError = StoreError::Corrupt("a record is missing");

fn parse(bytes: &[u8]) -> Result<Record, StoreError> {
    serde_json::from_slice(bytes).map_err(|_| StoreError::Corrupt("a record is not readable"))
}
