//! How the server begins, what it does not wait for, and how it ends.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod support;

use std::sync::Arc;
use std::time::{Duration, Instant};

use reqwest::StatusCode;
use rescind_authority::SystemClock;
use serde_json::{Value, json};
use support::{Authority, Folder};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

async fn connect(authority: &Authority) -> TcpStream {
    TcpStream::connect(authority.url.strip_prefix("http://").unwrap()).await.unwrap()
}

#[tokio::test]
async fn first_edition_is_there_with_the_first_request() {
    let authority = Authority::start().await;
    let ready = authority.get("/health/ready").send().await.unwrap();
    assert_eq!(ready.status(), StatusCode::OK);
    let report: Value = ready.json().await.unwrap();
    assert_eq!(
        (&report["status"], &report["edition"]),
        (&json!("ready"), &json!({ "epoch": 1, "version": 1 }))
    );
    assert_eq!(authority.get("/health/live").send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn restarted_server_continues_the_line_of_editions() {
    let authority = Authority::start().await;
    let token = authority.sign_in("ann").await;
    let revoked = authority.revoke(json!({ "type": "token", "token": token })).await;
    let mut edge = authority.edge().await;
    let before = edge.follow(&revoked["snapshot"]).await;
    let high_water = edge.subscription().high_water();
    let folder = authority.stop().await;
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    let mut edge = authority.edge().await;
    edge.subscription().restore_high_water(high_water);
    assert!(edge.renew().await > before);
    assert_eq!(edge.revoked_by(&token).as_deref(), Some("token"));
}

#[tokio::test]
async fn revoked_signing_key_stays_replaced_after_a_restart() {
    let authority = Authority::start().await;
    let old = support::header(&authority.sign_in("ann").await)["kid"].clone();
    authority.revoke(json!({ "type": "key", "value": old })).await;
    let new = support::header(&authority.sign_in("ann").await)["kid"].clone();
    let folder = authority.stop().await;
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    assert_eq!(support::header(&authority.sign_in("ann").await)["kid"], new);
    let set: Value = authority.get("/jwks.json").send().await.unwrap().json().await.unwrap();
    assert_eq!(
        set["keys"].as_array().unwrap().iter().map(|key| &key["kid"]).collect::<Vec<_>>(),
        [&new, &old]
    );
}

#[tokio::test]
async fn signing_key_that_was_revoked_but_not_replaced_is_replaced_at_start() {
    let authority = Authority::start().await;
    let old = support::header(&authority.sign_in("ann").await)["kid"].clone();
    authority.revoke(json!({ "type": "key", "value": old })).await;
    let folder = authority.stop().await;
    // As if the process had died before the new key was written.
    let signing = folder.directory.path().join("signing");
    let newest = std::fs::read_dir(&signing).unwrap().map(|entry| entry.unwrap().path()).max().unwrap();
    std::fs::remove_file(newest).unwrap();
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    assert_ne!(support::header(&authority.sign_in("ann").await)["kid"], old);
}

#[tokio::test]
async fn open_request_is_answered_when_the_server_is_asked_to_stop() {
    let authority = Authority::start().await;
    let mut stream = connect(&authority).await;
    let head =
        "POST /login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 2\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let stopping = tokio::spawn(authority.stop());
    tokio::time::sleep(Duration::from_millis(100)).await;
    assert!(!stopping.is_finished());
    stream.write_all(b"{}").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 400 "), "{answer}");
    stopping.await.unwrap();
}

#[tokio::test]
async fn idle_connections_do_not_delay_the_end() {
    let authority = Authority::start().await;
    let _silent = connect(&authority).await;
    let mut kept_alive = connect(&authority).await;
    kept_alive.write_all(b"GET /health/live HTTP/1.1\r\nhost: a\r\n\r\n").await.unwrap();
    kept_alive.read_u8().await.unwrap();
    let started = Instant::now();
    authority.stop().await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn request_that_never_ends_does_not_keep_the_server_from_stopping() {
    let folder = Folder::new();
    folder.set("# stop_seconds = 10", "stop_seconds = 1");
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    let mut stream = connect(&authority).await;
    let head =
        "POST /login HTTP/1.1\r\nhost: a\r\ncontent-type: application/json\r\ncontent-length: 9\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    tokio::time::sleep(Duration::from_millis(100)).await;
    let started = Instant::now();
    authority.stop().await;
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
}

#[tokio::test]
async fn body_that_does_not_arrive_is_given_up() {
    let folder = Folder::new();
    folder.set("# request_timeout_seconds = 15", "request_timeout_seconds = 1");
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    let mut stream = connect(&authority).await;
    let head = "POST /oauth/revoke HTTP/1.1\r\nhost: a\r\ncontent-type: application/x-www-form-urlencoded\r\ncontent-length: 9\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains(r#""error":"timed_out""#), "{answer}");
}

#[tokio::test]
async fn connections_beyond_the_limit_wait_for_their_turn() {
    let folder = Folder::new();
    folder.set("# max_connections = 1024", "max_connections = 1");
    let authority = Authority::start_in(folder, Arc::new(SystemClock::default())).await;
    let first = connect(&authority).await;
    tokio::time::sleep(Duration::from_millis(100)).await;
    let mut second = connect(&authority).await;
    second.write_all(b"GET /health/live HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    let early = tokio::time::timeout(Duration::from_millis(300), second.read_to_string(&mut answer)).await;
    assert!(early.is_err(), "{answer}");
    drop(first);
    second.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 200 "), "{answer}");
}

#[tokio::test]
async fn header_beyond_the_limit_is_refused() {
    let authority = Authority::start().await;
    let mut stream = connect(&authority).await;
    let head = format!("GET /health/live HTTP/1.1\r\nhost: a\r\nx: {}\r\n\r\n", "a".repeat(100_000));
    // The server may hang up before all is written.
    let _ = stream.write_all(head.as_bytes()).await;
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer).await;
    assert!(!answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    assert_eq!(authority.get("/health/live").send().await.unwrap().status(), StatusCode::OK);
}

#[cfg(unix)]
#[test]
fn program_stops_on_sigterm_with_success() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let folder = Folder::new();
    let mut command = Command::new(support::program());
    command
        .arg("serve")
        .arg("--config")
        .arg(folder.config_path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut child = command.spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    assert!(line.starts_with("listening on http://127.0.0.1:"), "{line}");
    assert!(Command::new("kill").arg(child.id().to_string()).status().unwrap().success());
    assert_eq!(child.wait().unwrap().code(), Some(0));
}
