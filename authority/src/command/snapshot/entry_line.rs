//! One entry a line, as JSON: the names are those of the admin API.

use rescind::{Dimension, Entry};
use rescind_authority::record::{KEY_CUT_OFF, Kind};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Line {
    #[serde(rename = "type")]
    kind: Kind,
    issuer: String,
    value: Option<String>,
    jti: Option<String>,
    expires_at: Option<u64>,
    not_before: Option<u64>,
    subject: Option<String>,
}

/// The entry of a line.
pub(super) fn parse(line: &str) -> Result<Entry, String> {
    let line: Line = serde_json::from_str(line).map_err(|error| error.to_string())?;
    line.entry().ok_or_else(|| EXPECTED.into())
}

const EXPECTED: &str = "a token has jti (and expires_at), a key has value (and not_before), an issuer has not_before, \
    the others have value and not_before";

impl Line {
    fn entry(self) -> Option<Entry> {
        let Self { kind, issuer, value, jti, expires_at, not_before, subject } = self;
        let dimension = match (kind, &jti, &value) {
            (Kind::Token, Some(_), None) if not_before.is_none() => {
                return Some(Entry::Token { issuer, token_id: jti?, expires_at, subject });
            }
            (Kind::Session, None, Some(_)) => Dimension::Session,
            (Kind::SubjectClient, None, Some(_)) if subject.is_some() => Dimension::SubjectClient,
            _ if subject.is_some() => return None,
            (Kind::Subject, None, Some(_)) => Dimension::Subject,
            (Kind::Client, None, Some(_)) => Dimension::Client,
            (Kind::Organization, None, Some(_)) => Dimension::Organization,
            (Kind::Key, None, Some(_)) => Dimension::Key,
            (Kind::Issuer, None, None) => Dimension::Issuer,
            _ => return None,
        };
        let not_before = not_before.or_else(|| (kind == Kind::Key).then_some(KEY_CUT_OFF))?;
        let value = value.unwrap_or_else(|| issuer.clone());
        let pair = subject.clone().filter(|_| kind == Kind::SubjectClient);
        let values = pair.into_iter().chain([value]).collect();
        expires_at.is_none().then_some(Entry::CutOff { dimension, issuer, values, not_before, subject })
    }
}
