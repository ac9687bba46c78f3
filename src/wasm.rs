//! The WebAssembly surface: moves bytes and names between JavaScript and the verifier, and decides nothing.
//!
//! A token is written into the memory that [`Core::reserve`] points to; [`Core::verify`] answers a number, and the
//! claims are read where they lie. So the hot path allocates no JavaScript string and copies each text once.

mod accelerator;
mod object;
mod snapshot;
mod status_list;

use alloc::boxed::Box;
use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use wasm_bindgen::prelude::*;

use self::object::{Members, list, object, object_of, size};
use crate::base64url::decode_base64url;
use crate::{
    Algorithm, Audience, Coverage, Detail, Error, KeySet, KeySource, OnNotCovered, OnStale, Policy, Profile,
    RevocationEvidence, RevocationPolicy, SubscriptionOptions, UnixTime, Verified, Verifier,
};

/// One verifier: a policy, its keys and its snapshot.
#[wasm_bindgen]
#[derive(Debug)]
pub struct Core {
    verifier: Verifier,
    token: Vec<u8>,
    accepted: Option<Verified>,
    report: Box<[f64; REPORT_LENGTH]>,
    failure: Option<Error>,
}

#[wasm_bindgen]
impl Core {
    /// Makes a verifier; throws a failure when an option is missing or out of range.
    #[wasm_bindgen(constructor)]
    pub fn new(policy: JsValue) -> Result<Core, JsValue> {
        let shape = Error::PolicyInvalid { option: "policy", expected: "an object of the documented shape" };
        let options = Members::of(policy).and_then(|members| CorePolicy::read(&members));
        let options = options.ok_or_else(|| failure(&shape))?;
        let verifier = options.verifier().map_err(|error| failure(&error))?;
        Ok(Core { verifier, token: Vec::new(), accepted: None, report: Box::default(), failure: None })
    }

    /// Replaces the keys by a JWK Set; answers how many were accepted and which were refused.
    #[wasm_bindgen(js_name = setKeys)]
    pub fn set_keys(&mut self, jwk_set: &[u8], source: &str) -> Result<JsValue, JsValue> {
        let source = if source == "trusted" { KeySource::Trusted } else { KeySource::Public };
        let mut keys = KeySet::from_jwk_set(jwk_set, source).map_err(|error| failure(&error))?;
        accelerator::accelerate(&mut keys);
        let report = key_report(&keys);
        self.verifier.set_keys(keys);
        Ok(report)
    }

    /// Lets the accelerator that was set meanwhile serve the present keys: same answers, sooner. Answers how many.
    pub fn accelerate(&mut self) -> usize {
        accelerator::accelerate(self.verifier.keys_mut())
    }

    /// Replaces the keys by one shared secret.
    #[wasm_bindgen(js_name = setSecret)]
    pub fn set_secret(&mut self, secret: &[u8], alg: &str) -> Result<(), JsValue> {
        let invalid = Error::PolicyInvalid { option: "keys.alg", expected: "HS256, HS384 or HS512" };
        let keys = Algorithm::from_name(alg).ok_or(invalid).and_then(|alg| KeySet::from_secret(secret, alg));
        self.verifier.set_keys(keys.map_err(|error| failure(&error))?);
        Ok(())
    }

    /// Whether there is a key that can verify.
    #[wasm_bindgen(js_name = hasKeys)]
    pub fn has_keys(&self) -> bool {
        !self.verifier.keys().is_empty()
    }

    /// A pointer to `bytes` writable bytes, or 0 when a token of that length is refused anyway.
    pub fn reserve(&mut self, bytes: usize) -> *const u8 {
        if bytes > self.verifier.policy().max_token_bytes + RESERVE_SLACK {
            return core::ptr::null();
        }
        if self.token.len() < bytes {
            self.token.resize(bytes, 0);
        }
        self.token.as_ptr()
    }

    /// Judges the first `bytes` reserved bytes at `now`: 0 when accepted, else 1 + the index of the error code.
    pub fn verify(&mut self, bytes: usize, now: f64) -> usize {
        let token = self.token.get(..bytes).unwrap_or_default();
        let now = UnixTime::from_seconds_f64(now).ok_or(NO_TIME);
        match now.and_then(|now| self.verifier.verify(token, now)) {
            Ok(verified) => {
                *self.report = report_of(&verified);
                self.accepted = Some(verified);
                0
            }
            Err(error) => self.refuse(error),
        }
    }

