//! How many shards: so many that one stays near 32 kB, and not another number at every turn.

/// Entries of a shard of 32 kB, room included.
const ENTRIES: u64 = 7_000;
/// The most shards of the format are 2^12.
const MOST: u8 = 12;

/// s for so many entries of known subjects, of which there are 2^s shards: the present one while a shard stays between
/// a quarter of the aim and one and a half, since another begins a new epoch.
pub(super) fn shard_bits(present: u8, entries: u64) -> u8 {
    let shards = 1_u64.checked_shl(present.into()).unwrap_or(1);
    let too_large = entries > shards.saturating_mul(ENTRIES * 3 / 2);
    let too_small = present > 0 && entries < shards.saturating_mul(ENTRIES / 4);
    if too_large || too_small { aim(entries) } else { present.min(MOST) }
}

/// The smallest s whose shards are no larger than the aim.
fn aim(entries: u64) -> u8 {
    (0..MOST).find(|&bits| entries <= ENTRIES << bits).unwrap_or(MOST)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shards_stay_near_their_size_whatever_there_is() {
        assert_eq!([0, 7_000, 10_500].map(|entries| shard_bits(0, entries)), [0; 3]);
        assert_eq!([10_501, 14_001, 1_000_000].map(|entries| shard_bits(0, entries)), [1, 2, 8]);
        assert_eq!(shard_bits(0, u64::MAX), 12);
        assert_eq!(shard_bits(8, 0), 0);
    }

    #[test]
    fn number_of_shards_changes_only_when_they_are_far_from_their_size() {
        assert_eq!([3_500, 14_000, 21_000].map(|entries| shard_bits(1, entries)), [1; 3]);
        assert_eq!([3_499, 21_001].map(|entries| shard_bits(1, entries)), [0, 2]);
        for bits in 0..12 {
            // Having just changed, it stays for a good while in both directions.
            let entries = ENTRIES << bits;
            assert_eq!(shard_bits(bits, entries + entries / 3), bits);
            assert_eq!(shard_bits(bits, entries / 3), bits);
        }
    }
}
