//! The verifier under test, kept over all inputs: whatever came before, a good token has to be accepted.

use rescind::{
    Algorithm, Audience, Dimension, Entry, Error, KeySet, KeySource, Policy, RevocationPolicy, Subscription,
    SubscriptionOptions, UnixTime, Verified, Verifier,
};
use serde_json::Value;

use crate::signer::SECRET;
use crate::{CORPUS, Publisher, sign};

/// The issuer of tokens made here.
pub const ISSUER: &str = "https://issuer.example";

/// The publisher's tenant.
pub const TENANT: &str = "fuzz";

/// When everything is judged; the corpus's own time.
pub const NOW: UnixTime = UnixTime::from_seconds(1_800_000_000);

/// A case of the corpus that is accepted: under ES256.
const GOOD: &str = "008-valid-ES256-p256";

const CLAIMS: &str = r#"{"iss":"https://issuer.example","sub":"alice","aud":"api","iat":1799999990,"exp":1800000900,
    "jti":"good","sid":"session","client_id":"client","org_id":"org"}"#;

/// A verifier and a token that it must accept at any time.
pub struct Subject {
    /// The verifier.
    pub verifier: Verifier,
    good: Vec<u8>,
}

impl Subject {
    /// Under one secret, with a snapshot that revokes others in every dimension.
    pub fn with_secret() -> Self {
        let policy = Policy::new(ISSUER, Audience::AnyOf(vec!["api".into()]), RevocationPolicy::ENFORCE)
            .and_then(|policy| policy.algorithms(&[Algorithm::Hs256]))
            .and_then(|policy| policy.required_claims(&["sub"]))
            .expect("the policy is valid");
        let mut verifier = Verifier::new(policy);
        verifier.set_keys(KeySet::from_secret(&SECRET, Algorithm::Hs256).expect("the secret is long enough"));
        verifier.subscribe(subscribed(&entries()));
        Self { verifier, good: sign(br#"{"alg":"HS256"}"#, CLAIMS.as_bytes()) }
    }

    /// With the keys and the policy of the attack corpus.
    pub fn with_corpus() -> Self {
        let corpus: Value = serde_json::from_str(CORPUS).expect("the corpus is JSON");
        let profile = &corpus["profiles"]["default"];
        let text = |name: &str| profile[name].as_str().expect("the profile is complete");
        let audience = Audience::AnyOf(vec![text("audience").into()]);
        let policy = Policy::new(text("issuer"), audience, RevocationPolicy::Disabled).expect("valid");
        let mut verifier = Verifier::new(policy);
        let keys = KeySet::from_jwk_set(corpus["jwks"]["main"].to_string().as_bytes(), KeySource::Public);
        verifier.set_keys(keys.expect("the key set is good"));
        let cases = corpus["cases"].as_array().expect("the corpus has cases");
        // Of all algorithms this one is checked fastest, and it is checked after every input.
        let good = cases.iter().find(|case| case["id"] == GOOD);
        let good = good.and_then(|case| case["token"].as_str()).expect("there is a good token");
        Self { verifier, good: good.into() }
    }

    /// The verdict on a token.
    pub fn verify(&mut self, token: &[u8]) -> Result<Verified, Error> {
        self.verifier.verify(token, NOW)
    }

    /// Judges the good token, whatever the verdict.
    pub fn check_runs(&mut self) {
        let _ = self.verifier.verify(&self.good, NOW);
    }

    /// Panics unless the good token is accepted.
    pub fn check(&mut self) {
        let verdict = self.verifier.verify(&self.good, NOW);
        assert!(verdict.is_ok(), "a good token is refused after this input: {verdict:?}");
    }
}

/// A subscription that holds a snapshot of these entries.
fn subscribed(entries: &[Entry]) -> Subscription {
    let publisher = Publisher::default();
    let publication = publisher.publish(entries, 1);
    let options = SubscriptionOptions {
        publisher_keys: vec![publisher.public()],
        tenant: TENANT.into(),
        clock_tolerance_seconds: 5,
    };
    let mut subscription = Subscription::new(options).expect("the options are valid");
    subscription.offer_manifest(&publication.manifest, NOW).expect("the manifest is genuine");
    for object in publication.objects {
        subscription.offer_object(object.bytes).expect("the object is genuine");
    }
    subscription.commit().expect("the publication is complete");
    subscription
}

/// A revocation in every dimension, and of a token; none meets the good one.
fn entries() -> Vec<Entry> {
    let cut_off = |dimension, value: &str| Entry::CutOff {
        dimension,
        issuer: ISSUER.into(),
        value: value.into(),
        not_before: 1_799_999_000,
    };
    let token = |expires_at| Entry::Token { issuer: ISSUER.into(), token_id: "stolen".into(), expires_at };
    vec![
        token(None),
        token(Some(1_800_000_900)),
        cut_off(Dimension::Issuer, ISSUER),
        cut_off(Dimension::Key, "key"),
        cut_off(Dimension::Subject, "mallory"),
        cut_off(Dimension::Session, "lost"),
        cut_off(Dimension::Client, "bad-app"),
        cut_off(Dimension::Organization, "gone"),
    ]
}
