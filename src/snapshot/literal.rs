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
    /// Where each record starts: 4 bytes for at least 43.
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
        let mut starts = Vec::with_capacity(index(count));
        let mut previous = None;
        for _ in 0..count {
            starts.push(u32::try_from(reader.position()).map_err(|_| malformed("length"))?);
            let (key, time) = read_record(reader).ok_or(malformed("truncated literals"))?;
            check_record(key, time)?;
            if previous.is_some_and(|previous| previous >= key) {
                return Err(malformed("literals are not strictly ascending"));
            }
            previous = Some(key);
        }
        Ok(Self { starts })
    }

    pub(super) const fn count(&self) -> usize {
        self.starts.len()
    }

    /// T of the value, if it is there. `bytes` are those the records were read from.
    pub(super) fn find(
        &self,
        bytes: &[u8],
        dimension: Dimension,
        issuer: &IssuerTag,
        value: &str,
    ) -> Option<u64> {
        let wanted: Key<'_> = (dimension.number(), issuer, value.as_bytes());
        let at = self
            .starts
            .partition_point(|&start| record_at(bytes, start).is_some_and(|(key, _)| key < wanted));
        let (key, time) = record_at(bytes, *self.starts.get(at)?)?;
        (key == wanted).then_some(time)
    }

    /// Whether the dimension has a record.
    pub(super) fn hold(&self, bytes: &[u8], dimension: Dimension) -> bool {
        let outer = [self.starts.first(), self.starts.last()];
        outer.into_iter().flatten().any(|&start| {
            record_at(bytes, start).is_some_and(|((number, ..), _)| number == dimension.number())
        })
    }
}

fn record_at(bytes: &[u8], start: u32) -> Option<(Key<'_>, u64)> {
    read_record(&mut Reader::new(bytes.get(index(start)..)?))
}

fn read_record<'a>(reader: &mut Reader<'a>) -> Option<(Key<'a>, u64)> {
    let number = reader.u8()?;
    let issuer = reader.take(32)?;
    let time = reader.u64()?;
    let length = reader.u16()?;
    let value = reader.take(usize::from(length))?;
    Some(((number, issuer, value), time))
}

fn check_record((number, _, value): Key<'_>, time: u64) -> Result<(), Error> {
    match Dimension::from_number(number) {
        Some(Dimension::Issuer) if value.is_empty() => (),
        Some(Dimension::Key) if core::str::from_utf8(value).is_ok() => (),
        _ => return Err(malformed("literal value")),
    }
    if time < TIME_END { Ok(()) } else { Err(malformed("time range")) }
}

const RECORD_BYTES_MIN: usize = 1 + 32 + 8 + 2;

#[cfg(feature = "publish")]
pub(super) use writer::LiteralsWriter;

#[cfg(feature = "publish")]
mod writer {
    use crate::Dimension;
    use crate::snapshot::fragment::IssuerTag;
    use alloc::{collections::BTreeMap, vec::Vec};

    /// Collects literal values in any order; of several times for one value the latest stays.
    #[derive(Default)]
    pub(in crate::snapshot) struct LiteralsWriter(BTreeMap<(u8, IssuerTag, Vec<u8>), u64>);

    impl LiteralsWriter {
        pub(in crate::snapshot) fn insert(
            &mut self,
            dimension: Dimension,
            issuer: IssuerTag,
            value: &str,
            time: u64,
        ) {
            let latest = self.0.entry((dimension.number(), issuer, value.into())).or_insert(time);
            *latest = time.max(*latest);
        }

        pub(in crate::snapshot) fn count(&self) -> u32 {
            u32::try_from(self.0.len()).unwrap_or(u32::MAX)
        }

        pub(in crate::snapshot) fn push(&self, out: &mut Vec<u8>) {
            for ((number, issuer, value), time) in &self.0 {
                out.push(*number);
                out.extend(issuer);
                out.extend(time.to_le_bytes());
                out.extend(u16::try_from(value.len()).unwrap_or(u16::MAX).to_le_bytes());
                out.extend(value);
            }
        }
    }
}
