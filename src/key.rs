//! JWK Sets (RFC 7517 §5) and shared secrets: each key checked and prepared at import, found by `kid` and `alg`.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use once_cell::race::OnceBox;

use crate::algorithm::{Algorithm, Family};
use crate::base64url::decode_base64url;
use crate::error::{Error, KeyDefect};
use crate::header::Header;
use crate::json::{JsonError, ListLimit, Object, Value};
use crate::jws::KnownHeader;
use crate::limits::{MAX_KEY_ID_BYTES, MAX_KEY_SET_BYTES, MAX_KEYS};
use crate::signature::{KeyMaterial, PreparedKey};
use crate::sort::sort_by;

/// Where a key set comes from, and so what it may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeySource {
    /// Published for everyone: symmetric keys in it are refused.
    Public,
    /// Handed over by the operator: may hold symmetric keys, if it holds nothing else.
    Trusted,
}

/// The keys of one issuer, ready to verify.
///
/// A member that is broken, of an unknown type or not for signatures is left out and told by
/// [`refused`](Self::refused); it does not take the rest of the set down (RFC 7517 §5).
///
/// ```
/// use rescind::{KeySet, KeySource};
/// let set = br#"{"keys":[{"kty":"OKP","crv":"Ed25519","kid":"a","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"},
///                        {"kty":"AKP","kid":"b","alg":"ML-DSA-44","pub":"AA"}]}"#;
/// let keys = KeySet::from_jwk_set(set, KeySource::Public)?;
/// assert_eq!((keys.len(), keys.refused().len()), (1, 1));
/// # Ok::<(), rescind::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct KeySet {
    keys: Vec<Key>,
    refused: Vec<RefusedKey>,
    pub(crate) known_header: OnceBox<KnownHeader>,
}

/// A key that was left out at import.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedKey {
    /// Its `kid`, when it has one that is a string.
    pub key_id: Option<String>,
    /// What is wrong with it.
    pub defect: KeyDefect,
}

#[derive(Debug)]
pub(crate) struct Key {
    key_id: KeyId,
    /// The one algorithm the key declares.
    declared: Option<Algorithm>,
    pub(crate) prepared: PreparedKey,
}

#[derive(Debug, PartialEq, Eq)]
enum KeyId {
    /// The only key there is: whatever `kid` a token names.
    Any,
    Absent,
    Named(String),
}

impl KeySet {
    /// Reads a JWK Set of at most 1 MiB and 256 keys.
    ///
    /// # Errors
    /// [`Error::KeySetTooLarge`], or [`Error::KeySetMalformed`] when it is no object with an array `keys`, or mixes
    /// symmetric with public keys (which invites algorithm confusion).
    pub fn from_jwk_set(json: &[u8], source: KeySource) -> Result<Self, Error> {
        if json.len() > MAX_KEY_SET_BYTES {
            return Err(Error::KeySetTooLarge { limit: MAX_KEY_SET_BYTES });
        }
        let list = ListLimit { name: "keys", most: MAX_KEYS };
        let object = Object::parse_with_list(json, list).map_err(malformed)?;
        let members = object.get("keys").and_then(Value::elements);
        let members = members.ok_or(Error::KeySetMalformed { reason: "no array named keys" })?;
        let mut set = Self::default();
        for member in &members {
            set.import(member, source);
        }
        set.refuse_duplicate_key_ids();
        set.refuse_mixture()?;
        Ok(set)
    }

    /// One shared secret for one HMAC algorithm; tokens may name any `kid`.
    ///
    /// # Errors
    /// [`Error::KeyRefused`] when the secret is shorter than the hash (RFC 7518 §3.2) or longer than 4096 bytes, or
    /// the algorithm is not an HMAC.
    pub fn from_secret(secret: &[u8], algorithm: Algorithm) -> Result<Self, Error> {
        let refused = |reason| Error::KeyRefused { reason };
        if algorithm.family() != Family::Hmac {
            return Err(refused(KeyDefect::AlgUnsupported));
        }
        let prepared = PreparedKey::new(KeyMaterial::Secret(secret)).map_err(refused)?;
        if !prepared.supports(algorithm) {
            return Err(refused(KeyDefect::SecretLength));
        }
        let key = Key { key_id: KeyId::Any, declared: Some(algorithm), prepared };
        Ok(Self { keys: [key].into(), ..Self::default() })
    }

    /// How many keys can verify.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether no key can verify.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    /// The members that were left out, in their order.
    pub fn refused(&self) -> &[RefusedKey] {
        &self.refused
    }

