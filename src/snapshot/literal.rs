//! Cut-offs of issuers and keys, written out: no false positive may refuse every token of one.

use super::fragment::IssuerTag;
use super::limits::TIME_END;
use super::reader::Reader;
use super::sequence::{index, malformed};
use crate::{Dimension, Error};
use alloc::vec::Vec;

/// Records of literal values, strictly ascending by their keys; read in place.
#[derive(Debug)]
pub(super) struct Literals {
    count: u32,
    /// How many of them are of the issuer dimension; the others are of keys.
    issuers: u32,
    /// Where each fourth record starts: 1 byte a record of at least 43.
    starts: Vec<u32>,
}

/// Number of the dimension, issuer and value of a record. The issuer dimension has the empty value.
type Key<'a> = (u8, &'a [u8], &'a [u8]);

impl Literals {
    /// Takes `count` records from the reader.
    pub(super) fn open(reader: &mut Reader<'_>, count: u32) -> Result<Self, Error> {
        if index(count) > reader.remaining() / RECORD_BYTES_MIN {
            return Err(malformed("truncated literals"));
        }
        let starts = Vec::with_capacity(index(count.div_ceil(STRIDE)));
        let mut literals = Self { count, issuers: 0, starts };
        let mut previous = None;
        for rank in 0..count {
            let start = u32::try_from(reader.position()).map_err(|_| malformed("length"))?;
            let (key, time) = read_record(reader).ok_or(malformed("truncated literals"))?;
            let dimension = check_record(key, time)?;
            if previous.is_some_and(|previous| previous >= key) {
                return Err(malformed("literals are not strictly ascending"));
            }
            previous = Some(key);
            literals.issuers += u32::from(dimension == Dimension::Issuer);
            literals.starts.extend((rank % STRIDE == 0).then_some(start));
        }
        Ok(literals)
    }

    pub(super) const fn count(&self) -> u32 {
        self.count
    }

    /// The records after the changes, without those of which every token was issued before a time.
    pub(super) fn fold(&self, bytes: &[u8], changes: &LiteralChanges, cut_before: u64) -> LiteralsWriter {
        let mut out = LiteralsWriter::default();
        let start = self.starts.first().and_then(|&start| bytes.get(index(start)..)).unwrap_or_default();
        let mut reader = Reader::new(start);
        for ((number, issuer, value), time) in (0..self.count).map_while(|_| read_record(&mut reader)) {
            let issuer = issuer.try_into().unwrap_or_default();
            out.0.push((LiteralKey { number, issuer, value: value.into() }, time));
        }
        out.change(changes);
        out.keep_from(cut_before);
        out
    }

    /// Whether the dimension has a record.
    pub(super) const fn hold(&self, dimension: Dimension) -> bool {
        match dimension {
            Dimension::Issuer => self.issuers != 0,
            Dimension::Key => self.issuers != self.count,
            _ => false,
        }
    }

    /// T of the value, if it is there. `bytes` are those the records were read from.
    pub(super) fn find(
        &self,
        bytes: &[u8],
        dimension: Dimension,
        issuer: &IssuerTag,
        value: &[u8],
    ) -> Option<u64> {
        let wanted: Key<'_> = (dimension.number(), issuer, value);
        let from = |start: u32| bytes.get(index(start)..).map(Reader::new);
        let at_or_before = self.starts.partition_point(|&start| {
            from(start).and_then(|mut reader| read_record(&mut reader)).is_some_and(|(key, _)| key <= wanted)
        });
        let mut reader = from(*self.starts.get(at_or_before.checked_sub(1)?)?)?;
        let mut records = (0..STRIDE).map_while(|_| read_record(&mut reader));
        records.find(|(key, _)| *key == wanted).map(|(_, time)| time)
    }
}

fn read_record<'a>(reader: &mut Reader<'a>) -> Option<(Key<'a>, u64)> {
    let number = reader.u8()?;
    let issuer = reader.take(32)?;
    let time = reader.u64()?;
    let length = reader.u16()?;
    let value = reader.take(usize::from(length))?;
    Some(((number, issuer, value), time))
}

fn check_record((number, _, value): Key<'_>, time: u64) -> Result<Dimension, Error> {
    let dimension = match Dimension::from_number(number) {
        Some(Dimension::Issuer) if value.is_empty() => Dimension::Issuer,
        Some(Dimension::Key) if core::str::from_utf8(value).is_ok() => Dimension::Key,
        _ => return Err(malformed("literal value")),
    };
    if time < TIME_END { Ok(dimension) } else { Err(malformed("time range")) }
}

/// Records for one entry of the index.
const STRIDE: u32 = 4;
const RECORD_BYTES_MIN: usize = 1 + 32 + 8 + 2;

/// What a record says of: number of the dimension, issuer and value.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LiteralKey {
    pub(super) number: u8,
    pub(super) issuer: IssuerTag,
    pub(super) value: Vec<u8>,
}

impl LiteralKey {
    /// An issuer's own record has no value: the issuer is part of every key.
    pub(super) fn new(dimension: Dimension, issuer: IssuerTag, value: &[u8]) -> Self {
        let value = if dimension == Dimension::Issuer { b"" } else { value };
        Self { number: dimension.number(), issuer, value: value.into() }
    }
}

