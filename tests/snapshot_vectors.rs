//! The vectors of `tests/format/vectors`, which the reader in Python runs as well: signed objects, good and bad, each
//! named after what is wrong with it. Those of every version of the format stay here.
#![cfg(feature = "publish")]
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "a test fails by panicking")]

use std::fs;
use std::path::PathBuf;

use rescind::{
    Coverage, Error, HighWater, Identity, PartName, Profile, RevocationStatus, SubscriptionOptions, UnixTime,
};
use serde_json::{Value, json};

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/format/vectors")
}

fn index() -> Value {
    serde_json::from_slice(&fs::read(folder().join("index.json")).unwrap()).unwrap()
}

fn file(name: &Value) -> Vec<u8> {
    fs::read(folder().join(name.as_str().unwrap())).unwrap()
}

fn key(index: &Value, name: &str) -> [u8; 32] {
    let hex = index["keys"][name].as_str().unwrap();
    let bytes: Vec<u8> =
        (0..32).map(|at| u8::from_str_radix(&hex[2 * at..2 * at + 2], 16).unwrap()).collect();
    bytes.try_into().unwrap()
}

/// What a vector subscribes to: the whole, or one of several parts.
struct Verifier {
    held: Coverage,
    part: PartName,
}

/// A verifier with the keys of the index, the root's among them where the vector wants it.
fn verifier(index: &Value, vector: &Value) -> Verifier {
    let options = SubscriptionOptions {
        publisher_keys: vec![key(index, "publisher")],
        tenant: index["tenant"].as_str().unwrap().into(),
        clock_tolerance_seconds: index["tolerance"].as_u64().unwrap().try_into().unwrap(),
    };
    let part: PartName = vector["part"].as_str().unwrap().parse().unwrap();
    let profile = if part == PartName::Whole { Profile::Whole } else { Profile::Parts };
    let root = (vector["root"] == true).then(|| key(index, "root"));
    Verifier { held: Coverage::new(profile, &options, root).unwrap(), part }
}

/// What comes of a step: `ok`, a code, or an answer.
fn outcome(verifier: &mut Verifier, step: &Value, now: &Value) -> Value {
    let now = UnixTime::from_seconds(step.get("now").unwrap_or(now).as_u64().unwrap());
    let bytes = step.get("file").map(file).unwrap_or_default();
    let Verifier { held, part } = verifier;
    match step["do"].as_str().unwrap() {
        "manifest" => told(held.offer_manifest(*part, &bytes, now).map(drop)),
        "object" => told(held.offer_object(*part, bytes)),
        "commit" => told(held.commit(&[*part])),
        "keys" => told(held.offer_keys(&bytes).map(drop)),
        "load" => told(load(verifier, &bytes, &step["objects"], now)),
        "high_water" => HighWater::from_bytes(&bytes).map_or(json!("refused"), |mark| {
            held.restore_high_water(*part, mark);
            json!("ok")
        }),
        "look_up" => answer(held, &step["token"], now),
        other => panic!("{other} is no step"),
    }
}

fn told(result: Result<(), Error>) -> Value {
    result.map_or_else(|error| json!(error.code()), |()| json!("ok"))
}

fn load(verifier: &mut Verifier, manifest: &[u8], objects: &Value, now: UnixTime) -> Result<(), Error> {
    let Verifier { held, part } = verifier;
    held.offer_manifest(*part, manifest, now)?;
    objects.as_array().unwrap().iter().try_for_each(|object| held.offer_object(*part, file(object)))?;
    held.commit(&[*part])
}

fn answer(held: &Coverage, token: &Value, now: UnixTime) -> Value {
    let strings = |name: &str, sink: &mut dyn FnMut(&str)| match &token[name] {
        Value::String(text) => sink(text),
        Value::Array(values) if values.iter().all(Value::is_string) => {
            values.iter().filter_map(Value::as_str).for_each(sink);
        }
        _ => {}
    };
    let issued_at = &token["iat"];
    let identity = Identity {
        issuer: token["iss"].as_str().unwrap(),
        subject: token["sub"].as_str(),
        key_id: token["kid"].as_str(),
        token_id: token["jti"].as_str(),
        issued_at: issued_at
            .as_i64()
            .or_else(|| Some(UnixTime::from_seconds_f64(issued_at.as_f64()?)?.floor_seconds())),
        expires_at: token["exp"].as_u64().unwrap(),
        claim: &strings,
        integer: &|name| token[name].as_u64(),
    };
    match held.status(&identity, now) {
        RevocationStatus::NotRevoked => json!({}),
        RevocationStatus::NotCovered(reason) => json!({ "not_covered": reason.name() }),
        RevocationStatus::Revoked { dimension, since: Some(since), .. } => {
            json!({ "revoked": dimension, "since": since })
        }
        RevocationStatus::Revoked { dimension, generation: Some(generation), .. } => {
            json!({ "revoked": dimension, "generation": generation })
        }
        RevocationStatus::Revoked { dimension, .. } => json!({ "revoked": dimension }),
    }
}

/// Steps of a vector that ended otherwise than they should.
fn wrong(index: &Value, vector: &Value) -> Vec<String> {
    let mut held = verifier(index, vector);
    let mut wrong = Vec::new();
    for (at, step) in vector["steps"].as_array().unwrap().iter().enumerate() {
        let found = outcome(&mut held, step, &index["now"]);
        if found != step["expect"] {
            wrong.push(format!("{} step {at}: {found} instead of {}", vector["name"], step["expect"]));
        }
    }
    wrong
}

#[test]
fn every_step_of_every_vector_ends_as_expected() {
    let index = index();
    let vectors = index["vectors"].as_array().unwrap();
    assert!(vectors.len() >= 200);
    let wrong: Vec<String> = vectors.iter().flat_map(|vector| wrong(&index, vector)).collect();
    assert!(wrong.is_empty(), "{} steps:\n{}", wrong.len(), wrong.join("\n"));
}

#[test]
fn every_file_of_the_vectors_is_used() {
    let index = index().to_string();
    for entry in fs::read_dir(folder()).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        assert!(name == "index.json" || index.contains(&format!("\"{name}\"")), "{name}");
    }
}
