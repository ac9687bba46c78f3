//! `/r/{tenant}`: the signed manifest and the immutable objects that it names.

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use rescind::{Edition, PartName};
use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::App;
use super::conditional::Cacheable;
use super::failure::Failure;
use crate::secret::{hex, unhex};

/// A verifier fetches it when it meets an unknown key, which is when a cache must not be far behind.
const KEYS_CACHE_SECONDS: u64 = 5;

const OCTETS: &str = "application/octet-stream";

/// What a request for a manifest may say. It changes nothing but how long the answer is kept.
#[derive(Deserialize)]
pub(super) struct Asked {
    /// `epoch-version`: the newest edition that the client knows of, so that it asks at an address of its own.
    edition: Option<String>,
}

/// The query, or why it is none: what cannot be read counts as not said.
type AskedQuery = Result<Query<Asked>, QueryRejection>;

impl Asked {
    fn edition(self) -> Option<Edition> {
        let (epoch, version) = self.edition.as_deref()?.split_once('-')?;
        Some(Edition { epoch: epoch.parse().ok()?, version: version.parse().ok()? })
    }
}

/// `GET /r/{tenant}/manifest`: the address whose content changes, of the part that holds everything.
pub(super) async fn manifest(
    State(app): State<Arc<App>>,
    Path(tenant): Path<String>,
    asked: AskedQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    manifest_of(&app, PartName::Whole, &tenant, asked, &headers)
}

/// `GET /r/{tenant}/common/manifest`: of the part that everyone needs who does not load the whole.
pub(super) async fn common_manifest(
    State(app): State<Arc<App>>,
    Path(tenant): Path<String>,
    asked: AskedQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    manifest_of(&app, PartName::Common, &tenant, asked, &headers)
}

/// `GET /r/{tenant}/shards/{shard}/manifest`: of the part of some subjects.
pub(super) async fn shard_manifest(
    State(app): State<Arc<App>>,
    Path((tenant, shard)): Path<(String, String)>,
    asked: AskedQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    let shard = shard.parse().map_err(|_| Failure::NotFound)?;
    manifest_of(&app, PartName::Shard(shard), &tenant, asked, &headers)
}

fn manifest_of(
    app: &App,
    part: PartName,
    tenant: &str,
    asked: AskedQuery,
    headers: &HeaderMap,
) -> Result<Response, Failure> {
    // The whole is published last: from its edition on, every part's manifest says what that edition says of it.
    let published = app.sink.manifest(PartName::Whole).map(|whole| whole.edition);
    let manifest = app.sink.manifest(part).filter(|_| tenant == app.config.publish.tenant);
    let manifest = manifest.ok_or(Failure::NotFound)?;
    let awaited = asked.ok().and_then(|Query(asked)| asked.edition());
    let cache = if awaited.is_some_and(|edition| Some(edition) > published) {
        // A copy would be in the way of whoever asks at this address once that edition is there.
        "no-store, no-transform".into()
    } else {
        format!("public, max-age={}, no-transform", app.config.publish.cache_seconds)
    };
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
