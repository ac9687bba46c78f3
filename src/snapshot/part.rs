//! The parts in which a publication is served (`docs/format.md`, Parts): each is a feed of its own.

use alloc::string::String;
use core::fmt;
use core::str::FromStr;

use super::limits::SHARD_BITS;

/// Which part of a publication a manifest is of, and into how many shards that is split: 2^`shard_bits`, or none
/// when `shard_bits` is 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Part {
    /// Every entry.
    Whole {
        /// At most 12.
        shard_bits: u8,
    },
    /// The entries that are tied to no known subject; every entry when there are no shards.
    Common {
        /// At most 12.
        shard_bits: u8,
    },
    /// The entries of the subjects of one shard.
    Shard {
        /// 1 to 12.
        shard_bits: u8,
        /// Below 2^`shard_bits`.
        number: u16,
    },
}

impl Part {
    /// The name of its feed.
    pub fn name(self) -> PartName {
        match self {
            Self::Whole { .. } => PartName::Whole,
            Self::Common { .. } => PartName::Common,
            Self::Shard { shard_bits, number } => PartName::Shard(Shard { bits: shard_bits, number }),
        }
    }

    /// There are 2^`shard_bits` shards; 0 means none.
    pub const fn shard_bits(self) -> u8 {
        match self {
            Self::Whole { shard_bits } | Self::Common { shard_bits } | Self::Shard { shard_bits, .. } => {
                shard_bits
            }
        }
    }

    /// The four bytes of a manifest: part, s, shard number.
    pub(super) const fn to_bytes(self) -> [u8; 4] {
        let (kind, number) = match self {
            Self::Whole { .. } => (0, 0),
            Self::Common { .. } => (1, 0),
            Self::Shard { number, .. } => (2, number),
        };
        let [low, high] = u16::to_le_bytes(number);
        [kind, self.shard_bits(), low, high]
    }

    /// The part that these bytes stand for; `None` when they break a rule of the format.
    pub(super) fn from_bytes([kind, shard_bits, low, high]: [u8; 4]) -> Option<Self> {
        let number = u16::from_le_bytes([low, high]);
        match kind {
            0 if shard_bits <= SHARD_BITS && number == 0 => Some(Self::Whole { shard_bits }),
            1 if shard_bits <= SHARD_BITS && number == 0 => Some(Self::Common { shard_bits }),
            2 => Shard::new(shard_bits, number).map(|_| Self::Shard { shard_bits, number }),
            _ => None,
        }
    }
}

/// The name of a part's feed, which stays the same when the number of shards changes: `whole`, `common`, or that of a
/// [`Shard`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum PartName {
    /// The feed with every entry.
    Whole,
    /// The feed with the entries that are tied to no known subject.
    Common,
    /// The feed of one shard.
    Shard(Shard),
}

impl PartName {
    /// Where its manifest is, relative to the feed's URL.
    pub fn manifest_path(self) -> String {
        match self {
            Self::Whole => "manifest".into(),
            Self::Common => "common/manifest".into(),
            Self::Shard(shard) => alloc::format!("shards/{shard}/manifest"),
        }
    }

    /// As [`Part::to_bytes`], with 0 for an s that is not part of the name.
    pub(super) const fn to_bytes(self) -> [u8; 4] {
        match self {
            Self::Whole => Part::Whole { shard_bits: 0 }.to_bytes(),
            Self::Common => Part::Common { shard_bits: 0 }.to_bytes(),
            Self::Shard(Shard { bits, number }) => Part::Shard { shard_bits: bits, number }.to_bytes(),
        }
    }

    /// The name that [`to_bytes`](Self::to_bytes) gives these bytes.
    pub(super) fn from_bytes(bytes: [u8; 4]) -> Option<Self> {
        let name = Part::from_bytes(bytes)?.name();
        (name.to_bytes() == bytes).then_some(name)
    }
}

impl fmt::Display for PartName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("whole"),
            Self::Common => f.write_str("common"),
            Self::Shard(shard) => shard.fmt(f),
        }
    }
}