    /// Records the refusal of a token that was too long to be copied in.
    #[wasm_bindgen(js_name = tooLarge)]
    pub fn too_large(&mut self, bytes: usize) -> usize {
        let limit = self.verifier.policy().max_token_bytes;
        self.refuse(Error::TokenTooLarge { bytes, limit })
    }

    fn refuse(&mut self, error: Error) -> usize {
        let status = Error::CODES.iter().position(|code| *code == error.code());
        self.accepted = None;
        self.failure = Some(error);
        1 + status.unwrap_or(Error::CODES.len())
    }

    /// A pointer to seven numbers of eight bytes each about the last accepted token, at the same place for as long as
    /// this verifier lives: where its claims lie and how many bytes they have, the same of its header (both UTF-8
    /// JSON), what the look-up said (0 disabled, 1 not revoked, 2 accepted though not covered), and from when on until
    /// when, exclusively, in seconds since the Unix epoch, it gets the same answer from these keys and this snapshot.
    pub fn report(&self) -> *const f64 {
        self.report.as_ptr()
    }

    /// Why the last refused token was refused.
    pub fn failure(&self) -> JsValue {
        self.failure.as_ref().map_or(JsValue::UNDEFINED, failure)
    }
}

/// Every error code, in the order that [`Core::verify`] numbers them by.
#[wasm_bindgen(js_name = errorCodes)]
pub fn error_codes() -> Vec<String> {
    Error::CODES.iter().map(|code| String::from(*code)).collect()
}

/// The version of this build.
#[wasm_bindgen]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").to_string()
}

/// What [`Core::report`] points to.
fn report_of(verified: &Verified) -> [f64; REPORT_LENGTH] {
    let [claims, header] = [verified.claims_json(), verified.header_json()];
    let during = verified.unchanged_during();
    let revocation = match verified.evidence().revocation {
        RevocationEvidence::Disabled => 0.0,
        RevocationEvidence::NotRevoked => 1.0,
        RevocationEvidence::NotCovered(_) => 2.0,
    };
    [
        number(claims.as_ptr().addr()),
        number(claims.len()),
        number(header.as_ptr().addr()),
        number(header.len()),
        revocation,
        during.start.as_seconds_f64(),
        during.end.as_seconds_f64(),
    ]
}

/// Exact: wasm memory has 32-bit addresses.
fn number(address_or_length: usize) -> f64 {
    u32::try_from(address_or_length).map_or(f64::NAN, f64::from)
}

const REPORT_LENGTH: usize = 7;

/// UTF-8 needs up to three bytes for a UTF-16 code unit; JavaScript refuses longer tokens before it copies them.
const RESERVE_SLACK: usize = 3;

const NO_TIME: Error = Error::PolicyInvalid { option: "now", expected: "a finite number of seconds" };

struct CorePolicy {
    issuer: String,
    audience: Option<Vec<String>>,
    algorithms: Vec<String>,
    typ: Option<String>,
    required_claims: Vec<String>,
    clock_tolerance_seconds: u32,
    max_token_bytes: usize,
    max_lifetime_seconds: u32,
    revocations: Option<CoreRevocations>,
}

struct CoreRevocations {
    publisher_keys: Vec<String>,
    root_key: Option<String>,
    profile: Option<String>,
    tenant: String,
    on_stale: String,
    on_not_covered: String,
}

impl CorePolicy {
    fn read(members: &Members) -> Option<Self> {
        let revocations =
            |members: &Members, name: &str| CoreRevocations::read(&Members::of(members.value(name))?);
        Some(Self {
            issuer: members.text("issuer")?,
            audience: members.optional("audience", Members::texts)?,
            algorithms: members.texts("algorithms")?,
            typ: members.optional("typ", Members::text)?,
            required_claims: members.texts("requiredClaims")?,
            clock_tolerance_seconds: members.integer("clockToleranceSeconds")?,
            max_token_bytes: usize::try_from(members.integer("maxTokenBytes")?).ok()?,
            max_lifetime_seconds: members.integer("maxLifetimeSeconds")?,
            revocations: members.optional("revocations", revocations)?,
        })
    }

    fn verifier(&self) -> Result<Verifier, Error> {
        let mut verifier = Verifier::new(self.policy()?);
        if let Some(revocations) = &self.revocations {
            verifier.subscribe(revocations.coverage(self.clock_tolerance_seconds)?);
        }
        Ok(verifier)
    }

