//! What a publisher may declare, and series of editions with what it declared.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod snapshot_support;

use proptest::prelude::*;
use rescind::{DeclaredDimension, Dimension, Entry, Error, Headroom, PublishError, RevocationStatus};
use snapshot_support::dimensions::*;
use snapshot_support::*;
use std::collections::HashMap;

fn series(declared: Vec<DeclaredDimension>, entries: &[Entry]) -> Series {
    Series::declaring(declared, headroom(), entries)
}

#[test]
fn folding_drops_times_and_keeps_generations() {
    let times = [matching(DEVICE, 50), matching(Dimension::SubjectClient, 99)];
    let stay = [matching(ACCOUNT, 1), matching(GRANT, 100), cut_off(LANE, "x", 100)];
    let mut declared = declared();
    declared.push(declared_dimension(12, "lane", &[&["lane"]], None));
    let mut series = series(declared, &[&times[..], &stay].concat());
    let mut follower = series.follower();
    assert_eq!(follower.snapshot().unwrap().entries(), 5);
    series.edition.cut_before = 100;
    series.publisher.fold_next();
    // One that a delta brings is kept, too.
    let folded = series.add(&[cut_off(ACCOUNT, "late", 2)]);
    assert_eq!(folded.entries, 4);
    series.store.load(&mut follower, &folded.manifest, NOW).unwrap();
    let mut fresh = publisher().subscription();
    series.store.load(&mut fresh, &folded.manifest, NOW).unwrap();
    for held in [&follower, &fresh] {
        assert_eq!(held.snapshot().unwrap().entries(), 4);
        let mut token = matched().issued(0);
        token.integers.clear();
        assert_eq!(token.status(held), below("account", 1));
        assert_eq!(matched().issued(0).status(held), below("grant", 100));
        let late = Token::new().claim("sub", &["late"]).integer("gen", 1);
        assert_eq!(late.status(held), below("account", 2));
        assert_eq!(Token::new().issued(0).claim("lane", &["x"]).status(held), since("lane", 100));
    }
}

#[test]
fn report_of_a_manifest_tells_number_name_claims_and_generation_claim() {
    let mut series = series(declared(), &[matching(ACCOUNT, 6)]);
    let dimensions = rescind::ManifestReport::read(&series.publish().manifest).unwrap().dimensions;
    let account = dimensions.iter().find(|dimension| dimension.name == "account").unwrap();
    assert_eq!((account.number, &account.claims), (20, &vec![vec!["sub".to_owned()]]));
    assert_eq!(account.generation_claim.as_deref(), Some("gen"));
    assert!(
        dimensions.iter().all(|dimension| dimension.generation_claim.is_some() == (dimension.number >= 20))
    );
}

#[test]
fn generation_below_cut_before_that_a_delta_sets_needs_its_record() {
    let mut series = series(declared(), &[]);
    series.edition.cut_before = 100;
    series.publisher.fold_next();
    let mut follower = series.follower();
    let next = series.add(&[matching(ACCOUNT, 6)]);
    let record = b"\x14\x01\x01\x03sub\x07account\x03gen";
    let at = next.manifest.windows(record.len()).position(|bytes| bytes == record).unwrap();
    let mut bare = next.manifest.clone();
    bare.drain(at..at + record.len());
    bare[6] -= 1;
    Publisher::new().resign(&mut bare);
    let reason = "dimension that the manifest does not declare";
    let found = series.store.load(&mut follower, &bare, NOW);
    assert_eq!(found, Err(Error::ObjectMalformed { reason }));
    series.store.load(&mut follower, &next.manifest, NOW).unwrap();
    assert_eq!(matched().status(&follower), below("account", 6));
}

