//! What can be revoked, and what a look-up in a snapshot answers.

use crate::NotCovered;
use alloc::string::String;
use core::fmt;

/// Reads a claim by name: calls the sink with its string value, or with every string of an array.
pub type ClaimValues<'a> = dyn Fn(&str, &mut dyn FnMut(&str)) + 'a;

/// Reads a claim by name: its value when that is a number that is an integer from 0 on, however it is written.
/// One beyond `u64` is its largest.
pub type ClaimInteger<'a> = dyn Fn(&str) -> Option<u64> + 'a;

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
    /// The generation that the named claim holds.
    pub integer: &'a ClaimInteger<'a>,
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
        /// `token`, or the name of the cut-off's dimension: [its own](Dimension::name) or the declared one.
        dimension: String,
        /// The cut-off T in seconds since the Unix epoch: tokens issued before it are dead. `None` for `token` and
        /// for a dimension that compares generations.
        since: Option<i64>,
        /// The least generation that lives, of a dimension that compares generations.
        generation: Option<u64>,
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
    /// Every token of a subject at a client (`sub` with `client_id`, else `azp`).
    SubjectClient,
    /// What the publisher declares under this number: 8 to 19 compare by time, 20 to 31 by generation.
    Declared(u8),
}

impl Dimension {
    /// Every dimension that needs no declaration, in the order of the format.
    pub const BUILT_IN: [Self; 7] = [
        Self::Issuer,
        Self::Key,
        Self::Subject,
        Self::Session,
        Self::Client,
        Self::Organization,
        Self::SubjectClient,
    ];

    /// The name in verdicts and in the authority's API; `None` for a declared one, which its publisher names.
    pub const fn name(self) -> Option<&'static str> {
        match self {
            Self::Issuer => Some("issuer"),
            Self::Key => Some("key"),
            Self::Subject => Some("subject"),
            Self::Session => Some("session"),
            Self::Client => Some("client"),
            Self::Organization => Some("organization"),
            Self::SubjectClient => Some("subject_client"),
            Self::Declared(_) => None,
        }
    }

    /// Whether a cut-off of it is the least generation that lives, instead of a time.
    pub const fn compares_generations(self) -> bool {
        matches!(self, Self::Declared(number) if number >= GENERATIONS_FROM)
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
            Self::SubjectClient => 7,
            Self::Declared(number) => number,
        }
    }

    pub(crate) fn from_number(number: u8) -> Option<Self> {
        match number {
            DECLARED_FROM..=DECLARED_TO => Some(Self::Declared(number)),
            _ => Self::BUILT_IN.get(usize::from(number).checked_sub(1)?).copied(),
        }
    }

    /// Whether its values are written out instead of hashed: one false positive would refuse every token of a
    /// key or an issuer.
    pub(crate) const fn is_literal(self) -> bool {
        matches!(self, Self::Issuer | Self::Key)
    }
}

const DECLARED_FROM: u8 = 8;
const GENERATIONS_FROM: u8 = 20;
const DECLARED_TO: u8 = 31;
