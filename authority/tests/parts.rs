//! The snapshot in parts: a phone that loads the common part and the shard of its own subject.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;

use reqwest::StatusCode;
use rescind::{Coverage, Edition, Error, PartName, Profile, Subscription, SubscriptionOptions};
use rescind_authority::SystemClock;
use serde_json::{Value, json};
use support::{Authority, Edge, Folder, ISSUER, claims, edition};

async fn start(shards: &str) -> Authority {
    let folder = Folder::new();
    folder
        .set("# shards = \"auto\"", &format!("shards = {shards}"))
        .set("# least_wait_seconds = 0", "least_wait_seconds = 7");
    Authority::start_in(folder, Arc::new(SystemClock::default())).await
}

/// A verifier that loads parts, with the keys of the moment.
struct Phone {
    edge: Edge,
    http: reqwest::Client,
    url: String,
}

impl Phone {
    async fn new(authority: &Authority) -> Self {
        let mut edge = authority.edge().await;
        let publisher_keys = vec![authority.folder.publisher_key()];
        let options =
            SubscriptionOptions { publisher_keys, tenant: "main".into(), clock_tolerance_seconds: 5 };
        edge.verifier.subscribe(Coverage::new(Profile::Parts, &options, None).unwrap());
        Self { edge, http: authority.http.clone(), url: authority.url.clone() }
    }

    async fn get(&self, path: &str) -> Option<Vec<u8>> {
        let answer = self.http.get(format!("{}/r/main/{path}", self.url)).send().await.unwrap();
        if answer.status() == StatusCode::NOT_FOUND {
            return None;
        }
        Some(answer.error_for_status().unwrap().bytes().await.unwrap().into())
    }

    fn coverage(&mut self) -> &mut Coverage {
        self.edge.verifier.coverage_mut().unwrap()
    }

    /// Offers the newest manifest of a part and what it needs; `None` when that part is not published.
    async fn offer(&mut self, part: PartName) -> Option<(Edition, u16)> {
        let manifest = self.get(&part.manifest_path()).await?;
        let plan = self.coverage().offer_manifest(part, &manifest, support::now()).unwrap();
        for object in plan.needed {
            let name: String = object.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            let bytes = self.get(&format!("objects/{name}")).await.unwrap();
            self.coverage().offer_object(part, bytes).unwrap();
        }
        if !plan.unchanged {
            self.coverage().commit(&[part]).unwrap();
        }
        Some((plan.edition, plan.least_wait_seconds))
    }

    /// Renews the common part and the shard of a subject.
    async fn renew(&mut self, subject: &str) -> Option<PartName> {
        self.offer(PartName::Common).await.unwrap();
        let shard = self.coverage().shard_for(ISSUER, subject).map(PartName::Shard);
        if let Some(shard) = shard {
            self.offer(shard).await.unwrap();
        }
        shard
    }

    /// Renews until the token is refused; answers by which dimension.
    async fn refusal(&mut self, token: &str) -> String {
        let subject = claims(token)["sub"].as_str().unwrap().to_owned();
        for _ in 0..200 {
            self.renew(&subject).await;
            match self.edge.check(token) {
                Err(Error::Revoked { dimension, .. }) => return dimension,
                Err(other) => panic!("{other}"),
                Ok(_) => tokio::time::sleep(std::time::Duration::from_millis(20)).await,
            }
        }
        panic!("the token was not refused");
    }

    fn entries(&mut self, part: PartName) -> u64 {
        self.coverage().snapshot(part).unwrap().entries()
    }
}

#[tokio::test]
async fn phone_is_told_of_everything_that_strikes_its_own_tokens() {
    for shards in ["0", "1", "3", "\"auto\""] {
        let authority = start(shards).await;
        let mut phone = Phone::new(&authority).await;
        for (kind, claim) in [("session", "sid"), ("client", "client_id"), ("organization", "org_id")] {
            let token = authority.sign_in("ann").await;
            phone.renew("ann").await;
            assert!(phone.edge.check(&token).is_ok(), "{shards} {kind}");
            authority.revoke(json!({ "type": kind, "value": claims(&token)[claim] })).await;
            assert_eq!(phone.refusal(&token).await, kind, "{shards}");
        }
        let token = authority.sign_in("ben").await;
        authority.revoke(json!({ "type": "token", "token": token })).await;
        assert_eq!(phone.refusal(&token).await, "token", "{shards}");
        let token = authority.sign_in("ben").await;
        authority.revoke(json!({ "type": "subject", "value": "ben" })).await;
        assert_eq!(phone.refusal(&token).await, "subject", "{shards}");
        authority.stop().await;
    }
}