    /// How many of the keys are RSA keys.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn rsa_keys(&self) -> usize {
        self.keys.iter().filter(|key| key.prepared.family() == Family::Rsa).count()
    }

    /// Lets an accelerator serve the keys that it can. Answers how many it does.
    #[cfg(target_arch = "wasm32")]
    pub(crate) fn accelerate(&mut self, accelerator: &'static dyn crate::signature::Accelerator) -> usize {
        self.keys.iter_mut().map(|key| usize::from(key.prepared.accelerate(accelerator))).sum()
    }

    /// The only key and the algorithm it declares.
    pub(crate) fn only_key(&self) -> Option<(&PreparedKey, Algorithm)> {
        match self.keys.as_slice() {
            [key] => key.declared.map(|algorithm| (&key.prepared, algorithm)),
            _ => None,
        }
    }

    /// The one key that may verify a token with this header (RFC 8725 §3.1: one key, one algorithm).
    ///
    /// A key without `alg` serves the first allowed algorithm that fits its type.
    pub(crate) fn find(&self, header: &Header, allowed: &[Algorithm]) -> Result<&Key, Error> {
        let key = match header.key_id.as_deref() {
            Some(key_id) => self.named(key_id)?,
            None => return self.only_candidate(header.algorithm, allowed),
        };
        if key.serves(header.algorithm, allowed) { Ok(key) } else { Err(Error::KeyAlgMismatch) }
    }

    fn named(&self, key_id: &str) -> Result<&Key, Error> {
        if let Some(key) = self.keys.iter().find(|key| key.key_id.matches(key_id)) {
            return Ok(key);
        }
        match self.refused.iter().find(|refused| refused.key_id.as_deref() == Some(key_id)) {
            Some(refused) => Err(Error::KeyRefused { reason: refused.defect }),
            None => Err(Error::KeyNotFound),
        }
    }

    fn only_candidate(&self, algorithm: Algorithm, allowed: &[Algorithm]) -> Result<&Key, Error> {
        let mut candidates = self.keys.iter().filter(|key| key.serves(algorithm, allowed));
        match (candidates.next(), candidates.next()) {
            (Some(key), None) => Ok(key),
            (None, _) => Err(Error::KeyNotFound),
            (Some(_), Some(_)) => Err(Error::KeyAmbiguous),
        }
    }

    fn import(&mut self, member: &Value<'_>, source: KeySource) {
        let jwk = match member {
            Value::Object(text) => Object::parse(text.as_bytes()).ok(),
            _ => None,
        };
        let key_id = jwk.as_ref().and_then(|jwk| jwk.get("kid")?.as_str().map(str::to_string));
        match jwk.ok_or(KeyDefect::Malformed).and_then(|jwk| Key::from_jwk(&jwk, source)) {
            Ok(key) => self.keys.push(key),
            Err(defect) => self.refused.push(RefusedKey { key_id, defect }),
        }
    }

    /// Two keys of one name: nobody can tell which was meant, so neither serves (RFC 7517 §4.5). A broken key counts,
    /// one of a foreign type or use does not: it could never be meant here.
    fn refuse_duplicate_key_ids(&mut self) {
        let foreign = [KeyDefect::TypeUnsupported, KeyDefect::UseForbids];
        let broken = self.refused.iter().filter(|key| !foreign.contains(&key.defect));
        let mut names: Vec<String> = broken.filter_map(|key| key.key_id.clone()).collect();
        names.extend(self.keys.iter().filter_map(|key| key.key_id.named()));
        sort_by(&mut names, |one, other| one < other);
        let twice = names.windows(2).filter(|pair| matches!(pair, [a, b] if a == b));
        let mut twice: Vec<String> = twice.filter_map(|pair| pair.first().cloned()).collect();
        twice.dedup();
        for name in twice {
            self.keys.retain(|key| !key.key_id.matches(&name));
            self.refused.push(RefusedKey { key_id: Some(name), defect: KeyDefect::DuplicateKid });
        }
    }

    fn refuse_mixture(&self) -> Result<(), Error> {
        let symmetric = self.keys.iter().filter(|key| key.prepared.family() == Family::Hmac).count();
        if symmetric == 0 || symmetric == self.keys.len() {
            return Ok(());
        }
        Err(Error::KeySetMalformed { reason: "symmetric and public keys in one set" })
    }
}

