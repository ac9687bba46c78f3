//! `/r/{tenant}/events`: a hint, over server-sent events, that there is a newer manifest. It carries no more than the
//! edition's number: what is in it comes by the manifest, as ever.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::extract::rejection::QueryRejection;
use axum::extract::{Extension, Path, Query, State};
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use futures_util::stream;
use rescind::{Edition, PartName};
use serde::Deserialize;
use serde_json::json;
use tokio::sync::{OwnedSemaphorePermit, watch};

use super::App;
use super::connections::{Bearer, Carrying};
use super::failure::Failure;

/// A comment goes out this often, so that proxies and clients know that the stream lives.
const HEARTBEAT: Duration = Duration::from_secs(15);
/// A stream ends after this time; the client comes back, to another instance perhaps.
const LONGEST: Duration = Duration::from_secs(3_600);

/// One listener.
struct Listener {
    editions: watch::Receiver<Edition>,
    bearer: Bearer,
    ends_at: tokio::time::Instant,
    _place: OwnedSemaphorePermit,
    _carrying: Carrying,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Asked {
    /// `common` or `shards/{shard}`; by default the whole.
    part: Option<String>,
}

impl Asked {
    fn part(self) -> Option<PartName> {
        match self.part.as_deref() {
            None => Some(PartName::Whole),
            Some("common") => Some(PartName::Common),
            Some(other) => other.strip_prefix("shards/")?.parse().ok().map(PartName::Shard),
        }
    }
}

/// `GET`: the present edition at once, and each one that is published from then on.
pub(super) async fn stream(
    State(app): State<Arc<App>>,
    Path(tenant): Path<String>,
    asked: Result<Query<Asked>, QueryRejection>,
    Extension(bearer): Extension<Bearer>,
) -> Result<Response, Failure> {
    let expected = || Failure::InvalidRequest("expected part, common or shards/{shard}, or nothing".into());
    let part = asked.ok().and_then(|Query(asked)| asked.part()).ok_or_else(expected)?;
    let editions = app.sink.editions(part).filter(|_| tenant == app.config.publish.tenant);
    let mut editions = editions.ok_or(Failure::NotFound)?;
    let place = Arc::clone(&app.event_streams).try_acquire_owned().map_err(|_| Failure::TooManyStreams)?;
    let carrying = bearer.carry_stream();
    editions.mark_changed();
    let ends_at = tokio::time::Instant::now() + LONGEST;
    let listener = Listener { editions, bearer, ends_at, _place: place, _carrying: carrying };
    let events = Sse::new(stream::unfold(listener, Listener::next));
    let headers = [
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store, no-transform")),
        // Some proxies hold answers back until they are complete, unless told not to.
        (HeaderName::from_static("x-accel-buffering"), HeaderValue::from_static("no")),
    ];
    Ok((headers, events.keep_alive(KeepAlive::new().interval(HEARTBEAT))).into_response())
}

impl Listener {
    /// The next event; `None` when the stream ends.
    async fn next(mut self) -> Option<(Result<Event, Infallible>, Self)> {
        let changed = tokio::select! {
            changed = self.editions.changed() => changed.is_ok(),
            () = self.bearer.stopping() => false,
            () = tokio::time::sleep_until(self.ends_at) => false,
        };
        if !changed {
            return None;
        }
        let Edition { epoch, version } = *self.editions.borrow_and_update();
        let event = Event::default().data(json!({ "epoch": epoch, "version": version }).to_string());
        Some((Ok(event), self))
    }
}
