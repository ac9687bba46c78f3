//! A status list: one status of 1, 2, 4 or 8 bits for each token, least significant bits first.

use alloc::string::String;
use alloc::vec::Vec;

use crate::error::Error;
use crate::time::UnixTime;

/// How many bits one status takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Bits(u8);

impl Bits {
    pub(super) fn new(bits: u64) -> Option<Self> {
        u8::try_from(bits).ok().filter(|bits| [1, 2, 4, 8].contains(bits)).map(Self)
    }

    fn per_byte(self) -> u8 {
        8 / self.0
    }

    fn mask(self) -> u8 {
        0xff >> (8 - self.0)
    }
}

/// A list whose signature and content held, and the time for which it speaks. Only
/// [`StatusListToken`](super::StatusListToken) makes one.
#[derive(Clone, Debug, PartialEq)]
pub struct StatusList {
    pub(super) uri: String,
    pub(super) bits: Bits,
    pub(super) bytes: Vec<u8>,
    pub(super) issued_at: UnixTime,
    /// From here on it says nothing.
    pub(super) usable_until: UnixTime,
}

impl StatusList {
    /// Its address: `uri` in the tokens, `sub` in the Status List Token.
    pub fn uri(&self) -> &str {
        &self.uri
    }

    /// How many tokens it speaks for.
    pub fn entries(&self) -> u64 {
        let bytes = u64::try_from(self.bytes.len()).unwrap_or(u64::MAX);
        bytes.saturating_mul(u64::from(self.bits.per_byte()))
    }

    /// The status at this place: 0 VALID, 1 INVALID, 2 SUSPENDED, others as the application has them. `None` beyond
    /// the end.
    pub fn status(&self, index: u64) -> Option<u8> {
        let per_byte = u64::from(self.bits.per_byte());
        let byte = self.bytes.get(usize::try_from(index / per_byte).ok()?)?;
        let place = u8::try_from(index % per_byte).ok()?;
        Some(byte >> (place * self.bits.0) & self.bits.mask())
    }

    /// Until when the token at this place is valid as far as the list can tell.
    pub(super) fn judge(&self, index: u64, now: UnixTime) -> Result<UnixTime, Error> {
        if now >= self.usable_until {
            let (now, expired_at) = (now.floor_seconds(), self.usable_until.floor_seconds());
            return Err(Error::StatusListExpired { uri: self.uri.clone(), now, expired_at });
        }
        match self.status(index) {
            Some(0) => Ok(self.usable_until),
            Some(status) => Err(Error::StatusNotValid { status }),
            None => Err(Error::StatusIndexOutOfRange { index, entries: self.entries() }),
        }
    }
}
