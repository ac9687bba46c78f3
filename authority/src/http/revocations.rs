//! `/admin/v1/revocations`: revoke anything, and list what is revoked.

use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, QueryRejection};
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};

use super::failure::Failure;
use super::{App, request};
use crate::config::is_value;
use crate::ledger::Recorded;
use crate::record::{Draft, Kind, Record};

/// Records on a page when the request does not say.
const PAGE: usize = 100;
/// The most records on a page.
const PAGE_LIMIT: usize = 1000;

const EXPECTED: &str =
    "an object with target {type, and value, token or jti}, and optionally issuer and reason";

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Asked {
    target: Target,
    issuer: Option<String>,
    reason: Option<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Target {
    #[serde(rename = "type")]
    kind: Kind,
    value: Option<String>,
    token: Option<String>,
    jti: Option<String>,
    expires_at: Option<u64>,
    subject: Option<String>,
}

#[derive(Serialize)]
struct Answer<'a> {
    #[serde(flatten)]
    record: Listed<'a>,
    snapshot: Edition,
}

#[derive(Serialize)]
struct Edition {
    epoch: u32,
    version: u64,
}

/// A record as the API shows it; see [`Record`].
#[derive(Serialize)]
struct Listed<'a> {
    id: &'a str,
    sequence: u64,
    #[serde(rename = "type")]
    kind: Kind,
    value: &'a str,
    issuer: &'a str,
    not_before: Option<u64>,
    expires_at: Option<u64>,
    subject: Option<&'a str>,
    recorded_at: u64,
    reason: Option<&'a str>,
    actor: &'a str,
}

/// `POST`: records one revocation. The answer comes when it is on disk.
pub(super) async fn create(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let actor = actor(&app, &headers)?;
    let draft = draft(&app, request::json(&headers, body, EXPECTED)?, actor)?;
    let Recorded { record, edition } = app.ledger.record(draft).await?;
    if record.kind == Kind::Key {
        rotate(&app).await;
    }
    let snapshot = Edition { epoch: edition.epoch, version: edition.version };
    let answer = Answer { record: Listed::of(&record), snapshot };
    Ok((StatusCode::CREATED, [(header::CACHE_CONTROL, "no-store")], Json(answer)).into_response())
}

