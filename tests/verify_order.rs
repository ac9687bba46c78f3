//! The order of a check is part of its meaning: nothing is said about claims before the signature held.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

mod support;

use proptest::prelude::*;
use rescind::{Error, UnixTime};
use support::{NOW, secret_verifier, sign, sign_claims};

const GOOD: &str = r#"{"iss":"joe","exp":1800000600,"iat":1799999990}"#;

fn refusal(token: &str) -> Error {
    secret_verifier().verify(token.as_bytes(), NOW).unwrap_err()
}

fn with_bad_signature(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').unwrap();
    let flipped = if signature.starts_with('A') { "B" } else { "A" };
    format!("{signed}.{flipped}{}", &signature[1..])
}

#[test]
fn good_token_is_accepted_and_its_claims_are_given_as_signed() {
    let verified = secret_verifier().verify(sign_claims(GOOD).as_bytes(), NOW).unwrap();
    assert_eq!((verified.claims_json(), verified.header_json()), (GOOD, r#"{"alg":"HS256"}"#));
}

#[test]
fn bad_signature_and_every_bad_claim_reports_the_signature() {
    let token = sign_claims(r#"{"iss":"eve","exp":1,"nbf":9e9,"aud":7,"sub":{},"sub":1}"#);
    assert_eq!(refusal(&with_bad_signature(&token)), Error::SignatureInvalid);
}

#[test]
fn bad_signature_over_a_payload_that_is_no_json_reports_the_signature() {
    assert_eq!(refusal(&with_bad_signature(&sign_claims("\u{0}"))), Error::SignatureInvalid);
}

#[test]
fn bad_signature_and_wrong_typ_reports_the_signature() {
    let policy =
        rescind::Policy::new("joe", rescind::Audience::Unchecked, rescind::RevocationPolicy::Disabled);
    let policy = policy.and_then(|policy| policy.algorithms(&[rescind::Algorithm::Hs256])).unwrap();
    let mut verifier = rescind::Verifier::new(policy.typ("at+jwt"));
    verifier.set_keys(rescind::KeySet::from_secret(&support::SECRET, rescind::Algorithm::Hs256).unwrap());
    let token = sign(br#"{"alg":"HS256","typ":"logout+jwt"}"#, GOOD.as_bytes());
    assert_eq!(verifier.verify(token.as_bytes(), NOW).unwrap_err().code(), "ERR_HEADER_TYP");
    let forged = with_bad_signature(&token);
    assert_eq!(verifier.verify(forged.as_bytes(), NOW).unwrap_err(), Error::SignatureInvalid);
}

#[test]
fn token_without_expiry_is_refused() {
    let missing = Error::ClaimMissing { claim: "exp".into() };
    assert_eq!(refusal(&sign_claims(r#"{"iss":"joe"}"#)), missing);
}

#[test]
fn times_are_judged_at_the_exact_second() {
    let code = |claims: &str| {
        let answer = secret_verifier().verify(sign_claims(claims).as_bytes(), NOW);
        answer.map_or_else(|error| error.code(), |_| "ACCEPTED")
    };
    // The default tolerance is 5 s, the time is 1 800 000 000.
    assert_eq!(code(r#"{"iss":"joe","exp":1799999995}"#), "ERR_CLAIM_EXPIRED");
    assert_eq!(code(r#"{"iss":"joe","exp":1799999995.5}"#), "ACCEPTED");
    assert_eq!(code(r#"{"iss":"joe","exp":1800000600,"nbf":1800000005}"#), "ACCEPTED");
    assert_eq!(code(r#"{"iss":"joe","exp":1800000600,"nbf":1800000005.5}"#), "ERR_CLAIM_NOT_YET_VALID");
    assert_eq!(code(r#"{"iss":"joe","exp":1800000600,"iat":1800000006}"#), "ERR_CLAIM_ISSUED_IN_FUTURE");
    assert_eq!(code(r#"{"iss":"joe","exp":2115360000}"#), "ACCEPTED");
    assert_eq!(code(r#"{"iss":"joe","exp":2115360001}"#), "ERR_CLAIM_LIFETIME");
}

proptest! {
    /// A cache may rely on the window that comes with a verdict: inside it nothing changes.
    #[test]
    fn any_time_inside_the_window_gets_the_same_verdict(
        exp in 1_799_999_900f64..1_800_001_000.0, nbf in 1_799_999_900f64..1_800_000_100.0, at in 0f64..1.0,
    ) {
        let token = sign_claims(format!(r#"{{"iss":"joe","exp":{exp},"nbf":{nbf},"iat":1799999990}}"#));
        let verifier = secret_verifier();
        if let Ok(verified) = verifier.verify(token.as_bytes(), NOW) {
            let during = verified.unchanged_during();
            let (start, end) = (during.start.as_seconds_f64(), during.end.as_seconds_f64());
            let inside = UnixTime::from_seconds_f64(start + (end - start) * at).unwrap();
            prop_assert_eq!(verifier.verify(token.as_bytes(), inside), Ok(verified.clone()));
            prop_assert!(verifier.verify(token.as_bytes(), during.end).is_err());
            prop_assert!(verifier.verify(token.as_bytes(), during.start.plus(-0.001)).is_err());
        }
    }

    /// No input may take the instance down: after each, the same instance still accepts the good token.
    #[test]
    fn any_bytes_are_refused_and_the_instance_lives_on(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
        let verifier = secret_verifier();
        prop_assert!(verifier.verify(&bytes, NOW).is_err());
        prop_assert!(verifier.verify(sign_claims(GOOD).as_bytes(), NOW).is_ok());
    }

    #[test]
    fn any_change_to_one_character_is_refused(at in 0usize..200, to in any::<u8>()) {
        let token = sign_claims(GOOD);
        let mut changed = token.clone().into_bytes();
        let at = at % changed.len();
        prop_assume!(changed[at] != to);
        changed[at] = to;
        prop_assert!(secret_verifier().verify(&changed, NOW).is_err());
    }

    #[test]
    fn any_signed_header_and_payload_get_a_typed_answer(header in ".{0,80}", payload in ".{0,200}") {
        let answer = secret_verifier().verify(sign(header.as_bytes(), payload.as_bytes()).as_bytes(), NOW);
        prop_assert!(answer.is_err());
    }
}
