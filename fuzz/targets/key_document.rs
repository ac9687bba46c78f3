//! A key document: as it comes, or as links that are signed by keys of the input's choice. What counts afterwards is what
//! the specification's own words say, and a document that is refused changes nothing.

#![no_main]
#![allow(missing_docs, reason = "the macro makes the entry point")]

use libfuzzer_sys::fuzz_target;
use rescind::{Error, Subscription, SubscriptionOptions};
use rescind_fuzz::{KEYS, Keyring, Link, NOW, TENANT, edition, publish, publisher};

fuzz_target!(|input: &[u8]| {
    let Some((mode, input)) = input.split_first() else { return };
    let keyring = Keyring::new(mode & 1 != 0);
    let mut held = subscription(&keyring, mode & 1 != 0);
    if mode & 2 == 0 {
        raw(&mut held, &keyring, input);
    } else {
        walked(&mut held, keyring, input);
    }
});

fn subscription(keyring: &Keyring, is_rooted: bool) -> Subscription {
    let options = SubscriptionOptions {
        publisher_keys: vec![keyring.public(0)],
        tenant: TENANT.into(),
        clock_tolerance_seconds: 5,
    };
    let made = if is_rooted {
        Subscription::with_root(options, keyring.public(1))
    } else {
        Subscription::new(options)
    };
    made.expect("the options are valid")
}

/// Any bytes: where they are refused, the pinned key goes on; where they are taken, taking them again changes nothing.
fn raw(held: &mut Subscription, keyring: &Keyring, document: &[u8]) {
    match held.offer_keys(document) {
        Ok(number) => assert_eq!(held.offer_keys(document), Ok(number)),
        Err(_) => assert!(trusts(held, keyring, 0), "a refused document changed the keys"),
    }
}

/// Links of rising numbers, six bytes each.
fn walked(held: &mut Subscription, mut keyring: Keyring, input: &[u8]) {
    let mut links: Vec<Link> = input.as_chunks().0.iter().take(64).map(Link::of).collect();
    links.sort_by_key(|link| link.number);
    links.dedup_by_key(|link| link.number);
    if links.is_empty() {
        return;
    }
    let document = keyring.document(&links);
    let expected = keyring.walk(&links).map(u32::from).ok_or("ERR_MANIFEST_KEYS_UNLINKED");
    assert_eq!(held.offer_keys(&document).map_err(|error| error.code()), expected);
    for key in 0..KEYS {
        assert_eq!(trusts(held, &keyring, key), keyring.trusts(key), "{links:?}: key {key}");
    }
}

/// Whether a manifest by a key is taken, of an epoch that counts in any case.
fn trusts(held: &mut Subscription, keyring: &Keyring, key: usize) -> bool {
    thread_local! {
        static MANIFESTS: Vec<Vec<u8>> = manifests();
    }
    MANIFESTS.with(|manifests| {
        let offered = held.offer_manifest(&manifests[key], NOW);
        held.abandon();
        assert!(keyring.epoch > 1 || !matches!(offered, Err(Error::ManifestRolledBack { .. })));
        match offered {
            Ok(_) | Err(Error::ManifestRolledBack { .. }) => true,
            Err(Error::ManifestKeyUnknown) => false,
            Err(other) => panic!("{other:?}"),
        }
    })
}

/// A manifest of an empty set by each key.
fn manifests() -> Vec<Vec<u8>> {
    let keyring = Keyring::new(false);
    let by = |key| {
        publish(&mut publisher(&[]), keyring.key(key), &edition(1)).expect("it can be written").manifest
    };
    (0..KEYS).map(by).collect()
}
