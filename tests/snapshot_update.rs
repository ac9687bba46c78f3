//! How a subscription takes updates, and which it refuses.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod snapshot_support;

use ed25519_dalek::SigningKey;
use rescind::{
    Dimension, Edition, Error, Freshness, HighWater, Part, Plan, RevocationStatus, Subscription,
    SubscriptionOptions, UnixTime, publish,
};
use snapshot_support::*;

fn edition(epoch: u32, version: u64) -> Edition {
    Edition { epoch, version }
}

fn at(seconds: u64) -> UnixTime {
    UnixTime::from_seconds(seconds)
}

/// What the current snapshot says, to see that nothing disturbed it.
fn held(subscription: &Subscription) -> (Edition, Vec<u8>, RevocationStatus) {
    let snapshot = subscription.snapshot().unwrap();
    (snapshot.edition(), snapshot.manifest_bytes().into(), Token::new().id("a").status(subscription))
}

// --- options

#[test]
fn subscription_options_out_of_range_are_refused() {
    let valid = Publisher::new().options();
    let key = |seed: u8| SigningKey::from_bytes(&[seed; 32]).verifying_key().to_bytes();
    let with_keys = |publisher_keys| SubscriptionOptions { publisher_keys, ..valid.clone() };
    let with_tenant = |tenant: &str| SubscriptionOptions { tenant: tenant.into(), ..valid.clone() };
    let small_order = {
        let mut point = [0; 32];
        point[0] = 1;
        point
    };
    for options in [
        with_keys(vec![]),
        with_keys((0..9).map(key).collect()),
        with_keys(vec![key(1), key(2), key(1)]),
        with_keys(vec![small_order]),
        with_keys(vec![[0xff; 32]]),
    ] {
        let found = Subscription::new(options).err();
        assert!(matches!(found, Some(Error::PolicyInvalid { option: "publisherKeys", .. })), "{found:?}");
    }
    for tenant in ["", "Main", "a b", "a_b", "ä", &"a".repeat(65)] {
        let found = Subscription::new(with_tenant(tenant)).err();
        assert!(matches!(found, Some(Error::PolicyInvalid { option: "tenant", .. })), "{tenant:?}");
    }
    assert!(Subscription::new(with_keys((0..8).map(key).collect())).is_ok());
    assert!(Subscription::new(with_tenant(&"z-9".repeat(21))).is_ok());
}

// --- the way of an update

#[test]
fn update_is_current_after_commit_and_not_before() {
    let publication = Publisher::new().publish(&[token("a", None), cut_off(Dimension::Subject, "s", 9)]);
    let mut subscription = Publisher::new().subscription();
    let plan = subscription.offer_manifest(&publication.manifest, NOW).unwrap();
    assert_eq!((plan.edition, plan.unchanged, plan.needed.len()), (edition(1, 1), false, 2));
    for (needed, object) in plan.needed.iter().zip(&publication.objects) {
        assert_eq!((needed.sha256, needed.length), (object.sha256, object.bytes.len().try_into().unwrap()));
        subscription.offer_object(object.bytes.clone()).unwrap();
        assert!(subscription.snapshot().is_none());
    }
    assert_eq!(subscription.commit(), Ok(edition(1, 1)));
    let snapshot = subscription.snapshot().unwrap();
    let bytes = publication.manifest.len() + publication.objects.iter().map(|o| o.bytes.len()).sum::<usize>();
    assert_eq!((snapshot.entries(), snapshot.bytes()), (publication.entries, bytes.try_into().unwrap()));
    assert_eq!((snapshot.issued_at(), snapshot.next_update()), (ISSUED_AT, ISSUED_AT + 300));
    assert_eq!(
        (snapshot.expires_at(), snapshot.manifest_bytes()),
        (ISSUED_AT + 3_600, &*publication.manifest)
    );
}

