//! Everything that can be revoked, from the admin API to the refusal at the edge.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use reqwest::StatusCode;
use serde_json::{Value, json};
use support::{Authority, ISSUER, claims, edition, header};

/// Signs ann in, revokes what `target` makes of her token, and says by what the edge refuses it then.
async fn refused_by(target: impl Fn(&str) -> Value) -> Option<String> {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let mut edge = authority.edge().await;
    edge.renew().await;
    assert_eq!(edge.revoked_by(&token), None);
    let revoked = authority.revoke(target(&token)).await;
    edge.follow(&revoked["snapshot"]).await;
    edge.revoked_by(&token)
}

fn by_claim(kind: &'static str, claim: &'static str) -> impl Fn(&str) -> Value {
    move |token| json!({ "type": kind, "value": claims(token)[claim] })
}

#[tokio::test]
async fn token_revoked_by_itself_is_refused() {
    let dimension = refused_by(|token| json!({ "type": "token", "token": token })).await;
    assert_eq!(dimension.as_deref(), Some("token"));
}

#[tokio::test]
async fn token_revoked_by_jti_of_unknown_expiry_is_refused() {
    let dimension = refused_by(|token| json!({ "type": "token", "jti": claims(token)["jti"] })).await;
    assert_eq!(dimension.as_deref(), Some("token"));
}

#[tokio::test]
async fn token_revoked_by_jti_and_expiry_is_refused() {
    let target = |token: &str| json!({ "type": "token", "jti": claims(token)["jti"], "expires_at": claims(token)["exp"] });
    assert_eq!(refused_by(target).await.as_deref(), Some("token"));
}

#[tokio::test]
async fn token_of_revoked_subject_is_refused() {
    assert_eq!(refused_by(by_claim("subject", "sub")).await.as_deref(), Some("subject"));
}

#[tokio::test]
async fn token_of_revoked_session_is_refused() {
    assert_eq!(refused_by(by_claim("session", "sid")).await.as_deref(), Some("session"));
}

#[tokio::test]
async fn token_of_revoked_client_is_refused() {
    assert_eq!(refused_by(by_claim("client", "client_id")).await.as_deref(), Some("client"));
}

#[tokio::test]
async fn token_of_revoked_subject_at_a_client_is_refused() {
    let target = |token: &str| json!({ "type": "subject_client", "subject": claims(token)["sub"], "value": claims(token)["client_id"] });
    assert_eq!(refused_by(target).await.as_deref(), Some("subject_client"));
    for other in [json!({ "subject": "ben", "value": "app" }), json!({ "subject": "ann", "value": "other" })]
    {
        let target = |_: &str| json!({ "type": "subject_client", "subject": other["subject"], "value": other["value"] });
        assert_eq!(refused_by(target).await, None);
    }
}

#[tokio::test]
async fn sign_in_after_a_revocation_of_the_subject_at_its_client_is_not_struck() {
    let authority = Authority::start().await;
    let target = json!({ "type": "subject_client", "subject": "ann", "value": "app" });
    let revoked = authority.revoke(target).await;
    let token = authority.sign_in("ann").await;
    let mut edge = authority.edge().await;
    edge.follow(&revoked["snapshot"]).await;
    assert_eq!(edge.revoked_by(&token), None);
}

#[tokio::test]
async fn token_of_revoked_organization_is_refused() {
    assert_eq!(refused_by(by_claim("organization", "org_id")).await.as_deref(), Some("organization"));
}

#[tokio::test]
async fn token_of_revoked_key_is_refused() {
    let dimension = refused_by(|token| json!({ "type": "key", "value": header(token)["kid"] })).await;
    assert_eq!(dimension.as_deref(), Some("key"));
}

#[tokio::test]
async fn token_of_revoked_issuer_is_refused() {
    let dimension = refused_by(|_| json!({ "type": "issuer" })).await;
    assert_eq!(dimension.as_deref(), Some("issuer"));
}

#[tokio::test]
async fn revocation_of_one_subject_leaves_others_alone() {
    let authority = Authority::start().await;
    let (ann, ben) = (authority.sign_in("ann").await, authority.sign_in("ben").await);
    let mut edge = authority.edge().await;
    let revoked = authority.revoke(json!({ "type": "subject", "value": "ann" })).await;
    edge.follow(&revoked["snapshot"]).await;
    assert_eq!((edge.revoked_by(&ann).as_deref(), edge.revoked_by(&ben)), (Some("subject"), None));
}

