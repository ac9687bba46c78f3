//! The values of a token as 64-bit hashes, made as the snapshot makes its fragments: for the contenders that hold hashes.

use crate::contender::{KINDS, Token, token_id};
use sha2::{Digest, Sha256};

/// SHA-256 after its first block, for each of six kinds of values.
pub struct Hasher(Vec<Sha256>);

impl Hasher {
    /// With one salt and one issuer, as everywhere here.
    pub fn new() -> Self {
        let state = |kind: u8| Sha256::new().chain_update([7; 48]).chain_update([kind]).chain_update([0; 15]);
        Self((0..).take(KINDS).map(state).collect())
    }

    /// What is held of a token: the hash of its `jti`.
    pub fn token(&self, number: u32) -> u64 {
        self.hash(0, &token_id(number))
    }

    /// The hashes of all tokens of a set.
    pub fn tokens(&self, numbers: core::ops::Range<u32>) -> Vec<u64> {
        numbers.map(|number| self.token(number)).collect()
    }

    /// Whether the set holds one of a token's values.
    pub fn any(&self, token: &Token, holds: impl Fn(u64) -> bool) -> bool {
        let found = |kind: usize| token.values.get(kind).is_some_and(|value| holds(self.hash(kind, value)));
        (0..KINDS).fold(false, |any, kind| any | found(kind))
    }

    fn hash(&self, kind: usize, value: &str) -> u64 {
        let Some(state) = self.0.get(kind) else { return 0 };
        let digest: [u8; 32] = state.clone().chain_update(value).finalize().into();
        digest.first_chunk().copied().map_or(0, u64::from_le_bytes)
    }
}

impl Default for Hasher {
    fn default() -> Self {
        Self::new()
    }
}

/// Hashes as bytes.
pub fn to_bytes(hashes: &[u64]) -> Vec<u8> {
    hashes.iter().flat_map(|hash| hash.to_le_bytes()).collect()
}

/// Bytes as hashes.
pub fn from_bytes(bytes: &[u8]) -> Vec<u64> {
    bytes.as_chunks().0.iter().copied().map(u64::from_le_bytes).collect()
}

/// What a signed list costs beside its own work: its hash is compared.
pub fn digest(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}
