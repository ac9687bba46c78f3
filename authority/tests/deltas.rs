//! A verifier that follows the authority: by deltas where it can, by a base where it must.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use rescind::{Edition, Error};
use rescind_authority::SystemClock;
use serde_json::{Value, json};
use support::{Authority, edition};

async fn revoke_session(authority: &Authority, value: &str) -> Edition {
    edition(&authority.revoke(json!({ "type": "session", "value": value })).await["snapshot"])
}

#[tokio::test]
async fn verifier_that_polls_fetches_the_base_once() {
    let authority = Authority::start().await;
    let mut follower = authority.follower();
    follower.renew().await.unwrap();
    assert!(follower.fetched_a_base());
    for round in 0..20 {
        let published = revoke_session(&authority, &format!("s{round}")).await;
        follower.follow(published).await;
        assert_eq!(follower.fetched, [], "round {round}");
    }
    assert_eq!(follower.entries(), 20);
}

#[tokio::test]
async fn verifier_that_was_away_comes_back_by_deltas() {
    let authority = Authority::start().await;
    let mut always = authority.follower();
    let mut away = authority.follower();
    away.renew().await.unwrap();
    for round in 0..15 {
        for part in 0..12 {
            authority.revoke(json!({ "type": "session", "value": format!("s{round}-{part}") })).await;
        }
        let last = authority.revoke(json!({ "type": "token", "jti": format!("t{round}") })).await;
        always.follow(edition(&last["snapshot"])).await;
    }
    let last = always.subscription.snapshot().unwrap().edition();
    away.follow(last).await;
    assert!(!away.fetched_a_base() && !away.fetched.is_empty(), "{:?}", away.fetched);
    assert_eq!((away.entries(), always.entries()), (195, 195));
}

#[tokio::test]
async fn verifier_goes_on_after_a_restart() {
    let authority = Authority::start().await;
    let mut follower = authority.follower();
    follower.follow(revoke_session(&authority, "a").await).await;
    let before = follower.subscription.snapshot().unwrap().edition();
    let authority = Authority::start_in(authority.stop().await, Arc::new(SystemClock::default())).await;
    follower.move_to(&authority.url);
    let after = follower.renew().await.unwrap();
    assert!(after > before && after.epoch == before.epoch, "{before} {after}");
    assert_eq!(follower.entries(), 1);
    follower.follow(revoke_session(&authority, "b").await).await;
    assert_eq!((follower.entries(), follower.fetched_a_base()), (2, false));
}

#[tokio::test]
async fn more_revocations_than_there_is_room_for_begin_a_new_base_in_the_same_epoch() {
    let authority = Arc::new(Authority::start().await);
    let mut follower = authority.follower();
    let first = follower.renew().await.unwrap();
    let tasks: Vec<_> = (0..4)
        .map(|task| {
            let authority = Arc::clone(&authority);
            tokio::spawn(async move {
                let mut last = Edition::default();
                for number in 0..100 {
                    last = revoke_session(&authority, &format!("s{task}-{number}")).await;
                }
                last
            })
        })
        .collect();
    let mut last = Edition::default();
    for task in tasks {
        last = last.max(task.await.unwrap());
    }
    let held = follower.follow(last).await;
    assert!(follower.fetched_a_base());
    assert_eq!((held.epoch, follower.entries()), (first.epoch, 400));
}

#[tokio::test]
async fn what_has_expired_leaves_with_a_base_that_verifiers_fold_themselves() {
    let (authority, clock) = Authority::start_short_lived().await;
    let mut follower = authority.follower();
    follower.clock = clock.clone();
    revoke_session(&authority, "s").await;
    let forever = authority.revoke(json!({ "type": "key", "value": "k" })).await;
    follower.follow(edition(&forever["snapshot"])).await;
    assert_eq!(follower.entries(), 2);
    // One second before its time the cut-off is still there, whatever was folded until then.
    clock.advance((900 + 60) * 1000);
    let settled = follow_for(&mut follower, Duration::from_millis(2500)).await;
    assert_eq!((follower.entries(), settled), (2, false));
    clock.advance((60 + 2) * 1000);
    let fetched_a_base = follow_for(&mut follower, Duration::from_millis(2500)).await;
    assert_eq!((follower.entries(), fetched_a_base), (1, false));
}

/// Renews for some time; says whether a base was fetched.
async fn follow_for(follower: &mut support::follower::Follower, time: Duration) -> bool {
    let until = std::time::Instant::now() + time;
    let mut fetched_a_base = false;
    while std::time::Instant::now() < until {
        match follower.renew().await {
            Ok(_) => fetched_a_base |= follower.fetched_a_base(),
            Err(error) => panic!("{error}"),
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    fetched_a_base
}

#[tokio::test]
async fn token_of_unknown_expiry_leaves_after_the_longest_lifetime() {
    let (authority, clock) = Authority::start_short_lived().await;
    let mut follower = authority.follower();
    follower.clock = clock.clone();
    // Revoked twice, it is one entry, and leaves as one.
    authority.revoke(json!({ "type": "token", "jti": "t" })).await;
    let again = authority.revoke(json!({ "type": "token", "jti": "t" })).await;
    follower.follow(edition(&again["snapshot"])).await;
    assert_eq!(follower.entries(), 1);
    clock.advance((900 + 59) * 1000);
    follow_for(&mut follower, Duration::from_millis(1500)).await;
    assert_eq!(follower.entries(), 1);
    clock.advance(2000);
    follow_for(&mut follower, Duration::from_millis(1500)).await;
    assert_eq!(follower.entries(), 0);
}

#[tokio::test]
async fn objects_of_an_earlier_manifest_stay_for_whoever_reads_it_late() {
    let authority = Authority::start().await;
    let mut late = authority.follower();
    let manifest = late.get("manifest").await.unwrap();
    let mut follower = authority.follower();
    for round in 0..5 {
        follower.follow(revoke_session(&authority, &format!("s{round}")).await).await;
    }
    let plan = late.subscription.offer_manifest(&manifest, support::now()).unwrap();
    assert!(!plan.needed.is_empty());
    for object in plan.needed {
        let name: String = object.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
        late.subscription.offer_object(late.get(&format!("objects/{name}")).await.unwrap()).unwrap();
    }
    late.subscription.commit().unwrap();
    assert_eq!(late.entries(), 0);
}

#[tokio::test]
async fn earlier_manifest_is_refused_after_a_later_one() {
    let authority = Authority::start().await;
    let mut follower = authority.follower();
    let earlier = follower.get("manifest").await.unwrap();
    follower.follow(revoke_session(&authority, "s").await).await;
    let refused = follower.subscription.offer_manifest(&earlier, support::now()).unwrap_err();
    assert!(matches!(refused, Error::ManifestRolledBack { .. }), "{refused}");
    let ready: Value = authority.get("/health/ready").send().await.unwrap().json().await.unwrap();
    assert_eq!(ready["live_entries"], 1);
}
