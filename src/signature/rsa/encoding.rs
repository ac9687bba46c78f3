//! The encoded messages of RFC 8017 §9, as a verifier sees them.

use alloc::vec;
use alloc::vec::Vec;

use super::super::digest;
use crate::algorithm::Hash;

/// EMSA-PKCS1-v1_5 (RFC 8017 §9.2) in `length` octets. The DigestInfo has its NULL: without it there is another
/// encoding of the same message, and RFC 8017 allows only this one for SHA-2.
pub(super) fn pkcs1(hash: Hash, message: &[u8], length: usize) -> Vec<u8> {
    let digest = digest(hash, message);
    let digest = digest.as_ref();
    let prefix = digest_info_prefix(hash);
    let mut encoded = vec![0xff; length.saturating_sub(prefix.len() + digest.len() + 1)];
    if let Some(start) = encoded.first_chunk_mut() {
        *start = [0, 1];
    }
    encoded.push(0);
    encoded.extend_from_slice(&prefix);
    encoded.extend_from_slice(digest);
    encoded
}

/// SEQUENCE { SEQUENCE { OBJECT IDENTIFIER 2.16.840.1.101.3.4.2.n, NULL }, OCTET STRING } up to the digest.
const fn digest_info_prefix(hash: Hash) -> [u8; 19] {
    let (total, identifier, digest) = match hash {
        Hash::Sha256 => (0x31, 1, 32),
        Hash::Sha384 => (0x41, 2, 48),
        Hash::Sha512 => (0x51, 3, 64),
    };
    [0x30, total, 0x30, 13, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, identifier, 5, 0, 4, digest]
}

/// EMSA-PSS verification (RFC 8017 §9.1.2) of a representative in as many octets as the modulus, which has
/// `modulus_bits` bits. The salt has the length of the hash.
pub(super) fn pss_holds(hash: Hash, message: &[u8], mut block: Vec<u8>, modulus_bits: usize) -> bool {
    let encoded_bits = modulus_bits.saturating_sub(1);
    let Some(excess) = block.len().checked_sub(encoded_bits.div_ceil(8)) else { return false };
    // One octet more than the encoding for moduli of 8 * k + 1 bits: it must be zero.
    let Some((leading, encoded)) = block.split_at_mut_checked(excess) else { return false };
    if leading.iter().any(|octet| *octet != 0) {
        return false;
    }
    let hash_bytes = hash.output_bytes();
    let Some((rest, [0xbc])) = encoded.split_last_chunk_mut() else { return false };
    let masked_bytes = rest.len().saturating_sub(hash_bytes);
    let Some((masked, fingerprint)) = rest.split_at_mut_checked(masked_bytes) else { return false };
    let unused_bits = 8 * encoded_bits.div_ceil(8) - encoded_bits;
    let used = 0xff_u8 >> unused_bits;
    if masked.first().is_none_or(|octet| octet & !used != 0) {
        return false;
    }
    unmask(hash, fingerprint, masked);
    if let Some(first) = masked.first_mut() {
        *first &= used;
    }
    salt_of(masked, hash_bytes)
        .is_some_and(|salt| fingerprint == pss_fingerprint(hash, message, salt).as_ref())
}

/// DB = 0…0 ‖ 01 ‖ salt: the salt, when the padding is right.
fn salt_of(block: &[u8], salt_bytes: usize) -> Option<&[u8]> {
    let (padding, salt) = block.split_at_checked(block.len().checked_sub(salt_bytes)?)?;
    let (one, zeros) = padding.split_last()?;
    (*one == 1 && zeros.iter().all(|octet| *octet == 0)).then_some(salt)
}

/// Hash(eight zeros ‖ Hash(message) ‖ salt).
fn pss_fingerprint(hash: Hash, message: &[u8], salt: &[u8]) -> super::super::Digest {
    let digest = digest(hash, message);
    let mut input = vec![0; 8];
    input.extend_from_slice(digest.as_ref());
    input.extend_from_slice(salt);
    self::digest(hash, &input)
}

