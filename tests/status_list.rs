//! Token Status List: the vectors, what a token may refer to, what a list may be, and for how long it speaks.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use miniz_oxide::deflate::compress_to_vec_zlib;
use rescind::{
    Algorithm, Error, KeySet, StatusList, StatusListOptions, StatusListToken, StatusLists, UnixTime, Verifier,
};
use serde_json::{Value, json};
use support::{NOW, secret_verifier, sign, sign_claims, vectors};

const URI: &str = "https://status.example/lists/1";
const IAT: u64 = 1_799_999_990;

fn options() -> StatusListOptions {
    StatusListOptions::new(vec!["https://status.example".into()])
}

fn verifier_with(options: StatusListOptions) -> Verifier {
    let mut verifier = secret_verifier();
    verifier.follow_status_lists(StatusLists::new(options).unwrap());
    verifier
}

fn verifier() -> Verifier {
    verifier_with(options())
}

/// The claims of a Status List Token over these statuses of one byte each.
fn list_claims(bits: u8, bytes: &[u8]) -> Value {
    let lst = URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(bytes, 9));
    json!({ "sub": URI, "iat": IAT, "exp": IAT + 600, "ttl": 60, "status_list": { "bits": bits, "lst": lst } })
}

fn signed(claims: &Value) -> String {
    sign(br#"{"alg":"HS256","typ":"statuslist+jwt"}"#, claims.to_string().as_bytes())
}

fn read(verifier: &Verifier, token: &str) -> Result<StatusListToken, Error> {
    verifier.read_status_list(URI, token.as_bytes(), NOW)
}

fn inflated(claims: &Value) -> Result<StatusList, Error> {
    read(&verifier(), &signed(claims))?.inflate()
}

/// A verifier that holds this list.
fn holding(claims: &Value) -> Verifier {
    let mut verifier = verifier();
    let list = inflated(claims).unwrap();
    verifier.status_lists_mut().unwrap().hold(list).unwrap();
    verifier
}

fn token_with(status: Value) -> String {
    sign_claims(json!({ "iss": "joe", "exp": 1_800_000_900, "iat": IAT, "status": status }).to_string())
}

fn token_at(index: u64) -> String {
    token_with(json!({ "status_list": { "idx": index, "uri": URI } }))
}

fn verdict(verifier: &Verifier, token: &str, now: UnixTime) -> Result<(), Error> {
    verifier.verify(token.as_bytes(), now).map(drop)
}

fn seconds(seconds: u64) -> UnixTime {
    UnixTime::from_seconds(seconds)
}

// --- the vectors

#[test]
fn lists_of_the_draft_give_every_status_they_name_and_0_elsewhere() {
    let Some(file) = vectors("status-list/token_status_list_vectors.json") else { return };
    let positive = file["positive"].as_array().unwrap();
    for case in positive {
        let list = inflated(&vector_claims(case)).unwrap_or_else(|error| panic!("{}: {error}", case["id"]));
        assert_eq!(list.entries(), case["entries"].as_u64().unwrap(), "{}", case["id"]);
        let expected = expected_statuses(case);
        let mut named = 0;
        for index in 0..list.entries() {
            let status = expected.get(&index).copied();
            named += usize::from(status.is_some());
            assert_eq!(list.status(index), Some(status.unwrap_or(0)), "{} at {index}", case["id"]);
        }
        assert_eq!((named, list.status(list.entries())), (expected.len(), None), "{}", case["id"]);
    }
    println!("report: status list: {} positive", positive.len());
    assert_eq!(positive.len(), 6);
}

#[test]
fn hostile_lists_of_the_vectors_are_refused_each() {
    let Some(file) = vectors("status-list/token_status_list_vectors.json") else { return };
    let negative = file["negative"].as_array().unwrap();
    for case in negative {
        let refused = inflated(&vector_claims(case)).and_then(|list| {
            let mut verifier = verifier();
            verifier.status_lists_mut().unwrap().hold(list).unwrap();
            let reference = json!({ "status_list": { "idx": case["idx"], "uri": URI } });
            verdict(&verifier, &token_with(reference), NOW)
        });
        let code = refused.expect_err(case["id"].as_str().unwrap()).code();
        let expected = match case["id"].as_str().unwrap() {
            "idx-out-of-range" => "ERR_STATUS_INDEX_OUT_OF_RANGE",
            "idx-huge" | "idx-negative" => "ERR_STATUS_CLAIM",
            "bomb-64MiB-zeros" => "ERR_STATUS_LIST_TOO_LARGE",
            _ => "ERR_STATUS_LIST_MALFORMED",
        };
        assert_eq!(code, expected, "{}", case["id"]);
    }
    println!("report: status list: {} negative", negative.len());
    assert_eq!(negative.len(), 18);
}

fn vector_claims(case: &Value) -> Value {
    let list = json!({ "bits": case["bits"], "lst": case["lst"] });
    json!({ "sub": URI, "iat": IAT, "status_list": list })
}

fn expected_statuses(case: &Value) -> std::collections::HashMap<u64, u8> {
    let status = |value: &Value| u8::try_from(value.as_u64().unwrap()).unwrap();
    match case["values"].as_array() {
        Some(values) => (0..).zip(values.iter().map(status)).collect(),
        None => {
            let named = case["nonzero_or_listed"].as_object().unwrap();
            named.iter().map(|(index, value)| (index.parse().unwrap(), status(value))).collect()
        }
    }
}

// --- what a status means

#[test]
fn only_valid_passes_and_the_number_is_told() {
    let verifier = holding(&list_claims(8, &[0, 1, 2, 3, 0x0c, 255]));
    assert_eq!(verdict(&verifier, &token_at(0), NOW), Ok(()));
    for (index, status) in [(1, 1), (2, 2), (3, 3), (4, 0x0c), (5, 255)] {
        assert_eq!(verdict(&verifier, &token_at(index), NOW), Err(Error::StatusNotValid { status }));
    }
}

#[test]
fn index_beyond_the_list_is_refused() {
    let verifier = holding(&list_claims(1, &[0, 0]));
    assert_eq!(verdict(&verifier, &token_at(15), NOW), Ok(()));
    let refused = Err(Error::StatusIndexOutOfRange { index: 16, entries: 16 });
    assert_eq!(verdict(&verifier, &token_at(16), NOW), refused);
}

#[test]
fn status_of_another_form_is_refused_whatever_is_held() {
    let verifier = holding(&list_claims(1, &[0, 0]));
    for status in [
        json!(null),
        json!(1),
        json!("status_list"),
        json!([]),
        json!({}),
        json!({ "identifier_list": { "id": "1", "uri": URI } }),
        json!({ "status_list": null }),
        json!({ "status_list": [] }),
        json!({ "status_list": {} }),
        json!({ "status_list": { "idx": 1 } }),
        json!({ "status_list": { "uri": URI } }),
        json!({ "status_list": { "idx": "1", "uri": URI } }),
        json!({ "status_list": { "idx": 1.5, "uri": URI } }),
        json!({ "status_list": { "idx": -1, "uri": URI } }),
        json!({ "status_list": { "idx": true, "uri": URI } }),
        json!({ "status_list": { "idx": 1, "uri": "" } }),
        json!({ "status_list": { "idx": 1, "uri": [URI] } }),
    ] {
        let code = verdict(&verifier, &token_with(status.clone()), NOW).unwrap_err().code();
        assert_eq!(code, "ERR_STATUS_CLAIM", "{status}");
    }
}

#[test]
fn token_without_status_passes_and_status_is_not_looked_at_unless_lists_are_followed() {
    let plain = sign_claims(r#"{"iss":"joe","exp":1800000600}"#);
    assert_eq!(verdict(&verifier(), &plain, NOW), Ok(()));
    assert_eq!(verdict(&secret_verifier(), &token_with(json!("anything")), NOW), Ok(()));
}

#[test]
fn list_that_is_not_held_is_named_and_an_address_not_allowed_is_not() {
    let refused = verdict(&verifier(), &token_at(1), NOW);
    assert_eq!(refused, Err(Error::StatusListUnavailable { uri: URI.into() }));
    let elsewhere = json!({ "status_list": { "idx": 1, "uri": "https://status.example.evil/lists/1" } });
    assert_eq!(verdict(&verifier(), &token_with(elsewhere), NOW), Err(Error::StatusUriNotAllowed));
}

#[test]
fn bad_signature_and_expiry_are_found_before_the_status() {
    let expired = json!({ "iss": "joe", "exp": 1, "status": { "status_list": { "idx": 1, "uri": URI } } });
    let code = |token: &str| verdict(&verifier(), token, NOW).unwrap_err().code();
    assert_eq!(code(&sign_claims(expired.to_string())), "ERR_CLAIM_EXPIRED");
    let token = token_at(1);
    let (signed, _) = token.rsplit_once('.').unwrap();
    assert_eq!(code(&format!("{signed}.{}", "A".repeat(43))), "ERR_SIGNATURE_INVALID");
}

// --- what a Status List Token may be

#[test]
fn status_list_token_of_another_kind_is_refused() {
    let claims = list_claims(1, &[0]);
    let code = |token: &str| read(&verifier(), token).unwrap_err().code();
    for header in
        [r#"{"alg":"HS256"}"#, r#"{"alg":"HS256","typ":"JWT"}"#, r#"{"alg":"HS256","typ":"at+jwt"}"#]
    {
        assert_eq!(
            code(&sign(header.as_bytes(), claims.to_string().as_bytes())),
            "ERR_HEADER_TYP",
            "{header}"
        );
    }
    let forged = signed(&claims);
    let (head, _) = forged.rsplit_once('.').unwrap();
    assert_eq!(code(&format!("{head}.{}", "A".repeat(43))), "ERR_SIGNATURE_INVALID");
    let none = sign(br#"{"alg":"none","typ":"statuslist+jwt"}"#, claims.to_string().as_bytes());
    assert_eq!(code(&none), "ERR_HEADER_ALG_NOT_ALLOWED");
}

#[test]
fn defective_claim_of_a_status_list_token_is_refused_by_name() {
    let refused = |member: &str, value: Value| {
        let mut claims = list_claims(1, &[0]);
        claims[member] = value;
        inflated(&claims).expect_err(member).code()
    };
    for sub in
        [json!("https://status.example/lists/2"), json!([URI]), json!("https://status.example/lists/1/")]
    {
        assert_eq!(refused("sub", sub), "ERR_STATUS_LIST_SUBJECT");
    }
    assert_eq!(refused("iss", json!("eve")), "ERR_CLAIM_ISSUER");
    assert_eq!(refused("iat", json!(1_800_000_006)), "ERR_CLAIM_ISSUED_IN_FUTURE");
    assert_eq!(refused("iat", json!("1799999990")), "ERR_CLAIM_TYPE");
    assert_eq!(refused("nbf", json!(1_800_000_006)), "ERR_CLAIM_NOT_YET_VALID");
    assert_eq!(refused("exp", json!(1_799_999_995)), "ERR_STATUS_LIST_EXPIRED");
    assert_eq!(refused("exp", json!(9e12)), "ERR_CLAIM_LIFETIME");
    for ttl in [json!(0), json!(-1), json!("60")] {
        assert_eq!(refused("ttl", ttl), "ERR_CLAIM_TYPE");
    }
    for list in [json!(null), json!([]), json!({}), json!({ "bits": 1 }), json!({ "bits": 1, "lst": 7 })] {
        assert_eq!(refused("status_list", list), "ERR_STATUS_LIST_MALFORMED");
    }
}

#[test]
fn member_that_stands_twice_is_refused_at_every_level() {
    let lst = URL_SAFE_NO_PAD.encode(compress_to_vec_zlib(&[0], 9));
    for payload in [
        format!(r#"{{"sub":"{URI}","iat":{IAT},"iat":{IAT},"status_list":{{"bits":1,"lst":"{lst}"}}}}"#),
        format!(r#"{{"sub":"{URI}","iat":{IAT},"status_list":{{"bits":1,"bits":2,"lst":"{lst}"}}}}"#),
    ] {
        let token = sign(br#"{"alg":"HS256","typ":"statuslist+jwt"}"#, payload.as_bytes());
        assert_eq!(read(&verifier(), &token).unwrap_err().code(), "ERR_TOKEN_DUPLICATE_MEMBER");
    }
    let reference = format!(r#"{{"idx":0,"idx":1,"uri":"{URI}"}}"#);
    let token = format!(r#"{{"iss":"joe","exp":1800000600,"status":{{"status_list":{reference}}}}}"#);
    let code = verdict(&verifier(), &sign_claims(token), NOW).unwrap_err().code();
    assert_eq!(code, "ERR_TOKEN_DUPLICATE_MEMBER");
}

#[test]
fn list_without_iat_is_refused() {
    let mut claims = list_claims(1, &[0]);
    claims.as_object_mut().unwrap().remove("iat");
    assert_eq!(inflated(&claims).unwrap_err(), Error::ClaimMissing { claim: "iat".into() });
}

#[test]
fn sizes_are_bounded_before_decoding_and_while_inflating() {
    let mut small = options();
    small.max_bytes = 1000;
    let verifier = verifier_with(small);
    let fits = signed(&list_claims(1, &[0; 1000]));
    assert_eq!(read(&verifier, &fits).unwrap().inflate().unwrap().entries(), 8000);
    let bomb = read(&verifier, &signed(&list_claims(1, &[0; 1001]))).unwrap();
    assert_eq!(bomb.clone().inflate().unwrap_err(), Error::StatusListTooLarge { limit: 1000 });
    assert_eq!(bomb.with_inflated(vec![0; 1001]).unwrap_err(), Error::StatusListTooLarge { limit: 1000 });
    let limit = 2 * 1000 + 8192;
    let long = "A".repeat(limit + 1);
    assert_eq!(read(&verifier, &long).unwrap_err(), Error::StatusListTooLarge { limit });
}

#[test]
fn bytes_inflated_elsewhere_must_have_the_signed_checksum() {
    let token = read(&verifier(), &signed(&list_claims(1, &[0, 1, 2, 3]))).unwrap();
    assert!(token.clone().with_inflated(vec![0, 1, 2, 3]).is_ok());
    for wrong in [vec![], vec![0; 4], vec![0, 1, 2], vec![0, 1, 2, 3, 0], vec![0, 1, 3, 2]] {
        let code = token.clone().with_inflated(wrong).unwrap_err().code();
        assert_eq!(code, "ERR_STATUS_LIST_MALFORMED");
    }
}

#[test]
fn list_from_an_address_not_allowed_is_not_read() {
    let token = signed(&list_claims(1, &[0]));
    let refused = verifier().read_status_list("https://evil.example/1", token.as_bytes(), NOW);
    assert_eq!(refused.unwrap_err(), Error::StatusUriNotAllowed);
}

#[test]
fn own_keys_for_lists_replace_those_of_tokens() {
    let mut verifier = verifier();
    let other = KeySet::from_secret(&[7; 32], Algorithm::Hs256).unwrap();
    verifier.status_lists_mut().unwrap().set_keys(other);
    let refused = read(&verifier, &signed(&list_claims(1, &[0])));
    assert_eq!(refused.unwrap_err(), Error::HeaderAlgNotAllowed);
}

// --- for how long a list speaks

#[test]
fn list_speaks_until_its_exp_and_not_after() {
    let verifier = holding(&list_claims(1, &[0]));
    let end = IAT + 600 + 5;
    assert_eq!(verdict(&verifier, &token_at(0), seconds(end - 1)), Ok(()));
    let refused = verdict(&verifier, &token_at(0), seconds(end)).unwrap_err();
    assert_eq!(refused.code(), "ERR_STATUS_LIST_EXPIRED");
}

#[test]
fn verdict_holds_no_longer_than_its_list() {
    let verified = holding(&list_claims(1, &[0])).verify(token_at(0).as_bytes(), NOW).unwrap();
    assert_eq!(verified.unchanged_during().end, seconds(IAT + 605));
    let plain = sign_claims(r#"{"iss":"joe","exp":1800000900}"#);
    let verified = holding(&list_claims(1, &[0])).verify(plain.as_bytes(), NOW).unwrap();
    assert_eq!(verified.unchanged_during().end, seconds(1_800_000_905));
}

#[test]
fn list_without_exp_speaks_for_the_age_that_the_options_allow() {
    let mut claims = list_claims(1, &[0]);
    claims.as_object_mut().unwrap().remove("exp");
    let mut options = options();
    options.max_age_seconds = 100;
    let token = read(&verifier_with(options.clone()), &signed(&claims)).unwrap();
    assert_eq!((token.usable_until(), token.ttl_seconds()), (seconds(IAT + 105), Some(60)));
    options.max_age_seconds = 1;
    let refused = read(&verifier_with(options), &signed(&claims)).unwrap_err();
    assert_eq!(refused.code(), "ERR_STATUS_LIST_EXPIRED");
}

#[test]
fn older_list_does_not_replace_a_newer_one() {
    let mut verifier = holding(&list_claims(1, &[1]));
    let mut older = list_claims(1, &[0]);
    older["iat"] = json!(IAT - 1);
    let refused = verifier.status_lists_mut().unwrap().hold(inflated(&older).unwrap());
    let (have, got) = (1_799_999_990, 1_799_999_989);
    assert_eq!(refused, Err(Error::StatusListRolledBack { have, got }));
    assert_eq!(verdict(&verifier, &token_at(0), NOW), Err(Error::StatusNotValid { status: 1 }));
    let mut newer = list_claims(1, &[0]);
    newer["iat"] = json!(IAT + 1);
    verifier.status_lists_mut().unwrap().hold(inflated(&newer).unwrap()).unwrap();
    assert_eq!(verdict(&verifier, &token_at(0), NOW), Ok(()));
    assert!(verifier.status_lists_mut().unwrap().drop_list(URI));
    assert_eq!(verdict(&verifier, &token_at(0), NOW).unwrap_err().code(), "ERR_STATUS_LIST_UNAVAILABLE");
}

#[test]
fn lists_beyond_the_most_that_may_be_held_are_refused() {
    let mut verifier = verifier();
    for number in 0..=64 {
        let uri = format!("https://status.example/lists/{number}");
        let mut claims = list_claims(1, &[0]);
        claims["sub"] = json!(uri);
        let list =
            verifier.read_status_list(&uri, signed(&claims).as_bytes(), NOW).unwrap().inflate().unwrap();
        let held = verifier.status_lists_mut().unwrap().hold(list);
        let expected = if number < 64 { Ok(()) } else { Err(Error::StatusListTooLarge { limit: 64 }) };
        assert_eq!(held, expected, "{number}");
    }
}

#[test]
fn options_out_of_range_are_refused() {
    let refused = |change: fn(&mut StatusListOptions)| {
        let mut options = options();
        change(&mut options);
        StatusLists::new(options).unwrap_err().code()
    };
    assert_eq!(refused(|options| options.max_bytes = 0), "ERR_POLICY_INVALID");
    assert_eq!(refused(|options| options.max_bytes = (64 << 20) + 1), "ERR_POLICY_INVALID");
    assert_eq!(refused(|options| options.max_age_seconds = 0), "ERR_POLICY_INVALID");
    assert_eq!(refused(|options| options.allowed_uris.clear()), "ERR_POLICY_INVALID");
}
