//! Starts the real server on a free port, and speaks to it as clients and verifiers do.
#![allow(dead_code, reason = "every test file uses a part")]

pub mod follower;
pub mod process;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::{Client, RequestBuilder, Response, StatusCode};
use rescind::{
    Audience, Edition, Error, KeySet, KeySource, Policy, RevocationPolicy, Subscription, SubscriptionOptions,
    UnixTime, Verified, Verifier,
};
use rescind_authority::config::Config;
use rescind_authority::setup::{Choices, NewUser, init};
use rescind_authority::{Clock, SystemClock};
use serde_json::{Value, json};
use tempfile::TempDir;
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

pub const ISSUER: &str = "http://127.0.0.1:7410";

/// The folder of a fresh authority with the users ann (of acme) and ben (of none).
pub struct Folder {
    pub directory: TempDir,
    pub secrets: Value,
}

impl Folder {
    pub fn new() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let user = |username: &str, organization: Option<&str>| NewUser {
            username: username.into(),
            organization: organization.map(Into::into),
        };
        let choices = Choices {
            listen: "127.0.0.1:0".parse().unwrap(),
            issuer: ISSUER.into(),
            tenant: "main".into(),
            users: vec![user("ann", Some("acme")), user("ben", None)],
            origins: vec!["https://app.example.com".into()],
        };
        let secrets = init(directory.path(), &choices, &SystemClock::default()).unwrap();
        Self { directory, secrets }
    }

    pub fn config_path(&self) -> PathBuf {
        self.directory.path().join("config.toml")
    }

    /// Replaces a line of the configuration file; it must be there.
    pub fn set(&self, line: &str, replacement: &str) -> &Self {
        let text = std::fs::read_to_string(self.config_path()).unwrap();
        assert!(text.contains(line), "{line}");
        std::fs::write(self.config_path(), text.replacen(line, replacement, 1)).unwrap();
        self
    }

    pub fn api_key(&self) -> &str {
        self.secrets["api_key"].as_str().unwrap()
    }

    pub fn publisher_key(&self) -> [u8; 32] {
        public_key(&self.secrets["publisher_key"])
    }

    pub fn password(&self, username: &str) -> &str {
        let users = self.secrets["users"].as_array().unwrap();
        users.iter().find(|user| user["username"] == username).unwrap()["password"].as_str().unwrap()
    }
}

/// A running server.
pub struct Authority {
    pub folder: Folder,
    pub url: String,
    pub http: Client,
    stop: Option<oneshot::Sender<()>>,
    running: JoinHandle<()>,
}

impl Authority {
    pub async fn start() -> Self {
        Self::start_in(Folder::new(), Arc::new(SystemClock::default())).await
    }

    /// One that publishes every second and lets no token live longer than fifteen minutes, and its clock.
    pub async fn start_short_lived() -> (Self, Arc<ManualClock>) {
        let folder = Folder::new();
        folder
            .set("# interval_seconds = 30", "interval_seconds = 1")
            .set("# max_lifetime_seconds = 86400", "max_lifetime_seconds = 900");
        let clock = ManualClock::at(0);
        (Self::start_in(folder, clock.clone()).await, clock)
    }

    pub async fn start_in(folder: Folder, clock: Arc<dyn Clock>) -> Self {
        let config = Config::load(&folder.config_path()).unwrap();
        let listener = TcpListener::bind(config.server.listen).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let (stop, stopped) = oneshot::channel::<()>();
        let (ready, is_ready) = oneshot::channel();
        let running = tokio::spawn(async move {
            let ready = || ready.send(()).map_err(|()| String::new());
            let stopped = async { stopped.await.unwrap_or(()) };
            rescind_authority::run(listener, config, clock, ready, stopped).await.unwrap();
        });
        is_ready.await.unwrap();
        Self { folder, url, http: Client::new(), stop: Some(stop), running }
    }

    /// Asks the server to stop and waits until it has.
    pub async fn stop(mut self) -> Folder {
        self.stop.take().unwrap().send(()).unwrap();
        self.running.await.unwrap();
        self.folder
    }

    pub fn get(&self, path: &str) -> RequestBuilder {
        self.http.get(format!("{}{path}", self.url))
    }

    pub fn post(&self, path: &str) -> RequestBuilder {
        self.http.post(format!("{}{path}", self.url))
    }

    pub async fn sign_in(&self, username: &str) -> String {
        let answer = self.log_in(username, self.folder.password(username)).await;
        assert_eq!(answer.status(), StatusCode::OK);
        let body: Value = answer.json().await.unwrap();
        body["access_token"].as_str().unwrap().into()
    }

    pub async fn log_in(&self, username: &str, password: &str) -> Response {
        let body = json!({ "username": username, "password": password });
        self.post("/login").json(&body).send().await.unwrap()
    }

    /// Posts to the admin API.
    pub async fn admin(&self, body: &Value) -> Response {
        self.post("/admin/v1/revocations").bearer_auth(self.folder.api_key()).json(body).send().await.unwrap()
    }

    /// Revokes by the admin API, which must accept.
    pub async fn revoke(&self, target: Value) -> Value {
        let answer = self.admin(&json!({ "target": target })).await;
        assert_eq!(answer.status(), StatusCode::CREATED);
        answer.json().await.unwrap()
    }

