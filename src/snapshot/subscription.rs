//! What a verifier holds for one publisher, and the rules by which it is renewed.

use super::Snapshot;
use super::high_water::HighWater;
use super::manifest::{Manifest, PublisherKeys, tenant_tag};
use super::object::{Object, ObjectName};
use crate::{Edition, Error, UnixTime};
use alloc::{string::String, sync::Arc, vec::Vec};

/// Whom a [`Subscription`] trusts.
#[derive(Clone, Debug)]
pub struct SubscriptionOptions {
    /// The pinned Ed25519 publisher keys (RFC 8032 §5.1.5), 1 to 8, all different.
    pub publisher_keys: Vec<[u8; 32]>,
    /// The tenant's name: 1 to 64 of `a-z`, `0-9` and `-`.
    pub tenant: String,
    /// How far ahead of the caller's clock a manifest may be signed, in seconds.
    pub clock_tolerance_seconds: u32,
}

/// The current snapshot of one publisher, the update in progress and the high-water mark.
///
/// An update is [`offer_manifest`](Self::offer_manifest), then [`offer_object`](Self::offer_object) for each
/// object of the plan in any order, then [`commit`](Self::commit). Whatever fails on the way leaves the current
/// snapshot as it was.
#[derive(Debug)]
pub struct Subscription {
    keys: PublisherKeys,
    clock_tolerance_seconds: u32,
    current: Option<Snapshot>,
    pending: Option<Pending>,
    high_water: HighWater,
}

impl Subscription {
    /// An empty subscription.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] for a list of keys or a tenant name out of range.
    pub fn new(options: SubscriptionOptions) -> Result<Self, Error> {
        let keys = PublisherKeys::new(&options.publisher_keys).ok_or(Error::PolicyInvalid {
            option: "publisherKeys",
            expected: "1 to 8 different Ed25519 public keys",
        })?;
        let tenant = tenant_tag(&options.tenant)
            .ok_or(Error::PolicyInvalid { option: "tenant", expected: "1 to 64 of a-z, 0-9 and -" })?;
        Ok(Self {
            keys,
            clock_tolerance_seconds: options.clock_tolerance_seconds,
            current: None,
            pending: None,
            high_water: HighWater::new(tenant),
        })
    }

    /// Verifies a manifest at `now` and says which objects it needs. It becomes the pending one, in place of an
    /// earlier; the very manifest that is current leaves nothing pending.
    ///
    /// # Errors
    /// The manifest variants of [`Error`], or [`Error::ObjectMalformed`] when an object that is already held
    /// contradicts the manifest. What was pending stays then.
    pub fn offer_manifest(&mut self, bytes: &[u8], now: UnixTime) -> Result<Plan, Error> {
        let manifest = Manifest::open(bytes, &self.keys)?;
        self.high_water.check_tenant(&manifest)?;
        self.check_times(&manifest, now)?;
        self.check_edition(&manifest)?;
        let edition = manifest.fields.edition;
        let issued_at = manifest.fields.issued_at;
        let unchanged = self.current.as_ref().is_some_and(|current| current.is(&manifest));
        let pending = if unchanged { None } else { Some(Pending::new(manifest, &self.held())?) };
        let needed = pending.iter().flat_map(Pending::needed).collect();
        self.pending = pending;
        self.high_water.raise_time_floor(issued_at);
        self.show_time_floor();
        Ok(Plan { edition, unchanged, needed })
    }

    /// Takes the bytes of one object of the pending manifest. An object offered again changes nothing.
    ///
    /// # Errors
    /// [`Error::ObjectUnexpected`] when no object is needed, [`Error::ObjectMismatch`] when the bytes are none of
    /// those needed, [`Error::ObjectMalformed`] when they are and break the format.
    pub fn offer_object(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        self.pending.as_mut().ok_or(Error::ObjectUnexpected)?.take(bytes)
    }

    /// Makes the pending edition the current one: all or nothing.
    ///
    /// # Errors
    /// [`Error::ObjectMissing`] when nothing is pending or an object was not offered yet;
    /// [`Error::ManifestRolledBack`] or [`Error::ManifestEquivocation`] when the high-water mark was raised since
    /// the offer.
    pub fn commit(&mut self) -> Result<Edition, Error> {
        let pending = self.pending.as_ref().ok_or(Error::ObjectMissing)?;
        self.high_water.check(&pending.manifest)?;
        let objects = pending.complete().ok_or(Error::ObjectMissing)?;
        let Some(Pending { manifest, .. }) = self.pending.take() else {
            return Err(Error::ObjectMissing);
        };
        let edition = manifest.fields.edition;
        self.high_water.accept(&manifest);
        self.current = Some(Snapshot::new(manifest, objects));
        self.show_time_floor();
        Ok(edition)
    }

    /// Drops what is pending; the current snapshot stays.
    pub fn abandon(&mut self) {
        self.pending = None;
    }

