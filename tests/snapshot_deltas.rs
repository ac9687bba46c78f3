//! Updates by deltas: whatever way a verifier takes, it holds what a whole download would give.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod snapshot_support;

use proptest::prelude::*;
use rescind::{Dimension, Entry, Error, ObjectKind, PublishError, RevocationStatus, Subscription};
use sha2::{Digest, Sha256};
use snapshot_support::*;
use std::collections::BTreeMap;

/// Ids `from..to` as tokens that expire over an hour.
fn tokens(from: u64, to: u64) -> Vec<Entry> {
    (from..to).map(|n| token(&n.to_string(), ISSUED_AT + 100 + n * 7919 % 3_500)).collect()
}

fn is_revoked(subscription: &Subscription, n: u64) -> bool {
    let token = Token::new().id(&n.to_string()).expires(ISSUED_AT + 100 + n * 7919 % 3_500);
    token.status(subscription) == token_revoked()
}

fn subscription() -> Subscription {
    Publisher::new().subscription()
}

fn kinds(subscription: &mut Subscription, manifest: &[u8]) -> Vec<ObjectKind> {
    subscription.offer_manifest(manifest, NOW).unwrap().needed.iter().map(|needed| needed.kind).collect()
}

#[test]
fn small_delta_comes_with_the_manifest() {
    let mut series = Series::new(headroom(), &tokens(0, 100));
    let first = series.publish();
    let mut subscription = subscription();
    series.store.load(&mut subscription, &first.manifest, NOW).unwrap();
    let second = series.add(&tokens(100, 110));
    assert_eq!((second.objects.len(), second.kept.len(), second.entries), (0, 2, 110));
    assert!(second.manifest.len() < 600, "{}", second.manifest.len());
    assert_eq!(series.store.load(&mut subscription, &second.manifest, NOW), Ok(0));
    assert!((0..110).all(|n| is_revoked(&subscription, n)));
    assert!(!(110..2_000).any(|n| is_revoked(&subscription, n)));
    assert_eq!(subscription.snapshot().unwrap().entries(), 110);
}

#[test]
fn fold_onto_no_cut_offs_drops_what_is_over() {
    let mut series = Series::new(rescind::Headroom { least: 0, ..headroom() }, &tokens(0, 1));
    let mut follower = series.follower();
    for time in [10, 20] {
        series.publisher.insert(&cut_off(Dimension::Key, &time.to_string(), time)).unwrap();
    }
    series.edition.cut_before = 20;
    series.publisher.fold_next();
    let folded = series.publish();
    assert_eq!(folded.entries, 2);
    series.store.load(&mut follower, &folded.manifest, NOW).unwrap();
    assert_eq!(Token::new().issued(None).key("10").status(&follower), RevocationStatus::NotRevoked);
    assert_eq!(Token::new().issued(None).key("20").status(&follower), cut_off_at(Dimension::Key, 20));
}

#[test]
fn room_by_percent_alone_of_nothing_is_none() {
    let room = rescind::Headroom { least: 0, ..headroom() };
    for (entries, buckets) in
        [(vec![], None), (vec![token("unknown", None)], Some(0)), (tokens(0, 1), Some(15))]
    {
        let publication = Series::new(room, &entries).publish();
        let found = publication.objects.first().map(|object| object.bytes[6]);
        assert_eq!(found, buckets);
    }
}

#[test]
fn large_delta_is_an_object_and_the_base_is_not_fetched() {
    let mut series = Series::new(headroom(), &tokens(0, 2_000));
    let mut subscription = series.follower();
    let next = series.add(&tokens(2_000, 2_400));
    assert_eq!(kinds(&mut subscription, &next.manifest), [ObjectKind::Delta]);
    series.store.load(&mut subscription, &next.manifest, NOW).unwrap();
    assert!((0..2_400).all(|n| is_revoked(&subscription, n)));
}

#[test]
fn new_verifier_takes_the_base_and_the_deltas_since() {
    let mut series = Series::new(headroom(), &tokens(0, 500));
    series.publish();
    for n in 0..9 {
        series.add(&tokens(500 + n * 50, 550 + n * 50));
    }
    let next = series.publish();
    let mut subscription = subscription();
    let kinds = kinds(&mut subscription, &next.manifest);
    assert_eq!(kinds[..2], [ObjectKind::Tokens, ObjectKind::CutOffs]);
    assert!(kinds.len() > 2);
    series.store.load(&mut subscription, &next.manifest, NOW).unwrap();
    assert!((0..950).all(|n| is_revoked(&subscription, n)));
}

