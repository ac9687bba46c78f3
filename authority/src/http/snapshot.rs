//! `/r/{tenant}`: the signed manifest and the immutable objects that it names.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rescind::PartName;
use sha2::{Digest, Sha256};

use super::App;
use super::conditional::Cacheable;
use super::failure::Failure;
use crate::secret::{hex, unhex};

/// A verifier fetches it when it meets an unknown key, which is when a cache must not be far behind.
const KEYS_CACHE_SECONDS: u64 = 5;

const OCTETS: &str = "application/octet-stream";

/// `GET /r/{tenant}/manifest`: the address whose content changes, of the part that holds everything.
pub(super) async fn manifest(
    State(app): State<Arc<App>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    manifest_of(&app, PartName::Whole, &tenant, &headers)
}

/// `GET /r/{tenant}/common/manifest`: of the part that everyone needs who does not load the whole.
pub(super) async fn common_manifest(
    State(app): State<Arc<App>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    manifest_of(&app, PartName::Common, &tenant, &headers)
}

/// `GET /r/{tenant}/shards/{shard}/manifest`: of the part of some subjects.
pub(super) async fn shard_manifest(
    State(app): State<Arc<App>>,
    Path((tenant, shard)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let shard = shard.parse().map_err(|_| Failure::NotFound)?;
    manifest_of(&app, PartName::Shard(shard), &tenant, &headers)
}

fn manifest_of(app: &App, part: PartName, tenant: &str, headers: &HeaderMap) -> Result<Response, Failure> {
    let manifest = app.sink.manifest(part).filter(|_| tenant == app.config.publish.tenant);
    let manifest = manifest.ok_or(Failure::NotFound)?;
    let cache = format!("public, max-age={}, no-transform", app.config.publish.cache_seconds);
    let (body, etag) = (manifest.bytes, manifest.etag);
    Ok(Cacheable { body, content_type: OCTETS, etag, cache }.answer(headers))
}

/// `GET /r/{tenant}/keys`: the document by which publisher keys are replaced, if they ever were.
pub(super) async fn keys(
    State(app): State<Arc<App>>,
    Path(tenant): Path<String>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let document = app.keys.as_ref().filter(|_| tenant == app.config.publish.tenant);
    let bytes = document.ok_or(Failure::NotFound)?.bytes();
    let etag = format!("\"{}\"", hex(&Sha256::digest(bytes)));
    let cache = format!("public, max-age={KEYS_CACHE_SECONDS}, no-transform");
    let body = Bytes::copy_from_slice(bytes);
    Ok(Cacheable { body, content_type: OCTETS, etag, cache }.answer(&headers))
}

/// `GET /r/{tenant}/objects/{sha256}`: the same bytes for ever.
pub(super) async fn object(
    State(app): State<Arc<App>>,
    Path((tenant, name)): Path<(String, String)>,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    // One spelling only, so that caches keep one copy.
    let sha256 = unhex(&name).filter(|octets| hex(octets) == name).ok_or(Failure::NotFound)?;
    let object = app.sink.object(&sha256).filter(|_| tenant == app.config.publish.tenant);
    let body = object.ok_or(Failure::NotFound)?;
    let cache = "public, max-age=31536000, immutable, no-transform".into();
    Ok(Cacheable { body, content_type: OCTETS, etag: format!("\"{name}\""), cache }.answer(&headers))
}
