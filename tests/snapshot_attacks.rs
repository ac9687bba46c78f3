//! What an attacker between publisher and verifier can serve, on each way an update takes: as a whole, by a delta,
//! by a fold. Nothing is accepted, and each refusal has its reason.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod snapshot_support;

use ed25519_dalek::{Signer, SigningKey};
use rescind::{Edition, Entry, Error, ObjectKind, Publication, Subscription, UnixTime};
use snapshot_support::*;

/// The ways to the third edition.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Whole,
    Delta,
    Fold,
}

const WAYS: [Way; 3] = [Way::Whole, Way::Delta, Way::Fold];

/// Three editions, and a verifier that stands before the third.
struct Scene {
    series: Series,
    editions: Vec<Publication>,
    verifier: Subscription,
}

fn tokens(from: u64, to: u64) -> Vec<Entry> {
    (from..to).map(|n| token(&n.to_string(), ISSUED_AT + 900)).collect()
}

fn scene(way: Way) -> Scene {
    let mut series = Series::new(headroom(), &tokens(0, 400));
    let mut editions = vec![series.publish(), series.add(&tokens(400, 410))];
    if way == Way::Fold {
        series.publisher.fold_next();
    }
    // Too much for the manifest to carry: something must be fetched in any case.
    editions.push(series.add(&tokens(410, 610)));
    let mut verifier = Publisher::new().subscription();
    if way != Way::Whole {
        series.store.load(&mut verifier, &editions[1].manifest, NOW).unwrap();
    }
    Scene { series, editions, verifier }
}

impl Scene {
    /// What the verifier holds, to see that an attack changed nothing.
    fn held(&self) -> Option<(Edition, u64)> {
        self.verifier.snapshot().map(|snapshot| (snapshot.edition(), snapshot.entries()))
    }

    /// The third edition's manifest with a change of its body, under another key.
    fn forged(&self, key: &SigningKey, change: impl Fn(&mut [u8])) -> Vec<u8> {
        let mut manifest = self.editions[2].manifest.clone();
        change(&mut manifest);
        let (body, signature) = manifest.split_last_chunk_mut::<64>().unwrap();
        *signature = key.sign(&[b"rescind-manifest-v1\0", &*body].concat()).to_bytes();
        manifest
    }

    fn finish(mut self) {
        self.series.store.load(&mut self.verifier, &self.editions[2].manifest, NOW).unwrap();
        assert!((0..610).all(|n| Token::new().id(&n.to_string()).status(&self.verifier) == token_revoked()));
    }
}

#[test]
fn scenes_take_the_way_they_are_named_after() {
    for (way, kinds) in [
        (Way::Whole, vec![ObjectKind::Tokens, ObjectKind::CutOffs, ObjectKind::Delta]),
        (Way::Delta, vec![ObjectKind::Delta]),
        (Way::Fold, vec![ObjectKind::Delta]),
    ] {
        let mut scene = scene(way);
        let plan = scene.verifier.offer_manifest(&scene.editions[2].manifest, NOW).unwrap();
        let mut found: Vec<_> = plan.needed.iter().map(|needed| needed.kind).collect();
        found.dedup();
        assert_eq!(found, kinds, "{way:?}");
        let base = scene.editions[2].objects.iter().any(|object| object.bytes[5] == 1);
        assert_eq!(base, way == Way::Fold);
        scene.finish();
    }
}

#[test]
fn rollback_after_the_update_is_refused() {
    for way in WAYS {
        let mut scene = scene(way);
        scene.series.store.load(&mut scene.verifier, &scene.editions[2].manifest, NOW).unwrap();
        let held = scene.held();
        for older in &scene.editions[..2] {
            let found = scene.series.store.load(&mut scene.verifier, &older.manifest, NOW);
            assert!(matches!(found, Err(Error::ManifestRolledBack { .. })), "{way:?}: {found:?}");
        }
        assert_eq!(scene.held(), held);
    }
}