/// Behind by d editions, a verifier fetches at most 2 · log2(d) objects.
#[test]
fn verifier_behind_by_many_editions_fetches_few_objects() {
    let mut series = Series::new(headroom(), &tokens(0, 4_000));
    let first = series.publish();
    let mut behind: Vec<(u64, Subscription)> = Vec::new();
    let mut manifest = first.manifest;
    for edition in 0..200_u64 {
        let mut subscription = subscription();
        series.store.load(&mut subscription, &manifest, NOW).unwrap();
        behind.push((edition, subscription));
        // Every edition but the last is too large for the manifest of a later one.
        manifest = series.add(&tokens(4_000 + edition * 8, 4_008 + edition * 8)).manifest;
    }
    for (edition, mut subscription) in behind {
        let plan = subscription.offer_manifest(&manifest, NOW).unwrap();
        let most = 2 * (201 - edition).ilog2();
        assert!(plan.needed.len() <= usize::try_from(most).unwrap(), "{edition}: {}", plan.needed.len());
        series.store.load(&mut subscription, &manifest, NOW).unwrap();
        assert!((0..5_600).all(|n| is_revoked(&subscription, n)), "{edition}");
    }
}

#[test]
fn deltas_become_the_base_without_a_download() {
    let mut series = Series::new(headroom(), &tokens(0, 1_000));
    let mut follower = series.follower();
    for n in 0..4 {
        let next = series.add(
            &[tokens(1_000 + n * 100, 1_100 + n * 100), vec![cut_off(Dimension::Subject, &n.to_string(), n)]]
                .concat(),
        );
        series.store.load(&mut follower, &next.manifest, NOW).unwrap();
    }
    series.publisher.fold_next();
    let base = series.publish();
    assert_eq!(base.objects.iter().filter(|object| object.bytes[5] < 3).count(), 2);
    assert_eq!(series.store.load(&mut follower, &base.manifest, NOW), Ok(0));
    // What it folded are the very objects: the next plan from them is the same as for a fresh verifier.
    let mut fresh = subscription();
    series.store.load(&mut fresh, &base.manifest, NOW).unwrap();
    let next = series.add(&tokens(1_400, 1_450));
    for subscription in [&mut follower, &mut fresh] {
        series.store.load(subscription, &next.manifest, NOW).unwrap();
        assert!((0..1_450).all(|n| is_revoked(subscription, n)));
    }
    assert_eq!(follower.snapshot().unwrap().bytes(), fresh.snapshot().unwrap().bytes());
}

#[test]
fn fold_is_taken_on_the_way_by_who_missed_its_edition() {
    let mut series = Series::new(headroom(), &tokens(0, 1_000));
    let mut follower = series.follower();
    series.add(&tokens(1_000, 1_010));
    series.publisher.fold_next();
    series.add(&tokens(1_010, 1_020));
    let after = series.add(&tokens(1_020, 1_030));
    assert_eq!(series.store.load(&mut follower, &after.manifest, NOW), Ok(0));
    let mut fresh = subscription();
    series.store.load(&mut fresh, &after.manifest, NOW).unwrap();
    assert_eq!(follower.snapshot().unwrap().bytes(), fresh.snapshot().unwrap().bytes());
    assert!((0..1_030).all(|n| is_revoked(&follower, n)));
}

