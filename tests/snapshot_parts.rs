//! A publication in parts: the same answers as the whole, updates of several parts at once, and what must fail.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod snapshot_support;

use proptest::prelude::*;
use proptest::sample::select;
use rescind::{
    Coverage, Dimension, Entry, Error, Freshness, HighWater, NotCovered, Part, PartName, Profile,
    RevocationStatus, Shard, ShardMap,
};
use snapshot_support::*;

// --- one publication, all of its parts

/// Every part of an edition with 2^`shard_bits` shards.
struct Parts {
    publisher: Publisher,
    shard_bits: u8,
    entries: Vec<Entry>,
}

impl Parts {
    fn new(shard_bits: u8, entries: &[Entry]) -> Self {
        Self { publisher: publisher(), shard_bits, entries: entries.into() }
    }

    fn map(&self) -> ShardMap {
        let parameters = &self.publisher.parameters;
        ShardMap::new(parameters.salt, self.shard_bits).declaring(&parameters.declared)
    }

    /// The part that a name stands for, with the entries that live there.
    fn publication(&self, name: PartName) -> rescind::Publication {
        let shard_bits = self.shard_bits;
        let part = match name {
            PartName::Whole => Part::Whole { shard_bits },
            PartName::Common => Part::Common { shard_bits },
            PartName::Shard(shard) => Part::Shard { shard_bits: shard.bits(), number: shard.number() },
        };
        let mut publisher = self.publisher.clone();
        publisher.parameters.part = part;
        let map = self.map();
        let lives = |entry: &&Entry| name == PartName::Whole || map.part_of(entry) == part;
        let entries: Vec<Entry> = self.entries.iter().filter(lives).cloned().collect();
        publisher.publish(&entries)
    }

    fn shards(&self) -> impl Iterator<Item = PartName> + use<> {
        let bits = self.shard_bits;
        (0..1_u16 << bits).filter_map(move |number| Some(PartName::Shard(Shard::new(bits, number)?)))
    }

    fn shard_of(&self, subject: &str) -> PartName {
        PartName::Shard(self.map().shard(ISSUER, subject).unwrap())
    }

    fn offer(&self, coverage: &mut Coverage, name: PartName) -> Result<(), Error> {
        offer(coverage, name, &self.publication(name))
    }

    /// Offers these parts and commits them together.
    fn load(&self, coverage: &mut Coverage, names: &[PartName]) -> Result<(), Error> {
        names.iter().try_for_each(|&name| self.offer(coverage, name))?;
        coverage.commit(names)
    }

    /// A verifier that holds the common part and every shard.
    fn all(&self) -> Coverage {
        let mut coverage = empty(Profile::Parts);
        let names: Vec<PartName> = [PartName::Common].into_iter().chain(self.shards()).collect();
        self.load(&mut coverage, &names).unwrap();
        coverage
    }

    fn whole(&self) -> Coverage {
        let mut coverage = empty(Profile::Whole);
        self.load(&mut coverage, &[PartName::Whole]).unwrap();
        coverage
    }
}

fn publisher() -> Publisher {
    let mut publisher = Publisher::new();
    publisher.parameters.declared = vec![
        declared_dimension(8, "device", &[&["device"], &["sub"]], None),
        declared_dimension(9, "account", &[&["account", "sub"]], None),
        declared_dimension(20, "version", &[&["sub"]], Some("gen")),
    ];
    publisher
}

const DEVICE: Dimension = Dimension::Declared(8);
const ACCOUNT: Dimension = Dimension::Declared(9);
const VERSION: Dimension = Dimension::Declared(20);

fn empty(profile: Profile) -> Coverage {
    Coverage::new(profile, &Publisher::new().options(), None).unwrap()
}

fn offer(coverage: &mut Coverage, name: PartName, publication: &rescind::Publication) -> Result<(), Error> {
    let plan = coverage.offer_manifest(name, &publication.manifest, NOW)?;
    for needed in plan.needed {
        let object = publication.objects.iter().find(|object| object.sha256 == needed.sha256).unwrap();
        coverage.offer_object(name, object.bytes.clone())?;
    }
    Ok(())
}

