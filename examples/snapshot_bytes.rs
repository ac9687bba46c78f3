//! Publishes what another implementation of RSN/1 publishes as well: a JSON description a line on stdin, the bytes of
//! every edition and the answers from the last one a line on stdout, so that both can be compared
//! (`tests/format/compare.py`).
//!
//! The key that signs is a constant: whoever pins it trusts everybody.

use std::collections::HashMap;
use std::io::{BufRead as _, Write as _};

use ed25519_dalek::{Signer as _, SigningKey};
use rescind::{
    Base, DeclaredDimension, Dimension, Edition, EditionParameters, Entry, Headroom, Identity, Parameters,
    Part, Publication, PublishError, Publisher, RevocationStatus, Subscription, SubscriptionOptions,
    UnixTime, publish,
};
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// The seed of the key that signs.
const SEED: [u8; 32] = [1; 32];

fn main() -> Result<(), Failure> {
    let key = SigningKey::from_bytes(&SEED);
    let mut output = std::io::stdout().lock();
    for line in std::io::stdin().lock().lines() {
        let made = Run::new(&serde_json::from_str(&line?)?, &key)?.made()?;
        writeln!(output, "{made}")?;
    }
    Ok(())
}

/// One description.
struct Run<'a> {
    given: &'a Value,
    key: &'a SigningKey,
    follower: Subscription,
    /// Every object so far, by SHA-256.
    objects: HashMap<[u8; 32], Vec<u8>>,
}

impl<'a> Run<'a> {
    fn new(given: &'a Value, key: &'a SigningKey) -> Result<Self, Failure> {
        let follower = Subscription::new(SubscriptionOptions {
            publisher_keys: vec![key.verifying_key().to_bytes()],
            tenant: text(given, "tenant")?,
            clock_tolerance_seconds: 60,
        })?;
        Ok(Self { given, key, follower, objects: HashMap::new() })
    }

    fn made(mut self) -> Result<Value, Failure> {
        let entries: Vec<Entry> = list(self.given, "entries")?.iter().map(entry).collect::<Result<_, _>>()?;
        let room = &self.given["room"];
        let editions =
            if room.is_null() { vec![self.alone(&entries)?] } else { self.series(room, &entries)? };
        let has_all = editions.last().is_some_and(Value::is_object);
        let answers = if has_all && self.is_whole() { self.answers()? } else { vec![] };
        Ok(json!({ "editions": editions, "answers": answers }))
    }

    /// An edition that nothing follows.
    fn alone(&mut self, entries: &[Entry]) -> Result<Value, Failure> {
        let told = list(self.given, "editions")?.first().ok_or("there is an edition")?;
        let base = self.base(Headroom::default())?;
        let parameters = Parameters {
            tenant: base.tenant,
            issuers: base.issuers,
            edition: Edition { epoch: base.epoch, version: number(told, "version")? },
            issued_at: number(told, "issued_at")?,
            next_update: number(told, "next_update")?,
            max_stale_seconds: number(told, "max_stale")?.try_into()?,
            salt: base.salt,
            organization_claim: base.organization_claim,
            declared: base.declared,
            part: base.part,
            least_wait_seconds: number(told, "least_wait")?.try_into()?,
        };
        let mut sign = |message: &[u8]| self.key.sign(message).to_bytes();
        let publication = publish(entries, &parameters, self.key.verifying_key().to_bytes(), &mut sign)?;
        self.taken(told, &publication)
    }

    /// Editions in one universe; `full` where one does not fit.
    fn series(&mut self, room: &Value, entries: &[Entry]) -> Result<Vec<Value>, Failure> {
        let headroom = Headroom {
            percent: number(room, "percent")?.try_into()?,
            least: number(room, "least")?.try_into()?,
            from: number(room, "from")?,
            until: number(room, "until")?,
        };
        let mut publisher = Publisher::new(self.base(headroom)?, entries)?;
        let mut editions = Vec::new();
        for told in list(self.given, "editions")? {
            if changed(&mut publisher, told)? {
                editions.push(self.next(&mut publisher, told)?);
            } else {
                editions.push(json!("full"));
                break;
            }
        }
        Ok(editions)
    }

    fn next(&mut self, publisher: &mut Publisher, told: &Value) -> Result<Value, Failure> {
        if told["folds"] == true {
            publisher.fold_next();
        }
        let edition = EditionParameters {
            version: number(told, "version")?,
            issued_at: number(told, "issued_at")?,
            next_update: number(told, "next_update")?,
            max_stale_seconds: number(told, "max_stale")?.try_into()?,
            expired_before: number(told, "expired_before")?,
            cut_before: number(told, "cut_before")?,
            least_wait_seconds: number(told, "least_wait")?.try_into()?,
        };
        let mut sign = |message: &[u8]| self.key.sign(message).to_bytes();
        let publication = publisher.publish(&edition, self.key.verifying_key().to_bytes(), &mut sign)?;
        self.taken(told, &publication)
    }

    fn base(&self, headroom: Headroom) -> Result<Base, Failure> {
        Ok(Base {
            tenant: text(self.given, "tenant")?,
            issuers: texts(&self.given["issuers"])?,
            organization_claim: text(self.given, "organization_claim")?,
            declared: list(self.given, "declared")?.iter().map(declared).collect::<Result<_, _>>()?,
            epoch: number(self.given, "epoch")?.try_into()?,
            salt: bytes(&text(self.given, "salt")?)?.try_into().map_err(|_| "the salt has 16 bytes")?,
            headroom,
            part: part(&self.given["part"])?,
        })
    }

