//! What is common to all requests: the time they may take, their log line, and reading their body.

use std::time::{Duration, Instant};

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{MatchedPath, Request};
use axum::http::{HeaderMap, HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;
use serde::de::DeserializeOwned;

use super::failure::{self, Failure};

/// Bounds the time of a request and logs it: the route, never the address or anything the client sent.
pub(super) async fn observe(limit: Duration, request: Request, next: Next) -> Response {
    let started = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let path = request.uri().path().to_owned();
    let answered = tokio::time::timeout(limit, next.run(request)).await;
    let mut response = answered.unwrap_or_else(|_| failure::at(&path, Failure::TimedOut));
    response.headers_mut().insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    let status = response.status().as_u16();
    tracing::info!(%method, route, status, took = ?started.elapsed(), "request");
    response
}

/// The body, unless it is too long or did not arrive.
pub(super) fn body(body: Result<Bytes, BytesRejection>) -> Result<Bytes, Failure> {
    body.map_err(|rejection| match rejection.status().as_u16() {
        413 => Failure::TooLarge,
        _ => Failure::InvalidRequest("the body did not arrive".into()),
    })
}

/// The JSON object in the body. `expected` describes it; the finding of the parser may repeat what was sent, so it
/// stays out of the answer.
pub(super) fn json<T: DeserializeOwned>(
    headers: &HeaderMap,
    received: Result<Bytes, BytesRejection>,
    expected: &str,
) -> Result<T, Failure> {
    if !is_media_type(headers, "application/json") {
        return Err(Failure::MediaType("application/json"));
    }
    serde_json::from_slice(&body(received)?).map_err(|error| {
        let (line, column) = (error.line(), error.column());
        Failure::InvalidRequest(format!("expected {expected}; it is not at line {line}, column {column}"))
    })
}

/// Whether the body's type is this one; parameters such as `charset` do not matter.
pub(super) fn is_media_type(headers: &HeaderMap, expected: &str) -> bool {
    let value = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let essence = value.and_then(|value| value.split(';').next()).unwrap_or_default();
    essence.trim().eq_ignore_ascii_case(expected)
}
