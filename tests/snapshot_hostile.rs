//! Damaged, spliced and forged bytes: a typed error, never a panic, never another answer.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod snapshot_support;

use rescind::{Dimension, Edition, Entry, Error, Publication, Subscription, UnixTime};
use sha2::{Digest, Sha256};
use snapshot_support::*;

/// Every kind of entry, several of a kind, several buckets.
fn entries() -> Vec<Entry> {
    let exps = [ISSUED_AT + 10, ISSUED_AT + 500, ISSUED_AT + 501, ISSUED_AT + 900];
    let known = (0_u64..12).map(|n| token(&format!("known-{n}"), exps[usize::try_from(n % 4).unwrap()]));
    let unknown = (0..3).map(|n| token(&format!("unknown-{n}"), None));
    let cut_offs = Dimension::BUILT_IN.into_iter().flat_map(|dimension| {
        (0..4).map(move |n| match dimension {
            Dimension::Issuer => cut_off(dimension, ISSUER, ISSUED_AT - n),
            _ => cut_off(dimension, &format!("value-{n}"), ISSUED_AT - n * 1_000),
        })
    });
    known.chain(unknown).chain(cut_offs).collect()
}

fn genuine() -> Publication {
    Publisher::new().publish(&entries())
}

/// Every status a snapshot gives for a few tokens; here only to see that none panics.
fn ask(subscription: &Subscription) {
    let token =
        Token::new().id("known-1").key("value-1").claim("sub", &["value-2", "x"]).claim("sid", &["y"]);
    let token = token.claim("azp", &["value-3"]).claim("org_id", &["value-0"]);
    for expires_at in [0, 64, ISSUED_AT + 10, ISSUED_AT + 500, u64::MAX] {
        for issued_at in [None, Some(i64::MIN), Some(i64::MAX)] {
            let _ = token.clone().expires(expires_at).issued(issued_at).status(subscription);
        }
    }
}

fn flips(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len() * 8).map(|bit| {
        let mut flipped = bytes.to_vec();
        flipped[bit / 8] ^= 1 << (bit % 8);
        flipped
    })
}

fn truncations(bytes: &[u8]) -> impl Iterator<Item = Vec<u8>> {
    (0..bytes.len()).map(|length| bytes[..length].to_vec())
}

fn is_manifest_error(error: &Error) -> bool {
    error.code().starts_with("ERR_MANIFEST_")
}

#[test]
fn every_flipped_bit_and_truncation_of_a_manifest_is_refused() {
    let manifest = genuine().manifest;
    let mut subscription = Publisher::new().holding(&[]);
    let longer = [manifest.as_slice(), &[0]].concat();
    for damaged in flips(&manifest).chain(truncations(&manifest)).chain([longer]) {
        let found = subscription.offer_manifest(&damaged, NOW).unwrap_err();
        assert!(is_manifest_error(&found), "{found:?}");
        assert_eq!(subscription.commit(), Err(Error::ObjectMissing));
    }
}

#[test]
fn every_flipped_bit_and_truncation_of_an_object_is_refused() {
    let publication = genuine();
    let mut subscription = Publisher::new().subscription();
    subscription.offer_manifest(&publication.manifest, NOW).unwrap();
    for object in &publication.objects {
        let longer = [object.bytes.as_slice(), &[0]].concat();
        for damaged in flips(&object.bytes).chain(truncations(&object.bytes)).chain([longer]) {
            assert_eq!(subscription.offer_object(damaged), Err(Error::ObjectMismatch));
        }
    }
    for object in &publication.objects {
        assert_eq!(subscription.offer_object(object.bytes.clone()), Ok(()));
    }
    assert_eq!(subscription.commit(), Ok(Edition { epoch: 1, version: 1 }));
}

/// A publisher gone wrong: the object is damaged, and the manifest signed for exactly those bytes.
fn signed_for(publication: &Publication, object: usize, bytes: &[u8]) -> Vec<u8> {
    let mut manifest = publication.manifest.clone();
    let old = &publication.objects[object];
    let at = manifest.windows(32).position(|window| window == old.sha256).unwrap();
    manifest[at - 4..at].copy_from_slice(&u32::try_from(bytes.len()).unwrap().to_le_bytes());
    manifest[at..at + 32].copy_from_slice(&Sha256::digest(bytes));
    Publisher::new().resign(&mut manifest);
    manifest
}

