//! `POST /oauth/revoke`: a client gives back a token of its own (RFC 7009).

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::State;
use axum::extract::rejection::BytesRejection;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};

use super::App;
use super::failure::{Failure, OAuth};
use super::form::Form;
use crate::record::{Draft, Kind};

pub(super) async fn revoke(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, OAuth> {
    let form = Form::read(&headers, body)?;
    let client = form.client(&headers, &app.access)?;
    let token =
        form.get("token").ok_or_else(|| Failure::InvalidRequest("the parameter token is missing".into()))?;
    // §2.2: a token that means nothing here is as good as revoked. `token_type_hint` is only a hint (§2.1).
    if let Ok(token) = app.own_tokens.read(token) {
        if token.client != client {
            return Err(Failure::InvalidGrant.into());
        }
        let issuer = app.issuer.url();
        if !app.ledger.holds_token(issuer, &token.id) {
            let expires_at = Some(token.expires_at);
            let (issuer, value, actor) = (issuer.into(), token.id, format!("client {client}"));
            let (kind, subject, reason) = (Kind::Token, token.subject, None);
            let draft = Draft { kind, issuer, value, expires_at, subject, reason, actor };
            app.ledger.record(draft).await.map_err(Failure::from)?;
        }
    }
    Ok([(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")].into_response())
}