    fn policy(&self) -> Result<Policy, Error> {
        let audience = self.audience.clone().map_or(Audience::Unchecked, Audience::AnyOf);
        let revocation =
            self.revocations.as_ref().map_or(RevocationPolicy::Disabled, CoreRevocations::policy);
        let unknown =
            Error::PolicyInvalid { option: "algorithms", expected: "registered signature algorithms" };
        let algorithms: Option<Vec<_>> =
            self.algorithms.iter().map(|name| Algorithm::from_name(name)).collect();
        let required: Vec<&str> = self.required_claims.iter().map(String::as_str).collect();
        let policy = Policy::new(&self.issuer, audience, revocation)?
            .algorithms(&algorithms.ok_or(unknown)?)?
            .required_claims(&required)?
            .clock_tolerance(self.clock_tolerance_seconds)?
            .max_token_bytes(self.max_token_bytes)?
            .max_lifetime(self.max_lifetime_seconds)?;
        Ok(match &self.typ {
            Some(typ) => policy.typ(typ),
            None => policy,
        })
    }
}

impl CoreRevocations {
    fn read(members: &Members) -> Option<Self> {
        Some(Self {
            publisher_keys: members.texts("publisherKeys")?,
            root_key: members.optional("rootKey", Members::text)?,
            profile: members.optional("profile", Members::text)?,
            tenant: members.text("tenant")?,
            on_stale: members.text("onStale")?,
            on_not_covered: members.text("onNotCovered")?,
        })
    }

    /// Anything but the lenient word is the strict choice.
    fn policy(&self) -> RevocationPolicy {
        RevocationPolicy::Enforce {
            on_stale: if self.on_stale == "accept" { OnStale::Accept } else { OnStale::Reject },
            on_not_covered: if self.on_not_covered == "accept" {
                OnNotCovered::Accept
            } else {
                OnNotCovered::Reject
            },
        }
    }

    fn coverage(&self, clock_tolerance_seconds: u32) -> Result<Coverage, Error> {
        let invalid = |option, expected| Error::PolicyInvalid { option, expected };
        let key =
            |text: &String| -> Option<[u8; 32]> { decode_base64url(text.as_bytes()).ok()?.try_into().ok() };
        let publisher_keys: Option<Vec<[u8; 32]>> = self.publisher_keys.iter().map(key).collect();
        let no_keys = invalid("revocations.publisherKeys", "Ed25519 public JWKs (RFC 8037)");
        let options = SubscriptionOptions {
            publisher_keys: publisher_keys.ok_or(no_keys)?,
            tenant: self.tenant.clone(),
            clock_tolerance_seconds,
        };
        let no_root = invalid("revocations.rootKey", "an Ed25519 public JWK (RFC 8037)");
        let root_key = self.root_key.as_ref().map(|text| key(text).ok_or(no_root)).transpose()?;
        let profile = match self.profile.as_deref() {
            None | Some("whole") => Profile::Whole,
            Some("parts") => Profile::Parts,
            Some(_) => return Err(invalid("revocations.profile", "\"whole\" or \"parts\"")),
        };
        Coverage::new(profile, &options, root_key)
    }
}

/// How many keys were accepted, how many of them are RSA, and which were refused.
fn key_report(keys: &KeySet) -> JsValue {
    let refused = keys.refused().iter().map(|key| {
        let kid = key.key_id.as_deref().map_or(JsValue::NULL, JsValue::from);
        object([("kid", kid), ("reason", key.defect.name().into())])
    });
    object([("accepted", size(keys.len())), ("rsa", size(keys.rsa_keys())), ("refused", list(refused))])
}

/// `{ code, message, details }`: data, not an exception class, so that one place in JavaScript gives it its class.
fn failure(error: &Error) -> JsValue {
    let details = error.details();
    let details = details.into_iter().map(|(name, value)| (name, detail(value)));
    object([
        ("code", error.code().into()),
        ("message", error.to_string().into()),
        ("details", object_of(details)),
    ])
}

#[expect(clippy::as_conversions, reason = "seconds and sizes; beyond 2^53 the nearest number is shown")]
fn detail(value: Detail) -> JsValue {
    match value {
        Detail::Text(text) => JsValue::from(text),
        Detail::Number(number) => JsValue::from(number as f64),
    }
}
