//! Millions of look-ups against plain sets and maps, over bases, overlays of up to a quarter, folds and epochs: no
//! false negative ever, no other cut-off than the strictest, and false positives as rare as they have to be.
//!
//! `RESCIND_CHECKS` says how many (`cargo xtask oracle --checks`).
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod snapshot_support;

use std::collections::{HashMap, HashSet};
use std::thread;

use rescind::{Dimension, Entry, Headroom, Identity, RevocationStatus, Subscription};
use snapshot_support::*;

/// Look-ups of a run that is asked for no other number.
const CHECKS: u64 = 10_000_000;

/// Tokens of a base, few enough that a quarter more does not make a new base due; as many again are never revoked.
const TOKENS: u32 = 1_600;

/// Values of each dimension with a cut-off at first; as many again have none.
const VALUES: u32 = 60;

/// Editions over a base, each of a twentieth of it.
const OVERLAYS: u32 = 5;

/// The dimensions of a value, with the claim that holds it.
const DIMENSIONS: [(Dimension, &str); 4] = [
    (Dimension::Subject, "sub"),
    (Dimension::Session, "sid"),
    (Dimension::Client, "client_id"),
    (Dimension::Organization, "org_id"),
];

/// Numbers that look random: SplitMix64.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, end: u32) -> u32 {
        u32::try_from(self.next() % u64::from(end)).unwrap()
    }
}

/// The publisher's set, and the same as sets and maps.
struct World {
    random: Random,
    series: Series,
    follower: Subscription,
    names: Vec<String>,
    tokens: HashSet<u32>,
    cut_offs: HashMap<(usize, u32), u64>,
    false_positives: u64,
}

/// At the edges of buckets of any width, one second before and after; a tenth is told as unknown.
fn expiry(id: u32) -> u64 {
    let edge = ISSUED_AT / 4_096 * 4_096 + u64::from(id / 3 % 56) * 64;
    edge + u64::from(id % 3) - 1
}

fn token_entry(name: &str, id: u32) -> Entry {
    token(name, (!id.is_multiple_of(10)).then(|| expiry(id)))
}

impl World {
    fn new(seed: u64) -> Self {
        let mut random = Random(seed);
        let names = (0..2 * TOKENS).map(|n| format!("{seed}-{n}")).collect();
        let mut world = Self {
            series: series(1, &[]),
            follower: Publisher::new().subscription(),
            tokens: HashSet::new(),
            cut_offs: HashMap::new(),
            false_positives: 0,
            names,
            random: Random(random.next()),
        };
        world.tokens.extend(0..TOKENS);
        for value in 0..VALUES {
            for dimension in 0..DIMENSIONS.len() {
                let time = world.time();
                world.cut_offs.insert((dimension, value), time);
            }
        }
        world
    }

    fn time(&mut self) -> u64 {
        ISSUED_AT - 5 + u64::from(self.random.below(10))
    }

    fn cut_off_entry(&self, (dimension, value): (usize, u32)) -> Entry {
        cut_off(DIMENSIONS[dimension].0, &self.names[index(value)], self.cut_offs[&(dimension, value)])
    }

    /// Everything anew: another epoch, another salt.
    fn begin(&mut self, epoch: u32) {
        let tokens = self.tokens.iter().map(|&id| token_entry(&self.names[index(id)], id));
        let entries: Vec<Entry> =
            tokens.chain(self.cut_offs.keys().map(|&key| self.cut_off_entry(key))).collect();
        self.series = series(epoch, &entries);
        self.publish();
    }

    /// A twentieth of the tokens and cut-offs come and go.
    fn change(&mut self) {
        for _ in 0..TOKENS / 20 {
            let id = self.random.below(TOKENS + TOKENS / 4);
            let entry = token_entry(&self.names[index(id)], id);
            if self.tokens.insert(id) {
                self.series.publisher.insert(&entry).unwrap();
            } else if self.series.publisher.remove(&entry).unwrap() {
                self.tokens.remove(&id);
            }
        }
        for _ in 0..VALUES / 20 {
            let dimension = index(self.random.below(4));
            let key = (dimension, self.random.below(VALUES + VALUES / 5));
            let time = self.time().max(self.cut_offs.get(&key).copied().unwrap_or(0));
            self.cut_offs.insert(key, time);
            self.series.publisher.insert(&self.cut_off_entry(key)).unwrap();
        }
    }

    /// The follower takes the next edition; the version of the base that it is on.
    fn publish(&mut self) -> u64 {
        let manifest = self.series.publish().manifest;
        self.series.store.load(&mut self.follower, &manifest, NOW).unwrap();
        u64::from_le_bytes(manifest[88..96].try_into().unwrap())
    }