/// Loads a publication of which one object is replaced by other bytes that the manifest vouches for.
fn load_vouched(publication: &Publication, object: usize, bytes: Vec<u8>) -> Result<Subscription, Error> {
    let mut subscription = Publisher::new().subscription();
    subscription.offer_manifest(&signed_for(publication, object, &bytes), NOW)?;
    subscription.offer_object(bytes)?;
    for (other, object) in publication.objects.iter().enumerate().filter(|(other, _)| *other != object) {
        assert_eq!(subscription.offer_object(object.bytes.clone()), Ok(()), "{other}");
    }
    subscription.commit()?;
    Ok(subscription)
}

#[test]
fn flipped_bit_that_the_manifest_vouches_for_is_malformed_or_another_set() {
    let publication = genuine();
    for (object, published) in publication.objects.iter().enumerate() {
        let (mut refused, mut taken) = (0, 0);
        for damaged in flips(&published.bytes) {
            match load_vouched(&publication, object, damaged) {
                Ok(subscription) => {
                    taken += 1;
                    ask(&subscription);
                }
                Err(Error::ObjectMalformed { .. }) => refused += 1,
                Err(other) => panic!("{other:?}"),
            }
        }
        // Most bits are remainders and times, where a flip is another genuine set; structure is never one.
        assert!(refused > 250 && taken > 200, "{refused} refused, {taken} taken");
    }
}

#[test]
fn truncation_or_extension_that_the_manifest_vouches_for_is_refused() {
    let publication = genuine();
    for (object, published) in publication.objects.iter().enumerate() {
        let longer = (1..9).map(|extra| [published.bytes.as_slice(), &vec![0; extra]].concat());
        for damaged in truncations(&published.bytes).chain(longer) {
            let found = load_vouched(&publication, object, damaged).err();
            let expected =
                matches!(found, Some(Error::ObjectMalformed { .. } | Error::ManifestMalformed { .. }));
            assert!(expected, "{found:?}");
        }
    }
}

#[test]
fn header_fields_at_their_extremes_never_panic() {
    let publication = genuine();
    for (object, published) in publication.objects.iter().enumerate() {
        for at in 0..32 {
            for value in [0_u64, 1, 0x7f, 0xff, 0xffff, 0x7fff_ffff, 0xffff_ffff, 1 << 40, u64::MAX] {
                for width in [1, 2, 4, 8] {
                    let mut damaged = published.bytes.clone();
                    damaged[at..at + width].copy_from_slice(&value.to_le_bytes()[..width]);
                    if let Ok(subscription) = load_vouched(&publication, object, damaged) {
                        ask(&subscription);
                    }
                }
            }
        }
    }
}

#[test]
fn manifest_body_signed_with_a_flipped_bit_never_panics() {
    let publication = genuine();
    let publisher = Publisher::new();
    for mut damaged in flips(&publication.manifest) {
        publisher.resign(&mut damaged);
        let mut subscription = publisher.subscription();
        let offered = subscription.offer_manifest(&damaged, NOW);
        for object in &publication.objects {
            let _ = subscription.offer_object(object.bytes.clone());
        }
        match subscription.commit() {
            Ok(_) => ask(&subscription),
            Err(error) => assert!(offered.is_ok() || error == Error::ObjectMissing),
        }
    }
}

#[test]
fn manifest_cut_and_signed_again_is_malformed() {
    let publisher = Publisher::new();
    let manifest = genuine().manifest;
    let (body, _) = manifest.split_last_chunk::<64>().unwrap();
    for length in 0..body.len() {
        let mut damaged = [&body[..length], &[0; 64]].concat();
        publisher.resign(&mut damaged);
        let found = publisher.subscription().offer_manifest(&damaged, NOW).unwrap_err();
        let expected =
            matches!(found, Error::ManifestMalformed { .. } | Error::ManifestVersionUnsupported { .. });
        assert!(expected || found == Error::ManifestKeyUnknown, "{length}: {found:?}");
    }
    let mut longer = [body, &[0; 65]].concat();
    publisher.resign(&mut longer);
    let found = publisher.subscription().offer_manifest(&longer, NOW);
    assert_eq!(found, Err(Error::ManifestMalformed { reason: "trailing bytes" }));
}

