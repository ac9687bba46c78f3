//! The published snapshot: its addresses, its caching, and its line of editions.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use reqwest::{Response, StatusCode};
use rescind_authority::{Clock, SystemClock};
use serde_json::json;
use support::{Authority, Folder, claims};

async fn manifest(authority: &Authority) -> Response {
    authority.get("/r/main/manifest").send().await.unwrap()
}

fn header<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers()[name].to_str().unwrap()
}

/// The address of the only object of the newest edition.
async fn object_path(authority: &Authority) -> String {
    let mut edge = authority.edge().await;
    let manifest = manifest(authority).await.bytes().await.unwrap();
    let plan = edge.subscription().offer_manifest(&manifest, support::now()).unwrap();
    let name: String = plan.needed[0].sha256.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("/r/main/objects/{name}")
}

#[tokio::test]
async fn manifest_may_be_cached_for_seconds_by_anyone() {
    let authority = Authority::start().await;
    let answer = manifest(&authority).await;
    assert_eq!(header(&answer, "cache-control"), "public, max-age=2, no-transform");
    assert_eq!(header(&answer, "content-type"), "application/octet-stream");
    assert_eq!(header(&answer, "x-content-type-options"), "nosniff");
    let etag = header(&answer, "etag");
    assert!(etag.starts_with('"') && etag.len() == 18, "{etag}");
}

