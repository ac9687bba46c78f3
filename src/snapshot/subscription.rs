//! What a verifier holds for one publisher, and the rules by which it is renewed.

use super::Snapshot;
use super::high_water::HighWater;
use super::keys::Trust;
use super::manifest::{Fields, Manifest, TenantTag, tenant_tag};
use super::object::Object;
use super::part::PartName;
use super::pending::Pending;
use super::plan::Plan;
use super::state::State;
use crate::{Edition, Error, UnixTime};
use alloc::string::{String, ToString as _};
use alloc::{sync::Arc, vec::Vec};

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

/// The current snapshot of one part of a publication, the update in progress and the high-water mark.
///
/// An update is [`offer_manifest`](Self::offer_manifest), then [`offer_object`](Self::offer_object) for each
/// object of the plan in any order, then [`commit`](Self::commit). Whatever fails on the way leaves the current
/// snapshot as it was.
#[derive(Debug)]
pub struct Subscription {
    part: PartName,
    trust: Arc<Trust>,
    tenant: TenantTag,
    clock_tolerance_seconds: u32,
    current: Option<Snapshot>,
    pending: Option<Pending>,
    high_water: HighWater,
    /// Set when changes could not be laid over what is held: the next update starts from a base.
    restart: bool,
}

impl Subscription {
    /// An empty subscription to the whole part.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] for a list of keys or a tenant name out of range.
    pub fn new(options: SubscriptionOptions) -> Result<Self, Error> {
        Self::to_part(PartName::Whole, &options, None)
    }

    /// A subscription that pins a root key, which names the publisher keys in a key document; publisher keys may be
    /// pinned as well, and then count until such a document replaces them.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] as for [`new`](Self::new), and for a root key that is no Ed25519 public key or a
    /// publisher key as well.
    pub fn with_root(options: SubscriptionOptions, root_key: [u8; 32]) -> Result<Self, Error> {
        Self::to_part(PartName::Whole, &options, Some(root_key))
    }

    pub(super) fn to_part(
        part: PartName,
        options: &SubscriptionOptions,
        root_key: Option<[u8; 32]>,
    ) -> Result<Self, Error> {
        let invalid = |option, expected| Error::PolicyInvalid { option, expected };
        let trust = Trust::new(root_key, &options.publisher_keys).ok_or(match root_key {
            None => invalid("publisherKeys", "1 to 8 different Ed25519 public keys"),
            Some(_) => invalid("rootKey", "an Ed25519 public key, and at most 8 other publisher keys"),
        })?;
        let tenant = tenant_tag(&options.tenant).ok_or(invalid("tenant", "1 to 64 of a-z, 0-9 and -"))?;
        Ok(Self::trusting(Arc::new(trust), part, tenant, options.clock_tolerance_seconds))
    }

    /// An empty subscription to another part of the same publication.
    pub(super) fn beside(&self, part: PartName) -> Self {
        let mut other =
            Self::trusting(Arc::clone(&self.trust), part, self.tenant, self.clock_tolerance_seconds);
        other.high_water.begin_era(self.trust.era());
        other.raise_time_floor(self.high_water.time_floor());
        other
    }

    const fn trusting(
        trust: Arc<Trust>,
        part: PartName,
        tenant: TenantTag,
        clock_tolerance_seconds: u32,
    ) -> Self {
        Self {
            part,
            trust,
            tenant,
            clock_tolerance_seconds,
            current: None,
            pending: None,
            high_water: HighWater::new(tenant, part),
            restart: false,
        }
    }

    /// Takes a key document: walks from what is trusted now, link by link, to the newest publisher keys, and answers
    /// their number. One that tells nothing new changes nothing. When the root replaced the keys, no edition counts as
    /// seen any more, what is pending is dropped and the next plan starts from a base. The document should be stored,
    /// and offered first after a restart.
    ///
    /// # Errors
    /// [`Error::ManifestKeysMalformed`], and [`Error::ManifestKeysUnlinked`] when nothing that is trusted vouches for
    /// its newest keys; the keys stay as they were then.
    pub fn offer_keys(&mut self, document: &[u8]) -> Result<u32, Error> {
        self.trust(self.trust_after(document)?);
        Ok(self.trust.number())
    }

    /// What is trusted after a key document.
    pub(super) fn trust_after(&self, document: &[u8]) -> Result<Arc<Trust>, Error> {
        self.trust.after(document, &self.tenant).map(Arc::new)
    }

    pub(super) fn trust(&mut self, trust: Arc<Trust>) {
        if trust.number() != self.trust.number() {
            self.pending = None;
        }
        if trust.era() != self.trust.era() {
            self.restart = true;
            self.high_water.begin_era(trust.era());
        }
        self.trust = trust;
    }

