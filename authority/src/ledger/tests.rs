use std::sync::atomic::Ordering;
use std::time::Duration;

use super::*;
use crate::SystemClock;
use crate::store::double::Slow;

fn open(store: &Arc<Slow>, max_live_entries: usize) -> Ledger {
    let lifetimes = Lifetimes { longest: 900, tolerance: 60 };
    let options = LedgerOptions { lifetimes, max_live_entries };
    let store: Arc<dyn Store> = store.clone();
    let clock = Arc::new(SystemClock::default());
    Ledger::open(store, clock, options, Edition { epoch: 1, version: 7 }, Box::new(|| {})).unwrap().0
}

fn draft(kind: Kind, value: &str) -> Draft {
    let (issuer, actor) = ("https://a.example".into(), "admin".into());
    Draft { kind, issuer, value: value.into(), expires_at: None, subject: None, reason: None, actor }
}

async fn record(ledger: &Ledger, kind: Kind, value: &str) -> Result<Recorded, LedgerError> {
    ledger.record(draft(kind, value)).await
}

#[tokio::test]
async fn concurrent_revocations_share_writes() {
    let store = Slow::new();
    let ledger = open(&store, 1000);
    let tasks: Vec<_> = (0..100)
        .map(|number| {
            let ledger = ledger.clone();
            tokio::spawn(async move { record(&ledger, Kind::Session, &number.to_string()).await.unwrap() })
        })
        .collect();
    let mut sequences = Vec::new();
    for task in tasks {
        sequences.push(task.await.unwrap().record.sequence);
    }
    sequences.sort_unstable();
    assert_eq!(sequences, (1..=100).collect::<Vec<_>>());
    let writes = store.writes.load(Ordering::SeqCst);
    assert!(writes < 10, "{writes} writes");
}

#[tokio::test]
async fn failed_write_is_not_acknowledged_and_the_log_goes_on() {
    let store = Slow::new();
    let ledger = open(&store, 1000);
    store.broken.store(true, Ordering::SeqCst);
    assert_eq!(record(&ledger, Kind::Subject, "ann").await.unwrap_err(), LedgerError::Unavailable);
    assert_eq!(ledger.cut_off(Kind::Subject, "https://a.example", "ann"), None);
    store.broken.store(false, Ordering::SeqCst);
    assert_eq!(record(&ledger, Kind::Subject, "ann").await.unwrap().record.sequence, 1);
    assert!(ledger.cut_off(Kind::Subject, "https://a.example", "ann").is_some());
}

#[tokio::test]
async fn write_that_failed_but_reached_the_disk_holds_and_the_log_goes_on() {
    let store = Slow::new();
    let ledger = open(&store, 1000);
    store.lying.store(true, Ordering::SeqCst);
    assert_eq!(record(&ledger, Kind::Subject, "ann").await.unwrap_err(), LedgerError::Unavailable);
    store.lying.store(false, Ordering::SeqCst);
    assert_eq!(record(&ledger, Kind::Subject, "ben").await.unwrap().record.sequence, 2);
    assert!(ledger.cut_off(Kind::Subject, "https://a.example", "ann").is_some());
    let settled = ledger.settle(Edition { epoch: 1, version: 8 });
    assert_eq!(settled.iter().map(|record| record.value.as_str()).collect::<Vec<_>>(), ["ann", "ben"]);
}

#[tokio::test]
async fn revocation_beyond_the_limit_is_refused() {
    let store = Slow::new();
    let ledger = open(&store, 2);
    for value in ["a", "b"] {
        record(&ledger, Kind::Session, value).await.unwrap();
    }
    assert_eq!(record(&ledger, Kind::Session, "c").await.unwrap_err(), LedgerError::Full);
    ledger.forget(u64::MAX - 1);
    record(&ledger, Kind::Session, "c").await.unwrap();
}

#[tokio::test]
async fn revocation_is_promised_for_the_edition_after_the_settled_one() {
    let ledger = open(&Slow::new(), 1000);
    let first = record(&ledger, Kind::Session, "a").await.unwrap();
    assert_eq!(first.edition, Edition { epoch: 1, version: 8 });
    let settled = ledger.settle(Edition { epoch: 1, version: 8 });
    assert_eq!(settled, [first.record]);
    let second = record(&ledger, Kind::Session, "b").await.unwrap();
    assert_eq!(second.edition, Edition { epoch: 1, version: 9 });
}

#[tokio::test]
async fn latest_cut_off_of_a_value_counts() {
    let store = Slow::new();
    let ledger = open(&store, 1000);
    let first = record(&ledger, Kind::Subject, "ann").await.unwrap().record.not_before;
    tokio::time::sleep(Duration::from_millis(1100)).await;
    let second = record(&ledger, Kind::Subject, "ann").await.unwrap().record.not_before;
    assert!(second > first);
    assert_eq!(ledger.cut_off(Kind::Subject, "https://a.example", "ann"), second);
    drop(ledger);
    assert_eq!(open(&store, 1000).cut_off(Kind::Subject, "https://a.example", "ann"), second);
}
