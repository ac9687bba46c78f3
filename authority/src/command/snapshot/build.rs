//! `snapshot build`: a manifest and its objects from a file of entries.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::{Path, PathBuf};

use rescind::{Edition, Entry, Parameters, Part, Publication, ShardMap};
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
    /// The folder to write to: manifest, objects/SHA256, and common/manifest and shards/S-I/manifest where asked for.
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
    /// Write the common part and 2^BITS shards as well, 0 for no shards.
    #[arg(long, value_name = "BITS", value_parser = clap::value_parser!(u8).range(0..=12))]
    shard_bits: Option<u8>,
    /// Seconds that verifiers are asked to let pass between two polls.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    least_wait_seconds: u16,
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
    let mut parts = Vec::new();
    for (part, entries) in build.distribute(entries, &parameters) {
        let sign = &mut |message: &[u8]| key.sign(message);
        let parameters = Parameters { part, ..parameters.clone() };
        let publication = rescind::publish(&entries, &parameters, key.public(), sign).map_err(unusable)?;
        write(&build.out, part, &publication)
            .map_err(|error| failed(format!("{}: {error}", build.out.display())))?;
        parts.push(json!({
            "part": part.name().to_string(),
            "epoch": publication.edition.epoch,
            "version": publication.edition.version,
            "entries": publication.entries,
            "manifest_bytes": publication.manifest.len(),
            "object_bytes": publication.objects.iter().map(|object| object.bytes.len()).sum::<usize>(),
        }));
    }
    print_json(&parts.into())
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
    /// The parts and their entries: shards first, the whole last.
    fn distribute(&self, entries: Vec<Entry>, parameters: &Parameters) -> Vec<(Part, Vec<Entry>)> {
        let mut parts = Vec::new();
        if let Some(shard_bits) = self.shard_bits {
            let map = ShardMap::new(parameters.salt, shard_bits);
            let shards = if shard_bits == 0 { 0 } else { 1_u16 << shard_bits };
            parts.extend((0..shards).map(|number| (Part::Shard { shard_bits, number }, Vec::new())));
            parts.push((Part::Common { shard_bits }, Vec::new()));
            for entry in &entries {
                let place = match map.part_of(entry) {
                    Part::Shard { number, .. } => usize::from(number),
                    _ => usize::from(shards),
                };
                parts.get_mut(place).into_iter().for_each(|(_, entries)| entries.push(entry.clone()));
            }
        }
        parts.push((parameters.part, entries));
        parts
    }

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
            part: Part::Whole { shard_bits: self.shard_bits.unwrap_or(0) },
            least_wait_seconds: self.least_wait_seconds,
        })
    }
}

/// The objects, then the manifest that names them.
fn write(folder: &Path, part: Part, publication: &Publication) -> std::io::Result<()> {
    let objects = folder.join("objects");
    std::fs::create_dir_all(&objects)?;
    for object in &publication.objects {
        std::fs::write(objects.join(hex(&object.sha256)), &object.bytes)?;
    }
    let manifest = folder.join(part.name().manifest_path());
    manifest.parent().map_or(Ok(()), std::fs::create_dir_all)?;
    std::fs::write(manifest, &publication.manifest)
}
