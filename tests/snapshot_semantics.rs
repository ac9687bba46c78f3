//! Which tokens a set of revocations refuses.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod snapshot_support;

use rescind::{Dimension, Entry, NotCovered, RevocationStatus, UnixTime};
use snapshot_support::*;

const T: u64 = ISSUED_AT - 100;

fn seconds(time: u64) -> i64 {
    i64::try_from(time).unwrap()
}

#[test]
fn empty_publication_covers_and_revokes_nothing() {
    let subscription = Publisher::new().holding(&[]);
    let snapshot = subscription.snapshot().unwrap();
    assert_eq!(
        (snapshot.entries(), snapshot.bytes()),
        (0, snapshot.manifest_bytes().len().try_into().unwrap())
    );
    assert_eq!(Token::new().id("a").key("k").status(&subscription), RevocationStatus::NotRevoked);
}

#[test]
fn issuer_not_enrolled_is_not_covered() {
    let subscription = Publisher::new().holding(&[token("a", None)]);
    let status = Token::new().id("a").from("https://elsewhere.example").status(&subscription);
    assert_eq!(status, RevocationStatus::NotCovered(NotCovered::IssuerNotEnrolled));
}

#[test]
fn token_entry_refuses_its_token_only() {
    let subscription = Publisher::new().holding(&[token("a", ISSUED_AT + 900)]);
    assert_eq!(Token::new().id("a").status(&subscription), token_revoked());
    assert_eq!(Token::new().id("b").status(&subscription), RevocationStatus::NotRevoked);
    assert_eq!(Token::new().id("A").status(&subscription), RevocationStatus::NotRevoked);
    assert_eq!(Token::new().id("").status(&subscription), RevocationStatus::NotRevoked);
    assert_eq!(Token::new().status(&subscription), RevocationStatus::NotRevoked);
    assert_eq!(Token::new().id("a").from(OTHER_ISSUER).status(&subscription), RevocationStatus::NotRevoked);
}

#[test]
fn token_entry_of_unknown_exp_refuses_at_any_exp() {
    for entry_exp in [None, Some(1 << 40), Some(u64::MAX)] {
        let subscription = Publisher::new().holding(&[token("a", entry_exp), token("b", ISSUED_AT)]);
        for exp in [0, ISSUED_AT, (1 << 40) - 1, 1 << 40, u64::MAX] {
            assert_eq!(Token::new().id("a").expires(exp).status(&subscription), token_revoked(), "{exp}");
        }
    }
}

#[test]
fn same_token_with_two_exps_is_refused_at_both() {
    let subscription = Publisher::new().holding(&[token("a", ISSUED_AT), token("a", ISSUED_AT + 100_000)]);
    assert_eq!(subscription.snapshot().unwrap().entries(), 2);
    for exp in [ISSUED_AT, ISSUED_AT + 100_000] {
        assert_eq!(Token::new().id("a").expires(exp).status(&subscription), token_revoked());
    }
}

#[test]
fn token_at_the_edges_of_its_bucket_is_refused() {
    for exp in [0, 1, 63, 64, 65, 127, 128, ISSUED_AT, (1 << 40) - 1] {
        let subscription = Publisher::new().holding(&[token("a", exp)]);
        assert_eq!(Token::new().id("a").expires(exp).status(&subscription), token_revoked(), "{exp}");
        assert_eq!(Token::new().id("b").expires(exp).status(&subscription), RevocationStatus::NotRevoked);
    }
}

