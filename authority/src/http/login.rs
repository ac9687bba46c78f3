//! `POST /login`: first-party sign-in of a configured user.

use std::net::SocketAddr;
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{ConnectInfo, State};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::json;

use super::failure::Failure;
use super::{App, request};

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Credentials {
    username: String,
    password: String,
}

pub(super) async fn sign_in(
    State(app): State<Arc<App>>,
    ConnectInfo(from): ConnectInfo<SocketAddr>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Failure> {
    let expected = "an object with the strings username and password";
    let Credentials { username, password } = request::json(&headers, body, expected)?;
    let grant = app.sign_in.sign_in(&username, password, from.ip()).await?;
    let issued = app.issuer.issue(&grant).await?;
    let token = json!({
        "access_token": issued.access_token,
        "token_type": "Bearer",
        "expires_in": issued.expires_in,
    });
    // RFC 6749 §5.1.
    let never_stored = [(header::CACHE_CONTROL, "no-store"), (header::PRAGMA, "no-cache")];
    Ok((never_stored, Json(token)).into_response())
}
