//! Dimensions: several cut-offs at once, values of several claims, arrays, and generations.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod snapshot_support;
#[allow(clippy::panic, reason = "a failed builder fails the test")]
mod support;

use rescind::{
    Algorithm, Audience, Dimension, Entry, Error, KeySet, NotCovered, Policy, RevocationPolicy,
    RevocationStatus, UnixTime, Verifier,
};
use snapshot_support::dimensions::*;
use snapshot_support::*;
use std::cell::RefCell;
use std::collections::BTreeMap;
use support::{SECRET, sign_claims};

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
    let too_many = Error::NotCovered { reason: NotCovered::TooManyValues };
    assert_eq!(too_many.to_string(), "the snapshot cannot answer: too_many_values");
    for count in [257, 258, 1_000] {
        assert_eq!(devices(count), Err(too_many.clone()), "{count}");
    }
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