#[test]
fn fold_drops_what_can_affect_no_token_any_more() {
    let mut series = Series::new(headroom(), &tokens(0, 1_000));
    let mut follower = series.follower();
    let cut_offs = [10, 20, 30].map(|time| cut_off(Dimension::Subject, &time.to_string(), time));
    let keys = [10, 30].map(|time| cut_off(Dimension::Key, &time.to_string(), time));
    series.add(&[&cut_offs[..], &keys].concat());
    (series.edition.expired_before, series.edition.cut_before) = (ISSUED_AT + 1_800, 20);
    series.publisher.fold_next();
    let base = series.publish();
    assert!(base.entries > 400 && base.entries < 600, "{}", base.entries);
    assert_eq!(series.store.load(&mut follower, &base.manifest, NOW), Ok(0));
    assert_eq!(follower.snapshot().unwrap().entries(), base.entries);
    let since = |dimension, value: &str| {
        let token = Token::new().issued(0).claim("sub", &[value]);
        let token = if dimension == Dimension::Key { Token::new().issued(0).key(value) } else { token };
        token.status(&follower) == cut_off_at(dimension, value.parse().unwrap())
    };
    assert_eq!(["10", "20", "30"].map(|value| since(Dimension::Subject, value)), [false, true, true]);
    assert_eq!(["10", "30"].map(|value| since(Dimension::Key, value)), [false, true]);
    for n in (0..1_000).filter(|n| 100 + n * 7919 % 3_500 > 1_800) {
        assert!(is_revoked(&follower, n));
    }
}

#[test]
fn entry_taken_back_is_not_revoked_any_more() {
    let mut series = Series::new(headroom(), &tokens(0, 10));
    let stay = cut_off(Dimension::Session, "s", 50);
    let mut follower = series.follower();
    let gone = [cut_off(Dimension::Subject, "s", 50), cut_off(Dimension::Key, "k", 50), token("t", None)];
    let next = series.add(&[&gone[..], &[stay]].concat());
    series.store.load(&mut follower, &next.manifest, NOW).unwrap();
    let answers = |follower: &Subscription| {
        let token = Token::new().issued(0);
        [
            token.clone().claim("sub", &["s"]).status(follower),
            token.clone().key("k").status(follower),
            token.clone().id("t").status(follower),
            token.claim("sid", &["s"]).status(follower),
        ]
    };
    assert!(!answers(&follower).contains(&RevocationStatus::NotRevoked));
    assert_eq!(gone.each_ref().map(|entry| series.publisher.remove(entry)), [Ok(true), Ok(true), Ok(true)]);
    let next = series.publish();
    assert_eq!(next.entries, 11);
    series.store.load(&mut follower, &next.manifest, NOW).unwrap();
    let mut fresh = subscription();
    series.store.load(&mut fresh, &next.manifest, NOW).unwrap();
    for subscription in [&follower, &fresh] {
        let [subject, key, token, session] = answers(subscription);
        assert_eq!([subject, key, token], [const { RevocationStatus::NotRevoked }; 3]);
        assert_eq!(session, cut_off_at(Dimension::Session, 50));
    }
}

/// Two entries may share a place; taking one back must not take the other.
#[test]
fn entry_given_twice_stays_until_the_next_base() {
    let mut series = Series::new(headroom(), &[]);
    let entries = [token("t", None), cut_off(Dimension::Subject, "s", 5), cut_off(Dimension::Key, "k", 5)];
    series.add(&entries);
    series.add(&entries);
    for entry in &entries {
        assert_eq!(series.publisher.remove(entry), Ok(false));
    }
    assert_eq!(series.publish().entries, 3);
}

#[test]
fn entries_that_a_publisher_begins_with_twice_stay_when_one_is_taken_back() {
    let mut entries = tokens(0, 5);
    entries.extend([cut_off(Dimension::Subject, "v", 50), cut_off(Dimension::Key, "k", 50)]);
    entries.extend([tokens(0, 1), vec![cut_off(Dimension::Subject, "v", 60)]].concat());
    entries.push(cut_off(Dimension::Key, "k", 40));
    let mut series = Series::new(headroom(), &entries);
    assert_eq!(series.publish().entries, 7);
    for entry in &entries[5..] {
        assert_eq!(series.publisher.remove(entry), Ok(false));
    }
    for entry in &entries[1..5] {
        assert_eq!(series.publisher.remove(entry), Ok(true));
    }
    assert_eq!(series.publish().entries, 3);
}

#[test]
fn place_that_a_base_let_go_of_is_one_entrys_again() {
    let mut series = Series::new(headroom(), &[]);
    let entries = [Dimension::Subject, Dimension::Key].map(|dimension| cut_off(dimension, "v", 10));
    series.add(&entries);
    series.add(&entries);
    series.edition.cut_before = 20;
    series.publisher.fold_next();
    assert_eq!(series.publish().entries, 0);
    let later = [Dimension::Subject, Dimension::Key].map(|dimension| cut_off(dimension, "v", 30));
    assert_eq!(series.add(&later).entries, 2);
    for entry in &later {
        assert_eq!(series.publisher.remove(entry), Ok(true));
    }
    assert_eq!(series.publish().entries, 0);
}

