//! RSA (RFC 8017 §8): PKCS#1 v1.5 by comparing the one right encoding, PSS with a salt as long as the hash.
//!
//! Keys are prepared once, at import. Only the public operation is here, on public data and in variable time.

#[cfg_attr(not(target_arch = "wasm32"), allow(dead_code, reason = "only JavaScript has an accelerator"))]
mod accelerator;
mod arithmetic;
mod encoding;
mod roca;

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use accelerator::Accelerated;
#[cfg(target_arch = "wasm32")]
pub(crate) use accelerator::{Accelerator, KeyHandle};
use arithmetic::Modulus;

use crate::algorithm::Hash;
use crate::error::KeyDefect;
use crate::limits::{RSA_MAX_EXPONENT, RSA_MODULUS_BITS};

/// A modulus of 2048 to 8192 bits and an odd exponent of 3 to 2^33 − 1, prepared.
pub(crate) struct RsaKey {
    /// Big-endian, without leading zero octets.
    modulus: Vec<u8>,
    exponent: u64,
    prepared: Modulus,
    accelerated: Option<Accelerated>,
}

impl RsaKey {
    /// From big-endian integers without leading zero octets (RFC 7518 §6.3.1).
    pub(crate) fn new(n: &[u8], e: &[u8]) -> Result<Self, KeyDefect> {
        check_modulus(n)?;
        let exponent = check_exponent(e)?;
        Ok(Self { modulus: n.into(), exponent, prepared: Modulus::new(n), accelerated: None })
    }

    /// RSASSA-PKCS1-v1_5 (RFC 8017 §8.2.2): the encoding is built and compared whole, so nothing in it is parsed.
    pub(crate) fn verify_pkcs1(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        self.public_operation(signature)
            .is_some_and(|encoded| encoded == encoding::pkcs1(hash, message, self.modulus.len()))
    }

    /// RSASSA-PSS (RFC 8017 §8.1.2), MGF1 with the same hash and a salt of the hash's length (RFC 7518 §3.5).
    pub(crate) fn verify_pss(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        self.public_operation(signature)
            .is_some_and(|encoded| encoding::pss_holds(hash, message, encoded, bits(&self.modulus)))
    }

    /// RSAVP1 (RFC 8017 §5.2.2) as octets of the modulus' length. None for a signature of another length, or not below
    /// the modulus.
    fn public_operation(&self, signature: &[u8]) -> Option<Vec<u8>> {
        // For octets of the same length the order of slices is that of the numbers.
        if signature.len() != self.modulus.len() || signature >= self.modulus.as_slice() {
            return None;
        }
        let mut block = vec![0; signature.len()];
        block.copy_from_slice(signature);
        if self.accelerated.as_ref().is_some_and(|accelerated| accelerated.public_operation(&mut block)) {
            return Some(block);
        }
        block.copy_from_slice(signature);
        self.prepared.public_operation(&mut block, self.exponent);
        Some(block)
    }
}

impl fmt::Debug for RsaKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "RsaKey({} bits)", bits(&self.modulus))
    }
}

fn check_modulus(n: &[u8]) -> Result<(), KeyDefect> {
    let is_odd = n.last().is_some_and(|last| last % 2 == 1);
    let is_minimal = n.first().is_some_and(|first| *first != 0);
    if is_odd && is_minimal && RSA_MODULUS_BITS.contains(&bits(n)) && !roca::has_fingerprint(n) {
        Ok(())
    } else {
        Err(KeyDefect::RsaModulus)
    }
}

fn check_exponent(e: &[u8]) -> Result<u64, KeyDefect> {
    if e.is_empty() || e.len() > 5 || e.first() == Some(&0) {
        return Err(KeyDefect::RsaExponent);
    }
    let exponent = e.iter().fold(0, |value: u64, &byte| value << 8 | u64::from(byte));
    if exponent % 2 == 1 && (3..=RSA_MAX_EXPONENT).contains(&exponent) {
        Ok(exponent)
    } else {
        Err(KeyDefect::RsaExponent)
    }
}

/// The bits of a number in octets without leading zeros.
fn bits(n: &[u8]) -> usize {
    let leading_zeros = n.first().map_or(0, |first| first.leading_zeros());
    (n.len() * 8).saturating_sub(usize::try_from(leading_zeros).unwrap_or(0))
}

#[cfg(test)]
mod tests;
