//! All that an edition holds, read from files, to be counted and compared: for people and scripts, not for verdicts.

use super::manifest::Manifest;
use super::object::{Object, ObjectName};
use super::report::{by_dimension, name_of};
use super::route::route;
use super::state::State;
use crate::{Dimension, Error};
use alloc::{collections::BTreeMap, string::String, sync::Arc, vec::Vec};
use core::ops::RangeInclusive;

/// The entries of one edition, its deltas laid over its base.
#[derive(Debug)]
pub struct Contents {
    salt: [u8; 16],
    /// Of the declared dimensions.
    names: BTreeMap<Dimension, String>,
    /// A base without changes.
    state: State,
}

/// How one dimension changed from one edition to another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Entries that are only in the later one.
    pub added: u64,
    /// Entries that are only in the earlier one.
    pub removed: u64,
    /// Cut-offs with another T.
    pub changed: u64,
}

/// An entry: where it is among those of its dimension, and its T.
type Listed = (Place, u64);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Place {
    Hashed(RangeInclusive<u64>),
    Literal(Vec<u8>),
}

impl Contents {
    /// Reads a manifest, whose signature is not checked, and the objects it names. `object` is asked for each of them by
    /// its SHA-256.
    ///
    /// # Errors
    /// The variants of [`Error`] for manifests and objects, [`Error::ObjectMissing`] for one that `object` does not have.
    pub fn read(
        manifest: &[u8],
        object: &mut dyn FnMut(&[u8; 32]) -> Option<Vec<u8>>,
    ) -> Result<Self, Error> {
        let (_, manifest) = Manifest::open_unverified(manifest)?;
        let mut fetch = |name: &ObjectName| -> Result<Arc<Object>, Error> {
            let bytes = object(&name.sha256).ok_or(Error::ObjectMissing)?;
            let bytes = Some(bytes).filter(|bytes| name.names(bytes)).ok_or(Error::ObjectMismatch)?;
            Object::open(*name, bytes).map(Arc::new)
        };
        let base: Vec<_> = manifest.objects.iter().map(&mut fetch).collect::<Result<_, _>>()?;
        let mut state = State::new(base);
        let (from, to) = (manifest.fields.base.version, manifest.fields.edition.version);
        for at in route(&manifest.deltas, from, to).map(|route| route.deltas).unwrap_or_default() {
            let fetched = manifest.deltas.get(at).and_then(|delta| delta.object);
            let fetched = fetched.map(|name| fetch(&name)).transpose()?;
            let fetched = fetched.as_ref().and_then(|object| object.delta());
            state = state.apply(fetched.or_else(|| manifest.carried(at)).ok_or(Error::ObjectMissing)?)?;
        }
        let names = manifest.dimensions.iter().map(|live| (live.dimension, live.name().into())).collect();
        Ok(Self { salt: manifest.fields.salt, names, state: state.fold(&manifest.fields.base)? })
    }

    fn name(&self, dimension: Dimension) -> String {
        self.names.get(&dimension).cloned().unwrap_or_else(|| name_of(dimension))
    }

    /// How many entries each dimension has; single tokens are `token`.
    pub fn counts(&self) -> BTreeMap<String, u64> {
        let cut_offs = self.state.cut_offs();
        let mut counts =
            cut_offs.map(|it| by_dimension(it, &|dimension| self.name(dimension))).unwrap_or_default();
        let tokens = self.state.tokens().map_or(0, |tokens| u64::from(tokens.entries()));
        if tokens != 0 {
            counts.insert("token".into(), tokens);
        }
        counts
    }

    /// How it changed on the way to a later edition, by dimension; `None` when that has another salt, under which nothing
    /// can be compared. Where the universes differ, one comparison in some two billion mistakes two entries for one.
    pub fn compare(&self, later: &Self) -> Option<BTreeMap<String, Difference>> {
        if self.salt != later.salt {
            return None;
        }
        let (mut before, mut after) = (self.listed(), later.listed());
        let mut names: Vec<String> = before.keys().chain(after.keys()).cloned().collect();
        names.sort_unstable();
        names.dedup();
        let difference = |name: String| {
            let lists = [before.remove(&name).unwrap_or_default(), after.remove(&name).unwrap_or_default()];
            (name, Difference::of(lists))
        };
        Some(names.into_iter().map(difference).collect())
    }

    /// Every entry by dimension.
    fn listed(&self) -> BTreeMap<String, Vec<Listed>> {
        let mut listed: BTreeMap<String, Vec<Listed>> = BTreeMap::new();
        for fragments in self.state.tokens().into_iter().flat_map(|tokens| tokens.fragments()) {
            listed.entry("token".into()).or_default().push((Place::Hashed(fragments), 0));
        }
        let Some(cut_offs) = self.state.cut_offs() else { return listed };
        for (dimension, fragments, time) in cut_offs.listed() {
            listed.entry(self.name(dimension)).or_default().push((Place::Hashed(fragments), time));
        }
        for (key, time) in cut_offs.listed_literals().into_records() {
            let Some(dimension) = Dimension::from_number(key.number) else { continue };
            let place = Place::Literal([key.issuer.as_slice(), &key.value].concat());
            listed.entry(self.name(dimension)).or_default().push((place, time));
        }
        listed
    }
}

impl Place {
    /// Before, the same as, or after another: fragments that can be one are the same.
    fn order(&self, other: &Self) -> core::cmp::Ordering {
        match (self, other) {
            (Self::Hashed(one), Self::Hashed(other)) if one.end() < other.start() => {
                core::cmp::Ordering::Less
            }
            (Self::Hashed(one), Self::Hashed(other)) if one.start() > other.end() => {
                core::cmp::Ordering::Greater
            }
            (Self::Literal(one), Self::Literal(other)) => one.cmp(other),
            _ => core::cmp::Ordering::Equal,
        }
    }

    fn start(&self) -> (u64, &[u8]) {
        match self {
            Self::Hashed(fragments) => (*fragments.start(), &[]),
            Self::Literal(value) => (0, value),
        }
    }
}

impl Difference {
    fn of(mut lists: [Vec<Listed>; 2]) -> Self {
        for list in &mut lists {
            list.sort_by(|(one, _), (other, _)| one.start().cmp(&other.start()));
        }
        let [before, after] = lists;
        let (mut before, mut after) = (before.into_iter().peekable(), after.into_iter().peekable());
        let mut difference = Self::default();
        while let (Some((one, earlier)), Some((other, later))) = (before.peek(), after.peek()) {
            match one.order(other) {
                core::cmp::Ordering::Less => {
                    difference.removed += 1;
                    before.next();
                }
                core::cmp::Ordering::Greater => {
                    difference.added += 1;
                    after.next();
                }
                core::cmp::Ordering::Equal => {
                    difference.changed += u64::from(earlier != later);
                    before.next();
                    after.next();
                }
            }
        }
        difference.removed += u64::try_from(before.count()).unwrap_or(u64::MAX);
        difference.added += u64::try_from(after.count()).unwrap_or(u64::MAX);
        difference
    }
}
