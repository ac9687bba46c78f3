//! The attack corpus (../vectors/jwt_attack_corpus.json), run against the crate on any target.

use rescind::{
    Algorithm, Audience, Dimension, Edition, Entry, Error, KeySet, KeySource, Parameters, Part, Policy,
    RevocationPolicy, Subscription, SubscriptionOptions, UnixTime, Verifier, publish,
};
use serde_json::Value;

/// The whole file, compiled in so that browsers have it too.
pub fn corpus() -> Value {
    serde_json::from_str(include_str!("../vectors/jwt_attack_corpus.json")).unwrap()
}

/// Runs every case; answers the score.
pub fn run(corpus: &Value) -> Score {
    let mut score = Score::default();
    for case in corpus["cases"].as_array().unwrap() {
        let accepted = verdict(corpus, case).is_ok();
        score.count(case, accepted == (case["expect"] == "accept"));
    }
    score
}

#[derive(Default)]
pub struct Score {
    pub must: Ratio,
    pub strict: Ratio,
    pub wrong: Vec<String>,
}

#[derive(Default)]
pub struct Ratio {
    pub right: u32,
    pub of: u32,
}

impl std::fmt::Display for Ratio {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.right, self.of)
    }
}

impl Score {
    fn count(&mut self, case: &Value, right: bool) {
        let ratio = if case["level"] == "must" { &mut self.must } else { &mut self.strict };
        ratio.of += 1;
        ratio.right += u32::from(right);
        if !right {
            self.wrong.push(case["id"].to_string());
        }
    }
}

pub fn verdict(corpus: &Value, case: &Value) -> Result<(), Error> {
    let profile = profile(corpus, case["profile"].as_str().unwrap());
    let mut verifier = Verifier::new(policy(&profile, case)?);
    let keys = case.get("jwks").unwrap_or(&corpus["jwks"]["main"]);
    verifier.set_keys(KeySet::from_jwk_set(keys.to_string().as_bytes(), KeySource::Trusted)?);
    if let Some(state) = case.get("revoked") {
        verifier.subscribe(subscription(state, profile["issuer"].as_str().unwrap()));
    }
    verifier.verify(token(case).as_bytes(), NOW).map(drop)
}

const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

fn profile(corpus: &Value, name: &str) -> Value {
    let own = &corpus["profiles"][name];
    let Some(base) = own["extends"].as_str() else { return own.clone() };
    let mut merged = profile(corpus, base);
    merged.as_object_mut().unwrap().extend(own.as_object().unwrap().clone());
    merged
}

fn policy(profile: &Value, case: &Value) -> Result<Policy, Error> {
    let text = |name: &str| profile[name].as_str().unwrap();
    let texts = |name: &str| profile[name].as_array().unwrap().iter().map(|item| item.as_str().unwrap());
    let algorithms: Vec<_> = texts("algorithms").map(|name| Algorithm::from_name(name).unwrap()).collect();
    let required: Vec<_> = texts("required").collect();
    let revocation =
        if case.get("revoked").is_some() { RevocationPolicy::ENFORCE } else { RevocationPolicy::Disabled };
    let policy = Policy::new(text("issuer"), Audience::AnyOf(vec![text("audience").into()]), revocation)?
        .algorithms(&algorithms)?
        .required_claims(&required)?
        .clock_tolerance(60)?
        .max_token_bytes(16384)?
        .max_lifetime(315_360_000)?;
    Ok(match profile["typ"].as_str() {
        Some(typ) => policy.typ(typ),
        None => policy,
    })
}

fn token(case: &Value) -> String {
    let Some(token) = case["token"].as_str() else {
        let recipe = &case["token_gen"];
        let text = |name: &str| recipe[name].as_str().unwrap();
        let count = usize::try_from(recipe["count"].as_u64().unwrap()).unwrap();
        return format!("{}{}{}", text("prefix"), text("repeat").repeat(count), text("suffix"));
    };
    token.into()
}

/// The revocation state of a case, published and loaded as a snapshot.
fn subscription(state: &Value, issuer: &str) -> Subscription {
    let publisher = ed25519_dalek::SigningKey::from_bytes(&[9; 32]);
    let parameters = Parameters {
        tenant: "corpus".into(),
        issuers: vec![issuer.into()],
        edition: Edition { epoch: 1, version: 1 },
        issued_at: 1_799_999_990,
        next_update: 1_800_000_100,
        max_stale_seconds: 3600,
        salt: [5; 16],
        organization_claim: "org".into(),
        part: Part::Whole { shard_bits: 0 },
        least_wait_seconds: 0,
        declared: vec![],
    };
    let public = publisher.verifying_key().to_bytes();
    let mut sign = |message: &[u8]| ed25519_dalek::Signer::sign(&publisher, message).to_bytes();
    let publication = publish(&entries(state, issuer), &parameters, public, &mut sign).unwrap();
    let options = SubscriptionOptions {
        publisher_keys: vec![public],
        tenant: "corpus".into(),
        clock_tolerance_seconds: 60,
    };
    let mut subscription = Subscription::new(options).unwrap();
    subscription.offer_manifest(&publication.manifest, NOW).unwrap();
    for object in publication.objects {
        subscription.offer_object(object.bytes).unwrap();
    }
    subscription.commit().unwrap();
    subscription
}

fn entries(state: &Value, issuer: &str) -> Vec<Entry> {
    let list = |name: &str| state[name].as_array().cloned().unwrap_or_default();
    let text = |value: &Value| value.as_str().unwrap().to_string();
    let cut_off = |dimension, value: String, not_before| Entry::CutOff {
        dimension,
        issuer: issuer.into(),
        values: vec![value],
        not_before,
        subject: None,
    };
    let mut entries = Vec::new();
    for jti in list("jti") {
        entries.push(Entry::Token {
            issuer: issuer.into(),
            token_id: text(&jti),
            expires_at: None,
            subject: None,
        });
    }
    // A listed session, key or client is dead for all its tokens: a cut-off after every iat a token can have.
    for (name, dimension) in
        [("sid", Dimension::Session), ("kid", Dimension::Key), ("client_id", Dimension::Client)]
    {
        entries.extend(list(name).iter().map(|value| cut_off(dimension, text(value), 1_800_000_061)));
    }
    for (subject, time) in state["sub_not_before"].as_object().into_iter().flatten() {
        entries.push(cut_off(Dimension::Subject, subject.clone(), time.as_u64().unwrap()));
    }
    if let Some(time) = state["iss_not_before"].as_u64() {
        entries.push(cut_off(Dimension::Issuer, issuer.into(), time));
    }
    entries
}
