//! The object of cut-offs: a sequence over dimensions with a plane of times, then literal values
//! (`docs/format.md`, Cut-offs).

use super::buckets::Buckets;
use super::changes::{Change, Changes, Merged};
use super::fragment::IssuerTag;
use super::literal::{LiteralChanges, Literals, LiteralsWriter};
use super::object::{ObjectKind, push_header, read_header};
use super::reader::{Reader, push_varint};
use super::sequence::{malformed, push_sequence};
use super::times::{Times, TimesWriter};
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
        if buckets.quotients() == 0 && literals.count() == 0 {
            return Err(malformed("no capacity"));
        }
        if reader.remaining() != 0 {
            return Err(malformed("trailing bytes"));
        }
        Ok(Self { bytes, dimensions, buckets, times, literals })
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    pub(super) fn entries(&self) -> u64 {
        u64::from(self.times.count()) + u64::from(self.literals.count())
    }

    /// The universe: the sum of all capacities.
    pub(super) const fn quotients(&self) -> u32 {
        self.buckets.quotients()
    }

    /// The dimensions with entries, ascending.
    pub(super) fn dimensions(&self) -> impl Iterator<Item = Dimension> {
        let literal = [Dimension::Issuer, Dimension::Key];
        let literal = literal.into_iter().filter(|&dimension| self.literals.hold(dimension));
        let live = |&(bucket, _): &(usize, _)| self.buckets.fill(&self.bytes, bucket) != Some(0);
        literal
            .chain(self.dimensions.iter().copied().enumerate().filter(live).map(|(_, dimension)| dimension))
    }

    /// The dimension of a position.
    pub(super) fn dimension_at(&self, position: u64) -> Option<Dimension> {
        self.dimensions.get(self.buckets.bucket_at(position)?).copied()
    }

    /// T of the hashed value with this fragment, after the changes.
    pub(super) fn find(&self, changes: &Changes, dimension: Dimension, fragment: u64) -> Option<u64> {
        self.time(changes, self.position(dimension, fragment)?)
    }

    /// T of the literal value, before any change.
    pub(super) fn find_literal(&self, dimension: Dimension, issuer: &IssuerTag, value: &[u8]) -> Option<u64> {
        self.literals.find(&self.bytes, dimension, issuer, value)
    }

    /// Where a value is or would be; `None` for a dimension without capacity.
    pub(super) fn position(&self, dimension: Dimension, fragment: u64) -> Option<u64> {
        let bucket = self.dimensions.iter().position(|&live| live == dimension)?;
        self.buckets.position(bucket, fragment)
    }

    /// T of the entry at a position, after the changes.
    pub(super) fn time(&self, changes: &Changes, position: u64) -> Option<u64> {
        match changes.find(position) {
            Some(Change::Set(time)) => Some(time),
            Some(Change::Removed) => None,
            None => self.times.get(&self.bytes, self.buckets.find(&self.bytes, position)?),
        }
    }

    fn entries_in_order(&self) -> impl Iterator<Item = (u64, u64)> + Clone {
        let times = (0..self.times.count()).map_while(|rank| self.times.get(&self.bytes, rank));
        self.buckets.positions(&self.bytes).zip(times)
    }

    /// The first position of a generation, or the end of all.
    fn generations_start(&self) -> u64 {
        let times = self.dimensions.iter().take_while(|dimension| !dimension.compares_generations()).count();
        self.buckets.start(times).unwrap_or(u64::MAX)
    }

    fn universe(&self) -> Vec<(u8, u32)> {
        self.dimensions.iter().map(|dimension| dimension.number()).zip(self.buckets.capacities()).collect()
    }
}

/// The object after the changes, without the cut-offs that affect no token issued from a time on; `None` when nothing
/// is left and there is no universe. A generation has no time, and stays.
pub(super) fn fold(
    base: Option<&CutOffs>,
    changes: &Changes,
    literals: &LiteralChanges,
    cut_before: u64,
) -> Option<Vec<u8>> {
    let Some(base) = base else {
        let mut records = LiteralsWriter::default();
        records.change(literals);
        records.keep_from(cut_before);
        return write(&[], core::iter::empty(), &records);
    };
    let records = base.literals.fold(&base.bytes, literals, cut_before);
    let generations = base.generations_start();
    let kept = |&(position, time): &(u64, u64)| time >= cut_before || position >= generations;
    let entries = Merged::new(base.entries_in_order(), changes).filter(kept);
    write(&base.universe(), entries, &records)
}

