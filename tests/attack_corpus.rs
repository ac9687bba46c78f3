//! The attack corpus, whole: 399 labelled tokens, every class of known JWT attack. `must` has to be 100 %.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "support/corpus.rs"]
mod corpus;

#[test]
fn every_case_is_right() {
    let score = corpus::run(&corpus::corpus());
    println!("report: attack corpus: must {}, strict {}", score.must, score.strict);
    assert_eq!((score.must.of, score.strict.of), (331, 68));
    assert_eq!(score.wrong, Vec::<String>::new());
}

#[test]
fn refusals_name_the_class_of_the_finding() {
    let corpus = corpus::corpus();
    for case in corpus["cases"].as_array().unwrap() {
        let (Some(class), Err(error)) = (case["error"].as_str(), corpus::verdict(&corpus, case)) else {
            continue;
        };
        assert!(class_allows(class, error.code()), "{}: {class} but {}", case["id"], error.code());
    }
}

/// The corpus suggests a class, not a code; several codes may be right for one class.
fn class_allows(class: &str, code: &str) -> bool {
    let areas: &[&str] = match class {
        "malformed" => &["ERR_TOKEN_", "ERR_HEADER_"],
        "alg" => &["ERR_HEADER_ALG", "ERR_KEY_"],
        "key" => &["ERR_KEY_", "ERR_SIGNATURE_INVALID", "ERR_HEADER_ALG", "ERR_HEADER_KID_INVALID"],
        "signature" => &["ERR_SIGNATURE_INVALID", "ERR_KEY_NOT_FOUND"],
        "crit" => &["ERR_HEADER_CRITICAL", "ERR_HEADER_B64", "ERR_TOKEN_"],
        "duplicate" => &["ERR_TOKEN_DUPLICATE_MEMBER"],
        "too_large" => &["ERR_TOKEN_TOO_LARGE"],
        "too_deep" => &["ERR_TOKEN_TOO_DEEP", "ERR_TOKEN_TOO_LARGE"],
        "typ" => &["ERR_HEADER_TYP"],
        "issuer" => &["ERR_CLAIM_ISSUER", "ERR_CLAIM_TYPE"],
        "audience" => &["ERR_CLAIM_AUDIENCE"],
        "missing_claim" => &["ERR_CLAIM_MISSING"],
        "claims_type" => &["ERR_CLAIM_", "ERR_TOKEN_JSON"],
        "expired" => &["ERR_CLAIM_EXPIRED", "ERR_REVOCATION_REVOKED"],
        "not_yet_valid" => &["ERR_CLAIM_NOT_YET_VALID", "ERR_CLAIM_ISSUED_IN_FUTURE"],
        "lifetime" => &["ERR_CLAIM_LIFETIME"],
        // 389 has no iat, which its profile requires: found before the look-up.
        "revoked" => &["ERR_REVOCATION_REVOKED", "ERR_CLAIM_MISSING"],
        other => panic!("unknown class {other}"),
    };
    areas.iter().any(|area| code.starts_with(area))
}
