//! What is known of a zlib stream (RFC 1950) without inflating it. Inflating is the host's part in JavaScript
//! (`DecompressionStream`), and that of the feature `status-list` natively; either result passes here.

#[cfg(feature = "status-list")]
use {
    crate::error::Error,
    alloc::vec::Vec,
    miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_zlib_with_limit},
};

/// Whether this begins as a zlib stream with a window of at most 32 KiB and no preset dictionary (RFC 1950 §2.2), and
/// is long enough to hold one.
pub(super) fn is_stream(stream: &[u8]) -> bool {
    const LEAST_BYTES: usize = 2 + 2 + 4;
    let (Some(&method), Some(&flags)) = (stream.first(), stream.get(1)) else {
        return false;
    };
    let is_checked = (u16::from(method) * 256 + u16::from(flags)) % 31 == 0;
    stream.len() >= LEAST_BYTES && method & 0x0f == 8 && method >> 4 <= 7 && is_checked && flags & 0x20 == 0
}

/// Whether the stream ends with the checksum of these bytes: with more bytes after its end it does not.
pub(super) fn is_made_of(stream: &[u8], inflated: &[u8]) -> bool {
    let checksum = stream.last_chunk().map(|bytes| u32::from_be_bytes(*bytes));
    checksum == Some(adler32(inflated))
}

/// RFC 1950 §8.2.
fn adler32(bytes: &[u8]) -> u32 {
    const MODULUS: u32 = 65_521;
    /// The most bytes after which the sums are below 2^32.
    const RUN: usize = 5_552;
    let (mut low, mut high) = (1u32, 0u32);
    for run in bytes.chunks(RUN) {
        for byte in run {
            low += u32::from(*byte);
            high += low;
        }
        low %= MODULUS;
        high %= MODULUS;
    }
    high << 16 | low
}

/// Inflates up to `limit` bytes.
#[cfg(feature = "status-list")]
pub(super) fn inflate(stream: &[u8], limit: usize) -> Result<Vec<u8>, Error> {
    decompress_to_vec_zlib_with_limit(stream, limit).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => Error::StatusListTooLarge { limit },
        _ => Error::StatusListMalformed { reason: "lst is not a zlib stream" },
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn checksum_of_rfc_1950_is_computed() {
        assert_eq!(adler32(b""), 1);
        assert_eq!(adler32(b"Wikipedia"), 0x11e6_0398);
        assert_eq!(adler32(&[0xff; 100_000]), 0x149a_302c);
    }
}