#[tokio::test]
async fn manifest_that_is_held_is_not_sent_again() {
    let authority = Authority::start().await;
    let etag = header(&manifest(&authority).await, "etag").to_owned();
    for held in [etag.clone(), format!("W/{etag}"), format!("\"other\", {etag}"), "*".into()] {
        let request = authority.get("/r/main/manifest").header("if-none-match", &held);
        let answer = request.send().await.unwrap();
        assert_eq!(
            (answer.status(), header(&answer, "etag")),
            (StatusCode::NOT_MODIFIED, etag.as_str()),
            "{held}"
        );
        assert_eq!(header(&answer, "cache-control"), "public, max-age=2, no-transform");
        assert_eq!(answer.bytes().await.unwrap().len(), 0);
    }
    let request = authority.get("/r/main/manifest").header("if-none-match", "\"other\"");
    assert_eq!(request.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn manifest_is_the_same_at_the_address_of_an_edition_and_kept_only_once_that_is_there() {
    let authority = Authority::start().await;
    let present = authority.edge().await.renew().await;
    let (epoch, version) = (present.epoch, present.version);
    let tag = header(&manifest(&authority).await, "etag").to_owned();
    let kept = "public, max-age=2, no-transform";
    let not_kept = "no-store, no-transform";
    let queries = [
        (format!("edition={epoch}-{version}"), kept),
        (format!("edition={epoch}-0"), kept),
        (format!("edition={epoch}-{}", version + 1), not_kept),
        (format!("edition={}-0", epoch + 1), not_kept),
        ("edition=x".into(), kept),
        ("edition=1-2&edition=3-4".into(), kept),
        ("other=1".into(), kept),
    ];
    for (query, expected) in queries {
        let answer = authority.get(&format!("/r/main/manifest?{query}")).send().await.unwrap();
        let headers = (header(&answer, "cache-control"), header(&answer, "etag"));
        assert_eq!((answer.status(), headers), (StatusCode::OK, (expected, tag.as_str())), "{query}");
    }
}

#[tokio::test]
async fn manifest_changes_its_tag_with_every_edition() {
    let authority = Authority::start().await;
    let before = header(&manifest(&authority).await, "etag").to_owned();
    let revoked = authority.revoke(json!({ "type": "session", "value": "s" })).await;
    authority.edge().await.follow(&revoked["snapshot"]).await;
    let answer = authority.get("/r/main/manifest").header("if-none-match", &before).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_ne!(header(&answer, "etag"), before);
}

#[tokio::test]
async fn key_set_that_is_held_is_not_sent_again() {
    let authority = Authority::start().await;
    let answer = authority.get("/jwks.json").send().await.unwrap();
    assert_eq!(header(&answer, "content-type"), "application/jwk-set+json");
    let etag = header(&answer, "etag").to_owned();
    let held = authority.get("/jwks.json").header("if-none-match", etag).send().await.unwrap();
    assert_eq!(held.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn object_may_be_cached_for_ever() {
    let authority = Authority::start().await;
    let revoked = authority.revoke(json!({ "type": "session", "value": "s" })).await;
    authority.edge().await.follow(&revoked["snapshot"]).await;
    let path = object_path(&authority).await;
    let answer = authority.get(&path).send().await.unwrap();
    assert_eq!(header(&answer, "cache-control"), "public, max-age=31536000, immutable, no-transform");
    let etag = header(&answer, "etag").to_owned();
    let held = authority.get(&path).header("if-none-match", etag).send().await.unwrap();
    assert_eq!(held.status(), StatusCode::NOT_MODIFIED);
}

#[tokio::test]
async fn object_under_another_spelling_or_name_is_not_found() {
    let authority = Authority::start().await;
    let revoked = authority.revoke(json!({ "type": "session", "value": "s" })).await;
    authority.edge().await.follow(&revoked["snapshot"]).await;
    let path = object_path(&authority).await;
    let name = path.rsplit('/').next().unwrap();
    for other in [
        format!("/r/main/objects/{}", name.to_uppercase()),
        format!("/r/main/objects/{}", "0".repeat(64)),
        "/r/main/objects/x".into(),
        format!("/r/other/objects/{name}"),
        "/r/other/manifest".into(),
        "/r/main".into(),
        "/".into(),
    ] {
        let answer = authority.get(&other).send().await.unwrap();
        assert_eq!(
            (answer.status(), header(&answer, "cache-control")),
            (StatusCode::NOT_FOUND, "no-store"),
            "{other}"
        );
    }
}

#[tokio::test]
async fn page_of_any_origin_may_read_the_snapshot_and_its_tag() {
    let authority = Authority::start().await;
    for path in ["/r/main/manifest", "/jwks.json", "/.well-known/oauth-authorization-server"] {
        let answer = authority.get(path).header("origin", "https://anyone.example").send().await.unwrap();
        assert_eq!(header(&answer, "access-control-allow-origin"), "*");
        assert!(header(&answer, "access-control-expose-headers").contains("etag"));
    }
    let request =
        authority.http.request(reqwest::Method::OPTIONS, format!("{}/r/main/manifest", authority.url));
    let request =
        request.header("origin", "https://anyone.example").header("access-control-request-method", "GET");
    let answer = request.header("access-control-request-headers", "if-none-match").send().await.unwrap();
    assert!(header(&answer, "access-control-allow-headers").contains("if-none-match"));
}

#[tokio::test]
async fn manifest_is_renewed_while_nothing_changes() {
    let folder = Folder::new();
    folder.set("# interval_seconds = 30", "interval_seconds = 1");
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    let mut edge = authority.edge().await;
    let first = edge.renew().await;
    for _ in 0..200 {
        if edge.renew().await > first {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("still {first}");
}

#[tokio::test]
async fn entry_leaves_the_snapshot_after_the_last_token_it_can_strike() {
    let (authority, clock) = Authority::start_short_lived().await;
    let token = authority.sign_in("ann").await;
    let expires_at = claims(&token)["exp"].as_u64().unwrap();
    authority.revoke(json!({ "type": "token", "token": token })).await;
    authority.revoke(json!({ "type": "key", "value": "k" })).await;
    let live = async || -> u64 {
        let ready = authority.get("/health/ready").send().await.unwrap();
        ready.json::<serde_json::Value>().await.unwrap()["live_entries"].as_u64().unwrap()
    };
    let tolerance = 60;
    let left = expires_at + tolerance - clock.seconds();
    clock.advance((left - 1) * 1000);
    tokio::time::sleep(Duration::from_millis(2500)).await;
    assert_eq!(live().await, 2);
    clock.advance(1000);
    for _ in 0..200 {
        if live().await < 2 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    // The revoked key stays.
    assert_eq!(live().await, 1);
}

#[tokio::test]
async fn editions_read_during_a_storm_of_revocations_never_share_a_number() {
    let authority = Arc::new(Authority::start().await);
    let storm: Vec<_> = (0..4)
        .map(|writer| {
            let authority = Arc::clone(&authority);
            tokio::spawn(async move {
                let mut promised = Vec::new();
                for round in 0..25 {
                    let target = json!({ "type": "session", "value": format!("{writer}-{round}") });
                    promised.push(authority.revoke(target).await["snapshot"].clone());
                }
                promised
            })
        })
        .collect();
    let mut seen = BTreeMap::new();
    let mut edge = authority.edge().await;
    while !storm.iter().all(tokio::task::JoinHandle::is_finished) {
        let bytes = manifest(&authority).await.bytes().await.unwrap();
        let edition = edge.subscription().offer_manifest(&bytes, support::now()).unwrap().edition;
        let known = seen.entry(edition).or_insert_with(|| bytes.clone());
        assert_eq!(*known, bytes, "{edition}");
    }
    assert!(seen.len() > 1);
    for writer in storm {
        for snapshot in writer.await.unwrap() {
            edge.follow(&snapshot).await;
        }
    }
    assert_eq!(edge.verifier.subscription().unwrap().snapshot().unwrap().entries(), 100);
}

#[tokio::test]
async fn revocation_is_in_the_edition_that_its_answer_names() {
    let authority = Authority::start().await;
    let mut edge = authority.edge().await;
    for round in 0..10 {
        let token = authority.sign_in("ann").await;
        let revoked = authority.revoke(json!({ "type": "token", "token": token })).await;
        let held = edge.follow(&revoked["snapshot"]).await;
        assert_eq!(edge.revoked_by(&token).as_deref(), Some("token"), "round {round}, {held}");
    }
}

#[tokio::test]
async fn snapshot_of_a_higher_epoch_replaces_the_present_one() {
    let authority = Authority::start().await;
    let revoked = authority.revoke(json!({ "type": "subject", "value": "ann" })).await;
    let mut edge = authority.edge().await;
    edge.follow(&revoked["snapshot"]).await;
    let folder = authority.stop().await;
    folder.set("# minimum_epoch = 1", "minimum_epoch = 7");
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    let mut edge = authority.edge().await;
    let edition = edge.renew().await;
    assert_eq!((edition.epoch, edition.version), (7, 1));
    let entries = edge.verifier.subscription().unwrap().snapshot().unwrap().entries();
    assert_eq!(entries, 1);
}
