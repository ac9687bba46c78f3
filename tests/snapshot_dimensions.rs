//! Dimensions: several cut-offs at once, values of several claims, arrays, and generations.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod snapshot_support;
mod support;

use proptest::prelude::*;
use rescind::{
    Algorithm, Audience, DeclaredDimension, Dimension, Entry, Error, Headroom, KeySet, NotCovered, Policy,
    PublishError, RevocationPolicy, RevocationStatus, Subscription, UnixTime, Verifier,
};
use snapshot_support::*;
use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};
use support::{SECRET, sign_claims};

const T: u64 = ISSUED_AT - 100;
const DEVICE: Dimension = Dimension::Declared(8);
const LANE: Dimension = Dimension::Declared(12);
const SEAT: Dimension = Dimension::Declared(19);
const ACCOUNT: Dimension = Dimension::Declared(20);
const GRANT: Dimension = Dimension::Declared(31);

fn declared() -> Vec<DeclaredDimension> {
    vec![
        declared_dimension(8, "device", &[&["device"]], None),
        declared_dimension(19, "seat", &[&["org", "tenant"], &["team"], &["room"]], None),
        declared_dimension(20, "account", &[&["sub"]], Some("gen")),
        declared_dimension(31, "grant", &[&["sub"], &["client_id", "azp"]], Some("grant_gen")),
    ]
}

fn publisher() -> Publisher {
    let mut publisher = Publisher::new();
    publisher.parameters.declared = declared();
    publisher
}

fn holding(entries: &[Entry]) -> Subscription {
    publisher().holding(entries)
}

fn since(name: &str, time: u64) -> RevocationStatus {
    let since = Some(i64::try_from(time).unwrap());
    RevocationStatus::Revoked { dimension: name.into(), since, generation: None }
}

fn below(name: &str, generation: u64) -> RevocationStatus {
    RevocationStatus::Revoked { dimension: name.into(), since: None, generation: Some(generation) }
}

// --- several cut-offs at once

/// One cut-off of a value that the token below has, in dimensions of every kind, by number.
fn matching(dimension: Dimension, least: u64) -> Entry {
    match dimension {
        Dimension::Issuer => cut_off(dimension, ISSUER, least),
        Dimension::SubjectClient | GRANT => tuple_cut_off(dimension, &["s", "c"], least),
        ACCOUNT => tuple_cut_off(dimension, &["s"], least),
        _ => cut_off(dimension, "d", least),
    }
}

const MIXED: [(Dimension, &str); 6] = [
    (Dimension::Issuer, "issuer"),
    (Dimension::Key, "key"),
    (Dimension::SubjectClient, "subject_client"),
    (DEVICE, "device"),
    (ACCOUNT, "account"),
    (GRANT, "grant"),
];

/// Issued at T, of generation 5 in both.
fn matched() -> Token {
    let token = Token::new().key("d").issued(i64::try_from(T).unwrap());
    let token = token.claim("sub", &["s"]).claim("client_id", &["c"]).claim("device", &["d"]);
    token.integer("gen", 5).integer("grant_gen", 5)
}

/// The cut-offs by strictness, as format.md has it: the latest time, of equal ones the first dimension; then
/// the generation of the first dimension. `bounds` are how far each bound lies above the token, by dimension.
fn strictest(bounds: &[(usize, u64)]) -> RevocationStatus {
    let rejecting = bounds.iter().filter(|(_, above)| *above > 0);
    let (times, generations): (Vec<_>, Vec<_>) = rejecting.partition(|(at, _)| *at < 4);
    let latest = times.iter().map(|(_, above)| *above).max();
    let told = times.iter().find(|(_, above)| Some(*above) == latest).or(generations.first());
    match told {
        None => RevocationStatus::NotRevoked,
        Some((at, above)) if *at < 4 => since(MIXED[*at].1, T + above),
        Some((at, above)) => below(MIXED[*at].1, 5 + above),
    }
}

