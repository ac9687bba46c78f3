//! One revocation, as it is asked for and as it is kept.

use std::borrow::Cow;

use rescind::{Dimension, Entry};
use serde::{Deserialize, Serialize};

use crate::config::Config;

/// What a revocation strikes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Kind {
    /// One token, by issuer and `jti`.
    Token,
    /// Every token of a `sub` issued before the cut-off.
    Subject,
    /// Every token of a `sid` issued before the cut-off.
    Session,
    /// Every token of a `client_id` (else `azp`) issued before the cut-off.
    Client,
    /// Every token of a value of the organization claim issued before the cut-off.
    Organization,
    /// Every token signed with a `kid`, for ever.
    Key,
    /// Every token of an `iss` issued before the cut-off.
    Issuer,
    /// Every token of a `sub` at a `client_id` (else `azp`) issued before the cut-off.
    #[serde(rename = "subject_client")]
    SubjectClient,
}

impl Kind {
    /// The name in requests, answers and logs.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Token => "token",
            Self::Subject => "subject",
            Self::Session => "session",
            Self::Client => "client",
            Self::Organization => "organization",
            Self::Key => "key",
            Self::Issuer => "issuer",
            Self::SubjectClient => "subject_client",
        }
    }
}

/// A revocation that is asked for, checked, and not recorded yet.
#[derive(Clone, Debug)]
pub struct Draft {
    /// What is struck.
    pub kind: Kind,
    /// The issuer of the tokens that are struck.
    pub issuer: String,
    /// The `jti`, `sub`, `sid`, …; the issuer itself for [`Kind::Issuer`].
    pub value: String,
    /// The struck token's own `exp`, in seconds since the Unix epoch, when it is known for sure.
    pub expires_at: Option<u64>,
    /// The `sub` of the struck token, or of the session's tokens, when it is known for sure; for
    /// [`Kind::SubjectClient`] the one that is struck.
    pub subject: Option<String>,
    /// Why, in the revoker's words.
    pub reason: Option<String>,
    /// The name of the API key, or the client, that asked.
    pub actor: String,
}

/// A recorded revocation. Times are seconds since the Unix epoch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Record {
    /// Place in the log, from 1, without gaps.
    pub sequence: u64,
    /// Random name, 22 characters.
    pub id: String,
    /// What is struck.
    #[serde(rename = "type")]
    pub kind: Kind,
    /// The issuer of the tokens that are struck.
    pub issuer: String,
    /// The `jti`, `sub`, `sid`, …
    pub value: String,
    /// The cut-off: tokens with an `iat` before it are dead. `None` for a single token.
    pub not_before: Option<u64>,
    /// The struck token's own `exp`. `None` for a cut-off, or when it is not known.
    pub expires_at: Option<u64>,
    /// The `sub` of the struck token, or of the session's tokens; `None` when it is not known. For
    /// [`Kind::SubjectClient`] the one that is struck.
    #[serde(default)]
    pub subject: Option<String>,
    /// When it was recorded.
    pub recorded_at: u64,
    /// When the last token it can affect has expired; [`FOREVER`] when that never happens.
    pub leaves_at: u64,
    /// Why, in the revoker's words.
    pub reason: Option<String>,
    /// The name of the API key, or the client, that asked.
    pub actor: String,
}

/// The `leaves_at` of an entry that stays.
pub const FOREVER: u64 = u64::MAX;

/// The cut-off of a revoked key: 9999-12-31T23:59:59Z, beyond the `iat` of any token.
///
/// Whoever stole a signing key stamps `iat` as they please, so a cut-off at the present second would not stop them.
pub const KEY_CUT_OFF: u64 = 253_402_300_799;

/// How long tokens can live, in seconds; decides when an entry may leave the snapshot.
#[derive(Clone, Copy, Debug)]
pub struct Lifetimes {
    /// The longest time from `iat` to `exp` of any token of any enrolled issuer.
    pub longest: u64,
    /// The largest clock tolerance that any verifier grants.
    pub tolerance: u64,
}

