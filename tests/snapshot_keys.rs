//! Publisher keys: rotation, replacement by the root, and the attacks that both must withstand.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

mod snapshot_support;

use ed25519_dalek::{Signer, SigningKey};
use rescind::{
    Edition, Error, HighWater, KeyReplacement, KeyRole, Publication, PublishError, Subscription,
    SubscriptionOptions, replace_keys,
};
use snapshot_support::*;

fn key(seed: u8) -> SigningKey {
    SigningKey::from_bytes(&[seed; 32])
}

fn public(seed: u8) -> [u8; 32] {
    key(seed).verifying_key().to_bytes()
}

const ROOT: u8 = 90;
const OTHER_ROOT: u8 = 91;

/// A link of a key document; keys go by their seeds.
#[derive(Clone, Copy)]
struct Link<'a> {
    number: u32,
    epoch: u32,
    root: Option<u8>,
    publishers: &'a [u8],
    role: KeyRole,
    signer: u8,
}

/// By a publisher key that leaves the root as it is.
fn rotation<'a>(number: u32, signer: u8, publishers: &'a [u8]) -> Link<'a> {
    Link { number, epoch: 0, root: Some(ROOT), publishers, role: KeyRole::Publisher, signer }
}

/// By the root.
fn replacement<'a>(number: u32, epoch: u32, publishers: &'a [u8]) -> Link<'a> {
    Link { number, epoch, root: Some(ROOT), publishers, role: KeyRole::Root, signer: ROOT }
}

