//! RFC 7009: what a client may and may not do with a token at `/oauth/revoke`.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use reqwest::{RequestBuilder, Response, StatusCode};
use serde_json::{Value, json};
use support::{Authority, claims, edition};

const PATH: &str = "/oauth/revoke";

fn secret(authority: &Authority) -> &str {
    authority.folder.secrets["client"]["secret"].as_str().unwrap()
}

fn form(authority: &Authority, parameters: &[(&str, &str)]) -> RequestBuilder {
    authority.post(PATH).basic_auth("app", Some(secret(authority))).form(parameters)
}

async fn error(answer: Response) -> (u16, String) {
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["cache-control"], "no-store");
    let body: Value = answer.json().await.unwrap();
    (status, body["error"].as_str().unwrap().into())
}

/// What was recorded so far.
async fn recorded(authority: &Authority) -> Vec<Value> {
    let listing = authority.get("/admin/v1/revocations").bearer_auth(authority.folder.api_key());
    let listing: Value = listing.send().await.unwrap().json().await.unwrap();
    listing["items"].as_array().unwrap().clone()
}

#[tokio::test]
async fn own_token_with_basic_authentication_is_revoked() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let answer = form(&authority, &[("token", &token)]).send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    let mut edge = authority.edge().await;
    edge.follow(&json!({ "epoch": 1, "version": 2 })).await;
    assert_eq!(edge.revoked_by(&token).as_deref(), Some("token"));
    let records = recorded(&authority).await;
    assert_eq!(
        (&records[0]["value"], &records[0]["expires_at"]),
        (&claims(&token)["jti"], &claims(&token)["exp"])
    );
}

#[tokio::test]
async fn own_token_with_secret_in_the_body_is_revoked() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let parameters = [("token", token.as_str()), ("client_id", "app"), ("client_secret", secret(&authority))];
    let answer = authority.post(PATH).form(&parameters).send().await.unwrap();
    assert_eq!((answer.status(), recorded(&authority).await.len()), (StatusCode::OK, 1));
}

#[tokio::test]
async fn token_revoked_twice_is_recorded_once() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    for _ in 0..2 {
        assert_eq!(form(&authority, &[("token", &token)]).send().await.unwrap().status(), StatusCode::OK);
    }
    assert_eq!(recorded(&authority).await.len(), 1);
}

#[tokio::test]
async fn hint_of_any_value_changes_nothing() {
    let authority = Authority::start().await;
    for hint in ["access_token", "refresh_token", "nonsense"] {
        let token = authority.sign_in("ann").await;
        let parameters = [("token", token.as_str()), ("token_type_hint", hint)];
        let answer = form(&authority, &parameters).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
    }
    assert_eq!(recorded(&authority).await.len(), 3);
}

#[tokio::test]
async fn token_of_no_meaning_here_is_answered_with_success() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let forged = format!("{signed}.{}", signature.chars().rev().collect::<String>());
    let unsigned = format!("{signed}.");
    let long = "a".repeat(60_000);
    for nothing in ["garbage", "a.b.c", "\u{e9}", &forged, &unsigned, &long] {
        let answer = form(&authority, &[("token", nothing)]).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{nothing}");
    }
    assert!(recorded(&authority).await.is_empty());
}

#[tokio::test]
async fn expired_token_is_answered_with_success_and_not_recorded() {
    let clock = support::ManualClock::at(0);
    let authority = Authority::start_in(support::Folder::new(), clock.clone()).await;
    let token = authority.sign_in("ann").await;
    clock.advance(960_000);
    let answer = form(&authority, &[("token", &token)]).send().await.unwrap();
    assert_eq!((answer.status(), recorded(&authority).await.len()), (StatusCode::OK, 0));
}

#[tokio::test]
async fn token_that_lives_by_a_verifiers_tolerance_alone_is_recorded() {
    let clock = support::ManualClock::at(0);
    let authority = Authority::start_in(support::Folder::new(), clock.clone()).await;
    let token = authority.sign_in("ann").await;
    clock.advance(959_000);
    let answer = form(&authority, &[("token", &token)]).send().await.unwrap();
    assert_eq!((answer.status(), recorded(&authority).await.len()), (StatusCode::OK, 1));
}