#[test]
fn later_time_of_a_cut_off_outranks_an_earlier_one_and_never_the_other_way() {
    let mut series = Series::new(headroom(), &[]);
    let mut follower = subscription();
    for (time, expected) in [(50, 50), (40, 50), (60, 60), (60, 60), (1, 60)] {
        let entries = [Dimension::Subject, Dimension::Key].map(|dimension| cut_off(dimension, "v", time));
        let next = series.add(&entries);
        assert_eq!(next.entries, 2);
        series.store.load(&mut follower, &next.manifest, NOW).unwrap();
        let token = Token::new().issued(0);
        let subject = token.clone().claim("sub", &["v"]).status(&follower);
        assert_eq!(subject, cut_off_at(Dimension::Subject, expected));
        assert_eq!(token.key("v").status(&follower), cut_off_at(Dimension::Key, expected));
    }
}

/// Manifests of six editions in each of their 720 orders: what is held is always the newest of those offered.
#[test]
fn editions_in_any_order_give_the_newest() {
    let mut series = Series::new(headroom(), &tokens(0, 20));
    let first = series.publish();
    let editions: Vec<_> = (0..6_u64)
        .map(|n| {
            if n == 3 {
                series.publisher.remove(&tokens(0, 1)[0]).unwrap();
                series.publisher.fold_next();
            }
            series.add(&tokens(20 + n * 60, 80 + n * 60))
        })
        .collect();
    let mut orders = 0;
    permute(&mut [0, 1, 2, 3, 4, 5], 0, &mut |order| {
        orders += 1;
        let mut follower = subscription();
        series.store.load(&mut follower, &first.manifest, NOW).unwrap();
        let mut newest = None;
        for &edition in order {
            let found = series.store.load(&mut follower, &editions[edition].manifest, NOW);
            assert_eq!(found.is_ok(), newest < Some(edition));
            newest = newest.max(Some(edition));
            let count = 80 + u64::try_from(newest.unwrap()).unwrap() * 60;
            let wrong =
                (0..380).find(|&n| is_revoked(&follower, n) != (n < count && (n > 0 || newest < Some(3))));
            assert_eq!(wrong, None, "{order:?}");
        }
    });
    assert_eq!(orders, 720);
}

fn permute(items: &mut [usize; 6], from: usize, visit: &mut dyn FnMut(&[usize; 6])) {
    if from == items.len() {
        return visit(items);
    }
    for at in from..items.len() {
        items.swap(from, at);
        permute(items, from + 1, visit);
        items.swap(from, at);
    }
}

#[test]
fn gap_in_the_deltas_leads_to_the_base() {
    let mut series = Series::new(headroom(), &tokens(0, 20));
    let mut follower = series.follower();
    // Another run of publications that goes on with the version, as after a restart of the publisher.
    let mut restarted = Series::new(headroom(), &tokens(0, 30));
    restarted.edition.version = 5;
    let next = restarted.publish();
    // The object without cut-offs is the same in both.
    assert_eq!(kinds(&mut follower, &next.manifest), [ObjectKind::Tokens]);
    restarted.store.load(&mut follower, &next.manifest, NOW).unwrap();
    assert!((0..30).all(|n| is_revoked(&follower, n)));
}

#[test]
fn new_epoch_leads_to_the_base() {
    let mut series = Series::new(headroom(), &tokens(0, 20));
    let mut follower = series.follower();
    let publisher = Publisher {
        parameters: rescind::Parameters { salt: [9; 16], ..Publisher::new().parameters },
        ..Publisher::new()
    };
    let next = publisher.epoch(2).publish(&tokens(5, 40));
    load(&mut follower, &next).unwrap();
    assert!((0..40).all(|n| is_revoked(&follower, n) == (n >= 5)));
}

