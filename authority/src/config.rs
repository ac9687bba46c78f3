//! The configuration file: every option with its unit and default, checked before anything is started.

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;

use crate::secret::SecretHash;

mod check;
mod shards;
pub(crate) use check::is_value;
pub use shards::Shards;
mod error;
pub use error::ConfigError;

/// The whole file. Unknown keys are refused.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Config {
    /// `[server]`
    pub server: Server,
    /// `[store]`
    pub store: Store,
    /// `[issuer]`
    pub issuer: Issuer,
    /// `[tokens]`
    #[serde(default)]
    pub tokens: Tokens,
    /// `[publish]`
    pub publish: Publish,
    /// `[ledger]`
    #[serde(default)]
    pub ledger: Ledger,
    /// `[status_list]`
    #[serde(default)]
    pub status_list: StatusList,
    /// `[login]`
    #[serde(default)]
    pub login: Login,
    /// `[cors]`
    #[serde(default)]
    pub cors: Cors,
    /// `[log]`
    #[serde(default)]
    pub log: Log,
    /// `[[users]]`: who can sign in.
    #[serde(default)]
    pub users: Vec<User>,
    /// `[[clients]]`: who can use the OAuth endpoints.
    #[serde(default)]
    pub clients: Vec<Client>,
    /// `[[api_keys]]`: who can use the admin API.
    #[serde(default)]
    pub api_keys: Vec<ApiKey>,
}

/// How the server listens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Server {
    /// Address and port of the plain HTTP socket; port 0 takes a free one. TLS is the reverse proxy's part.
    pub listen: SocketAddr,
    /// The address under which clients reach the server, without a slash at the end. Default: `issuer.url`.
    pub public_url: Option<String>,
    /// Time for one request from its first byte to its answer, in seconds. Default 15.
    #[serde(default = "Server::default_request_timeout_seconds")]
    pub request_timeout_seconds: u64,
    /// Connections served at once; more wait in the operating system's queue. Default 1024.
    #[serde(default = "Server::default_max_connections")]
    pub max_connections: usize,
    /// Streams of events served at once; more are refused with 503. Default: half of `max_connections`.
    pub max_event_streams: Option<usize>,
    /// Time for open requests when the server is asked to stop, in seconds. Default 10.
    #[serde(default = "Server::default_stop_seconds")]
    pub stop_seconds: u64,
}

/// Where revocations are kept.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Store {
    /// The store's file; a relative path starts at the configuration file's folder.
    pub path: PathBuf,
    /// How long a revocation can be listed after it left the snapshot, in seconds. Default 2,592,000 (30 days).
    #[serde(default = "Store::default_history_seconds")]
    pub history_seconds: u64,
}

/// Who signs the tokens.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Issuer {
    /// The `iss` of issued tokens: an https URL (http on loopback only) without query, fragment or final slash.
    pub url: String,
    /// The `aud` of issued tokens.
    pub audience: String,
    /// The folder of the ES256 signing keys, each a PKCS#8 PEM file named by the second of its creation.
    pub signing_keys: PathBuf,
}

/// How long tokens live.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Tokens {
    /// From `iat` to `exp` of issued tokens, in seconds. Default 900.
    pub lifetime_seconds: u64,
    /// The longest lifetime of any token of any enrolled issuer, in seconds; decides how long a cut-off stays in the
    /// snapshot. Default 86,400.
    pub max_lifetime_seconds: u64,
    /// The largest clock tolerance of any verifier, in seconds. Default 60.
    pub clock_tolerance_seconds: u32,
}