/// Exclusive or with MGF1 (RFC 8017 §B.2.1) of the seed.
pub(super) fn unmask(hash: Hash, seed: &[u8], masked: &mut [u8]) {
    let mut input = seed.to_vec();
    for (counter, chunk) in (0u32..).zip(masked.chunks_mut(hash.output_bytes())) {
        input.truncate(seed.len());
        input.extend_from_slice(&counter.to_be_bytes());
        for (octet, mask) in chunk.iter_mut().zip(digest(hash, &input).as_ref()) {
            *octet ^= mask;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MESSAGE: &[u8] = b"message";
    const HASH: Hash = Hash::Sha256;

    /// An encoding of [`MESSAGE`] in `octets` octets for a modulus of `bits` bits, with `padding` before the salt.
    fn pss(octets: usize, bits: usize, padding: &[u8], salt: &[u8]) -> Vec<u8> {
        let encoded = (bits - 1).div_ceil(8);
        let mut masked = vec![0; encoded - 33];
        let start = masked.len() - padding.len() - salt.len();
        masked[start..].copy_from_slice(&[padding, salt].concat());
        let fingerprint = pss_fingerprint(HASH, MESSAGE, salt);
        unmask(HASH, fingerprint.as_ref(), &mut masked);
        masked[0] &= 0xff >> (8 * encoded + 1 - bits);
        let leading = vec![0; octets - encoded];
        [&leading[..], &masked, fingerprint.as_ref(), &[0xbc]].concat()
    }

    fn holds(block: &[u8], bits: usize) -> bool {
        pss_holds(HASH, MESSAGE, block.to_vec(), bits)
    }

    #[test]
    fn pss_holds_for_every_modulus_length_modulo_eight() {
        for bits in 2048..=2064 {
            let block = pss(usize::div_ceil(bits, 8), bits, &[1], &[7; 32]);
            assert!(holds(&block, bits), "{bits} bits");
            assert!(!pss_holds(HASH, b"another", block, bits));
        }
    }

    #[test]
    fn pss_with_any_bit_set_above_its_length_is_refused() {
        for bits in 2048..=2064usize {
            let block = pss(bits.div_ceil(8), bits, &[1], &[7; 32]);
            for above in bits - 1..8 * block.len() {
                let mut block = block.clone();
                let index = block.len() - 1 - above / 8;
                block[index] |= 1 << (above % 8);
                assert!(!holds(&block, bits), "bit {above} of {bits}");
            }
        }
    }

    #[test]
    fn pss_with_a_salt_of_another_length_is_refused() {
        for bytes in (0..80).filter(|bytes| *bytes != 32) {
            assert!(!holds(&pss(256, 2048, &[1], &vec![7; bytes]), 2048), "{bytes} bytes");
        }
    }

    #[test]
    fn pss_with_other_padding_is_refused() {
        for padding in [&[0][..], &[2], &[1, 1], &[0x80, 1], &[0xff], &[1, 0]] {
            assert!(!holds(&pss(256, 2048, padding, &[7; 32]), 2048), "{padding:02x?}");
        }
    }

    #[test]
    fn pss_with_any_octet_changed_is_refused() {
        let block = pss(256, 2048, &[1], &[7; 32]);
        for index in 0..block.len() {
            let mut block = block.clone();
            block[index] ^= 0x40;
            assert!(!holds(&block, 2048), "octet {index}");
        }
    }

    #[test]
    fn pss_in_too_few_octets_is_refused_without_panic() {
        for octets in 0..=66 {
            for bits in [0, 1, 7, 8, 8 * octets, 2048] {
                assert!(!holds(&vec![0xbc; octets], bits));
            }
        }
    }

    #[test]
    fn pkcs1_is_the_encoding_of_rfc_8017() {
        let encoded = pkcs1(Hash::Sha384, MESSAGE, 256);
        let digest = digest(Hash::Sha384, MESSAGE);
        let info = [0x30, 0x41, 0x30, 0x0d, 6, 9, 0x60, 0x86, 0x48, 1, 0x65, 3, 4, 2, 2, 5, 0, 4, 0x30];
        let expected = [&[0, 1][..], &[0xff; 256 - 3 - 19 - 48], &[0], &info, digest.as_ref()].concat();
        assert_eq!(encoded, expected);
    }
}
