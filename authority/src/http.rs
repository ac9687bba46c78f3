//! The HTTP interface: one file a resource. Nothing is decided here; `docs/http-api.md` describes every route.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::http::{HeaderName, HeaderValue, Method, header};
use axum::middleware;
use axum::routing::{get, post};
use tokio::sync::Semaphore;
use tower_http::cors::{AllowOrigin, CorsLayer};

use crate::access::Access;
use crate::clock::Clock;
use crate::config::Config;
use crate::issuer::Issuer;
use crate::issuer::own_tokens::OwnTokens;
use crate::issuer::sign_in::SignIn;
use crate::key_document::KeyDocument;
use crate::ledger::Ledger;
use crate::sink::MemorySink;
use crate::store::Store;

mod conditional;
mod events;
mod failure;
mod form;
mod health;
mod login;
mod metadata;
mod request;
mod revocations;
mod revoke;
mod snapshot;
mod status_list;

pub(crate) mod connections;

/// The longest request body, in bytes: a token of 16 KiB, percent-encoded, with room.
const BODY_BYTES: usize = 64 << 10;

/// What the handlers work with.
pub(crate) struct App {
    pub(crate) config: Config,
    pub(crate) access: Access,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) issuer: Arc<Issuer>,
    pub(crate) own_tokens: OwnTokens,
    pub(crate) sign_in: SignIn,
    pub(crate) ledger: Ledger,
    pub(crate) store: Arc<dyn Store>,
    pub(crate) sink: Arc<MemorySink>,
    pub(crate) keys: Option<KeyDocument>,
    /// Places for streams of events.
    pub(crate) event_streams: Arc<Semaphore>,
}

/// Every route.
pub(crate) fn router(app: Arc<App>) -> Router {
    let limit = Duration::from_secs(app.config.server.request_timeout_seconds);
    Router::new()
        .merge(answering_wrong_methods(public()).layer(public_cors()))
        .merge(answering_wrong_methods(sign_in_and_oauth()).layer(cors(&app.config)))
        .merge(answering_wrong_methods(internal()))
        .fallback(failure::not_found)
        .layer(DefaultBodyLimit::max(BODY_BYTES))
        .layer(middleware::from_fn(move |request, next| request::observe(limit, request, next)))
        .with_state(app)
}

/// Comes before the layer for CORS, whose preflights it would answer otherwise.
fn answering_wrong_methods(router: Router<Arc<App>>) -> Router<Arc<App>> {
    router.method_not_allowed_fallback(failure::method_not_allowed)
}

fn public() -> Router<Arc<App>> {
    Router::new()
        .route("/.well-known/oauth-authorization-server", get(metadata::authorization_server))
        .route("/jwks.json", get(metadata::jwk_set))
        .route("/r/{tenant}/events", get(events::stream))
        .route("/r/{tenant}/keys", get(snapshot::keys))
        .route("/r/{tenant}/manifest", get(snapshot::manifest))
        .route("/r/{tenant}/common/manifest", get(snapshot::common_manifest))
        .route("/r/{tenant}/shards/{shard}/manifest", get(snapshot::shard_manifest))
        .route("/r/{tenant}/objects/{sha256}", get(snapshot::object))
        .route("/status/{list}", get(status_list::token))
}

fn sign_in_and_oauth() -> Router<Arc<App>> {
    Router::new().route("/login", post(login::sign_in)).route("/oauth/revoke", post(revoke::revoke))
}

fn internal() -> Router<Arc<App>> {
    Router::new()
        .route("/admin/v1/revocations", get(revocations::list).post(revocations::create))
        .route("/health/live", get(health::live))
        .route("/health/ready", get(health::ready))
}

/// Public data, for every page to read.
fn public_cors() -> CorsLayer {
    CorsLayer::new()
        .allow_origin(tower_http::cors::Any)
        .allow_methods([Method::GET, Method::HEAD])
        .allow_headers([header::IF_NONE_MATCH, header::CACHE_CONTROL])
        .expose_headers([header::ETAG, header::DATE, HeaderName::from_static("age")])
        .max_age(Duration::from_secs(86_400))
}

fn cors(config: &Config) -> CorsLayer {
    let origins = config.cors.allowed_origins.iter();
    let origins: Vec<_> = origins.filter_map(|origin| HeaderValue::from_str(origin).ok()).collect();
    CorsLayer::new()
        .allow_origin(AllowOrigin::list(origins))
        .allow_methods([Method::POST])
        .allow_headers([header::CONTENT_TYPE, header::AUTHORIZATION])
        .max_age(Duration::from_secs(600))
}