impl KeyId {
    fn matches(&self, key_id: &str) -> bool {
        match self {
            Self::Any => true,
            Self::Absent => false,
            Self::Named(name) => name == key_id,
        }
    }

    fn named(&self) -> Option<String> {
        match self {
            Self::Named(name) => Some(name.clone()),
            Self::Any | Self::Absent => None,
        }
    }
}

impl Key {
    fn from_jwk(jwk: &Object<'_>, source: KeySource) -> Result<Self, KeyDefect> {
        check_use(jwk)?;
        let key_id = match jwk.get("kid") {
            None => KeyId::Absent,
            Some(Value::String(kid)) if kid.len() <= MAX_KEY_ID_BYTES => KeyId::Named(kid.to_string()),
            Some(_) => return Err(KeyDefect::Malformed),
        };
        let prepared = prepare(jwk, source)?;
        let declared = declared_algorithm(jwk)?;
        if declared.is_some_and(|algorithm| !prepared.supports(algorithm)) {
            return Err(KeyDefect::AlgUnsupported);
        }
        Ok(Self { key_id, declared, prepared })
    }

    fn serves(&self, algorithm: Algorithm, allowed: &[Algorithm]) -> bool {
        match self.declared {
            Some(declared) => declared == algorithm,
            None if self.prepared.family() == Family::Ed25519 => self.prepared.supports(algorithm),
            None => allowed.iter().find(|allowed| self.prepared.supports(**allowed)) == Some(&algorithm),
        }
    }
}

fn prepare(jwk: &Object<'_>, source: KeySource) -> Result<PreparedKey, KeyDefect> {
    const PRIVATE: [&str; 7] = ["d", "p", "q", "dp", "dq", "qi", "oth"];
    let text = |name| jwk.get(name).and_then(Value::as_str);
    let key_type = text("kty").ok_or(KeyDefect::Malformed)?;
    if key_type == "oct" {
        return match source {
            KeySource::Public => Err(KeyDefect::PrivateMaterial),
            KeySource::Trusted => PreparedKey::new(KeyMaterial::Secret(&octets(jwk, "k")?)),
        };
    }
    if PRIVATE.iter().any(|name| jwk.get(name).is_some()) {
        return Err(KeyDefect::PrivateMaterial);
    }
    match (key_type, text("crv")) {
        ("RSA", _) => PreparedKey::new(KeyMaterial::Rsa { n: &octets(jwk, "n")?, e: &octets(jwk, "e")? }),
        ("EC", Some(curve)) => prepare_point(curve, &octets(jwk, "x")?, &octets(jwk, "y")?),
        ("OKP", Some("Ed25519")) => PreparedKey::new(KeyMaterial::Ed25519 { x: &octets(jwk, "x")? }),
        ("EC" | "OKP", None) => Err(KeyDefect::Malformed),
        _ => Err(KeyDefect::TypeUnsupported),
    }
}

fn prepare_point(curve: &str, x: &[u8], y: &[u8]) -> Result<PreparedKey, KeyDefect> {
    match curve {
        "P-256" => PreparedKey::new(KeyMaterial::P256 { x, y }),
        "P-384" => PreparedKey::new(KeyMaterial::P384 { x, y }),
        "P-521" => PreparedKey::new(KeyMaterial::P521 { x, y }),
        _ => Err(KeyDefect::TypeUnsupported),
    }
}

fn octets(jwk: &Object<'_>, name: &str) -> Result<Vec<u8>, KeyDefect> {
    let text = jwk.get(name).and_then(Value::as_str).ok_or(KeyDefect::Malformed)?;
    decode_base64url(text.as_bytes()).map_err(|_| KeyDefect::Malformed)
}

fn declared_algorithm(jwk: &Object<'_>) -> Result<Option<Algorithm>, KeyDefect> {
    match jwk.get("alg") {
        None => Ok(None),
        Some(Value::String(name)) => Algorithm::from_name(name).map(Some).ok_or(KeyDefect::AlgUnsupported),
        Some(_) => Err(KeyDefect::Malformed),
    }
}

/// `use` and `key_ops`, where present, must allow verification (RFC 7517 §4.2, §4.3).
fn check_use(jwk: &Object<'_>) -> Result<(), KeyDefect> {
    if jwk.get("use").is_some_and(|key_use| key_use.as_str() != Some("sig")) {
        return Err(KeyDefect::UseForbids);
    }
    let Some(operations) = jwk.get("key_ops") else {
        return Ok(());
    };
    let operations = operations.elements().ok_or(KeyDefect::Malformed)?;
    if operations.iter().any(|operation| operation.as_str() == Some("verify")) {
        Ok(())
    } else {
        Err(KeyDefect::UseForbids)
    }
}

