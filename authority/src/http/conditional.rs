//! Answers that caches keep: an entity tag, and 304 for whoever holds the content already (RFC 9110 §13).

use axum::body::Bytes;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};

/// Something that can be cached.
pub(super) struct Cacheable {
    pub(super) body: Bytes,
    pub(super) content_type: &'static str,
    /// A strong entity tag, in quotes.
    pub(super) etag: String,
    /// The value of Cache-Control.
    pub(super) cache: String,
}

impl Cacheable {
    /// The content, or 304 if If-None-Match names it.
    pub(super) fn answer(self, request: &HeaderMap) -> Response {
        let held = is_held(request, &self.etag);
        let named = [(header::CACHE_CONTROL, self.cache), (header::ETAG, self.etag)];
        if held {
            return (StatusCode::NOT_MODIFIED, named).into_response();
        }
        (named, [(header::CONTENT_TYPE, self.content_type)], self.body).into_response()
    }
}

/// Whether If-None-Match says that the client has this content; compared weakly (RFC 9110 §13.1.2).
fn is_held(request: &HeaderMap, etag: &str) -> bool {
    let values = request.get_all(header::IF_NONE_MATCH).iter().filter_map(|value| value.to_str().ok());
    let mut tags = values.flat_map(|value| value.split(',')).map(str::trim);
    tags.any(|tag| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == etag)
}