#[test]
fn objects_are_taken_in_any_order_and_twice() {
    let publication = Publisher::new().publish(&[token("a", None), cut_off(Dimension::Subject, "s", 9)]);
    let mut subscription = Publisher::new().subscription();
    subscription.offer_manifest(&publication.manifest, NOW).unwrap();
    for object in publication.objects.iter().rev().chain(&publication.objects) {
        assert_eq!(subscription.offer_object(object.bytes.clone()), Ok(()));
    }
    assert_eq!(subscription.commit(), Ok(edition(1, 1)));
}

#[test]
fn commit_without_a_manifest_or_an_object_is_refused() {
    let publisher = Publisher::new();
    let mut subscription = publisher.holding(&[token("a", None)]);
    let before = held(&subscription);
    assert_eq!(subscription.commit(), Err(Error::ObjectMissing));
    let next = publisher.clone().version(2).publish(&[token("b", None)]);
    subscription.offer_manifest(&next.manifest, NOW).unwrap();
    assert_eq!(subscription.commit(), Err(Error::ObjectMissing));
    assert_eq!(held(&subscription), before);
    subscription.offer_object(next.objects[0].bytes.clone()).unwrap();
    assert_eq!(subscription.commit(), Ok(edition(1, 2)));
}

#[test]
fn current_manifest_offered_again_is_unchanged_and_leaves_nothing_pending() {
    let publication = Publisher::new().publish(&[token("a", None)]);
    let mut subscription = Publisher::new().subscription();
    load(&mut subscription, &publication).unwrap();
    let before = held(&subscription);
    let plan = subscription.offer_manifest(&publication.manifest, NOW);
    let unchanged = Plan {
        edition: edition(1, 1),
        unchanged: true,
        least_wait_seconds: 0,
        base: vec![publication.objects[0].sha256],
        needed: vec![],
    };
    assert_eq!(plan, Ok(unchanged));
    assert_eq!(subscription.commit(), Err(Error::ObjectMissing));
    assert_eq!(held(&subscription), before);
}

#[test]
fn object_already_held_is_not_needed_again() {
    let publisher = Publisher::new();
    let stay = cut_off(Dimension::Subject, "s", 9);
    let mut subscription = publisher.holding(&[token("a", None), stay.clone()]);
    let next = publisher.version(2).publish(&[token("b", None), stay]);
    let plan = subscription.offer_manifest(&next.manifest, NOW).unwrap();
    assert_eq!(plan.needed.iter().map(|needed| needed.sha256).collect::<Vec<_>>(), [next.objects[0].sha256]);
    subscription.offer_object(next.objects[0].bytes.clone()).unwrap();
    assert_eq!(subscription.commit(), Ok(edition(1, 2)));
    let cut = Token::new().claim("sub", &["s"]).issued(0).status(&subscription);
    assert_eq!(cut, cut_off_at(Dimension::Subject, 9));
    assert_eq!(Token::new().id("b").status(&subscription), token_revoked());
    assert_eq!(Token::new().id("a").status(&subscription), RevocationStatus::NotRevoked);
}

#[test]
fn objects_of_a_pending_manifest_are_kept_when_it_is_offered_again() {
    let publication = Publisher::new().publish(&[token("a", None), cut_off(Dimension::Subject, "s", 9)]);
    let mut subscription = Publisher::new().subscription();
    subscription.offer_manifest(&publication.manifest, NOW).unwrap();
    subscription.offer_object(publication.objects[1].bytes.clone()).unwrap();
    let plan = subscription.offer_manifest(&publication.manifest, NOW).unwrap();
    assert_eq!(
        plan.needed.iter().map(|needed| needed.sha256).collect::<Vec<_>>(),
        [publication.objects[0].sha256]
    );
}

#[test]
fn resigned_edition_with_the_same_entries_needs_no_object() {
    let publisher = Publisher::new();
    let mut subscription = publisher.holding(&[token("a", None)]);
    let next = publisher.version(2).later(30).publish(&[token("a", None)]);
    let plan = subscription.offer_manifest(&next.manifest, NOW).unwrap();
    assert_eq!((plan.unchanged, plan.needed), (false, vec![]));
    assert_eq!(subscription.commit(), Ok(edition(1, 2)));
    assert_eq!(Token::new().id("a").status(&subscription), token_revoked());
}