#[test]
fn cut_off_of_a_declared_dimension_is_raised_and_taken_back_by_deltas() {
    let mut series = series(declared(), &[]);
    let mut follower = series.follower();
    let mut told = Vec::new();
    for change in [Some(3), Some(6), Some(4), None] {
        match change {
            Some(least) => series.publisher.insert(&matching(GRANT, least)).unwrap(),
            None => assert_eq!(series.publisher.remove(&matching(GRANT, 0)), Ok(false)),
        }
        let next = series.publish();
        series.store.load(&mut follower, &next.manifest, NOW).unwrap();
        told.push(matched().status(&follower));
    }
    assert_eq!(told[0], RevocationStatus::NotRevoked);
    assert_eq!(told[1..], [below("grant", 6), below("grant", 6), below("grant", 6)]);
    // Given once, it can be taken back.
    let seat = tuple_cut_off(SEAT, &["x", "y", "z"], T);
    series.publisher.insert(&seat).unwrap();
    let next = series.publish();
    series.store.load(&mut follower, &next.manifest, NOW).unwrap();
    assert_eq!(series.publisher.remove(&seat), Ok(true));
    let next = series.publish();
    series.store.load(&mut follower, &next.manifest, NOW).unwrap();
    assert_eq!(next.entries, 1);
}

fn bounded() -> impl Strategy<Value = (usize, [u8; 3], u64)> {
    (0..4_usize, proptest::array::uniform3(0..3_u8), 0..40_u64)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 60, ..ProptestConfig::default() })]

    /// A follower and a fresh verifier agree with a map after every edition, folded or not.
    #[test]
    fn any_series_with_declared_dimensions_answers_as_a_map(
        editions in proptest::collection::vec((proptest::collection::vec(bounded(), 0..8), any::<bool>()), 1..8),
    ) {
        let dimensions = [(DEVICE, "device"), (SEAT, "seat"), (ACCOUNT, "account"), (GRANT, "grant")];
        let names = ["", "a", "ab"];
        let mut model: HashMap<(usize, Vec<&str>), u64> = HashMap::new();
        let mut series = Series::declaring(
            declared(),
            Headroom { percent: 25, least: 30, from: ISSUED_AT, until: ISSUED_AT + 64 },
            &[],
        );
        let mut follower = series.follower();
        for (cut_offs, fold) in editions {
            for (which, digits, least) in cut_offs {
                let members = [1, 3, 1, 2][which];
                let values: Vec<&str> = digits[..members].iter().map(|&digit| names[usize::from(digit)]).collect();
                series.publisher.insert(&tuple_cut_off(dimensions[which].0, &values, least)).unwrap();
                let held = model.entry((which, values)).or_insert(least);
                *held = least.max(*held);
            }
            if fold {
                series.publisher.fold_next();
            }
            let next = series.publish();
            prop_assert_eq!(next.entries, u64::try_from(model.len()).unwrap());
            series.store.load(&mut follower, &next.manifest, NOW).unwrap();
            let mut fresh = publisher().subscription();
            series.store.load(&mut fresh, &next.manifest, NOW).unwrap();
            for key in every_value(&names) {
                let (which, values, least) = (key.0, &key.1, model.get(&key).copied());
                for held in [0, 19, 20, 39, 40] {
                    let token = of_value(which, values, held);
                    let expected = match least {
                        Some(least) if held < least && which < 2 => since(dimensions[which].1, least),
                        Some(least) if held < least => below(dimensions[which].1, least),
                        _ => RevocationStatus::NotRevoked,
                    };
                    prop_assert_eq!(&token.status(&follower), &expected, "{:?} {}", values, held);
                    prop_assert_eq!(&token.status(&fresh), &expected);
                }
            }
        }
    }
}

/// Every value that the model may hold.
fn every_value<'a>(names: &'a [&'a str; 3]) -> impl Iterator<Item = (usize, Vec<&'a str>)> {
    (0..4_usize).flat_map(move |which| {
        let members = [1, 3, 1, 2][which];
        (0..3_usize.pow(members)).map(move |code| {
            let digit = |at| names[code / 3_usize.pow(at) % 3];
            (which, (0..members).map(digit).collect())
        })
    })
}

/// A token with one value in one of the dimensions, issued at `held` or of that generation. An account is not asked
/// for where a grant is: its subject would be found as an account, too.
fn of_value(which: usize, values: &[&str], held: u64) -> Token {
    let token = Token::new().issued(i64::try_from(held).unwrap());
    match which {
        0 => token.claim("device", values),
        1 => seat(&values[..1], &values[1..2], &values[2..]).issued(i64::try_from(held).unwrap()),
        2 => token.claim("sub", values).integer("gen", held),
        _ => {
            let token = token.claim("sub", &values[..1]).claim("azp", &values[1..]);
            token.integer("gen", u64::MAX).integer("grant_gen", held)
        }
    }
}

