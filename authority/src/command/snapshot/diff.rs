//! `snapshot diff`: what changed from one edition to another. No signature is checked: see `verify`.

use std::collections::BTreeMap;
use std::path::PathBuf;

use rescind::{Contents, Difference, ManifestReport};
use serde_json::{Value, json};

use super::files::{hex, objects, read};
use super::table;
use crate::command::{Outcome, failed, print, print_json};

#[derive(clap::Args)]
pub(crate) struct Diff {
    /// The earlier manifest.
    earlier: PathBuf,
    /// The later manifest.
    later: PathBuf,
    /// The folder of the objects of both [default: objects beside each manifest].
    #[arg(long, value_name = "FOLDER")]
    objects: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// One of the two.
struct Side {
    manifest: ManifestReport,
    contents: Contents,
}

pub(super) fn run(diff: &Diff) -> Outcome {
    let earlier = Side::read(&diff.earlier, diff.objects.as_ref())?;
    let later = Side::read(&diff.later, diff.objects.as_ref())?;
    let report = json!({
        "kind": "difference",
        "earlier": earlier.report(),
        "later": later.report(),
        "entries": match earlier.contents.compare(&later.contents) {
            Some(differences) => compared(&differences),
            // Under another salt nothing can be told but how many there are.
            None => json!({ "before": earlier.contents.counts(), "after": later.contents.counts() }),
        },
        "base_bytes_to_fetch": later.base_bytes_beside(&earlier),
    });
    if diff.json { print_json(&report) } else { print(table::of(&report)) }
}

fn compared(differences: &BTreeMap<String, Difference>) -> Value {
    let row = |(name, it): (&String, &Difference)| {
        (name.clone(), json!({ "added": it.added, "removed": it.removed, "changed": it.changed }))
    };
    Value::Object(differences.iter().map(row).collect())
}

impl Side {
    fn read(path: &PathBuf, given: Option<&PathBuf>) -> Outcome<Self> {
        let refused =
            |error: rescind::Error| failed(format!("{}: {}: {error}", path.display(), error.code()));
        let bytes = read(path)?;
        let folder = objects(Some(path), given);
        let mut object = |sha256: &[u8; 32]| read(&folder.join(hex(sha256))).ok();
        let manifest = ManifestReport::read(&bytes).map_err(refused)?;
        Ok(Self { manifest, contents: Contents::read(&bytes, &mut object).map_err(refused)? })
    }

    fn report(&self) -> Value {
        let Self { manifest, .. } = self;
        json!({
            "part": manifest.part.name().to_string(),
            "epoch": manifest.edition.epoch,
            "version": manifest.edition.version,
            "issued_at": manifest.issued_at,
            "entries": manifest.entries,
            "manifest_bytes": manifest.bytes,
            "base_bytes": manifest.objects.iter().map(|object| object.length).sum::<u64>(),
        })
    }

    /// What a verifier with the other's base would fetch for this one's, if no delta led there.
    fn base_bytes_beside(&self, other: &Self) -> u64 {
        let held = |sha256| other.manifest.objects.iter().any(|object| object.sha256 == sha256);
        let missing = self.manifest.objects.iter().filter(|object| !held(object.sha256));
        missing.map(|object| object.length).sum()
    }
}
