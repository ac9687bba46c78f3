//! Signing in: who gets a token, what is in it, and when it is stamped.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::Duration;

use reqwest::StatusCode;
use rescind_authority::SystemClock;
use serde_json::{Value, json};
use support::{Authority, Folder, ISSUER, ManualClock, claims, header};

#[tokio::test]
async fn right_password_gives_an_access_token_of_rfc_9068() {
    let authority = Authority::start().await;
    let answer = authority.log_in("ann", authority.folder.password("ann")).await;
    assert_eq!(
        (&answer.headers()["cache-control"], &answer.headers()["pragma"]),
        (&"no-store".parse().unwrap(), &"no-cache".parse().unwrap())
    );
    let answer: Value = answer.json().await.unwrap();
    assert_eq!((&answer["token_type"], &answer["expires_in"]), (&json!("Bearer"), &json!(900)));
    let token = answer["access_token"].as_str().unwrap();
    assert_eq!((&header(token)["typ"], &header(token)["alg"]), (&json!("at+jwt"), &json!("ES256")));
    let claims = claims(token);
    let named = ["iss", "sub", "aud", "client_id", "org_id"].map(|claim| claims[claim].clone());
    assert_eq!(named, [ISSUER, "ann", "api", "app", "acme"].map(Value::from));
    assert_eq!(claims["exp"].as_u64().unwrap() - claims["iat"].as_u64().unwrap(), 900);
    assert_eq!([&claims["jti"], &claims["sid"]].map(|id| id.as_str().unwrap().len()), [22, 22]);
}

#[tokio::test]
async fn token_of_a_sign_in_is_accepted_at_the_edge() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ben").await;
    let mut edge = authority.edge().await;
    edge.renew().await;
    assert_eq!(edge.revoked_by(&token), None);
    assert!(claims(&token).get("org_id").is_none());
}

#[tokio::test]
async fn every_sign_in_is_a_session_of_its_own() {
    let authority = Authority::start().await;
    let (one, other) = (authority.sign_in("ann").await, authority.sign_in("ann").await);
    assert_ne!(claims(&one)["sid"], claims(&other)["sid"]);
    assert_ne!(claims(&one)["jti"], claims(&other)["jti"]);
}

#[tokio::test]
async fn wrong_password_and_unknown_user_are_told_the_same() {
    let authority = Authority::start().await;
    let wrong = authority.log_in("ann", "wrong").await;
    let unknown = authority.log_in("nobody", "wrong").await;
    assert_eq!([wrong.status(), unknown.status()], [StatusCode::UNAUTHORIZED; 2]);
    let (wrong, unknown): (Value, Value) = (wrong.json().await.unwrap(), unknown.json().await.unwrap());
    assert_eq!((&wrong["code"], &wrong), (&json!("sign_in_refused"), &unknown));
}

#[tokio::test]
async fn failed_sign_ins_beyond_the_limit_wait_for_the_next_minute() {
    let folder = Folder::new();
    folder.set("# attempts_per_minute = 10", "attempts_per_minute = 3");
    let clock = ManualClock::at(0);
    let authority = Authority::start_in(folder, clock.clone()).await;
    for _ in 0..3 {
        assert_eq!(authority.log_in("ann", "wrong").await.status(), StatusCode::UNAUTHORIZED);
    }
    let limited = authority.log_in("ann", authority.folder.password("ann")).await;
    assert_eq!(
        (limited.status(), &limited.headers()["retry-after"]),
        (StatusCode::TOO_MANY_REQUESTS, &"60".parse().unwrap())
    );
    authority.sign_in("ben").await;
    clock.advance(60_000);
    authority.sign_in("ann").await;
}

#[tokio::test]
async fn successful_sign_ins_are_not_limited() {
    let folder = Folder::new();
    folder.set("# attempts_per_minute = 10", "attempts_per_minute = 1");
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    for _ in 0..5 {
        authority.sign_in("ann").await;
    }
}

