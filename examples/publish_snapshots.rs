//! Publishes snapshots for tools and tests: a JSON description on stdin, signed manifests and objects on stdout.
//!
//! `{ tenant, issuers, organization_claim?, editions: [{ epoch?, version, issued_at, next_update, max_stale_seconds?, entries }] }`, where an
//! entry is `{ type: "token", issuer, jti, expires_at? }` or `{ type, issuer, value?, not_before }` with the name of a
//! dimension as its type, becomes `{ publisher_key, editions: [{ manifest, objects: { SHA-256: … } }] }`, bytes in
//! base64url. The key that signs is a constant: whoever pins it trusts everybody.
//!
//! ```sh
//! cargo run --example publish_snapshots --features publish <description.json
//! ```

use std::io::Read as _;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ed25519_dalek::{Signer as _, SigningKey};
use rescind::{Dimension, Edition, Entry, Parameters, Publication, publish};
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

/// The salt of every epoch here.
const SALT: [u8; 16] = [5; 16];

fn published(description: &Value) -> Result<Value, Failure> {
    let key = SigningKey::from_bytes(&SEED);
    let public = key.verifying_key().to_bytes();
    let mut editions = Vec::new();
    for edition in list(description, "editions")? {
        let entries: Vec<Entry> = list(edition, "entries")?.iter().map(entry).collect::<Result<_, _>>()?;
        let mut sign = |message: &[u8]| key.sign(message).to_bytes();
        editions.push(encoded(&publish(&entries, &parameters(description, edition)?, public, &mut sign)?));
    }
    let x = URL_SAFE_NO_PAD.encode(public);
    Ok(json!({ "publisher_key": { "kty": "OKP", "crv": "Ed25519", "x": x }, "editions": editions }))
}

fn parameters(description: &Value, edition: &Value) -> Result<Parameters, Failure> {
    let or = |name: &str, default| edition.get(name).and_then(Value::as_u64).unwrap_or(default);
    Ok(Parameters {
        tenant: text(description, "tenant")?,
        issuers: list(description, "issuers")?.iter().filter_map(Value::as_str).map(str::to_owned).collect(),
        edition: Edition { epoch: u32::try_from(or("epoch", 1))?, version: number(edition, "version")? },
        issued_at: number(edition, "issued_at")?,
        next_update: number(edition, "next_update")?,
        max_stale_seconds: u32::try_from(or("max_stale_seconds", 3_600))?,
        salt: SALT,
        organization_claim: text(description, "organization_claim").unwrap_or_else(|_| "org_id".to_owned()),
    })
}

fn entry(given: &Value) -> Result<Entry, Failure> {
    let issuer = text(given, "issuer")?;
    let kind = text(given, "type")?;
    if kind == "token" {
        let expires_at = given.get("expires_at").and_then(Value::as_u64);
        return Ok(Entry::Token { issuer, token_id: text(given, "jti")?, expires_at });
    }
    let dimension = dimension(&kind).ok_or_else(|| format!("no such type of entry: {kind}"))?;
    let value = if dimension == Dimension::Issuer { issuer.clone() } else { text(given, "value")? };
    Ok(Entry::CutOff { dimension, issuer, value, not_before: number(given, "not_before")? })
}

fn dimension(name: &str) -> Option<Dimension> {
    use Dimension::{Client, Issuer, Key, Organization, Session, Subject};
    [Issuer, Key, Subject, Session, Client, Organization]
        .into_iter()
        .find(|dimension| dimension.name() == name)
}

fn encoded(publication: &Publication) -> Value {
    let objects: serde_json::Map<String, Value> = publication
        .objects
        .iter()
        .map(|object| (hex(&object.sha256), URL_SAFE_NO_PAD.encode(&object.bytes).into()))
        .collect();
    json!({ "manifest": URL_SAFE_NO_PAD.encode(&publication.manifest), "objects": objects })
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