#[test]
fn cut_off_refuses_tokens_issued_before_it_in_every_dimension() {
    let cases = [
        (Dimension::Issuer, ISSUER, Token::new()),
        (Dimension::Key, "v", Token::new().key("v")),
        (Dimension::Subject, "v", Token::new().claim("sub", &["v"])),
        (Dimension::Session, "v", Token::new().claim("sid", &["v"])),
        (Dimension::Client, "v", Token::new().claim("client_id", &["v"])),
        (Dimension::Client, "v", Token::new().claim("azp", &["v"])),
        (Dimension::Organization, "v", Token::new().claim("org_id", &["v"])),
        (Dimension::SubjectClient, "v", Token::new().claim("sub", &["v"]).claim("client_id", &["v"])),
        (Dimension::SubjectClient, "v", Token::new().claim("sub", &["v"]).claim("azp", &["v"])),
    ];
    for (dimension, value, token) in cases {
        let subscription = Publisher::new().holding(&[cut_off(dimension, value, T)]);
        let status = |issued: Option<i64>| token.clone().issued(issued).status(&subscription);
        assert_eq!(status(Some(seconds(T) - 1)), cut_off_at(dimension, T), "{dimension:?}");
        assert_eq!(status(Some(i64::MIN)), cut_off_at(dimension, T), "{dimension:?}");
        assert_eq!(status(Some(seconds(T))), RevocationStatus::NotRevoked, "{dimension:?}");
        assert_eq!(status(None), cut_off_at(dimension, T), "{dimension:?} without iat");
        let elsewhere = token.clone().from(OTHER_ISSUER).issued(0).status(&subscription);
        assert_eq!(elsewhere, RevocationStatus::NotRevoked, "{dimension:?} of another issuer");
        let without_values = Token::new().issued(None).status(&subscription);
        assert_eq!(without_values == RevocationStatus::NotRevoked, dimension != Dimension::Issuer);
    }
}

#[test]
fn same_second_as_the_revocation_is_refused() {
    // Asked for at 1,799,999,900.7: T = floor + 1, so a token stamped at .2 or .9 of that second is dead.
    let asked = ISSUED_AT - 100;
    let subscription = Publisher::new().holding(&[cut_off(Dimension::Subject, "v", asked + 1)]);
    let token = |iat: u64| Token::new().claim("sub", &["v"]).issued(seconds(iat)).status(&subscription);
    assert_eq!(token(asked), cut_off_at(Dimension::Subject, asked + 1));
    assert_eq!(token(asked + 1), RevocationStatus::NotRevoked);
}

#[test]
fn value_of_one_dimension_does_not_match_another() {
    let subscription = Publisher::new().holding(&[cut_off(Dimension::Subject, "v", T), token("t", None)]);
    let token = Token::new()
        .issued(None)
        .id("v")
        .key("v")
        .claim("sid", &["v"])
        .claim("client_id", &["v"])
        .claim("org_id", &["v"])
        .claim("sub", &["t"]);
    assert_eq!(token.status(&subscription), RevocationStatus::NotRevoked);
}

#[test]
fn strictest_of_several_cut_offs_is_told_in_any_order() {
    let entries = [
        cut_off(Dimension::Subject, "s", T),
        cut_off(Dimension::Organization, "o", T + 20),
        cut_off(Dimension::Key, "k", T + 10),
        cut_off(Dimension::Client, "c", T + 30),
    ];
    let token = Token::new().issued(seconds(T) - 1).key("k").claim("sub", &["s"]).claim("org_id", &["o"]);
    for rotation in 0..entries.len() {
        let mut entries = entries.clone();
        entries.rotate_left(rotation);
        let subscription = Publisher::new().holding(&entries);
        assert_eq!(token.status(&subscription), cut_off_at(Dimension::Organization, T + 20));
        // Only the cut-offs that reject count: between them the later ones still do.
        let newer = token.clone().issued(seconds(T) + 15).status(&subscription);
        assert_eq!(newer, cut_off_at(Dimension::Organization, T + 20));
        let newest = token.clone().issued(seconds(T) + 20).status(&subscription);
        assert_eq!(newest, RevocationStatus::NotRevoked);
    }
}

#[test]
fn older_cut_off_of_a_wider_dimension_does_not_hide_a_newer_narrow_one() {
    let entries = [cut_off(Dimension::Issuer, ISSUER, T - 50), cut_off(Dimension::Subject, "s", T)];
    let subscription = Publisher::new().holding(&entries);
    let token = Token::new().claim("sub", &["s"]).issued(seconds(T) - 10);
    assert_eq!(token.status(&subscription), cut_off_at(Dimension::Subject, T));
}

#[test]
fn equal_cut_offs_tell_the_first_dimension() {
    let entries = [cut_off(Dimension::Organization, "o", T), cut_off(Dimension::Session, "s", T)];
    let subscription = Publisher::new().holding(&entries);
    let token = Token::new().claim("org_id", &["o"]).claim("sid", &["s"]).issued(0);
    assert_eq!(token.status(&subscription), cut_off_at(Dimension::Session, T));
}

#[test]
fn token_entry_outranks_a_cut_off() {
    let entries = [token("a", None), cut_off(Dimension::Subject, "s", T)];
    let subscription = Publisher::new().holding(&entries);
    assert_eq!(Token::new().id("a").claim("sub", &["s"]).issued(0).status(&subscription), token_revoked());
}