#[tokio::test]
async fn malformed_sign_in_is_a_bad_request_that_repeats_nothing() {
    let authority = Authority::start().await;
    for body in [
        json!({ "username": "ann" }),
        json!({ "username": "ann", "password": 31_415 }),
        json!({ "username": "ann", "password": "31415", "extra": 1 }),
        json!("31415"),
    ] {
        let answer = authority.post("/login").json(&body).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{body}");
        assert!(!answer.text().await.unwrap().contains("31415"), "{body}");
    }
    let form = authority.post("/login").form(&[("username", "ann"), ("password", "x")]).send().await.unwrap();
    assert_eq!(form.status(), StatusCode::UNSUPPORTED_MEDIA_TYPE);
}

#[tokio::test]
async fn endless_password_is_refused_without_hashing_it() {
    let authority = Authority::start().await;
    assert_eq!(authority.log_in("ann", &"x".repeat(60_000)).await.status(), StatusCode::UNAUTHORIZED);
}

/// Several times as long as a sign-in takes.
const BRIEFLY: Duration = Duration::from_millis(1500);
/// Long enough for a busy machine.
const LONG: Duration = Duration::from_secs(20);

/// Revokes in the middle of a second, signs in at once, and says whether there is still no answer after `patience`,
/// while the clock stands.
async fn sign_in_waits(target: Value, patience: Duration) -> bool {
    let clock = ManualClock::at(500);
    let authority = Arc::new(Authority::start_in(Folder::new(), clock.clone()).await);
    let cut_off = authority.revoke(target).await["not_before"].as_u64().unwrap();
    let signing_in = tokio::spawn({
        let authority = Arc::clone(&authority);
        async move { authority.sign_in("ann").await }
    });
    let started = std::time::Instant::now();
    while !signing_in.is_finished() && started.elapsed() < patience {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    let waits = !signing_in.is_finished();
    clock.advance(500);
    let token = signing_in.await.unwrap();
    // Whoever waits is stamped with the cut-off's second; whoever need not is stamped with the one before.
    assert_eq!(claims(&token)["iat"], if waits { cut_off } else { cut_off - 1 });
    waits
}

#[tokio::test]
async fn sign_in_in_the_second_of_a_subject_cut_off_waits_it_out() {
    assert!(sign_in_waits(json!({ "type": "subject", "value": "ann" }), BRIEFLY).await);
}

#[tokio::test]
async fn sign_in_in_the_second_of_a_client_cut_off_waits_it_out() {
    assert!(sign_in_waits(json!({ "type": "client", "value": "app" }), BRIEFLY).await);
}

#[tokio::test]
async fn sign_in_in_the_second_of_an_organization_cut_off_waits_it_out() {
    assert!(sign_in_waits(json!({ "type": "organization", "value": "acme" }), BRIEFLY).await);
}

#[tokio::test]
async fn sign_in_in_the_second_of_an_issuer_cut_off_waits_it_out() {
    assert!(sign_in_waits(json!({ "type": "issuer" }), BRIEFLY).await);
}

#[tokio::test]
async fn sign_in_in_the_second_of_a_foreign_cut_off_does_not_wait() {
    assert!(!sign_in_waits(json!({ "type": "subject", "value": "ben" }), LONG).await);
}

#[tokio::test]
async fn sign_in_before_a_cut_off_far_ahead_is_unavailable() {
    let clock = ManualClock::at(0);
    let authority = Authority::start_in(Folder::new(), clock.clone()).await;
    authority.revoke(json!({ "type": "subject", "value": "ann" })).await;
    clock.set_back(30_000);
    let answer = authority.log_in("ann", authority.folder.password("ann")).await;
    assert_eq!(
        (answer.status(), &answer.headers()["retry-after"]),
        (StatusCode::SERVICE_UNAVAILABLE, &"1".parse().unwrap())
    );
}

#[tokio::test]
async fn page_of_a_configured_origin_may_sign_in() {
    let authority = Authority::start().await;
    let preflight = async |origin: &str| {
        let request = authority.http.request(reqwest::Method::OPTIONS, format!("{}/login", authority.url));
        let request = request.header("origin", origin).header("access-control-request-method", "POST");
        let answer = request.header("access-control-request-headers", "content-type").send().await.unwrap();
        answer.headers().get("access-control-allow-origin").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(preflight("https://app.example.com").await.as_deref(), Some("https://app.example.com"));
    assert_eq!(preflight("https://evil.example").await, None);
}