    /// Verifies a manifest at `now` and says which objects it needs: the cheapest set that leads from what is held
    /// to the edition, deltas or a whole base. It becomes the pending one, in place of an earlier; the very manifest
    /// that is current leaves nothing pending.
    ///
    /// # Errors
    /// The manifest variants of [`Error`], or [`Error::ObjectMalformed`] when an object that is already held
    /// contradicts the manifest. What was pending stays then.
    pub fn offer_manifest(&mut self, bytes: &[u8], now: UnixTime) -> Result<Plan, Error> {
        let manifest = Manifest::open(bytes, &self.trust.keys)?;
        self.high_water.check_tenant(&manifest)?;
        self.check_part(&manifest)?;
        self.check_times(&manifest, now)?;
        self.check_edition(&manifest)?;
        let unchanged = self.current.as_ref().is_some_and(|current| current.is(&manifest));
        let mut plan = Plan::of(&manifest, unchanged)?;
        let issued_at = manifest.fields.issued_at;
        let pending = if unchanged { None } else { Some(self.pending(manifest)?) };
        plan.needed = pending.iter().flat_map(Pending::needed).collect();
        self.pending = pending;
        self.raise_time_floor(issued_at);
        Ok(plan)
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
    /// the offer; [`Error::SnapshotDiverged`] when the changes do not give the state that the manifest names, and
    /// [`Error::ObjectMalformed`] when they contradict each other or the manifest. After these two, nothing is
    /// pending and the next plan starts from a base.
    pub fn commit(&mut self) -> Result<Edition, Error> {
        let state = self.prepare()?;
        self.install(state).ok_or(Error::ObjectMissing)
    }

    /// The state of the pending edition, which stays pending unless the state cannot be made.
    pub(super) fn prepare(&mut self) -> Result<State, Error> {
        let pending = self.pending.as_ref().ok_or(Error::ObjectMissing)?;
        self.high_water.check_era(self.trust.era())?;
        self.high_water.check(&pending.manifest)?;
        if !pending.is_complete() {
            return Err(Error::ObjectMissing);
        }
        let state = pending.state(self.current.as_ref().map(Snapshot::state));
        self.restart = state.is_err();
        if state.is_err() {
            self.pending = None;
        }
        state
    }

    /// Makes the pending edition the current one, with the state that [`prepare`](Self::prepare) gave.
    pub(super) fn install(&mut self, state: State) -> Option<Edition> {
        let Pending { manifest, .. } = self.pending.take()?;
        let edition = manifest.fields.edition;
        self.high_water.accept(&manifest);
        self.current = Some(Snapshot::new(manifest, state));
        self.show_time_floor();
        Some(edition)
    }

    /// Drops what is pending; the current snapshot stays.
    pub fn abandon(&mut self) {
        self.pending = None;
    }

    /// Has the next plan start from a base, whatever is held: for deltas that are not to be had.
    pub const fn restart(&mut self) {
        self.restart = true;
    }

    /// An object of the current base, also one that was folded here and never fetched: to be stored.
    pub fn object(&self, sha256: &[u8; 32]) -> Option<&[u8]> {
        let mut objects = self.current.iter().flat_map(|current| current.state().objects());
        objects.find(|object| object.name.sha256 == *sha256)?.bytes()
    }

    /// Drops the current snapshot, and what is pending as far as it builds on that.
    pub(super) fn forget(&mut self) {
        self.current = None;
        self.pending.take_if(|pending| !pending.starts_from_base());
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

    pub(super) fn raise_time_floor(&mut self, signed: u64) {
        self.high_water.raise_time_floor(signed);
        self.show_time_floor();
    }

    /// What the pending manifest says.
    pub(super) fn pending_fields(&self) -> Option<&Fields> {
        self.pending.as_ref().map(|pending| &pending.manifest.fields)
    }

    pub(super) const fn part(&self) -> PartName {
        self.part
    }

    pub(super) const fn high_water_ref(&self) -> &HighWater {
        &self.high_water
    }

    fn check_part(&self, manifest: &Manifest) -> Result<(), Error> {
        let got = manifest.fields.part.name();
        if got == self.part {
            return Ok(());
        }
        Err(Error::ManifestPart { expected: self.part.to_string(), got: got.to_string() })
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
        self.high_water.check_era(self.trust.era())?;
        let edition = manifest.fields.edition;
        if edition.epoch < self.trust.epoch() {
            let have = Edition { epoch: self.trust.epoch(), version: 0 };
            return Err(Error::ManifestRolledBack { have, got: edition });
        }
        self.high_water.check(manifest)?;
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
        let current = self.current.iter().flat_map(|current| current.state().objects());
        current.chain(self.pending.iter().flat_map(Pending::held)).cloned().collect()
    }

    fn pending(&self, manifest: Manifest) -> Result<Pending, Error> {
        let continued = self.current.as_ref().filter(|_| !self.restart);
        Pending::from_cheapest(manifest, continued, &self.held())
    }

    fn show_time_floor(&mut self) {
        if let Some(current) = &mut self.current {
            current.set_time_floor(self.high_water.time_floor());
        }
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