fn entries_of(bounds: &[(usize, u64)]) -> Vec<Entry> {
    let least = |&(at, above): &(usize, u64)| if at < 4 { T + above } else { 5 + above };
    bounds.iter().map(|bound| matching(MIXED[bound.0].0, least(bound))).collect()
}

#[test]
fn every_combination_of_cut_offs_tells_the_strictest() {
    // Each dimension has none, one that spares the token, or one of two that reject it.
    for code in 0..4_u32.pow(6) {
        let choice = |at: usize| code / 4_u32.pow(u32::try_from(at).unwrap()) % 4;
        let bounds: Vec<(usize, u64)> =
            (0..6).filter(|&at| choice(at) != 3).map(|at| (at, u64::from(choice(at)) * 10)).collect();
        let subscription = holding(&entries_of(&bounds));
        assert_eq!(matched().status(&subscription), strictest(&bounds), "{bounds:?}");
    }
}

#[test]
fn every_order_of_cut_offs_tells_the_strictest() {
    let bounds = [(0, 1), (2, 30), (3, 30), (1, 20), (4, 7), (5, 90)];
    let expected = strictest(&[(0, 1), (1, 20), (2, 30), (3, 30), (4, 7), (5, 90)]);
    assert_eq!(expected, since("subject_client", T + 30));
    let canonical = publisher().publish(&entries_of(&bounds));
    for code in 0..720 {
        let mut rest = bounds.to_vec();
        let order: Vec<_> =
            (0..6).map(|at| rest.remove(code / (1..=5 - at).product::<usize>() % (6 - at))).collect();
        let publication = publisher().publish(&entries_of(&order));
        assert_eq!(publication, canonical, "{order:?}");
    }
    assert_eq!(matched().status(&holding(&entries_of(&bounds))), expected);
    let generations = [(5, 90), (4, 7)];
    assert_eq!(matched().status(&holding(&entries_of(&generations))), below("account", 12));
}

