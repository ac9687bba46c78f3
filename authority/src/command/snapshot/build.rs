//! `snapshot build`: a manifest and its objects from a file of entries.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use rescind::{Edition, Entry, Parameters, Part, Publication};
use rescind_authority::ed25519::Ed25519Key;
use rescind_authority::{Clock, SystemClock, random};
use serde_json::json;

use super::entry_line;
use super::files::hex;
use crate::command::{Outcome, failed, print_json, unusable};

#[derive(clap::Args)]
pub(crate) struct Build {
    /// The entries, a JSON object a line: {"type":"token","issuer":…,"jti":…,"expires_at":…}, or
    /// {"type":"subject","issuer":…,"value":…,"not_before":…}.
    entries: PathBuf,
    /// The private publisher key that signs.
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// The folder to write to: manifest, and objects/SHA256.
    #[arg(long, value_name = "FOLDER")]
    out: PathBuf,
    /// The tenant's name.
    #[arg(long, value_name = "NAME")]
    tenant: String,
    /// An issuer the snapshot speaks for; may be repeated [default: those of the entries].
    #[arg(long = "issuer", value_name = "ISS")]
    issuers: Vec<String>,
    /// The epoch.
    #[arg(long, default_value_t = 1)]
    epoch: u32,
    /// The version in the epoch.
    #[arg(long, default_value_t = 1)]
    version: u64,
    /// When it is issued, in seconds since the Unix epoch [default: now].
    #[arg(long, value_name = "SECONDS")]
    issued_at: Option<u64>,
    /// How long after issue it is fresh, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 90)]
    next_update_seconds: u64,
    /// How long after issue it may be used, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 3_600)]
    max_stale_seconds: u32,
    /// The claim that names a token's organization.
    #[arg(long, value_name = "CLAIM", default_value = "org_id")]
    organization_claim: String,
    /// The salt of the epoch, 32 hex digits [default: random].
    #[arg(long, value_name = "HEX", value_parser = salt)]
    salt: Option<[u8; 16]>,
}

/// The longest line, in bytes.
const LINE_BYTES: u64 = 16 << 10;
/// The most entries: what an object of 64 MiB can hold.
const ENTRIES: usize = 15_000_000;

fn salt(text: &str) -> Result<[u8; 16], &'static str> {
    let digits = text.as_bytes().as_chunks().0;
    let byte = |pair: &[u8; 2]| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok();
    let bytes: Option<Vec<u8>> = digits.iter().map(byte).collect();
    let plain = text.len() == 32 && text.bytes().all(|digit| digit.is_ascii_hexdigit());
    let bytes = bytes.filter(|_| plain).and_then(|bytes| bytes.try_into().ok());
    bytes.ok_or("expected 32 hex digits")
}

pub(super) fn run(build: &Build) -> Outcome {
    let key = Ed25519Key::read(&build.key).map_err(unusable)?;
    let entries = read_entries(&build.entries)?;
    let parameters = build.parameters(&entries)?;
    let sign = &mut |message: &[u8]| key.sign(message);
    let publication = rescind::publish(&entries, &parameters, key.public(), sign).map_err(unusable)?;
    write(&build.out, &publication).map_err(|error| failed(format!("{}: {error}", build.out.display())))?;
    print_json(&json!({
        "epoch": publication.edition.epoch,
        "version": publication.edition.version,
        "entries": publication.entries,
        "manifest_bytes": publication.manifest.len(),
        "object_bytes": publication.objects.iter().map(|object| object.bytes.len()).sum::<usize>(),
    }))
}

fn read_entries(path: &Path) -> Outcome<Vec<Entry>> {
    let at = |line: usize, what: &str| unusable(format!("{}: line {line}: {what}", path.display()));
    let mut file = BufReader::new(File::open(path).map_err(|error| at(0, &error.to_string()))?);
    let mut entries = Vec::new();
    for number in 1.. {
        let mut line = String::new();
        let read = file.by_ref().take(LINE_BYTES).read_line(&mut line);
        if read.map_err(|error| at(number, &error.to_string()))? == 0 {
            break;
        }
        if entries.len() >= ENTRIES {
            return Err(at(number, "too many entries"));
        }
        if !line.trim().is_empty() {
            entries.push(entry_line::parse(&line).map_err(|what| at(number, &what))?);
        }
    }
    Ok(entries)
}

impl Build {
    fn parameters(&self, entries: &[Entry]) -> Outcome<Parameters> {
        let issued_at = self.issued_at.unwrap_or_else(|| SystemClock::default().seconds());
        let mut issuers = self.issuers.clone();
        if issuers.is_empty() {
            issuers = entries.iter().map(|entry| entry.issuer().into()).collect();
            issuers.sort_unstable();
            issuers.dedup();
        }
        Ok(Parameters {
            tenant: self.tenant.clone(),
            issuers,
            edition: Edition { epoch: self.epoch, version: self.version },
            issued_at,
            next_update: issued_at.saturating_add(self.next_update_seconds),
            max_stale_seconds: self.max_stale_seconds,
            salt: self.salt.map_or_else(random, Ok).map_err(failed)?,
            organization_claim: self.organization_claim.clone(),
            declared: Vec::new(),
            part: Part::Whole { shard_bits: 0 },
            least_wait_seconds: 0,
        })
    }
}

/// The objects, then the manifest that names them.
fn write(folder: &Path, publication: &Publication) -> std::io::Result<()> {
    let objects = folder.join("objects");
    std::fs::create_dir_all(&objects)?;
    for object in &publication.objects {
        std::fs::write(objects.join(hex(&object.sha256)), &object.bytes)?;
    }
    std::fs::write(folder.join("manifest"), &publication.manifest)
}
