//! Who may do what: API keys for the admin API, clients for the OAuth endpoints.

use std::collections::HashMap;

use crate::config::{ApiKey, Config};
use crate::secret::SecretHash;

/// The configured API keys and clients.
pub(crate) struct Access {
    api_keys: Vec<ApiKey>,
    clients: HashMap<String, SecretHash>,
    nobody: SecretHash,
}

impl Access {
    pub(crate) fn new(config: &Config) -> Self {
        Self {
            api_keys: config.api_keys.clone(),
            clients: config.clients.iter().map(|client| (client.id.clone(), client.secret_sha256)).collect(),
            nobody: SecretHash::of(""),
        }
    }

    /// The name of the API key, if it is one. Every key is compared, so time does not tell which came close.
    pub(crate) fn api_key(&self, secret: &str) -> Option<&str> {
        let matching = |found, key| if ApiKey::is(key, secret) { Some(key) } else { found };
        self.api_keys.iter().fold(None, matching).map(|key| key.name.as_str())
    }

    /// Whether the secret is this client's. An unknown client takes as long as a known one.
    pub(crate) fn is_client(&self, id: &str, secret: &str) -> bool {
        let known = self.clients.get(id);
        let matches = known.unwrap_or(&self.nobody).matches(secret);
        known.is_some() && matches
    }
}

impl ApiKey {
    fn is(&self, secret: &str) -> bool {
        self.sha256.matches(secret)
    }
}
