//! `check-config`: the configuration file and the key files that it names.

use std::path::Path;

use rescind_authority::SigningKeys;
use rescind_authority::config::Config;
use rescind_authority::ed25519::Ed25519Key;

use super::{ConfigFile, Outcome, unusable};

pub(crate) fn run(file: &ConfigFile) -> Outcome {
    check(&file.config).map(drop)
}

/// The configuration, with the key files that it names readable.
pub(super) fn check(path: &Path) -> Outcome<(Config, Ed25519Key, SigningKeys)> {
    let config = Config::load(path).map_err(unusable)?;
    let publisher =
        Ed25519Key::read(&config.publish.key).map_err(|error| unusable(format!("publish.key: {error}")))?;
    rescind_authority::key_document(&config, &publisher).map_err(unusable)?;
    let signing = SigningKeys::load(&config.issuer.signing_keys, config.tokens.max_lifetime_seconds);
    let signing = signing.map_err(|error| unusable(format!("issuer.signing_keys: {error}")))?;
    Ok((config, publisher, signing))
}
