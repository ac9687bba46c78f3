//! Status lists over the WebAssembly surface. JavaScript fetches a Status List Token and inflates its list with the
//! host's `DecompressionStream`, so no inflater is downloaded; the token is judged here before and after.

use alloc::vec::Vec;

use wasm_bindgen::prelude::*;

use super::object::{Members, count, object, size};
use super::{Core, NO_TIME, failure};
use crate::{Error, KeySet, KeySource, StatusListOptions, StatusListToken, StatusLists, UnixTime};

#[wasm_bindgen]
impl Core {
    /// From now on judges the status of tokens that carry one: `{ uris, maxAgeSeconds, maxBytes, ownKeys }`. With
    /// `ownKeys` lists are not signed by the keys of tokens, but by those that [`Core::set_status_keys`] gives; until
    /// then by none.
    #[wasm_bindgen(js_name = followStatusLists)]
    pub fn follow_status_lists(&mut self, options: JsValue) -> Result<(), JsValue> {
        let expected = "an object of the documented shape";
        let invalid = || failure(&Error::PolicyInvalid { option: "statusLists", expected });
        let options = Members::of(options).ok_or_else(invalid)?;
        let own_keys = options.value("ownKeys").is_truthy();
        let mut lists = read(&options).ok_or_else(invalid)?.map_err(|error| failure(&error))?;
        if own_keys {
            lists.set_keys(KeySet::default());
        }
        self.verifier.follow_status_lists(lists);
        Ok(())
    }

    /// Replaces the keys that sign lists by a JWK Set of public keys; answers how many serve.
    #[wasm_bindgen(js_name = setStatusKeys)]
    pub fn set_status_keys(&mut self, jwk_set: &[u8]) -> Result<usize, JsValue> {
        let keys = KeySet::from_jwk_set(jwk_set, KeySource::Public).map_err(|error| failure(&error))?;
        let accepted = keys.len();
        self.status_lists()?.set_keys(keys);
        Ok(accepted)
    }

    /// Judges a Status List Token that came from `uri`; answers the compressed list, how far it may inflate, and for
    /// how long it serves.
    #[wasm_bindgen(js_name = readStatusList)]
    pub fn read_status_list(&self, uri: &str, token: &[u8], now: f64) -> Result<JsValue, JsValue> {
        Ok(report(&self.judged(uri, token, now)?))
    }

    /// Takes the same token again, with its list inflated. The token is judged anew: nothing is kept in between.
    #[wasm_bindgen(js_name = holdStatusList)]
    pub fn hold_status_list(
        &mut self,
        uri: &str,
        token: &[u8],
        inflated: Vec<u8>,
        now: f64,
    ) -> Result<(), JsValue> {
        let list = self.judged(uri, token, now)?.with_inflated(inflated).map_err(|error| failure(&error))?;
        self.status_lists()?.hold(list).map_err(|error| failure(&error))
    }

    /// Forgets a list.
    #[wasm_bindgen(js_name = dropStatusList)]
    pub fn drop_status_list(&mut self, uri: &str) -> bool {
        self.verifier.status_lists_mut().is_some_and(|lists| lists.drop_list(uri))
    }

    fn judged(&self, uri: &str, token: &[u8], now: f64) -> Result<StatusListToken, JsValue> {
        let now = UnixTime::from_seconds_f64(now).ok_or(NO_TIME);
        now.and_then(|now| self.verifier.read_status_list(uri, token, now)).map_err(|error| failure(&error))
    }

    fn status_lists(&mut self) -> Result<&mut StatusLists, JsValue> {
        let missing = Error::PolicyInvalid { option: "statusLists", expected: "an object, for this call" };
        self.verifier.status_lists_mut().ok_or_else(|| failure(&missing))
    }
}

fn read(options: &Members) -> Option<Result<StatusLists, Error>> {
    let options = StatusListOptions {
        allowed_uris: options.texts("uris")?,
        max_age_seconds: options.integer("maxAgeSeconds")?,
        max_bytes: usize::try_from(options.integer("maxBytes")?).ok()?,
    };
    Some(StatusLists::new(options))
}

fn report(token: &StatusListToken) -> JsValue {
    object([
        ("compressed", js_sys::Uint8Array::from(token.compressed()).into()),
        ("maxBytes", size(token.max_bytes())),
        ("issuedAt", JsValue::from(token.issued_at().as_seconds_f64())),
        ("usableUntil", JsValue::from(token.usable_until().as_seconds_f64())),
        ("ttlSeconds", token.ttl_seconds().map_or(JsValue::NULL, count)),
    ])
}
