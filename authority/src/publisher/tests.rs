use std::sync::atomic::{AtomicU64, Ordering};

use rescind::{Edition, PartName};
use tempfile::TempDir;

use super::*;
use crate::SystemClock;
use crate::ledger::LedgerOptions;
use crate::record::{Draft, Kind, Record};
use crate::setup::{Choices, init};
use crate::store::double::Slow;

/// A clock that a test sets, in seconds since the Unix epoch.
struct SetClock(AtomicU64);

impl Clock for SetClock {
    fn since_epoch(&self) -> Duration {
        Duration::from_secs(self.0.load(Ordering::SeqCst))
    }
}

struct Fixture {
    publisher: Publisher,
    store: Arc<Slow>,
    sink: Arc<MemorySink>,
    _folder: TempDir,
}

fn fixture(published: Option<PublicationState>) -> Fixture {
    fixture_by(Arc::new(SystemClock::default()), published)
}

fn fixture_by(clock: Arc<dyn Clock>, published: Option<PublicationState>) -> Fixture {
    let folder = tempfile::tempdir().unwrap();
    let issuer = "https://a.example".into();
    let (listen, tenant) = ("127.0.0.1:0".parse().unwrap(), "main".into());
    let choices = Choices { listen, issuer, tenant, users: Vec::new(), origins: Vec::new() };
    init(folder.path(), &choices, &SystemClock::default()).unwrap();
    let config = Config::load(&folder.path().join("config.toml")).unwrap();
    let (store, sink) = (Slow::new(), Arc::new(MemorySink::default()));
    published.iter().for_each(|state| store.set_publication(state).unwrap());
    let state = resume(store.as_ref(), 1).unwrap();
    let lifetimes = Lifetimes { longest: 900, tolerance: 60 };
    let options = LedgerOptions { lifetimes, max_live_entries: 1000 };
    let (ledger, _) =
        Ledger::open(store.clone(), Arc::clone(&clock), options, state.edition, Box::new(|| {})).unwrap();
    let key = Ed25519Key::read(&config.publish.key).unwrap();
    let tools = Tools { key, ledger, store: store.clone(), sink: Arc::clone(&sink), clock };
    Fixture { publisher: Publisher::new(&config, tools, state), store, sink, _folder: folder }
}

fn version(sink: &MemorySink) -> Option<u64> {
    sink.manifest(PartName::Whole).map(|manifest| manifest.edition.version)
}

#[test]
fn number_that_is_not_on_disk_is_not_published() {
    let mut it = fixture(None);
    it.publisher.publish().unwrap();
    it.store.broken.store(true, Ordering::SeqCst);
    assert!(it.publisher.publish().is_err());
    assert_eq!(version(&it.sink), Some(1));
    it.store.broken.store(false, Ordering::SeqCst);
    it.publisher.publish().unwrap();
    assert_eq!(version(&it.sink), Some(2));
}

#[test]
fn number_whose_write_failed_but_reached_the_disk_is_skipped() {
    let mut it = fixture(None);
    it.publisher.publish().unwrap();
    it.store.lying.store(true, Ordering::SeqCst);
    assert!(it.publisher.publish().is_err());
    assert_eq!(version(&it.sink), Some(1));
    it.store.lying.store(false, Ordering::SeqCst);
    it.publisher.publish().unwrap();
    assert_eq!(version(&it.sink), Some(3));
}

fn far_ahead() -> PublicationState {
    PublicationState {
        edition: Edition { epoch: 1, version: 5 },
        issued_at: 4_000_000_000,
        salt: [1; 16],
        shard_bits: 0,
    }
}

#[test]
fn issue_time_never_goes_back() {
    let mut it = fixture(Some(far_ahead()));
    it.publisher.publish().unwrap();
    assert_eq!(version(&it.sink), Some(6));
    assert_eq!(it.store.publication().unwrap().unwrap().issued_at, 4_000_000_000);
}

#[test]
fn fresh_epoch_has_a_fresh_salt_and_no_earlier_issue_time() {
    let store = Slow::new();
    store.set_publication(&far_ahead()).unwrap();
    assert_eq!(resume(store.as_ref(), 1).unwrap(), far_ahead());
    let fresh = resume(store.as_ref(), 2).unwrap();
    assert_eq!((fresh.edition, fresh.issued_at), (Edition { epoch: 2, version: 0 }, 4_000_000_000));
    assert_ne!(fresh.salt, [1; 16]);
}