#[tokio::test]
async fn token_signed_in_after_the_revocation_is_accepted() {
    let authority = Authority::start().await;
    let mut edge = authority.edge().await;
    for target in [
        json!({ "type": "subject", "value": "ann" }),
        json!({ "type": "client", "value": "app" }),
        json!({ "type": "organization", "value": "acme" }),
        json!({ "type": "issuer" }),
    ] {
        let revoked = authority.revoke(target).await;
        let token = authority.sign_in("ann").await;
        edge.follow(&revoked["snapshot"]).await;
        assert_eq!(edge.revoked_by(&token), None, "{revoked}");
    }
}

#[tokio::test]
async fn revoked_signing_key_is_replaced_and_stays_public() {
    let authority = Authority::start().await;
    let old = authority.sign_in("ann").await;
    let revoked = authority.revoke(json!({ "type": "key", "value": header(&old)["kid"] })).await;
    let new = authority.sign_in("ann").await;
    assert_ne!(header(&old)["kid"], header(&new)["kid"]);
    let mut edge = authority.edge().await;
    edge.follow(&revoked["snapshot"]).await;
    assert_eq!((edge.revoked_by(&old).as_deref(), edge.revoked_by(&new)), (Some("key"), None));
}

#[tokio::test]
async fn revoked_key_refuses_tokens_stamped_after_the_revocation() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let revoked = authority.revoke(json!({ "type": "key", "value": header(&token)["kid"] })).await;
    let far_beyond_any_token = claims(&token)["iat"].as_u64().unwrap() + 1_000_000_000;
    assert!(revoked["not_before"].as_u64().unwrap() > far_beyond_any_token);
}

#[tokio::test]
async fn revocation_of_another_key_keeps_the_signing_key() {
    let authority = Authority::start().await;
    let before = authority.sign_in("ann").await;
    authority.revoke(json!({ "type": "key", "value": "some other key" })).await;
    let after = authority.sign_in("ann").await;
    assert_eq!(header(&before)["kid"], header(&after)["kid"]);
}

#[tokio::test]
async fn answer_names_what_was_recorded() {
    let authority = Authority::start().await;
    let body = json!({ "target": { "type": "session", "value": "s-1" }, "reason": "stolen phone" });
    let answer = authority.admin(&body).await;
    assert_eq!(
        (answer.status(), &answer.headers()["cache-control"]),
        (StatusCode::CREATED, &"no-store".parse().unwrap())
    );
    let answer: Value = answer.json().await.unwrap();
    let recorded_at = answer["recorded_at"].as_u64().unwrap();
    assert_eq!(answer["not_before"], recorded_at + 1);
    assert_eq!(edition(&answer["snapshot"]).version, 2);
    let rest =
        ["type", "value", "issuer", "reason", "actor", "sequence"].map(|member| answer[member].clone());
    assert_eq!(
        rest,
        [json!("session"), json!("s-1"), json!(ISSUER), json!("stolen phone"), json!("admin"), json!(1)]
    );
}

#[tokio::test]
async fn listing_pages_through_what_was_recorded() {
    let authority = Authority::start().await;
    for value in ["s-1", "s-2", "s-3"] {
        authority.revoke(json!({ "type": "session", "value": value })).await;
    }
    let list = async |query: &str| -> Value {
        let path = format!("/admin/v1/revocations{query}");
        authority
            .get(&path)
            .bearer_auth(authority.folder.api_key())
            .send()
            .await
            .unwrap()
            .json()
            .await
            .unwrap()
    };
    let values = |page: &Value| -> Vec<Value> {
        page["items"].as_array().unwrap().iter().map(|item| item["value"].clone()).collect()
    };
    let first = list("?limit=2").await;
    assert_eq!((values(&first), &first["next_after"]), (vec![json!("s-1"), json!("s-2")], &json!(2)));
    let second = list("?limit=2&after=2").await;
    assert_eq!((values(&second), &second["next_after"]), (vec![json!("s-3")], &Value::Null));
}

#[tokio::test]
async fn listing_with_impossible_limits_is_a_bad_request() {
    let authority = Authority::start().await;
    for query in ["?limit=0", "?limit=1001", "?limit=x", "?after=-1", "?unknown=1"] {
        let path = format!("/admin/v1/revocations{query}");
        let answer = authority.get(&path).bearer_auth(authority.folder.api_key()).send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::BAD_REQUEST, "{query}");
    }
}

#[tokio::test]
async fn request_without_the_api_key_is_unauthenticated() {
    let authority = Authority::start().await;
    let path = "/admin/v1/revocations";
    let body = json!({ "target": { "type": "issuer" } });
    let basic = authority.post(path).basic_auth("admin", Some(authority.folder.api_key()));
    let wrong = authority.post(path).bearer_auth("x");
    for request in
        [authority.post(path).json(&body), basic.json(&body), wrong.json(&body), authority.get(path)]
    {
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
        assert!(answer.headers()["www-authenticate"].to_str().unwrap().starts_with("Bearer"));
        let problem: Value = answer.json().await.unwrap();
        assert_eq!(problem["code"], "unauthenticated");
    }
    assert_eq!(authority.folder.secrets["api_key"].as_str().unwrap().len(), 43);
}