    /// A feed that pins the publisher key.
    pub fn follower(&self) -> follower::Follower {
        follower::Follower::pinning(&self.url, vec![self.folder.publisher_key()])
    }

    /// A verifier with the keys of the moment.
    pub async fn edge(&self) -> Edge {
        let x = self.folder.secrets["publisher_key"]["x"].as_str().unwrap();
        let edge = Edge { url: self.url.clone(), http: self.http.clone(), verifier: verifier(x) };
        edge.renew_keys().await
    }
}

/// What guards an API: the root crate's verifier, fed over HTTP.
pub struct Edge {
    url: String,
    http: Client,
    pub verifier: Verifier,
}

impl Edge {
    pub async fn renew_keys(mut self) -> Self {
        let set = self.bytes("/jwks.json").await;
        self.verifier.set_keys(KeySet::from_jwk_set(&set, KeySource::Public).unwrap());
        self
    }

    /// Renews the snapshot until it holds at least this edition.
    pub async fn follow(&mut self, snapshot: &Value) -> Edition {
        let wanted = edition(snapshot);
        for _ in 0..200 {
            let held = self.renew().await;
            if held >= wanted {
                return held;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        panic!("{wanted} was not published");
    }

    /// Renews the snapshot once.
    pub async fn renew(&mut self) -> Edition {
        let manifest = self.bytes("/r/main/manifest").await;
        let plan = self.subscription().offer_manifest(&manifest, now()).unwrap();
        if plan.unchanged {
            return plan.edition;
        }
        for object in plan.needed {
            let name: String = object.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            let bytes = self.bytes(&format!("/r/main/objects/{name}")).await;
            self.subscription().offer_object(bytes).unwrap();
        }
        self.subscription().commit().unwrap()
    }

    pub fn subscription(&mut self) -> &mut Subscription {
        self.verifier.subscription_mut().unwrap()
    }

    pub fn check(&self, token: &str) -> Result<Verified, Error> {
        self.verifier.verify(token.as_bytes(), now())
    }

    /// The dimension by which the token is refused as revoked.
    pub fn revoked_by(&self, token: &str) -> Option<String> {
        match self.check(token) {
            Ok(_) => None,
            Err(Error::Revoked { dimension, .. }) => Some(dimension),
            Err(other) => panic!("{other}"),
        }
    }

    async fn bytes(&self, path: &str) -> Vec<u8> {
        let answer = self.http.get(format!("{}{path}", self.url)).send().await.unwrap();
        answer.error_for_status().unwrap().bytes().await.unwrap().into()
    }
}

fn verifier(publisher_key: &str) -> Verifier {
    use base64::Engine;
    let key = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(publisher_key).unwrap();
    let policy = Policy::new(ISSUER, Audience::AnyOf(vec!["api".into()]), RevocationPolicy::ENFORCE).unwrap();
    let mut verifier = Verifier::new(policy.typ("at+jwt"));
    let publisher_keys = vec![key.try_into().unwrap()];
    let options = SubscriptionOptions { publisher_keys, tenant: "main".into(), clock_tolerance_seconds: 5 };
    verifier.subscribe(Subscription::new(options).unwrap());
    verifier
}

/// The key of a JWK.
pub fn public_key(jwk: &Value) -> [u8; 32] {
    rescind_authority::ed25519::decode(jwk["x"].as_str().unwrap()).unwrap()
}

pub fn edition(value: &Value) -> Edition {
    let epoch = value["epoch"].as_u64().unwrap().try_into().unwrap();
    Edition { epoch, version: value["version"].as_u64().unwrap() }
}

pub fn now() -> UnixTime {
    UnixTime::from_seconds(SystemClock::default().seconds())
}

/// The claims of a token that is trusted anyhow.
pub fn claims(token: &str) -> Value {
    part(token, 1)
}

/// The header of a token that is trusted anyhow.
pub fn header(token: &str) -> Value {
    part(token, 0)
}

fn part(token: &str, place: usize) -> Value {
    use base64::Engine;
    let text = token.split('.').nth(place).unwrap();
    let bytes = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap();
    serde_json::from_slice(&bytes).unwrap()
}

/// A clock that only moves when told to.
#[derive(Debug)]
pub struct ManualClock(AtomicU64);

impl ManualClock {
    /// Set to the present second, plus some milliseconds.
    pub fn at(milliseconds: u64) -> Arc<Self> {
        Arc::new(Self(AtomicU64::new(SystemClock::default().seconds() * 1000 + milliseconds)))
    }

    pub fn advance(&self, milliseconds: u64) {
        self.0.fetch_add(milliseconds, Ordering::SeqCst);
    }

    pub fn set_back(&self, milliseconds: u64) {
        self.0.fetch_sub(milliseconds, Ordering::SeqCst);
    }
}

impl Clock for ManualClock {
    fn since_epoch(&self) -> Duration {
        Duration::from_millis(self.0.load(Ordering::SeqCst))
    }
}

/// The compiled program.
pub fn program() -> &'static Path {
    Path::new(env!("CARGO_BIN_EXE_rescind-authority"))
}
