//! A delta over a genuine base: fetched, carried, and carried twice, it is refused or gives the same answers every time.
//! The first byte of an input says whether the rest is a whole object, or the counts of one that fits the base's universe
//! and what follows them.

#![no_main]
#![allow(missing_docs, reason = "the macro makes the entry point")]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use rescind::{Error, Subscription};
use rescind_fuzz::{Forger, NOW, Subject, sign};

thread_local! {
    static FORGER: Forger = Forger::default();
    static SUBJECTS: RefCell<[Subject; 2]> =
        RefCell::new(FORGER.with(|forger| { proved(forger); fresh(forger) }));
}

fuzz_target!(|input: &[u8]| {
    let Some((mode, input)) = input.split_first() else { return };
    FORGER.with(|forger| {
        let delta = if mode & 1 == 0 { input.to_vec() } else { framed(&forger.delta, input) };
        SUBJECTS.with_borrow_mut(|subjects| run(forger, subjects, &delta));
    });
});

/// As many bytes as a manifest can carry twice.
const CARRIED: usize = 32_000;

fn run(forger: &Forger, subjects: &mut [Subject; 2], delta: &[u8]) {
    let [fetching, carrying] = &mut *subjects;
    let fetched = fetch(held(fetching), forger, delta);
    if delta.len() <= CARRIED {
        let carried = update(held(carrying), &forger.manifest_with_delta(delta));
        assert_eq!(fetched.is_ok(), carried.is_ok(), "{fetched:?} when fetched, {carried:?} when carried");
    }
    if fetched.is_ok() {
        let once = answers(fetching);
        if delta.len() <= CARRIED {
            assert_eq!(once, answers(carrying));
            assert_eq!(update(held(carrying), &forger.manifest_with_delta_twice(delta)), Ok(()));
            assert_eq!(once, answers(carrying), "the same delta again changes something");
        }
        *subjects = fresh(forger);
    }
    subjects.iter_mut().for_each(|subject| {
        held(subject).abandon();
        subject.check();
    });
}

fn fresh(forger: &Forger) -> [Subject; 2] {
    [Subject::with_secret(forger), Subject::with_secret(forger)]
}

fn held(subject: &mut Subject) -> &mut Subscription {
    subject.verifier.subscription_mut().expect("it is subscribed")
}

/// Panics unless a genuine delta goes every way: else nothing beyond would be reached.
fn proved(forger: &Forger) {
    let [mut fetching, mut carrying] = fresh(forger);
    assert_eq!(fetch(held(&mut fetching), forger, &forger.delta), Ok(()));
    assert_eq!(update(held(&mut carrying), &forger.manifest_with_delta_twice(&forger.delta)), Ok(()));
    let (_, rest) = counts(&forger.delta);
    let input = [&[1, 0, 1, 0, 0, 0][..], rest].concat();
    assert_eq!(framed(&forger.delta, &input), forger.delta);
}

fn update(held: &mut Subscription, manifest: &[u8]) -> Result<(), Error> {
    held.offer_manifest(manifest, NOW)?;
    held.commit().map(drop)
}

fn fetch(held: &mut Subscription, forger: &Forger, delta: &[u8]) -> Result<(), Error> {
    held.offer_manifest(&forger.manifest_listing_delta(delta), NOW)?;
    held.offer_object(delta.to_vec())?;
    held.commit().map(drop)
}

/// Where the counts of a delta begin.
const HEADER: usize = 6;

/// The eight counts of a genuine delta, and what follows.
fn counts(delta: &[u8]) -> ([u64; 8], &[u8]) {
    let (mut found, mut rest) = ([0; 8], &delta[HEADER..]);
    for count in &mut found {
        let length = 1 + rest.iter().take_while(|byte| **byte & 0x80 != 0).count();
        let (bytes, behind) = rest.split_at(length);
        *count = bytes.iter().rev().fold(0, |value, byte| value << 7 | u64::from(byte & 0x7f));
        rest = behind;
    }
    (found, rest)
}

/// A delta with the quotients of the genuine one, six counts below 128 from the input, and the rest of the input.
fn framed(genuine: &[u8], input: &[u8]) -> Vec<u8> {
    let Some((given, rest)) = input.split_first_chunk::<6>() else { return input.to_vec() };
    let [a1, r1, a2, r2, a3, r3] = given.map(|count| u64::from(count & 0x7f));
    let ([c1, _, _, c2, ..], _) = counts(genuine);
    let c1 = if a1 + r1 == 0 { 0 } else { c1 };
    let c2 = if a2 + r2 == 0 { 0 } else { c2 };
    let mut out = genuine[..HEADER].to_vec();
    [c1, a1, r1, c2, a2, r2, a3, r3].into_iter().for_each(|count| push_varint(&mut out, count));
    out.extend(rest);
    out
}

fn push_varint(out: &mut Vec<u8>, mut value: u64) {
    while value > 0x7f {
        out.push(value as u8 | 0x80);
        value >>= 7;
    }
    out.push(value as u8);
}

/// What the verifier says of tokens that the delta may be about.
fn answers(subject: &mut Subject) -> Vec<Result<(), &'static str>> {
    const MORE: [&str; 4] = [
        r#""jti":"another","exp":1800000290"#,
        r#""jti":"stolen","exp":1800000900,"sub":"mallory""#,
        r#""sub":"another","iat":1,"exp":1800000900"#,
        r#""sub":"alice","sid":"lost","client_id":"bad-app","org_id":"gone","exp":1800000900"#,
    ];
    let mut verdict = |more: &str| {
        let claims = format!(r#"{{"iss":"https://issuer.example","aud":"api",{more}}}"#);
        let verdict = subject.verify(&sign(br#"{"alg":"HS256","kid":"key"}"#, claims.as_bytes()));
        verdict.map(drop).map_err(|error| error.code())
    };
    MORE.iter().map(|more| verdict(more)).collect()
}