/// Takes a new signing key when the revoked one is ours. A failure is logged, and sign-in tries again.
async fn rotate(app: &Arc<App>) {
    let issuer = Arc::clone(&app.issuer);
    let rotated = tokio::task::spawn_blocking(move || issuer.rotate_when_revoked()).await;
    if let Ok(Err(error)) = rotated {
        tracing::error!(%error, "the revoked signing key was not replaced");
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Page {
    limit: Option<usize>,
    after: Option<u64>,
}

#[derive(Serialize)]
struct Listing<'a> {
    items: Vec<Listed<'a>>,
    /// The `after` of the next page; `null` on the last one.
    next_after: Option<u64>,
}

/// `GET`: what was recorded, oldest first.
pub(super) async fn list(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    page: Result<Query<Page>, QueryRejection>,
) -> Result<Response, Failure> {
    actor(&app, &headers)?;
    let page = page.map(|Query(page)| page);
    let expected =
        || Failure::InvalidRequest(format!("expected limit (1 to {PAGE_LIMIT}) and after, both numbers"));
    let Page { limit, after } = page.map_err(|_| expected())?;
    let limit = limit.unwrap_or(PAGE);
    if !(1..=PAGE_LIMIT).contains(&limit) {
        return Err(expected());
    }
    let store = Arc::clone(&app.store);
    let read = tokio::task::spawn_blocking(move || store.page(after.unwrap_or(0), limit + 1)).await;
    let mut records = read.map_err(|_| Failure::Unavailable)??;
    let more = records.len() > limit;
    records.truncate(limit);
    let next_after = records.last().filter(|_| more).map(|record| record.sequence);
    let listing = Listing { items: records.iter().map(Listed::of).collect(), next_after };
    Ok(([(header::CACHE_CONTROL, "no-store")], Json(listing)).into_response())
}

/// The name of the API key that the request carries (RFC 6750 §2.1).
fn actor(app: &App, headers: &HeaderMap) -> Result<String, Failure> {
    let value = headers.get(header::AUTHORIZATION).and_then(|value| value.to_str().ok());
    let (scheme, secret) = value.and_then(|value| value.split_once(' ')).ok_or(Failure::Unauthenticated)?;
    let name = app.access.api_key(secret.trim()).filter(|_| scheme.eq_ignore_ascii_case("bearer"));
    name.map(Into::into).ok_or(Failure::Unauthenticated)
}

fn draft(app: &App, asked: Asked, actor: String) -> Result<Draft, Failure> {
    let Asked { target, issuer, reason } = asked;
    if reason.as_ref().is_some_and(|reason| !is_value(reason)) {
        return Err(not_a_value("reason"));
    }
    let own = app.issuer.url();
    let issuer = issuer.unwrap_or_else(|| own.into());
    if issuer != own && !app.config.publish.issuers.contains(&issuer) {
        let detail = "issuer is neither this authority's nor listed in publish.issuers";
        return Err(Failure::Unprocessable(detail.into()));
    }
    let Named { value, expires_at, subject } = named(app, &target, &issuer)?;
    Ok(Draft { kind: target.kind, issuer, value, expires_at, subject, reason, actor })
}

/// What a target names: the value, and what is known of the tokens.
#[derive(Default)]
struct Named {
    value: String,
    /// The token's `exp`.
    expires_at: Option<u64>,
    /// The tokens' `sub`.
    subject: Option<String>,
}

fn named(app: &App, target: &Target, issuer: &str) -> Result<Named, Failure> {
    let Target { kind, value, token, jti, expires_at, subject } = target;
    let of_a_pair = *kind == Kind::SubjectClient;
    let takes_subject = matches!(kind, Kind::Token | Kind::Session) && token.is_none();
    if of_a_pair && subject.is_none() || subject.is_some() && !takes_subject && !of_a_pair {
        let detail = "target.subject: a subject_client has it, a jti and a session may";
        return Err(Failure::InvalidRequest(detail.into()));
    }
    let subject = subject.as_deref().map(|subject| checked("subject", subject)).transpose()?;
    match (kind, value, token, jti, expires_at) {
        (Kind::Token, None, Some(token), None, None) => own_token(app, token, issuer),
        (Kind::Token, None, None, Some(jti), expires_at) => {
            let expires_at = expires_at.map(|at| still_ahead(app, at)).transpose()?;
            Ok(Named { value: checked("jti", jti)?, expires_at, subject })
        }
        (Kind::Issuer, None, None, None, None) => Ok(Named { value: issuer.into(), ..Named::default() }),
        (kind, Some(value), None, None, None) if !matches!(kind, Kind::Token | Kind::Issuer) => {
            Ok(Named { value: checked("value", value)?, subject, ..Named::default() })
        }
        _ => {
            let detail = "target: a token has either token or jti (and expires_at), an issuer has neither, the others have value";
            Err(Failure::InvalidRequest(detail.into()))
        }
    }
}

fn own_token(app: &App, token: &str, issuer: &str) -> Result<Named, Failure> {
    if issuer != app.issuer.url() {
        let detail = "only tokens of this authority can be revoked by token; name others by jti";
        return Err(Failure::Unprocessable(detail.into()));
    }
    let token = app.own_tokens.read(token);
    let token =
        token.map_err(|error| Failure::Unprocessable(format!("token: {} ({error})", error.code())))?;
    Ok(Named { value: token.id, expires_at: Some(token.expires_at), subject: token.subject })
}

fn still_ahead(app: &App, expires_at: u64) -> Result<u64, Failure> {
    let tokens = &app.config.tokens;
    let now = app.clock.seconds();
    let oldest = now.saturating_sub(u64::from(tokens.clock_tolerance_seconds));
    if (oldest..=now.saturating_add(tokens.max_lifetime_seconds)).contains(&expires_at) {
        return Ok(expires_at);
    }
    let detail = "target.expires_at: expected a second from now on, within tokens.max_lifetime_seconds";
    Err(Failure::Unprocessable(detail.into()))
}

fn checked(member: &str, text: &str) -> Result<String, Failure> {
    if is_value(text) { Ok(text.into()) } else { Err(not_a_value(&format!("target.{member}"))) }
}

fn not_a_value(member: &str) -> Failure {
    Failure::InvalidRequest(format!("{member}: expected 1 to 512 bytes without control characters"))
}

impl<'a> Listed<'a> {
    fn of(record: &'a Record) -> Self {
        Self {
            id: &record.id,
            sequence: record.sequence,
            kind: record.kind,
            value: &record.value,
            issuer: &record.issuer,
            not_before: record.not_before,
            expires_at: record.expires_at,
            subject: record.subject.as_deref(),
            recorded_at: record.recorded_at,
            reason: record.reason.as_deref(),
            actor: &record.actor,
        }
    }
}
