//! The hook for a faster public operation outside this crate: on wasm the accelerator module behind JavaScript.

use alloc::vec;
use alloc::vec::Vec;
use core::fmt;
use core::num::NonZeroU32;

use super::RsaKey;
use super::encoding::unmask;
use crate::algorithm::Hash;

/// Names a key in an accelerator.
pub(crate) type KeyHandle = NonZeroU32;

/// Computes s^e mod n for keys that were given to it before.
///
/// Whoever implements it has proved that it computes correctly at all; [`super::RsaKey::accelerate`] proves it once
/// more for each key. It may refuse any key and any operation: then this crate computes for itself.
pub(crate) trait Accelerator: Send + Sync + fmt::Debug {
    /// Prepares a modulus (big-endian, no leading zero octets), or refuses it.
    fn import_key(&self, modulus: &[u8], exponent: u64) -> Option<KeyHandle>;
    /// Replaces a signature of the modulus' length, less than the modulus, by its power. False, with anything in the
    /// block, when the accelerator refuses.
    fn public_operation(&self, key: KeyHandle, block: &mut [u8]) -> bool;
    /// Forgets a key.
    fn release_key(&self, key: KeyHandle);
}

impl RsaKey {
    /// Lets `accelerator` serve this key from now on, if it takes the key and agrees with this crate's own arithmetic
    /// on one operation. Answers whether it does.
    pub(crate) fn accelerate(&mut self, accelerator: &'static dyn Accelerator) -> bool {
        self.accelerated =
            Accelerated::import(accelerator, &self.modulus, self.exponent).filter(|accelerated| {
                let mut expected = sample_below(&self.modulus);
                let mut found = expected.clone();
                self.prepared.public_operation(&mut expected, self.exponent);
                accelerated.public_operation(&mut found) && found == expected
            });
        self.accelerated.is_some()
    }
}

/// A key in an accelerator, released when it is dropped.
pub(super) struct Accelerated {
    accelerator: &'static dyn Accelerator,
    key: KeyHandle,
}

impl Accelerated {
    pub(super) fn import(
        accelerator: &'static dyn Accelerator,
        modulus: &[u8],
        exponent: u64,
    ) -> Option<Self> {
        accelerator.import_key(modulus, exponent).map(|key| Self { accelerator, key })
    }

    pub(super) fn public_operation(&self, block: &mut [u8]) -> bool {
        self.accelerator.public_operation(self.key, block)
    }
}

impl Drop for Accelerated {
    fn drop(&mut self) {
        self.accelerator.release_key(self.key);
    }
}

/// A number below the modulus that depends on all of it, in as many octets.
fn sample_below(modulus: &[u8]) -> Vec<u8> {
    let mut sample = vec![0; modulus.len()];
    unmask(Hash::Sha256, modulus, &mut sample);
    if let (Some(first), Some(top)) = (sample.first_mut(), modulus.first()) {
        *first = top >> 1;
    }
    sample
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_is_below_its_modulus_and_depends_on_all_of_it() {
        let modulus = vec![0xff; 256];
        for index in 0..256 {
            let mut other = modulus.clone();
            other[index] = 0xfe;
            assert!(sample_below(&other) < other);
            assert_ne!(sample_below(&other)[128..], sample_below(&modulus)[128..]);
        }
    }
}