fn of_subject(token_id: &str, subject: &str) -> Entry {
    let (issuer, subject) = (ISSUER.into(), Some(subject.into()));
    Entry::Token { issuer, token_id: token_id.into(), expires_at: Some(ISSUED_AT + 900), subject }
}

fn session_of(value: &str, subject: &str, not_before: u64) -> Entry {
    let (issuer, values, subject) = (ISSUER.into(), vec![value.into()], Some(subject.into()));
    Entry::CutOff { dimension: Dimension::Session, issuer, values, not_before, subject }
}

fn sub(subject: &str) -> Token {
    Token::new().claim("sub", &[subject])
}

fn status(coverage: &Coverage, token: &Token) -> RevocationStatus {
    token.status_of(coverage, NOW)
}

fn not_loaded(name: PartName) -> RevocationStatus {
    let PartName::Shard(shard) = name else { panic!("{name} is no shard") };
    RevocationStatus::NotCovered(NotCovered::ShardNotLoaded(shard))
}

fn wrong_part<T: std::fmt::Debug>(found: Result<T, Error>) -> String {
    match found {
        Err(error @ Error::ManifestPart { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

const T: u64 = ISSUED_AT + 1;
const SUBJECTS: [&str; 5] = ["alice", "bob", "carol", "dave", ""];

// --- the same answers

fn subject() -> impl Strategy<Value = String> {
    select(&SUBJECTS[..]).prop_map(Into::into)
}

fn word() -> impl Strategy<Value = String> {
    select(&["a", "b", "c"][..]).prop_map(Into::into)
}

/// Entries of every kind; where a subject is told it is the one of the token that `of` a subject bears this id.
fn entry() -> impl Strategy<Value = Entry> {
    let time = select(&[ISSUED_AT - 1, ISSUED_AT, T][..]);
    let dimension = select(&Dimension::BUILT_IN[..]).prop_union(select(&[DEVICE, ACCOUNT, VERSION][..]));
    (subject(), word(), any::<bool>(), any::<bool>(), dimension, time).prop_map(
        |(subject, word, is_token, is_known, dimension, time)| {
            let issuer = String::from(ISSUER);
            let own = format!("{word} of {subject}");
            let known = is_known.then(|| subject.clone());
            if is_token {
                return Entry::Token { issuer, token_id: own, expires_at: None, subject: known };
            }
            let values = match dimension {
                Dimension::Issuer => vec![issuer.clone()],
                Dimension::Session => vec![own],
                Dimension::SubjectClient => vec![subject, word],
                DEVICE => vec![word, subject],
                Dimension::Subject | ACCOUNT | VERSION => vec![subject],
                _ => vec![word],
            };
            let not_before = if dimension == VERSION { time % 4 } else { time };
            Entry::CutOff { dimension, issuer, values, not_before, subject: known }
        },
    )
}

fn bearer() -> impl Strategy<Value = Token> {
    (proptest::option::of(subject()), word(), word(), word(), 0_u64..4).prop_map(
        |(subject, id, session, value, generation)| {
            let owner = subject.clone().unwrap_or_else(|| "nobody".into());
            let token = Token::new().id(&format!("{id} of {owner}")).key(&value);
            let token = token.claim("sid", &[&format!("{session} of {owner}")]).claim("azp", &[&value]);
            let token =
                token.claim("org_id", &[&value]).claim("device", &[&value]).integer("gen", generation);
            subject.iter().fold(token, |token, subject| token.claim("sub", &[subject]))
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whole_and_parts_say_the_same_of_every_token(
        entries in proptest::collection::vec(entry(), 0..25),
        tokens in proptest::collection::vec(bearer(), 12),
        shard_bits in 0..=6_u8,
    ) {
        let parts = Parts::new(shard_bits, &entries);
        let (whole, all) = (parts.whole(), parts.all());
        for token in &tokens {
            prop_assert_eq!(status(&whole, token), status(&all, token), "{:?}", token);
        }
        let sum = all.report().unwrap().entries();
        prop_assert!(sum >= whole.report().unwrap().entries());
    }

    /// A device that follows its own subject alone answers what the whole answers, or that it cannot.
    #[test]
    fn one_shard_is_enough_for_its_subject(
        entries in proptest::collection::vec(entry(), 0..25),
        tokens in proptest::collection::vec(bearer(), 12),
        shard_bits in 1..=6_u8,
        own in subject(),
    ) {
        let parts = Parts::new(shard_bits, &entries);
        let (whole, mut device) = (parts.whole(), empty(Profile::Parts));
        let shard = parts.shard_of(&own);
        parts.load(&mut device, &[PartName::Common, shard]).unwrap();
        for token in &tokens {
            let (expected, found) = (status(&whole, token), status(&device, token));
            match found {
                RevocationStatus::NotCovered(NotCovered::ShardNotLoaded(missing)) => {
                    prop_assert_ne!(PartName::Shard(missing), shard);
                }
                found if token.subject().is_none_or(|subject| parts.shard_of(subject) == shard) => {
                    prop_assert_eq!(expected, found);
                }
                found => {
                    // What the common part says already is told; the shard may say something stricter.
                    let are_refused = [&found, &expected]
                        .into_iter()
                        .all(|status| matches!(status, RevocationStatus::Revoked { .. }));
                    prop_assert!(are_refused, "{:?} {:?}", found, expected);
                }
            }
        }
    }
}

#[test]
fn entry_lives_in_the_shard_of_its_subject_or_in_the_common_part() {
    let parts = Parts::new(6, &[]);
    let (map, alice) = (parts.map(), parts.shard_of("alice"));
    let tied = [
        of_subject("a", "alice"),
        session_of("s", "alice", T),
        cut_off(Dimension::Subject, "alice", T),
        tuple_cut_off(Dimension::SubjectClient, &["alice", "app"], T),
        tuple_cut_off(DEVICE, &["phone", "alice"], T),
        cut_off(VERSION, "alice", 3),
    ];
    for entry in tied {
        assert_eq!(map.part_of(&entry).name(), alice, "{entry:?}");
    }
    let untied = [
        token("a", None),
        cut_off(Dimension::Session, "s", T),
        cut_off(Dimension::Client, "alice", T),
        cut_off(Dimension::Organization, "alice", T),
        cut_off(Dimension::Key, "alice", T),
        cut_off(Dimension::Issuer, ISSUER, T),
        cut_off(ACCOUNT, "alice", T),
        Entry::CutOff {
            dimension: Dimension::Client,
            issuer: ISSUER.into(),
            values: vec!["app".into()],
            not_before: T,
            subject: Some("alice".into()),
        },
    ];
    for entry in untied {
        assert_eq!(map.part_of(&entry), Part::Common { shard_bits: 6 }, "{entry:?}");
    }
    let none = ShardMap::new([7; 16], 0);
    assert_eq!(none.part_of(&of_subject("a", "alice")), Part::Common { shard_bits: 0 });
    assert_eq!(none.shard(ISSUER, "alice"), None);
}

#[test]
fn entry_of_another_shard_is_not_written() {
    let parts = Parts::new(6, &[]);
    let PartName::Shard(shard) = parts.shard_of("alice") else { panic!() };
    let mut publisher = parts.publisher.clone();
    publisher.parameters.part = Part::Shard { shard_bits: 6, number: shard.number() ^ 1 };
    let sign = &mut |message: &[u8]| ed25519_dalek::Signer::sign(&publisher.key, message).to_bytes();
    let mut refused = |entry| {
        rescind::publish(&[entry], &publisher.parameters, publisher.public_key(), sign)
            .unwrap_err()
            .to_string()
    };
    let expected = "entry: expected an entry of a subject of this shard";
    assert_eq!(refused(of_subject("a", "alice")), expected);
    assert_eq!(refused(token("a", None)), expected);
}

// --- what is not loaded

#[test]
fn missing_shard_is_named_and_the_common_part_still_revokes() {
    let parts = Parts::new(4, &[of_subject("a", "alice"), cut_off(Dimension::Client, "app", T)]);
    let alice = parts.shard_of("alice");
    let mut coverage = empty(Profile::Parts);
    assert_eq!(coverage.shard_for(ISSUER, "alice"), None);
    parts.load(&mut coverage, &[PartName::Common]).unwrap();
    assert_eq!(coverage.shard_for(ISSUER, "alice").map(PartName::Shard), Some(alice));
    let revoked = sub("alice").id("a");
    assert_eq!(status(&coverage, &revoked), not_loaded(alice));
    assert_eq!(status(&coverage, &sub("alice").claim("azp", &["app"])), cut_off_at(Dimension::Client, T));
    assert_eq!(status(&coverage, &Token::new().id("a")), RevocationStatus::NotRevoked);
    parts.load(&mut coverage, &[alice]).unwrap();
    assert_eq!(status(&coverage, &revoked), token_revoked());
    assert_eq!(coverage.report().unwrap().parts(), [PartName::Common, alice]);
    let PartName::Shard(shard) = alice else { panic!() };
    coverage.drop_shard(shard);
    assert_eq!(status(&coverage, &revoked), not_loaded(alice));
    assert_eq!(coverage.report().unwrap().parts(), [PartName::Common]);
}

#[test]
fn shard_without_a_common_part_is_not_committed() {
    let parts = Parts::new(2, &[of_subject("a", "alice")]);
    let alice = parts.shard_of("alice");
    let mut coverage = empty(Profile::Parts);
    let text = wrong_part(parts.load(&mut coverage, &[alice]));
    assert!(text.contains("the common part's epoch"), "{text}");
    // It waits: the common part brings it along.
    parts.offer(&mut coverage, PartName::Common).unwrap();
    coverage.commit(&[PartName::Common, alice]).unwrap();
    assert_eq!(status(&coverage, &sub("alice").id("a")), token_revoked());
}

// --- wrong parts

#[test]
fn manifest_of_another_part_is_refused() {
    let parts = Parts::new(3, &[of_subject("a", "alice"), token("b", None)]);
    let shard = |bits, number| PartName::Shard(Shard::new(bits, number).unwrap());
    let mut coverage = parts.all();
    let other_bits = Parts::new(4, &parts.entries);
    for (asked, got) in [
        (PartName::Common, PartName::Whole),
        (PartName::Common, shard(3, 1)),
        (shard(3, 1), shard(3, 2)),
        (shard(3, 1), PartName::Common),
        (shard(3, 1), PartName::Whole),
    ] {
        let found = coverage.offer_manifest(asked, &parts.publication(got).manifest, NOW);
        assert_eq!(wrong_part(found), format!("manifest is of {got}, expected {asked}"));
    }
    let found = coverage.offer_manifest(shard(3, 1), &other_bits.publication(shard(4, 1)).manifest, NOW);
    assert_eq!(wrong_part(found), "manifest is of 4-1, expected 3-1");
    let mut whole = parts.whole();
    let found = whole.offer_manifest(PartName::Whole, &parts.publication(PartName::Common).manifest, NOW);
    assert_eq!(wrong_part(found), "manifest is of common, expected whole");
}

/// Genuine objects, each of another part.
#[test]
fn objects_of_another_part_are_no_objects_of_this_one() {
    let entries: Vec<Entry> = SUBJECTS.iter().map(|subject| of_subject("a", subject)).collect();
    let parts = Parts::new(2, &[&entries[..], &[token("b", None)]].concat());
    let mut coverage = empty(Profile::Parts);
    let names: Vec<PartName> =
        [PartName::Common, PartName::Whole].into_iter().chain(parts.shards()).collect();
    for &name in names.iter().filter(|&&name| name != PartName::Whole) {
        let plan = coverage.offer_manifest(name, &parts.publication(name).manifest, NOW).unwrap();
        for object in names.iter().flat_map(|&other| parts.publication(other).objects) {
            if !plan.base.contains(&object.sha256) && !plan.needed.is_empty() {
                assert_eq!(coverage.offer_object(name, object.bytes), Err(Error::ObjectMismatch));
            }
        }
    }
    assert_eq!(coverage.commit(&[PartName::Common]), Err(Error::ObjectMissing));
    assert!(coverage.report().is_none());
}

/// Whoever has no key cannot relabel a genuine manifest either.
#[test]
fn manifest_under_the_name_of_another_part_is_refused() {
    let parts = Parts::new(2, &[of_subject("a", "alice")]);
    for (name, relabelled) in [(PartName::Whole, 1), (PartName::Common, 0), (parts.shard_of("alice"), 1)] {
        let mut manifest = parts.publication(name).manifest;
        manifest[10] = relabelled;
        (manifest[12], manifest[13]) = (0, 0);
        let (profile, asked) = match relabelled {
            0 => (Profile::Whole, PartName::Whole),
            _ => (Profile::Parts, PartName::Common),
        };
        let found = empty(profile).offer_manifest(asked, &manifest, NOW);
        assert_eq!(found, Err(Error::ManifestSignatureInvalid));
    }
}

#[test]
fn part_that_the_profile_does_not_take_is_refused() {
    let parts = Parts::new(1, &[]);
    let shard = PartName::Shard(Shard::new(1, 0).unwrap());
    let cases =
        [(Profile::Whole, PartName::Common), (Profile::Whole, shard), (Profile::Parts, PartName::Whole)];
    for (profile, part) in cases {
        let mut coverage = empty(profile);
        let found = coverage.offer_manifest(part, &parts.publication(part).manifest, NOW);
        assert!(matches!(found, Err(Error::PolicyInvalid { option: "part", .. })), "{found:?}");
        assert_eq!(coverage.offer_object(part, vec![]), Err(Error::ObjectUnexpected));
        assert_eq!(coverage.high_water(part), None);
        assert!(coverage.report().is_none());
    }
}

/// An old genuine shard beside a new common part, and the other way round.
#[test]
fn shard_of_another_epoch_salt_or_number_is_not_mixed_in() {
    let entries = [of_subject("a", "alice"), of_subject("b", "bob")];
    let parts = Parts::new(3, &entries);
    let mut renewed = Parts::new(3, &entries);
    renewed.publisher.parameters.edition.epoch = 2;
    let mut salted = Parts::new(3, &entries);
    salted.publisher.parameters.salt = [9; 16];
    let split = Parts::new(4, &entries);
    let mut coverage = empty(Profile::Parts);
    let alice = parts.shard_of("alice");
    parts.load(&mut coverage, &[PartName::Common, alice]).unwrap();
    for other in [&renewed, &salted, &split] {
        let mut other_coverage = empty(Profile::Parts);
        other.load(&mut other_coverage, &[PartName::Common]).unwrap();
        wrong_part(parts.load(&mut other_coverage, &[alice]));
        let foreign = other.shard_of("bob");
        other.offer(&mut coverage, foreign).unwrap();
        wrong_part(coverage.commit(&[foreign]));
        assert_eq!(status(&coverage, &sub("alice").id("a")), token_revoked());
        coverage.abandon(foreign);
    }
}

#[test]
fn common_part_of_another_epoch_alone_ends_what_the_old_shards_say() {
    let parts = Parts::new(3, &[of_subject("a", "alice")]);
    let mut renewed = Parts::new(3, &parts.entries);
    renewed.publisher = renewed.publisher.epoch(2);
    let mut coverage = parts.all();
    renewed.load(&mut coverage, &[PartName::Common]).unwrap();
    assert_eq!(status(&coverage, &sub("alice").id("a")), not_loaded(parts.shard_of("alice")));
    assert_eq!(coverage.report().unwrap().parts(), [PartName::Common]);
}

// --- several parts at once

#[test]
fn number_of_shards_grows_and_shrinks_without_a_gap() {
    let entries: Vec<Entry> = SUBJECTS.iter().map(|subject| of_subject("a", subject)).collect();
    let mut parts = Parts::new(0, &entries);
    let mut coverage = empty(Profile::Parts);
    parts.load(&mut coverage, &[PartName::Common]).unwrap();
    let all_revoked = |coverage: &Coverage| {
        SUBJECTS.iter().all(|subject| status(coverage, &sub(subject).id("a")) == token_revoked())
            && status(coverage, &sub("alice").id("other")) == RevocationStatus::NotRevoked
    };
    assert!(all_revoked(&coverage));
    for (epoch, shard_bits) in [(2, 3), (3, 6), (4, 1), (5, 0), (6, 2)] {
        let publisher = parts.publisher.clone().epoch(epoch);
        parts = Parts { publisher, shard_bits, entries: entries.clone() };
        // The shards are published first.
        let mut names: Vec<PartName> = parts.shards().collect();
        for &name in &names {
            parts.offer(&mut coverage, name).unwrap();
            assert!(all_revoked(&coverage), "{shard_bits}");
            wrong_part(coverage.commit(&[name]));
        }
        parts.offer(&mut coverage, PartName::Common).unwrap();
        let next = SUBJECTS.map(|subject| coverage.shard_for(ISSUER, subject));
        assert!(next.iter().all(|shard| shard.map_or(0, Shard::bits) == shard_bits));
        assert!(all_revoked(&coverage));
        names.push(PartName::Common);
        coverage.commit(&names).unwrap();
        assert!(all_revoked(&coverage), "{shard_bits}");
        assert_eq!(coverage.report().unwrap().parts().len(), names.len());
    }
}

#[test]
fn parts_are_committed_all_or_none() {
    let parts = Parts::new(2, &[of_subject("a", "alice"), of_subject("b", "bob"), token("c", None)]);
    let mut coverage = parts.all();
    let mut next = Parts::new(2, &[of_subject("x", "alice"), token("y", None)]);
    next.publisher = next.publisher.version(2);
    let alice = parts.shard_of("alice");
    let before = coverage.report().unwrap();
    next.offer(&mut coverage, alice).unwrap();
    coverage.offer_manifest(PartName::Common, &next.publication(PartName::Common).manifest, NOW).unwrap();
    assert_eq!(coverage.commit(&[alice, PartName::Common]), Err(Error::ObjectMissing));
    assert_eq!(
        coverage.commit(&[alice, PartName::Shard(Shard::new(5, 0).unwrap())]),
        Err(Error::ObjectMissing)
    );
    assert_eq!(coverage.report().unwrap(), before);
    assert_eq!(status(&coverage, &sub("alice").id("a")), token_revoked());
    next.offer(&mut coverage, PartName::Common).unwrap();
    coverage.commit(&[alice, PartName::Common, alice]).unwrap();
    assert_eq!(status(&coverage, &sub("alice").id("a")), RevocationStatus::NotRevoked);
    assert_eq!(status(&coverage, &sub("alice").id("y")), token_revoked());
}

// --- rollback and freeze, part by part

#[test]
fn each_part_is_kept_from_going_backwards() {
    let parts = Parts::new(2, &[of_subject("a", "alice")]);
    let mut newer = Parts::new(2, &parts.entries);
    newer.publisher = newer.publisher.version(3);
    let mut coverage = newer.all();
    let alice = parts.shard_of("alice");
    for name in [PartName::Common, alice] {
        let found = coverage.offer_manifest(name, &parts.publication(name).manifest, NOW);
        assert!(matches!(found, Err(Error::ManifestRolledBack { .. })), "{found:?}");
    }
    // Also when the shard was dropped meanwhile.
    let PartName::Shard(shard) = alice else { panic!() };
    coverage.drop_shard(shard);
    let found = coverage.offer_manifest(alice, &parts.publication(alice).manifest, NOW);
    assert!(matches!(found, Err(Error::ManifestRolledBack { .. })), "{found:?}");
    newer.load(&mut coverage, &[alice]).unwrap();
    // Versions of two parts have nothing to do with each other.
    let mut ahead = Parts::new(2, &parts.entries);
    ahead.publisher = ahead.publisher.version(9);
    ahead.load(&mut coverage, &[alice]).unwrap();
    newer.offer(&mut coverage, PartName::Common).unwrap();
    assert_eq!(status(&coverage, &sub("alice").id("a")), token_revoked());
}

#[test]
fn mark_of_a_part_outlives_a_restart_and_counts_for_that_part_alone() {
    let parts = Parts::new(2, &[of_subject("a", "alice")]);
    let mut newer = Parts::new(2, &parts.entries);
    newer.publisher = newer.publisher.version(3);
    let alice = parts.shard_of("alice");
    let stored = newer.all().high_water(alice).unwrap().to_bytes();
    let mark = HighWater::from_bytes(&stored).unwrap();
    let mut coverage = empty(Profile::Parts);
    let other = PartName::Shard(Shard::new(2, 3).unwrap());
    let other = if other == alice { PartName::Shard(Shard::new(2, 2).unwrap()) } else { other };
    for name in [PartName::Common, other] {
        coverage.restore_high_water(name, mark.clone());
        parts.offer(&mut coverage, name).unwrap();
    }
    coverage.restore_high_water(alice, mark.clone());
    assert_eq!(coverage.high_water(alice), Some(mark));
    let found = coverage.offer_manifest(alice, &parts.publication(alice).manifest, NOW);
    assert!(matches!(found, Err(Error::ManifestRolledBack { .. })), "{found:?}");
    newer.offer(&mut coverage, alice).unwrap();
}

#[test]
fn oldest_part_decides_how_fresh_an_answer_is() {
    let parts = Parts::new(2, &[of_subject("a", "alice")]);
    let (alice, bob) = (parts.shard_of("alice"), parts.shard_of("carol"));
    assert_ne!(alice, bob);
    let mut coverage = parts.all();
    let mut later = Parts::new(2, &parts.entries);
    later.publisher = later.publisher.version(2).later(50);
    // Whoever withholds one shard cannot hide that behind the others.
    let fresh: Vec<PartName> =
        [PartName::Common].into_iter().chain(later.shards()).filter(|&name| name != alice).collect();
    later.load(&mut coverage, &fresh).unwrap();
    let at = |seconds| rescind::UnixTime::from_seconds(ISSUED_AT + seconds);
    let report = coverage.report().unwrap();
    assert_eq!((report.issued_at(), report.next_update()), (ISSUED_AT, ISSUED_AT + 300));
    assert_eq!(report.freshness(at(299)), Freshness::Fresh);
    assert_eq!(report.freshness(at(300)), Freshness::Stale);
    assert_eq!(report.freshness(at(3_600)), Freshness::Expired);
    let expired = RevocationStatus::NotCovered(NotCovered::Expired);
    assert_eq!(sub("alice").status_of(&coverage, at(3_600)), expired);
    assert_eq!(sub("alice").id("a").status_of(&coverage, at(3_600)), token_revoked());
    assert_eq!(sub("carol").status_of(&coverage, at(3_649)), RevocationStatus::NotRevoked);
    assert_eq!(Token::new().status_of(&coverage, at(3_649)), RevocationStatus::NotRevoked);
    assert_eq!(sub("carol").status_of(&coverage, at(3_650)), expired);
}

#[test]
fn signed_time_of_one_part_binds_the_clock_of_all() {
    let parts = Parts::new(2, &[of_subject("a", "alice")]);
    let mut coverage = parts.all();
    let mut later = Parts::new(2, &parts.entries);
    later.publisher = later.publisher.version(2).later(4_000);
    let alice = parts.shard_of("alice");
    let at = rescind::UnixTime::from_seconds(ISSUED_AT + 4_000);
    coverage.offer_manifest(alice, &later.publication(alice).manifest, at).unwrap();
    assert_eq!(coverage.time_floor(), at);
    assert_eq!(sub("carol").status_of(&coverage, NOW), RevocationStatus::NotCovered(NotCovered::Expired));
    let found = coverage.offer_manifest(PartName::Common, &parts.publication(PartName::Common).manifest, NOW);
    assert!(matches!(found, Err(Error::ManifestExpired { .. })), "{found:?}");
}

// --- keys, limits

#[test]
fn one_key_document_counts_for_every_part() {
    let parts = Parts::new(1, &[of_subject("a", "alice")]);
    let mut coverage = parts.all();
    let next = ed25519_dalek::SigningKey::from_bytes(&[7; 32]);
    let replacement = rescind::KeyReplacement {
        tenant: "main".into(),
        number: 1,
        epoch: 0,
        root_key: None,
        publisher_keys: vec![next.verifying_key().to_bytes()],
    };
    let sign = &mut |message: &[u8]| ed25519_dalek::Signer::sign(&parts.publisher.key, message).to_bytes();
    let role = rescind::KeyRole::Publisher;
    let signer = parts.publisher.public_key();
    let document = rescind::replace_keys(None, &replacement, role, signer, sign).unwrap();
    let mut newer = Parts::new(1, &parts.entries);
    newer.publisher = newer.publisher.version(2);
    newer.publisher.key = next;
    let alice = parts.shard_of("alice");
    assert_eq!(newer.offer(&mut coverage, alice), Err(Error::ManifestKeyUnknown));
    assert_eq!(coverage.offer_keys(&document), Ok(1));
    let PartName::Shard(shard) = alice else { panic!() };
    coverage.drop_shard(shard);
    newer.load(&mut coverage, &[alice, PartName::Common]).unwrap();
    let found = coverage.offer_manifest(alice, &parts.publication(alice).manifest, NOW);
    assert_eq!(found, Err(Error::ManifestKeyUnknown));
}

#[test]
fn more_shards_than_the_limit_are_refused_until_one_is_dropped() {
    let parts = Parts::new(7, &[]);
    let mut coverage = empty(Profile::Parts);
    let names: Vec<PartName> = parts.shards().collect();
    let first: Vec<PartName> = [PartName::Common].into_iter().chain(names[..64].iter().copied()).collect();
    parts.load(&mut coverage, &first).unwrap();
    let too_many =
        |found: &Result<(), Error>| matches!(found, Err(Error::PolicyInvalid { option: "part", .. }));
    assert!(too_many(&parts.load(&mut coverage, &names[64..65])));
    let PartName::Shard(shard) = names[0] else { panic!() };
    coverage.drop_shard(shard);
    coverage.commit(&names[64..65]).unwrap();
    // Updates in progress are bounded as well.
    let mut newer = Parts::new(7, &[]);
    newer.publisher = newer.publisher.version(2);
    names[64..].iter().for_each(|&name| newer.offer(&mut coverage, name).unwrap());
    assert!(too_many(&newer.offer(&mut coverage, names[1])));
    newer.offer(&mut coverage, names[127]).unwrap();
    coverage.abandon(names[127]);
    newer.offer(&mut coverage, names[1]).unwrap();
}

/// A device pays for its own shard, however much is revoked.
#[test]
fn device_holds_a_small_part_of_what_is_revoked() {
    let entries: Vec<Entry> = (0..20_000).map(|n| of_subject(&n.to_string(), &format!("user {n}"))).collect();
    let parts = Parts::new(8, &entries);
    let mut device = empty(Profile::Parts);
    parts.load(&mut device, &[PartName::Common, parts.shard_of("user 7")]).unwrap();
    let (held, whole) = (device.report().unwrap(), parts.whole().report().unwrap());
    assert!(held.entries() < 160 && held.bytes() < 2_000, "{held:?}");
    assert!(whole.entries() > 19_990 && whole.bytes() > 80_000, "{whole:?}");
    assert_eq!(status(&device, &sub("user 7").id("7")), token_revoked());
}

#[test]
fn plan_tells_the_wish_to_wait_and_what_the_edition_is_loaded_from() {
    let mut parts = Parts::new(1, &[of_subject("a", "alice"), cut_off(Dimension::Subject, "alice", T)]);
    parts.publisher.parameters.least_wait_seconds = 90;
    let alice = parts.shard_of("alice");
    let publication = parts.publication(alice);
    let mut coverage = empty(Profile::Parts);
    let plan = coverage.offer_manifest(alice, &publication.manifest, NOW).unwrap();
    assert_eq!(plan.least_wait_seconds, 90);
    assert_eq!(plan.base, publication.objects.iter().map(|object| object.sha256).collect::<Vec<_>>());
    assert_eq!(publication.objects.len(), 2);
}
