//! What a verifier holds of one publisher: the whole, or the common part and any shards.

use alloc::sync::Arc;
use alloc::vec::Vec;

use super::consulted::Consulted;
use super::high_water::HighWater;
use super::limits::SHARDS;
use super::manifest::Fields;
use super::part::{PartName, Shard};
use super::plan::Plan;
use super::shard_map::ShardMap;
use super::shard_table::ShardTable;
use super::subscription::{Subscription, SubscriptionOptions};
use super::validity::Validity;
use super::{Snapshot, state::State};
use crate::sort::sort_by;
use crate::{Edition, Error, Freshness, Identity, NotCovered, RevocationStatus, UnixTime};

/// Which parts of a publication a verifier loads.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Profile {
    /// The whole part: for servers and edge workers.
    #[default]
    Whole,
    /// The common part, and the shards of those subjects whose tokens are checked.
    Parts,
}

/// The parts that a verifier holds. They share the trusted keys and the largest signed time seen; each has a
/// high-water mark of its own.
///
/// An update of any number of parts is [`offer_manifest`](Self::offer_manifest) for each, then
/// [`offer_object`](Self::offer_object) for each object of their plans, then one [`commit`](Self::commit). Whatever
/// fails on the way leaves every part as it was.
#[derive(Debug)]
pub struct Coverage {
    /// The whole or the common part.
    main: Subscription,
    profile: Profile,
    /// Those with a snapshot or an update in progress. A snapshot here is of the epoch, the salt and the number of
    /// shards of the main part's.
    shards: ShardTable<Subscription>,
    /// Of shards that were dropped.
    marks: ShardTable<HighWater>,
}

impl From<Subscription> for Coverage {
    /// Of the whole part: a subscription that is public is to nothing else.
    fn from(main: Subscription) -> Self {
        Self { main, profile: Profile::Whole, shards: ShardTable::new(), marks: ShardTable::new() }
    }
}

impl Coverage {
    /// Nothing of a publisher whose keys are pinned: publisher keys, or a root key and perhaps publisher keys.
    ///
    /// # Errors
    /// As for [`Subscription::new`] and [`Subscription::with_root`].
    pub fn new(
        profile: Profile,
        options: &SubscriptionOptions,
        root_key: Option<[u8; 32]>,
    ) -> Result<Self, Error> {
        let main = match profile {
            Profile::Whole => PartName::Whole,
            Profile::Parts => PartName::Common,
        };
        let main = Subscription::to_part(main, options, root_key)?;
        Ok(Self { profile, ..Self::from(main) })
    }

    /// Which parts it takes.
    pub const fn profile(&self) -> Profile {
        self.profile
    }

    /// Takes a key document, for all parts: see [`Subscription::offer_keys`].
    ///
    /// # Errors
    /// As there; the keys stay as they were then.
    pub fn offer_keys(&mut self, document: &[u8]) -> Result<u32, Error> {
        let trust = self.main.trust_after(document)?;
        self.subscriptions_mut().for_each(|subscription| subscription.trust(Arc::clone(&trust)));
        self.sweep();
        Ok(trust.number())
    }

    /// Verifies the manifest of a part and says which objects it needs: see [`Subscription::offer_manifest`].
    ///
    /// # Errors
    /// As there; [`Error::ManifestPart`] when the manifest is of another part; [`Error::PolicyInvalid`] for a part
    /// that is none of the profile's, and when updates of 64 shards are in progress.
    pub fn offer_manifest(&mut self, part: PartName, bytes: &[u8], now: UnixTime) -> Result<Plan, Error> {
        self.check_room(part)?;
        let plan = self.subscription_to(part)?.offer_manifest(bytes, now);
        self.sweep();
        self.share_time_floor();
        plan
    }

    /// Takes the bytes of one object of a part's pending manifest: see [`Subscription::offer_object`].
    ///
    /// # Errors
    /// As there.
    pub fn offer_object(&mut self, part: PartName, bytes: Vec<u8>) -> Result<(), Error> {
        self.subscription_mut(part).ok_or(Error::ObjectUnexpected)?.offer_object(bytes)
    }