#[test]
fn later_time_of_a_cut_off_given_twice_counts() {
    for dimension in Dimension::BUILT_IN {
        let value = if dimension == Dimension::Issuer { ISSUER } else { "v" };
        let times = [T, T + 50, T - 50, T + 50];
        let subscription = Publisher::new().holding(&times.map(|time| cut_off(dimension, value, time)));
        assert_eq!(subscription.snapshot().unwrap().entries(), 1);
        let token = ["sub", "sid", "client_id", "org_id"]
            .iter()
            .fold(Token::new().key("v").issued(0), |token, name| token.claim(name, &["v"]));
        assert_eq!(token.status(&subscription), cut_off_at(dimension, T + 50));
    }
}

#[test]
fn every_value_of_an_array_is_looked_up() {
    let entries = [cut_off(Dimension::Organization, "b", T), cut_off(Dimension::Organization, "c", T + 5)];
    let subscription = Publisher::new().holding(&entries);
    let status = |values: &[&str]| Token::new().issued(0).claim("org_id", values).status(&subscription);
    assert_eq!(status(&["a", "b", "d"]), cut_off_at(Dimension::Organization, T));
    assert_eq!(status(&["c", "b"]), cut_off_at(Dimension::Organization, T + 5));
    assert_eq!(status(&["b", "c"]), cut_off_at(Dimension::Organization, T + 5));
    assert_eq!(status(&["a", "d"]), RevocationStatus::NotRevoked);
}

#[test]
fn client_is_client_id_and_azp_only_without_it() {
    let subscription = Publisher::new().holding(&[cut_off(Dimension::Client, "c", T)]);
    let status = |id: &[&str], azp: &[&str]| {
        Token::new().issued(0).claim("client_id", id).claim("azp", azp).status(&subscription)
    };
    assert_eq!(status(&["other"], &["c"]), RevocationStatus::NotRevoked);
    assert_eq!(status(&["c"], &["other"]), cut_off_at(Dimension::Client, T));
    assert_eq!(status(&[], &["c"]), cut_off_at(Dimension::Client, T));
}

#[test]
fn organization_is_the_claim_the_publisher_names() {
    let mut publisher = Publisher::new();
    publisher.parameters.organization_claim = "https://example.com/tenant".into();
    let subscription = publisher.holding(&[cut_off(Dimension::Organization, "o", T)]);
    let status = |claim: &str| Token::new().issued(0).claim(claim, &["o"]).status(&subscription);
    assert_eq!(status("https://example.com/tenant"), cut_off_at(Dimension::Organization, T));
    assert_eq!(status("org_id"), RevocationStatus::NotRevoked);
}

#[test]
fn literal_dimensions_tell_neighbours_apart() {
    let mut entries: Vec<Entry> =
        ["", "k", "ka", "kb", "l", "ключ"].map(|kid| cut_off(Dimension::Key, kid, T)).into();
    entries.push(cut_off(Dimension::Issuer, ISSUER, T - 50));
    let subscription = Publisher::new().holding(&entries);
    for kid in ["", "k", "ka", "kb", "l", "ключ"] {
        let status = Token::new().key(kid).issued(0).status(&subscription);
        assert_eq!(status, cut_off_at(Dimension::Key, T), "{kid:?}");
    }
    for kid in ["K", "kaa", "m", "j", "\0"] {
        let status = Token::new().key(kid).issued(0).status(&subscription);
        assert_eq!(status, cut_off_at(Dimension::Issuer, T - 50), "{kid:?}");
    }
}

#[test]
fn expired_snapshot_still_tells_revocations_and_nothing_else() {
    let subscription = Publisher::new().holding(&[token("a", None), cut_off(Dimension::Subject, "s", T)]);
    let late = UnixTime::from_seconds(ISSUED_AT + 3_600);
    assert_eq!(Token::new().id("a").status_at(&subscription, late), token_revoked());
    let cut = Token::new().claim("sub", &["s"]).issued(0).status_at(&subscription, late);
    assert_eq!(cut, cut_off_at(Dimension::Subject, T));
    let innocent = Token::new().id("b").status_at(&subscription, late);
    assert_eq!(innocent, RevocationStatus::NotCovered(NotCovered::Expired));
}