    /// The edition's bytes; the follower takes the whole part.
    fn taken(&mut self, told: &Value, publication: &Publication) -> Result<Value, Failure> {
        self.objects.extend(publication.objects.iter().map(|object| (object.sha256, object.bytes.clone())));
        if self.is_whole() {
            self.follow(&publication.manifest, UnixTime::from_seconds(number(told, "issued_at")?))?;
        }
        let known =
            publication.objects.iter().map(|object| object.sha256).chain(publication.kept.iter().copied());
        let objects: serde_json::Map<_, _> =
            known.filter_map(|sha256| Some((hex(&sha256), hex(self.objects.get(&sha256)?).into()))).collect();
        Ok(json!({ "manifest": hex(&publication.manifest), "objects": objects }))
    }

    fn follow(&mut self, manifest: &[u8], now: UnixTime) -> Result<(), Failure> {
        for needed in self.follower.offer_manifest(manifest, now)?.needed {
            let bytes =
                self.objects.get(&needed.sha256).ok_or("an object that is needed was not published")?;
            self.follower.offer_object(bytes.clone())?;
        }
        self.follower.commit()?;
        Ok(())
    }

    fn is_whole(&self) -> bool {
        self.given["part"]["kind"] == "whole"
    }

    fn answers(&self) -> Result<Vec<Value>, Failure> {
        let last = list(self.given, "editions")?.last().ok_or("there is an edition")?;
        let now = UnixTime::from_seconds(number(last, "issued_at")?);
        list(self.given, "tokens")?.iter().map(|token| self.answer(token, now)).collect()
    }

    fn answer(&self, token: &Value, now: UnixTime) -> Result<Value, Failure> {
        let strings = |name: &str, sink: &mut dyn FnMut(&str)| match &token[name] {
            Value::String(text) => sink(text),
            Value::Array(values) if values.iter().all(Value::is_string) => {
                values.iter().filter_map(Value::as_str).for_each(sink);
            }
            _ => {}
        };
        let identity = Identity {
            issuer: token["iss"].as_str().ok_or("a token has an issuer")?,
            subject: token["sub"].as_str(),
            key_id: token["kid"].as_str(),
            token_id: token["jti"].as_str(),
            issued_at: token["iat"].as_i64(),
            expires_at: number(token, "exp")?,
            claim: &strings,
            integer: &|name| token[name].as_u64(),
        };
        let snapshot = self.follower.snapshot().ok_or("an edition was taken")?;
        Ok(answer(snapshot.status(&identity, now)))
    }
}

fn answer(status: RevocationStatus) -> Value {
    match status {
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

/// Changes the set as an edition wants it; whether there was room.
fn changed(publisher: &mut Publisher, told: &Value) -> Result<bool, Failure> {
    for given in list(told, "remove")? {
        publisher.remove(&entry(given)?)?;
    }
    for given in list(told, "insert")? {
        match publisher.insert(&entry(given)?) {
            Err(PublishError::UniverseFull) => return Ok(false),
            inserted => inserted?,
        };
    }
    Ok(true)
}

fn entry(given: &Value) -> Result<Entry, Failure> {
    let issuer = text(given, "issuer")?;
    let subject = given["subject"].as_str().map(Into::into);
    if given["type"] == "token" {
        return Ok(Entry::Token {
            issuer,
            token_id: text(given, "jti")?,
            expires_at: given["exp"].as_u64(),
            subject,
        });
    }
    let dimension = dimension(number(given, "dimension")?)?;
    let (values, not_before) = (texts(&given["values"])?, number(given, "not_before")?);
    Ok(Entry::CutOff { dimension, issuer, values, not_before, subject })
}

fn dimension(number: u64) -> Result<Dimension, Failure> {
    let built_in =
        usize::try_from(number)?.checked_sub(1).and_then(|at| Dimension::BUILT_IN.get(at).copied());
    Ok(built_in.map_or_else(|| number.try_into().map(Dimension::Declared), Ok)?)
}

fn part(given: &Value) -> Result<Part, Failure> {
    let shard_bits = number(given, "shard_bits")?.try_into()?;
    match text(given, "kind")?.as_str() {
        "whole" => Ok(Part::Whole { shard_bits }),
        "common" => Ok(Part::Common { shard_bits }),
        _ => Ok(Part::Shard { shard_bits, number: number(given, "shard")?.try_into()? }),
    }
}

fn declared(given: &Value) -> Result<DeclaredDimension, Failure> {
    let generation = text(given, "generation_claim")?;
    Ok(DeclaredDimension {
        number: number(given, "number")?.try_into()?,
        name: text(given, "name")?,
        members: list(given, "members")?.iter().map(texts).collect::<Result<_, _>>()?,
        generation_claim: (!generation.is_empty()).then_some(generation),
    })
}

fn text(of: &Value, name: &str) -> Result<String, Failure> {
    Ok(of[name].as_str().ok_or_else(|| format!("{name} is a string"))?.into())
}

fn texts(of: &Value) -> Result<Vec<String>, Failure> {
    let values = of.as_array().ok_or("a list of strings")?;
    values.iter().map(|value| Ok(value.as_str().ok_or("a string")?.into())).collect()
}

fn number(of: &Value, name: &str) -> Result<u64, Failure> {
    Ok(of[name].as_u64().ok_or_else(|| format!("{name} is a number"))?)
}

fn list<'a>(of: &'a Value, name: &str) -> Result<&'a Vec<Value>, Failure> {
    Ok(of[name].as_array().ok_or_else(|| format!("{name} is a list"))?)
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn bytes(hex: &str) -> Result<Vec<u8>, Failure> {
    let digits = hex.as_bytes().chunks(2).map(|pair| Ok(u8::from_str_radix(std::str::from_utf8(pair)?, 16)?));
    digits.collect()
}