/// Keys, strictly ascending, with what is known of each.
type Records<V> = Vec<(LiteralKey, V)>;

/// Both lists as one; of a key in both the later record counts.
fn merge<V: Copy>(earlier: Records<V>, later: &[(LiteralKey, V)]) -> Records<V> {
    let mut merged = Vec::with_capacity(earlier.len() + later.len());
    let mut earlier = earlier.into_iter().peekable();
    for (key, value) in later {
        while let Some(before) = earlier.next_if(|(other, _)| other < key) {
            merged.push(before);
        }
        earlier.next_if(|(other, _)| other == key);
        merged.push((key.clone(), *value));
    }
    merged.extend(earlier);
    merged
}

/// Literal cut-offs set (to T) or removed since the base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct LiteralChanges(pub(super) Records<Option<u64>>);

impl LiteralChanges {
    /// Reads `set` records and `removed` ones, whose T is 0.
    pub(super) fn read(reader: &mut Reader<'_>, set: u32, removed: u32) -> Result<Self, Error> {
        let set = Self::read_ascending(reader, set, Some)?;
        let removed = Self::read_ascending(reader, removed, |time| (time != 0).then_some(time))?;
        let count = set.len() + removed.len();
        let is_timed = removed.iter().any(|(_, change)| change.is_some());
        let changes = merge(set, &removed);
        if is_timed || changes.len() != count {
            return Err(malformed("literal is set and removed"));
        }
        Ok(Self(changes))
    }

    fn read_ascending(
        reader: &mut Reader<'_>,
        count: u32,
        change: impl Fn(u64) -> Option<u64>,
    ) -> Result<Records<Option<u64>>, Error> {
        if index(count) > reader.remaining() / RECORD_BYTES_MIN {
            return Err(malformed("truncated literals"));
        }
        let mut records = Vec::with_capacity(index(count));
        let mut previous = None;
        for _ in 0..count {
            let (key, time) = read_record(reader).ok_or(malformed("truncated literals"))?;
            check_record(key, time)?;
            if previous.is_some_and(|previous| previous >= key) {
                return Err(malformed("literals are not strictly ascending"));
            }
            previous = Some(key);
            let (number, issuer, value) = key;
            let issuer = issuer.try_into().map_err(|_| malformed("truncated literals"))?;
            records.push((LiteralKey { number, issuer, value: value.into() }, change(time)));
        }
        Ok(records)
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }

    /// T of a changed value, or `None` within when it was removed.
    pub(super) fn find(&self, dimension: Dimension, issuer: &IssuerTag, value: &[u8]) -> Option<Option<u64>> {
        if self.0.is_empty() {
            return None;
        }
        let wanted = LiteralKey::new(dimension, *issuer, value);
        let at = self.0.binary_search_by(|(key, _)| key.cmp(&wanted)).ok()?;
        self.0.get(at).map(|(_, change)| *change)
    }

    /// These changes and then `later` ones.
    pub(super) fn then(&self, later: &Self) -> Self {
        Self(merge(self.0.clone(), &later.0))
    }

    /// The dimensions with a value set to a T from `cut_before` on.
    pub(super) fn dimensions(&self, cut_before: u64) -> impl Iterator<Item = Dimension> {
        let set = self.0.iter().filter(move |(_, change)| change.is_some_and(|time| time >= cut_before));
        set.filter_map(|(key, _)| Dimension::from_number(key.number))
    }
}

/// Literal values in the order of the format; of several times for one value the latest stays.
#[derive(Default)]
pub(super) struct LiteralsWriter(Records<u64>);

impl LiteralsWriter {
    #[cfg(feature = "publish")]
    pub(super) fn into_records(self) -> Records<u64> {
        self.0
    }

    #[cfg(feature = "publish")]
    pub(super) fn insert(&mut self, key: LiteralKey, time: u64) {
        match self.0.binary_search_by(|(other, _)| other.cmp(&key)) {
            Ok(at) => self.0.get_mut(at).into_iter().for_each(|(_, latest)| *latest = time.max(*latest)),
            Err(at) => self.0.insert(at, (key, time)),
        }
    }

    pub(super) fn change(&mut self, changes: &LiteralChanges) {
        let records = core::mem::take(&mut self.0).into_iter().map(|(key, time)| (key, Some(time)));
        let changed = merge(records.collect(), &changes.0).into_iter();
        self.0 = changed.filter_map(|(key, time)| Some((key, time?))).collect();
    }

    /// Drops the records of which every token was issued before a time.
    pub(super) fn keep_from(&mut self, cut_before: u64) {
        self.0.retain(|(_, time)| *time >= cut_before);
    }

    pub(super) fn count(&self) -> u32 {
        u32::try_from(self.0.len()).unwrap_or(u32::MAX)
    }

    pub(super) fn push(&self, out: &mut Vec<u8>) {
        self.0.iter().for_each(|(key, time)| push_record(out, key, *time));
    }
}

/// Appends what [`read_record`] reads.
pub(super) fn push_record(out: &mut Vec<u8>, key: &LiteralKey, time: u64) {
    out.push(key.number);
    out.extend(key.issuer);
    out.extend(time.to_le_bytes());
    out.extend(u16::try_from(key.value.len()).unwrap_or(u16::MAX).to_le_bytes());
    out.extend(&key.value);
}
