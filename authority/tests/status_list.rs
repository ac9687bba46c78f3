//! Token Status Lists: every issued token has a place, and its bit says what any verifier of our own says.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::collections::HashSet;
use std::sync::Arc;

use reqwest::{Response, StatusCode};
use rescind::{StatusListOptions, StatusLists};
use rescind_authority::SystemClock;
use serde_json::{Value, json};
use support::{Authority, Edge, Folder, ISSUER, ManualClock, claims, header, now};

fn folder() -> Folder {
    let folder = Folder::new();
    folder.set("# enabled = false", "enabled = true");
    folder
}

async fn start() -> Authority {
    Authority::start_in(folder(), Arc::new(SystemClock::default())).await
}

fn place(token: &str) -> (u64, String) {
    let list = &claims(token)["status"]["status_list"];
    (list["idx"].as_u64().unwrap(), list["uri"].as_str().unwrap().into())
}

async fn fetch(authority: &Authority, uri: &str) -> Response {
    authority.get(uri.strip_prefix(ISSUER).unwrap()).send().await.unwrap()
}

/// A verifier that judges by the token's status list alone.
async fn edge(authority: &Authority) -> Edge {
    let mut edge = authority.edge().await;
    edge.renew().await;
    let lists = StatusLists::new(StatusListOptions::new(vec![format!("{ISSUER}/status")])).unwrap();
    edge.verifier.follow_status_lists(lists);
    edge
}

/// The status of a token as its list has it now.
async fn status(authority: &Authority, token: &str) -> u8 {
    let (index, uri) = place(token);
    let edge = edge(authority).await;
    let bytes = fetch(authority, &uri).await.error_for_status().unwrap().bytes().await.unwrap();
    let list = edge.verifier.read_status_list(&uri, &bytes, now()).unwrap().inflate().unwrap();
    list.status(index).unwrap()
}

