//! Which shard a subject belongs to.

use super::fragment::{Kind, Prefix, issuer_tag};
use super::part::Shard;
#[cfg(feature = "publish")]
use super::{entry::Entry, part::Part};

/// The shards of one epoch. Without its salt nobody can say which subjects share one.
#[derive(Clone, Debug)]
pub struct ShardMap {
    salt: [u8; 16],
    shard_bits: u8,
}

impl ShardMap {
    /// 2^`shard_bits` shards, at most 2^12; none when `shard_bits` is 0 or more than that.
    pub const fn new(salt: [u8; 16], shard_bits: u8) -> Self {
        Self { salt, shard_bits }
    }

    /// The shard of a subject; `None` when there are none.
    pub fn shard(&self, issuer: &str, subject: &str) -> Option<Shard> {
        let prefix = Prefix::new(&self.salt, &issuer_tag(issuer), Kind::Shard);
        Shard::of_fragment(self.shard_bits, prefix.fragment(subject))
    }

    /// The one part besides the whole that an entry lives in.
    #[cfg(feature = "publish")]
    pub fn part_of(&self, entry: &Entry) -> Part {
        let shard = entry.subject().and_then(|subject| self.shard(entry.issuer(), subject));
        match shard {
            Some(shard) => Part::Shard { shard_bits: shard.bits(), number: shard.number() },
            None => Part::Common { shard_bits: self.shard_bits },
        }
    }
}
