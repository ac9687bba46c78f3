//! SHA-256, SHA-384 and SHA-512 (FIPS 180-4) of messages that lie in memory as a whole.
//!
//! The compression functions are those of the crate `sha2`; what its streaming interface adds is not needed here. A
//! state after whole blocks can be kept, for what is hashed again and again with the same beginning.

use sha2::block_api::{compress256, compress512};

/// Writes a hash for one width of words: its state after whole blocks, and the end of a message.
macro_rules! hash {
    ($(#[$docs:meta])* $name:ident, $word:ty, $block:literal, $output:literal, $compress:ident) => {
        $(#[$docs])*
        #[derive(Clone, Copy, Debug)]
        pub(crate) struct $name {
            words: [$word; 8],
            hashed: u64,
        }

        impl $name {
            /// The state after these blocks more.
            pub(crate) fn after(mut self, blocks: &[[u8; $block]]) -> Self {
                $compress(&mut self.words, blocks);
                self.hashed += u64::try_from(blocks.as_flattened().len()).unwrap_or(0);
                self
            }

            /// The hash of everything before and this rest of the message.
            pub(crate) fn finish(self, rest: &[u8]) -> [u8; $output] {
                let (blocks, rest) = rest.as_chunks();
                let before = self.after(blocks);
                let bits = (before.hashed + u64::try_from(rest.len()).unwrap_or(0)) * 8;
                let mut end = [[0; $block]; 2];
                // the length takes two words, of which the messages here fill no more than eight bytes
                let used = if rest.len() + 1 + 2 * size_of::<$word>() > $block { 2 } else { 1 };
                if let Some((place, [one, ..])) = end.as_flattened_mut().split_at_mut_checked(rest.len()) {
                    place.copy_from_slice(rest);
                    *one = 0x80;
                }
                let blocks = end.get_mut(..used).unwrap_or_default();
                if let Some(place) = blocks.as_flattened_mut().last_chunk_mut() {
                    *place = bits.to_be_bytes();
                }
                before.after(blocks).bytes()
            }

            fn bytes(&self) -> [u8; $output] {
                let mut bytes = [0; $output];
                let (chunks, _) = bytes.as_chunks_mut();
                for (chunk, word) in chunks.iter_mut().zip(self.words) {
                    *chunk = word.to_be_bytes();
                }
                bytes
            }
        }
    };
}

hash! {
    /// SHA-256 so far.
    Sha256, u32, 64, 32, compress256
}

hash! {
    /// SHA-512 so far, or SHA-384, which starts elsewhere and gives the first 48 bytes.
    Sha512, u64, 128, 64, compress512
}

impl Sha256 {
    /// The beginning (FIPS 180-4 §5.3.3).
    pub(crate) const NEW: Self = Self {
        words: [
            0x6a09_e667,
            0xbb67_ae85,
            0x3c6e_f372,
            0xa54f_f53a,
            0x510e_527f,
            0x9b05_688c,
            0x1f83_d9ab,
            0x5be0_cd19,
        ],
        hashed: 0,
    };
}

impl Sha512 {
    /// The beginning of SHA-384 (FIPS 180-4 §5.3.4).
    pub(crate) const NEW_384: Self = Self {
        words: [
            0xcbbb_9d5d_c105_9ed8,
            0x629a_292a_367c_d507,
            0x9159_015a_3070_dd17,
            0x152f_ecd8_f70e_5939,
            0x6733_2667_ffc0_0b31,
            0x8eb4_4a87_6858_1511,
            0xdb0c_2e0d_64f9_8fa7,
            0x47b5_481d_befa_4fa4,
        ],
        hashed: 0,
    };
    /// The beginning (FIPS 180-4 §5.3.5).
    pub(crate) const NEW: Self = Self {
        words: [
            0x6a09_e667_f3bc_c908,
            0xbb67_ae85_84ca_a73b,
            0x3c6e_f372_fe94_f82b,
            0xa54f_f53a_5f1d_36f1,
            0x510e_527f_ade6_82d1,
            0x9b05_688c_2b3e_6c1f,
            0x1f83_d9ab_fb41_bd6b,
            0x5be0_cd19_137e_2179,
        ],
        hashed: 0,
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use ::sha2::Digest as _;
    use alloc::vec::Vec;

    /// Lengths around every edge of one and two blocks.
    fn messages() -> impl Iterator<Item = Vec<u8>> {
        (0..=300usize).map(|length| (0..=255).cycle().skip(length).take(length).collect())
    }

    #[test]
    fn hashes_of_every_length_are_the_crates() {
        for message in messages() {
            assert_eq!(
                Sha256::NEW.finish(&message)[..],
                ::sha2::Sha256::digest(&message)[..],
                "{}",
                message.len()
            );
            assert_eq!(
                Sha512::NEW.finish(&message)[..],
                ::sha2::Sha512::digest(&message)[..],
                "{}",
                message.len()
            );
            let sha384 = Sha512::NEW_384.finish(&message);
            assert_eq!(sha384[..48], ::sha2::Sha384::digest(&message)[..], "{}", message.len());
        }
    }

    #[test]
    fn a_kept_state_goes_on_where_it_was() {
        let (first, rest) = ([7; 64], [9; 100]);
        let whole = [&first[..], &rest].concat();
        assert_eq!(Sha256::NEW.after(&[first]).finish(&rest), Sha256::NEW.finish(&whole));
        let (first, rest) = ([7; 128], [9; 200]);
        let whole = [&first[..], &rest].concat();
        assert_eq!(Sha512::NEW.after(&[first]).finish(&rest), Sha512::NEW.finish(&whole));
    }
}