/// Waits until the list says so: it may be held for the seconds that caches may hold it.
async fn becomes(authority: &Authority, token: &str, expected: u8) {
    for _ in 0..100 {
        if status(authority, token).await == expected {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the status did not become {expected}");
}

#[tokio::test]
async fn tokens_carry_no_status_and_there_is_no_list_unless_enabled() {
    let authority = Authority::start().await;
    assert!(claims(&authority.sign_in("ann").await).get("status").is_none());
    assert_eq!(authority.get("/status/x").send().await.unwrap().status(), StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn token_is_accepted_with_its_list_and_its_status_follows_a_revocation_by_token() {
    let authority = start().await;
    let token = authority.sign_in("ann").await;
    let other = authority.sign_in("ann").await;
    assert_eq!(status(&authority, &token).await, 0);
    let mut edge = edge(&authority).await;
    let (_, uri) = place(&token);
    let bytes = fetch(&authority, &uri).await.bytes().await.unwrap();
    let list = edge.verifier.read_status_list(&uri, &bytes, now()).unwrap().inflate().unwrap();
    edge.verifier.status_lists_mut().unwrap().hold(list).unwrap();
    edge.check(&token).unwrap();
    authority.revoke(json!({ "type": "token", "jti": claims(&token)["jti"] })).await;
    becomes(&authority, &token, 1).await;
    assert_eq!(status(&authority, &other).await, 0);
}

#[tokio::test]
async fn every_kind_of_cut_off_reaches_the_bits_of_its_tokens_and_of_no_other() {
    for (kind, claim) in [
        ("subject", Some("sub")),
        ("session", Some("sid")),
        ("client", Some("client_id")),
        ("organization", Some("org_id")),
        ("issuer", None),
    ] {
        let authority = start().await;
        let (ann, ben) = (authority.sign_in("ann").await, authority.sign_in("ben").await);
        let value = claim.map(|claim| claims(&ann)[claim].clone());
        let target = match value {
            Some(value) => json!({ "type": kind, "value": value }),
            None => json!({ "type": kind }),
        };
        authority.revoke(target).await;
        becomes(&authority, &ann, 1).await;
        let shared = ["client", "issuer"].contains(&kind);
        assert_eq!(status(&authority, &ben).await, u8::from(shared), "{kind}");
        let later = authority.sign_in("ann").await;
        assert_eq!(status(&authority, &later).await, 0, "{kind}");
    }
}

#[tokio::test]
async fn cut_off_of_a_subject_at_a_client_reaches_the_bits_of_its_tokens_and_of_no_other() {
    let authority = start().await;
    let (ann, ben) = (authority.sign_in("ann").await, authority.sign_in("ben").await);
    let Value::Object(values) = claims(&ann) else { panic!("claims are an object") };
    let target = json!({ "type": "subject_client", "subject": values["sub"], "value": values["client_id"] });
    authority.revoke(target).await;
    becomes(&authority, &ann, 1).await;
    assert_eq!(status(&authority, &ben).await, 0);
}

#[tokio::test]
async fn revoked_key_kills_its_tokens_and_the_list_is_signed_by_its_successor() {
    let authority = start().await;
    let token = authority.sign_in("ann").await;
    authority.revoke(json!({ "type": "key", "value": header(&token)["kid"] })).await;
    becomes(&authority, &token, 1).await;
    let (_, uri) = place(&token);
    let list = fetch(&authority, &uri).await.text().await.unwrap();
    assert_ne!(header(&list)["kid"], header(&token)["kid"]);
}

#[tokio::test]
async fn list_is_what_the_draft_says_and_no_access_token() {
    let authority = start().await;
    let (_, uri) = place(&authority.sign_in("ann").await);
    let answer = fetch(&authority, &uri).await;
    let named = ["content-type", "cache-control", "access-control-allow-origin"];
    let named = named.map(|name| answer.headers()[name].to_str().unwrap().to_string());
    assert_eq!(named, ["application/statuslist+jwt", "public, max-age=2", "*"]);
    let list = answer.text().await.unwrap();
    assert_eq!((&header(&list)["typ"], &header(&list)["alg"]), (&json!("statuslist+jwt"), &json!("ES256")));
    let claims = claims(&list);
    assert_eq!(
        (&claims["sub"], &claims["ttl"], &claims["status_list"]["bits"]),
        (&json!(uri), &json!(60), &json!(1))
    );
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 3600);
    assert!(claims.get("iss").is_none());
    assert_eq!(edge(&authority).await.check(&list).unwrap_err().code(), "ERR_HEADER_TYP");
}

#[tokio::test]
async fn unchanged_list_is_answered_304_until_its_ttl_has_passed() {
    let clock = ManualClock::at(0);
    let authority = Authority::start_in(folder(), clock.clone()).await;
    let (_, uri) = place(&authority.sign_in("ann").await);
    let etag = fetch(&authority, &uri).await.headers()["etag"].clone();
    let ask = || authority.get(uri.strip_prefix(ISSUER).unwrap()).header("if-none-match", &etag).send();
    clock.advance(59_000);
    let answer = ask().await.unwrap();
    assert_eq!((answer.status(), &answer.headers()["etag"]), (StatusCode::NOT_MODIFIED, &etag));
    clock.advance(3_000);
    assert_eq!(ask().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn request_that_cannot_be_served_is_told_why() {
    let authority = start().await;
    let (_, uri) = place(&authority.sign_in("ann").await);
    let path = uri.strip_prefix(ISSUER).unwrap();
    let historical = authority.get(&format!("{path}?time=1800000000")).send().await.unwrap();
    assert_eq!(historical.status(), StatusCode::NOT_IMPLEMENTED);
    for (accept, expected) in [
        ("application/statuslist+jwt", StatusCode::OK),
        ("text/html, */*;q=0.1", StatusCode::OK),
        ("application/statuslist+cwt", StatusCode::NOT_ACCEPTABLE),
        ("application/statuslist+jwt;q=0", StatusCode::NOT_ACCEPTABLE),
    ] {
        let answer = authority.get(path).header("accept", accept).send().await.unwrap();
        assert_eq!(answer.status(), expected, "{accept}");
    }
    for unknown in ["/status/x", "/status/AAAAAAAAAAAAAAAAAAAAAA", "/status/..%2fjwks.json"] {
        let answer = authority.get(unknown).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::NOT_FOUND, "{unknown}");
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "not_found");
    }
}

#[tokio::test]
async fn places_survive_a_restart_and_none_is_given_twice() {
    let clock = Arc::new(SystemClock::default());
    let authority = Authority::start_in(folder(), clock.clone()).await;
    let mut places = HashSet::new();
    let mut tokens = Vec::new();
    for _ in 0..8 {
        let token = authority.sign_in("ann").await;
        assert!(places.insert(place(&token)));
        tokens.push(token);
    }
    let authority = Authority::start_in(authority.stop().await, clock).await;
    for _ in 0..8 {
        assert!(places.insert(place(&authority.sign_in("ann").await)));
    }
    assert_eq!(places.iter().map(|(_, uri)| uri).collect::<HashSet<_>>().len(), 1);
    authority.revoke(json!({ "type": "token", "jti": claims(&tokens[3])["jti"] })).await;
    becomes(&authority, &tokens[3], 1).await;
    for (at, token) in tokens.iter().enumerate() {
        assert_eq!(status(&authority, token).await, u8::from(at == 3), "{at}");
    }
}

#[tokio::test]
async fn revocation_before_a_restart_is_in_the_list_after_it() {
    let clock = Arc::new(SystemClock::default());
    let authority = Authority::start_in(folder(), clock.clone()).await;
    let token = authority.sign_in("ann").await;
    authority.revoke(json!({ "type": "subject", "value": "ann" })).await;
    let authority = Authority::start_in(authority.stop().await, clock).await;
    assert_eq!(status(&authority, &token).await, 1);
}

#[tokio::test]
async fn configuration_out_of_range_is_refused() {
    for (line, replacement, expected) in [
        ("# entries = 131072", "entries = 1000", "status_list.entries: expected 1024 to 1048576, not 1000"),
        ("# entries = 131072", "entries = 1025", "status_list.entries: expected a multiple of 8, not 1025"),
        ("# max_lists = 64", "max_lists = 0", "status_list.max_lists: expected 1 to 4096, not 0"),
        ("# ttl_seconds = 60", "ttl_seconds = 0", "status_list.ttl_seconds: expected 1 to 86400, not 0"),
        (
            "# valid_seconds = 3600",
            "valid_seconds = 100",
            "status_list.valid_seconds: expected 120 to 2678400",
        ),
    ] {
        let folder = folder();
        folder.set(line, replacement);
        let refused = rescind_authority::config::Config::load(&folder.config_path()).map(drop).unwrap_err();
        assert!(refused.to_string().contains(expected), "{refused}");
    }
}