#[tokio::test]
async fn entry_of_a_known_subject_is_in_its_shard_alone_and_in_the_whole() {
    let authority = start("2").await;
    let mut phone = Phone::new(&authority).await;
    let token = authority.sign_in("ann").await;
    let sid = claims(&token)["sid"].clone();
    authority.revoke(json!({ "type": "token", "token": token })).await;
    authority.revoke(json!({ "type": "token", "jti": "t", "subject": "ann" })).await;
    authority.revoke(json!({ "type": "session", "value": sid, "subject": "ann" })).await;
    authority.revoke(json!({ "type": "session", "value": "of nobody known" })).await;
    let last = authority.revoke(json!({ "type": "token", "jti": "of nobody known" })).await;
    let mut whole = authority.follower();
    whole.follow(edition(&last["snapshot"])).await;
    let shard = phone.renew("ann").await.unwrap();
    assert_eq!((phone.entries(shard), phone.entries(PartName::Common), whole.entries()), (3, 2, 5));
    let others = (0..4).map(|number| rescind::Shard::new(2, number).map(PartName::Shard).unwrap());
    for other in others.filter(|other| *other != shard) {
        phone.offer(other).await.unwrap();
        assert_eq!(phone.entries(other), 0, "{other}");
    }
}

#[tokio::test]
async fn part_in_which_nothing_changed_is_not_signed_again() {
    let authority = start("1").await;
    let mut phone = Phone::new(&authority).await;
    let shard = phone.renew("ann").await.unwrap();
    let PartName::Shard(it) = shard else { panic!("{shard}") };
    let other = PartName::Shard(rescind::Shard::new(1, 1 - it.number()).unwrap());
    let (before, least_wait) = phone.offer(other).await.unwrap();
    assert_eq!(least_wait, 7);
    for round in 0..5 {
        let target = json!({ "type": "session", "value": format!("s{round}"), "subject": "ann" });
        let promised = edition(&authority.revoke(target).await["snapshot"]);
        authority.follower().follow(promised).await;
    }
    assert!(phone.offer(shard).await.unwrap().0 > before);
    for unchanged in [other, PartName::Common] {
        assert_eq!(phone.offer(unchanged).await.unwrap().0, before, "{unchanged}");
    }
}