    /// Makes the pending editions of these parts the current ones: all or none. Shards that do not go with the common
    /// part afterwards, because its epoch, its salt or the number of shards is another, are dropped.
    ///
    /// # Errors
    /// As for [`Subscription::commit`], of any of them; [`Error::ManifestPart`] for a shard that would not go with the
    /// common part, which waits until it does; [`Error::PolicyInvalid`] when more than 64 shards would be held.
    pub fn commit(&mut self, parts: &[PartName]) -> Result<(), Error> {
        let mut parts: Vec<PartName> = parts.into();
        sort_by(&mut parts, |one, other| one < other);
        parts.dedup();
        self.check_shards(&parts)?;
        let states = self.prepare(&parts);
        self.sweep();
        parts.into_iter().zip(states?).for_each(|(part, state)| self.install(part, state));
        self.forget_unmatched();
        self.share_time_floor();
        Ok(())
    }

    /// Drops the update of a part that is in progress.
    pub fn abandon(&mut self, part: PartName) {
        self.subscription_mut(part).into_iter().for_each(Subscription::abandon);
        self.sweep();
    }

    /// Has the next plan of a part start from a base: see [`Subscription::restart`].
    pub fn restart(&mut self, part: PartName) {
        self.subscription_mut(part).into_iter().for_each(Subscription::restart);
    }

    /// An object of the current base of a part: see [`Subscription::object`].
    pub fn object(&self, part: PartName, sha256: &[u8; 32]) -> Option<&[u8]> {
        self.subscription(part)?.object(sha256)
    }

    /// Forgets a shard, except for its high-water mark. The main part cannot be dropped.
    pub fn drop_shard(&mut self, shard: Shard) {
        if let Some(subscription) = self.shards.remove(&shard) {
            self.marks.insert(shard, subscription.high_water());
        }
    }

    /// What must outlive a restart so that no older edition of a part is ever accepted again.
    pub fn high_water(&self, part: PartName) -> Option<HighWater> {
        match part {
            PartName::Shard(shard) if self.profile == Profile::Parts => Some(self.shard_mark(shard)),
            _ => (part == self.main.part()).then(|| self.main.high_water()),
        }
    }

    /// Takes back what [`high_water`](Self::high_water) gave. Only ever raises, and ignores a mark of another tenant
    /// or part.
    pub fn restore_high_water(&mut self, part: PartName, mark: HighWater) {
        if let Some(subscription) = self.subscription_mut(part) {
            subscription.restore_high_water(mark);
        } else if let PartName::Shard(shard) = part
            && self.profile == Profile::Parts
        {
            let mut raised = self.shard_mark(shard);
            raised.raise(mark);
            self.main.raise_time_floor(raised.time_floor());
            self.marks.insert(shard, raised);
        }
        self.share_time_floor();
    }

    /// The shard of a subject, by the common part that is pending or else by the current one. `None` when there are no
    /// shards or no common part.
    pub fn shard_for(&self, issuer: &str, subject: &str) -> Option<Shard> {
        let fields = self.main.pending_fields().or_else(|| Some(self.main_snapshot()?.fields()))?;
        let of_parts = self.profile == Profile::Parts;
        of_parts.then(|| ShardMap::new(fields.salt, fields.part.shard_bits()).shard(issuer, subject))?
    }

    /// The whole's subscription.
    pub fn whole(&self) -> Option<&Subscription> {
        (self.profile == Profile::Whole).then_some(&self.main)
    }

    /// The whole's subscription, to offer manifests and objects to.
    pub fn whole_mut(&mut self) -> Option<&mut Subscription> {
        (self.profile == Profile::Whole).then_some(&mut self.main)
    }

    /// The current snapshot of a part.
    pub fn snapshot(&self, part: PartName) -> Option<&Snapshot> {
        self.subscription(part)?.snapshot()
    }

    /// The largest signed time seen, 0 if none: a clock behind it is taken as it.
    pub fn time_floor(&self) -> UnixTime {
        self.main.time_floor()
    }

