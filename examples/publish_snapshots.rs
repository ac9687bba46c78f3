//! Publishes snapshots for tools and tests: a JSON description on stdin, signed manifests and objects on stdout.
//!
//! `{ tenant, issuers, organization_claim?, declared?, editions: [{ epoch?, version, issued_at, next_update,
//! max_stale_seconds?, least_wait_seconds?, entries }] }`, where an entry is `{ type: "token", issuer, jti, expires_at?,
//! subject? }` or `{ type, issuer, value?, not_before, subject? }` with the name of a dimension as its type, becomes
//! `{ publisher_key, editions: [{ manifest, objects: { SHA-256: … } }] }`, bytes in base64url.
//!
//! A declared dimension is `{ number, name, members: [[claim, …], …], generation_claim? }`; an entry of one with several
//! members has `values` in place of `value`, and `not_before` is its generation where it compares these.
//!
//! `part` of the description is `"whole"` (as is its absence), `"common"` or the name of a shard as `"3-5"`, `shard_bits`
//! into how many shards the first two are split. Entries that live in another part are left out.
//!
//! With `is_series: true` each edition goes on from the one before, as an authority publishes: it has `insert` and
//! `remove` in place of `entries`, and the answer names under `kept` the objects of earlier editions that are still needed.
//!
//! The key that signs is a constant: whoever pins it trusts everybody.
//!
//! ```sh
//! cargo run --example publish_snapshots --features publish <description.json
//! ```

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use rescind::{
    Base, DeclaredDimension, Dimension, Edition, EditionParameters, Entry, Headroom, Parameters, Part,
    PartName, Publication, PublishError, Publisher, ShardMap, publish,
};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

fn main() -> Result<(), Failure> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text)?;
    println!("{}", published(&serde_json::from_str(&text)?)?);
    Ok(())
}

/// The seed of the key that signs.
const SEED: [u8; 32] = [9; 32];

fn published(description: &Value) -> Result<Value, Failure> {
    let key = SigningKey::from_bytes(&SEED);
    let is_series = description.get("is_series").and_then(Value::as_bool).unwrap_or(false);
    let editions = list(description, "editions")?;
    let publications = if is_series {
        Series { description, key: &key, live: Vec::new(), epoch: 0, publisher: None }.run(editions)?
    } else {
        editions.iter().map(|edition| whole(description, edition, &key)).collect::<Result<_, _>>()?
    };
    let x = URL_SAFE_NO_PAD.encode(key.verifying_key().to_bytes());
    let editions: Vec<Value> = publications.iter().map(encoded).collect();
    Ok(json!({ "publisher_key": { "kty": "OKP", "crv": "Ed25519", "x": x }, "editions": editions }))
}

/// An edition that has nothing to do with another one.
fn whole(description: &Value, edition: &Value, key: &SigningKey) -> Result<Publication, Failure> {
    let epoch = u32::try_from(number_or(edition, "epoch", 1))?;
    let part = part(description)?;
    let parameters = Parameters {
        tenant: text(description, "tenant")?,
        issuers: issuers(description)?,
        edition: Edition { epoch, version: number(edition, "version")? },
        issued_at: number(edition, "issued_at")?,
        next_update: number(edition, "next_update")?,
        max_stale_seconds: max_stale(edition)?,
        salt: salt(epoch),
        organization_claim: organization_claim(description),
        declared: declared(description)?,
        part,
        least_wait_seconds: least_wait(edition)?,
    };
    let mut sign = |message: &[u8]| key.sign(message).to_bytes();
    let mut entries = entries(description, edition, "entries")?;
    entries.retain(|entry| lives_in(part, &parameters.declared, epoch, entry));
    Ok(publish(&entries, &parameters, key.verifying_key().to_bytes(), &mut sign)?)
}

/// Editions of which each goes on from the one before.
struct Series<'a> {
    description: &'a Value,
    key: &'a SigningKey,
    /// What the next edition says.
    live: Vec<Entry>,
    epoch: u32,
    publisher: Option<Publisher>,
}

impl Series<'_> {
    fn run(mut self, editions: &[Value]) -> Result<Vec<Publication>, Failure> {
        editions.iter().map(|edition| self.next(edition)).collect()
    }

    fn next(&mut self, edition: &Value) -> Result<Publication, Failure> {
        let mut publisher = self.publisher.take().map_or_else(|| self.anew(edition), Ok)?;
        let (part, declared) = (part(self.description)?, declared(self.description)?);
        for entry in entries(self.description, edition, "remove")? {
            if lives_in(part, &declared, self.epoch, &entry) {
                publisher.remove(&entry)?;
            }
            self.live.retain(|live| *live != entry);
        }
        for entry in entries(self.description, edition, "insert")? {
            self.live.push(entry.clone());
            if !lives_in(part, &declared, self.epoch, &entry) {
                continue;
            }
            match publisher.insert(&entry) {
                // No room is left: start over, with everything that is live.
                Err(PublishError::UniverseFull) => publisher = self.anew(edition)?,
                inserted => inserted?,
            }
        }
        let parameters = EditionParameters {
            version: number(edition, "version")?,
            issued_at: number(edition, "issued_at")?,
            next_update: number(edition, "next_update")?,
            max_stale_seconds: max_stale(edition)?,
            least_wait_seconds: least_wait(edition)?,
            expired_before: 0,
            cut_before: 0,
        };
        let mut sign = |message: &[u8]| self.key.sign(message).to_bytes();
        let publication = publisher.publish(&parameters, self.key.verifying_key().to_bytes(), &mut sign)?;
        self.publisher = Some(publisher);
        Ok(publication)
    }

    /// A publisher of the next epoch, with room for about as much as there is.
    fn anew(&mut self, edition: &Value) -> Result<Publisher, Failure> {
        self.epoch += 1;
        let issued_at = number(edition, "issued_at")?;
        let (part, declared) = (part(self.description)?, declared(self.description)?);
        let base = Base {
            tenant: text(self.description, "tenant")?,
            issuers: issuers(self.description)?,
            organization_claim: organization_claim(self.description),
            declared: declared.clone(),
            epoch: self.epoch,
            salt: salt(self.epoch),
            part,
            headroom: Headroom { percent: 100, least: 64, from: issued_at, until: issued_at + 86_400 },
        };
        let mut live = self.live.clone();
        live.retain(|entry| lives_in(part, &declared, self.epoch, entry));
        Ok(Publisher::new(base, &live)?)
    }
}