impl FromStr for PartName {
    type Err = UnknownPart;

    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        match text {
            "whole" => Ok(Self::Whole),
            "common" => Ok(Self::Common),
            _ => text.parse().map(Self::Shard),
        }
    }
}

/// One of 2^s shards. Its name is `{s}-{i}`, both decimal.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Shard {
    bits: u8,
    number: u16,
}

impl Shard {
    /// Shard `number` of 2^`bits`; `None` when `bits` is not 1 to 12 or there is no such shard.
    pub fn new(bits: u8, number: u16) -> Option<Self> {
        let exists = (1..=SHARD_BITS).contains(&bits) && u32::from(number) < 1 << bits;
        exists.then_some(Self { bits, number })
    }

    /// The shard of 2^`bits` that a fragment of number 255 falls into; `None` when there are no shards.
    pub(super) fn of_fragment(bits: u8, fragment: u64) -> Option<Self> {
        let shift = u64::BITS.checked_sub(bits.into())?;
        Self::new(bits, u16::try_from(fragment.checked_shr(shift)?).ok()?)
    }

    /// There are 2 to the power of this.
    pub const fn bits(self) -> u8 {
        self.bits
    }

    /// Its place among them.
    pub const fn number(self) -> u16 {
        self.number
    }
}

impl fmt::Display for Shard {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.bits, self.number)
    }
}

impl FromStr for Shard {
    type Err = UnknownPart;

    /// Takes nothing but what [`Display`](fmt::Display) writes.
    fn from_str(text: &str) -> Result<Self, UnknownPart> {
        let (bits, number) = text.split_once('-').ok_or(UnknownPart)?;
        let shard =
            bits.parse().ok().zip(number.parse().ok()).and_then(|(bits, number)| Self::new(bits, number));
        shard.filter(|shard| alloc::format!("{shard}") == text).ok_or(UnknownPart)
    }
}

/// The text names no part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UnknownPart;

impl fmt::Display for UnknownPart {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("not \"whole\", \"common\" or the name of a shard, as \"3-5\"")
    }
}

impl core::error::Error for UnknownPart {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;
    use alloc::vec::Vec;

    #[test]
    fn name_of_a_part_is_read_back_and_nothing_else_is_a_name() {
        for text in ["whole", "common", "1-0", "1-1", "12-4095", "7-100"] {
            assert_eq!(text.parse::<PartName>().map(|name| name.to_string()), Ok(text.into()));
        }
        for text in
            ["", "Whole", "0-0", "1-2", "13-0", "12-4096", "1-01", "+1-0", "1-+0", "01-0", "1-0-0", "1", "-"]
        {
            assert_eq!(text.parse::<PartName>(), Err(UnknownPart), "{text}");
        }
    }

    #[test]
    fn bytes_of_a_part_are_read_back_and_no_other_bytes_are_taken() {
        let mut parts = Vec::new();
        for bytes in 0..=u32::from_le_bytes([3, 14, 0xff, 0]) {
            let bytes = bytes.to_le_bytes();
            if let Some(part) = Part::from_bytes(bytes) {
                assert_eq!(part.to_bytes(), bytes);
                parts.push(part);
            }
        }
        // 13 wholes, 13 commons, and the shards below 256 of every s from 1 to 12.
        assert_eq!(parts.len(), 26 + (2 + 4 + 8 + 16 + 32 + 64 + 128) + 5 * 256);
        assert_eq!(
            Part::from_bytes([2, 12, 0xff, 0x0f]),
            Some(Part::Shard { shard_bits: 12, number: 4_095 })
        );
        assert_eq!(Part::from_bytes([2, 12, 0, 0x10]), None);
    }

    #[test]
    fn shard_of_a_fragment_is_its_highest_bits() {
        let shard = |bits, fragment| Shard::of_fragment(bits, fragment).map(Shard::number);
        let fragment = 0xabcd_ef01_2345_6789;
        assert_eq!(
            [0, 1, 4, 12, 13].map(|bits| shard(bits, fragment)),
            [None, Some(1), Some(0xa), Some(0xabc), None]
        );
        assert_eq!(shard(12, u64::MAX), Some(4_095));
    }
}