/// The snapshot.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Publish {
    /// The tenant's name, which is part of the snapshot's address: 1 to 64 of `a-z`, `0-9` and `-`.
    pub tenant: String,
    /// The Ed25519 publisher key, a PKCS#8 PEM file.
    pub key: PathBuf,
    /// The document that names the publisher keys, when they were ever replaced. Default: none.
    pub key_document: Option<PathBuf>,
    /// Issuers the snapshot speaks for besides `issuer.url`. Default: none.
    #[serde(default)]
    pub issuers: Vec<String>,
    /// The claim that names a token's organization. Default `org_id`.
    #[serde(default = "Publish::default_organization_claim")]
    pub organization_claim: String,
    /// The manifest is renewed at least this often, in seconds. Default 30.
    #[serde(default = "Publish::default_interval_seconds")]
    pub interval_seconds: u64,
    /// How long after issue a verifier may call the snapshot fresh, in seconds; at least twice the interval.
    /// Default 90.
    #[serde(default = "Publish::default_next_update_seconds")]
    pub next_update_seconds: u64,
    /// How long after issue a verifier may use the snapshot at all, in seconds. Default 3,600.
    #[serde(default = "Publish::default_max_stale_seconds")]
    pub max_stale_seconds: u32,
    /// How long a shared cache may keep the manifest, in seconds, 1 to 5. Default 2.
    #[serde(default = "Publish::default_cache_seconds")]
    pub cache_seconds: u64,
    /// The least time that verifiers are asked to let pass between two polls, in seconds, up to 3,600; 0 for no wish.
    /// Default 0.
    #[serde(default)]
    pub least_wait_seconds: u16,
    /// Into how many shards the entries of known subjects are split. Default `auto`.
    #[serde(default)]
    pub shards: Shards,
    /// Superseded objects are dropped early when they take more memory than this, in bytes. Default 268,435,456.
    #[serde(default = "Publish::default_keep_bytes")]
    pub keep_bytes: u64,
    /// The epoch to raise the snapshot to, after the store was lost or put back to an older copy. Default 1.
    #[serde(default = "Publish::default_minimum_epoch")]
    pub minimum_epoch: u32,
}

/// Bounds of the log of revocations.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Ledger {
    /// The most revocations that live at once; more are refused with 503. Default 2,000,000.
    pub max_live_entries: usize,
}

/// Token Status Lists (draft-ietf-oauth-status-list), for relying parties that do not read the snapshot.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StatusList {
    /// Whether issued tokens get a place in a list and the claim `status`. Default false.
    pub enabled: bool,
    /// The file of places; a relative path starts at the configuration file's folder. Default `status.redb`.
    pub path: PathBuf,
    /// Tokens that one list has places for; half of them are used. A multiple of 8. Default 131,072.
    pub entries: u32,
    /// Lists in use at once; tokens beyond them are refused with 503. Default 64.
    pub max_lists: usize,
    /// After how long relying parties fetch a list again, in seconds: the longest delay of a revocation. Default 60.
    pub ttl_seconds: u64,
    /// How long a list may be used at all, in seconds; at least twice the above. Default 3,600.
    pub valid_seconds: u64,
}

/// Sign-in of the configured users.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Login {
    /// The `client_id` of tokens from a sign-in. Default `login`.
    pub client_id: String,
    /// Failed attempts for one username from one address within a minute. Default 10.
    pub attempts_per_minute: u32,
}

/// Which pages may call `/login` and `/oauth` from a browser.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cors {
    /// Origins, as `https://app.example.com`. Default: none.
    pub allowed_origins: Vec<String>,
}

/// What is logged to standard error.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Log {
    /// `error`, `warn`, `info` or `debug`. Default `info`.
    pub level: Level,
    /// `text` or `json` lines. Default `text`.
    pub format: Format,
}

/// The least severe level that is logged.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Level {
    /// What failed.
    Error,
    /// What needs attention.
    Warn,
    /// Every revocation, publication and request.
    Info,
    /// Everything.
    Debug,
}

/// The form of a log line.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// One JSON object a line.
    Json,
    /// For people.
    Text,
}

/// Someone who can sign in.
#[derive(Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct User {
    /// What is typed at sign-in.
    pub username: String,
    /// An Argon2 PHC string, as `rescind-authority hash-password` prints it.
    pub password_hash: String,
    /// The `sub` of the tokens. Default: the username.
    pub subject: Option<String>,
    /// The value of the organization claim. Default: no claim.
    pub organization: Option<String>,
}