    /// The current snapshot; `None` before the first commit.
    pub fn snapshot(&self) -> Option<&Snapshot> {
        self.current.as_ref()
    }

    /// The largest signed time seen, 0 if none: a clock behind it is taken as it.
    pub fn time_floor(&self) -> UnixTime {
        UnixTime::from_seconds(self.high_water.time_floor())
    }

    /// What must outlive a restart so that nothing older is ever accepted again.
    pub fn high_water(&self) -> HighWater {
        self.high_water.clone()
    }

    /// Takes back what [`high_water`](Self::high_water) gave. Only ever raises, and ignores a mark of another
    /// tenant.
    pub fn restore_high_water(&mut self, mark: HighWater) {
        self.high_water.raise(mark);
        self.show_time_floor();
    }

    /// Refuses a manifest from the future and one that no longer answers.
    fn check_times(&self, manifest: &Manifest, now: UnixTime) -> Result<(), Error> {
        let now = not_before(now, self.high_water.time_floor());
        let (issued_at, expires_at) = (manifest.fields.issued_at, manifest.expires_at());
        if UnixTime::from_seconds(issued_at) > now.plus(self.clock_tolerance_seconds.into()) {
            return Err(Error::ManifestFromFuture { now: now.floor_seconds(), issued_at: signed(issued_at) });
        }
        if now >= UnixTime::from_seconds(expires_at) {
            return Err(Error::ManifestExpired { now: now.floor_seconds(), expired_at: signed(expires_at) });
        }
        Ok(())
    }

    /// Refuses rollback, and two contents of one edition, pending or accepted.
    fn check_edition(&self, manifest: &Manifest) -> Result<(), Error> {
        self.high_water.check(manifest)?;
        let edition = manifest.fields.edition;
        let differs = |pending: &Pending| {
            pending.manifest.fields.edition == edition && pending.manifest.sha256 != manifest.sha256
        };
        if self.pending.as_ref().is_some_and(differs) {
            return Err(Error::ManifestEquivocation { edition });
        }
        Ok(())
    }

    /// Every object in memory, current or pending.
    fn held(&self) -> Vec<Arc<Object>> {
        let current = self.current.iter().flat_map(Snapshot::objects);
        let pending = self.pending.iter().flat_map(|pending| pending.slots.iter());
        current.chain(pending.filter_map(|slot| slot.object.as_ref())).cloned().collect()
    }

    fn show_time_floor(&mut self) {
        if let Some(current) = &mut self.current {
            current.set_time_floor(self.high_water.time_floor());
        }
    }
}

/// What must be fetched before [`Subscription::commit`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    /// The offered manifest's edition.
    pub edition: Edition,
    /// This very manifest is already current: nothing is pending, there is nothing to commit.
    pub unchanged: bool,
    /// The objects not held yet.
    pub needed: Vec<NeededObject>,
}

/// An object to fetch, by its content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NeededObject {
    /// SHA-256 of its bytes.
    pub sha256: [u8; 32],
    /// Its length in bytes.
    pub length: u64,
}

/// A verified manifest that waits for its objects.
#[derive(Debug)]
struct Pending {
    manifest: Manifest,
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    name: ObjectName,
    object: Option<Arc<Object>>,
}

impl Pending {
    fn new(manifest: Manifest, held: &[Arc<Object>]) -> Result<Self, Error> {
        let mut slots = Vec::new();
        for &name in &manifest.objects {
            let object = held.iter().find(|object| object.name == name).cloned();
            object.iter().try_for_each(|object| manifest.check_object(object))?;
            slots.push(Slot { name, object });
        }
        Ok(Self { manifest, slots })
    }

    fn needed(&self) -> impl Iterator<Item = NeededObject> {
        let missing = self.slots.iter().filter(|slot| slot.object.is_none());
        missing.map(|Slot { name, .. }| NeededObject { sha256: name.sha256, length: name.length.into() })
    }

    fn take(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        let complete = self.complete().is_some();
        let Some(slot) = self.slots.iter_mut().find(|slot| slot.name.names(&bytes)) else {
            return Err(if complete { Error::ObjectUnexpected } else { Error::ObjectMismatch });
        };
        if slot.object.is_none() {
            let object = Object::open(slot.name, bytes)?;
            self.manifest.check_object(&object)?;
            slot.object = Some(Arc::new(object));
        }
        Ok(())
    }

    /// The objects, when all are here.
    fn complete(&self) -> Option<Vec<Arc<Object>>> {
        self.slots.iter().map(|slot| slot.object.clone()).collect()
    }
}

/// `now`, or the floor when the clock is behind it.
pub(super) fn not_before(now: UnixTime, floor: u64) -> UnixTime {
    let floor = UnixTime::from_seconds(floor);
    if now < floor { floor } else { now }
}

/// Times of the format are below 2^40.
fn signed(seconds: u64) -> i64 {
    i64::try_from(seconds).unwrap_or(i64::MAX)
}
