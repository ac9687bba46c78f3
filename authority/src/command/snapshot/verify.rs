//! `snapshot verify`: what a verifier with these pins would say.

use std::path::PathBuf;

use rescind::{Coverage, Error, Freshness, ManifestReport, PartName, Profile, SubscriptionOptions, UnixTime};
use rescind_authority::{Clock, SystemClock, ed25519};
use serde_json::json;

use super::files::{hex, objects, read};
use crate::command::{Outcome, failed, print_json, unusable};

#[derive(clap::Args)]
pub(crate) struct Verify {
    /// A manifest of the whole; or of the common part, and those of any of its shards.
    #[arg(required = true)]
    manifests: Vec<PathBuf>,
    /// The folder of the objects, each named by the hex digits of its SHA-256 [default: objects beside the first
    /// manifest].
    #[arg(long, value_name = "FOLDER")]
    objects: Option<PathBuf>,
    /// The tenant's name.
    #[arg(long, value_name = "NAME")]
    tenant: String,
    /// A pinned publisher key: the x of its public JWK; may be repeated.
    #[arg(long = "publisher-key", value_name = "X", value_parser = public_key, allow_hyphen_values = true)]
    publisher_keys: Vec<[u8; 32]>,
    /// The pinned root key: the x of its public JWK.
    #[arg(long, value_name = "X", value_parser = public_key, allow_hyphen_values = true)]
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
    let coverage = verify.coverage(UnixTime::from_seconds(now))?;
    let report = coverage.report().ok_or_else(|| failed("nothing was taken"))?;
    let edition = report.edition();
    print_json(&json!({
        "parts": report.parts().iter().map(PartName::to_string).collect::<Vec<_>>(),
        "epoch": edition.epoch,
        "version": edition.version,
        "entries": report.entries(),
        "bytes": report.bytes(),
        "issued_at": report.issued_at(),
        "next_update": report.next_update(),
        "expires_at": report.expires_at(),
        "freshness": match report.freshness(UnixTime::from_seconds(now)) {
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
    fn coverage(&self, now: UnixTime) -> Outcome<Coverage> {
        let manifests: Vec<Vec<u8>> = self.manifests.iter().map(|path| read(path)).collect::<Outcome<_>>()?;
        let names = manifests.iter().map(|manifest| {
            let report = ManifestReport::read(manifest).map_err(refused)?;
            Ok(report.part.name())
        });
        let names: Vec<PartName> = names.collect::<Outcome<_>>()?;
        let whole = names.contains(&PartName::Whole);
        let mut coverage = self.pinned(if whole { Profile::Whole } else { Profile::Parts })?;
        if let Some(keys) = &self.keys {
            coverage.offer_keys(&read(keys)?).map_err(refused)?;
        }
        for (part, manifest) in names.iter().zip(&manifests) {
            self.offer(&mut coverage, *part, manifest, now)?;
        }
        coverage.commit(&names).map_err(refused)?;
        Ok(coverage)
    }

    fn offer(&self, coverage: &mut Coverage, part: PartName, manifest: &[u8], now: UnixTime) -> Outcome {
        let plan = coverage.offer_manifest(part, manifest, now).map_err(refused)?;
        let folder = objects(self.manifests.first(), self.objects.as_ref());
        for object in plan.needed {
            let bytes = read(&folder.join(hex(&object.sha256)))?;
            coverage.offer_object(part, bytes).map_err(refused)?;
        }
        Ok(())
    }

    fn pinned(&self, profile: Profile) -> Outcome<Coverage> {
        let options = SubscriptionOptions {
            publisher_keys: self.publisher_keys.clone(),
            tenant: self.tenant.clone(),
            clock_tolerance_seconds: TOLERANCE,
        };
        Coverage::new(profile, &options, self.root_key).map_err(unusable)
    }
}