/// A confidential OAuth client.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Client {
    /// The `client_id`.
    pub id: String,
    /// SHA-256 of the client secret, 64 hex digits.
    pub secret_sha256: SecretHash,
}

/// Someone who can revoke.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ApiKey {
    /// The name that stands in the log.
    pub name: String,
    /// SHA-256 of the key, 64 hex digits.
    pub sha256: SecretHash,
}

impl Config {
    /// Reads and checks the file; relative paths in it start at its folder.
    pub fn load(path: &Path) -> Result<Self, ConfigError> {
        let text = std::fs::read_to_string(path).map_err(|error| ConfigError::unreadable(path, &error))?;
        Self::parse(&text, path.parent().unwrap_or(Path::new(""))).map_err(|error| error.in_file(path))
    }

    /// Checks the text of a configuration file that stands in `folder`.
    pub fn parse(text: &str, folder: &Path) -> Result<Self, ConfigError> {
        let deserializer =
            toml::Deserializer::parse(text).map_err(|error| ConfigError::syntax(text, &error))?;
        let mut config: Self = serde_path_to_error::deserialize(deserializer)
            .map_err(|error| ConfigError::value(text, &error.path().to_string(), error.inner()))?;
        let Self { store, issuer, publish, status_list, .. } = &mut config;
        let paths = [&mut store.path, &mut issuer.signing_keys, &mut publish.key, &mut status_list.path];
        for path in paths.into_iter().chain(&mut publish.key_document) {
            *path = folder.join(&path);
        }
        check::check(&config)?;
        Ok(config)
    }

    /// The address under which clients reach the server.
    pub fn public_url(&self) -> &str {
        self.server.public_url.as_deref().unwrap_or(&self.issuer.url)
    }

    /// How many streams of events are served at once.
    pub fn max_event_streams(&self) -> usize {
        self.server.max_event_streams.unwrap_or(self.server.max_connections / 2)
    }

    /// Every issuer the snapshot speaks for, our own first.
    pub fn enrolled_issuers(&self) -> Vec<String> {
        std::iter::once(&self.issuer.url).chain(&self.publish.issuers).cloned().collect()
    }
}

macro_rules! defaults {
    ($($section:ident { $($default:ident: $type:ty = $value:expr),+ $(,)? })+) => {$(
        impl $section {
            $(fn $default() -> $type { $value })+
        }
    )+};
}

defaults! {
    Server {
        default_request_timeout_seconds: u64 = 15,
        default_max_connections: usize = 1024,
        default_stop_seconds: u64 = 10,
    }
    Store { default_history_seconds: u64 = 2_592_000 }
    Publish {
        default_organization_claim: String = "org_id".into(),
        default_interval_seconds: u64 = 30,
        default_next_update_seconds: u64 = 90,
        default_max_stale_seconds: u32 = 3_600,
        default_cache_seconds: u64 = 2,
        default_keep_bytes: u64 = 256 << 20,
        default_minimum_epoch: u32 = 1,
    }
}

impl Default for Tokens {
    fn default() -> Self {
        Self { lifetime_seconds: 900, max_lifetime_seconds: 86_400, clock_tolerance_seconds: 60 }
    }
}

impl Default for Ledger {
    fn default() -> Self {
        Self { max_live_entries: 2_000_000 }
    }
}

impl Default for StatusList {
    fn default() -> Self {
        Self {
            enabled: false,
            path: "status.redb".into(),
            entries: 131_072,
            max_lists: 64,
            ttl_seconds: 60,
            valid_seconds: 3_600,
        }
    }
}

impl Default for Login {
    fn default() -> Self {
        Self { client_id: "login".into(), attempts_per_minute: 10 }
    }
}

impl Default for Log {
    fn default() -> Self {
        Self { level: Level::Info, format: Format::Text }
    }
}