#[test]
fn freeze_is_told_once_the_edition_has_expired() {
    for way in WAYS {
        let mut scene = scene(way);
        let late = UnixTime::from_seconds(ISSUED_AT + 3_600);
        let found = scene.series.store.load(&mut scene.verifier, &scene.editions[2].manifest, late);
        assert!(matches!(found, Err(Error::ManifestExpired { .. })), "{way:?}: {found:?}");
        scene.finish();
    }
}

#[test]
fn objects_of_other_editions_or_of_nobody_are_no_part_of_this_one() {
    for way in WAYS {
        let mut scene = scene(way);
        let held = scene.held();
        let plan = scene.verifier.offer_manifest(&scene.editions[2].manifest, NOW).unwrap();
        let named = |sha256| plan.needed.iter().any(|needed| needed.sha256 == sha256);
        let others =
            scene.editions.iter().flat_map(|edition| &edition.objects).filter(|object| !named(object.sha256));
        let arbitrary =
            [vec![], b"<html></html>".to_vec(), vec![0; 1 << 20], scene.editions[2].manifest.clone()];
        for bytes in others.map(|object| object.bytes.clone()).chain(arbitrary) {
            assert_eq!(scene.verifier.offer_object(bytes), Err(Error::ObjectMismatch), "{way:?}");
        }
        assert_eq!(scene.verifier.commit(), Err(Error::ObjectMissing));
        assert_eq!(scene.held(), held);
        scene.finish();
    }
}

#[test]
fn manifest_of_another_tenant_key_or_role_is_refused() {
    for way in WAYS {
        let mut scene = scene(way);
        let held = scene.held();
        let (own, stranger) = (Publisher::new().key, SigningKey::from_bytes(&[9; 32]));
        let id = |key: &SigningKey| {
            <[u8; 32]>::from(<sha2::Sha256 as sha2::Digest>::digest(key.verifying_key()))[..8].to_vec()
        };
        let other_tenant = scene.forged(&own, |manifest| manifest[24] ^= 1);
        let under_own_name = scene.forged(&stranger, |_| ());
        let under_its_name =
            scene.forged(&stranger, |manifest| manifest[16..24].copy_from_slice(&id(&stranger)));
        // Signed as a link of a key document would be.
        let mut other_role = scene.editions[2].manifest.clone();
        let (body, signature) = other_role.split_last_chunk_mut::<64>().unwrap();
        *signature = own.sign(&[b"rescind-keys-v1\0", &*body].concat()).to_bytes();
        for (manifest, expected) in [
            (other_tenant, Error::ManifestTenant),
            (under_own_name, Error::ManifestSignatureInvalid),
            (under_its_name, Error::ManifestKeyUnknown),
            (other_role, Error::ManifestSignatureInvalid),
        ] {
            assert_eq!(
                scene.series.store.load(&mut scene.verifier, &manifest, NOW),
                Err(expected),
                "{way:?}"
            );
        }
        assert_eq!(scene.held(), held);
        scene.finish();
    }
}

/// Base and deltas of two editions under one genuine signature cannot be had; two signatures are told apart.
#[test]
fn two_contents_of_one_edition_are_told() {
    for way in WAYS {
        let mut scene = scene(way);
        scene.series.store.load(&mut scene.verifier, &scene.editions[2].manifest, NOW).unwrap();
        let twin = scene.forged(&Publisher::new().key, |manifest| manifest[64] ^= 1);
        let edition = Edition { epoch: 1, version: 3 };
        let found = scene.series.store.load(&mut scene.verifier, &twin, NOW);
        assert_eq!(found, Err(Error::ManifestEquivocation { edition }), "{way:?}");
    }
}

#[test]
fn plan_bounds_what_is_read_of_endless_bodies() {
    for way in WAYS {
        let mut scene = scene(way);
        let plan = scene.verifier.offer_manifest(&scene.editions[2].manifest, NOW).unwrap();
        for needed in &plan.needed {
            assert_eq!(needed.length, u64::try_from(scene.series.store.get(&needed.sha256).len()).unwrap());
        }
        let mut endless = scene.editions[2].manifest.clone();
        endless.resize(65_537, 0);
        let found = scene.verifier.offer_manifest(&endless, NOW);
        assert_eq!(found, Err(Error::ManifestMalformed { reason: "too long" }));
    }
}
