//! The examples of RFC 7515, 7520, 7797 and 8037: signatures hold, and what a JWT must not use is refused.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use serde_json::Value;
use support::{authenticate, vectors};

#[test]
fn rfc_7515_and_8037_examples_hold() {
    let Some(file) = vectors("rfc/rfc_examples.json") else { return };
    let examples = file["jws"].as_array().unwrap();
    for example in examples {
        let answer = authenticate(&example["jwk"], example["jws"].as_str().unwrap_or_default());
        assert_eq!(answer.is_ok(), example["signature_valid"] == true, "{}: {answer:?}", example["id"]);
    }
    assert_eq!(examples.len(), 6);
}

#[test]
fn rfc_7520_compact_examples_hold_with_their_public_key() {
    let names = ["4_1.rsa_v15_signature", "4_2.rsa-pss_signature", "4_3.ecdsa_signature"];
    for name in names.into_iter().chain(["4_4.hmac-sha2_integrity_protection"]) {
        let Some(file) = vectors(&format!("rfc/rfc7520-jws/{name}.json")) else { return };
        let mut key = public_part(&file["input"]["key"]);
        // The keys declare no alg; the example names the one it uses them with.
        key["alg"] = file["input"]["alg"].clone();
        let answer = authenticate(&key, file["output"]["compact"].as_str().unwrap()).unwrap();
        assert_eq!(answer.payload(), file["input"]["payload"].as_str().unwrap().as_bytes(), "{name}");
    }
}

#[test]
fn rfc_7520_detached_and_json_forms_are_refused() {
    let Some(file) = vectors("rfc/rfc7520-jws/4_5.signature_with_detached_content.json") else { return };
    let detached = file["output"]["compact"].as_str().unwrap();
    assert_eq!(code(&file["input"]["key"], detached), "ERR_SIGNATURE_INVALID");
    assert_eq!(code(&file["input"]["key"], &file["output"]["json"].to_string()), "ERR_TOKEN_MALFORMED");
}

#[test]
fn rfc_7797_unencoded_payload_is_refused() {
    let Some(file) = vectors("rfc/rfc7797/hmac-sha2_b64_false.json") else { return };
    let compact = file["output"]["compact"].as_str().unwrap();
    assert_eq!(code(&file["input"]["key"], compact), "ERR_TOKEN_MALFORMED");
    let without_blanks = compact.replace([' ', '!'], "");
    assert_eq!(code(&file["input"]["key"], &without_blanks), "ERR_HEADER_CRITICAL");
}

#[test]
fn rfc_8037_example_holds() {
    let Some(file) = vectors("rfc/rfc8037/jws.json") else { return };
    let key = public_part(&file["input"]["key"]);
    let answer = authenticate(&key, file["output"]["compact"].as_str().unwrap()).unwrap();
    assert_eq!(answer.payload(), b"Example of Ed25519 signing");
}

fn public_part(key: &Value) -> Value {
    let mut key = key.clone();
    for member in ["d", "p", "q", "dp", "dq", "qi"] {
        key.as_object_mut().unwrap().remove(member);
    }
    key
}

fn code(key: &Value, token: &str) -> &'static str {
    let mut key = public_part(key);
    key["alg"] = "HS256".into();
    authenticate(&key, token).unwrap_err().code()
}
