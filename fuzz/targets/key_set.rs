//! A JWK Set from both kinds of source; what comes of it judges tokens of every algorithm.

#![no_main]
#![allow(missing_docs, reason = "the macro makes the entry point")]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use rescind::{Algorithm, KeySet, KeySource};
use rescind_fuzz::{CORPUS, Subject};
use serde_json::Value;

thread_local! {
    static SUBJECT: RefCell<Subject> = RefCell::new(Subject::with_corpus());
    static TOKENS: Vec<String> = good_tokens();
}

fuzz_target!(|input: &[u8]| {
    let public = KeySet::from_jwk_set(input, KeySource::Public);
    let trusted = KeySet::from_jwk_set(input, KeySource::Trusted);
    if let (Ok(public), Ok(trusted)) = (&public, &trusted) {
        assert!(public.len() <= trusted.len(), "a published set holds more than the same from the operator");
    }
    for keys in [public, trusted].into_iter().flatten() {
        TOKENS.with(|tokens| tokens.iter().for_each(|token| judge(&keys, token)));
        SUBJECT.with_borrow_mut(Subject::check);
    }
});

fn judge(keys: &KeySet, token: &str) {
    let _ = keys.authenticate(token.as_bytes(), &Algorithm::ALL, 16_384);
}

/// One accepted token for each algorithm that the corpus has: they name the keys of its set.
fn good_tokens() -> Vec<String> {
    let corpus: Value = serde_json::from_str(CORPUS).expect("the corpus is JSON");
    let cases = corpus["cases"].as_array().expect("the corpus has cases");
    let good = cases.iter().filter(|case| case["class"] == "control" && case["expect"] == "accept");
    let mut tokens: Vec<String> = good.filter_map(|case| case["token"].as_str()).map(str::to_owned).collect();
    let header = |token: &String| token.split('.').next().map(str::to_owned);
    tokens.sort_by_key(header);
    tokens.dedup_by_key(|token| header(token));
    tokens
}
