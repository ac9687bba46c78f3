//! HMAC (RFC 2104, RFC 7518 §3.2): the pads are hashed once, at import; tags are compared in constant time.

use crate::algorithm::Hash;
use crate::error::KeyDefect;
use crate::hash::{Sha256, Sha512};
use crate::limits::MAX_SECRET_BYTES;

use super::{Digest, digest};

/// A shared secret, as the states after the inner and the outer pad for each hash.
pub(crate) struct HmacKey {
    secret_bytes: usize,
    sha256: [Sha256; 2],
    sha384: [Sha512; 2],
    sha512: [Sha512; 2],
}

impl HmacKey {
    pub(crate) fn new(secret: &[u8]) -> Result<Self, KeyDefect> {
        if secret.len() < Hash::Sha256.output_bytes() || secret.len() > MAX_SECRET_BYTES {
            return Err(KeyDefect::SecretLength);
        }
        Ok(Self {
            secret_bytes: secret.len(),
            sha256: pads(Hash::Sha256, secret).map(|pad| Sha256::NEW.after(&[pad])),
            sha384: pads(Hash::Sha384, secret).map(|pad| Sha512::NEW_384.after(&[pad])),
            sha512: pads(Hash::Sha512, secret).map(|pad| Sha512::NEW.after(&[pad])),
        })
    }

    pub(crate) fn is_long_enough_for(&self, hash: Hash) -> bool {
        self.secret_bytes >= hash.output_bytes()
    }

    pub(crate) fn verify(&self, hash: Hash, message: &[u8], tag: &[u8]) -> bool {
        let expected = match hash {
            Hash::Sha256 => {
                let [inner, outer] = self.sha256;
                Digest::from(outer.finish(&inner.finish(message)))
            }
            Hash::Sha384 => {
                let [inner, outer] = self.sha384;
                Digest::cut_to_384(outer.finish(Digest::cut_to_384(inner.finish(message)).as_ref()))
            }
            Hash::Sha512 => {
                let [inner, outer] = self.sha512;
                Digest::from(outer.finish(&inner.finish(message)))
            }
        };
        are_equal(expected.as_ref(), tag)
    }
}

/// The inner and the outer pad. A secret longer than a block is hashed first.
fn pads<const BLOCK: usize>(hash: Hash, secret: &[u8]) -> [[u8; BLOCK]; 2] {
    let hashed = (secret.len() > BLOCK).then(|| digest(hash, secret));
    let secret = hashed.as_ref().map_or(secret, Digest::as_ref);
    [0x36, 0x5c].map(|filler| {
        let mut pad = [filler; BLOCK];
        for (place, octet) in pad.iter_mut().zip(secret) {
            *place ^= octet;
        }
        pad
    })
}

/// Looks at every octet, wherever the first difference is.
fn are_equal(one: &[u8], other: &[u8]) -> bool {
    let differences = one.iter().zip(other).fold(0, |seen, (a, b)| core::hint::black_box(seen | (a ^ b)));
    one.len() == other.len() && differences == 0
}

impl core::fmt::Debug for HmacKey {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("HmacKey(secret)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use hmac::{Hmac, KeyInit as _, Mac as _};

    /// The tags of the crate, for secrets around the lengths of both blocks, and the same with one bit changed.
    #[test]
    fn tags_are_the_crates_and_nothing_else_holds() {
        for length in [32, 33, 48, 63, 64, 65, 100, 127, 128, 129, 300] {
            let secret = alloc::vec![0xa5; length];
            let (key, message) = (HmacKey::new(&secret).unwrap(), &[7; 200][..length.min(200)]);
            macro_rules! check {
                ($hash:ident) => {{
                    let mac = Hmac::<::sha2::$hash>::new_from_slice(&secret).unwrap().chain_update(message);
                    let mut tag = mac.finalize().into_bytes().to_vec();
                    assert!(key.verify(Hash::$hash, message, &tag), "{length}");
                    assert!(!key.verify(Hash::$hash, message, &tag[1..]), "{length}");
                    assert!(!key.verify(Hash::$hash, message, &[]), "{length}");
                    for bit in 0..8 * tag.len() {
                        tag[bit / 8] ^= 1 << (bit % 8);
                        assert!(!key.verify(Hash::$hash, message, &tag), "{length}");
                        tag[bit / 8] ^= 1 << (bit % 8);
                    }
                    tag.push(0);
                    assert!(!key.verify(Hash::$hash, message, &tag), "{length}");
                }};
            }
            check!(Sha256);
            check!(Sha384);
            check!(Sha512);
        }
    }
}