/// Writes the one encoding of ascending entries in a universe: numbers and capacities of its dimensions.
fn write(
    universe: &[(u8, u32)],
    entries: impl Iterator<Item = (u64, u64)> + Clone,
    literals: &LiteralsWriter,
) -> Option<Vec<u8>> {
    let quotients = universe.iter().fold(0, |sum: u32, &(_, capacity)| sum.saturating_add(capacity));
    if quotients == 0 && literals.count() == 0 {
        return None;
    }
    let count = u32::try_from(entries.clone().count()).unwrap_or(u32::MAX);
    let values = entries.clone().map(|(_, time)| time);
    let times = TimesWriter::new(values.clone());
    let mut out = Vec::new();
    push_header(&mut out, ObjectKind::CutOffs);
    out.push(u8::try_from(universe.len()).unwrap_or(u8::MAX));
    out.push(times.width);
    out.extend(count.to_le_bytes());
    out.extend(literals.count().to_le_bytes());
    out.extend(times.base.to_le_bytes());
    for &(number, capacity) in universe {
        out.push(number);
        push_varint(&mut out, capacity);
    }
    push_sequence(&mut out, entries.map(|(position, _)| position), count, quotients);
    times.push(&mut out, values);
    literals.push(&mut out);
    Some(out)
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
    use super::{CutOffs, write};
    use crate::Dimension;
    use crate::snapshot::buckets::{BucketsWriter, distinct};
    use crate::snapshot::declared::Dimensions;
    use crate::snapshot::headroom::Headroom;
    use crate::snapshot::literal::{LiteralChanges, LiteralsWriter};
    use alloc::{collections::BTreeMap, vec::Vec};
    use core::ops::RangeInclusive;

    impl CutOffs {
        /// Capacity and number of entries of each hashed dimension.
        pub(in crate::snapshot) fn fills(&self) -> Vec<(u32, u32)> {
            let capacities = self.buckets.capacities().enumerate();
            capacities.map(|(at, size)| (size, self.buckets.fill(&self.bytes, at).unwrap_or(size))).collect()
        }

        /// The dimension of each hashed entry, the fragments it can stand for, and its T.
        pub(in crate::snapshot) fn listed(
            &self,
        ) -> impl Iterator<Item = (Dimension, RangeInclusive<u64>, u64)> {
            let hashed = self.buckets.fragments(&self.bytes).zip(self.entries_in_order());
            hashed.filter_map(|((bucket, fragments), (_, time))| {
                Some((*self.dimensions.get(bucket)?, fragments, time))
            })
        }

        /// The literal records.
        pub(in crate::snapshot) fn listed_literals(&self) -> LiteralsWriter {
            self.literals.fold(&self.bytes, &LiteralChanges::default(), 0)
        }

        pub(in crate::snapshot) fn bucket_at(&self, position: u64) -> Option<usize> {
            self.buckets.bucket_at(position)
        }
    }

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

        /// The object; `None` when there are no cut-offs and no room for any.
        pub(in crate::snapshot) fn finish(
            mut self,
            headroom: &Headroom,
            dimensions: &Dimensions,
        ) -> Option<Vec<u8>> {
            if headroom.room(0) != 0 {
                for dimension in dimensions.hashed() {
                    self.hashed.entry(dimension).or_default();
                }
            }
            let mut buckets = BucketsWriter::default();
            for bucket in self.hashed.values_mut() {
                bucket.sort_unstable();
                let room = headroom.room(distinct(bucket.iter().copied()));
                buckets.push(bucket.iter().copied(), room);
            }
            let numbers = self.hashed.keys().map(|dimension| dimension.number());
            let universe: Vec<(u8, u32)> = numbers.zip(buckets.capacities.iter().copied()).collect();
            write(&universe, buckets.entries.iter(), &self.literals)
        }
    }
}
