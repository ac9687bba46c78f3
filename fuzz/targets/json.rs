//! The JSON reader against `serde_json`: as claims under a right signature, what one takes the other takes.

#![no_main]
#![allow(missing_docs, reason = "the macro makes the entry point")]

use std::cell::RefCell;
use std::collections::HashSet;
use std::fmt;

use libfuzzer_sys::fuzz_target;
use rescind_fuzz::{Subject, sign};
use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};

thread_local! {
    static SUBJECT: RefCell<Subject> = RefCell::new(Subject::with_secret());
}

/// Around the limit of 32 levels either is right; unit tests hold the exact one.
const LEVELS: [usize; 2] = [28, 36];

fuzz_target!(|input: &[u8]| {
    SUBJECT.with_borrow_mut(|subject| {
        let verdict = subject.verify(&sign(br#"{"alg":"HS256"}"#, input));
        let refused_as_json = verdict.as_ref().is_err_and(|error| error.code().starts_with("ERR_TOKEN_"));
        // Beyond the limit of a token's length nothing is read.
        if input.len() < 10_000 {
            compare(input, refused_as_json);
        }
        subject.check();
    });
});

fn compare(input: &[u8], refused: bool) {
    match serde_json::from_slice::<Strict>(input) {
        Ok(value) if value.is_object && value.depth <= LEVELS[0] => {
            assert!(!refused, "serde_json takes what is refused here");
        }
        Ok(value) if !value.is_object || value.depth >= LEVELS[1] => {
            assert!(refused, "taken here, though no object or far too deep");
        }
        Ok(_) => {}
        Err(_) => assert!(refused, "serde_json refuses what is taken here"),
    }
}

/// What a text is; duplicate names are an error.
struct Strict {
    depth: usize,
    is_object: bool,
}

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

const SCALAR: Strict = Strict { depth: 0, is_object: false };

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("JSON")
    }

    fn visit_bool<E>(self, _: bool) -> Result<Strict, E> {
        Ok(SCALAR)
    }

    fn visit_i64<E>(self, _: i64) -> Result<Strict, E> {
        Ok(SCALAR)
    }

    fn visit_u64<E>(self, _: u64) -> Result<Strict, E> {
        Ok(SCALAR)
    }

    fn visit_f64<E>(self, _: f64) -> Result<Strict, E> {
        Ok(SCALAR)
    }

    fn visit_str<E>(self, _: &str) -> Result<Strict, E> {
        Ok(SCALAR)
    }

    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(SCALAR)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Strict, A::Error> {
        let mut depth = 0;
        while let Some(element) = elements.next_element::<Strict>()? {
            depth = depth.max(element.depth);
        }
        Ok(Strict { depth: depth + 1, is_object: false })
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Strict, A::Error> {
        let (mut names, mut depth) = (HashSet::new(), 0);
        while let Some((name, value)) = members.next_entry::<String, Strict>()? {
            if !names.insert(name) {
                return Err(A::Error::custom("a name stands twice"));
            }
            depth = depth.max(value.depth);
        }
        Ok(Strict { depth: depth + 1, is_object: true })
    }
}