    /// All that is held, together; `None` without a whole or common part.
    pub fn report(&self) -> Option<CoverageReport> {
        let main = self.main_snapshot()?;
        let shards = || self.shards.values().filter_map(Subscription::snapshot);
        let sum = |of: fn(&Snapshot) -> u64| shards().map(of).fold(of(main), u64::saturating_add);
        let held = self.shards.iter().filter(|(_, subscription)| subscription.snapshot().is_some());
        let held = held.map(|(&shard, _)| PartName::Shard(shard));
        Some(CoverageReport {
            validity: shards().fold(main.validity(), |validity, shard| validity.and(shard.validity())),
            entries: sum(Snapshot::entries),
            bytes: sum(Snapshot::bytes),
            parts: core::iter::once(self.main.part()).chain(held).collect(),
        })
    }

    /// What is said about one token at `now`: by the whole, or by the common part and the shard of its subject.
    ///
    /// As for [`Snapshot::status`], of the strictest part and the oldest.
    pub fn status(&self, identity: &Identity<'_>, now: UnixTime) -> RevocationStatus {
        let none = RevocationStatus::NotCovered(NotCovered::NoSnapshot);
        self.consult(identity).map_or(none, |consulted| consulted.status(identity, now))
    }

    /// What speaks for a token; `None` without a whole or common part.
    pub(crate) fn consult(&self, identity: &Identity<'_>) -> Option<Consulted<'_>> {
        let main = self.main_snapshot()?;
        let issuer = main.issuer_tag(identity.issuer);
        let shard = identity.subject.and_then(|subject| main.shard_of(&issuer, subject));
        let loaded = shard.and_then(|shard| self.shards.get(&shard)?.snapshot());
        Some(Consulted { issuer, main, shard: loaded, missing: shard.filter(|_| loaded.is_none()) })
    }

    fn main_snapshot(&self) -> Option<&Snapshot> {
        self.main.snapshot()
    }

    fn subscription(&self, part: PartName) -> Option<&Subscription> {
        match part {
            PartName::Shard(shard) => self.shards.get(&shard),
            _ => (part == self.main.part()).then_some(&self.main),
        }
    }

    fn subscription_mut(&mut self, part: PartName) -> Option<&mut Subscription> {
        match part {
            PartName::Shard(shard) => self.shards.get_mut(&shard),
            _ => (part == self.main.part()).then_some(&mut self.main),
        }
    }

    fn subscriptions_mut(&mut self) -> impl Iterator<Item = &mut Subscription> {
        core::iter::once(&mut self.main).chain(self.shards.values_mut())
    }

    /// The subscription to a part of the profile, made anew for a shard.
    fn subscription_to(&mut self, part: PartName) -> Result<&mut Subscription, Error> {
        match part {
            PartName::Shard(shard) if self.profile == Profile::Parts => {
                let (main, marks) = (&self.main, &self.marks);
                Ok(self.shards.get_or_insert_with(shard, || {
                    let mut subscription = main.beside(part);
                    marks
                        .get(&shard)
                        .cloned()
                        .into_iter()
                        .for_each(|mark| subscription.restore_high_water(mark));
                    subscription
                }))
            }
            _ if part == self.main.part() => Ok(&mut self.main),
            _ => Err(NO_PART),
        }
    }

    fn shard_mark(&self, shard: Shard) -> HighWater {
        let part = PartName::Shard(shard);
        let held = self.shards.get(&shard).map(Subscription::high_water);
        let dropped = || self.marks.get(&shard).cloned();
        held.or_else(dropped).unwrap_or_else(|| self.main.beside(part).high_water())
    }

    /// Bounds what updates in progress take.
    fn check_room(&self, part: PartName) -> Result<(), Error> {
        let PartName::Shard(shard) = part else { return Ok(()) };
        let others = self.shards.iter().filter(|(other, _)| **other != shard);
        let pending = others.filter(|(_, subscription)| subscription.pending_fields().is_some()).count();
        if pending < SHARDS { Ok(()) } else { Err(TOO_MANY) }
    }

    /// Every shard among the parts has to go with the common part that will be there.
    fn check_shards(&self, parts: &[PartName]) -> Result<(), Error> {
        let renewed = parts.contains(&self.main.part()).then(|| self.main.pending_fields()).flatten();
        let main = renewed.or_else(|| Some(self.main_snapshot()?.fields()));
        let goes = |fields: &Fields| main.is_some_and(|main| goes_with(fields, main));
        let mut held: Vec<Shard> = Vec::new();
        for &part in parts {
            let PartName::Shard(shard) = part else { continue };
            let pending = self.shards.get(&shard).and_then(Subscription::pending_fields);
            let fields = pending.ok_or(Error::ObjectMissing)?;
            if !goes(fields) {
                return Err(unmatched(part, fields.edition));
            }
            held.push(shard);
        }
        let kept = self.shards.iter().filter(|(shard, subscription)| {
            let stays = subscription.snapshot().is_some_and(|snapshot| goes(snapshot.fields()));
            stays && !held.contains(shard)
        });
        if kept.count() + held.len() <= SHARDS { Ok(()) } else { Err(TOO_MANY) }
    }

    fn prepare(&mut self, parts: &[PartName]) -> Result<Vec<State>, Error> {
        let state = |&part| self.subscription_mut(part).ok_or(Error::ObjectMissing)?.prepare();
        parts.iter().map(state).collect()
    }

    fn install(&mut self, part: PartName, state: State) {
        if let Some(subscription) = self.subscription_mut(part) {
            subscription.install(state);
        }
    }

    /// Keeps to the invariant of `shards`, and the marks of those shards alone that there are.
    fn forget_unmatched(&mut self) {
        let Some(main) = self.main.snapshot().map(Snapshot::fields) else { return };
        for subscription in self.shards.values_mut() {
            if subscription.snapshot().is_some_and(|snapshot| !goes_with(snapshot.fields(), main)) {
                subscription.forget();
            }
        }
        let bits = main.part.shard_bits();
        self.sweep();
        self.marks.retain(|shard, _| shard.bits() == bits);
    }

    /// Of subscriptions that hold nothing the mark alone is kept.
    fn sweep(&mut self) {
        let marks = &mut self.marks;
        self.shards.retain(|&shard, subscription| {
            let holds = subscription.snapshot().is_some() || subscription.pending_fields().is_some();
            if !holds && subscription.high_water_ref().has_accepted() {
                marks.insert(shard, subscription.high_water());
            }
            holds
        });
    }

    fn share_time_floor(&mut self) {
        let floors = self.shards.values().map(|subscription| subscription.high_water_ref().time_floor());
        let floor = floors.fold(self.main.high_water_ref().time_floor(), u64::max);
        self.subscriptions_mut().for_each(|subscription| subscription.raise_time_floor(floor));
    }
}

/// What is held of all parts together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CoverageReport {
    validity: Validity,
    entries: u64,
    bytes: u64,
    parts: Vec<PartName>,
}