#[test]
fn splices_of_genuine_manifests_are_refused() {
    let publisher = Publisher::new();
    let first = publisher.publish(&entries()).manifest;
    let second = publisher.clone().version(2).later(1).publish(&entries()[2..]).manifest;
    assert_eq!(first.len(), second.len());
    for cut in 0..=first.len() {
        for (head, tail) in [(&first, &second), (&second, &first)] {
            let spliced = [&head[..cut], &tail[cut..]].concat();
            let found = publisher.subscription().offer_manifest(&spliced, NOW);
            if spliced == first || spliced == second {
                assert!(found.is_ok());
            } else {
                assert_eq!(found, Err(Error::ManifestSignatureInvalid), "cut at {cut}");
            }
        }
    }
}

#[test]
fn splices_of_genuine_objects_are_refused() {
    let publisher = Publisher::new();
    let (first, second) =
        (publisher.publish(&entries()), publisher.clone().version(2).publish(&entries()[1..]));
    let mut subscription = publisher.subscription();
    subscription.offer_manifest(&first.manifest, NOW).unwrap();
    for (one, other) in first.objects.iter().zip(&second.objects) {
        for cut in 0..one.bytes.len().min(other.bytes.len()) {
            let spliced = [&other.bytes[..cut], &one.bytes[cut..]].concat();
            let expected = if spliced == one.bytes { Ok(()) } else { Err(Error::ObjectMismatch) };
            assert_eq!(subscription.offer_object(spliced), expected);
        }
    }
}

#[test]
fn object_under_the_other_kind_is_refused() {
    let publisher = Publisher::new();
    let tokens = publisher.publish(&[token("a", None)]);
    let found = load_vouched(
        &publisher.publish(&[cut_off(Dimension::Key, "k", 1)]),
        0,
        tokens.objects[0].bytes.clone(),
    );
    assert_eq!(found.err(), Some(Error::ObjectMalformed { reason: "kind differs from the manifest's" }));
}

#[test]
fn cut_offs_of_other_dimensions_than_declared_are_refused() {
    let publisher = Publisher::new();
    let subjects = publisher.publish(&[cut_off(Dimension::Subject, "v", 9)]);
    let reason = "dimension that the manifest does not declare";
    for entry in [cut_off(Dimension::Session, "v", 9), cut_off(Dimension::Key, "v", 9)] {
        let bytes = publisher.publish(&[entry]).objects[0].bytes.clone();
        let found = load_vouched(&subjects, 0, bytes);
        assert_eq!(found.err(), Some(Error::ObjectMalformed { reason }));
    }
}

#[test]
fn held_object_that_contradicts_the_next_manifest_is_refused() {
    let publisher = Publisher::new();
    let subjects = publisher.publish(&[cut_off(Dimension::Subject, "v", 9)]);
    let sessions = publisher.clone().version(2).publish(&[cut_off(Dimension::Session, "v", 9)]);
    let mut subscription = publisher.subscription();
    load(&mut subscription, &subjects).unwrap();
    // The next edition declares sessions and names the object with subjects, which is in memory.
    let manifest = signed_for(&sessions, 0, &subjects.objects[0].bytes);
    let reason = "dimension that the manifest does not declare";
    assert_eq!(subscription.offer_manifest(&manifest, NOW), Err(Error::ObjectMalformed { reason }));
    assert_eq!(subscription.snapshot().unwrap().edition().version, 1);
}

#[test]
fn manifest_longer_than_the_limit_is_refused_unread() {
    let mut manifest = genuine().manifest;
    manifest.resize(64 * 1024 + 1, 0);
    let found = Publisher::new().subscription().offer_manifest(&manifest, NOW);
    assert_eq!(found, Err(Error::ManifestMalformed { reason: "too long" }));
}

#[test]
fn manifest_of_a_later_format_version_is_unsupported() {
    let mut manifest = genuine().manifest;
    manifest[4] = 2;
    Publisher::new().resign(&mut manifest);
    let found = Publisher::new().subscription().offer_manifest(&manifest, NOW);
    assert_eq!(found, Err(Error::ManifestVersionUnsupported { version: 2 }));
}

#[test]
fn extreme_clocks_give_an_answer() {
    let publisher = Publisher::new();
    for seconds in [f64::MIN, -1.0, 0.0, 1e300, f64::MAX] {
        let now = UnixTime::from_seconds_f64(seconds).unwrap();
        let mut subscription = publisher.holding(&entries());
        let _ = subscription.offer_manifest(&genuine().manifest, now);
        let _ = Token::new().id("a").status_at(&subscription, now);
        let _ = subscription.snapshot().unwrap().freshness(now);
    }
}
