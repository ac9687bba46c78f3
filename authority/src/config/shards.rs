//! How many shards the configuration asks for.

use std::fmt;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

/// `publish.shards`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Shards {
    /// As many as keep one near 32 kB.
    #[default]
    Auto,
    /// Two to the power of this, 1 to 12; none when 0.
    Fixed(u8),
}

struct Expected;

impl Visitor<'_> for Expected {
    type Value = Shards;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("\"auto\" or 0 to 12")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Shards, E> {
        if text == "auto" {
            Ok(Shards::Auto)
        } else {
            Err(E::invalid_value(serde::de::Unexpected::Str(text), &self))
        }
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Shards, E> {
        let bits = u8::try_from(number).ok().filter(|bits| *bits <= 12);
        bits.map(Shards::Fixed).ok_or_else(|| E::invalid_value(serde::de::Unexpected::Signed(number), &self))
    }
}

impl<'de> Deserialize<'de> for Shards {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Expected)
    }
}