impl CoverageReport {
    /// That of the whole or the common part.
    pub const fn edition(&self) -> Edition {
        self.validity.edition
    }

    /// When the oldest part was signed, in seconds since the Unix epoch.
    pub const fn issued_at(&self) -> u64 {
        self.validity.issued_at
    }

    /// When the first part is stale, in seconds since the Unix epoch.
    pub const fn next_update(&self) -> u64 {
        self.validity.next_update
    }

    /// When the first part stops answering, in seconds since the Unix epoch.
    pub const fn expires_at(&self) -> u64 {
        self.validity.expires_at
    }

    /// The worst of all parts.
    pub fn freshness(&self, now: UnixTime) -> Freshness {
        self.validity.freshness(now)
    }

    /// How many distinct revocations they hold.
    pub const fn entries(&self) -> u64 {
        self.entries
    }

    /// Their size in bytes.
    pub const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The whole or the common part, then the shards.
    pub fn parts(&self) -> &[PartName] {
        &self.parts
    }
}

/// Whether a shard's entries are those that are missing in the common part.
fn goes_with(shard: &Fields, common: &Fields) -> bool {
    shard.edition.epoch == common.edition.epoch
        && shard.salt == common.salt
        && shard.part.shard_bits() == common.part.shard_bits()
}

fn unmatched(part: PartName, edition: Edition) -> Error {
    let expected = "a shard of the common part's epoch, salt and number of shards";
    Error::ManifestPart {
        expected: expected.into(),
        got: alloc::format!("{part} of epoch {}", edition.epoch),
    }
}

const NO_PART: Error = Error::PolicyInvalid { option: "part", expected: "a part that the profile takes" };
const TOO_MANY: Error =
    Error::PolicyInvalid { option: "part", expected: "at most 64 shards; one can be dropped" };
