//! base64url without padding (RFC 4648 §5, RFC 7515 §2), canonical only.

use alloc::vec;
use alloc::vec::Vec;

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
    let (groups, rest) = text.as_chunks();
    let mut octets = vec![0; groups.len() * 3 + rest.len().saturating_sub(1)];
    let (threes, end) = octets.as_chunks_mut();
    let mut seen = 0;
    for (three, group) in threes.iter_mut().zip(groups) {
        let (decoded, flags) = decode_group(group);
        *three = decoded;
        seen |= flags;
    }
    let mut last = [b'A'; 4];
    for (place, letter) in last.iter_mut().zip(rest) {
        *place = *letter;
    }
    let (decoded, flags) = decode_group(&last);
    if (seen | flags) & WRONG != 0 {
        return Err(Base64Defect::Character);
    }
    let (used, unused) = decoded.split_at(end.len());
    end.copy_from_slice(used);
    // the letters that were filled in are zeros, so whatever is left has to be zero too
    if rest.len() == 1 || unused.iter().any(|octet| *octet != 0) {
        return Err(Base64Defect::NotCanonical);
    }
    Ok(octets)
}

/// Three octets, and [`WRONG`] among the flags when a letter is none.
fn decode_group(&group: &[u8; 4]) -> ([u8; 3], u8) {
    let [a, b, c, d] = group.map(value);
    ([a << 2 | b >> 4 & 3, b << 4 | c >> 2 & 15, c << 6 | d & 63], a | b | c | d)
}

/// The six bits of a letter, or [`WRONG`].
fn value(letter: u8) -> u8 {
    #[expect(clippy::indexing_slicing, reason = "256 values, one for each byte")]
    VALUES[usize::from(letter)]
}

const WRONG: u8 = 0x80;

/// By character code.
static VALUES: [u8; 256] = {
    let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    let mut values = [WRONG; 256];
    let mut value = 0;
    while value < 64 {
        #[expect(
            clippy::indexing_slicing,
            clippy::as_conversions,
            reason = "64 letters of ASCII, at compile time"
        )]
        {
            values[alphabet[value] as usize] = value as u8;
        }
        value += 1;
    }
    values
};

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
