//! Plain JavaScript objects, read and made member by member.
//!
//! Without serde: its numbers bring the formatting of floats into the module.

use alloc::string::String;
use alloc::vec::Vec;

use js_sys::{Array, Object, Reflect};
use wasm_bindgen::{JsCast as _, JsValue};

/// An object that JavaScript passed in. Whatever has the wrong type counts as missing.
#[derive(Debug)]
pub(super) struct Members(JsValue);

impl Members {
    /// `None` unless `value` is an object.
    pub(super) fn of(value: JsValue) -> Option<Self> {
        value.is_object().then_some(Self(value))
    }

    /// A member; `undefined` when there is none.
    pub(super) fn value(&self, name: &str) -> JsValue {
        Reflect::get(&self.0, &name.into()).unwrap_or_default()
    }

    /// A string.
    pub(super) fn text(&self, name: &str) -> Option<String> {
        self.value(name).as_string()
    }

    /// A list of strings and nothing else.
    pub(super) fn texts(&self, name: &str) -> Option<Vec<String>> {
        let list: Array = self.value(name).dyn_into().ok()?;
        list.iter().map(|item| item.as_string()).collect()
    }

    /// A whole number below 2^32.
    pub(super) fn integer(&self, name: &str) -> Option<u32> {
        let number = self.value(name).as_f64()?;
        #[expect(clippy::as_conversions, reason = "casts from floats saturate; an inexact one is refused")]
        let integer = number as u32;
        (f64::from(integer) == number).then_some(integer)
    }

    /// What `read` makes of a member that is there: `Some(None)` when it is `null` or missing.
    pub(super) fn optional<T>(
        &self,
        name: &str,
        read: impl FnOnce(&Self, &str) -> Option<T>,
    ) -> Option<Option<T>> {
        let value = self.value(name);
        if value.is_null() || value.is_undefined() { Some(None) } else { read(self, name).map(Some) }
    }
}

/// A new plain object with these members.
pub(super) fn object<const N: usize>(members: [(&str, JsValue); N]) -> JsValue {
    object_of(members.into_iter())
}

/// A new plain object.
pub(super) fn object_of<'a>(members: impl Iterator<Item = (&'a str, JsValue)>) -> JsValue {
    let object = Object::new();
    for (name, value) in members {
        // Cannot fail on a fresh plain object.
        let _set = Reflect::set(&object, &name.into(), &value);
    }
    object.into()
}

/// A new array.
pub(super) fn list(items: impl Iterator<Item = JsValue>) -> JsValue {
    items.collect::<Array>().into()
}

/// Seconds, sizes and counts: exact below 2^53, which every one of them is; beyond, the nearest number.
#[expect(clippy::as_conversions, reason = "there is no From; rounding above 2^53 is documented")]
pub(super) fn count(number: u64) -> JsValue {
    JsValue::from(number as f64)
}

/// The same for a length in memory.
pub(super) fn size(number: usize) -> JsValue {
    u64::try_from(number).map_or(JsValue::NULL, count)
}

/// Bytes in lowercase hexadecimal.
pub(super) fn hex(bytes: &[u8]) -> JsValue {
    let digits = bytes.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    let text: String = digits.filter_map(|digit| char::from_digit(digit.into(), 16)).collect();
    JsValue::from(text)
}
