//! `/status/{list}`: the Status List Token of one list, for relying parties that do not read our snapshot.

use std::sync::Arc;

use axum::Json;
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde_json::json;

use super::App;
use super::conditional::Cacheable;
use super::failure::Failure;

const MEDIA_TYPE: &str = "application/statuslist+jwt";

/// `GET /status/{list}`. Only the present status is known: a query for another time is answered 501, as the draft has
/// it (§8.4).
pub(super) async fn token(
    State(app): State<Arc<App>>,
    Path(list): Path<String>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
) -> Result<Response, Failure> {
    if query.is_some_and(|query| form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "time")) {
        return Ok(refusal(
            StatusCode::NOT_IMPLEMENTED,
            "not_implemented",
            "only the present status is known",
        ));
    }
    if !accepts(&headers) {
        let detail = "a status list is an application/statuslist+jwt here";
        return Ok(refusal(StatusCode::NOT_ACCEPTABLE, "not_acceptable", detail));
    }
    let signed = app.issuer.status_list(&list).await?.ok_or(Failure::NotFound)?;
    let cache = format!("public, max-age={}", app.config.publish.cache_seconds);
    let vary = (header::VARY, HeaderValue::from_static("accept"));
    let answer = Cacheable { body: signed.token, content_type: MEDIA_TYPE, etag: signed.etag, cache };
    Ok(([vary], answer.answer(&headers)).into_response())
}

/// Whether Accept allows the one media type there is; without the header it does (RFC 9110 §12.5.1).
fn accepts(headers: &HeaderMap) -> bool {
    let mut values = headers.get_all(header::ACCEPT).iter().peekable();
    let is_allowed = |range: &str| {
        let mut parts = range.split(';').map(str::trim);
        let name = parts.next().unwrap_or_default().to_ascii_lowercase();
        let is_refused = parts.any(|part| matches!(part, "q=0" | "q=0.0" | "q=0.00" | "q=0.000"));
        [MEDIA_TYPE, "application/*", "*/*"].contains(&name.as_str()) && !is_refused
    };
    values.peek().is_none()
        || values.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(',')).any(is_allowed)
}

fn refusal(status: StatusCode, code: &str, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let problem = json!({ "title": title, "status": status.as_u16(), "code": code, "detail": detail });
    let named = [(header::CONTENT_TYPE, "application/problem+json"), (header::CACHE_CONTROL, "no-store")];
    (status, named, Json(problem)).into_response()
}