#[test]
fn full_universe_is_told_before_anything_changes() {
    let mut series = Series::new(rescind::Headroom { least: 2, ..headroom() }, &[]);
    series.publish();
    let results: Vec<_> =
        (0..4).map(|n: u64| series.publisher.insert(&token(&n.to_string(), None))).collect();
    let full = Err(PublishError::UniverseFull);
    assert_eq!(results, [Ok(()), Ok(()), full.clone(), full]);
    assert_eq!(series.publish().entries, 2);
    let mut without = Series::new(rescind::Headroom::default(), &[]);
    assert_eq!(without.publisher.insert(&token("a", None)), Err(PublishError::UniverseFull));
    // Keys and issuers are written out and need no universe.
    assert_eq!(without.publisher.insert(&cut_off(Dimension::Key, "k", 9)), Ok(()));
    let mut follower = subscription();
    let key = Token::new().key("k").issued(0);
    let next = without.publish();
    without.store.load(&mut follower, &next.manifest, NOW).unwrap();
    assert_eq!(key.status(&follower), cut_off_at(Dimension::Key, 9));
    let next = without.add(&[cut_off(Dimension::Issuer, ISSUER, 7)]);
    without.store.load(&mut follower, &next.manifest, NOW).unwrap();
    assert_eq!(Token::new().issued(0).status(&follower), cut_off_at(Dimension::Issuer, 7));
}

/// A publisher whose deltas and base disagree.
#[test]
fn state_that_is_not_the_named_base_is_refused_and_then_fetched_whole() {
    let mut series = Series::new(headroom(), &tokens(0, 20));
    let mut follower = series.follower();
    let mut other = Series::new(headroom(), &tokens(0, 21));
    let genuine = other.publish();
    series.publisher.fold_next();
    let mut wrong = series.add(&tokens(30, 31)).manifest;
    let base = series.store.get(&named_base(&wrong));
    let replacement = genuine.objects.iter().find(|object| object.bytes[5] == 1).unwrap();
    let at = wrong.windows(32).position(|window| window == Sha256::digest(&base).as_slice()).unwrap();
    wrong[at - 4..at].copy_from_slice(&u32::try_from(replacement.bytes.len()).unwrap().to_le_bytes());
    wrong[at..at + 32].copy_from_slice(&replacement.sha256);
    Publisher::new().resign(&mut wrong);
    let edition = rescind::Edition { epoch: 1, version: 2 };
    let before = follower.snapshot().unwrap().manifest_bytes().to_vec();
    assert_eq!(series.store.load(&mut follower, &wrong, NOW), Err(Error::SnapshotDiverged { edition }));
    assert_eq!(follower.snapshot().unwrap().manifest_bytes(), before);
    assert!((0..20).all(|n| is_revoked(&follower, n)) && !is_revoked(&follower, 20));
    assert_eq!(follower.commit(), Err(Error::ObjectMissing));
    // The next attempt takes the base as it is named.
    assert!(kinds(&mut follower, &wrong).contains(&ObjectKind::Tokens));
    other.store.load(&mut follower, &wrong, NOW).unwrap();
    assert!((0..21).all(|n| is_revoked(&follower, n)));
}

/// SHA-256 of the token set that a manifest of two issuers and no dimension names.
fn named_base(manifest: &[u8]) -> [u8; 32] {
    let objects = 120 + 2 * 32;
    assert_eq!((manifest[5], manifest[6], manifest[7]), (2, 0, 2));
    manifest[objects + 5..objects + 37].try_into().unwrap()
}

/// Two publishers at work under one key.
#[test]
fn deltas_of_another_base_are_refused_and_then_that_base_is_fetched() {
    let mut series = Series::new(headroom(), &tokens(0, 20));
    let mut follower = series.follower();
    let mut other = Series::new(rescind::Headroom { least: 77, ..headroom() }, &tokens(0, 20));
    other.publish();
    let foreign = other.add(&tokens(20, 22));
    let edition = rescind::Edition { epoch: 1, version: 2 };
    let found = other.store.load(&mut follower, &foreign.manifest, NOW);
    assert_eq!(found, Err(Error::SnapshotDiverged { edition }));
    assert!((0..20).all(|n| is_revoked(&follower, n)));
    other.store.load(&mut follower, &foreign.manifest, NOW).unwrap();
    assert!((0..22).all(|n| is_revoked(&follower, n)));
}