impl Lifetimes {
    pub(crate) fn of(config: &Config) -> Self {
        Self {
            longest: config.tokens.max_lifetime_seconds,
            tolerance: u64::from(config.tokens.clock_tolerance_seconds),
        }
    }
}

/// A subject at a client, as one text: neither has control characters.
pub(crate) fn pair(subject: &str, client: &str) -> String {
    format!("{subject}\0{client}")
}

impl Record {
    /// What is struck, as one text.
    pub(crate) fn key(&self) -> Cow<'_, str> {
        match (self.kind, &self.subject) {
            (Kind::SubjectClient, Some(subject)) => pair(subject, &self.value).into(),
            _ => self.value.as_str().into(),
        }
    }

    /// The entry of the snapshot.
    pub(crate) fn entry(&self) -> Entry {
        let Self { kind, issuer, value, not_before, expires_at, subject, .. } = self.clone();
        let dimension = match kind {
            Kind::Token => return Entry::Token { issuer, token_id: value, expires_at, subject },
            Kind::Subject => Dimension::Subject,
            Kind::Session => Dimension::Session,
            Kind::Client => Dimension::Client,
            Kind::Organization => Dimension::Organization,
            Kind::Key => Dimension::Key,
            Kind::Issuer => Dimension::Issuer,
            Kind::SubjectClient => Dimension::SubjectClient,
        };
        let values = match kind {
            Kind::SubjectClient => vec![subject.clone().unwrap_or_default(), value],
            _ => vec![value],
        };
        Entry::CutOff { dimension, issuer, values, not_before: not_before.unwrap_or_default(), subject }
    }
}

impl Draft {
    /// The record of this draft at `now`: a cut-off strikes the whole present second.
    pub fn record(self, sequence: u64, id: String, now: u64, lifetimes: Lifetimes) -> Record {
        let Self { kind, issuer, value, expires_at, subject, reason, actor } = self;
        let not_before = match kind {
            Kind::Token => None,
            Kind::Key => Some(KEY_CUT_OFF),
            _ => Some(now.saturating_add(1)),
        };
        let longest = lifetimes.longest.saturating_add(lifetimes.tolerance);
        let leaves_at = match (kind, not_before, expires_at) {
            (Kind::Key, ..) => FOREVER,
            (_, Some(not_before), _) => not_before.saturating_add(longest),
            (_, None, Some(expires_at)) => expires_at.saturating_add(lifetimes.tolerance),
            (_, None, None) => now.saturating_add(longest),
        };
        let expires_at = expires_at.filter(|_| kind == Kind::Token);
        let subject = subject.filter(|_| matches!(kind, Kind::Token | Kind::Session | Kind::SubjectClient));
        #[rustfmt::skip]
        let record = Record { sequence, id, kind, issuer, value, not_before, expires_at, subject, recorded_at: now, leaves_at, reason, actor };
        record
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn record(kind: Kind, expires_at: Option<u64>) -> Record {
        let text = String::new;
        #[rustfmt::skip]
        let draft = Draft { kind, issuer: text(), value: text(), expires_at, subject: None, reason: None, actor: text() };
        draft.record(1, text(), 1000, Lifetimes { longest: 900, tolerance: 60 })
    }

    #[test]
    fn cut_off_strikes_the_present_second_and_outlives_the_last_token() {
        let cut_off = record(Kind::Subject, None);
        assert_eq!((cut_off.not_before, cut_off.leaves_at), (Some(1001), 1001 + 900 + 60));
    }

    #[test]
    fn token_of_known_expiry_leaves_after_expiry_and_tolerance() {
        assert_eq!(record(Kind::Token, Some(1500)).leaves_at, 1560);
    }

    #[test]
    fn token_of_unknown_expiry_stays_for_the_longest_lifetime() {
        assert_eq!(record(Kind::Token, None).leaves_at, 1000 + 900 + 60);
    }

    #[test]
    fn revoked_key_never_leaves() {
        let key = record(Kind::Key, None);
        assert_eq!((key.not_before, key.leaves_at), (Some(KEY_CUT_OFF), FOREVER));
    }
}