#[test]
fn later_offer_replaces_the_pending_one() {
    let publisher = Publisher::new();
    let mut subscription = publisher.subscription();
    let first = publisher.clone().publish(&[token("a", None)]);
    let second = publisher.version(2).publish(&[token("b", None)]);
    subscription.offer_manifest(&first.manifest, NOW).unwrap();
    subscription.offer_manifest(&second.manifest, NOW).unwrap();
    assert_eq!(subscription.offer_object(first.objects[0].bytes.clone()), Err(Error::ObjectMismatch));
    subscription.offer_object(second.objects[0].bytes.clone()).unwrap();
    assert_eq!(subscription.commit(), Ok(edition(1, 2)));
}

#[test]
fn abandoned_update_leaves_the_current_snapshot() {
    let publisher = Publisher::new();
    let mut subscription = publisher.holding(&[token("a", None)]);
    let before = held(&subscription);
    let next = publisher.version(2).publish(&[]);
    subscription.offer_manifest(&next.manifest, NOW).unwrap();
    subscription.abandon();
    assert_eq!(subscription.commit(), Err(Error::ObjectMissing));
    assert_eq!(held(&subscription), before);
    assert_eq!(load(&mut subscription, &next), Ok(edition(1, 2)));
}

#[test]
fn unrevoked_token_passes_after_the_next_edition() {
    let publisher = Publisher::new();
    let mut subscription = publisher.holding(&[token("a", None)]);
    load(&mut subscription, &publisher.version(2).publish(&[])).unwrap();
    assert_eq!(Token::new().id("a").status(&subscription), RevocationStatus::NotRevoked);
}

// --- objects

#[test]
fn object_without_a_pending_manifest_is_unexpected() {
    let publication = Publisher::new().publish(&[token("a", None)]);
    let object = || publication.objects[0].bytes.clone();
    let mut subscription = Publisher::new().subscription();
    assert_eq!(subscription.offer_object(object()), Err(Error::ObjectUnexpected));
    let empty = Publisher::new().publish(&[]);
    subscription.offer_manifest(&empty.manifest, NOW).unwrap();
    assert_eq!(subscription.offer_object(object()), Err(Error::ObjectUnexpected));
}

#[test]
fn object_of_another_publication_is_a_mismatch() {
    let publisher = Publisher::new();
    let first = publisher.publish(&[token("a", None)]);
    let second = publisher.clone().version(2).publish(&[token("b", None)]);
    let cut_offs = publisher.publish(&[cut_off(Dimension::Subject, "s", 9)]);
    let mut subscription = publisher.subscription();
    subscription.offer_manifest(&first.manifest, NOW).unwrap();
    for object in [&second.objects[0], &cut_offs.objects[0]] {
        assert_eq!(subscription.offer_object(object.bytes.clone()), Err(Error::ObjectMismatch));
    }
    assert_eq!(subscription.offer_object(first.objects[0].bytes.clone()), Ok(()));
}

// --- trust

#[test]
fn manifest_of_an_unknown_key_is_refused() {
    let mut stranger = Publisher::new();
    stranger.key = SigningKey::from_bytes(&[2; 32]);
    let mut subscription = Publisher::new().subscription();
    let found = subscription.offer_manifest(&stranger.publish(&[]).manifest, NOW);
    assert_eq!(found, Err(Error::ManifestKeyUnknown));
}

#[test]
fn manifest_that_claims_a_pinned_key_but_is_signed_by_another_is_refused() {
    let mut stranger = Publisher::new();
    stranger.key = SigningKey::from_bytes(&[2; 32]);
    let mut manifest = Publisher::new().publish(&[]).manifest;
    stranger.resign(&mut manifest);
    let found = Publisher::new().subscription().offer_manifest(&manifest, NOW);
    assert_eq!(found, Err(Error::ManifestSignatureInvalid));
}

