//! The stream of events: that it tells each edition, lives, is bounded, and ends.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::{Response, StatusCode};
use rescind::Edition;
use rescind_authority::SystemClock;
use serde_json::{Value, json};
use support::{Authority, Folder, edition};

async fn listen(authority: &Authority) -> Response {
    authority.get("/r/main/events").header("origin", "https://anyone.example").send().await.unwrap()
}

/// The next edition that is told; comments are passed over.
async fn next(stream: &mut Response) -> Option<Edition> {
    loop {
        let chunk = tokio::time::timeout(Duration::from_secs(10), stream.chunk()).await.unwrap();
        let text = String::from_utf8(chunk.unwrap()?.into()).unwrap();
        if let Some(data) = text.lines().rev().find_map(|line| line.strip_prefix("data: ")) {
            return Some(edition(&serde_json::from_str(data).unwrap()));
        }
    }
}

#[tokio::test]
async fn present_edition_is_told_at_once_and_each_later_one() {
    let authority = Authority::start().await;
    let mut stream = listen(&authority).await;
    let headers = stream.headers().clone();
    assert_eq!(headers["content-type"], "text/event-stream");
    assert_eq!(headers["access-control-allow-origin"], "*");
    assert!(headers["cache-control"].to_str().unwrap().contains("no-store"));
    assert_eq!(next(&mut stream).await, Some(Edition { epoch: 1, version: 1 }));
    for _ in 0..3 {
        let revoked = authority.revoke(json!({ "type": "session", "value": "s" })).await;
        let promised = edition(&revoked["snapshot"]);
        let asked = Instant::now();
        assert_eq!(next(&mut stream).await, Some(promised));
        assert!(asked.elapsed() < Duration::from_secs(2));
        // Whoever follows the hint finds that edition.
        assert!(authority.follower().renew().await.unwrap() >= promised);
    }
}

#[tokio::test]
async fn stream_that_has_nothing_to_tell_sends_a_comment() {
    let authority = Authority::start().await;
    let mut stream = listen(&authority).await;
    assert!(next(&mut stream).await.is_some());
    let comment = tokio::time::timeout(Duration::from_secs(17), stream.chunk()).await.unwrap();
    assert_eq!(comment.unwrap().unwrap(), ":\n\n");
}

#[tokio::test]
async fn stream_beyond_the_limit_is_refused_until_one_ends() {
    let folder = Folder::new();
    folder.set("# max_event_streams = 512", "max_event_streams = 1");
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    let first = listen(&authority).await;
    let refused = listen(&authority).await;
    assert_eq!(refused.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(refused.headers()["retry-after"], "60");
    assert_eq!(refused.json::<Value>().await.unwrap()["code"], "too_many_streams");
    drop(first);
    for _ in 0..100 {
        if listen(&authority).await.status() == StatusCode::OK {
            return;
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    panic!("the place of a stream that ended was not given back");
}

#[tokio::test]
async fn open_stream_ends_when_the_server_is_asked_to_stop() {
    let authority = Authority::start().await;
    let mut stream = listen(&authority).await;
    assert!(next(&mut stream).await.is_some());
    let started = Instant::now();
    authority.stop().await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    assert_eq!(next(&mut stream).await, None);
}

#[tokio::test]
async fn stream_of_another_tenant_is_not_found() {
    let authority = Authority::start().await;
    assert_eq!(authority.get("/r/other/events").send().await.unwrap().status(), StatusCode::NOT_FOUND);
}
