//! The rescind authority: records revocations, publishes them as signed snapshots, and issues access tokens.
//!
//! A revocation passes `http` → `access` → `ledger` → `store`, is acknowledged, and passes `publisher` → `sink`.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::Semaphore;

mod clock;
pub use clock::{Clock, SystemClock};
pub mod config;
use config::{Config, ConfigError};
mod secret;
pub use secret::{SecretHash, random};
mod keyfile;
pub use keyfile::KeyFileError;
pub mod ed25519;
use ed25519::Ed25519Key;
pub mod key_document;
use key_document::KeyDocument;

mod http;
mod access;
pub mod record;
mod ledger;
mod database;
pub mod store;
mod publisher;
mod sink;
mod status_list;
mod issuer;
pub use issuer::SigningKeys;
pub use issuer::sign_in::hash_password;

pub mod setup;

use access::Access;
use issuer::Issuer;
use issuer::own_tokens::OwnTokens;
use issuer::sign_in::SignIn;
use issuer::status_list::PublishedLists;
use ledger::{Ledger, LedgerOptions};
use publisher::{Publisher, Tools};
use record::Lifetimes;
use sink::MemorySink;
use status_list::StatusLists;
use store::{Embedded, Store};

/// Starts everything, serves on `listener` until `stop` is ready, and ends everything again.
///
/// The first edition of the snapshot is published before the first request is served; `ready` is called between
/// the two, and can still call it off.
///
/// # Errors
/// When something is missing or broken that the authority cannot do without.
pub async fn run(
    listener: TcpListener,
    config: Config,
    clock: Arc<dyn Clock>,
    ready: impl FnOnce() -> Result<(), String>,
    stop: impl Future<Output = ()>,
) -> Result<(), StartError> {
    let limits = http::connections::Limits {
        connections: config.server.max_connections,
        stop: Duration::from_secs(config.server.stop_seconds),
    };
    let (app, threads) =
        tokio::task::spawn_blocking(move || start(config, clock)).await.map_err(StartError::of)??;
    ready().map_err(|message| StartError(message.into()))?;
    http::connections::serve(listener, http::router(Arc::new(app)), limits, stop).await;
    tokio::task::spawn_blocking(move || threads.end()).await.map_err(StartError::of)
}

/// The threads behind the server.
struct Threads {
    wake: publisher::Wake,
    publisher: std::thread::JoinHandle<()>,
    ledger: std::thread::JoinHandle<()>,
    status_lists: Option<std::thread::JoinHandle<()>>,
}

impl Threads {
    fn end(self) {
        self.wake.stop();
        // The others end with their last handle; requests that were cut off may still hold one.
        for thread in [Some(self.publisher), Some(self.ledger), self.status_lists].into_iter().flatten() {
            if thread.join().is_err() {
                tracing::error!("a thread had panicked");
            }
        }
    }
}

fn start(config: Config, clock: Arc<dyn Clock>) -> Result<(http::App, Threads), StartError> {
    let store: Arc<dyn Store> = Arc::new(Embedded::open(&config.store.path).map_err(StartError::of)?);
    let key = Ed25519Key::read(&config.publish.key).map_err(StartError::of)?;
    let keys = key_document(&config, &key).map_err(StartError::of)?;
    let epoch = keys.as_ref().map_or(0, KeyDocument::epoch).max(config.publish.minimum_epoch);
    let state = publisher::resume(store.as_ref(), epoch).map_err(StartError::of)?;
    let (wake, woken) = publisher::wake();
    let recorded = wake.clone();
    let (ledger, ledger_thread) = Ledger::open(
        Arc::clone(&store),
        Arc::clone(&clock),
        ledger_options(&config),
        state.edition,
        Box::new(move || recorded.recorded()),
    )
    .map_err(StartError::of)?;
    let (status_lists, status_list_thread) = status_lists(&config, &clock).map_err(StartError::of)?.unzip();
    let issuer = Issuer::open(&config, ledger.clone(), status_lists, Arc::clone(&clock));
    let issuer = issuer.map_err(StartError::of)?;
    let issuer = Arc::new(issuer);
    let sink = Arc::new(MemorySink::default());
    let tools = Tools {
        key,
        ledger: ledger.clone(),
        store: Arc::clone(&store),
        sink: Arc::clone(&sink),
        clock: Arc::clone(&clock),
    };
    let mut publisher = Publisher::new(&config, tools, state);
    publisher.publish().map_err(StartError::of)?;
    let publisher = publisher.start(woken).map_err(StartError::of)?;
    let tolerance = config.tokens.clock_tolerance_seconds;
    let own_tokens = OwnTokens::new(Arc::clone(&issuer), Arc::clone(&clock), tolerance);
    let app = http::App {
        access: Access::new(&config),
        event_streams: Arc::new(Semaphore::new(config.max_event_streams())),
        keys,
        own_tokens: own_tokens.map_err(StartError::of)?,
        sign_in: SignIn::new(&config, Arc::clone(&clock)).map_err(StartError::of)?,
        config,
        clock,
        issuer,
        ledger,
        store,
        sink,
    };
    Ok((app, Threads { wake, publisher, ledger: ledger_thread, status_lists: status_list_thread }))
}

/// The status lists and their thread, when the configuration wants them.
fn status_lists(
    config: &Config,
    clock: &Arc<dyn Clock>,
) -> Result<Option<(PublishedLists, std::thread::JoinHandle<()>)>, store::StoreError> {
    if !config.status_list.enabled {
        return Ok(None);
    }
    let (places, thread) = StatusLists::open(config, Arc::clone(clock))?;
    Ok(Some((PublishedLists::new(config, places), thread)))
}

/// The key document that the configuration names. It must name the publisher key: verifiers that follow it would refuse
/// every manifest.
///
/// # Errors
/// When the file cannot be read, is no key document, or does not name the key.
pub fn key_document(config: &Config, publisher: &Ed25519Key) -> Result<Option<KeyDocument>, ConfigError> {
    let Some(path) = &config.publish.key_document else { return Ok(None) };
    let document = KeyDocument::read(path);
    let document = document.map_err(|error| ConfigError::new("publish.key_document", error.to_string()))?;
    if !document.names(&publisher.public()) {
        let expected = "expected a document that names the key of publish.key: replace keys first";
        return Err(ConfigError::new("publish.key_document", expected));
    }
    Ok(Some(document))
}

fn ledger_options(config: &Config) -> LedgerOptions {
    LedgerOptions { lifetimes: Lifetimes::of(config), max_live_entries: config.ledger.max_live_entries }
}

/// Why the authority did not start.
#[derive(Debug)]
pub struct StartError(Box<dyn std::error::Error + Send + Sync>);

impl StartError {
    fn of(error: impl std::error::Error + Send + Sync + 'static) -> Self {
        Self(error.into())
    }
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for StartError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.0.source()
    }
}
