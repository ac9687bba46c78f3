//! Builders for the snapshot tests: a publisher with a fixed key, entries, tokens and subscriptions.

#![allow(dead_code, reason = "each test file uses a part")]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a failed builder fails the test"
)]

pub mod dimensions;

use ed25519_dalek::{Signer, SigningKey};
use rescind::{
    Base, Coverage, DeclaredDimension, Dimension, Edition, EditionParameters, Entry, Error, Headroom,
    Identity, Parameters, Part, Publication, RevocationStatus, Subscription, SubscriptionOptions, UnixTime,
    publish,
};

pub const ISSUER: &str = "https://auth.example.com";
pub const OTHER_ISSUER: &str = "https://login.example.org";
/// When publications are signed; tests verify a minute later.
pub const ISSUED_AT: u64 = 1_800_000_000;
pub const NOW: UnixTime = UnixTime::from_seconds(ISSUED_AT + 60);

/// A publisher with everything a publication needs besides its entries.
#[derive(Clone)]
pub struct Publisher {
    pub key: SigningKey,
    pub parameters: Parameters,
}

impl Publisher {
    pub fn new() -> Self {
        Self {
            key: SigningKey::from_bytes(&[1; 32]),
            parameters: Parameters {
                tenant: "main".into(),
                issuers: vec![ISSUER.into(), OTHER_ISSUER.into()],
                edition: Edition { epoch: 1, version: 1 },
                issued_at: ISSUED_AT,
                next_update: ISSUED_AT + 300,
                max_stale_seconds: 3_600,
                salt: *b"0123456789abcdef",
                organization_claim: "org_id".into(),
                part: Part::Whole { shard_bits: 0 },
                least_wait_seconds: 0,
                declared: vec![],
            },
        }
    }

    pub fn version(mut self, version: u64) -> Self {
        self.parameters.edition.version = version;
        self
    }

    pub fn epoch(mut self, epoch: u32) -> Self {
        self.parameters.edition.epoch = epoch;
        self
    }

    /// Shifts every time by `seconds`.
    pub fn later(mut self, seconds: u64) -> Self {
        self.parameters.issued_at += seconds;
        self.parameters.next_update += seconds;
        self
    }

    pub fn public_key(&self) -> [u8; 32] {
        self.key.verifying_key().to_bytes()
    }

    pub fn publish(&self, entries: &[Entry]) -> Publication {
        let sign = &mut |message: &[u8]| self.key.sign(message).to_bytes();
        publish(entries, &self.parameters, self.public_key(), sign).unwrap()
    }

    /// Signs a manifest's body as this publisher: the last 64 bytes become the signature of the others.
    pub fn resign(&self, manifest: &mut [u8]) {
        let (body, signature) = manifest.split_last_chunk_mut::<64>().unwrap();
        *signature = self.key.sign(&[b"rescind-manifest-v1\0", &*body].concat()).to_bytes();
    }

    pub fn options(&self) -> SubscriptionOptions {
        SubscriptionOptions {
            publisher_keys: vec![self.public_key()],
            tenant: self.parameters.tenant.clone(),
            clock_tolerance_seconds: 60,
        }
    }

    pub fn subscription(&self) -> Subscription {
        Subscription::new(self.options()).unwrap()
    }

    /// A subscription that holds these entries.
    pub fn holding(&self, entries: &[Entry]) -> Subscription {
        let mut subscription = self.subscription();
        load(&mut subscription, &self.publish(entries)).unwrap();
        subscription
    }
}

/// A whole update.
pub fn load(subscription: &mut Subscription, publication: &Publication) -> Result<Edition, Error> {
    let plan = subscription.offer_manifest(&publication.manifest, NOW)?;
    for needed in plan.needed {
        let object = publication.objects.iter().find(|object| object.sha256 == needed.sha256).unwrap();
        subscription.offer_object(object.bytes.clone())?;
    }
    subscription.commit()
}

pub fn token(token_id: &str, expires_at: impl Into<Option<u64>>) -> Entry {
    let (issuer, expires_at) = (ISSUER.into(), expires_at.into());
    Entry::Token { issuer, token_id: token_id.into(), expires_at, subject: None }
}

/// A cut-off with this value in every member.
pub fn cut_off(dimension: Dimension, value: &str, not_before: u64) -> Entry {
    let members = if dimension == Dimension::SubjectClient { 2 } else { 1 };
    tuple_cut_off(dimension, &vec![value; members], not_before)
}

