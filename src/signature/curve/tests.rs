//! Questions asked of whole signatures, and what their tests share.
#![expect(clippy::as_conversions, reason = "values made for tests")]

use std::path::PathBuf;

use serde_json::Value;

use super::table::TableBudget;

mod arithmetic;
mod ecdsa;
mod ed25519;
mod wycheproof;

/// A reproducible source of test values: SplitMix64 (Steele, Lea, Flood, 2014).
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64) -> Self {
        Self(seed)
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    pub(super) fn below(&mut self, bound: usize) -> usize {
        (self.next() % bound as u64) as usize
    }

    pub(super) fn bytes<const N: usize>(&mut self) -> [u8; N] {
        core::array::from_fn(|_| self.next() as u8)
    }

    /// Bytes in long runs of zeros, ones and noise: numbers whose carries travel far.
    pub(super) fn runs<const N: usize>(&mut self) -> [u8; N] {
        let mut bytes = [0; N];
        let mut i = 0;
        while i < N {
            let (kind, end) = (self.below(4), i + 1 + self.below(N));
            for byte in bytes.iter_mut().take(end).skip(i) {
                *byte = [0, 0xff, self.next() as u8, 1 << self.below(8)][kind];
            }
            i = end;
        }
        bytes
    }

    /// Flips one bit of the bytes.
    pub(super) fn flip(&mut self, bytes: &mut [u8]) {
        let bit = self.below(bytes.len() * 8);
        bytes[bit / 8] ^= 1 << (bit % 8);
    }
}

/// How many random cases a differential test runs: `RESCIND_ORACLE_ROUNDS`, or the number given.
fn rounds(default: usize) -> usize {
    std::env::var("RESCIND_ORACLE_ROUNDS").map_or(default, |rounds| rounds.parse().unwrap())
}

/// A budget that keeps a key without a table for ever, and one that never runs out.
pub(super) static NO_TABLES: TableBudget = TableBudget::new(0);
pub(super) static ANY_TABLES: TableBudget = TableBudget::new(usize::MAX);

/// A file of the vectors' folder: `RESCIND_VECTORS`, or `../shared/vectors` beside the project.
fn vectors(file: &str) -> Value {
    let root = std::env::var_os("RESCIND_VECTORS")
        .map_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/vectors"), PathBuf::from);
    let path = root.join(file);
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    serde_json::from_str(&text).unwrap()
}

fn text<'a>(value: &'a Value, pointer: &str) -> &'a str {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_else(|| panic!("no {pointer} in {value}"))
}

fn unhex(digits: &str) -> Vec<u8> {
    digits
        .as_bytes()
        .chunks(2)
        .map(|pair| u8::from_str_radix(str::from_utf8(pair).unwrap(), 16).unwrap())
        .collect()
}

fn base64url<const N: usize>(text: &str) -> [u8; N] {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap().try_into().unwrap()
}
