//! `/r/{tenant}`: the signed manifest and the immutable objects that it names.

use std::sync::Arc;

use axum::extract::{Path, State};
use axum::http::{HeaderMap, HeaderName, StatusCode, header};
use axum::response::{IntoResponse, Response};

use super::App;
use super::failure::Failure;
use crate::secret::{hex, unhex};

const OCTETS: (HeaderName, &str) = (header::CONTENT_TYPE, "application/octet-stream");

/// `GET /r/{tenant}/manifest`: the one address whose content changes.
pub(super) async fn manifest(
    State(app): State<Arc<App>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let manifest = app.sink.manifest().filter(|_| tenant == app.config.publish.tenant);
    let manifest = manifest.ok_or(Failure::NotFound)?;
    let cache = format!("public, max-age={}, no-transform", app.config.publish.cache_seconds);
    let named = [(header::CACHE_CONTROL, cache), (header::ETAG, manifest.etag.clone())];
    if is_held(&headers, &manifest.etag) {
        return Ok((StatusCode::NOT_MODIFIED, named).into_response());
    }
    Ok((named, [OCTETS], manifest.bytes).into_response())
}

/// `GET /r/{tenant}/objects/{sha256}`: the same bytes for ever.
pub(super) async fn object(
    State(app): State<Arc<App>>,
    Path((tenant, sha256)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    // One spelling only, so that caches keep one copy.
    let sha256 = unhex(&sha256).filter(|octets| hex(octets) == sha256).ok_or(Failure::NotFound)?;
    let object = app.sink.object(&sha256).filter(|_| tenant == app.config.publish.tenant);
    let object = object.ok_or(Failure::NotFound)?;
    let etag = format!("\"{}\"", hex(&sha256));
    let cache = "public, max-age=31536000, immutable, no-transform".into();
    let named = [(header::CACHE_CONTROL, cache), (header::ETAG, etag.clone())];
    if is_held(&headers, &etag) {
        return Ok((StatusCode::NOT_MODIFIED, named).into_response());
    }
    Ok((named, [OCTETS], object).into_response())
}

/// Whether If-None-Match says that the client has this content; compared weakly (RFC 9110 §13.1.2).
fn is_held(headers: &HeaderMap, etag: &str) -> bool {
    let values = headers.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
