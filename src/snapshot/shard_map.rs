//! Which shard a subject belongs to.

use super::fragment::{Kind, Prefix, issuer_tag};
use super::part::Shard;
#[cfg(feature = "publish")]
use super::{DeclaredDimension, entry::Entry, part::Part};
#[cfg(feature = "publish")]
use alloc::vec::Vec;

/// The shards of one epoch. Without its salt nobody can say which subjects share one.
#[derive(Clone, Debug)]
pub struct ShardMap {
    salt: [u8; 16],
    shard_bits: u8,
    #[cfg(feature = "publish")]
    declared: Vec<DeclaredDimension>,
}

impl ShardMap {
    /// 2^`shard_bits` shards, at most 2^12; none when `shard_bits` is 0 or more than that.
    pub const fn new(salt: [u8; 16], shard_bits: u8) -> Self {
        Self {
            salt,
            shard_bits,
            #[cfg(feature = "publish")]
            declared: Vec::new(),
        }
    }

    /// Knows which members of declared dimensions are subjects. Without this their cut-offs live in the common part,
    /// where they count as well.
    #[cfg(feature = "publish")]
    #[must_use]
    pub fn declaring(mut self, declared: &[DeclaredDimension]) -> Self {
        self.declared = declared.into();
        self
    }

    /// The shard of a subject; `None` when there are none.
    pub fn shard(&self, issuer: &str, subject: &str) -> Option<Shard> {
        let prefix = Prefix::new(&self.salt, &issuer_tag(issuer), Kind::Shard);
        Shard::of_fragment(self.shard_bits, prefix.fragment(subject.as_bytes()))
    }

    /// The part besides the whole that an entry lives in.
    #[cfg(feature = "publish")]
    pub fn part_of(&self, entry: &Entry) -> Part {
        let shard = entry.subject(&self.declared).and_then(|subject| self.shard(entry.issuer(), subject));
        match shard {
            Some(shard) => Part::Shard { shard_bits: shard.bits(), number: shard.number() },
            None => Part::Common { shard_bits: self.shard_bits },
        }
    }
}
