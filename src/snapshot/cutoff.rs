//! The object of cut-offs: a sequence over dimensions with a plane of times, then literal values
//! (`docs/format.md`, Cut-offs).

use super::buckets::Buckets;
use super::fragment::IssuerTag;
use super::literal::Literals;
use super::object::{ObjectKind, read_header};
use super::reader::Reader;
use super::sequence::malformed;
use super::times::Times;
use crate::{Dimension, Error};
use alloc::vec::Vec;

/// Cut-offs by dimension, read in place.
#[derive(Debug)]
pub(super) struct CutOffs {
    bytes: Vec<u8>,
    /// The hashed dimensions, one for each bucket.
    dimensions: Vec<Dimension>,
    buckets: Buckets,
    times: Times,
    literals: Literals,
}

impl CutOffs {
    /// Takes an object whose hash holds, after proving every rule of its structure.
    pub(super) fn open(bytes: Vec<u8>) -> Result<Self, Error> {
        let mut reader = Reader::new(&bytes);
        read_header(&mut reader, ObjectKind::CutOffs)?;
        let dimensions = reader.u8().ok_or(TRUNCATED)?;
        let width = reader.u8().ok_or(TRUNCATED)?;
        let count = reader.u32().ok_or(TRUNCATED)?;
        let literals = reader.u32().ok_or(TRUNCATED)?;
        let base = reader.u64().ok_or(TRUNCATED)?;
        let (dimensions, capacities) = read_dimensions(&mut reader, dimensions)?;
        let buckets = Buckets::open(&mut reader, &bytes, count, &capacities)?;
        let times = Times::open(&mut reader, &bytes, count, base, width)?;
        let literals = Literals::open(&mut reader, literals)?;
        if count == 0 && literals.count() == 0 {
            return Err(malformed("no entries"));
        }
        if reader.remaining() != 0 {
            return Err(malformed("trailing bytes"));
        }
        Ok(Self { bytes, dimensions, buckets, times, literals })
    }

    #[cfg(feature = "publish")]
    pub(super) fn into_bytes(self) -> Vec<u8> {
        self.bytes
    }

    pub(super) fn entries(&self) -> u64 {
        u64::from(self.times.count()) + u64::from(self.literals.count())
    }

    /// The dimensions with entries, ascending.
    pub(super) fn dimensions(&self) -> impl Iterator<Item = Dimension> {
        let literal = [Dimension::Issuer, Dimension::Key];
        let literal = literal.into_iter().filter(|&dimension| self.literals.hold(dimension));
        literal.chain(self.dimensions.iter().copied())
    }

    /// T of the hashed value with this fragment.
    pub(super) fn find(&self, dimension: Dimension, fragment: u64) -> Option<u64> {
        let bucket = self.dimensions.iter().position(|&live| live == dimension)?;
        let rank = self.buckets.find(&self.bytes, bucket, fragment)?;
        self.times.get(&self.bytes, rank)
    }

    /// T of the literal value.
    pub(super) fn find_literal(&self, dimension: Dimension, issuer: &IssuerTag, value: &str) -> Option<u64> {
        self.literals.find(&self.bytes, dimension, issuer, value)
    }
}

/// Reads the hashed dimensions, strictly ascending, and their capacities.
fn read_dimensions(reader: &mut Reader<'_>, count: u8) -> Result<(Vec<Dimension>, Vec<u32>), Error> {
    let (mut dimensions, mut capacities) = (Vec::new(), Vec::new());
    for _ in 0..count {
        let number = reader.u8().ok_or(TRUNCATED)?;
        let dimension = Dimension::from_number(number).filter(|dimension| !dimension.is_literal());
        let dimension = dimension.ok_or(malformed("unknown dimension"))?;
        if dimensions.last().is_some_and(|&last| last >= dimension) {
            return Err(malformed("dimensions are not strictly ascending"));
        }
        let capacity = reader.varint().filter(|&capacity| capacity != 0).ok_or(malformed("capacity"))?;
        dimensions.push(dimension);
        capacities.push(capacity);
    }
    Ok((dimensions, capacities))
}

const TRUNCATED: Error = malformed("truncated header");

#[cfg(feature = "publish")]
pub(super) use writer::CutOffsWriter;

#[cfg(feature = "publish")]
mod writer {
    use crate::Dimension;
    use crate::snapshot::buckets::BucketsWriter;
    use crate::snapshot::literal::LiteralsWriter;
    use crate::snapshot::object::{ObjectKind, push_header};
    use crate::snapshot::reader::push_varint;
    use crate::snapshot::times::TimesWriter;
    use alloc::{collections::BTreeMap, vec::Vec};

    /// Collects cut-offs in any order and writes their one encoding.
    #[derive(Default)]
    pub(in crate::snapshot) struct CutOffsWriter {
        /// Fragment and time of each value.
        hashed: BTreeMap<Dimension, Vec<(u64, u64)>>,
        pub(in crate::snapshot) literals: LiteralsWriter,
    }

    impl CutOffsWriter {
        pub(in crate::snapshot) fn insert(&mut self, dimension: Dimension, fragment: u64, time: u64) {
            self.hashed.entry(dimension).or_default().push((fragment, time));
        }

        /// The object; `None` when there are no cut-offs.
        pub(in crate::snapshot) fn finish(self) -> Option<Vec<u8>> {
            if self.hashed.is_empty() && self.literals.count() == 0 {
                return None;
            }
            let numbers: Vec<u8> = self.hashed.keys().map(|dimension| dimension.number()).collect();
            let mut buckets = BucketsWriter::default();
            for bucket in self.hashed.into_values() {
                buckets.push(bucket);
            }
            Some(write(&numbers, &buckets, &self.literals))
        }
    }

    fn write(numbers: &[u8], buckets: &BucketsWriter, literals: &LiteralsWriter) -> Vec<u8> {
        let times = TimesWriter::new(buckets.values());
        let mut out = Vec::new();
        push_header(&mut out, ObjectKind::CutOffs);
        out.push(u8::try_from(numbers.len()).unwrap_or(u8::MAX));
        out.push(times.width);
        out.extend(buckets.count().to_le_bytes());
        out.extend(literals.count().to_le_bytes());
        out.extend(times.base.to_le_bytes());
        for (&number, &capacity) in numbers.iter().zip(buckets.capacities()) {
            out.push(number);
            push_varint(&mut out, capacity);
        }
        buckets.push_sequence(&mut out);
        times.push(&mut out, buckets.values());
        literals.push(&mut out);
        out
    }
}
