//! What a verifier holds for one publisher, and the rules by which it is renewed.

use super::Snapshot;
use super::high_water::HighWater;
use super::keys::Trust;
use super::limits::OVERLAY_CHANGES;
use super::manifest::{Fields, Manifest, TenantTag, tenant_tag};
use super::object::{Object, ObjectKind, ObjectName};
use super::part::PartName;
use super::route::{Route, route};
use super::sequence::malformed;
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
        self.pending.take_if(|pending| !matches!(pending.way, Way::Base(_)));
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
        let pending = self.pending.iter().flat_map(|pending| pending.slots.iter());
        current.chain(pending.filter_map(|slot| slot.object.as_ref())).cloned().collect()
    }

    fn pending(&self, manifest: Manifest) -> Result<Pending, Error> {
        let held = self.held();
        let continued = self.current.as_ref().filter(|_| !self.restart);
        let way = continued.and_then(|current| continue_from(current, &manifest));
        let whole = Way::from_base(&manifest)?;
        let way = match way {
            Some(way) if way.bytes() <= whole.bytes_beside(&manifest, &held) => way,
            _ => whole,
        };
        Pending::new(manifest, way, &held)
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
    fn of(manifest: &Manifest, unchanged: bool) -> Result<Self, Error> {
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

/// How the state of an edition is made.
#[derive(Debug)]
enum Way {
    /// From the manifest's base by these deltas.
    Base(Route),
    /// From what is held by these deltas.
    Continue(Route),
    /// From what is held by deltas to the version of the manifest's base, which must come out then, and on from it.
    Fold(Route, Route),
}

impl Way {
    fn from_base(manifest: &Manifest) -> Result<Self, Error> {
        let (base, version) = (manifest.fields.base.version, manifest.fields.edition.version);
        let found = route(&manifest.deltas, base, version);
        found
            .map(Self::Base)
            .ok_or(Error::ManifestMalformed { reason: "no way from the base to the version" })
    }

    /// The deltas in the order of their application.
    fn deltas(&self) -> impl Iterator<Item = usize> {
        let (first, second) = match self {
            Self::Base(route) | Self::Continue(route) => (route, None),
            Self::Fold(to_base, rest) => (to_base, Some(rest)),
        };
        first.deltas.iter().chain(second.into_iter().flat_map(|route| &route.deltas)).copied()
    }

    /// What the deltas cost.
    fn bytes(&self) -> u64 {
        match self {
            Self::Base(route) | Self::Continue(route) => route.bytes,
            Self::Fold(to_base, rest) => to_base.bytes.saturating_add(rest.bytes),
        }
    }

    /// What the deltas and those objects of the base cost that are not held.
    fn bytes_beside(&self, manifest: &Manifest, held: &[Arc<Object>]) -> u64 {
        let missing = manifest.objects.iter().filter(|name| held.iter().all(|object| object.name != **name));
        missing.fold(self.bytes(), |sum, name| sum.saturating_add(name.length.into()))
    }
}

/// The way from the current snapshot, if the manifest offers one: by way of its base where possible, so that what is
/// held is compared with it and becomes one object again.
fn continue_from(current: &Snapshot, manifest: &Manifest) -> Option<Way> {
    let (held, next) = (&current.manifest().fields, &manifest.fields);
    if held.edition.epoch != next.edition.epoch || held.salt != next.salt {
        return None;
    }
    let (from, base, to) = (held.edition.version, next.base.version, next.edition.version);
    let direct = || route(&manifest.deltas, from, to).map(Way::Continue);
    let state = current.state();
    if state.is_based_on(&manifest.objects) {
        return direct();
    }
    let folded = || Some(Way::Fold(route(&manifest.deltas, from, base)?, route(&manifest.deltas, base, to)?));
    let by_base = if from <= base { folded() } else { None };
    let small = state.changes().len() <= OVERLAY_CHANGES;
    by_base.or_else(|| if small { direct() } else { None })
}

/// A verified manifest that waits for its objects.
#[derive(Debug)]
struct Pending {
    manifest: Manifest,
    way: Way,
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    name: ObjectName,
    object: Option<Arc<Object>>,
}

impl Pending {
    fn new(manifest: Manifest, way: Way, held: &[Arc<Object>]) -> Result<Self, Error> {
        let base = if matches!(way, Way::Base(_)) { manifest.objects.as_slice() } else { &[] };
        let deltas = way.deltas().filter_map(|at| manifest.deltas.get(at)?.object);
        let mut slots: Vec<Slot> = Vec::new();
        for name in base.iter().copied().chain(deltas) {
            let object = held.iter().find(|object| object.name == name).cloned();
            object.iter().try_for_each(|object| manifest.check_object(object))?;
            slots.push(Slot { name, object });
        }
        Ok(Self { manifest, way, slots })
    }

    fn needed(&self) -> impl Iterator<Item = NeededObject> {
        let missing = self.slots.iter().filter(|slot| slot.object.is_none()).map(|slot| slot.name);
        missing.map(NeededObject::from)
    }

    fn take(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
        let complete = self.is_complete();
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

    fn is_complete(&self) -> bool {
        self.slots.iter().all(|slot| slot.object.is_some())
    }

    /// The state of the edition, made from the objects here and what is held.
    fn state(&self, held: Option<&State>) -> Result<State, Error> {
        let held = || held.cloned().ok_or(Error::ObjectMissing);
        let state = match &self.way {
            Way::Base(route) => self.apply(State::new(self.objects()), route)?,
            Way::Continue(route) => self.apply(held()?, route)?,
            Way::Fold(to_base, rest) => {
                let folded = self.apply(held()?, to_base)?.fold(&self.manifest.fields.base)?;
                if !folded.is_based_on(&self.manifest.objects) {
                    return Err(Error::SnapshotDiverged { edition: self.manifest.fields.edition });
                }
                self.apply(folded, rest)?
            }
        };
        self.check(&state)?;
        Ok(state)
    }

    /// What the manifest says about the state, as far as it is made from the manifest's own base.
    fn check(&self, state: &State) -> Result<(), Error> {
        if !state.is_based_on(&self.manifest.objects) {
            return Ok(());
        }
        state.check_declared(&self.manifest)?;
        if state.changes().len() == 0 && state.base_entries() != self.manifest.fields.base.entries {
            return Err(malformed("entry count differs from the manifest's"));
        }
        Ok(())
    }

    fn apply(&self, state: State, route: &Route) -> Result<State, Error> {
        let mut state = state;
        for &at in &route.deltas {
            let fetched = self.manifest.deltas.get(at).and_then(|delta| delta.object);
            let slot = self.slots.iter().find(|slot| Some(slot.name) == fetched);
            let fetched = slot.and_then(|slot| slot.object.as_ref()?.delta());
            let delta = fetched.or_else(|| self.manifest.carried(at)).ok_or(Error::ObjectMissing)?;
            state = state.apply(delta)?;
        }
        Ok(state)
    }

    fn objects(&self) -> impl Iterator<Item = Arc<Object>> {
        self.slots.iter().filter_map(|slot| slot.object.clone())
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