/// Asks for `body`, which must be refused, and proves that nothing was recorded.
async fn refusal(authority: &Authority, body: Value) -> (u16, Value) {
    let answer = authority.admin(&body).await;
    let status = answer.status().as_u16();
    assert_eq!(answer.headers()["content-type"], "application/problem+json", "{body}");
    let problem: Value = answer.json().await.unwrap();
    let listing = authority.get("/admin/v1/revocations").bearer_auth(authority.folder.api_key());
    let listing: Value = listing.send().await.unwrap().json().await.unwrap();
    assert_eq!(listing["items"], json!([]), "{body}");
    (status, problem)
}

#[tokio::test]
async fn target_of_the_wrong_form_is_a_bad_request() {
    let authority = Authority::start().await;
    for target in [
        json!(null),
        json!({}),
        json!({ "type": "planet", "value": "x" }),
        json!({ "type": "subject" }),
        json!({ "type": "subject", "value": "" }),
        json!({ "type": "subject", "value": "a\nb" }),
        json!({ "type": "subject", "value": "a".repeat(513) }),
        json!({ "type": "subject", "value": 7 }),
        json!({ "type": "subject", "value": "x", "expires_at": 1 }),
        json!({ "type": "subject", "value": "x", "extra": 1 }),
        json!({ "type": "issuer", "value": "x" }),
        json!({ "type": "token" }),
        json!({ "type": "token", "value": "x" }),
        json!({ "type": "token", "token": "x", "jti": "y" }),
        json!({ "type": "token", "jti": "" }),
    ] {
        let (status, problem) = refusal(&authority, json!({ "target": target })).await;
        assert_eq!((status, &problem["code"]), (400, &json!("invalid_request")), "{target}");
    }
}

#[tokio::test]
async fn target_that_cannot_be_revoked_is_unprocessable() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let forged = format!("{}x", token.strip_suffix(|_: char| true).unwrap());
    for body in [
        json!({ "target": { "type": "subject", "value": "x" }, "issuer": "https://elsewhere.example" }),
        json!({ "target": { "type": "token", "token": "not a token" } }),
        json!({ "target": { "type": "token", "token": forged } }),
        json!({ "target": { "type": "token", "jti": "x", "expires_at": 1 } }),
        json!({ "target": { "type": "token", "jti": "x", "expires_at": 99_999_999_999_u64 } }),
    ] {
        let (status, problem) = refusal(&authority, body.clone()).await;
        assert_eq!((status, &problem["code"]), (422, &json!("unprocessable")), "{body}");
    }
}

#[tokio::test]
async fn body_that_is_not_json_is_refused() {
    let authority = Authority::start().await;
    let send = async |kind: &str, body: String| {
        let request = authority.post("/admin/v1/revocations").bearer_auth(authority.folder.api_key());
        request.header("content-type", kind).body(body).send().await.unwrap().status().as_u16()
    };
    assert_eq!(send("application/json", "{".into()).await, 400);
    assert_eq!(
        send("application/json", r#"{"target":{"type":"issuer"},"target":{"type":"issuer"}}"#.into()).await,
        400
    );
    assert_eq!(send("text/plain", r#"{"target":{"type":"issuer"}}"#.into()).await, 415);
    assert_eq!(send("application/json", " ".repeat(70_000)).await, 413);
}

#[tokio::test]
async fn token_of_an_enrolled_issuer_is_revoked_by_jti_while_it_is_enrolled() {
    let folder = support::Folder::new();
    folder.set("# issuers = []", r#"issuers = ["https://idp.example"]"#);
    let authority =
        Authority::start_in(folder, std::sync::Arc::new(rescind_authority::SystemClock::default())).await;
    let target = json!({ "type": "token", "jti": "j-1" });
    let answer = authority.admin(&json!({ "target": target, "issuer": "https://idp.example" })).await;
    assert_eq!(answer.status(), StatusCode::CREATED);
    let answer: Value = answer.json().await.unwrap();
    let mut edge = authority.edge().await;
    edge.follow(&answer["snapshot"]).await;
    assert_eq!(edge.verifier.subscription().unwrap().snapshot().unwrap().entries(), 1);
    let folder = authority.stop().await;
    folder.set(r#"issuers = ["https://idp.example"]"#, "issuers = []");
    let authority =
        Authority::start_in(folder, std::sync::Arc::new(rescind_authority::SystemClock::default())).await;
    let mut edge = authority.edge().await;
    edge.renew().await;
    assert_eq!(edge.verifier.subscription().unwrap().snapshot().unwrap().entries(), 0);
}
