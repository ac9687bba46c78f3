//! The Wycheproof JOSE and primitive files, whole. Exceptions carry their reason and fail when they stop differing.

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
use serde_json::{Value, json};
use support::{Exceptions, authenticate, vectors};

#[test]
fn json_web_signature_file_agrees_with_its_errata() {
    let (Some(file), Some(errata)) =
        (vectors("wycheproof/json_web_signature_test.json"), vectors("wycheproof/ERRATA.json"))
    else {
        return;
    };
    let exceptions = Exceptions::from_json(&errata["errata"]);
    let (run, wrong) = run_jose(&file, &exceptions);
    println!("report: wycheproof json_web_signature: {}/{run}", run - wrong.len());
    assert_eq!((run, wrong), (401, Vec::new()));
}

#[test]
fn json_web_key_file_agrees_without_exceptions() {
    let Some(file) = vectors("wycheproof/json_web_key_test.json") else { return };
    let (run, wrong) = run_jose(&file, &Exceptions::from_json(&json!([])));
    println!("report: wycheproof json_web_key: {}/{run}", run - wrong.len());
    assert_eq!((run, wrong), (26, Vec::new()));
}

#[test]
fn rsa_pkcs1_files_agree() {
    // tcId 8, DigestInfo without NULL, may be either: refused here (docs/pitfalls.md).
    for (bits, hash) in [("2048", "256"), ("2048", "384"), ("2048", "512")] {
        let name = format!("rsa_signature_{bits}_sha{hash}_test.json");
        run_primitive(&name, |group| rsa_key(&group["publicKey"], &format!("RS{hash}")));
    }
}

#[test]
fn rsa_pss_files_agree() {
    for (bits, hash, salt) in [("2048", "256", "32"), ("2048", "384", "48"), ("4096", "512", "64")] {
        let name = format!("rsa_pss_{bits}_sha{hash}_mgf1_{salt}_test.json");
        run_primitive(&name, |group| rsa_key(&group["publicKey"], &format!("PS{hash}")));
    }
}

#[test]
fn ecdsa_files_agree() {
    for (curve, name, alg, hash) in [("P-256", "256", "ES256", "256"), ("P-384", "384", "ES384", "384")] {
        let file = format!("ecdsa_secp{name}r1_sha{hash}_p1363_test.json");
        run_primitive(&file, |group| ec_key(&group["publicKey"], curve, alg));
    }
}

#[test]
fn ed25519_file_agrees() {
    run_primitive("ed25519_test.json", |group| {
        let x = from_hex(group["publicKey"]["pk"].as_str().unwrap());
        json!({ "kty": "OKP", "crv": "Ed25519", "alg": "EdDSA", "x": URL_SAFE_NO_PAD.encode(x) })
    });
}

/// HMAC keys and truncated tags differ per test: those outside RFC 7518 §3.2 must be refused.
#[test]
fn hmac_files_agree_where_rfc_7518_allows_the_key() {
    for hash in [256, 384, 512] {
        let Some(file) = vectors(&format!("wycheproof/hmac_sha{hash}_test.json")) else { return };
        let mut run = 0;
        for group in groups(&file) {
            let full_tag = group["tagSize"] == hash;
            for test in tests(group) {
                let key = from_hex(test["key"].as_str().unwrap());
                let long_enough = key.len() * 8 >= hash;
                let jwk =
                    json!({ "kty": "oct", "alg": format!("HS{hash}"), "k": URL_SAFE_NO_PAD.encode(&key) });
                let accepted = signature_holds(&jwk, test, "tag");
                let expected = test["result"] == "valid" && full_tag && long_enough;
                assert_eq!(accepted, expected, "hmac_sha{hash} tcId {}", test["tcId"]);
                run += 1;
            }
        }
        assert_eq!(run, 174);
    }
}

fn run_jose(file: &Value, exceptions: &Exceptions) -> (usize, Vec<u64>) {
    let (mut run, mut wrong) = (0, Vec::new());
    for group in groups(file) {
        let keys = group.get("public").unwrap_or(&group["private"]);
        for test in tests(group) {
            let id = test["tcId"].as_u64().unwrap();
            let expected = exceptions.expected(id, test["result"] == "valid");
            run += 1;
            if authenticate(keys, test["jws"].as_str().unwrap()).is_ok() != expected {
                wrong.push(id);
            }
        }
    }
    (run, wrong)
}

fn run_primitive(name: &str, key: impl Fn(&Value) -> Value) {
    let Some(file) = vectors(&format!("wycheproof/{name}")) else { return };
    let mut run = 0;
    for group in groups(&file) {
        let jwk = key(group);
        for test in tests(group) {
            let accepted = signature_holds(&jwk, test, "sig");
            assert_eq!(
                accepted,
                test["result"] == "valid",
                "{name} tcId {}: {}",
                test["tcId"],
                test["comment"]
            );
            run += 1;
        }
    }
    assert_eq!(Some(run), file["numberOfTests"].as_u64(), "{name}");
}

/// The primitives sign any octets, a JWS only its own two parts: so the key is asked directly.
fn signature_holds(jwk: &Value, test: &Value, signature: &str) -> bool {
    let set = json!({ "keys": [jwk] }).to_string();
    let keys = rescind::KeySet::from_jwk_set(set.as_bytes(), rescind::KeySource::Trusted).unwrap();
    let octets = |name: &str| from_hex(test[name].as_str().unwrap());
    keys.raw_signature_holds(&octets("msg"), &octets(signature))
}

fn rsa_key(key: &Value, alg: &str) -> Value {
    let text = |name: &str| {
        let octets = from_hex(key[name].as_str().unwrap());
        let start = octets.iter().position(|&octet| octet != 0).unwrap();
        URL_SAFE_NO_PAD.encode(&octets[start..])
    };
    json!({ "kty": "RSA", "alg": alg, "n": text("modulus"), "e": text("publicExponent") })
}

fn ec_key(key: &Value, curve: &str, alg: &str) -> Value {
    let point = from_hex(key["uncompressed"].as_str().unwrap());
    let (x, y) = point[1..].split_at(point.len() / 2);
    json!({ "kty": "EC", "crv": curve, "alg": alg, "x": URL_SAFE_NO_PAD.encode(x), "y": URL_SAFE_NO_PAD.encode(y) })
}

fn groups(file: &Value) -> &Vec<Value> {
    file["testGroups"].as_array().unwrap()
}

fn tests(group: &Value) -> &Vec<Value> {
    group["tests"].as_array().unwrap()
}

fn from_hex(text: &str) -> Vec<u8> {
    let digits = text.as_bytes().chunks(2);
    digits.map(|pair| u8::from_str_radix(std::str::from_utf8(pair).unwrap(), 16).unwrap()).collect()
}