// --- what a publisher may not declare or write

#[test]
fn dimension_that_may_not_be_declared_is_refused() {
    let good =
        || declared_dimension(20, "a-z_09", &[&["a", "b", "c", "d"], &["e"], &["f"], &["g"]], Some("h"));
    assert_eq!(good().validate(), Ok(()));
    let long = "x".repeat(256);
    let longest = long[..255].to_string();
    type Change<'a> = &'a dyn Fn(&mut DeclaredDimension);
    let taken: &[Change<'_>] = &[
        &|it| it.name = "x".repeat(32),
        &|it| it.members[0][0] = longest.clone(),
        &|it| it.generation_claim = Some(longest.clone()),
        &|it| (it.number, it.generation_claim) = (8, None),
        &|it| (it.number, it.generation_claim) = (19, None),
        &|it| it.number = 31,
        &|it| it.members[1] = vec!["a".into()],
    ];
    let refused: &[Change<'_>] = &[
        &|it| it.number = 0,
        &|it| it.number = 3,
        &|it| (it.number, it.generation_claim) = (3, None),
        &|it| (it.number, it.generation_claim) = (7, None),
        &|it| it.number = 8,
        &|it| it.number = 19,
        &|it| it.number = 32,
        &|it| it.number = 255,
        &|it| it.generation_claim = None,
        &|it| it.generation_claim = Some(String::new()),
        &|it| it.generation_claim = Some(long.clone()),
        &|it| it.name = String::new(),
        &|it| it.name = "x".repeat(33),
        &|it| it.name = "Device".into(),
        &|it| it.name = "de vice".into(),
        &|it| it.name = "gerät".into(),
        &|it| it.name = "token".into(),
        &|it| it.name = "organization".into(),
        &|it| it.name = "subject_client".into(),
        &|it| it.members.clear(),
        &|it| it.members.push(vec!["i".into()]),
        &|it| it.members[1].clear(),
        &|it| it.members[0].push("i".into()),
        &|it| it.members[0][3] = "a".into(),
        &|it| it.members[1] = vec![String::new()],
        &|it| it.members[1] = vec![long.clone()],
    ];
    let tried = |change: Change<'_>| {
        let mut dimension = good();
        change(&mut dimension);
        let mut publisher = Publisher::new();
        publisher.parameters.declared = vec![dimension.clone()];
        let sign = &mut |message: &[u8]| ed25519_dalek::Signer::sign(&publisher.key, message).to_bytes();
        let published = rescind::publish(&[], &publisher.parameters, publisher.public_key(), sign).map(drop);
        assert_eq!(published, dimension.validate(), "{dimension:?}");
        published
    };
    for (at, change) in taken.iter().enumerate() {
        assert_eq!(tried(change), Ok(()), "case {at}");
    }
    for (at, change) in refused.iter().enumerate() {
        let error = tried(change).unwrap_err().to_string();
        assert!(error.starts_with("parameter declared: expected "), "case {at}: {error}");
    }
}

#[test]
fn declarations_that_collide_or_fill_the_manifest_are_refused() {
    let refused = |declared: Vec<DeclaredDimension>| {
        let mut publisher = Publisher::new();
        publisher.parameters.declared = declared;
        let sign = &mut |message: &[u8]| ed25519_dalek::Signer::sign(&publisher.key, message).to_bytes();
        let found = rescind::publish(&[], &publisher.parameters, publisher.public_key(), sign);
        found.map(drop).map_err(|error| error.to_string())
    };
    let device = declared_dimension(8, "device", &[&["a"]], None);
    let collide = Err("parameter declared: expected different numbers and names".into());
    assert_eq!(refused(vec![device.clone(), DeclaredDimension { number: 9, ..device.clone() }]), collide);
    assert_eq!(
        refused(vec![device.clone(), DeclaredDimension { name: "b".into(), ..device.clone() }]),
        collide
    );
    assert_eq!(refused(vec![device.clone(), device.clone()]), collide);
    let long: Vec<String> = (0..4).map(|n| format!("{n}{}", "x".repeat(254))).collect();
    let large = |number: u8| DeclaredDimension {
        number,
        name: format!("d{number}"),
        members: vec![long.clone(); 4],
        generation_claim: None,
    };
    assert_eq!(refused((8..11).map(large).collect()), Ok(()));
    assert!(
        refused((8..20).map(large).collect())
            .unwrap_err()
            .starts_with("parameter declared: expected records")
    );
}

