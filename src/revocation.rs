//! What can be revoked, and what a look-up in a snapshot answers.

use crate::NotCovered;
use alloc::string::String;
use core::fmt;

/// Reads a claim by name: calls the sink with its string value, or with every string of an array.
pub type ClaimValues<'a> = dyn Fn(&str, &mut dyn FnMut(&str)) + 'a;

/// The parsed values of one token that revocations are compared with.
///
/// Built by the verifier after the signature held, from parsed values only: never from token text, of which
/// one token can have several spellings.
pub struct Identity<'a> {
    /// `iss` (RFC 7519 §4.1.1).
    pub issuer: &'a str,
    /// `sub`, when it is a string (RFC 7519 §4.1.2): it names the shard that speaks for the token.
    pub subject: Option<&'a str>,
    /// The header's `kid` (RFC 7515 §4.1.4).
    pub key_id: Option<&'a str>,
    /// `jti` (RFC 7519 §4.1.7).
    pub token_id: Option<&'a str>,
    /// `iat` in whole seconds since the Unix epoch, rounded down (RFC 7519 §4.1.6).
    pub issued_at: Option<i64>,
    /// `exp` in whole seconds since the Unix epoch, rounded down (RFC 7519 §4.1.4).
    pub expires_at: u64,
    /// Calls the sink with the named claim's string value, or with every string of an array; with nothing
    /// when the claim is absent or holds something else.
    pub claim: &'a ClaimValues<'a>,
}

impl fmt::Debug for Identity<'_> {
    /// Prints no value: identities are personal data.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Identity").finish_non_exhaustive()
    }
}

/// What a snapshot says about one token.
#[must_use]
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RevocationStatus {
    /// The snapshot cannot tell; policy decides.
    NotCovered(NotCovered),
    /// The snapshot speaks for this issuer and nothing in it applies to this token.
    NotRevoked,
    /// Revoked: as a token (`dimension` is `token`), or by the strictest cut-off that applies.
    Revoked {
        /// `token`, or the [name](Dimension::name) of the cut-off's dimension.
        dimension: String,
        /// The cut-off T in seconds since the Unix epoch: tokens issued before it are dead. `None` for `token`.
        since: Option<i64>,
    },
}

/// How old a snapshot is, by its publisher's own promises.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Freshness {
    /// Before `next_update`.
    Fresh,
    /// From `next_update` on: a newer edition should exist.
    Stale,
    /// From `issued_at + max_stale` on: answers no longer hold.
    Expired,
}

/// What a cut-off selects tokens by. Ordered by its number in the format.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Dimension {
    /// Every token of an issuer (`iss`).
    Issuer,
    /// Every token signed with a key (header `kid`).
    Key,
    /// Every token of a subject (`sub`).
    Subject,
    /// Every token of a session (`sid`).
    Session,
    /// Every token of a client (`client_id`, else `azp`).
    Client,
    /// Every token of an organization (a claim the publisher names).
    Organization,
}

impl Dimension {
    /// Every dimension, in the order of the format.
    pub const ALL: [Self; 6] =
        [Self::Issuer, Self::Key, Self::Subject, Self::Session, Self::Client, Self::Organization];

    /// The name in verdicts and in the authority's API.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Issuer => "issuer",
            Self::Key => "key",
            Self::Subject => "subject",
            Self::Session => "session",
            Self::Client => "client",
            Self::Organization => "organization",
        }
    }

    /// The dimension's number in the format; 0 is the single token.
    pub(crate) const fn number(self) -> u8 {
        match self {
            Self::Issuer => 1,
            Self::Key => 2,
            Self::Subject => 3,
            Self::Session => 4,
            Self::Client => 5,
            Self::Organization => 6,
        }
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|dimension| dimension.number() == number)
    }

    /// Whether its values are written out instead of hashed: one false positive would refuse every token of a
    /// key or an issuer.
    pub(crate) const fn is_literal(self) -> bool {
        matches!(self, Self::Issuer | Self::Key)
    }
}
