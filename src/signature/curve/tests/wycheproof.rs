//! Public vectors: Wycheproof, ed25519-speccheck, RFC examples. Each key answers with and without its table.

use serde_json::Value;
use sha2::{Digest, Sha256, Sha384, Sha512};

use super::super::table::USES_WITHOUT_TABLE;
use super::super::{ed25519, p256, p384, p521};
use super::{ANY_TABLES, NO_TABLES, base64url, text, unhex, vectors};

/// Runs every test of a Wycheproof file; `verify` answers for one group's public key, message and signature.
fn wycheproof(file: &str, count: usize, verify: impl Fn(&Value, &[u8], &[u8]) -> [bool; 2]) {
    let (mut ran, mut wrong) = (0, vec![]);
    for group in vectors(&format!("wycheproof/{file}"))["testGroups"].as_array().unwrap() {
        for test in group["tests"].as_array().unwrap() {
            let answers = verify(&group["publicKey"], &unhex(text(test, "/msg")), &unhex(text(test, "/sig")));
            ran += 1;
            if answers != [text(test, "/result") == "valid"; 2] {
                wrong.push((test["tcId"].as_u64().unwrap(), text(test, "/comment").to_owned(), answers));
            }
        }
    }
    assert_eq!((ran, wrong), (count, vec![]));
}

/// The x and y of an uncompressed point.
fn coordinates<const B: usize>(key: &Value) -> ([u8; B], [u8; B]) {
    let point = unhex(text(key, "/uncompressed"));
    assert_eq!((point.len(), point[0]), (2 * B + 1, 4));
    (point[1..=B].try_into().unwrap(), point[B + 1..].try_into().unwrap())
}

/// The answers without a table, and after the uses that bring one.
macro_rules! both_ways {
    ($key:expr, $payload:expr, $signature:expr) => {{
        let keys = [$key(&NO_TABLES), $key(&ANY_TABLES)];
        let [Some(without), Some(with)] = keys else { return [false; 2] };
        let Ok(signature) = $signature.try_into() else { return [false; 2] };
        for _ in 0..USES_WITHOUT_TABLE {
            with.verify($payload, signature);
        }
        [without.verify($payload, signature), with.verify($payload, signature)]
    }};
}

#[test]
fn wycheproof_p256_is_answered_as_labelled() {
    wycheproof("ecdsa_secp256r1_sha256_p1363_test.json", 262, |key, message, signature| {
        let (x, y) = coordinates(key);
        both_ways!(|budget| p256::PublicKey::with_budget(&x, &y, budget), &Sha256::digest(message), signature)
    });
}

#[test]
fn wycheproof_p384_is_answered_as_labelled() {
    wycheproof("ecdsa_secp384r1_sha384_p1363_test.json", 280, |key, message, signature| {
        let (x, y) = coordinates(key);
        both_ways!(|budget| p384::PublicKey::with_budget(&x, &y, budget), &Sha384::digest(message), signature)
    });
}

#[test]
fn wycheproof_ed25519_is_answered_as_labelled() {
    wycheproof("ed25519_test.json", 151, |key, message, signature| {
        let key = unhex(text(key, "/pk")).try_into().unwrap();
        both_ways!(|budget| ed25519::PublicKey::with_budget(&key, budget), message, signature)
    });
}

/// What the docs of `ed25519.rs` say about each case, counted from 0.
#[test]
fn ed25519_speccheck_is_answered_as_documented() {
    let cases = vectors("ed25519-speccheck/cases.json");
    let answers = cases.as_array().unwrap().iter().map(|case| {
        let part = |name: &str| unhex(text(case, name));
        let key = part("/pub_key").try_into().unwrap();
        let signature = part("/signature");
        (|| {
            let signature: &[u8] = &signature;
            both_ways!(|budget| ed25519::PublicKey::with_budget(&key, budget), &part("/message"), signature)
        })()
    });
    let expected: Vec<[bool; 2]> = (0..12).map(|case| [case == 3; 2]).collect();
    assert_eq!(answers.collect::<Vec<_>>(), expected);
}

