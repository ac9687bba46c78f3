//! An update in progress: a manifest that waits for its objects, and the way to its state.

use super::Snapshot;
use super::limits::OVERLAY_CHANGES;
use super::manifest::Manifest;
use super::object::{Object, ObjectName};
use super::plan::NeededObject;
use super::route::{Route, route};
use super::sequence::malformed;
use super::state::State;
use crate::Error;
use alloc::{sync::Arc, vec::Vec};

/// How the state of an edition is made.
#[derive(Debug)]
pub(super) enum Way {
    /// From the manifest's base by these deltas.
    Base(Route),
    /// From what is held by these deltas.
    Continue(Route),
    /// From what is held by deltas to the version of the manifest's base, which must come out then, and on from it.
    Fold(Route, Route),
}

impl Way {
    pub(super) fn from_base(manifest: &Manifest) -> Result<Self, Error> {
        let (base, version) = (manifest.fields.base.version, manifest.fields.edition.version);
        let found = route(&manifest.deltas, base, version);
        found
            .map(Self::Base)
            .ok_or(Error::ManifestMalformed { reason: "no way from the base to the version" })
    }

    /// The deltas in the order of their application.
    pub(super) fn deltas(&self) -> impl Iterator<Item = usize> {
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
pub(super) struct Pending {
    pub(super) manifest: Manifest,
    way: Way,
    slots: Vec<Slot>,
}

#[derive(Debug)]
struct Slot {
    name: ObjectName,
    object: Option<Arc<Object>>,
}

impl Pending {
    /// By the way with the fewest bytes to fetch: from what can be continued, or from the base.
    pub(super) fn from_cheapest(
        manifest: Manifest,
        continued: Option<&Snapshot>,
        held: &[Arc<Object>],
    ) -> Result<Self, Error> {
        let way = continued.and_then(|current| continue_from(current, &manifest));
        let whole = Way::from_base(&manifest)?;
        let way = match way {
            Some(way) if way.bytes() <= whole.bytes_beside(&manifest, held) => way,
            _ => whole,
        };
        Self::new(manifest, way, held)
    }

    /// Whether nothing but what the manifest names is needed.
    pub(super) const fn starts_from_base(&self) -> bool {
        matches!(self.way, Way::Base(_))
    }

    /// Every object that is here.
    pub(super) fn held(&self) -> impl Iterator<Item = &Arc<Object>> {
        self.slots.iter().filter_map(|slot| slot.object.as_ref())
    }

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

    pub(super) fn needed(&self) -> impl Iterator<Item = NeededObject> {
        let missing = self.slots.iter().filter(|slot| slot.object.is_none()).map(|slot| slot.name);
        missing.map(NeededObject::from)
    }

    pub(super) fn take(&mut self, bytes: Vec<u8>) -> Result<(), Error> {
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

    pub(super) fn is_complete(&self) -> bool {
        self.slots.iter().all(|slot| slot.object.is_some())
    }

    /// The state of the edition, made from the objects here and what is held.
    pub(super) fn state(&self, held: Option<&State>) -> Result<State, Error> {
        let held = || held.cloned().ok_or(Error::ObjectMissing);
        let state = match &self.way {
            Way::Base(route) => self.apply(State::new(self.held().cloned()), route)?,
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
}
