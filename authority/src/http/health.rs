//! `/health`: whether the process lives, and whether it can do its work.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use rescind::PartName;
use serde_json::json;

use super::App;

/// `GET /health/live`.
pub(super) async fn live() -> Response {
    answer(StatusCode::OK, json!({ "status": "live" }))
}

/// `GET /health/ready`: the store answers, and the newest manifest is not overdue.
pub(super) async fn ready(State(app): State<Arc<App>>) -> Response {
    let store = Arc::clone(&app.store);
    let stored = tokio::task::spawn_blocking(move || store.last_sequence()).await;
    let store_ok = matches!(stored, Ok(Ok(_)));
    let manifest = app.sink.manifest(PartName::Whole);
    let fresh = manifest.as_ref().is_some_and(|manifest| app.clock.seconds() < manifest.next_update);
    let ready = store_ok && fresh;
    let status = if ready { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
    let report = json!({
        "status": if ready { "ready" } else { "not_ready" },
        "store": if store_ok { "ok" } else { "failing" },
        "snapshot": if fresh { "fresh" } else { "overdue" },
        "live_entries": app.ledger.live_entries(),
        "edition": manifest.map(|manifest| json!({ "epoch": manifest.edition.epoch, "version": manifest.edition.version })),
    });
    answer(status, report)
}

fn answer(status: StatusCode, body: serde_json::Value) -> Response {
    (status, [(header::CACHE_CONTROL, "no-store")], Json(body)).into_response()
}
