//! What clients and verifiers must know about the issuer: its endpoints (RFC 8414) and its keys (RFC 7517).

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use sha2::{Digest, Sha256};

use super::App;
use super::conditional::Cacheable;
use crate::secret::hex;

/// `GET /.well-known/oauth-authorization-server`.
pub(super) async fn authorization_server(State(app): State<Arc<App>>) -> Response {
    let url = app.config.public_url();
    let metadata = json!({
        "issuer": app.issuer.url(),
        "jwks_uri": format!("{url}/jwks.json"),
        "revocation_endpoint": format!("{url}/oauth/revoke"),
        "revocation_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        "response_types_supported": [],
        "grant_types_supported": [],
    });
    ([(header::CACHE_CONTROL, "public, max-age=300")], Json(metadata)).into_response()
}

/// `GET /jwks.json`: the keys by which tokens still in use are verified. Cached for seconds only, for when a key is
/// revoked its successor signs at once.
pub(super) async fn jwk_set(State(app): State<Arc<App>>, headers: HeaderMap) -> Response {
    let set = json!({ "keys": app.issuer.jwk_set() }).to_string();
    let etag = format!("\"{}\"", hex(&Sha256::digest(&set)));
    let (content_type, cache) = ("application/jwk-set+json", "public, max-age=10".into());
    Cacheable { body: set.into(), content_type, etag, cache }.answer(&headers)
}