#[test]
fn manifest_signed_without_the_domain_is_refused() {
    use ed25519_dalek::Signer;
    let publisher = Publisher::new();
    let mut manifest = publisher.publish(&[]).manifest;
    let (body, signature) = manifest.split_last_chunk_mut::<64>().unwrap();
    *signature = publisher.key.sign(body).to_bytes();
    let found = publisher.subscription().offer_manifest(&manifest, NOW);
    assert_eq!(found, Err(Error::ManifestSignatureInvalid));
}

#[test]
fn every_pinned_key_may_sign() {
    let mut second = Publisher::new().version(2);
    second.key = SigningKey::from_bytes(&[2; 32]);
    let mut options = Publisher::new().options();
    options.publisher_keys.push(second.public_key());
    let mut subscription = Subscription::new(options).unwrap();
    assert_eq!(load(&mut subscription, &Publisher::new().publish(&[])), Ok(edition(1, 1)));
    assert_eq!(load(&mut subscription, &second.publish(&[])), Ok(edition(1, 2)));
}

#[test]
fn manifest_of_another_tenant_is_refused() {
    let mut other = Publisher::new();
    other.parameters.tenant = "other".into();
    let found = Publisher::new().subscription().offer_manifest(&other.publish(&[]).manifest, NOW);
    assert_eq!(found, Err(Error::ManifestTenant));
}

// --- rollback, equivocation, freeze

#[test]
fn older_version_and_older_epoch_are_rolled_back() {
    let publisher = Publisher::new().epoch(2).version(5);
    let mut subscription = publisher.holding(&[token("a", None)]);
    let before = held(&subscription);
    for older in [publisher.clone().version(4), publisher.clone().epoch(1).version(9)] {
        let found = subscription.offer_manifest(&older.publish(&[]).manifest, NOW);
        let got = older.parameters.edition;
        assert_eq!(found, Err(Error::ManifestRolledBack { have: edition(2, 5), got }));
    }
    assert_eq!(held(&subscription), before);
    for newer in [publisher.clone().version(6), publisher.clone().epoch(3).version(0)] {
        assert_eq!(load(&mut subscription, &newer.publish(&[])), Ok(newer.parameters.edition));
    }
}

#[test]
fn same_edition_with_other_content_is_equivocation() {
    let publisher = Publisher::new();
    let mut subscription = publisher.holding(&[token("a", None)]);
    let before = held(&subscription);
    for other in [publisher.publish(&[]), publisher.clone().later(1).publish(&[token("a", None)])] {
        let found = subscription.offer_manifest(&other.manifest, NOW);
        assert_eq!(found, Err(Error::ManifestEquivocation { edition: edition(1, 1) }));
    }
    assert_eq!(held(&subscription), before);
}

#[test]
fn same_edition_with_other_content_than_the_pending_one_is_equivocation() {
    let publisher = Publisher::new();
    let mut subscription = publisher.subscription();
    let first = publisher.publish(&[token("a", None)]);
    subscription.offer_manifest(&first.manifest, NOW).unwrap();
    let found = subscription.offer_manifest(&publisher.publish(&[]).manifest, NOW);
    assert_eq!(found, Err(Error::ManifestEquivocation { edition: edition(1, 1) }));
    subscription.offer_object(first.objects[0].bytes.clone()).unwrap();
    assert_eq!(subscription.commit(), Ok(edition(1, 1)));
}

#[test]
fn manifest_from_the_future_is_refused_beyond_the_tolerance() {
    let manifest = Publisher::new().publish(&[]).manifest;
    let mut subscription = Publisher::new().subscription();
    let found = subscription.offer_manifest(&manifest, at(ISSUED_AT - 61));
    let (now, issued_at) = (1_799_999_939, 1_800_000_000);
    assert_eq!(found, Err(Error::ManifestFromFuture { now, issued_at }));
    assert_eq!(subscription.time_floor(), at(0));
    assert!(subscription.offer_manifest(&manifest, at(ISSUED_AT - 60)).is_ok());
}