/// A delta with every kind of change, as an object, and who needs it.
fn with_delta() -> (Series, Subscription, rescind::Publication, [u8; 32]) {
    let mut series = Series::new(
        headroom(),
        &[tokens(0, 300), vec![cut_off(Dimension::Subject, "gone", 3), cut_off(Dimension::Key, "gone", 3)]]
            .concat(),
    );
    let mut follower = series.follower();
    let gone =
        [tokens(0, 1)[0].clone(), cut_off(Dimension::Subject, "gone", 3), cut_off(Dimension::Key, "gone", 3)];
    gone.iter().for_each(|entry| assert_eq!(series.publisher.remove(entry), Ok(true)));
    let subjects = (0..20).map(|n| cut_off(Dimension::Subject, &n.to_string(), 1_000 + n));
    let keys = (0..3).map(|n| cut_off(Dimension::Key, &n.to_string(), 5));
    let next = series.add(&tokens(300, 430).into_iter().chain(subjects).chain(keys).collect::<Vec<_>>());
    let plan = follower.offer_manifest(&next.manifest, NOW).unwrap();
    assert_eq!(plan.needed.len(), 1);
    (series, follower, next, plan.needed[0].sha256)
}

fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

#[test]
fn every_flipped_bit_and_truncation_of_a_delta_is_refused() {
    let (series, mut follower, _, sha256) = with_delta();
    let bytes = series.store.get(&sha256);
    let longer = [bytes.as_slice(), &[0]].concat();
    let cut = (0..bytes.len()).map(|length| bytes[..length].to_vec());
    for damaged in flips(&bytes).chain(cut).chain([longer]) {
        assert_eq!(follower.offer_object(damaged), Err(Error::ObjectMismatch));
    }
    follower.offer_object(bytes).unwrap();
    follower.commit().unwrap();
}

