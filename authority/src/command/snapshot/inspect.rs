//! `snapshot inspect`: what published files say. No signature is checked: see `verify`.

use std::path::{Path, PathBuf};

use rescind::{DeltaReport, DimensionReport, KeyLink, KeyRole, ManifestReport, NeededObject, ObjectReport};
use rescind_authority::ed25519;
use serde_json::{Value, json};

use super::files::{hex, read};
use super::table;
use crate::command::{Outcome, failed, print, print_json};

#[derive(clap::Args)]
pub(crate) struct Inspect {
    /// Manifests, objects and key documents, in any order.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(inspect: &Inspect) -> Outcome {
    let reports: Vec<Value> = inspect.files.iter().map(|path| report(path)).collect::<Outcome<_>>()?;
    if inspect.json {
        return print_json(&Value::from(reports));
    }
    let tables: Vec<String> = reports.iter().map(table::of).collect();
    print(tables.join("\n\n"))
}

fn report(path: &Path) -> Outcome<Value> {
    let bytes = read(path)?;
    let said = match bytes.get(..4) {
        Some(b"RSNM") => ManifestReport::read(&bytes).map(|it| manifest(&it)),
        Some(b"RSNO") => ObjectReport::read(bytes).map(|it| object(&it)),
        Some(b"RSNK") => rescind::read_keys(&bytes).map(|it| keys(&it)),
        _ => return Err(failed(format!("{}: no manifest, object or key document", path.display()))),
    };
    let refused = |error: rescind::Error| failed(format!("{}: {}: {error}", path.display(), error.code()));
    let mut said = said.map_err(refused)?;
    if let Some(members) = said.as_object_mut() {
        members.insert("file".into(), path.display().to_string().into());
    }
    Ok(said)
}

fn manifest(it: &ManifestReport) -> Value {
    json!({
        "kind": "manifest",
        "bytes": it.bytes,
        "part": it.part.name().to_string(),
        "shard_bits": it.part.shard_bits(),
        "least_wait_seconds": it.least_wait_seconds,
        "key_id": hex(&it.key_id),
        "tenant_tag": hex(&it.tenant_tag),
        "epoch": it.edition.epoch,
        "version": it.edition.version,
        "issued_at": it.issued_at,
        "next_update": it.next_update,
        "max_stale_seconds": it.max_stale_seconds,
        "salt": hex(&it.salt),
        "entries": it.entries,
        "base_version": it.base_version,
        "expired_before": it.expired_before,
        "cut_before": it.cut_before,
        "issuers": it.issuers.iter().map(|issuer| hex(issuer)).collect::<Vec<_>>(),
        "dimensions": it.dimensions.iter().map(dimension).collect::<Vec<_>>(),
        "objects": it.objects.iter().map(named).collect::<Vec<_>>(),
        "deltas": it.deltas.iter().map(delta).collect::<Vec<_>>(),
    })
}

fn dimension(it: &DimensionReport) -> Value {
    json!({ "number": it.number, "name": it.name, "claims": it.claims, "generation_claim": it.generation_claim })
}

fn named(object: &NeededObject) -> Value {
    json!({ "kind": object.kind.name(), "bytes": object.length, "sha256": hex(&object.sha256) })
}

fn delta(delta: &DeltaReport) -> Value {
    let object = delta.object.as_ref();
    json!({
        "from": delta.from,
        "to": delta.to,
        "carried": object.is_none(),
        "bytes": object.map(|object| object.length),
        "sha256": object.map(|object| hex(&object.sha256)),
    })
}

fn object(it: &ObjectReport) -> Value {
    json!({
        "kind": it.name.kind.name(),
        "bytes": it.name.length,
        "sha256": hex(&it.name.sha256),
        "capacity": it.capacity,
        "entries": it.entries,
    })
}

fn keys(links: &[KeyLink]) -> Value {
    let link = |link: &KeyLink| {
        json!({
            "number": link.number,
            "signed_as": if link.role == KeyRole::Root { "root" } else { "publisher" },
            "signer": hex(&link.signer),
            "epoch": link.epoch,
            "root_key": link.root_key.as_ref().map(ed25519::encode),
            "publisher_keys": link.publisher_keys.iter().map(ed25519::encode).collect::<Vec<_>>(),
        })
    };
    json!({ "kind": "keys", "links": links.iter().map(link).collect::<Vec<_>>() })
}