#[test]
fn manifest_past_its_max_stale_is_refused_on_arrival_even_when_current() {
    let publication = Publisher::new().publish(&[token("a", None)]);
    let mut fresh = Publisher::new().subscription();
    let mut holding = Publisher::new().subscription();
    load(&mut holding, &publication).unwrap();
    let expired = Error::ManifestExpired { now: 1_800_003_600, expired_at: 1_800_003_600 };
    for subscription in [&mut fresh, &mut holding] {
        let found = subscription.offer_manifest(&publication.manifest, at(ISSUED_AT + 3_600));
        assert_eq!(found, Err(expired.clone()));
        assert!(subscription.offer_manifest(&publication.manifest, at(ISSUED_AT + 3_599)).is_ok());
    }
}

#[test]
fn stale_manifest_is_taken_and_says_so() {
    let publication = Publisher::new().publish(&[]);
    let mut subscription = Publisher::new().subscription();
    subscription.offer_manifest(&publication.manifest, at(ISSUED_AT + 300)).unwrap();
    subscription.commit().unwrap();
    let freshness = |seconds| subscription.snapshot().unwrap().freshness(at(ISSUED_AT + seconds));
    assert_eq!([299, 300, 3_599].map(freshness), [Freshness::Fresh, Freshness::Stale, Freshness::Stale]);
    assert_eq!([3_600, u64::MAX / 2].map(freshness), [Freshness::Expired; 2]);
}

// --- time floor

#[test]
fn clock_set_back_is_taken_as_the_largest_signed_time() {
    let publisher = Publisher::new();
    let mut subscription = publisher.subscription();
    let next = publisher.clone().version(2).later(400).publish(&[token("a", None)]);
    load(&mut subscription, &publisher.publish(&[])).unwrap();
    assert_eq!(subscription.time_floor(), at(ISSUED_AT));
    // The newer manifest is genuine, but its object never comes: the current snapshot is known to be stale.
    subscription.offer_manifest(&next.manifest, at(ISSUED_AT + 400)).unwrap();
    assert_eq!(subscription.time_floor(), at(ISSUED_AT + 400));
    assert_eq!(subscription.snapshot().unwrap().edition(), edition(1, 1));
    assert_eq!(subscription.snapshot().unwrap().freshness(at(0)), Freshness::Stale);
}

#[test]
fn clock_set_back_does_not_revive_an_expired_manifest() {
    let publisher = Publisher::new();
    let mut subscription = publisher.subscription();
    let later = publisher.clone().version(2).later(4_000);
    subscription.offer_manifest(&later.publish(&[]).manifest, at(ISSUED_AT + 4_000)).unwrap();
    let found = subscription.offer_manifest(&publisher.publish(&[]).manifest, at(ISSUED_AT));
    assert_eq!(found, Err(Error::ManifestExpired { now: 1_800_004_000, expired_at: 1_800_003_600 }));
}

#[test]
fn refused_manifest_does_not_raise_the_time_floor() {
    let publisher = Publisher::new().version(2);
    let mut subscription = publisher.holding(&[]);
    let rolled_back = publisher.clone().version(1).later(50).publish(&[]);
    assert!(subscription.offer_manifest(&rolled_back.manifest, NOW).is_err());
    let equivocal = publisher.clone().later(50).publish(&[]);
    assert!(subscription.offer_manifest(&equivocal.manifest, NOW).is_err());
    assert_eq!(subscription.time_floor(), at(ISSUED_AT));
}

// --- high-water mark

#[test]
fn restored_mark_refuses_what_is_below_and_takes_what_is_at_it() {
    let publisher = Publisher::new();
    let second = publisher.clone().version(2).publish(&[token("a", None)]);
    let mut before = publisher.subscription();
    load(&mut before, &second).unwrap();
    let stored = before.high_water().to_bytes();

    let mut after = publisher.subscription();
    after.restore_high_water(HighWater::from_bytes(&stored).unwrap());
    assert_eq!(after.time_floor(), at(ISSUED_AT));
    let rolled_back = after.offer_manifest(&publisher.publish(&[]).manifest, NOW);
    assert_eq!(rolled_back, Err(Error::ManifestRolledBack { have: edition(1, 2), got: edition(1, 1) }));
    let other = after.offer_manifest(&publisher.version(2).publish(&[]).manifest, NOW);
    assert_eq!(other, Err(Error::ManifestEquivocation { edition: edition(1, 2) }));
    assert_eq!(load(&mut after, &second), Ok(edition(1, 2)));
}