#[tokio::test]
async fn part_in_which_nothing_changed_is_signed_again_before_it_is_stale() {
    let folder = Folder::new();
    folder
        .set("# shards = \"auto\"", "shards = 1")
        .set("# interval_seconds = 30", "interval_seconds = 1")
        .set("# next_update_seconds = 90", "next_update_seconds = 3");
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    let mut phone = Phone::new(&authority).await;
    let shard = phone.renew("ann").await.unwrap();
    for _ in 0..60 {
        for part in [shard, PartName::Common] {
            phone.offer(part).await.unwrap();
            let snapshot = phone.coverage().snapshot(part).unwrap();
            assert_eq!(snapshot.freshness(support::now()), rescind::Freshness::Fresh, "{part}");
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
}

#[tokio::test]
async fn another_number_of_shards_begins_a_new_epoch_that_phones_follow() {
    let authority = start("1").await;
    let mut phone = Phone::new(&authority).await;
    let mut whole = authority.follower();
    let token = authority.sign_in("ann").await;
    let revoked = authority.revoke(json!({ "type": "token", "token": token })).await;
    whole.follow(edition(&revoked["snapshot"])).await;
    let old = phone.renew("ann").await.unwrap();
    let mut folder = authority.stop().await;
    for (shards, epoch) in [("4", 2), ("0", 3), ("0", 3)] {
        let text = std::fs::read_to_string(folder.config_path()).unwrap();
        let line = text.lines().find(|line| line.starts_with("shards = ")).unwrap();
        folder.set(line, &format!("shards = {shards}"));
        let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
        (phone.url, phone.edge) = (authority.url.clone(), phone.edge);
        whole.move_to(&authority.url);
        assert_eq!(whole.renew().await.unwrap().epoch, epoch);
        let shard = phone.renew("ann").await;
        assert_eq!(
            (shard.is_some(), phone.edge.revoked_by(&token).as_deref()),
            (shards == "4", Some("token"))
        );
        assert_eq!(phone.get(&old.manifest_path()).await, None);
        folder = authority.stop().await;
    }
}

#[tokio::test]
async fn events_are_told_of_each_part() {
    let authority = start("1").await;
    let shard = Phone::new(&authority).await.renew("ann").await.unwrap();
    for (query, status) in [
        ("".into(), StatusCode::OK),
        ("?part=common".into(), StatusCode::OK),
        (format!("?part=shards/{shard}"), StatusCode::OK),
        ("?part=shards/2-0".into(), StatusCode::NOT_FOUND),
        ("?part=whole".into(), StatusCode::BAD_REQUEST),
        ("?part=shards/x".into(), StatusCode::BAD_REQUEST),
        ("?parts=common".into(), StatusCode::BAD_REQUEST),
    ] {
        let query: String = query;
        let answer = authority.get(&format!("/r/main/events{query}")).send().await.unwrap();
        assert_eq!(answer.status(), status, "{query}");
    }
    let mut stream = authority.get(&format!("/r/main/events?part=shards/{shard}")).send().await.unwrap();
    let first = String::from_utf8(stream.chunk().await.unwrap().unwrap().into()).unwrap();
    assert!(first.contains("data: {\"epoch\":1,\"version\":1}"), "{first}");
    let elsewhere = authority.revoke(json!({ "type": "session", "value": "s" })).await;
    authority.follower().follow(edition(&elsewhere["snapshot"])).await;
    let here = authority.revoke(json!({ "type": "session", "value": "s", "subject": "ann" })).await;
    let next = String::from_utf8(stream.chunk().await.unwrap().unwrap().into()).unwrap();
    let version = &here["snapshot"]["version"];
    assert!(next.contains(&format!("data: {{\"epoch\":1,\"version\":{version}}}")), "{next}");
}

#[tokio::test]
async fn part_is_no_other_part() {
    let authority = start("1").await;
    let mut phone = Phone::new(&authority).await;
    let shard = phone.renew("ann").await.unwrap();
    let common = phone.get("common/manifest").await.unwrap();
    let refused = phone.coverage().offer_manifest(shard, &common, support::now()).unwrap_err();
    assert_eq!(refused.code(), "ERR_MANIFEST_PART");
    let options = SubscriptionOptions {
        publisher_keys: vec![authority.folder.publisher_key()],
        tenant: "main".into(),
        clock_tolerance_seconds: 5,
    };
    let refused = Subscription::new(options).unwrap().offer_manifest(&common, support::now()).unwrap_err();
    assert_eq!(refused.code(), "ERR_MANIFEST_PART");
    for path in ["shards/1-2/manifest", "shards/01-0/manifest", "shards/2-0/manifest", "shards/x/manifest"] {
        assert_eq!(phone.get(path).await, None, "{path}");
    }
}

#[tokio::test]
async fn subject_is_refused_where_it_is_not_the_tokens() {
    let authority = start("1").await;
    for target in [
        json!({ "type": "client", "value": "c", "subject": "ann" }),
        json!({ "type": "subject", "value": "ann", "subject": "ann" }),
        json!({ "type": "issuer", "subject": "ann" }),
        json!({ "type": "token", "jti": "t", "subject": "" }),
    ] {
        let answer = authority.admin(&json!({ "target": target })).await;
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{target}");
    }
    let kept = authority.revoke(json!({ "type": "token", "jti": "t", "subject": "ann" })).await;
    assert_eq!(kept["subject"], Value::from("ann"));
}
