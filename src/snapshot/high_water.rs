//! The mark below which nothing is accepted again.

use super::fragment::sha256;
use super::limits::{NUMBER_END, TIME_END};
use super::manifest::{Manifest, TenantTag};
use super::part::PartName;
use super::reader::Reader;
use crate::{Edition, Error};
use alloc::vec::Vec;

/// The highest edition accepted of one part of one tenant and the largest signed time seen, kept over restarts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HighWater {
    tenant: TenantTag,
    part: PartName,
    /// Number of the root's last replacement of keys: editions compare within an era.
    era: u32,
    accepted: Option<Accepted>,
    time_floor: u64,
}

/// An edition and the one manifest it can have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Accepted {
    edition: Edition,
    sha256: [u8; 32],
}

impl Accepted {
    /// What stands in a mark where none is accepted.
    const NONE: Self = Self { edition: Edition { epoch: 0, version: 0 }, sha256: [0; 32] };
}

impl HighWater {
    /// The mark as 90 bytes, to be stored (`docs/format.md`, High-water mark).
    pub fn to_bytes(&self) -> Vec<u8> {
        let accepted = self.accepted.unwrap_or(Accepted::NONE);
        let mut out = Vec::new();
        out.extend(MAGIC);
        out.extend([VERSION, u8::from(self.accepted.is_some())]);
        out.extend(self.tenant);
        out.extend(self.part.to_bytes());
        out.extend(self.era.to_le_bytes());
        out.extend(accepted.edition.epoch.to_le_bytes());
        out.extend(accepted.edition.version.to_le_bytes());
        out.extend(accepted.sha256);
        out.extend(self.time_floor.to_le_bytes());
        out.extend(checksum(&out));
        out
    }

    /// A stored mark; `None` when the bytes are damaged or of another format.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (body, found) = bytes.split_last_chunk()?;
        if checksum(body) != *found {
            return None;
        }
        let mut reader = Reader::new(body);
        let known = reader.array() == Some(MAGIC) && reader.u8() == Some(VERSION);
        let has_accepted = reader.u8().filter(|&flag| known && flag <= 1)? == 1;
        let tenant = reader.array()?;
        let part = PartName::from_bytes(reader.array()?)?;
        let era = reader.u32()?;
        let edition = Edition { epoch: reader.u32()?, version: reader.u64()? };
        let accepted = Accepted { edition, sha256: reader.array()? };
        let time_floor = reader.u64().filter(|&floor| floor < TIME_END && reader.remaining() == 0)?;
        let is_possible = if has_accepted { edition.version < NUMBER_END } else { accepted == Accepted::NONE };
        let accepted = has_accepted.then_some(accepted);
        is_possible.then_some(Self { tenant, part, era, accepted, time_floor })
    }

    pub(super) const fn new(tenant: TenantTag, part: PartName) -> Self {
        Self { tenant, part, era: 0, accepted: None, time_floor: 0 }
    }

    pub(super) const fn time_floor(&self) -> u64 {
        self.time_floor
    }

    pub(super) const fn has_accepted(&self) -> bool {
        self.accepted.is_some()
    }

    pub(super) fn check_tenant(&self, manifest: &Manifest) -> Result<(), Error> {
        if manifest.fields.tenant == self.tenant { Ok(()) } else { Err(Error::ManifestTenant) }
    }

    /// Refuses an edition below the mark, and other content for the edition at the mark.
    pub(super) fn check(&self, manifest: &Manifest) -> Result<(), Error> {
        let (edition, sha256) = (manifest.fields.edition, manifest.sha256);
        match self.accepted {
            Some(have) if edition < have.edition => {
                Err(Error::ManifestRolledBack { have: have.edition, got: edition })
            }
            Some(have) if edition == have.edition && sha256 != have.sha256 => {
                Err(Error::ManifestEquivocation { edition })
            }
            _ => Ok(()),
        }
    }

    /// The keys of an era before that of the mark are not trusted any more.
    pub(super) const fn check_era(&self, trusted: u32) -> Result<(), Error> {
        if trusted < self.era { Err(Error::ManifestKeyUnknown) } else { Ok(()) }
    }

    /// Forgets the editions of an earlier era: a stolen key may have used up every version.
    pub(super) fn begin_era(&mut self, era: u32) {
        if era > self.era {
            (self.era, self.accepted) = (era, None);
        }
    }

    pub(super) fn raise_time_floor(&mut self, signed: u64) {
        self.time_floor = self.time_floor.max(signed);
    }

    /// Takes a manifest that passed [`check`](Self::check).
    pub(super) fn accept(&mut self, manifest: &Manifest) {
        let (edition, sha256) = (manifest.fields.edition, manifest.sha256);
        self.accepted = Some(Accepted { edition, sha256 });
    }

    /// Takes whatever is higher in `other`; nothing of the mark of another tenant or part.
    pub(super) fn raise(&mut self, other: Self) {
        if other.tenant != self.tenant || other.part != self.part {
            return;
        }
        self.raise_time_floor(other.time_floor);
        self.begin_era(other.era);
        let edition = |mark: &Option<Accepted>| mark.map(|accepted| accepted.edition);
        if other.era == self.era && edition(&other.accepted) > edition(&self.accepted) {
            self.accepted = other.accepted;
        }
    }
}

/// Storage can be damaged; a mark raised by a flipped bit would lock every later edition out.
fn checksum(body: &[u8]) -> [u8; 8] {
    sha256(body).first_chunk().copied().unwrap_or_default()
}

const MAGIC: [u8; 4] = *b"RSNH";
const VERSION: u8 = 1;