#[test]
fn pending_edition_does_not_raise_the_mark() {
    let publisher = Publisher::new();
    let mut subscription = publisher.subscription();
    let next = publisher.clone().version(9).publish(&[token("a", None)]);
    subscription.offer_manifest(&next.manifest, NOW).unwrap();
    // Its objects never came, so an older edition that can be had is better than none.
    assert_eq!(load(&mut subscription, &publisher.publish(&[])), Ok(edition(1, 1)));
}

#[test]
fn restoring_only_raises() {
    let publisher = Publisher::new();
    let mark = |publisher: &Publisher| publisher.holding(&[]).high_water();
    let (low, high) = (mark(&publisher), mark(&publisher.clone().version(5).later(40)));
    let mut subscription = publisher.subscription();
    for restored in [high.clone(), low, publisher.subscription().high_water()] {
        subscription.restore_high_water(restored);
        assert_eq!(subscription.high_water(), high);
    }
}

#[test]
fn mark_of_another_tenant_is_ignored() {
    let mut other = Publisher::new().version(50);
    other.parameters.tenant = "other".into();
    let mut subscription = Publisher::new().subscription();
    subscription.restore_high_water(other.holding(&[]).high_water());
    assert_eq!(subscription.high_water(), Publisher::new().subscription().high_water());
}

#[test]
fn mark_raised_between_offer_and_commit_refuses_the_commit() {
    let publisher = Publisher::new();
    let mut subscription = publisher.subscription();
    subscription.offer_manifest(&publisher.publish(&[]).manifest, NOW).unwrap();
    subscription.restore_high_water(publisher.clone().version(2).holding(&[]).high_water());
    let found = subscription.commit();
    assert_eq!(found, Err(Error::ManifestRolledBack { have: edition(1, 2), got: edition(1, 1) }));
    assert!(subscription.snapshot().is_none());
}

#[test]
fn restored_time_floor_ages_the_current_snapshot() {
    let publisher = Publisher::new();
    let mut subscription = publisher.holding(&[]);
    let later = publisher.clone().version(2).later(4_000);
    let mut elsewhere = publisher.subscription();
    elsewhere.offer_manifest(&later.publish(&[]).manifest, at(ISSUED_AT + 4_000)).unwrap();
    subscription.restore_high_water(elsewhere.high_water());
    assert_eq!(subscription.snapshot().unwrap().freshness(NOW), Freshness::Expired);
}