#[test]
fn token_entry_outranks_generations() {
    let subscription = holding(&[token("a", None), matching(ACCOUNT, 100)]);
    assert_eq!(matched().id("a").status(&subscription), token_revoked());
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

// --- time

#[test]
fn same_second_as_the_revocation_of_a_tuple_is_refused() {
    let subscription = holding(&[matching(Dimension::SubjectClient, T + 1), matching(DEVICE, T + 1)]);
    let status = |issued: Option<i64>| matched().issued(issued).status(&subscription);
    assert_eq!(status(Some(i64::try_from(T).unwrap())), since("subject_client", T + 1));
    assert_eq!(status(Some(i64::try_from(T).unwrap() + 1)), RevocationStatus::NotRevoked);
    assert_eq!(status(None), since("subject_client", T + 1));
}

#[test]
fn generation_is_compared_whatever_the_time_of_issue() {
    let subscription = holding(&[matching(ACCOUNT, 6)]);
    for issued in [None, Some(i64::MIN), Some(0), Some(i64::MAX)] {
        assert_eq!(matched().issued(issued).status(&subscription), below("account", 6));
        let mut renewed = matched().issued(issued);
        renewed.integers = vec![("gen".into(), 6)];
        assert_eq!(renewed.status(&subscription), RevocationStatus::NotRevoked);
    }
}

#[test]
fn least_generation_given_several_times_counts_with_its_largest() {
    let entries = [3, 9, 4].map(|least| matching(ACCOUNT, least));
    let subscription = holding(&entries);
    assert_eq!(subscription.snapshot().unwrap().entries(), 1);
    assert_eq!(matched().status(&subscription), below("account", 9));
}

#[test]
fn token_without_the_value_needs_no_generation() {
    let subscription = holding(&[matching(ACCOUNT, 6)]);
    assert_eq!(
        Token::new().claim("sub", &["other"]).issued(None).status(&subscription),
        RevocationStatus::NotRevoked
    );
}

// --- tuples and arrays

fn seat(org: &[&str], team: &[&str], room: &[&str]) -> Token {
    Token::new().issued(0).claim("org", org).claim("team", team).claim("room", room)
}

#[test]
fn tuple_with_a_missing_member_does_not_match() {
    let subscription =
        holding(&[tuple_cut_off(SEAT, &["", "", ""], T), matching(Dimension::SubjectClient, T)]);
    assert_eq!(seat(&[""], &[""], &[""]).status(&subscription), since("seat", T));
    for token in [
        seat(&[], &[""], &[""]),
        seat(&[""], &[], &[""]),
        seat(&[""], &[""], &[]),
        Token::new().issued(0).claim("sub", &["s"]),
        Token::new().issued(0).claim("client_id", &["c"]),
    ] {
        assert_eq!(token.status(&subscription), RevocationStatus::NotRevoked, "{token:?}");
    }
}

#[test]
fn tuples_of_one_concatenation_are_told_apart() {
    let tuples = [
        ["ab", "c", ""],
        ["a", "bc", ""],
        ["a", "b", "c"],
        ["", "abc", ""],
        ["abc", "", ""],
        ["", "", "abc"],
        ["c", "ab", ""],
        ["ab\u{1}\0\0\0c", "", ""],
        ["a", "\u{2}\0\0\0bc", ""],
    ];
    for held in tuples {
        let subscription = holding(&[tuple_cut_off(SEAT, &held, T)]);
        for [org, team, room] in tuples {
            let found = seat(&[org], &[team], &[room]).status(&subscription);
            let expected =
                if held == [org, team, room] { since("seat", T) } else { RevocationStatus::NotRevoked };
            assert_eq!(found, expected, "{held:?} {org:?} {team:?} {room:?}");
        }
    }
}

#[test]
fn arrays_in_a_tuple_match_in_every_combination() {
    let (orgs, teams, rooms) = (["a", "b"], ["c", "d", "e"], ["f", "g"]);
    for org in orgs {
        for team in teams {
            for room in rooms {
                let subscription = holding(&[tuple_cut_off(SEAT, &[org, team, room], T)]);
                assert_eq!(seat(&orgs, &teams, &rooms).status(&subscription), since("seat", T));
                let others = teams.map(|other| if other == team { "other" } else { other });
                assert_eq!(seat(&orgs, &others, &rooms).status(&subscription), RevocationStatus::NotRevoked);
            }
        }
    }
}

#[test]
fn strictest_of_an_array_s_values_is_told() {
    let device = |value: &str, time| cut_off(DEVICE, value, time);
    let account = |value: &str, least| cut_off(ACCOUNT, value, least);
    let subscription =
        holding(&[device("a", T), device("b", T + 9), device("c", T + 5), account("a", 7), account("b", 8)]);
    let status = |values: &[&str]| Token::new().issued(0).claim("device", values).status(&subscription);
    assert_eq!(status(&["a", "b", "c"]), since("device", T + 9));
    assert_eq!(status(&["c", "x", "a"]), since("device", T + 5));
    let status =
        |values: &[&str], held| Token::new().claim("sub", values).integer("gen", held).status(&subscription);
    assert_eq!(status(&["b", "a"], 6), below("account", 8));
    assert_eq!(status(&["a", "b"], 7), below("account", 8));
    assert_eq!(status(&["a", "b"], 8), RevocationStatus::NotRevoked);
}

#[test]
fn first_claim_of_a_member_that_has_a_value_counts() {
    let subscription = holding(&[tuple_cut_off(SEAT, &["o", "t", "r"], T)]);
    let status = |org: &[&str], tenant: &[&str]| {
        seat(org, &["t"], &["r"]).claim("tenant", tenant).status(&subscription)
    };
    assert_eq!(status(&["o"], &["x"]), since("seat", T));
    assert_eq!(status(&["x"], &["o"]), RevocationStatus::NotRevoked);
    assert_eq!(status(&[], &["o"]), since("seat", T));
    assert_eq!(status(&[""], &["o"]), RevocationStatus::NotRevoked);
}

#[test]
fn value_of_a_declared_dimension_does_not_match_another() {
    let subscription = holding(&[matching(DEVICE, T), matching(ACCOUNT, 100)]);
    let token = Token::new().issued(None).id("d").key("d").claim("sub", &["d"]).claim("device", &["s"]);
    assert_eq!(token.status(&subscription), RevocationStatus::NotRevoked);
    let elsewhere = matched().from(OTHER_ISSUER).issued(None).status(&subscription);
    assert_eq!(elsewhere, RevocationStatus::NotRevoked);
}

fn numbered(count: usize) -> Vec<String> {
    (0..count).map(|n| n.to_string()).collect()
}

fn with_values(counts: [usize; 4]) -> Token {
    let names = ["device", "org", "team", "room"];
    let mut token = Token::new().issued(0);
    token.claims = names.into_iter().map(Into::into).zip(counts.map(numbered)).collect();
    token
}

#[test]
fn two_hundred_and_fifty_six_values_are_looked_up_and_no_more() {
    let subscription = holding(&[cut_off(DEVICE, "255", T), tuple_cut_off(SEAT, &["15", "15", "0"], T + 1)]);
    let too_many = RevocationStatus::NotCovered(NotCovered::TooManyValues);
    assert_eq!(with_values([256, 0, 0, 0]).status(&subscription), since("device", T));
    assert_eq!(with_values([257, 0, 0, 0]).status(&subscription), too_many);
    assert_eq!(with_values([0, 16, 16, 1]).status(&subscription), since("seat", T + 1));
    for counts in [[0, 257, 1, 1], [0, 1, 257, 1], [0, 1, 1, 257], [0, 16, 16, 2], [0, 129, 1, 2]] {
        assert_eq!(with_values(counts).status(&subscription), too_many, "{counts:?}");
    }
    // The same value twice counts twice.
    let mut twice = with_values([256, 0, 0, 0]);
    twice.claims[0].1.push("0".into());
    assert_eq!(twice.status(&subscription), too_many);
}

#[test]
fn too_many_values_hide_no_other_revocation_and_a_missing_member_is_none() {
    let subscription = holding(&[
        token("t", None),
        cut_off(DEVICE, "0", T),
        cut_off(Dimension::Key, "k", T),
        tuple_cut_off(SEAT, &["0", "0", "0"], T + 1),
    ]);
    assert_eq!(with_values([257, 0, 0, 0]).key("k").status(&subscription), since("key", T));
    assert_eq!(with_values([257, 1, 1, 1]).status(&subscription), since("seat", T + 1));
    assert_eq!(with_values([257, 0, 0, 0]).id("t").status(&subscription), token_revoked());
    assert_eq!(with_values([0, 300, 300, 0]).status(&subscription), RevocationStatus::NotRevoked);
    assert_eq!(with_values([0, 0, 300, 300]).status(&subscription), RevocationStatus::NotRevoked);
    let late = UnixTime::from_seconds(ISSUED_AT + 3_600);
    let too_many = RevocationStatus::NotCovered(NotCovered::TooManyValues);
    assert_eq!(with_values([257, 0, 0, 0]).status_at(&subscription, late), too_many);
}

#[test]
fn huge_arrays_in_every_member_cost_no_time() {
    let mut many = publisher();
    let members: [&[&str]; 4] = [&["org"], &["team"], &["room"], &["none"]];
    many.parameters.declared = vec![declared_dimension(9, "place", &members, None)];
    let subscription = many.holding(&[tuple_cut_off(Dimension::Declared(9), &["0", "0", "0", "0"], T)]);
    let mut token = with_values([0, 20_000, 20_000, 20_000]);
    assert_eq!(token.status(&subscription), RevocationStatus::NotRevoked);
    token = token.claim("none", &["0"]);
    assert_eq!(token.status(&subscription), RevocationStatus::NotCovered(NotCovered::TooManyValues));
}

#[test]
fn claims_of_dimensions_without_entries_are_not_read() {
    let read = |entries: &[Entry]| {
        let subscription = holding(entries);
        let names = RefCell::new(Vec::new());
        let claim = |name: &str, sink: &mut dyn FnMut(&str)| {
            names.borrow_mut().push(name.to_string());
            sink("s");
        };
        let integer = |name: &str| {
            names.borrow_mut().push(name.to_string());
            Some(9)
        };
        let identity = rescind::Identity {
            issuer: ISSUER,
            subject: Some("s"),
            key_id: Some("k"),
            token_id: Some("t"),
            issued_at: Some(0),
            expires_at: ISSUED_AT,
            claim: &claim,
            integer: &integer,
        };
        let _ = subscription.snapshot().unwrap().status(&identity, NOW);
        names.into_inner()
    };
    assert_eq!(read(&[token("t", None)]), [""; 0]);
    assert_eq!(read(&[token("x", None), cut_off(Dimension::Key, "x", T)]), [""; 0]);
    assert_eq!(read(&[cut_off(Dimension::Session, "x", T)]), ["sid"]);
    assert_eq!(read(&[cut_off(DEVICE, "x", T), cut_off(ACCOUNT, "x", 1)]), ["device", "sub"]);
    // A generation is read where a value matches.
    assert_eq!(read(&[cut_off(ACCOUNT, "s", 1)]), ["sub", "gen"]);
}

// --- through the verifier

fn verifier(entries: &[Entry]) -> Verifier {
    let mut publisher = publisher();
    publisher.parameters.issuers = vec!["joe".into()];
    let entries: Vec<Entry> = entries
        .iter()
        .cloned()
        .map(|entry| match entry {
            Entry::CutOff { dimension, values, not_before, .. } => {
                Entry::CutOff { dimension, issuer: "joe".into(), values, not_before, subject: None }
            }
            other => other,
        })
        .collect();
    let policy = Policy::new("joe", Audience::Unchecked, RevocationPolicy::ENFORCE);
    let mut verifier =
        Verifier::new(policy.and_then(|policy| policy.algorithms(&[Algorithm::Hs256])).unwrap());
    verifier.set_keys(KeySet::from_secret(&SECRET, Algorithm::Hs256).unwrap());
    verifier.subscribe(publisher.holding(&entries));
    verifier
}

/// Judges a token with these claims besides.
fn judged(verifier: &Verifier, claims: &str) -> Result<(), Error> {
    let token = sign_claims(format!(r#"{{"iss":"joe","exp":1800000600,"iat":1799999990,{claims}}}"#));
    verifier.verify(token.as_bytes(), NOW).map(drop)
}

#[test]
fn generation_of_a_token_lives_from_the_least_on() {
    let verifier = verifier(&[matching(ACCOUNT, 7)]);
    let refused = Err(Error::Revoked { dimension: "account".into(), since: None, generation: Some(7) });
    for alive in ["7", "8", "7.0", "70e-1", "0.7e1", "1e40", "9007199254740993", "1e300"] {
        assert_eq!(judged(&verifier, &format!(r#""sub":"s","gen":{alive}"#)), Ok(()), "{alive}");
    }
    for dead in ["6", "0", "-0", "-8", "6.999", "7.5", "8.25", "-1e300", "1e-9"] {
        assert_eq!(judged(&verifier, &format!(r#""sub":"s","gen":{dead}"#)), refused, "{dead}");
    }
    for no_number in [r#""7""#, "null", "true", "[8]", r#"{"gen":8}"#, r#""""#] {
        assert_eq!(judged(&verifier, &format!(r#""sub":"s","gen":{no_number}"#)), refused, "{no_number}");
    }
    assert_eq!(judged(&verifier, r#""sub":"s""#), refused);
    assert_eq!(judged(&verifier, r#""sub":"other""#), Ok(()));
}

#[test]
fn generation_zero_lives_and_a_missing_one_does_not() {
    let verifier = verifier(&[matching(ACCOUNT, 0)]);
    assert_eq!(judged(&verifier, r#""sub":"s","gen":0"#), Ok(()));
    let refused = judged(&verifier, r#""sub":"s""#).unwrap_err();
    assert_eq!(refused.to_string(), "revoked: by account, for generations below 0");
}

#[test]
fn largest_generation_is_compared_exactly() {
    let verifier = verifier(&[matching(ACCOUNT, (1 << 40) - 1)]);
    assert_eq!(judged(&verifier, r#""sub":"s","gen":1099511627775"#), Ok(()));
    let refused = judged(&verifier, r#""sub":"s","gen":1099511627774"#).unwrap_err();
    assert_eq!(refused.code(), "ERR_REVOCATION_REVOKED");
    let details: BTreeMap<_, _> = refused.details().into_iter().collect();
    assert_eq!(details["dimension"], rescind::Detail::Text("account".into()));
    assert_eq!(details["generation"], rescind::Detail::Number((1 << 40) - 1));
    assert_eq!(details.len(), 2);
}

#[test]
fn arrays_of_a_token_are_looked_up_and_bounded() {
    let verifier =
        verifier(&[cut_off(DEVICE, "255", ISSUED_AT), tuple_cut_off(SEAT, &["o", "1", "r"], ISSUED_AT)]);
    let list = |values: Vec<String>| format!("{values:?}");
    let refused = |name: &str| {
        let since = Some(i64::try_from(ISSUED_AT).unwrap());
        Err(Error::Revoked { dimension: name.into(), since, generation: None })
    };
    let devices = |count| judged(&verifier, &format!(r#""device":{}"#, list(numbered(count))));
    assert_eq!(devices(255), Ok(()));
    assert_eq!(devices(256), refused("device"));
    let too_many = Err(Error::NotCovered { reason: NotCovered::TooManyValues });
    for count in [257, 258, 1_000] {
        assert_eq!(devices(count), too_many, "{count}");
    }
    assert_eq!(too_many.unwrap_err().to_string(), "the snapshot cannot answer: too_many_values");
    let seat = r#""tenant":"o","room":["q","r"],"team":"#;
    assert_eq!(judged(&verifier, &format!(r#"{seat}["0","1"]"#)), refused("seat"));
    assert_eq!(judged(&verifier, &format!(r#"{seat}["0"]"#)), Ok(()));
    assert_eq!(judged(&verifier, &format!(r#"{seat}"1","org":[]"#)), refused("seat"));
    assert_eq!(judged(&verifier, &format!(r#"{seat}"1","org":"x""#)), Ok(()));
}

#[test]
fn mistyped_value_does_not_count_as_missing() {
    let verifier =
        verifier(&[cut_off(DEVICE, "d", ISSUED_AT), matching(Dimension::SubjectClient, ISSUED_AT)]);
    for value in ["7", "null", "{}", r#"["d",7]"#, "[[]]"] {
        let found = judged(&verifier, &format!(r#""device":{value}"#));
        assert_eq!(found, Err(Error::ClaimType { claim: "device".into() }), "{value}");
    }
    let found = judged(&verifier, r#""device":7,"sub":"s","azp":"c""#).unwrap_err();
    assert_eq!(found.code(), "ERR_REVOCATION_REVOKED");
    assert_eq!(judged(&verifier, r#""device":[]"#), Ok(()));
    // No dimension with entries goes by this claim.
    assert_eq!(judged(&verifier, r#""team":7"#), Ok(()));
}

// --- series of editions

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