/// A publisher gone wrong: the delta is damaged, and the manifest signed for exactly those bytes.
#[test]
fn damaged_delta_that_the_manifest_vouches_for_is_malformed_or_another_set() {
    let (series, _, next, sha256) = with_delta();
    let bytes = series.store.get(&sha256);
    let first = {
        let mut series = Series::new(
            headroom(),
            &[
                tokens(0, 300),
                vec![cut_off(Dimension::Subject, "gone", 3), cut_off(Dimension::Key, "gone", 3)],
            ]
            .concat(),
        );
        let manifest = series.publish().manifest;
        (series, manifest)
    };
    let at = next.manifest.windows(32).position(|window| window == sha256).unwrap();
    let (mut refused, mut taken) = (0, 0);
    let cut = (0..bytes.len()).map(|length| bytes[..length].to_vec());
    let longer = (1..9).map(|extra| [bytes.as_slice(), &vec![0; extra]].concat());
    for damaged in flips(&bytes).chain(cut).chain(longer) {
        let mut manifest = next.manifest.clone();
        manifest[at - 4..at].copy_from_slice(&u32::try_from(damaged.len()).unwrap().to_le_bytes());
        manifest[at..at + 32].copy_from_slice(&Sha256::digest(&damaged));
        Publisher::new().resign(&mut manifest);
        let mut follower = subscription();
        first.0.store.load(&mut follower, &first.1, NOW).unwrap();
        let update = || {
            follower.offer_manifest(&manifest, NOW)?;
            follower.offer_object(damaged)?;
            follower.commit()
        };
        match update() {
            Ok(_) => {
                taken += 1;
                let _ = is_revoked(&follower, 1);
                let _ = Token::new().claim("sub", &["1"]).status(&follower);
            }
            Err(Error::ObjectMalformed { .. } | Error::ManifestMalformed { .. }) => {
                refused += 1;
                assert!(is_revoked(&follower, 0));
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(refused > 1_000 && taken > 1_000, "{refused} refused, {taken} taken");
}

/// One step of a publisher's day.
#[derive(Clone, Debug)]
enum Step {
    Add(Vec<u64>),
    Remove(u64),
    Cut { dimension: usize, value: u64, time: u64 },
    Fold,
    Expire(u64),
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => prop::collection::vec(0..400_u64, 1..40).prop_map(Step::Add),
        2 => (0..400_u64).prop_map(Step::Remove),
        3 => (0..6_usize, 0..6_u64, 0..50_u64).prop_map(|(dimension, value, time)| Step::Cut { dimension, value, time }),
        1 => Just(Step::Fold),
        1 => (0..3_600_u64).prop_map(Step::Expire),
    ]
}

/// What should be revoked.
#[derive(Default)]
struct Model {
    tokens: BTreeMap<u64, u64>,
    cut_offs: BTreeMap<(Dimension, String), u64>,
    expired_before: u64,
}

impl Model {
    fn check(&self, follower: &Subscription, entries: u64) -> Result<(), TestCaseError> {
        for n in 0..400 {
            let expires_at = ISSUED_AT + 100 + n * 7919 % 3_500;
            if expires_at >= self.expired_before {
                prop_assert_eq!(is_revoked(follower, n), self.tokens.contains_key(&n), "token {}", n);
            }
        }
        // Pairs would be hit by cut-offs of either half, too: they are looked at in snapshot_dimensions.rs.
        let alone =
            Dimension::BUILT_IN.into_iter().filter(|&dimension| dimension != Dimension::SubjectClient);
        for dimension in alone {
            for value in 0..6_u64 {
                let value = if dimension == Dimension::Issuer { ISSUER.into() } else { value.to_string() };
                let claims = match dimension {
                    Dimension::Subject => "sub",
                    Dimension::Session => "sid",
                    Dimension::Client => "client_id",
                    Dimension::Organization => "org_id",
                    _ => "none",
                };
                // Another issuer's cut-off would hide the others: it is looked at alone.
                let token = Token::new().issued(-1).claim(claims, &[&value]);
                let token = if dimension == Dimension::Key { token.key(&value) } else { token };
                let issuer = self.cut_offs.get(&(Dimension::Issuer, ISSUER.into()));
                let own = self.cut_offs.get(&(dimension, value.clone()));
                let expected = [(issuer, Dimension::Issuer), (own, dimension)]
                    .into_iter()
                    .filter_map(|(time, dimension)| Some((*time?, core::cmp::Reverse(dimension))))
                    .max()
                    .map_or(RevocationStatus::NotRevoked, |(time, dimension)| cut_off_at(dimension.0, time));
                prop_assert_eq!(token.status(follower), expected, "{:?} {}", dimension, value);
            }
        }
        prop_assert_eq!(follower.snapshot().unwrap().entries(), entries);
        Ok(())
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    /// Followers of every rhythm and fresh verifiers agree with the model after every edition they take.
    #[test]
    fn any_day_of_a_publisher_is_followed_at_any_rhythm(steps in prop::collection::vec(step(), 1..40)) {
        let mut series = Series::new(headroom(), &[]);
        let mut model = Model::default();
        let mut given = std::collections::BTreeSet::new();
        let mut followers: Vec<Subscription> = (0..4).map(|_| subscription()).collect();
        for (at, step) in steps.iter().enumerate() {
            match step {
                Step::Add(ids) => for &n in ids {
                    let expires_at = ISSUED_AT + 100 + n * 7919 % 3_500;
                    // Each token once: a second time would make it stay.
                    if expires_at > model.expired_before + 300 && given.insert(n) {
                        series.publisher.insert(&tokens(n, n + 1)[0]).unwrap();
                        model.tokens.insert(n, expires_at);
                    }
                },
                Step::Remove(n) => if model.tokens.remove(n).is_some() {
                    prop_assert_eq!(series.publisher.remove(&tokens(*n, n + 1)[0]), Ok(true));
                },
                Step::Cut { dimension, value, time } => {
                    let dimension = Dimension::BUILT_IN[*dimension];
                    let value = if dimension == Dimension::Issuer { ISSUER.into() } else { value.to_string() };
                    series.publisher.insert(&cut_off(dimension, &value, *time)).unwrap();
                    let latest = model.cut_offs.entry((dimension, value)).or_insert(*time);
                    *latest = (*time).max(*latest);
                }
                Step::Fold => series.publisher.fold_next(),
                Step::Expire(seconds) => {
                    model.expired_before = model.expired_before.max(ISSUED_AT + seconds);
                    series.edition.expired_before = model.expired_before;
                }
            }
            let next = series.publish();
            for (every, follower) in followers.iter_mut().enumerate() {
                if at % (every * 2 + 1) == 0 {
                    series.store.load(follower, &next.manifest, NOW).unwrap();
                    model.check(follower, next.entries)?;
                }
            }
            let mut fresh = subscription();
            series.store.load(&mut fresh, &next.manifest, NOW).unwrap();
            model.check(&fresh, next.entries)?;
        }
    }
}