    fn check(&mut self, checks: u64) {
        for _ in 0..checks {
            self.check_one();
        }
    }

    /// A token of an id, with an id of no token, or without; with values of every dimension, or of some.
    fn check_one(&mut self) {
        let bits = self.random.next();
        let id = self.random.below(2 * TOKENS);
        let has_id = bits & 3 != 0;
        let values: [Option<u32>; 4] =
            [8, 11, 14, 17].map(|at| (bits >> at & 7 == 0).then(|| self.random.below(2 * VALUES)));
        let issued_at = (bits >> 4 & 7 != 0).then(|| i64::try_from(self.time()).unwrap());
        let found = self.ask(has_id.then_some(id), &values, issued_at, expiry(id));
        let expected = if has_id && self.tokens.contains(&id) {
            token_revoked()
        } else {
            self.strictest(&values, issued_at)
        };
        if found != expected {
            assert_eq!(expected, RevocationStatus::NotRevoked, "{id} {values:?} {issued_at:?}: {found:?}");
            self.false_positives += 1;
        }
    }

    fn ask(
        &self,
        id: Option<u32>,
        values: &[Option<u32>; 4],
        iat: Option<i64>,
        exp: u64,
    ) -> RevocationStatus {
        let claim = |name: &str, sink: &mut dyn FnMut(&str)| {
            let at = DIMENSIONS.iter().position(|(_, claim)| *claim == name);
            at.and_then(|at| values[at]).into_iter().for_each(|value| sink(&self.names[index(value)]));
        };
        let identity = Identity {
            issuer: ISSUER,
            subject: None,
            key_id: None,
            token_id: id.map(|id| self.names[index(id)].as_str()),
            issued_at: iat,
            expires_at: exp,
            claim: &claim,
            integer: &|_| None,
        };
        self.follower.snapshot().unwrap().status(&identity, NOW)
    }

    fn strictest(&self, values: &[Option<u32>; 4], issued_at: Option<i64>) -> RevocationStatus {
        let rejecting = (0..DIMENSIONS.len()).filter_map(|dimension| {
            let time = *self.cut_offs.get(&(dimension, values[dimension]?))?;
            let rejects = issued_at.is_none_or(|issued_at| issued_at < i64::try_from(time).unwrap());
            rejects.then_some((time, DIMENSIONS.len() - dimension))
        });
        rejecting.max().map_or(RevocationStatus::NotRevoked, |(time, behind)| {
            cut_off_at(DIMENSIONS[DIMENSIONS.len() - behind].0, time)
        })
    }

    /// Epochs of a base, overlays and a fold, with as many checks after each edition.
    fn run(mut self, checks: u64) -> u64 {
        let epochs = checks.div_ceil(3_000_000).max(2);
        let share = checks.div_ceil(epochs * u64::from(OVERLAYS + 2));
        for epoch in 1..=epochs {
            self.begin(epoch.try_into().unwrap());
            self.check(share);
            for _ in 0..OVERLAYS {
                self.change();
                assert_eq!(self.publish(), 1, "every overlay is over the first base");
                self.check(share);
            }
            self.series.publisher.fold_next();
            assert_eq!(self.publish(), u64::from(OVERLAYS) + 2);
            self.check(share);
        }
        self.false_positives
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap()
}

fn series(epoch: u32, entries: &[Entry]) -> Series {
    let room = Headroom { percent: 60, least: 100, from: ISSUED_AT - 4_200, until: ISSUED_AT + 4_200 };
    Series::of_epoch(epoch, room, entries)
}

#[test]
fn millions_of_look_ups_answer_as_sets_and_maps() {
    let checks = std::env::var("RESCIND_CHECKS").map_or(CHECKS, |given| given.parse().unwrap());
    let threads = thread::available_parallelism().map_or(1, |found| u64::try_from(found.get()).unwrap());
    let false_positives: u64 = thread::scope(|scope| {
        let runs: Vec<_> = (0..threads)
            .map(|seed| scope.spawn(move || World::new(seed).run(checks.div_ceil(threads))))
            .collect();
        runs.into_iter().map(|run| run.join().unwrap()).sum()
    });
    println!("report: {checks} look-ups, no false negative, {false_positives} false positives");
    // Three look-ups a token on average, each with one in 2^32: far more would be a defect.
    assert!(false_positives <= 3 + checks / (1 << 28), "{false_positives} false positives");
}