#[test]
fn mark_survives_its_bytes_and_damaged_bytes_are_none() {
    let marks = [Publisher::new().subscription().high_water(), Publisher::new().holding(&[]).high_water()];
    for mark in marks {
        let bytes = mark.to_bytes();
        assert_eq!((bytes.len(), HighWater::from_bytes(&bytes)), (90, Some(mark)));
        for length in 0..bytes.len() {
            assert_eq!(HighWater::from_bytes(&bytes[..length]), None);
        }
        for bit in 0..bytes.len() * 8 {
            let mut flipped = bytes.clone();
            flipped[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(HighWater::from_bytes(&flipped), None, "bit {bit}");
        }
        assert_eq!(HighWater::from_bytes(&[bytes.as_slice(), &[0]].concat()), None);
    }
}

// --- what a publisher may not write

#[test]
fn publication_out_of_range_is_refused() {
    let refused = |change: &dyn Fn(&mut Publisher), entries: &[rescind::Entry]| {
        let mut publisher = Publisher::new();
        change(&mut publisher);
        let key = publisher.public_key();
        let sign = &mut |message: &[u8]| ed25519_dalek::Signer::sign(&publisher.key, message).to_bytes();
        publish(entries, &publisher.parameters, key, sign).unwrap_err().to_string()
    };
    let parameter = |change: &dyn Fn(&mut rescind::Parameters)| {
        refused(&|publisher| change(&mut publisher.parameters), &[])
    };
    assert!(parameter(&|p| p.tenant = "Main".into()).starts_with("parameter tenant"));
    assert!(parameter(&|p| p.edition.version = 1 << 53).starts_with("parameter edition"));
    assert!(parameter(&|p| p.issuers.clear()).starts_with("parameter issuers"));
    assert!(parameter(&|p| p.issuers = vec!["a".into(), "a".into()]).starts_with("parameter issuers"));
    let many: Vec<String> = (0..256).map(|n| n.to_string()).collect();
    assert!(parameter(&|p| p.issuers = many.clone()).starts_with("parameter issuers"));
    assert!(parameter(&|p| p.organization_claim.clear()).starts_with("parameter organization_claim"));
    assert!(
        parameter(&|p| p.organization_claim = "x".repeat(256)).starts_with("parameter organization_claim")
    );
    assert!(parameter(&|p| p.next_update = p.issued_at).starts_with("parameter times"));
    assert!(parameter(&|p| p.least_wait_seconds = 3_601).starts_with("parameter least_wait_seconds"));
    for part in [
        Part::Whole { shard_bits: 13 },
        Part::Common { shard_bits: 13 },
        Part::Shard { shard_bits: 0, number: 0 },
        Part::Shard { shard_bits: 3, number: 8 },
    ] {
        assert!(parameter(&|p| p.part = part).starts_with("parameter part"), "{part:?}");
    }
    assert!(parameter(&|p| p.max_stale_seconds = 299).starts_with("parameter times"));
    assert!(parameter(&|p| p.max_stale_seconds = 31 * 86_400 + 1).starts_with("parameter times"));
    assert!(
        parameter(&|p| (p.issued_at, p.next_update) = ((1 << 40) - 10, 1 << 40))
            .starts_with("parameter times")
    );

    let entry = |entry| refused(&|_| (), &[entry]);
    let elsewhere =
        rescind::Entry::Token { issuer: "x".into(), token_id: "a".into(), expires_at: None, subject: None };
    assert_eq!(entry(elsewhere), "entry of an issuer not enrolled: \"x\"");
    assert!(entry(cut_off(Dimension::Subject, "s", 1 << 40)).starts_with("entry: expected not_before"));
    assert!(entry(cut_off(Dimension::Issuer, OTHER_ISSUER, 1)).starts_with("entry: expected the issuer"));
    assert!(entry(cut_off(Dimension::Key, &"k".repeat(65_536), 1)).starts_with("entry: expected a kid"));
}

#[test]
fn publication_signed_by_another_key_is_not_handed_out() {
    let publisher = Publisher::new();
    let stranger = SigningKey::from_bytes(&[2; 32]);
    let sign = &mut |message: &[u8]| ed25519_dalek::Signer::sign(&stranger, message).to_bytes();
    let found = publish(&[], &publisher.parameters, publisher.public_key(), sign);
    assert_eq!(found, Err(rescind::PublishError::Refused(Error::ManifestSignatureInvalid)));
}

#[test]
fn publication_at_the_limits_is_read() {
    let mut publisher = Publisher::new();
    publisher.parameters.issuers = (0..254).map(|n| n.to_string()).chain([ISSUER.into()]).collect();
    publisher.parameters.organization_claim = "o".repeat(255);
    publisher.parameters.max_stale_seconds = 31 * 86_400;
    publisher.parameters.tenant = "t".repeat(64);
    publisher.parameters.edition = edition(u32::MAX, (1 << 53) - 1);
    let kid = "k".repeat(65_535);
    let mut entries = Dimension::BUILT_IN.map(|dimension| match dimension {
        Dimension::Issuer => cut_off(dimension, ISSUER, 1),
        _ => cut_off(dimension, &kid, (1 << 40) - 1),
    });
    entries.reverse();
    let subscription = publisher.holding(&entries);
    let status = Token::new().key(&kid).status(&subscription);
    assert_eq!(status, cut_off_at(Dimension::Key, (1 << 40) - 1));
    let status = Token::new().issued(0).status(&subscription);
    assert_eq!(status, cut_off_at(Dimension::Issuer, 1));
}
