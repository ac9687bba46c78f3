//! Fifty genuine objects: every bit of each flipped, every truncation, and every splice of one with another. None is
//! taken in the place of a genuine one.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod snapshot_support;

use std::collections::HashSet;

use rescind::{Dimension, Entry, Error, Subscription};
use snapshot_support::*;

const OBJECTS: usize = 50;

/// A genuine object, and a verifier that waits for it.
struct Awaited {
    bytes: Vec<u8>,
    verifier: Subscription,
}

/// Token sets and cut-offs of many forms, and the deltas between editions.
fn genuine() -> Vec<Awaited> {
    let mut found: Vec<Awaited> = (0..12).flat_map(bases).collect();
    found.extend((0..OBJECTS - found.len()).map(delta));
    found
}

fn bases(n: u64) -> Vec<Awaited> {
    let mut entries: Vec<Entry> = (0..=n % 5).map(|at| token(&format!("{n}-{at}"), exp(n, at))).collect();
    let dimensions = Dimension::BUILT_IN.into_iter().skip(usize::try_from(n % 5).unwrap());
    entries.extend(dimensions.map(|dimension| match dimension {
        Dimension::Issuer => cut_off(dimension, ISSUER, ISSUED_AT - n),
        _ => cut_off(dimension, &n.to_string(), ISSUED_AT - 77 * n),
    }));
    let publisher = Publisher::new().version(n + 1);
    let publication = publisher.publish(&entries);
    let awaited = |bytes: &Vec<u8>| {
        let mut verifier = publisher.subscription();
        verifier.offer_manifest(&publication.manifest, NOW).unwrap();
        Awaited { bytes: bytes.clone(), verifier }
    };
    publication.objects.iter().map(|object| awaited(&object.bytes)).collect()
}

fn exp(n: u64, at: u64) -> Option<u64> {
    (!(n + at).is_multiple_of(4)).then_some(ISSUED_AT + at * 40 * n)
}

/// One that is too large to be carried, so that it has to be fetched.
fn delta(n: usize) -> Awaited {
    let n = u64::try_from(n).unwrap();
    let mut series = Series::new(headroom(), &[token("first", None)]);
    let mut verifier = series.follower();
    let added: Vec<Entry> = (0..150 + n).map(|at| token(&format!("{n}+{at}"), exp(at, n))).collect();
    let publication = series.add(&added);
    let plan = verifier.offer_manifest(&publication.manifest, NOW).unwrap();
    assert_eq!(plan.needed.len(), 1);
    Awaited { bytes: series.store.get(&plan.needed[0].sha256), verifier }
}

fn refuses(awaited: &mut Awaited, damaged: Vec<u8>) -> bool {
    awaited.verifier.offer_object(damaged) == Err(Error::ObjectMismatch)
}

#[test]
fn every_flipped_bit_of_fifty_objects_is_refused() {
    let mut objects = genuine();
    assert_eq!(objects.len(), OBJECTS);
    assert_eq!(objects.iter().map(|object| &object.bytes).collect::<HashSet<_>>().len(), OBJECTS);
    for object in &mut objects {
        for bit in 0..object.bytes.len() * 8 {
            let mut flipped = object.bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert!(refuses(object, flipped), "bit {bit}");
        }
        let whole = object.bytes.clone();
        assert_eq!(
            object.verifier.offer_object(whole),
            Ok(()),
            "what is refused above is refused for its damage"
        );
    }
}

#[test]
fn every_truncation_of_fifty_objects_is_refused() {
    for mut object in genuine() {
        for length in 0..object.bytes.len() {
            let cut = object.bytes[..length].to_vec();
            assert!(refuses(&mut object, cut), "{length} bytes");
        }
        for more in [&[0][..], &[0; 8], &object.bytes.clone()] {
            let longer = [object.bytes.as_slice(), more].concat();
            assert!(refuses(&mut object, longer));
        }
    }
}

#[test]
fn every_splice_of_fifty_objects_is_refused() {
    let mut objects = genuine();
    let all: Vec<Vec<u8>> = objects.iter().map(|object| object.bytes.clone()).collect();
    let mut splices = 0_u64;
    for (object, own) in objects.iter_mut().zip(&all) {
        for other in all.iter().filter(|&other| other != own) {
            for cut in 0..=own.len().min(other.len()) {
                for (head, tail) in [(own, other), (other, own)] {
                    let spliced = [&head[..cut], &tail[cut..]].concat();
                    // At its ends a splice is a whole object, perhaps another one that is needed.
                    if spliced != *own && spliced != *other {
                        assert!(refuses(object, spliced), "cut at {cut}");
                        splices += 1;
                    }
                }
            }
        }
    }
    println!("report: {splices} splices of {OBJECTS} objects refused");
    assert!(splices > 100_000);
}