/// However much is declared within the limits, the manifest of entries in all of it can be read.
#[test]
fn manifest_with_every_dimension_is_read() {
    let mut full = Publisher::new();
    let by_time =
        (8..20).map(|number| declared_dimension(number, &format!("d{number}"), &[&["x"], &["y"]], None));
    let by_generation =
        (20..32).map(|number| declared_dimension(number, &format!("d{number}"), &[&["x"]], Some("z")));
    full.parameters.declared = by_time.chain(by_generation).collect();
    let entries: Vec<Entry> = (1..32)
        .map(|number| match number {
            1 => cut_off(Dimension::Issuer, ISSUER, 1),
            2..=7 => cut_off(Dimension::BUILT_IN[usize::from(number) - 1], "v", 1),
            8..20 => tuple_cut_off(Dimension::Declared(number), &["v", "v"], 1),
            _ => tuple_cut_off(Dimension::Declared(number), &["v"], 1),
        })
        .collect();
    let subscription = full.holding(&entries);
    assert_eq!(subscription.snapshot().unwrap().entries(), 31);
    let token = Token::new().issued(1).claim("x", &["v"]).claim("y", &["v"]);
    assert_eq!(token.clone().integer("z", 0).status(&subscription), below("d20", 1));
    assert_eq!(token.clone().integer("z", 1).status(&subscription), RevocationStatus::NotRevoked);
    assert_eq!(token.from(OTHER_ISSUER).status(&subscription), RevocationStatus::NotRevoked);
}

#[test]
fn entry_that_fits_no_declaration_is_refused() {
    let declared = declared();
    let refused = |entry: &Entry| matches!(entry.validate(&declared), Err(PublishError::EntryInvalid { .. }));
    for entry in [
        cut_off(Dimension::Declared(9), "v", T),
        cut_off(Dimension::Declared(0), "v", T),
        cut_off(Dimension::Declared(3), "v", T),
        cut_off(Dimension::Declared(255), "v", T),
        tuple_cut_off(DEVICE, &[], T),
        tuple_cut_off(DEVICE, &["a", "b"], T),
        tuple_cut_off(SEAT, &["a", "b"], T),
        tuple_cut_off(GRANT, &["a"], 1),
        tuple_cut_off(GRANT, &["a", "b"], 1 << 40),
        tuple_cut_off(Dimension::SubjectClient, &["a"], T),
        tuple_cut_off(Dimension::Subject, &["a", "b"], T),
        tuple_cut_off(Dimension::Issuer, &[], T),
        tuple_cut_off(Dimension::Key, &[], T),
    ] {
        assert!(refused(&entry), "{entry:?}");
        let mut series = series(declared.clone(), &[]);
        assert!(matches!(series.publisher.insert(&entry), Err(PublishError::EntryInvalid { .. })));
    }
    for entry in entries_of(&[(0, 1), (1, 1), (2, 1), (3, 1), (4, 1), (5, 1)]) {
        assert_eq!(entry.validate(&declared), Ok(()));
    }
    assert_eq!(token("a", None).validate(&[]), Ok(()));
}

#[test]
fn order_in_which_dimensions_are_declared_changes_no_byte() {
    let entries = entries_of(&[(2, 1), (3, 1), (4, 1), (5, 1)]);
    let mut reversed = publisher();
    reversed.parameters.declared.reverse();
    assert_eq!(reversed.publish(&entries), publisher().publish(&entries));
    let series = |declared: Vec<DeclaredDimension>| series(declared, &entries).publish();
    assert_eq!(series(declared()), series(reversed.parameters.declared));
}