pub fn tuple_cut_off(dimension: Dimension, values: &[&str], not_before: u64) -> Entry {
    let values = values.iter().map(|&value| value.into()).collect();
    Entry::CutOff { dimension, issuer: ISSUER.into(), values, not_before, subject: None }
}

pub fn declared_dimension(
    number: u8,
    name: &str,
    members: &[&[&str]],
    generation_claim: Option<&str>,
) -> DeclaredDimension {
    let claims = |claims: &&[&str]| claims.iter().map(|&claim| claim.into()).collect();
    DeclaredDimension {
        number,
        name: name.into(),
        members: members.iter().map(claims).collect(),
        generation_claim: generation_claim.map(Into::into),
    }
}

/// What a verifier would pass on of one token.
#[derive(Clone, Debug)]
pub struct Token {
    pub issuer: String,
    pub key_id: Option<String>,
    pub token_id: Option<String>,
    pub issued_at: Option<i64>,
    pub expires_at: u64,
    /// Claims with one or several string values; a name without values is a claim of another type.
    pub claims: Vec<(String, Vec<String>)>,
    /// Claims that are integers from 0 on.
    pub integers: Vec<(String, u64)>,
}

impl Token {
    pub fn new() -> Self {
        Self {
            issuer: ISSUER.into(),
            key_id: None,
            token_id: None,
            issued_at: Some(i64::try_from(ISSUED_AT).unwrap()),
            expires_at: ISSUED_AT + 900,
            claims: Vec::new(),
            integers: Vec::new(),
        }
    }

    pub fn id(mut self, token_id: &str) -> Self {
        self.token_id = Some(token_id.into());
        self
    }

    pub fn key(mut self, key_id: &str) -> Self {
        self.key_id = Some(key_id.into());
        self
    }

    pub fn from(mut self, issuer: &str) -> Self {
        self.issuer = issuer.into();
        self
    }

    pub fn issued(mut self, issued_at: impl Into<Option<i64>>) -> Self {
        self.issued_at = issued_at.into();
        self
    }

    pub fn expires(mut self, expires_at: u64) -> Self {
        self.expires_at = expires_at;
        self
    }

    pub fn claim(mut self, name: &str, values: &[&str]) -> Self {
        self.claims.push((name.into(), values.iter().map(|&value| value.into()).collect()));
        self
    }

    pub fn integer(mut self, name: &str, value: u64) -> Self {
        self.integers.push((name.into(), value));
        self
    }

    /// The one string value of `sub`.
    pub fn subject(&self) -> Option<&str> {
        let mut values = self.claims.iter().filter(|(name, _)| name == "sub").flat_map(|(_, values)| values);
        values.next().filter(|_| values.next().is_none()).map(String::as_str)
    }

    pub fn status_at(&self, subscription: &Subscription, now: UnixTime) -> RevocationStatus {
        self.with_identity(&|identity| subscription.snapshot().unwrap().status(identity, now))
    }

    /// What all parts together say.
    pub fn status_of(&self, coverage: &Coverage, now: UnixTime) -> RevocationStatus {
        self.with_identity(&|identity| coverage.status(identity, now))
    }

    fn with_identity(&self, status: &dyn Fn(&Identity<'_>) -> RevocationStatus) -> RevocationStatus {
        let claim = |name: &str, sink: &mut dyn FnMut(&str)| {
            let named = self.claims.iter().filter(|(other, _)| other == name);
            named.flat_map(|(_, values)| values).for_each(|value| sink(value));
        };
        let identity = Identity {
            issuer: &self.issuer,
            subject: self.subject(),
            key_id: self.key_id.as_deref(),
            token_id: self.token_id.as_deref(),
            issued_at: self.issued_at,
            expires_at: self.expires_at,
            claim: &claim,
            integer: &|name| self.integers.iter().find(|(other, _)| other == name).map(|(_, value)| *value),
        };
        status(&identity)
    }

    pub fn status(&self, subscription: &Subscription) -> RevocationStatus {
        self.status_at(subscription, NOW)
    }
}

/// The answer for a token that is revoked itself.
pub fn token_revoked() -> RevocationStatus {
    RevocationStatus::Revoked { dimension: "token".into(), since: None, generation: None }
}

/// The answer for a token that falls to a cut-off.
pub fn cut_off_at(dimension: Dimension, since: u64) -> RevocationStatus {
    let since = Some(i64::try_from(since).unwrap());
    RevocationStatus::Revoked { dimension: dimension.name().unwrap().into(), since, generation: None }
}

/// Everything a publisher has put out, by SHA-256.
#[derive(Clone, Default)]
pub struct Store(std::collections::HashMap<[u8; 32], Vec<u8>>);

impl Store {
    /// Takes the objects of a publication; what it says it keeps must be there.
    pub fn put(&mut self, publication: &Publication) {
        self.0.extend(publication.objects.iter().map(|object| (object.sha256, object.bytes.clone())));
        assert!(publication.kept.iter().all(|sha256| self.0.contains_key(sha256)));
    }

