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
        value: &str,
    ) -> Option<u64> {
        let wanted: Key<'_> = (dimension.number(), issuer, value.as_bytes());
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