fn document_of(tenant: &str, links: &[Link<'_>]) -> Vec<u8> {
    let written = links.iter().fold(None, |document: Option<Vec<u8>>, link| {
        let replacement = KeyReplacement {
            tenant: tenant.into(),
            number: link.number,
            epoch: link.epoch,
            root_key: link.root.map(public),
            publisher_keys: link.publishers.iter().map(|&seed| public(seed)).collect(),
        };
        let sign = &mut |message: &[u8]| key(link.signer).sign(message).to_bytes();
        Some(replace_keys(document.as_deref(), &replacement, link.role, public(link.signer), sign).unwrap())
    });
    written.unwrap()
}

fn document(links: &[Link<'_>]) -> Vec<u8> {
    document_of("main", links)
}

/// Pins publisher key 1 and the root.
fn rooted() -> Subscription {
    Subscription::with_root(Publisher::new().options(), public(ROOT)).unwrap()
}

/// An edition by the key of this seed, with one token.
fn edition(seed: u8, epoch: u32, version: u64, id: &str) -> Publication {
    let publisher = Publisher { key: key(seed), ..Publisher::new() };
    publisher.epoch(epoch).version(version).publish(&[token(id, None)])
}

fn unlinked(have: u32, got: u32) -> Result<u32, Error> {
    Err(Error::ManifestKeysUnlinked { have, got })
}

#[test]
fn key_introduced_by_the_present_one_signs_from_then_on() {
    let mut subscription = rooted();
    load(&mut subscription, &edition(1, 1, 1, "a")).unwrap();
    let next = edition(2, 1, 2, "b");
    assert_eq!(load(&mut subscription, &next), Err(Error::ManifestKeyUnknown));
    assert_eq!(subscription.offer_keys(&document(&[rotation(1, 1, &[1, 2])])), Ok(1));
    load(&mut subscription, &next).unwrap();
    assert_eq!(Token::new().id("b").status(&subscription), token_revoked());
    // The one before goes with the next rotation.
    let both = document(&[rotation(1, 1, &[1, 2]), rotation(2, 2, &[2])]);
    assert_eq!(subscription.offer_keys(&both), Ok(2));
    assert_eq!(load(&mut subscription, &edition(1, 1, 3, "c")), Err(Error::ManifestKeyUnknown));
}

#[test]
fn rotations_while_offline_are_walked_step_by_step() {
    let links: Vec<Link<'_>> = vec![
        rotation(1, 1, &[2]),
        rotation(2, 2, &[3]),
        replacement(3, 4, &[5]),
        rotation(4, 5, &[6]),
        Link { root: Some(OTHER_ROOT), ..replacement(5, 6, &[7]) },
        Link { root: Some(OTHER_ROOT), ..rotation(6, 7, &[8]) },
        Link { root: Some(OTHER_ROOT), signer: OTHER_ROOT, ..replacement(7, 7, &[9]) },
    ];
    // From whatever link a verifier has seen last.
    for seen in 0..=links.len() {
        let mut subscription = rooted();
        if seen > 0 {
            let seen_last = u32::try_from(seen).unwrap();
            assert_eq!(subscription.offer_keys(&document(&links[..seen])), Ok(seen_last));
        }
        assert_eq!(subscription.offer_keys(&document(&links)), Ok(7));
        load(&mut subscription, &edition(9, 7, 1, "a")).unwrap();
    }
}

#[test]
fn link_that_nothing_trusted_vouches_for_is_refused_and_changes_nothing() {
    let cases: [(&[Link<'_>], u32); 8] = [
        // signed by a stranger
        (&[rotation(1, 7, &[7])], 1),
        (&[Link { signer: OTHER_ROOT, ..replacement(1, 1, &[7]) }], 1),
        // one left out
        (&[rotation(2, 1, &[2])], 2),
        // by a key that the link before took away
        (&[rotation(1, 1, &[2]), rotation(2, 1, &[3])], 2),
        // a publisher key in the role of the root, and the other way round
        (&[Link { role: KeyRole::Root, ..rotation(1, 1, &[7]) }], 1),
        (&[Link { role: KeyRole::Publisher, ..replacement(1, 1, &[7]) }], 1),
        // a publisher key that would change the root, or take it away
        (&[Link { root: Some(OTHER_ROOT), ..rotation(1, 1, &[7]) }], 1),
        (&[Link { root: None, ..rotation(1, 1, &[7]) }], 1),
    ];
    for (at, (links, got)) in cases.into_iter().enumerate() {
        let mut subscription = rooted();
        assert_eq!(subscription.offer_keys(&document(links)), unlinked(u32::from(at == 3), got), "{at}");
        load(&mut subscription, &edition(1, 1, 1, "a")).unwrap();
        assert_eq!(load(&mut subscription, &edition(7, 1, 2, "a")), Err(Error::ManifestKeyUnknown));
    }
}

#[test]
fn document_of_another_tenant_is_refused() {
    let links = [replacement(1, 1, &[7])];
    assert_eq!(rooted().offer_keys(&document_of("other", &links)), unlinked(0, 1));
}

#[test]
fn document_that_tells_nothing_new_changes_nothing() {
    let mut subscription = rooted();
    let (short, long) =
        (document(&[rotation(1, 1, &[2])]), document(&[rotation(1, 1, &[2]), rotation(2, 2, &[3])]));
    assert_eq!(
        [&short, &long, &long, &short].map(|it| subscription.offer_keys(it)),
        [Ok(1), Ok(2), Ok(2), Ok(2)]
    );
    load(&mut subscription, &edition(3, 1, 1, "a")).unwrap();
    assert_eq!(load(&mut subscription, &edition(2, 1, 2, "a")), Err(Error::ManifestKeyUnknown));
}

/// A stolen publisher key has used up every edition and named its own successors; the root takes everything back.
#[test]
fn root_recovers_from_a_stolen_publisher_key() {
    let mut subscription = rooted();
    load(&mut subscription, &edition(1, 1, 1, "genuine")).unwrap();
    let stolen = document(&[rotation(1, 1, &[66]), rotation(2, 66, &[67])]);
    assert_eq!(subscription.offer_keys(&stolen), Ok(2));
    load(&mut subscription, &edition(67, u32::MAX, (1 << 53) - 1, "forged")).unwrap();
    // The publisher never saw those links: the root's has the number of the first.
    let recovered = document(&[replacement(1, 2, &[5])]);
    assert_eq!(subscription.offer_keys(&recovered), Ok(1));
    let forged = edition(67, u32::MAX, (1 << 53) - 1, "forged again");
    assert_eq!(load(&mut subscription, &forged), Err(Error::ManifestKeyUnknown));
    assert_eq!(load(&mut subscription, &edition(1, 2, 1, "forged")), Err(Error::ManifestKeyUnknown));
    load(&mut subscription, &edition(5, 2, 1, "again")).unwrap();
    assert_eq!(subscription.snapshot().unwrap().edition(), Edition { epoch: 2, version: 1 });
    assert_eq!(Token::new().id("again").status(&subscription), token_revoked());
    // The thief's links do not come back.
    assert_eq!(subscription.offer_keys(&stolen), unlinked(1, 2));
    load(&mut subscription, &edition(5, 2, 2, "still")).unwrap();
}

#[test]
fn edition_below_the_epoch_of_the_root_is_rolled_back() {
    let mut subscription = rooted();
    // The same key goes on: what it signed before the replacement does not count any more.
    subscription.offer_keys(&document(&[replacement(1, 3, &[1])])).unwrap();
    let (have, got) = (Edition { epoch: 3, version: 0 }, Edition { epoch: 2, version: 9 });
    assert_eq!(load(&mut subscription, &edition(1, 2, 9, "a")), Err(Error::ManifestRolledBack { have, got }));
    load(&mut subscription, &edition(1, 3, 1, "a")).unwrap();
}

/// What was laid down by a stolen key is not built upon, even when the new keys name the same base.
#[test]
fn replacement_by_the_root_starts_from_a_base() {
    let mut series = Series::new(headroom(), &[token("a", None)]);
    let first = series.publish();
    let mut subscription = rooted();
    series.store.load(&mut subscription, &first.manifest, NOW).unwrap();
    series.add(&[token("b", None)]);
    let next = series.publish();
    subscription.offer_manifest(&next.manifest, NOW).unwrap();
    subscription.offer_keys(&document(&[replacement(1, 1, &[1])])).unwrap();
    // What was pending is gone with the keys that vouched for it.
    assert_eq!(subscription.commit(), Err(Error::ObjectMissing));
    series.store.load(&mut subscription, &next.manifest, NOW).unwrap();
    assert_eq!(Token::new().id("b").status(&subscription), token_revoked());
    // A fold with the new keys, as ever.
    series.publisher.fold_next();
    let base = series.publish();
    assert_eq!(series.store.load(&mut subscription, &base.manifest, NOW), Ok(0));
}

#[test]
fn stored_mark_of_a_later_era_asks_for_the_key_document() {
    let mut before = rooted();
    let keys = document(&[replacement(1, 2, &[5])]);
    before.offer_keys(&keys).unwrap();
    load(&mut before, &edition(5, 2, 4, "a")).unwrap();
    let stored = before.high_water().to_bytes();
    let mut after = rooted();
    after.restore_high_water(HighWater::from_bytes(&stored).unwrap());
    // The pinned key was replaced: it does not count although this verifier has not seen by what.
    assert_eq!(load(&mut after, &edition(1, 2, 9, "a")), Err(Error::ManifestKeyUnknown));
    after.offer_keys(&keys).unwrap();
    let rolled_back = load(&mut after, &edition(5, 2, 3, "a"));
    assert!(matches!(rolled_back, Err(Error::ManifestRolledBack { .. })), "{rolled_back:?}");
    load(&mut after, &edition(5, 2, 5, "a")).unwrap();
    // A mark of an earlier era raises nothing.
    after.restore_high_water(rooted().high_water());
    assert_eq!(after.high_water().to_bytes()[26..30], 1_u32.to_le_bytes());
}

#[test]
fn verifier_that_pins_the_root_alone_learns_its_publishers() {
    let options = SubscriptionOptions { publisher_keys: vec![], ..Publisher::new().options() };
    assert!(Subscription::new(options.clone()).is_err());
    let mut subscription = Subscription::with_root(options, public(ROOT)).unwrap();
    assert_eq!(load(&mut subscription, &edition(1, 1, 1, "a")), Err(Error::ManifestKeyUnknown));
    subscription.offer_keys(&document(&[replacement(4, 1, &[1])])).unwrap();
    load(&mut subscription, &edition(1, 1, 1, "a")).unwrap();
}

#[test]
fn verifier_without_a_root_joins_where_its_pinned_key_signed() {
    let mut subscription = Publisher::new().subscription();
    let links = [rotation(1, 40, &[1]), rotation(2, 1, &[2]), rotation(3, 2, &[3])];
    assert_eq!(subscription.offer_keys(&document(&links)), Ok(3));
    load(&mut subscription, &edition(3, 1, 1, "a")).unwrap();
    // The root's word does not count for who has not pinned it.
    assert_eq!(subscription.offer_keys(&document(&[replacement(4, 1, &[7])])), unlinked(3, 4));
}

#[test]
fn root_key_out_of_range_is_refused() {
    let mut small_order = [0; 32];
    small_order[0] = 1;
    for root in [small_order, [0xff; 32], public(1)] {
        let found = Subscription::with_root(Publisher::new().options(), root).err();
        assert!(matches!(found, Some(Error::PolicyInvalid { option: "rootKey", .. })), "{found:?}");
    }
}

#[test]
fn every_flipped_bit_and_truncation_of_a_key_document_is_refused() {
    let genuine = document(&[rotation(1, 1, &[1, 2]), replacement(2, 3, &[4])]);
    let flipped = (0..genuine.len() * 8).map(|bit| {
        let mut damaged = genuine.clone();
        damaged[bit / 8] ^= 1 << (bit % 8);
        damaged
    });
    let cut = (0..genuine.len()).map(|length| genuine[..length].to_vec());
    let longer = [genuine.as_slice(), &[0]].concat();
    let mut jumped = 0;
    for damaged in flipped.chain(cut).chain([longer]) {
        let mut subscription = rooted();
        match subscription.offer_keys(&damaged) {
            // The root's link needs none before it.
            Ok(number) => {
                jumped += 1;
                assert_eq!(number, 2);
                load(&mut subscription, &edition(4, 3, 1, "a")).unwrap();
            }
            Err(Error::ManifestKeysMalformed { .. } | Error::ManifestKeysUnlinked { .. }) => {
                load(&mut subscription, &edition(1, 1, 1, "a")).unwrap();
            }
            Err(other) => panic!("{other:?}"),
        }
    }
    assert!(jumped < 8 * 200, "{jumped}");
    assert_eq!(rooted().offer_keys(&genuine), Ok(2));
}

#[test]
fn document_with_a_defect_is_refused() {
    let genuine = document(&[rotation(1, 1, &[1, 2])]);
    // Link: role at 6, count of roots at 7, of keys at 8, number at 9, epoch at 13, root at 17, keys at 49.
    type Change = fn(&mut Vec<u8>);
    let cases: [(&str, Change); 10] = [
        ("magic", |it| it[0] = 0),
        ("format version", |it| it[4] = 2),
        ("link count", |it| it[5] = 0),
        ("link count", |it| it[5] = 65),
        ("truncated", |it| it[5] = 2),
        ("role", |it| it[6] = 3),
        ("root key", |it| it[7] = 2),
        ("keys", |it| it[8] = 0),
        ("keys", |it| it.copy_within(49..81, 81)),
        ("links are not strictly ascending", |it| it[9] = 0),
    ];
    for (at, (reason, change)) in cases.into_iter().enumerate() {
        let mut damaged = genuine.clone();
        change(&mut damaged);
        assert_eq!(rooted().offer_keys(&damaged), Err(Error::ManifestKeysMalformed { reason }), "case {at}");
    }
}

#[test]
fn replacement_that_no_verifier_could_take_is_not_written() {
    let replacement = |number, publisher_keys: Vec<[u8; 32]>| KeyReplacement {
        tenant: "main".into(),
        number,
        epoch: 1,
        root_key: Some(public(ROOT)),
        publisher_keys,
    };
    let write = |document: Option<&[u8]>, replacement: &KeyReplacement| {
        let sign = &mut |message: &[u8]| key(ROOT).sign(message).to_bytes();
        replace_keys(document, replacement, KeyRole::Root, public(ROOT), sign)
    };
    for keys in [
        vec![],
        vec![public(1), public(1)],
        vec![public(ROOT)],
        vec![[0xff; 32]],
        (1..10).map(public).collect(),
    ] {
        let refused = PublishError::Refused(Error::ManifestKeysMalformed { reason: "keys" });
        assert_eq!(write(None, &replacement(1, keys)), Err(refused));
    }
    let first = write(None, &replacement(5, vec![public(1)])).unwrap();
    assert!(write(Some(&first), &replacement(5, vec![public(1)])).is_err());
    assert!(write(Some(b"RSN"), &replacement(6, vec![public(1)])).is_err());
    let mut full = first;
    for number in 6..69 {
        full = write(Some(&full), &replacement(number, vec![public(1)])).unwrap();
    }
    assert_eq!(rooted().offer_keys(&full), Ok(68));
    assert!(matches!(
        write(Some(&full), &replacement(69, vec![public(1)])),
        Err(PublishError::ParameterInvalid { .. })
    ));
}