fn entries(description: &Value, edition: &Value, name: &str) -> Result<Vec<Entry>, Failure> {
    let declared = declared(description)?;
    list(edition, name)?.iter().map(|given| entry(&declared, given)).collect()
}

fn entry(declared: &[DeclaredDimension], given: &Value) -> Result<Entry, Failure> {
    let issuer = text(given, "issuer")?;
    let kind = text(given, "type")?;
    let subject = text(given, "subject").ok();
    if kind == "token" {
        let expires_at = given.get("expires_at").and_then(Value::as_u64);
        return Ok(Entry::Token { issuer, token_id: text(given, "jti")?, expires_at, subject });
    }
    let dimension = dimension(declared, &kind).ok_or_else(|| format!("no such type of entry: {kind}"))?;
    let values = match dimension {
        Dimension::Issuer => vec![issuer.clone()],
        _ => match given.get("values") {
            Some(values) => texts(values),
            None => vec![text(given, "value")?],
        },
    };
    Ok(Entry::CutOff { dimension, issuer, values, not_before: number(given, "not_before")?, subject })
}

fn dimension(declared: &[DeclaredDimension], name: &str) -> Option<Dimension> {
    let built_in = Dimension::BUILT_IN.into_iter().find(|dimension| dimension.name() == Some(name));
    let named = || declared.iter().find(|dimension| dimension.name == name);
    built_in.or_else(|| named().map(DeclaredDimension::dimension))
}

fn declared(description: &Value) -> Result<Vec<DeclaredDimension>, Failure> {
    let given = description.get("declared").and_then(Value::as_array).cloned().unwrap_or_default();
    given.iter().map(declared_dimension).collect()
}

fn declared_dimension(given: &Value) -> Result<DeclaredDimension, Failure> {
    Ok(DeclaredDimension {
        number: u8::try_from(number(given, "number")?)?,
        name: text(given, "name")?,
        members: list(given, "members")?.iter().map(texts).collect(),
        generation_claim: text(given, "generation_claim").ok(),
    })
}

fn issuers(description: &Value) -> Result<Vec<String>, Failure> {
    Ok(list(description, "issuers")?.iter().filter_map(Value::as_str).map(str::to_owned).collect())
}

/// The strings of an array.
fn texts(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn organization_claim(description: &Value) -> String {
    text(description, "organization_claim").unwrap_or_else(|_| "org_id".to_owned())
}

fn max_stale(edition: &Value) -> Result<u32, Failure> {
    Ok(u32::try_from(number_or(edition, "max_stale_seconds", 3_600))?)
}

fn least_wait(edition: &Value) -> Result<u16, Failure> {
    Ok(u16::try_from(number_or(edition, "least_wait_seconds", 0))?)
}

fn part(description: &Value) -> Result<Part, Failure> {
    let shard_bits = u8::try_from(number_or(description, "shard_bits", 0))?;
    Ok(match text(description, "part").unwrap_or_else(|_| "whole".to_owned()).parse()? {
        PartName::Whole => Part::Whole { shard_bits },
        PartName::Common => Part::Common { shard_bits },
        PartName::Shard(shard) => Part::Shard { shard_bits: shard.bits(), number: shard.number() },
    })
}

fn lives_in(part: Part, declared: &[DeclaredDimension], epoch: u32, entry: &Entry) -> bool {
    let home = ShardMap::new(salt(epoch), part.shard_bits()).declaring(declared).part_of(entry);
    part.name() == PartName::Whole || part == home
}

/// Another one for each epoch.
fn salt(epoch: u32) -> [u8; 16] {
    let mut salt = [5; 16];
    salt[..4].copy_from_slice(&epoch.to_le_bytes());
    salt
}

fn encoded(publication: &Publication) -> Value {
    let objects: serde_json::Map<String, Value> = publication
        .objects
        .iter()
        .map(|object| (hex(&object.sha256), URL_SAFE_NO_PAD.encode(&object.bytes).into()))
        .collect();
    let kept: Vec<String> = publication.kept.iter().map(|sha256| hex(sha256)).collect();
    json!({ "manifest": URL_SAFE_NO_PAD.encode(&publication.manifest), "objects": objects, "kept": kept })
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn list<'a>(value: &'a Value, name: &str) -> Result<&'a Vec<Value>, Failure> {
    value.get(name).and_then(Value::as_array).ok_or_else(|| format!("{name}: expected an array").into())
}

fn text(value: &Value, name: &str) -> Result<String, Failure> {
    let text = value.get(name).and_then(Value::as_str).map(str::to_owned);
    text.ok_or_else(|| format!("{name}: expected a string").into())
}

fn number(value: &Value, name: &str) -> Result<u64, Failure> {
    value.get(name).and_then(Value::as_u64).ok_or_else(|| format!("{name}: expected a whole number").into())
}

fn number_or(value: &Value, name: &str, default: u64) -> u64 {
    value.get(name).and_then(Value::as_u64).unwrap_or(default)
}
