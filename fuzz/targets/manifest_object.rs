//! An update of the snapshot. The first byte of an input says what the rest is: a manifest as it comes, the body of one
//! to be signed, objects of a base, or a delta, the last two with a manifest that names them.

#![no_main]
#![allow(missing_docs, reason = "the macro makes the entry point")]

use std::cell::RefCell;

use libfuzzer_sys::fuzz_target;
use rescind::{Error, Subscription};
use rescind_fuzz::{Forger, NOW, Subject, sign};

thread_local! {
    static FORGER: Forger = Forger::default();
    static SUBJECT: RefCell<Subject> = RefCell::new(FORGER.with(proved));
}

fuzz_target!(|input: &[u8]| {
    let Some((mode, input)) = input.split_first() else { return };
    SUBJECT.with_borrow_mut(|subject| {
        let held = subject.verifier.subscription_mut().expect("it is subscribed");
        let before = held.snapshot().map(|snapshot| snapshot.edition());
        let committed = FORGER.with(|forger| match mode % 4 {
            0 => update(held, input, &[]),
            1 => update(held, &forger.manifest(input.to_vec()), &[]),
            2 => update_base(held, forger, input),
            _ => update(held, &forger.manifest_with_delta(input), &[]),
        });
        if committed.is_ok() {
            look_up(subject);
            // It may revoke anything, and be of the last edition there is: whoever comes next needs another one.
            *subject = FORGER.with(Subject::with_secret);
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

/// One whole update of what a verifier holds.
type Update<'a> = dyn Fn(&mut Subscription) -> Result<(), Error> + 'a;

/// A subject, once it is shown that what is genuine passes as an input: else nothing beyond would be reached.
fn proved(forger: &Forger) -> Subject {
    let objects: Vec<&[u8]> = forger.base.objects.iter().map(|object| object.bytes.as_slice()).collect();
    let [tokens, cut_offs] = objects[..] else { panic!("the base has two objects") };
    let length = u16::try_from(tokens.len()).expect("the base is small").to_le_bytes();
    let base = [&[0b0111_1110], &length[..], tokens, cut_offs].concat();
    let with_base = |held: &mut Subscription| update_base(held, forger, &base);
    let with_delta = |held: &mut Subscription| update(held, &forger.manifest_with_delta(&forger.delta), &[]);
    let proofs: [&Update; 2] = [&with_base, &with_delta];
    for proof in proofs {
        let mut subject = Subject::with_secret(forger);
        let held = subject.verifier.subscription_mut().expect("it is subscribed");
        assert_eq!(proof(held), Ok(()));
    }
    Subject::with_secret(forger)
}

/// Offers everything and commits.
fn update(held: &mut Subscription, manifest: &[u8], objects: &[&[u8]]) -> Result<(), Error> {
    held.offer_manifest(manifest, NOW)?;
    for object in objects {
        held.offer_object(object.to_vec())?;
    }
    held.commit().map(drop)
}

/// A mask of dimensions, the length of the first object in two bytes, and both objects.
fn update_base(held: &mut Subscription, forger: &Forger, input: &[u8]) -> Result<(), Error> {
    let Some(([mask, low, high], objects)) = input.split_first_chunk() else { return Ok(()) };
    let split = usize::from(u16::from_le_bytes([*low, *high])).min(objects.len());
    let (tokens, cut_offs) = objects.split_at(split);
    let named: Vec<&[u8]> = [cut_offs, tokens].into_iter().filter(|object| !object.is_empty()).collect();
    update(held, &forger.manifest_with_base(*mask, tokens, cut_offs), &named)
}

/// Asks the snapshot that an input became: for tokens with and without everything it could look for.
fn look_up(subject: &mut Subject) {
    const OTHERS: [&str; 3] = [
        r#","jti":"stolen","sub":"mallory","sid":"lost","client_id":"bad-app","org_id":["gone","org"],"iat":1"#,
        r#","sub":"alice""#,
        r#","sub":"","azp":"client","jti":"","org_id":7,"iat":1799999990.5"#,
    ];
    subject.judge_good();
    for more in OTHERS {
        let claims = format!(r#"{{"iss":"https://issuer.example","aud":"api","exp":1800000900{more}}}"#);
        let _ = subject.verify(&sign(br#"{"alg":"HS256","kid":"key"}"#, claims.as_bytes()));
    }
}
