//! A verifier's feed: follows editions, and publisher keys when they are replaced.

use std::sync::Arc;

use reqwest::{Client, StatusCode};
use rescind::{Edition, Error, ObjectKind, Subscription, SubscriptionOptions, UnixTime};
use rescind_authority::{Clock, SystemClock};

/// A subscription and where it is fed from.
pub struct Follower {
    pub subscription: Subscription,
    /// What the last renewal fetched.
    pub fetched: Vec<ObjectKind>,
    /// Its clock; the computer's by default.
    pub clock: Arc<dyn Clock>,
    http: Client,
    url: String,
}

impl Follower {
    /// One that pins publisher keys.
    pub fn pinning(url: &str, publisher_keys: Vec<[u8; 32]>) -> Self {
        Self::of(url, Subscription::new(options(publisher_keys)).unwrap())
    }

    /// One that pins a root key.
    pub fn pinning_root(url: &str, root_key: [u8; 32]) -> Self {
        Self::of(url, Subscription::with_root(options(Vec::new()), root_key).unwrap())
    }

    fn of(url: &str, subscription: Subscription) -> Self {
        let clock = Arc::new(SystemClock::default());
        Self { subscription, fetched: Vec::new(), clock, http: Client::new(), url: url.into() }
    }

    /// Goes on with another server.
    pub fn move_to(&mut self, url: &str) {
        self.url = url.into();
    }

    /// Renews until it holds at least this edition.
    pub async fn follow(&mut self, wanted: Edition) -> Edition {
        let mut fetched = Vec::new();
        for _ in 0..200 {
            let held = self.renew().await.unwrap();
            fetched.append(&mut self.fetched);
            if held >= wanted {
                self.fetched = fetched;
                return held;
            }
            tokio::time::sleep(std::time::Duration::from_millis(20)).await;
        }
        panic!("{wanted} was not published");
    }

    /// Renews once; meets an unknown key by asking for the key document.
    pub async fn renew(&mut self) -> Result<Edition, Error> {
        self.fetched.clear();
        let now = UnixTime::from_seconds(self.clock.seconds());
        let manifest = self.get("manifest").await.unwrap();
        let plan = match self.subscription.offer_manifest(&manifest, now) {
            Err(Error::ManifestKeyUnknown) => {
                let keys = self.get("keys").await.ok_or(Error::ManifestKeyUnknown)?;
                self.subscription.offer_keys(&keys)?;
                self.subscription.offer_manifest(&manifest, now)?
            }
            plan => plan?,
        };
        if plan.unchanged {
            return Ok(plan.edition);
        }
        for object in plan.needed {
            let name: String = object.sha256.iter().map(|byte| format!("{byte:02x}")).collect();
            let bytes = self.get(&format!("objects/{name}")).await.unwrap();
            self.subscription.offer_object(bytes)?;
            self.fetched.push(object.kind);
        }
        self.subscription.commit()
    }

    /// A file of the tenant; `None` when there is none.
    pub async fn get(&self, path: &str) -> Option<Vec<u8>> {
        let answer = self.http.get(format!("{}/r/main/{path}", self.url)).send().await.unwrap();
        if answer.status() == StatusCode::NOT_FOUND {
            return None;
        }
        Some(answer.error_for_status().unwrap().bytes().await.unwrap().into())
    }

    pub fn entries(&self) -> u64 {
        self.subscription.snapshot().unwrap().entries()
    }

    /// Whether the last renewal fetched a base.
    pub fn fetched_a_base(&self) -> bool {
        self.fetched.iter().any(|kind| *kind != ObjectKind::Delta)
    }
}

fn options(publisher_keys: Vec<[u8; 32]>) -> SubscriptionOptions {
    SubscriptionOptions { publisher_keys, tenant: "main".into(), clock_tolerance_seconds: 5 }
}
