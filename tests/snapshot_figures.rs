//! What size and time the goals name, measured. Run with `cargo test --release --all-features --test
//! snapshot_figures -- --ignored --nocapture`.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod snapshot_support;

use rescind::{Entry, Headroom};
use snapshot_support::*;
use std::time::{Duration, Instant};

/// Tokens that expire over a day.
fn tokens(from: u64, to: u64) -> Vec<Entry> {
    (from..to).map(|n| token(&format!("token-{n:030}"), ISSUED_AT + 60 + n * 7919 % 86_000)).collect()
}

fn timed<T>(what: &str, action: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let result = action();
    let took = started.elapsed();
    println!("{what}: {took:?}");
    (result, took)
}

#[test]
#[ignore = "a measurement; a debug build says nothing"]
fn figures_of_a_million_tokens() {
    let entries = tokens(0, 1_000_000);
    let (one_shot, _) = timed("publish, hashing included", || Publisher::new().publish(&entries));
    println!(
        "  {} bytes in objects",
        one_shot.objects.iter().map(|object| object.bytes.len()).sum::<usize>()
    );
    let room = Headroom { percent: 25, least: 64, from: ISSUED_AT, until: ISSUED_AT + 90_000 };
    let (mut series, _) = timed("first base, hashing included", || Series::new(room, &entries));
    let (first, _) = timed("first edition", || series.publish());
    println!("  {} bytes in objects", first.objects.iter().map(|object| object.bytes.len()).sum::<usize>());
    let mut follower = Publisher::new().subscription();
    timed("first load", || series.store.load(&mut follower, &first.manifest, NOW).unwrap());
    for round in 0..20 {
        let more = tokens(1_000_000 + round * 1_000, 1_001_000 + round * 1_000);
        timed("insert of 1,000", || more.iter().for_each(|entry| series.publisher.insert(entry).unwrap()));
        let (next, _) = timed("edition of +1,000", || series.publish());
        let bytes = next.objects.iter().map(|object| object.bytes.len()).min().unwrap();
        let plan = follower.offer_manifest(&next.manifest, NOW).unwrap();
        let objects: Vec<_> = plan.needed.iter().map(|needed| series.store.get(&needed.sha256)).collect();
        let (_, applied) = timed("delta by the verifier", || {
            objects.into_iter().for_each(|object| follower.offer_object(object).unwrap());
            follower.commit().unwrap()
        });
        println!("  delta {bytes} bytes, manifest {}, applied {applied:?}", next.manifest.len());
    }
    series.publisher.fold_next();
    let (next, _) = timed("edition with a fold", || series.publish());
    follower.offer_manifest(&next.manifest, NOW).unwrap();
    timed("fold by the verifier", || follower.commit().unwrap());
    timed("insert of one", || series.publisher.insert(&token("one", None)).unwrap());
    timed("edition of one", || series.publish());
}
