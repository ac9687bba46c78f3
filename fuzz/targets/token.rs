//! A whole verification: the input as a token, and as header and payload of a token whose signature is right.

#![no_main]
#![allow(missing_docs, reason = "the macro makes the entry point")]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use rescind_fuzz::{Subject, sign};

thread_local! {
    static SUBJECTS: RefCell<[Subject; 2]> = RefCell::new([Subject::with_corpus(), Subject::with_secret()]);
}

fuzz_target!(|input: &[u8]| {
    SUBJECTS.with_borrow_mut(|subjects| {
        let [by_keys, by_secret] = subjects;
        let _ = by_keys.verify(input);
        by_keys.check();
        let _ = by_secret.verify(input);
        let at = input.iter().position(|byte| *byte == b'\n').unwrap_or(input.len());
        let (header, payload) = input.split_at(at);
        let verdict = by_secret.verify(&sign(header, payload.get(1..).unwrap_or_default()));
        if let Ok(verified) = verdict {
            // What is accepted is handed on as text: it must be the very octets that were signed.
            assert_eq!(verified.header_json().as_bytes(), header);
            assert_eq!(Some(verified.claims_json().as_bytes()), payload.get(1..));
        }
        by_secret.check();
    });
});
