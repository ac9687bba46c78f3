//! base64url without padding (RFC 4648 §5, RFC 7515 §2), canonical only.

use alloc::vec;
use alloc::vec::Vec;

use crate::sixteen::{Sixteen, filled};

/// Why a text is not base64url as RFC 7515 §2 has it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Base64Defect {
    /// A character outside the alphabet; `=` is one.
    Character,
    /// An impossible length, or bits set that no octet uses: two texts for the same octets.
    NotCanonical,
}

/// The octets of a text. A wrong character outranks everything else.
pub(crate) fn decode_base64url(text: &[u8]) -> Result<Vec<u8>, Base64Defect> {
    let (sixteens, rest) = text.as_chunks();
    let mut octets = vec![0; text.len() / 4 * 3 + (text.len() % 4).saturating_sub(1)];
    let (twelves, end) = octets.as_chunks_mut();
    let mut letters = Sixteen::splat(0xff);
    for (twelve, sixteen) in twelves.iter_mut().zip(sixteens) {
        let (decoded, are_letters) = decode_sixteen(sixteen);
        *twelve = decoded;
        letters = letters.and(are_letters);
    }
    let (decoded, are_letters) = decode_sixteen(&filled(rest, b'A'));
    if letters.and(are_letters).marks() != u16::MAX {
        return Err(Base64Defect::Character);
    }
    let (used, unused) = decoded.split_at_checked(end.len()).unwrap_or_default();
    end.copy_from_slice(used);
    // the letters that were filled in are zeros, so whatever is left has to be zero too
    if text.len() % 4 == 1 || unused.iter().any(|octet| *octet != 0) {
        return Err(Base64Defect::NotCanonical);
    }
    Ok(octets)
}

/// Twelve octets, and which of the characters are letters.
#[inline(always)]
fn decode_sixteen(text: &[u8; 16]) -> ([u8; 12], Sixteen) {
    let text = Sixteen::new(text);
    let (mut letters, mut offsets) = (Sixteen::splat(0), Sixteen::splat(0));
    macro_rules! range {
        ($least:literal to $most:literal from $value:literal) => {
            let are_here = text.within($least, $most);
            letters = letters.or(are_here);
            offsets = offsets.or(are_here.and(Sixteen::splat($least.wrapping_neg().wrapping_add($value))));
        };
    }
    range!(b'A' to b'Z' from 0);
    range!(b'a' to b'z' from 26);
    range!(b'0' to b'9' from 52);
    range!(b'-' to b'-' from 62);
    range!(b'_' to b'_' from 63);
    // what is no letter counts for nothing, and must not reach beyond six bits
    (text.add(offsets).and(Sixteen::splat(63)).join_sixes(), letters)
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::String;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;

    #[test]
    fn every_length_and_every_octet_is_decoded() {
        let octets: Vec<u8> = (0..=255).chain((0..=255).rev()).collect();
        for length in 0..octets.len() {
            let text = URL_SAFE_NO_PAD.encode(&octets[..length]);
            assert_eq!(decode_base64url(text.as_bytes()), Ok(octets[..length].into()), "{text}");
        }
    }

    /// All texts of up to three characters, and each character at each place of a longer one.
    #[test]
    fn answers_are_those_of_the_crate() {
        let mut texts: Vec<Vec<u8>> = (0..=255).map(|a| [a].into()).collect();
        texts.extend((0..=255).flat_map(|a| (0..=255).map(move |b| [a, b].into())));
        texts.extend(
            (0..=255).flat_map(|c| [b"AAA", b"AB_", b"-9z", b"QQ~"].map(|[a, b, _]| [*a, *b, c].into())),
        );
        for place in 0..8 {
            texts.extend((0..=255).map(|letter| {
                let mut text = b"Zm9vYmFy".to_vec();
                text[place] = letter;
                text
            }));
        }
        for text in texts {
            let crates = URL_SAFE_NO_PAD.decode(&text);
            let ours = decode_base64url(&text);
            assert_eq!(ours.clone().ok(), crates.ok(), "{:?}", String::from_utf8_lossy(&text));
            let is_wrong = text.iter().any(|byte| !byte.is_ascii_alphanumeric() && !b"-_".contains(byte));
            assert_eq!(
                ours == Err(Base64Defect::Character),
                is_wrong,
                "{:?}",
                String::from_utf8_lossy(&text)
            );
        }
    }
}