    pub fn get(&self, sha256: &[u8; 32]) -> Vec<u8> {
        self.0[sha256].clone()
    }

    /// A whole update; the bytes it fetched.
    pub fn load(
        &self,
        subscription: &mut Subscription,
        manifest: &[u8],
        now: UnixTime,
    ) -> Result<u64, Error> {
        let plan = subscription.offer_manifest(manifest, now)?;
        if plan.unchanged {
            return Ok(0);
        }
        for needed in &plan.needed {
            subscription.offer_object(self.get(&needed.sha256))?;
        }
        subscription.commit()?;
        Ok(plan.needed.iter().map(|needed| needed.length).sum())
    }
}

/// A publisher of many editions, with what it has published.
pub struct Series {
    pub publisher: rescind::Publisher,
    pub store: Store,
    pub key: SigningKey,
    pub edition: EditionParameters,
}

impl Series {
    pub fn new(headroom: Headroom, entries: &[Entry]) -> Self {
        Self::declaring(Vec::new(), headroom, entries)
    }

    /// In an epoch with a salt of its own.
    pub fn of_epoch(epoch: u32, headroom: Headroom, entries: &[Entry]) -> Self {
        let mut parameters = Publisher::new().epoch(epoch).parameters;
        parameters.salt[..4].copy_from_slice(&epoch.to_le_bytes());
        Self::with(parameters, headroom, entries)
    }

    /// With dimensions of the publisher's own.
    pub fn declaring(declared: Vec<DeclaredDimension>, headroom: Headroom, entries: &[Entry]) -> Self {
        Self::with(Parameters { declared, ..Publisher::new().parameters }, headroom, entries)
    }

    fn with(parameters: Parameters, headroom: Headroom, entries: &[Entry]) -> Self {
        let base = Base {
            tenant: parameters.tenant,
            issuers: parameters.issuers,
            organization_claim: parameters.organization_claim,
            declared: parameters.declared,
            epoch: parameters.edition.epoch,
            salt: parameters.salt,
            part: parameters.part,
            headroom,
        };
        Self {
            publisher: rescind::Publisher::new(base, entries).unwrap(),
            store: Store::default(),
            key: Publisher::new().key,
            edition: EditionParameters {
                version: 0,
                issued_at: parameters.issued_at,
                next_update: parameters.next_update,
                max_stale_seconds: parameters.max_stale_seconds,
                least_wait_seconds: parameters.least_wait_seconds,
                expired_before: 0,
                cut_before: 0,
            },
        }
    }

    /// Publishes the next version.
    pub fn publish(&mut self) -> Publication {
        self.edition.version += 1;
        let key = self.key.clone();
        let sign = &mut |message: &[u8]| key.sign(message).to_bytes();
        let publication =
            self.publisher.publish(&self.edition, key.verifying_key().to_bytes(), sign).unwrap();
        self.store.put(&publication);
        publication
    }

    /// A verifier that holds the next version.
    pub fn follower(&mut self) -> Subscription {
        let publication = self.publish();
        let mut follower = Publisher::new().subscription();
        self.store.load(&mut follower, &publication.manifest, NOW).unwrap();
        follower
    }

    /// Publishes entries as one edition.
    pub fn add(&mut self, entries: &[Entry]) -> Publication {
        entries.iter().for_each(|entry| self.publisher.insert(entry).unwrap());
        self.publish()
    }
}

/// Room for what the tests add.
pub fn headroom() -> Headroom {
    Headroom { percent: 25, least: 500, from: ISSUED_AT, until: ISSUED_AT + 3_600 }
}