#[test]
fn shards_follow_what_is_live_by_new_epochs() {
    let mut it = fixture(None);
    it.publisher.publish().unwrap();
    let edition = |sink: &MemorySink, part| sink.manifest(part).map(|manifest| manifest.edition);
    assert_eq!(edition(&it.sink, PartName::Whole), Some(Edition { epoch: 1, version: 1 }));
    let now = SystemClock::default().seconds();
    let records: Vec<Record> = (1..=15_000).map(|sequence| of_a_subject(sequence, now)).collect();
    it.store.append(&records).unwrap();
    // Read at once, as after a restart; the number of shards follows with the next edition.
    it.publisher.feeds = None;
    it.publisher.publish().unwrap();
    assert_eq!(edition(&it.sink, PartName::Whole), Some(Edition { epoch: 1, version: 2 }));
    it.publisher.publish().unwrap();
    let first = Some(Edition { epoch: 2, version: 1 });
    for part in ["whole", "common", "2-0", "2-1", "2-2", "2-3"] {
        assert_eq!(edition(&it.sink, part.parse().unwrap()), first, "{part}");
    }
    assert_eq!(it.store.publication().unwrap().unwrap().shard_bits, 2);
    it.publisher.publish().unwrap();
    assert_eq!(edition(&it.sink, PartName::Whole), Some(Edition { epoch: 2, version: 2 }));
    assert_eq!(edition(&it.sink, PartName::Common), first);
}

#[test]
fn many_revocations_that_have_left_do_not_change_the_number_of_shards() {
    let mut it = fixture(None);
    it.publisher.publish().unwrap();
    let now = SystemClock::default().seconds();
    let gone: Vec<Record> =
        (1..=15_000).map(|sequence| Record { leaves_at: now - 1, ..of_a_subject(sequence, now) }).collect();
    it.store.append(&gone).unwrap();
    it.publisher.feeds.as_mut().unwrap().take(&gone, it.store.as_ref(), now).unwrap();
    it.publisher.publish().unwrap();
    assert_eq!(version(&it.sink), Some(2));
    assert_eq!(it.store.publication().unwrap().unwrap().shard_bits, 0);
}

#[test]
fn clock_that_ran_ahead_and_is_set_back_loses_no_revocation() {
    const NOW: u64 = 2_000_000_000;
    let clock = Arc::new(SetClock(AtomicU64::new(NOW)));
    let mut it = fixture_by(clock.clone(), None);
    it.publisher.publish().unwrap();
    let record = of_a_subject(1, NOW);
    it.store.append(std::slice::from_ref(&record)).unwrap();
    it.publisher.feeds = None;
    it.publisher.publish().unwrap();
    assert_eq!(entries(&it.sink), 1);
    // Less than what a universe is made for, and enough for the entry to leave with the next base.
    for (ahead, expected) in [(30_000, 0), (0, 1), (120, 1)] {
        clock.0.store(NOW + ahead, Ordering::SeqCst);
        it.publisher.publish().unwrap();
        assert_eq!(entries(&it.sink), expected, "{ahead} s ahead");
        let held = it.publisher.tools.ledger.holds_token(&record.issuer, &record.value);
        assert_eq!(held, expected == 1, "{ahead} s ahead");
    }
}

/// How many the newest whole manifest says there are (`docs/format.md`, Manifest).
fn entries(sink: &MemorySink) -> u64 {
    let manifest = sink.manifest(PartName::Whole).unwrap().bytes;
    u64::from_le_bytes(manifest[96..104].try_into().unwrap())
}

fn of_a_subject(sequence: u64, now: u64) -> Record {
    let (issuer, value) = ("https://a.example".into(), format!("t{sequence}"));
    let (kind, subject, expires_at) = (Kind::Token, Some(format!("s{sequence}")), Some(now + 600));
    let draft = Draft { kind, issuer, value, expires_at, subject, reason: None, actor: "admin".into() };
    draft.record(sequence, format!("id{sequence}"), now, Lifetimes { longest: 900, tolerance: 60 })
}
