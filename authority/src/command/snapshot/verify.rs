//! `snapshot verify`: what a verifier with these pins would say.

use std::path::PathBuf;

use rescind::{Error, Freshness, Subscription, SubscriptionOptions, UnixTime};
use rescind_authority::{Clock, SystemClock, ed25519};
use serde_json::json;

use super::files::{hex, objects, read};
use crate::command::{Outcome, failed, print_json, unusable};

#[derive(clap::Args)]
pub(crate) struct Verify {
    /// The manifest's file.
    manifest: PathBuf,
    /// The folder of the objects, each named by the hex digits of its SHA-256 [default: objects beside the manifest].
    #[arg(long, value_name = "FOLDER")]
    objects: Option<PathBuf>,
    /// The tenant's name.
    #[arg(long, value_name = "NAME")]
    tenant: String,
    /// A pinned publisher key: the x of its public JWK; may be repeated.
    #[arg(long = "publisher-key", value_name = "X", value_parser = public_key)]
    publisher_keys: Vec<[u8; 32]>,
    /// The pinned root key: the x of its public JWK.
    #[arg(long, value_name = "X", value_parser = public_key)]
    root_key: Option<[u8; 32]>,
    /// The key document, when publisher keys were ever replaced.
    #[arg(long, value_name = "FILE")]
    keys: Option<PathBuf>,
    /// The time to judge by, in seconds since the Unix epoch [default: now].
    #[arg(long, value_name = "SECONDS")]
    now: Option<u32>,
}

/// How far ahead of the clock a manifest may be signed, in seconds.
const TOLERANCE: u32 = 60;

fn public_key(x: &str) -> Result<[u8; 32], &'static str> {
    ed25519::decode(x).ok_or("expected the x of an Ed25519 public JWK, 43 characters of base64url")
}

pub(super) fn run(verify: &Verify) -> Outcome {
    let now = verify.now.map_or_else(|| SystemClock::default().seconds(), u64::from);
    let subscription = verify.subscription(UnixTime::from_seconds(now))?;
    let snapshot = subscription.snapshot().ok_or_else(|| failed("nothing was taken"))?;
    let edition = snapshot.edition();
    print_json(&json!({
        "epoch": edition.epoch,
        "version": edition.version,
        "entries": snapshot.entries(),
        "bytes": snapshot.bytes(),
        "issued_at": snapshot.issued_at(),
        "next_update": snapshot.next_update(),
        "expires_at": snapshot.expires_at(),
        "freshness": match snapshot.freshness(UnixTime::from_seconds(now)) {
            Freshness::Fresh => "fresh",
            Freshness::Stale => "stale",
            Freshness::Expired => "expired",
        },
    }))
}

fn refused(error: Error) -> (u8, String) {
    failed(format!("{}: {error}", error.code()))
}

impl Verify {
    fn subscription(&self, now: UnixTime) -> Outcome<Subscription> {
        let manifest = read(&self.manifest)?;
        let mut subscription = self.pinned()?;
        if let Some(keys) = &self.keys {
            subscription.offer_keys(&read(keys)?).map_err(refused)?;
        }
        let plan = subscription.offer_manifest(&manifest, now).map_err(refused)?;
        let folder = objects(&self.manifest, self.objects.as_ref());
        for object in plan.needed {
            let bytes = read(&folder.join(hex(&object.sha256)))?;
            subscription.offer_object(bytes).map_err(refused)?;
        }
        subscription.commit().map_err(refused)?;
        Ok(subscription)
    }

    fn pinned(&self) -> Outcome<Subscription> {
        let options = SubscriptionOptions {
            publisher_keys: self.publisher_keys.clone(),
            tenant: self.tenant.clone(),
            clock_tolerance_seconds: TOLERANCE,
        };
        match self.root_key {
            Some(root_key) => Subscription::with_root(options, root_key),
            None => Subscription::new(options),
        }
        .map_err(unusable)
    }
}