/// RFC 7515, appendix A.3 (ES256), and RFC 8037, appendix A.4 (Ed25519).
#[test]
fn rfc_examples_are_accepted() {
    let examples = vectors("rfc/rfc_examples.json");
    let mut accepted = vec![];
    for example in examples["jws"].as_array().unwrap() {
        let (jwk, (signed, signature)) = (&example["jwk"], text(example, "/jws").rsplit_once('.').unwrap());
        let holds = match jwk["crv"].as_str() {
            Some("P-256") => {
                let (x, y) = (base64url(text(jwk, "/x")), base64url(text(jwk, "/y")));
                let key = p256::PublicKey::from_coordinates(&x, &y).unwrap();
                key.verify(&Sha256::digest(signed), &base64url(signature))
            }
            Some("Ed25519") => {
                let key = ed25519::PublicKey::from_bytes(&base64url(text(jwk, "/x"))).unwrap();
                key.verify(signed.as_bytes(), &base64url(signature))
            }
            _ => continue,
        };
        accepted.push((text(example, "/alg"), holds));
    }
    accepted.sort_unstable();
    assert_eq!(accepted, [("ES256", true), ("EdDSA", true)]);
}

/// RFC 6979, appendices A.2.5 to A.2.7: message "sample", SHA-256, SHA-384 and SHA-512; on P-256 also SHA-512, which is cut.
#[test]
fn rfc_6979_signatures_are_accepted() {
    let p256 = p256::PublicKey::from_coordinates(
        &bytes("60fed4ba255a9d31c961eb74c6356d68c049b8923b61fa6ce669622e60f29fb6"),
        &bytes("7903fe1008b8bc99a41ae9e95628bc64f2f1b20c2d7e9f5177a3c294d4462299"),
    )
    .unwrap();
    let p384 = p384::PublicKey::from_coordinates(
        &bytes("ec3a4e415b4e19a4568618029f427fa5da9a8bc4ae92e02e06aae5286b300c64def8f0ea9055866064a254515480bc13"),
        &bytes("8015d9b72d7d57244ea8ef9ac0c621896708a59367f9dfb9f54ca84b3f1c9db1288b231c3ae0d4fe7344fd2533264720"),
    )
    .unwrap();
    let p521 = p521::PublicKey::from_coordinates(
        &bytes(concat!(
            "01894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd371123d46e45db6b5d5370a7f20fb633155d38ff",
            "a16d2bd761dcac474b9a2f5023a4"
        )),
        &bytes(concat!(
            "00493101c962cd4d2fddf782285e64584139c2f91b47f87ff82354d6630f746a28a0db25741b5b34a828008b22acc23f924faafb",
            "d4d33f81ea66956dfeaa2bfdfcf5"
        )),
    )
    .unwrap();
    assert!(p256.verify(
        &Sha256::digest("sample"),
        &bytes(concat!(
            "efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716",
            "f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8"
        ))
    ));
    assert!(p256.verify(
        &Sha512::digest("sample"),
        &bytes(concat!(
            "8496a60b5e9b47c825488827e0495b0e3fa109ec4568fd3f8d1097678eb97f00",
            "2362ab1adbe2b8adf9cb9edab740ea6049c028114f2460f96554f61fae3302fe"
        ))
    ));
    assert!(p384.verify(
        &Sha384::digest("sample"),
        &bytes(concat!(
            "94edbb92a5ecb8aad4736e56c691916b3f88140666ce9fa73d64c4ea95ad133c81a648152e44acf96e36dd1e80fabe46",
            "99ef4aeb15f178cea1fe40db2603138f130e740a19624526203b6351d0a3a94fa329c145786e679e7b82c71a38628ac8"
        ))
    ));
    assert!(p521.verify(
        &Sha512::digest("sample"),
        &bytes(concat!(
            "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e25a1ee9017b5d450606add152b534931d7d4",
            "e8455cc91f9b15bf05ec36e377fa",
            "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af282623eaa63e5b5c0723d8b8c37ff0777b1a20f8",
            "ccb1dccc43997f1ee0e44da4a67a"
        ))
    ));
}

fn bytes<const N: usize>(digits: &str) -> [u8; N] {
    unhex(digits).try_into().unwrap()
}
