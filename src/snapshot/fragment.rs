//! The salted hash fragment that stands for one revocable value.

use crate::Dimension;
use crate::hash::Sha256;
use alloc::vec::Vec;

/// What a fragment is the hash of: a single token, a cut-off's value, or a subject whose shard is asked for. The number
/// is part of the hash.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Token,
    CutOff(Dimension),
    Shard,
}

impl Kind {
    const fn number(self) -> u8 {
        match self {
            Self::Token => 0,
            Self::CutOff(dimension) => dimension.number(),
            Self::Shard => u8::MAX,
        }
    }
}

/// An issuer by SHA-256 of its `iss`.
pub(super) type IssuerTag = [u8; 32];

pub(super) fn issuer_tag(issuer: &str) -> IssuerTag {
    sha256(issuer.as_bytes())
}

pub(super) fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::NEW.finish(bytes)
}

/// SHA-256 after its first block, which holds everything but the id: a look-up costs one more block for ids
/// of up to 55 bytes.
#[derive(Clone, Debug)]
pub(super) struct Prefix(Sha256);

impl Prefix {
    pub(super) fn new(salt: &[u8; 16], issuer: &IssuerTag, kind: Kind) -> Self {
        let number = kind.number();
        let mut block = [0; 64];
        let parts = salt.iter().chain(issuer).chain(core::iter::once(&number));
        for (place, octet) in block.iter_mut().zip(parts) {
            *place = *octet;
        }
        Self(Sha256::NEW.after(&[block]))
    }

    /// The first eight bytes of the hash, as a little-endian number.
    pub(super) fn fragment(&self, id: &[u8]) -> u64 {
        self.0.finish(id).first_chunk().copied().map_or(0, u64::from_le_bytes)
    }
}

/// The prefixes of every enrolled issuer and live kind, made once per snapshot.
#[derive(Debug)]
pub(super) struct Prefixes {
    kinds: Vec<Kind>,
    states: Vec<Prefix>,
}

impl Prefixes {
    pub(super) fn new(salt: &[u8; 16], issuers: &[IssuerTag], kinds: Vec<Kind>) -> Self {
        let states = issuers
            .iter()
            .flat_map(|issuer| kinds.iter().map(move |&kind| Prefix::new(salt, issuer, kind)))
            .collect();
        Self { kinds, states }
    }

    /// `issuer` is the issuer's place in the manifest. `None` for a kind without entries.
    pub(super) fn get(&self, issuer: usize, kind: Kind) -> Option<&Prefix> {
        let column = self.kinds.iter().position(|&live| live == kind)?;
        self.states.get(issuer.checked_mul(self.kinds.len())?.checked_add(column)?)
    }
}

/// Where a fragment falls among `capacity` quotients: floor(fragment × capacity / 2^32), whose upper half is
/// the quotient and whose lower half the remainder.
pub(super) fn position(fragment: u64, capacity: u32) -> u64 {
    let capacity = u64::from(capacity);
    (fragment >> 32) * capacity + (((fragment & 0xffff_ffff) * capacity) >> 32)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fragment_is_sha256_of_the_documented_bytes() {
        let (salt, issuer) = ([7; 16], issuer_tag("https://a.example"));
        let mut message = Vec::new();
        message.extend(salt);
        message.extend(issuer);
        message.extend([4]);
        message.extend([0; 15]);
        message.extend(b"session-1");
        let expected = u64::from_le_bytes(sha256(&message)[..8].try_into().unwrap());
        let prefix = Prefix::new(&salt, &issuer, Kind::CutOff(Dimension::Session));
        assert_eq!(prefix.fragment(b"session-1"), expected);
    }

    #[test]
    fn position_is_the_128_bit_product_shifted() {
        for fragment in [0, 1, u64::MAX, 0x0123_4567_89ab_cdef, 1 << 63] {
            for capacity in [1, 2, 3, 1_000_003, u32::MAX] {
                let exact = (u128::from(fragment) * u128::from(capacity)) >> 32;
                assert_eq!(u128::from(position(fragment, capacity)), exact);
                assert!(position(fragment, capacity) >> 32 < u64::from(capacity));
            }
        }
    }
}