fn malformed(error: JsonError) -> Error {
    let reason = match error {
        JsonError::Syntax(reason) => reason,
        JsonError::Duplicate(_) => "a member name stands twice",
        JsonError::Depth => "nested too deep",
        JsonError::Utf8 => "not UTF-8",
        JsonError::Elements => return Error::KeySetTooLarge { limit: MAX_KEYS },
    };
    Error::KeySetMalformed { reason }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    const ED: &str = r#""kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo""#;

    fn import(members: &str) -> KeySet {
        KeySet::from_jwk_set(format!(r#"{{"keys":[{members}]}}"#).as_bytes(), KeySource::Public).unwrap()
    }

    fn defect(member: &str) -> Option<KeyDefect> {
        import(member).refused().first().map(|refused| refused.defect)
    }

    #[test]
    fn broken_member_does_not_take_the_set_down() {
        let keys = import(&format!(r#"null,7,{{}},{{"kty":"AKP"}},{{{ED},"kid":"good"}}"#));
        assert_eq!((keys.len(), keys.refused().len()), (1, 4));
    }

    #[test]
    fn key_not_for_verification_is_refused() {
        assert_eq!(defect(&format!(r#"{{{ED},"use":"enc"}}"#)), Some(KeyDefect::UseForbids));
        assert_eq!(defect(&format!(r#"{{{ED},"key_ops":["sign"]}}"#)), Some(KeyDefect::UseForbids));
        assert_eq!(defect(&format!(r#"{{{ED},"key_ops":"verify"}}"#)), Some(KeyDefect::Malformed));
        assert_eq!(defect(&format!(r#"{{{ED},"use":"sig","key_ops":["verify"]}}"#)), None);
    }

    #[test]
    fn private_and_symmetric_material_is_refused_in_a_public_set() {
        assert_eq!(defect(&format!(r#"{{{ED},"d":"AA"}}"#)), Some(KeyDefect::PrivateMaterial));
        let secret = "A".repeat(43);
        assert_eq!(defect(&format!(r#"{{"kty":"oct","k":"{secret}"}}"#)), Some(KeyDefect::PrivateMaterial));
    }

    #[test]
    fn two_keys_of_one_name_serve_nothing() {
        let keys = import(&format!(r#"{{{ED},"kid":"a"}},{{{ED},"kid":"a"}},{{{ED},"kid":"b"}}"#));
        assert_eq!(keys.len(), 1);
        assert_eq!(
            keys.refused(),
            [RefusedKey { key_id: Some("a".into()), defect: KeyDefect::DuplicateKid }]
        );
    }

    #[test]
    fn declared_algorithm_must_fit_the_key() {
        for alg in ["ES256", "RS256", "ed25519", "ES521", "none"] {
            let refused = defect(&format!(r#"{{{ED},"alg":"{alg}"}}"#));
            assert_eq!(refused, Some(KeyDefect::AlgUnsupported), "{alg}");
        }
    }

    #[test]
    fn key_set_over_the_limits_is_refused_whole() {
        let members = alloc::vec!["{}"; MAX_KEYS + 1].join(",");
        let set = format!(r#"{{"keys":[{members}]}}"#);
        let refused = KeySet::from_jwk_set(set.as_bytes(), KeySource::Public).unwrap_err();
        assert_eq!(refused, Error::KeySetTooLarge { limit: MAX_KEYS });
        let refused = KeySet::from_jwk_set(&[b' '; MAX_KEY_SET_BYTES + 1], KeySource::Public).unwrap_err();
        assert_eq!(refused, Error::KeySetTooLarge { limit: MAX_KEY_SET_BYTES });
    }

    #[test]
    fn short_secret_is_refused_for_its_hash() {
        let refused = Error::KeyRefused { reason: KeyDefect::SecretLength };
        assert_eq!(KeySet::from_secret(&[1; 31], Algorithm::Hs256).unwrap_err(), refused);
        assert_eq!(KeySet::from_secret(&[1; 32], Algorithm::Hs512).unwrap_err(), refused);
        assert_eq!(KeySet::from_secret(&[], Algorithm::Hs256).unwrap_err(), refused);
        assert!(KeySet::from_secret(&[1; 64], Algorithm::Hs512).is_ok());
    }
}
