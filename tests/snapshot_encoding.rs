//! The bytes themselves: the documented example, and what an entry costs.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod snapshot_support;

use rescind::{Dimension, Entry};
use snapshot_support::*;

const DOCUMENT: &str = include_str!("../docs/format.md");

/// The entries of the example in `docs/format.md`.
fn example() -> Vec<Entry> {
    vec![
        token("a", ISSUED_AT + 900),
        token("b", ISSUED_AT + 100),
        Entry::Token { issuer: OTHER_ISSUER.into(), token_id: "a".into(), expires_at: None, subject: None },
        cut_off(Dimension::Subject, "alice", ISSUED_AT - 1_000),
        cut_off(Dimension::Organization, "acme", ISSUED_AT + 1),
        cut_off(Dimension::Key, "2026-01", ISSUED_AT - 10_000),
    ]
}

/// The hexadecimal block that follows a title.
fn documented(title: &str) -> String {
    let (_, after) = DOCUMENT.split_once(&format!("\n{title}:\n\n```\n")).unwrap();
    after.split_once("```").unwrap().0.split_whitespace().collect()
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn example_of_the_document_is_what_the_writer_writes() {
    let publication = Publisher::new().publish(&example());
    assert_eq!(hex(&publication.objects[0].bytes), documented("Token set"));
    assert_eq!(hex(&publication.objects[1].bytes), documented("Cut-offs"));
    assert_eq!(hex(&publication.manifest), documented("Manifest"));
}

#[test]
fn declared_dimensions_of_the_document_are_what_the_writer_writes() {
    let mut publisher = Publisher::new();
    publisher.parameters.declared = vec![
        declared_dimension(8, "device", &[&["sub"], &["device_id", "did"]], None),
        declared_dimension(20, "account", &[&["sub"]], Some("gen")),
    ];
    let publication = publisher.publish(&[
        cut_off(Dimension::Subject, "alice", ISSUED_AT - 1_000),
        tuple_cut_off(Dimension::SubjectClient, &["alice", "app"], ISSUED_AT + 1),
        tuple_cut_off(Dimension::Declared(8), &["alice", "phone-1"], ISSUED_AT + 2),
        tuple_cut_off(Dimension::Declared(20), &["alice"], 7),
    ]);
    assert_eq!(hex(&publication.objects[0].bytes), documented("Cut-offs of four dimensions"));
    let records = documented("Their records in the manifest");
    assert_eq!(hex(&publication.manifest).matches(&records).count(), 1);
}

/// Tokens that expire over a day, one in a hundred of unknown exp.
fn tokens(count: u64) -> Vec<Entry> {
    (0..count)
        .map(|n| token(&n.to_string(), (n % 100 != 0).then_some(ISSUED_AT + n * 7919 % 86_400)))
        .collect()
}

/// Cut-offs of the four hashed dimensions over 2^20 seconds (12 days).
fn cut_offs(count: u64) -> Vec<Entry> {
    let dimensions = [Dimension::Subject, Dimension::Session, Dimension::Client, Dimension::Organization];
    let dimension = |n: u64| dimensions[usize::try_from(n % 4).unwrap()];
    (0..count).map(|n| cut_off(dimension(n), &n.to_string(), ISSUED_AT - n * 7919 % (1 << 20))).collect()
}

/// Bytes and entries of the one object.
fn object(entries: &[Entry]) -> (u64, u64) {
    let publication = Publisher::new().publish(entries);
    assert_eq!(publication.objects.len(), 1);
    (publication.objects[0].bytes.len().try_into().unwrap(), publication.entries)
}

#[test]
fn size_of_an_entry_is_as_documented() {
    for count in [1_000_u64, 10_000, 100_000, 1_000_000] {
        let (token_bytes, token_entries) = object(&tokens(count));
        let (cut_off_bytes, cut_off_entries) = object(&cut_offs(count));
        // Two values may fall on one position: about one pair in 2^32 / N.
        assert!(count - token_entries < 3 && count - cut_off_entries < 3);
        let thousandths = |bytes: u64| format!("{}.{:03}", bytes / count, bytes * 1_000 / count % 1_000);
        let row = format!("| {count} | {} | {} |", thousandths(token_bytes), thousandths(cut_off_bytes));
        assert!(DOCUMENT.contains(&row), "{row}");
        if count >= 10_000 {
            assert!(token_bytes * 100 <= 426 * count, "{token_bytes} bytes for {count} tokens");
            assert!(cut_off_bytes * 10 <= 68 * count, "{cut_off_bytes} bytes for {count} cut-offs");
        }
    }
}

#[test]
fn expiries_spread_over_ten_years_cost_no_more() {
    let spread = |n: u64| ISSUED_AT + n * 7_919_777 % (10 * 365 * 86_400);
    let entries: Vec<Entry> = (0..10_000).map(|n| token(&n.to_string(), spread(n))).collect();
    let (bytes, _) = object(&entries);
    assert!(bytes <= 42_600, "{bytes}");
}

#[test]
fn manifest_of_two_objects_and_every_dimension_is_half_a_kilobyte() {
    let entries = Dimension::BUILT_IN.map(|dimension| match dimension {
        Dimension::Issuer => cut_off(dimension, ISSUER, 1),
        _ => cut_off(dimension, "v", 1),
    });
    let publication = Publisher::new().publish(&[&entries[..], &[token("a", None)]].concat());
    assert!(publication.manifest.len() <= 512, "{}", publication.manifest.len());
}

#[test]
fn delta_of_a_thousand_tokens_on_a_million_is_as_documented() {
    for (percent, hundredths) in [(0, 543), (25, 547)] {
        let room = rescind::Headroom { percent, least: 5, from: ISSUED_AT, until: ISSUED_AT + 86_400 };
        let mut series = Series::new(room, &tokens(1_000_000));
        series.publish();
        let more: Vec<Entry> = (0..1_000).map(|n| token(&format!("more {n}"), ISSUED_AT + n * 79)).collect();
        let delta = series.add(&more).objects.into_iter().map(|object| object.bytes.len()).min().unwrap();
        assert_eq!(delta / 10, hundredths, "{delta} bytes with {percent} % of room");
        assert!(DOCUMENT.contains(&format!("{}.{}", hundredths / 100, hundredths % 100)));
    }
}

/// The delta of the example: one token more, one cut-off later, one key taken back.
#[test]
fn delta_of_the_document_is_what_the_writer_writes() {
    let mut series = Series::new(
        rescind::Headroom { percent: 0, least: 4, from: ISSUED_AT, until: ISSUED_AT + 900 },
        &example(),
    );
    let first = series.publish();
    assert_eq!(hex(&first.manifest), documented("Manifest of a first edition with room"));
    series.publisher.insert(&token("c", ISSUED_AT + 500)).unwrap();
    series.publisher.insert(&cut_off(Dimension::Subject, "alice", ISSUED_AT + 2)).unwrap();
    series.publisher.remove(&cut_off(Dimension::Key, "2026-01", 0)).unwrap();
    let second = series.publish();
    assert_eq!(hex(&second.manifest), documented("Manifest of the next, which carries a delta"));
    series.publisher.fold_next();
    let third = series.publish();
    assert_eq!(hex(&third.objects[0].bytes), documented("Token set, folded"));
    assert_eq!(hex(&third.objects[1].bytes), documented("Cut-offs, folded"));
}
