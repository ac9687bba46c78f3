//! The contract of [`Store`], asked of every implementation: a new store joins by a line in [`kinds`].
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;

use rescind::Edition;
use rescind_authority::record::{Draft, FOREVER, Kind, Lifetimes, Record};
use rescind_authority::store::{Embedded, PublicationState, Store, StoreError};

/// Opens the store that lives in a folder; opening it twice, one after the other, finds the same content.
type Open = fn(&Path) -> Box<dyn Store>;

fn kinds() -> [(&'static str, Open); 1] {
    [("embedded", |folder| Box::new(Embedded::open(&folder.join("store.redb")).unwrap()))]
}

/// Holds every kind of store to one clause of the contract.
fn each(clause: impl Fn(&str, &dyn Fn() -> Box<dyn Store>)) {
    for (kind, open) in kinds() {
        let folder = tempfile::tempdir().unwrap();
        clause(kind, &|| open(folder.path()));
    }
}

/// A record that leaves at `leaves_at`.
fn record(sequence: u64, leaves_at: u64) -> Record {
    let draft = Draft {
        kind: Kind::Token,
        issuer: "https://a.example".into(),
        value: format!("j-{sequence}"),
        expires_at: Some(leaves_at),
        subject: Some("ann".into()),
        reason: Some("lost \u{1f511}".into()),
        actor: "admin".into(),
    };
    draft.record(sequence, format!("id-{sequence}"), 1000, Lifetimes { longest: 900, tolerance: 0 })
}

fn live(store: &dyn Store, now: u64) -> Vec<u64> {
    let mut sequences = Vec::new();
    store.live(now, &mut |record| sequences.push(record.sequence)).unwrap();
    sequences.sort_unstable();
    sequences
}

fn publication(epoch: u32, version: u64, issued_at: u64) -> PublicationState {
    PublicationState { edition: Edition { epoch, version }, issued_at, salt: [7; 16], shard_bits: 3 }
}

#[test]
fn empty_store_has_nothing() {
    each(|kind, open| {
        let store = open();
        assert_eq!(store.last_sequence().unwrap(), 0, "{kind}");
        assert_eq!(live(store.as_ref(), 0), [0; 0], "{kind}");
        assert_eq!(store.page(0, 10).unwrap(), [], "{kind}");
        assert_eq!(store.publication().unwrap(), None, "{kind}");
        assert_eq!(store.forget(u64::MAX, 10).unwrap(), 0, "{kind}");
    });
}

#[test]
fn appended_records_are_found_after_reopening() {
    each(|kind, open| {
        let records = [record(1, 2000), record(2, FOREVER)];
        open().append(&records).unwrap();
        let store = open();
        assert_eq!(store.page(0, 10).unwrap(), records, "{kind}");
        assert_eq!(store.last_sequence().unwrap(), 2, "{kind}");
    });
}

#[test]
fn batch_that_does_not_continue_the_log_is_refused_as_a_whole() {
    each(|kind, open| {
        let store = open();
        store.append(&[record(1, 2000)]).unwrap();
        for batch in [vec![record(1, 2000)], vec![record(3, 2000)], vec![record(2, 2000), record(2, 2000)]] {
            assert!(matches!(store.append(&batch), Err(StoreError::OutOfOrder(_))), "{kind}");
        }
        assert_eq!((store.last_sequence().unwrap(), store.page(0, 10).unwrap().len()), (1, 1), "{kind}");
        store.append(&[record(2, 2000), record(3, 2000)]).unwrap();
        assert_eq!(store.last_sequence().unwrap(), 3, "{kind}");
    });
}

#[test]
fn record_is_live_until_it_leaves() {
    each(|kind, open| {
        let store = open();
        store.append(&[record(1, 2000), record(2, 1500), record(3, FOREVER)]).unwrap();
        assert_eq!(live(store.as_ref(), 1499), [1, 2, 3], "{kind}");
        assert_eq!(live(store.as_ref(), 1500), [1, 3], "{kind}");
        assert_eq!(live(store.as_ref(), FOREVER - 1), [3], "{kind}");
    });
}

#[test]
fn page_starts_after_a_sequence_and_keeps_its_limit() {
    each(|kind, open| {
        let store = open();
        store.append(&[record(1, 2000), record(2, 2000), record(3, 2000)]).unwrap();
        let sequences = |after, limit| -> Vec<u64> {
            store.page(after, limit).unwrap().iter().map(|record| record.sequence).collect()
        };
        assert_eq!(sequences(0, 2), [1, 2], "{kind}");
        assert_eq!(sequences(2, 2), [3], "{kind}");
        assert_eq!(sequences(u64::MAX, 2), [0; 0], "{kind}");
    });
}

#[test]
fn forgotten_records_are_gone_and_their_sequences_are_not_given_again() {
    each(|kind, open| {
        let store = open();
        store.append(&[record(1, 1100), record(2, 1200), record(3, 1300)]).unwrap();
        assert_eq!(store.forget(1300, 2).unwrap(), 2, "{kind}");
        assert_eq!(store.forget(1299, 2).unwrap(), 0, "{kind}");
        assert_eq!(store.forget(1300, 2).unwrap(), 1, "{kind}");
        drop(store);
        let store = open();
        assert_eq!((store.page(0, 10).unwrap().len(), store.last_sequence().unwrap()), (0, 3), "{kind}");
        assert!(store.append(&[record(1, 2000)]).is_err(), "{kind}");
        store.append(&[record(4, 2000)]).unwrap();
    });
}

#[test]
fn publication_is_found_after_reopening() {
    each(|kind, open| {
        open().set_publication(&publication(1, 5, 1000)).unwrap();
        assert_eq!(open().publication().unwrap(), Some(publication(1, 5, 1000)), "{kind}");
    });
}

#[test]
fn publication_only_rises() {
    each(|kind, open| {
        let store = open();
        store.set_publication(&publication(2, 5, 1000)).unwrap();
        for back in [
            publication(2, 5, 1000),
            publication(2, 4, 1000),
            publication(1, 9, 1000),
            publication(2, 6, 999),
        ] {
            assert!(
                matches!(store.set_publication(&back), Err(StoreError::OutOfOrder(_))),
                "{kind} {back:?}"
            );
        }
        assert_eq!(store.publication().unwrap(), Some(publication(2, 5, 1000)), "{kind}");
        for next in [publication(2, 6, 1000), publication(3, 1, 1001)] {
            store.set_publication(&next).unwrap();
        }
    });
}

#[test]
fn embedded_store_in_use_is_not_opened_a_second_time() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let _open = Embedded::open(&path).unwrap();
    assert!(matches!(Embedded::open(&path), Err(StoreError::Unavailable(_))));
}

#[cfg(unix)]
#[test]
fn embedded_store_is_readable_by_its_owner_alone() {
    use std::os::unix::fs::PermissionsExt;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let _open = Embedded::open(&path).unwrap();
    assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
}

#[test]
fn file_that_is_no_store_is_refused_and_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("store.redb");
    let text = "precious ".repeat(1000);
    std::fs::write(&path, &text).unwrap();
    assert!(Embedded::open(&path).is_err());
    assert_eq!(std::fs::read_to_string(&path).unwrap(), text);
}
