//! RSA (RFC 8017 §8): PKCS#1 v1.5 by comparing the one right encoding, PSS with a salt as long as the hash.

use rsa::traits::SignatureScheme as _;
use rsa::{BoxedUint, Pkcs1v15Sign, Pss, PublicKey};
use sha2::{Sha256, Sha384, Sha512};

use super::digest;
use crate::algorithm::Hash;
use crate::error::KeyDefect;
use crate::limits::{RSA_MAX_EXPONENT, RSA_MODULUS_BITS};

/// A modulus of 2048 to 8192 bits and an odd exponent of 3 to 2^33 − 1.
#[derive(Clone, Debug)]
pub(crate) struct RsaKey {
    key: PublicKey,
    modulus_bytes: usize,
}

impl RsaKey {
    /// From big-endian integers without leading zero octets (RFC 7518 §6.3.1).
    pub(crate) fn new(n: &[u8], e: &[u8]) -> Result<Self, KeyDefect> {
        check_modulus(n)?;
        let exponent = check_exponent(e)?;
        let bits = u32::try_from(n.len() * 8).map_err(|_| KeyDefect::RsaModulus)?;
        let modulus = BoxedUint::from_be_slice(n, bits).map_err(|_| KeyDefect::RsaModulus)?;
        let key = PublicKey::new_with_size_limits(modulus, BoxedUint::from(exponent), RSA_MODULUS_BITS)
            .map_err(|_| KeyDefect::RsaModulus)?;
        Ok(Self { key, modulus_bytes: n.len() })
    }

    pub(crate) fn verify_pkcs1(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let scheme = match hash {
            Hash::Sha256 => Pkcs1v15Sign::new::<Sha256>(),
            Hash::Sha384 => Pkcs1v15Sign::new::<Sha384>(),
            Hash::Sha512 => Pkcs1v15Sign::new::<Sha512>(),
        };
        self.has_width_of(signature)
            && scheme.verify(&self.key, digest(hash, message).as_ref(), signature).is_ok()
    }

    pub(crate) fn verify_pss(&self, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
        let salt = hash.output_bytes();
        let scheme = match hash {
            Hash::Sha256 => Pss::<Sha256>::new_with_salt(salt).verify(
                &self.key,
                digest(hash, message).as_ref(),
                signature,
            ),
            Hash::Sha384 => Pss::<Sha384>::new_with_salt(salt).verify(
                &self.key,
                digest(hash, message).as_ref(),
                signature,
            ),
            Hash::Sha512 => Pss::<Sha512>::new_with_salt(salt).verify(
                &self.key,
                digest(hash, message).as_ref(),
                signature,
            ),
        };
        self.has_width_of(signature) && scheme.is_ok()
    }

    /// RFC 8017 §8.1.2 and §8.2.2, step 1.
    fn has_width_of(&self, signature: &[u8]) -> bool {
        signature.len() == self.modulus_bytes
    }
}

fn check_modulus(n: &[u8]) -> Result<(), KeyDefect> {
    let (Some(first), Some(last)) = (n.first(), n.last()) else {
        return Err(KeyDefect::RsaModulus);
    };
    let leading_zeros = usize::try_from(first.leading_zeros()).unwrap_or(8);
    let bits = (n.len() * 8).saturating_sub(leading_zeros);
    if *first == 0 || last % 2 == 0 || !RSA_MODULUS_BITS.contains(&bits) || has_roca_fingerprint(n) {
        return Err(KeyDefect::RsaModulus);
    }
    Ok(())
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

/// CVE-2017-15361: moduli of the broken generator are powers of 65537 modulo every small prime. A random modulus
/// passes all these tests with a probability of about 2^-28.
fn has_roca_fingerprint(n: &[u8]) -> bool {
    const PRIMES: [u32; 17] = [11, 13, 17, 19, 37, 53, 61, 71, 73, 79, 97, 103, 107, 109, 127, 151, 157];
    PRIMES.iter().all(|&prime| {
        let residue = n.iter().fold(0, |rest, &byte| (rest * 256 + u32::from(byte)) % prime);
        let mut power = 1;
        (0..prime).any(|_| {
            power = power * 65537 % prime;
            power == residue
        })
    })
}
