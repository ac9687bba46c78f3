//! A publisher's life: entries come and go, editions are published, some as new bases. Three bytes of an input are a step.
//! A follower of every edition, one that misses some, and one that comes last must say the same, and what a plain set says.

#![no_main]
#![allow(missing_docs, reason = "the macro makes the entry point")]

use std::collections::{HashMap, HashSet};

use libfuzzer_sys::fuzz_target;
use rescind::{
    Dimension, EditionParameters, Entry, Identity, Publisher, RevocationStatus, Subscription,
    SubscriptionOptions,
};
use rescind_fuzz::{ISSUED_AT, ISSUER, Keyring, NOW, TENANT, cut_off, edition, publish, publisher, token};

/// More would only be slow.
const STEPS: usize = 120;

const IDS: u8 = 24;

fuzz_target!(|input: &[u8]| {
    let mut life = Life::new();
    for [step, one, other] in input.as_chunks().0.iter().take(STEPS) {
        if !life.step(*step, *one, *other) {
            break;
        }
    }
    life.publish(true);
    life.compare();
});

struct Life {
    keyring: Keyring,
    publisher: Publisher,
    edition: EditionParameters,
    objects: HashMap<[u8; 32], Vec<u8>>,
    last: Vec<u8>,
    follower: Subscription,
    sleeper: Subscription,
    /// What is revoked: tokens by number, with their `exp`.
    tokens: HashSet<(u8, u64)>,
    subjects: HashSet<u8>,
}

impl Life {
    fn new() -> Self {
        let keyring = Keyring::new(false);
        let publisher = publisher(&[token("stolen", None)]);
        let mut life = Self {
            edition: edition(0),
            objects: HashMap::new(),
            last: Vec::new(),
            follower: subscription(&keyring),
            sleeper: subscription(&keyring),
            tokens: HashSet::new(),
            subjects: HashSet::new(),
            keyring,
            publisher,
        };
        life.publish(true);
        life
    }

    /// Takes a step; false when there is no room for it.
    fn step(&mut self, step: u8, one: u8, other: u8) -> bool {
        let (id, exp) = (one % IDS, ISSUED_AT + 60 + u64::from(other) * 12);
        let name = id.to_string();
        match step % 8 {
            0..=2 => {
                let fits = self.publisher.insert(&revoked(&name, exp)).is_ok();
                fits && {
                    self.tokens.insert((id, exp));
                    true
                }
            }
            3 => {
                let fits = self.publisher.insert(&cut_off(Dimension::Subject, &name)).is_ok();
                fits && {
                    self.subjects.insert(id);
                    true
                }
            }
            4 => self.take_back(&name, id, exp),
            5 => {
                let until = ISSUED_AT + u64::from(other) * 4;
                self.edition.expired_before = self.edition.expired_before.max(until);
                true
            }
            6 => {
                self.publisher.fold_next();
                self.publish(one & 1 != 0);
                true
            }
            _ => {
                self.publish(one & 1 != 0);
                true
            }
        }
    }

    fn take_back(&mut self, name: &str, id: u8, exp: u64) -> bool {
        let cut_off = cut_off(Dimension::Subject, name);
        if self.publisher.remove(&cut_off).expect("it is an entry") {
            self.subjects.remove(&id);
        }
        let known: Vec<u64> =
            self.tokens.iter().filter(|(other, _)| *other == id).map(|(_, exp)| *exp).collect();
        // Tokens of one number may share a bucket: one of them is taken back only when it is alone.
        if known == [exp] && self.publisher.remove(&revoked(name, exp)).expect("it is an entry") {
            self.tokens.remove(&(id, exp));
        }
        true
    }

    fn publish(&mut self, wakes: bool) {
        self.edition.version += 1;
        let made =
            publish(&mut self.publisher, self.keyring.key(0), &self.edition).expect("it can be written");
        self.objects.extend(made.objects.into_iter().map(|object| (object.sha256, object.bytes)));
        self.last = made.manifest;
        take(&mut self.follower, &self.last, &self.objects);
        if wakes {
            take(&mut self.sleeper, &self.last, &self.objects);
        }
    }

    fn compare(&mut self) {
        let mut late = subscription(&self.keyring);
        take(&mut late, &self.last, &self.objects);
        for id in 0..IDS {
            let own: Vec<u64> =
                self.tokens.iter().filter(|(other, _)| *other == id).map(|(_, exp)| *exp).collect();
            for &exp in own.iter().chain(&[ISSUED_AT + 5_000]) {
                let all = [&self.follower, &self.sleeper, &late].map(|held| ask(held, id, exp));
                let is_revoked = own.contains(&exp) || self.subjects.contains(&id);
                // Buckets end at a multiple of their width, beyond the last `exp` in them.
                let may_be_over = own.contains(&exp) && exp < self.edition.expired_before;
                if may_be_over {
                    // It is told until its bucket is folded away, which not all do in the same edition.
                    continue;
                }
                assert!(all.iter().all(|answer| *answer == all[0]), "{id} {exp}: {all:?}");
                let is_told = matches!(all[0], RevocationStatus::Revoked { .. });
                assert_eq!(is_told, is_revoked, "{id} {exp}: {:?}", all[0]);
            }
        }
    }
}

fn revoked(name: &str, exp: u64) -> Entry {
    token(name, Some(exp))
}

fn subscription(keyring: &Keyring) -> Subscription {
    let options = SubscriptionOptions {
        publisher_keys: vec![keyring.public(0)],
        tenant: TENANT.into(),
        clock_tolerance_seconds: 5,
    };
    Subscription::new(options).expect("the options are valid")
}

/// A whole update, which never fails: what is folded is what the publisher folded.
fn take(held: &mut Subscription, manifest: &[u8], objects: &HashMap<[u8; 32], Vec<u8>>) {
    let plan = held.offer_manifest(manifest, NOW).expect("the manifest is genuine");
    for needed in plan.needed {
        held.offer_object(objects[&needed.sha256].clone()).expect("the object is genuine");
    }
    held.commit().expect("the update is complete");
}

fn ask(held: &Subscription, id: u8, exp: u64) -> RevocationStatus {
    let name = id.to_string();
    let identity = Identity {
        issuer: ISSUER,
        subject: Some(&name),
        key_id: None,
        token_id: Some(&name),
        issued_at: Some(0),
        expires_at: exp,
        claim: &|claim, sink| {
            if claim == "sub" {
                sink(&name);
            }
        },
        integer: &|_| None,
    };
    held.snapshot().expect("it holds an edition").status(&identity, NOW)
}
