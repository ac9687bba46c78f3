//! An update of the snapshot: manifests as they come, manifests and objects under a right signature. The first byte of an
//! input says which of the three it is.

#![no_main]
#![allow(missing_docs, reason = "the macro makes the entry point")]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use rescind::{Error, Subscription};
use rescind_fuzz::{NOW, Publisher, Subject, sign};
use sha2::{Digest as _, Sha256};

thread_local! {
    static SUBJECT: RefCell<Subject> = RefCell::new(Subject::with_secret());
    static FORGER: Forger = Forger::default();
}

fuzz_target!(|input: &[u8]| {
    let Some((mode, input)) = input.split_first() else { return };
    SUBJECT.with_borrow_mut(|subject| {
        let held = subject.verifier.subscription_mut().expect("it is subscribed");
        let before = held.snapshot().map(|snapshot| snapshot.edition());
        let committed = match mode % 3 {
            0 => update(held, input, &[]),
            1 => update(held, &FORGER.with(|forger| forger.publisher.sign_manifest(input.to_vec())), &[]),
            _ => FORGER.with(|forger| forger.update(held, input)),
        };
        if committed.is_ok() {
            look_up(subject);
            // It may revoke anything, and be of the last edition there is: whoever comes next needs another one.
            *subject = Subject::with_secret();
        } else {
            held.abandon();
            assert_eq!(
                held.snapshot().map(|snapshot| snapshot.edition()),
                before,
                "a failure changed the snapshot"
            );
        }
        subject.check();
    });
});

/// Offers everything in any order, and commits.
fn update(held: &mut Subscription, manifest: &[u8], objects: &[&[u8]]) -> Result<(), Error> {
    held.offer_manifest(manifest, NOW)?;
    for object in objects {
        held.offer_object(object.to_vec())?;
    }
    held.commit().map(drop)
}

/// Makes manifests around objects that an input brings.
struct Forger {
    publisher: Publisher,
    /// A genuine manifest's body that names nothing.
    empty: Vec<u8>,
}

impl Default for Forger {
    fn default() -> Self {
        let publisher = Publisher::default();
        let mut empty = publisher.publish(&[], 2).manifest;
        empty.truncate(empty.len() - 64);
        Self { publisher, empty }
    }
}

impl Forger {
    /// The input as objects, of which a genuine manifest speaks: a mask of dimensions, the length of the first object,
    /// both objects; one of no length is not named.
    fn update(&self, held: &mut Subscription, input: &[u8]) -> Result<(), Error> {
        let Some(([mask, low, high], objects)) = input.split_first_chunk() else { return Ok(()) };
        let split = usize::from(u16::from_le_bytes([*low, *high])).min(objects.len());
        let (tokens, cut_offs) = objects.split_at(split);
        let manifest = self.publisher.sign_manifest(self.body(*mask, tokens, cut_offs));
        let named: Vec<&[u8]> = [cut_offs, tokens].into_iter().filter(|object| !object.is_empty()).collect();
        update(held, &manifest, &named)
    }

    /// The body of a manifest (docs/format.md) that names these objects and dimensions.
    fn body(&self, mask: u8, tokens: &[u8], cut_offs: &[u8]) -> Vec<u8> {
        let mut body = self.empty.clone();
        for number in (1..=6).filter(|number| mask & (1 << number) != 0) {
            body[6] += 1;
            body.extend([number, claim_names(number).len() as u8]);
            for name in claim_names(number) {
                body.push(name.len() as u8);
                body.extend(name.as_bytes());
            }
        }
        for (kind, object) in [(1, tokens), (2, cut_offs)] {
            if !object.is_empty() {
                body[5] += 1;
                body.push(kind);
                body.extend((object.len() as u32).to_le_bytes());
                body.extend(Sha256::digest(object));
            }
        }
        body
    }
}

/// The claims of a dimension, as a writer of version 1 names them.
fn claim_names(dimension: u8) -> &'static [&'static str] {
    match dimension {
        3 => &["sub"],
        4 => &["sid"],
        5 => &["client_id", "azp"],
        6 => &["org_id"],
        _ => &[],
    }
}

/// Asks the snapshot that an input became: for tokens with and without everything it could look for.
fn look_up(subject: &mut Subject) {
    const OTHERS: [&str; 3] = [
        r#","jti":"stolen","sub":"mallory","sid":"lost","client_id":"bad-app","org_id":["gone","org"],"iat":1"#,
        r#","sub":"alice""#,
        r#","sub":"","azp":"client","jti":"","org_id":7,"iat":1799999990.5"#,
    ];
    subject.check_runs();
    for more in OTHERS {
        let claims = format!(r#"{{"iss":"https://issuer.example","aud":"api","exp":1800000900{more}}}"#);
        let _ = subject.verify(&sign(br#"{"alg":"HS256","kid":"key"}"#, claims.as_bytes()));
    }
}
