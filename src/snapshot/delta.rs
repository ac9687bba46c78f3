//! The object of changes from one version to a later one (`docs/format.md`, Delta).

use super::changes::{Changes, Entries};
use super::limits::DELTA_BYTES;
use super::literal::LiteralChanges;
use super::object::{ObjectKind, read_header};
use super::reader::Reader;
use super::rice::read_positions;
use super::sequence::{index, malformed};
use super::times::Times;
use crate::Error;
use alloc::vec::Vec;

/// What was revoked, changed and taken back between two versions; also what a verifier holds beside its base.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Delta {
    pub(super) tokens: Changes,
    pub(super) cut_offs: Changes,
    pub(super) literals: LiteralChanges,
}

impl Delta {
    /// Takes bytes that are those the manifest names.
    pub(super) fn open(bytes: &[u8]) -> Result<Self, Error> {
        if bytes.len() > DELTA_BYTES {
            return Err(malformed("delta is too long"));
        }
        let mut reader = Reader::new(bytes);
        read_header(&mut reader, ObjectKind::Delta)?;
        let tokens = Counts::read(&mut reader)?;
        let cut_offs = Counts::read(&mut reader)?;
        let [set, removed] = [reader.varint(), reader.varint()];
        let (set, removed) = set.zip(removed).ok_or(TRUNCATED)?;
        let delta = Self {
            tokens: tokens.read_tokens(&mut reader)?,
            cut_offs: cut_offs.read_cut_offs(&mut reader, bytes)?,
            literals: LiteralChanges::read(&mut reader, set, removed)?,
        };
        if reader.remaining() != 0 {
            return Err(malformed("trailing bytes"));
        }
        Ok(delta)
    }

    /// How many changes there are.
    pub(super) fn len(&self) -> usize {
        self.tokens.len() + self.cut_offs.len() + self.literals.len()
    }

    /// These changes and then `later` ones, of which each outranks an earlier one of the same entry.
    pub(super) fn then(&self, later: &Self) -> Result<Self, Error> {
        Ok(Self {
            tokens: self.tokens.then(&later.tokens)?,
            cut_offs: self.cut_offs.then(&later.cut_offs)?,
            literals: self.literals.then(&later.literals),
        })
    }
}

/// The universe of a sequence and how many positions are set and removed in it.
struct Counts {
    quotients: u32,
    set: u32,
    removed: u32,
}

impl Counts {
    /// Without changes the universe is not told.
    fn read(reader: &mut Reader<'_>) -> Result<Self, Error> {
        let quotients = reader.varint().ok_or(TRUNCATED)?;
        let (set, removed) = reader.varint().zip(reader.varint()).ok_or(TRUNCATED)?;
        // Where more changed than there is room for, a new base is due; it also bounds what a byte can stand for.
        let fits = set <= quotients && removed <= quotients;
        if !fits || (quotients == 0) != (set == 0 && removed == 0) {
            return Err(malformed("universe of a delta"));
        }
        Ok(Self { quotients, set, removed })
    }

    fn read_tokens(&self, reader: &mut Reader<'_>) -> Result<Changes, Error> {
        let positions = self.read_positions(reader, self.set)?;
        let values = alloc::vec![0; positions.len()];
        self.finish(reader, Entries { positions, values })
    }

    fn read_cut_offs(&self, reader: &mut Reader<'_>, bytes: &[u8]) -> Result<Changes, Error> {
        let positions = self.read_positions(reader, self.set)?;
        let mut values = Vec::new();
        if self.set != 0 {
            let width = reader.u8().ok_or(TRUNCATED)?;
            let base = reader.u64().ok_or(TRUNCATED)?;
            let times = Times::open(reader, bytes, self.set, base, width)?;
            values.reserve(index(self.set));
            values.extend((0..self.set).map_while(|rank| times.get(bytes, rank)));
        }
        self.finish(reader, Entries { positions, values })
    }

    fn finish(&self, reader: &mut Reader<'_>, set: Entries) -> Result<Changes, Error> {
        let removed = self.read_positions(reader, self.removed)?;
        Changes::new(self.quotients, set, removed).ok_or(malformed("entry is set and removed"))
    }

    fn read_positions(&self, reader: &mut Reader<'_>, count: u32) -> Result<Vec<u64>, Error> {
        read_positions(reader, count, self.quotients).ok_or(malformed("positions of a delta"))
    }
}

const TRUNCATED: Error = malformed("truncated header");

#[cfg(feature = "publish")]
mod writer {
    use super::Delta;
    use crate::snapshot::changes::Changes;
    use crate::snapshot::literal::{LiteralKey, push_record};
    use crate::snapshot::object::{ObjectKind, push_header};
    use crate::snapshot::reader::push_varint;
    use crate::snapshot::rice::push_positions;
    use crate::snapshot::times::TimesWriter;
    use alloc::vec::Vec;

    impl Delta {
        /// The one encoding of these changes.
        pub(in crate::snapshot) fn to_bytes(&self) -> Vec<u8> {
            let mut out = Vec::new();
            push_header(&mut out, ObjectKind::Delta);
            push_counts(&mut out, &self.tokens);
            push_counts(&mut out, &self.cut_offs);
            let removed = self.literals.0.iter().filter(|(_, change)| change.is_none()).count();
            push_count(&mut out, self.literals.len() - removed);
            push_count(&mut out, removed);
            push_positions(&mut out, &self.tokens.set().positions, self.tokens.quotients());
            push_positions(&mut out, self.tokens.removed(), self.tokens.quotients());
            push_cut_offs(&mut out, &self.cut_offs);
            self.push_literals(&mut out);
            out
        }

        fn push_literals(&self, out: &mut Vec<u8>) {
            let set = self.literals.0.iter().filter_map(|(key, change)| change.map(|time| (key, time)));
            let removed = self.literals.0.iter().filter(|(_, change)| change.is_none());
            let removed = removed.map(|(key, _): &(LiteralKey, _)| (key, 0));
            set.chain(removed).for_each(|(key, time)| push_record(out, key, time));
        }
    }

    fn push_counts(out: &mut Vec<u8>, changes: &Changes) {
        push_varint(out, if changes.len() == 0 { 0 } else { changes.quotients() });
        push_count(out, changes.set().positions.len());
        push_count(out, changes.removed().len());
    }

    fn push_cut_offs(out: &mut Vec<u8>, changes: &Changes) {
        push_positions(out, &changes.set().positions, changes.quotients());
        let values = &changes.set().values;
        if !values.is_empty() {
            let times = TimesWriter::new(values.iter().copied());
            out.push(times.width);
            out.extend(times.base.to_le_bytes());
            times.push(out, values.iter().copied());
        }
        push_positions(out, changes.removed(), changes.quotients());
    }

    fn push_count(out: &mut Vec<u8>, count: usize) {
        push_varint(out, u32::try_from(count).unwrap_or(u32::MAX));
    }
}