#[tokio::test]
async fn token_of_another_client_is_refused_and_lives() {
    let folder = support::Folder::new();
    folder.set(r#"client_id = "app""#, r#"client_id = "other""#);
    let authority =
        Authority::start_in(folder, std::sync::Arc::new(rescind_authority::SystemClock::default())).await;
    let token = authority.sign_in("ann").await;
    let answer = form(&authority, &[("token", &token)]).send().await.unwrap();
    assert_eq!(error(answer).await, (400, "invalid_grant".into()));
    assert_eq!(recorded(&authority).await.len(), 0);
}

#[tokio::test]
async fn wrong_client_credentials_are_unauthorized_and_change_nothing() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let plain = || authority.post(PATH).form(&[("token", token.as_str())]);
    let in_body = |id: &str, secret: &str| {
        authority.post(PATH).form(&[("token", token.as_str()), ("client_id", id), ("client_secret", secret)])
    };
    for request in [
        plain(),
        plain().basic_auth("app", Some("wrong")),
        plain().basic_auth("app", Some("")),
        plain().basic_auth("nobody", Some("")),
        plain().basic_auth("nobody", Some(secret(&authority))),
        plain().header("authorization", "Basic !"),
        plain().header("authorization", "Basi"),
        plain().bearer_auth(secret(&authority)),
        in_body("app", "wrong"),
        in_body("", secret(&authority)),
    ] {
        let answer = request.send().await.unwrap();
        let challenge = answer.headers()["www-authenticate"].to_str().unwrap().to_owned();
        assert!(challenge.starts_with("Basic"), "{challenge}");
        assert_eq!(error(answer).await, (401, "invalid_client".into()));
    }
    assert_eq!(recorded(&authority).await.len(), 0);
}

#[tokio::test]
async fn request_of_the_wrong_form_is_invalid() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let basic = || authority.post(PATH).basic_auth("app", Some(secret(&authority)));
    let form = "application/x-www-form-urlencoded";
    for request in [
        basic().form(&[("other", "x")]),
        basic().form(&[("token", "")]),
        basic().form(&[("token", token.as_str()), ("token", token.as_str())]),
        basic().form(&[("token", token.as_str()), ("client_secret", secret(&authority))]),
        basic().form(&[("token", token.as_str()), ("client_id", "other")]),
        basic().json(&json!({ "token": token })),
        basic().header("content-type", "text/plain").body(format!("token={token}")),
        basic().body(format!("token={token}")),
        basic().header("content-type", form).body((0..100).map(|n| format!("p{n}=1&")).collect::<String>()),
    ] {
        let answer = request.send().await.unwrap();
        assert_eq!(error(answer).await, (400, "invalid_request".into()));
    }
    assert_eq!(recorded(&authority).await.len(), 0);
}

#[tokio::test]
async fn token_in_the_address_is_not_looked_at() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let by_get = authority.get(&format!("{PATH}?token={token}")).basic_auth("app", Some(secret(&authority)));
    let answer = by_get.send().await.unwrap();
    assert_eq!(answer.headers()["allow"], "POST");
    assert_eq!(error(answer).await, (405, "method_not_allowed".into()));
    let by_post =
        authority.post(&format!("{PATH}?token={token}")).basic_auth("app", Some(secret(&authority)));
    let answer = by_post.form(&[("other", "x")]).send().await.unwrap();
    assert_eq!(error(answer).await, (400, "invalid_request".into()));
    assert_eq!(recorded(&authority).await.len(), 0);
}

#[tokio::test]
async fn body_beyond_the_limit_is_refused() {
    let authority = Authority::start().await;
    let answer = form(&authority, &[("token", &"a".repeat(70_000))]).send().await.unwrap();
    assert_eq!(error(answer).await, (413, "invalid_request".into()));
}

#[tokio::test]
async fn client_credentials_are_form_decoded() {
    let folder = support::Folder::new();
    let hash = rescind_authority::SecretHash::of("s:&é").to_hex();
    let section = format!("[[clients]]\nid = \"my app\"\nsecret_sha256 = \"{hash}\"\n\n[[clients]]\n");
    folder.set("[[clients]]\n", &section);
    let authority =
        Authority::start_in(folder, std::sync::Arc::new(rescind_authority::SystemClock::default())).await;
    let request = authority.post(PATH).basic_auth("my+app", Some("s%3A%26%C3%A9"));
    assert_eq!(request.form(&[("token", "x")]).send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn metadata_names_the_endpoint_and_its_authentication() {
    let authority = Authority::start().await;
    let answer = authority.get("/.well-known/oauth-authorization-server").send().await.unwrap();
    let metadata: Value = answer.json().await.unwrap();
    assert_eq!(metadata["issuer"], support::ISSUER);
    assert_eq!(metadata["jwks_uri"], format!("{}/jwks.json", support::ISSUER));
    assert_eq!(metadata["revocation_endpoint"], format!("{}{PATH}", support::ISSUER));
    let methods = json!(["client_secret_basic", "client_secret_post"]);
    assert_eq!(metadata["revocation_endpoint_auth_methods_supported"], methods);
    // RFC 8414 §2: required, though empty here.
    assert_eq!(metadata["response_types_supported"], json!([]));
}

#[tokio::test]
async fn admin_and_client_revocations_share_one_line_of_editions() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let first = authority.revoke(json!({ "type": "session", "value": "s" })).await;
    authority.edge().await.follow(&first["snapshot"]).await;
    form(&authority, &[("token", &token)]).send().await.unwrap();
    let last = authority.revoke(json!({ "type": "session", "value": "t" })).await;
    assert!(edition(&last["snapshot"]) > edition(&first["snapshot"]));
    let mut edge = authority.edge().await;
    edge.follow(&last["snapshot"]).await;
    assert_eq!(edge.revoked_by(&token).as_deref(), Some("token"));
}
