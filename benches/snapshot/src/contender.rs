//! What every contender does.

/// A set as it is published, opened by a verifier.
pub trait Contender: Sized {
    /// As results and documents name it.
    const NAME: &'static str;

    /// Takes what was published; everything that a verifier does once with new bytes, their SHA-256 included.
    fn open(bytes: &[u8]) -> Option<Self>;

    /// Whether one of a token's values is revoked: six look-ups, from the values as the token has them.
    fn check(&self, token: &Token) -> bool;

    /// Takes the update, where there is one.
    fn update(&mut self, update: &[u8]) -> Option<()>;
}

/// A contender's bytes for a set of tokens, and for the change to a larger one.
pub struct Published {
    /// The set.
    pub bytes: Vec<u8>,
    /// What a verifier that has the set fetches for the larger one.
    pub update: Vec<u8>,
}

/// What a verifier has read from a token.
pub struct Token {
    /// Those below the size of a set are in it.
    pub number: u32,
    /// `jti`, `sub`, `sid`, `client_id`, `org_id` and `kid`.
    pub values: [String; KINDS],
}

impl Token {
    /// One whose `jti` alone may be revoked.
    pub fn new(number: u32) -> Self {
        let value = |kind| match kind {
            0 => token_id(number),
            _ => format!("value-{kind}-{number:022}"),
        };
        Self { number, values: core::array::from_fn(value) }
    }

    /// So many, from a number on.
    pub fn list(first: u32, count: u32) -> Vec<Self> {
        (first..first + count).map(Self::new).collect()
    }
}

/// Kinds of values.
pub const KINDS: usize = 6;

/// The `jti` of a token. Those below the size of a set are in it.
pub fn token_id(number: u32) -> String {
    format!("token-{number:030}")
}

/// The `exp` of a token: spread over a day.
pub fn expiry(number: u32) -> u64 {
    NOW + 60 + u64::from(number) * 7919 % 86_000
}

/// When everything happens, in seconds since the Unix epoch.
pub const NOW: u64 = 1_800_000_000;
