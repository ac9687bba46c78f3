//! What keeps a verifier's snapshot fresh. A part goes by its name: `whole`, `common`, or a shard's, as `3-5`.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use wasm_bindgen::prelude::*;

use super::object::{count, hex, list, object};
use super::{Core, NO_TIME, failure};
use crate::{Coverage, CoverageReport, Error, Freshness, HighWater, PartName, Plan, UnixTime};

#[wasm_bindgen]
impl Core {
    /// Verifies the manifest of a part and answers what must be fetched for it.
    #[wasm_bindgen(js_name = offerManifest)]
    pub fn offer_manifest(&mut self, part: &str, bytes: &[u8], now: f64) -> Result<JsValue, JsValue> {
        let now = UnixTime::from_seconds_f64(now).ok_or_else(|| failure(&NO_TIME))?;
        let plan = self.coverage()?.offer_manifest(named(part)?, bytes, now);
        plan.map(|plan| update_plan(&plan)).map_err(|error| failure(&error))
    }

    /// Takes an object of a part's pending manifest.
    #[wasm_bindgen(js_name = offerObject)]
    pub fn offer_object(&mut self, part: &str, bytes: Vec<u8>) -> Result<(), JsValue> {
        self.coverage()?.offer_object(named(part)?, bytes).map_err(|error| failure(&error))
    }

    /// Takes a key document, for all parts; answers the number of the newest keys.
    #[wasm_bindgen(js_name = offerKeys)]
    pub fn offer_keys(&mut self, document: &[u8]) -> Result<u32, JsValue> {
        self.coverage()?.offer_keys(document).map_err(|error| failure(&error))
    }

    /// Makes the pending editions of these parts the current ones: all or none.
    pub fn commit(&mut self, parts: Vec<String>) -> Result<(), JsValue> {
        let parts: Vec<PartName> = parts.iter().map(|part| named(part)).collect::<Result<_, _>>()?;
        self.coverage()?.commit(&parts).map_err(|error| failure(&error))
    }

    /// Drops the pending edition of a part.
    pub fn abandon(&mut self, part: &str) {
        if let (Some(coverage), Ok(part)) = (self.verifier.coverage_mut(), part.parse()) {
            coverage.abandon(part);
        }
    }

    /// Has the next plan of a part start from a base, whatever is held.
    pub fn restart(&mut self, part: &str) {
        if let (Some(coverage), Ok(part)) = (self.verifier.coverage_mut(), part.parse()) {
            coverage.restart(part);
        }
    }

    /// An object of the base that is held of a part, by its SHA-256 in hex; undefined when it is not held.
    pub fn object(&self, part: &str, sha256: &str) -> Option<Vec<u8>> {
        let sha256 = sha256_in(sha256)?;
        self.verifier.coverage()?.object(part.parse().ok()?, &sha256).map(Vec::from)
    }

    /// Forgets a shard; nothing else can be dropped.
    #[wasm_bindgen(js_name = drop)]
    pub fn drop_shard(&mut self, shard: &str) {
        if let (Some(coverage), Ok(shard)) = (self.verifier.coverage_mut(), shard.parse()) {
            coverage.drop_shard(shard);
        }
    }

    /// The high-water mark of a part, to be stored; empty when the part is none of this verifier's.
    #[wasm_bindgen(js_name = highWater)]
    pub fn high_water(&self, part: &str) -> Vec<u8> {
        let coverage = self.verifier.coverage();
        let mark = coverage.zip(part.parse().ok()).and_then(|(coverage, part)| coverage.high_water(part));
        mark.map(|mark| mark.to_bytes()).unwrap_or_default()
    }

    /// Takes back a stored high-water mark; false when it is not one.
    #[wasm_bindgen(js_name = restoreHighWater)]
    pub fn restore_high_water(&mut self, part: &str, bytes: &[u8]) -> bool {
        let mark = part.parse().ok().zip(HighWater::from_bytes(bytes));
        let restored = self.verifier.coverage_mut().zip(mark);
        let is_restored = restored.is_some();
        restored.into_iter().for_each(|(coverage, (part, mark))| coverage.restore_high_water(part, mark));
        is_restored
    }

    /// The name of a subject's shard, by the common part that is pending or else by the current one; null when there
    /// are no shards or no common part.
    #[wasm_bindgen(js_name = shardFor)]
    pub fn shard_for(&self, issuer: &str, subject: &str) -> Option<String> {
        self.verifier.coverage()?.shard_for(issuer, subject).map(|shard| shard.to_string())
    }

    /// All that is held, in figures, or null.
    pub fn snapshot(&self, now: f64) -> Result<JsValue, JsValue> {
        let now = UnixTime::from_seconds_f64(now).ok_or_else(|| failure(&NO_TIME))?;
        let report = self.verifier.coverage().and_then(Coverage::report);
        Ok(report.map_or(JsValue::NULL, |report| snapshot_report(&report, now)))
    }

    fn coverage(&mut self) -> Result<&mut Coverage, JsValue> {
        let missing = Error::PolicyInvalid { option: "revocations", expected: "an object, for this call" };
        self.verifier.coverage_mut().ok_or_else(|| failure(&missing))
    }
}

fn sha256_in(hex: &str) -> Option<[u8; 32]> {
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok());
    let (pairs, rest) = hex.as_bytes().as_chunks();
    let octets: Option<Vec<u8>> =
        pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect();
    if rest.is_empty() { octets?.try_into().ok() } else { None }
}

fn named(part: &str) -> Result<PartName, JsValue> {
    let expected = "\"whole\", \"common\" or the name of a shard, as \"3-5\"";
    part.parse().map_err(|_| failure(&Error::PolicyInvalid { option: "part", expected }))
}

/// What must be fetched for a manifest.
fn update_plan(plan: &Plan) -> JsValue {
    let needed = plan.needed.iter().map(|needed| {
        object([
            ("kind", needed.kind.name().into()),
            ("sha256", hex(&needed.sha256)),
            ("length", count(needed.length)),
        ])
    });
    object([
        ("epoch", plan.edition.epoch.into()),
        ("version", count(plan.edition.version)),
        ("unchanged", plan.unchanged.into()),
        ("leastWaitSeconds", plan.least_wait_seconds.into()),
        ("base", list(plan.base.iter().map(|sha256| hex(sha256)))),
        ("needed", list(needed)),
    ])
}

/// All parts together in figures.
fn snapshot_report(report: &CoverageReport, now: UnixTime) -> JsValue {
    let freshness = match report.freshness(now) {
        Freshness::Fresh => "fresh",
        Freshness::Stale => "stale",
        Freshness::Expired => "expired",
    };
    object([
        ("epoch", report.edition().epoch.into()),
        ("version", count(report.edition().version)),
        ("issuedAt", count(report.issued_at())),
        ("nextUpdate", count(report.next_update())),
        ("expiresAt", count(report.expires_at())),
        ("ageSeconds", count(now.floor_seconds_unsigned().saturating_sub(report.issued_at()))),
        ("freshness", freshness.into()),
        ("entries", count(report.entries())),
        ("bytes", count(report.bytes())),
        ("parts", list(report.parts().iter().map(|part| part.to_string().into()))),
    ])
}
