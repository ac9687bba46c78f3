//! What an update fetches.

use super::manifest::Manifest;
use super::object::{ObjectKind, ObjectName};
use super::pending::Way;
use crate::{Edition, Error};
use alloc::vec::Vec;

/// What must be fetched before [`Subscription::commit`](super::Subscription::commit).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The offered manifest's edition.
    pub edition: Edition,
    /// This very manifest is already current: nothing is pending, there is nothing to commit.
    pub unchanged: bool,
    /// Seconds that the publisher asks to let pass before the next poll; 0 for no wish.
    pub least_wait_seconds: u16,
    /// SHA-256 of every object that this edition is loaded from when nothing is held: those of the base, and of the
    /// listed deltas from there.
    pub base: Vec<[u8; 32]>,
    /// The objects not held yet.
    pub needed: Vec<NeededObject>,
}

impl Plan {
    /// Without what is needed.
    pub(super) fn of(manifest: &Manifest, unchanged: bool) -> Result<Self, Error> {
        let way = Way::from_base(manifest)?;
        let deltas = way.deltas().filter_map(|at| manifest.deltas.get(at)?.object);
        Ok(Self {
            edition: manifest.fields.edition,
            unchanged,
            least_wait_seconds: manifest.fields.least_wait_seconds,
            base: manifest.objects.iter().copied().chain(deltas).map(|object| object.sha256).collect(),
            needed: Vec::new(),
        })
    }
}

/// An object to fetch, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeededObject {
    /// What it holds.
    pub kind: ObjectKind,
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its length in bytes.
    pub length: u64,
}

impl From<ObjectName> for NeededObject {
    fn from(ObjectName { kind, length, sha256 }: ObjectName) -> Self {
        Self { kind, sha256, length: length.into() }
    }
}
