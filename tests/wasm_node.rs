//! The crate as WebAssembly under Node: the attack corpus, whole.
#![cfg(target_arch = "wasm32")]
#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test fails by panicking"
)]

#[path = "support/corpus.rs"]
mod corpus;

use wasm_bindgen_test::wasm_bindgen_test;

#[wasm_bindgen_test]
fn every_case_is_right_under_node() {
    let score = corpus::run(&corpus::corpus());
    assert_eq!((score.must.of, score.strict.of), (331, 68));
    assert_eq!(score.wrong, Vec::<String>::new());
}
