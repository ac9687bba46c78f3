//! The listening socket: how many connections, for how long, and how they end.

use std::io;
use std::net::SocketAddr;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use axum::Router;
use axum::extract::{ConnectInfo, Request};
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tower::ServiceExt;

/// From the first byte of a request to the end of its header, and between two requests on one connection.
const HEADER_TIMEOUT: Duration = Duration::from_secs(15);
/// A connection is asked to end after this time, so that one that reads slowly does not hold its place for ever. One
/// with a stream of events is not: their number has a limit of its own.
const LONGEST: Duration = Duration::from_secs(300);
/// How much longer an answer may take that is being sent then.
const LAST_ANSWER: Duration = Duration::from_secs(30);
/// Time for dropped requests to be gone.
const CUT_OFF: Duration = Duration::from_secs(2);
/// The longest request header, in bytes.
const HEADER_BYTES: usize = 32 << 10;
/// Waits before accepting again when the process has no file descriptors left.
const ACCEPT_PAUSE: Duration = Duration::from_millis(100);

/// Limits of the socket.
#[derive(Clone, Copy)]
pub(crate) struct Limits {
    pub(crate) connections: usize,
    /// Time for open requests once `stop` has come.
    pub(crate) stop: Duration,
}

/// Serves until `stop` is ready, then lets open requests finish.
pub(crate) async fn serve(
    listener: TcpListener,
    router: Router,
    limits: Limits,
    stop: impl Future<Output = ()>,
) {
    let places = Arc::new(Semaphore::new(limits.connections));
    let (phase, seen) = watch::channel(Phase::Running);
    let mut stop = pin!(stop);
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await;
            (place, listener.accept().await)
        };
        let (place, accepted) = tokio::select! {
            () = &mut stop => break,
            next = next => next,
        };
        match (place, accepted) {
            (Ok(place), Ok((stream, from))) => {
                tokio::spawn(connection(stream, from, router.clone(), seen.clone(), place));
            }
            (_, Err(error)) if is_of_the_connection(&error) => {}
            (_, Err(error)) => {
                tracing::error!(%error, "no connection can be accepted");
                tokio::time::sleep(ACCEPT_PAUSE).await;
            }
            (Err(_), _) => break,
        }
    }
    drop(listener);
    for (next, patience) in [(Phase::Stopping, limits.stop), (Phase::Over, CUT_OFF)] {
        if next == Phase::Over {
            tracing::warn!("requests are cut off");
        }
        phase.send_replace(next);
        // Every connection holds a place.
        let everyone = u32::try_from(limits.connections).unwrap_or(u32::MAX);
        if tokio::time::timeout(patience, places.acquire_many(everyone)).await.is_ok() {
            break;
        }
    }
}

/// Where the server is in its life.
#[derive(Clone, Copy, PartialEq, PartialOrd)]
pub(super) enum Phase {
    Running,
    /// No new requests; open ones may finish.
    Stopping,
    /// Open requests are dropped.
    Over,
}

/// What an answer can know of the connection it goes to.
#[derive(Clone)]
pub(super) struct Bearer {
    phase: watch::Receiver<Phase>,
    is_stream: Arc<AtomicBool>,
}

impl Bearer {
    /// The connection carries a stream, which lasts, until the answer is dropped.
    pub(super) fn carry_stream(&self) -> Carrying {
        self.is_stream.store(true, Ordering::Release);
        Carrying(Arc::clone(&self.is_stream))
    }

    /// Ready when open answers are to end.
    pub(super) async fn stopping(&mut self) {
        // A closed channel means that the server is gone.
        let _ = self.phase.wait_for(|phase| *phase >= Phase::Stopping).await;
    }
}

/// Held for as long as a connection carries a stream.
pub(super) struct Carrying(Arc<AtomicBool>);

impl Drop for Carrying {
    fn drop(&mut self) {
        self.0.store(false, Ordering::Release);
    }
}

async fn connection(
    stream: TcpStream,
    from: SocketAddr,
    router: Router,
    mut seen: watch::Receiver<Phase>,
    _place: OwnedSemaphorePermit,
) {
    // Without it the second small write of an answer waits for an acknowledgement; failing that, it is only slower.
    let _ = stream.set_nodelay(true);
    let is_stream = Arc::new(AtomicBool::new(false));
    let bearer = Bearer { phase: seen.clone(), is_stream: Arc::clone(&is_stream) };
    let service = hyper::service::service_fn(move |mut request: Request<Incoming>| {
        request.extensions_mut().insert(bearer.clone());
        request.extensions_mut().insert(ConnectInfo(from));
        router.clone().oneshot(request)
    });
    let mut builder = http1::Builder::new();
    builder.timer(TokioTimer::new()).header_read_timeout(HEADER_TIMEOUT).max_buf_size(HEADER_BYTES);
    let mut connection = pin!(builder.serve_connection(TokioIo::new(stream), service));
    let ended = tokio::select! {
        ended = connection.as_mut() => Some(ended),
        _ = seen.wait_for(|phase| *phase >= Phase::Stopping) => None,
        () = longest(&is_stream) => None,
    };
    let ended = match ended {
        Some(ended) => ended,
        None => {
            connection.as_mut().graceful_shutdown();
            tokio::select! {
                ended = connection.as_mut() => ended,
                _ = seen.wait_for(|phase| *phase == Phase::Over) => Ok(()),
                () = tokio::time::sleep(LAST_ANSWER) => Ok(()),
            }
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "a connection broke off");
    }
}

/// Ready when a connection has lasted long enough.
async fn longest(is_stream: &AtomicBool) {
    tokio::time::sleep(LONGEST).await;
    while is_stream.load(Ordering::Acquire) {
        tokio::time::sleep(LONGEST).await;
    }
}

/// Errors of one connection that says goodbye while it is accepted; the next one may be fine.
fn is_of_the_connection(error: &io::Error) -> bool {
    use io::ErrorKind::{ConnectionAborted, ConnectionRefused, ConnectionReset};
    matches!(error.kind(), ConnectionAborted | ConnectionRefused | ConnectionReset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connection_is_no_stream_any_more_when_the_stream_has_ended() {
        let is_stream = Arc::new(AtomicBool::new(false));
        let phase = watch::channel(Phase::Running).1;
        let bearer = Bearer { phase, is_stream: Arc::clone(&is_stream) };
        let carrying = bearer.carry_stream();
        assert!(is_stream.load(Ordering::Acquire));
        drop(carrying);
        assert!(!is_stream.load(Ordering::Acquire));
    }
}
