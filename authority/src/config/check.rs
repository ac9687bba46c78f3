//! What a configuration must keep beyond the types of its values.

use std::collections::HashSet;
use std::fmt::Display;
use std::ops::RangeInclusive;

use argon2::password_hash::phc::PasswordHash;

use super::{Config, ConfigError};

type Checked = Result<(), ConfigError>;

/// One year: longer times are typing errors, and cut-offs would pile up in the snapshot.
const YEAR: u64 = 31_536_000;
/// The longest age at which a snapshot may be used, as the format bounds it (31 days).
const MAX_STALE: u64 = 2_678_400;
/// The longest wait between two polls that the format can ask for.
const LEAST_WAIT: u16 = 3_600;
/// The largest clock tolerance that the `rescind` crate grants, in seconds.
const TOLERANCE: u32 = 300;
/// A snapshot speaks for 255 issuers at most; one is our own.
const MORE_ISSUERS: usize = 254;
/// An object of the snapshot has 64 MiB at most; an entry takes 7 bytes, and revoked keys are bounded on their own.
const LIVE_ENTRIES: usize = 8_000_000;
/// The longest name, `sub`, `jti` and so on, in bytes.
pub(crate) const VALUE_BYTES: usize = 512;

pub(super) fn check(config: &Config) -> Checked {
    server(config)?;
    issuer(config)?;
    tokens(config)?;
    publish(config)?;
    status_list(config)?;
    users(config)?;
    clients_and_keys(config)?;
    origins(config)
}

fn server(config: &Config) -> Checked {
    let server = &config.server;
    range("server.request_timeout_seconds", server.request_timeout_seconds, 1..=300)?;
    range("server.max_connections", server.max_connections, 1..=65_536)?;
    let streams = server.max_event_streams.unwrap_or(0);
    range("server.max_event_streams", streams, 0..=server.max_connections)?;
    range("server.stop_seconds", server.stop_seconds, 0..=300)?;
    range("store.history_seconds", config.store.history_seconds, 0..=10 * YEAR)?;
    range("ledger.max_live_entries", config.ledger.max_live_entries, 1..=LIVE_ENTRIES)?;
    server.public_url.as_ref().map_or(Ok(()), |url| address("server.public_url", url))
}

fn issuer(config: &Config) -> Checked {
    address("issuer.url", &config.issuer.url)?;
    value("issuer.audience", &config.issuer.audience)
}

fn tokens(config: &Config) -> Checked {
    let tokens = &config.tokens;
    range("tokens.lifetime_seconds", tokens.lifetime_seconds, 10..=tokens.max_lifetime_seconds)?;
    range("tokens.max_lifetime_seconds", tokens.max_lifetime_seconds, 10..=YEAR)?;
    range("tokens.clock_tolerance_seconds", tokens.clock_tolerance_seconds, 0..=TOLERANCE)
}

fn publish(config: &Config) -> Checked {
    let publish = &config.publish;
    if !is_tenant(&publish.tenant) {
        return Err(ConfigError::new("publish.tenant", "expected 1 to 64 of a-z, 0-9 and -"));
    }
    for (place, issuer) in publish.issuers.iter().enumerate() {
        value(&format!("publish.issuers[{place}]"), issuer)?;
    }
    distinct("publish.issuers", config.enrolled_issuers().iter())?;
    range("publish.issuers (entries)", publish.issuers.len(), 0..=MORE_ISSUERS)?;
    value("publish.organization_claim", &publish.organization_claim)?;
    range("publish.organization_claim (bytes)", publish.organization_claim.len(), 1..=64)?;
    range("publish.interval_seconds", publish.interval_seconds, 1..=MAX_STALE / 2)?;
    let max_stale = u64::from(publish.max_stale_seconds);
    range("publish.max_stale_seconds", max_stale, publish.next_update_seconds..=MAX_STALE)?;
    range(
        "publish.next_update_seconds",
        publish.next_update_seconds,
        2 * publish.interval_seconds..=max_stale,
    )?;
    range("publish.least_wait_seconds", publish.least_wait_seconds, 0..=LEAST_WAIT)?;
    range("publish.cache_seconds", publish.cache_seconds, 1..=5)?;
    range("publish.minimum_epoch", publish.minimum_epoch, 1..=u32::MAX)
}

fn status_list(config: &Config) -> Checked {
    let lists = &config.status_list;
    range("status_list.entries", lists.entries, 1_024..=1 << 20)?;
    if !lists.entries.is_multiple_of(8) {
        let problem = format!("expected a multiple of 8, not {}", lists.entries);
        return Err(ConfigError::new("status_list.entries", problem));
    }
    range("status_list.max_lists", lists.max_lists, 1..=4_096)?;
    range("status_list.ttl_seconds", lists.ttl_seconds, 1..=86_400)?;
    range("status_list.valid_seconds", lists.valid_seconds, 2 * lists.ttl_seconds..=MAX_STALE)
}

fn users(config: &Config) -> Checked {
    value("login.client_id", &config.login.client_id)?;
    range("login.attempts_per_minute", config.login.attempts_per_minute, 1..=10_000)?;
    for (place, user) in config.users.iter().enumerate() {
        value(&format!("users[{place}].username"), &user.username)?;
        for (key, text) in [("subject", &user.subject), ("organization", &user.organization)] {
            text.as_ref().map_or(Ok(()), |text| value(&format!("users[{place}].{key}"), text))?;
        }
        let hash = PasswordHash::new(&user.password_hash);
        if !hash.is_ok_and(|hash| hash.algorithm.as_str().starts_with("argon2") && hash.hash.is_some()) {
            let expected = "expected an Argon2 hash as `rescind-authority hash-password` prints it";
            return Err(ConfigError::new(format!("users[{place}].password_hash"), expected));
        }
    }
    distinct("users (usernames)", config.users.iter().map(|user| &user.username))
}

fn clients_and_keys(config: &Config) -> Checked {
    for (place, client) in config.clients.iter().enumerate() {
        value(&format!("clients[{place}].id"), &client.id)?;
    }
    for (place, key) in config.api_keys.iter().enumerate() {
        value(&format!("api_keys[{place}].name"), &key.name)?;
    }
    distinct("clients (ids)", config.clients.iter().map(|client| &client.id))?;
    distinct("api_keys (names)", config.api_keys.iter().map(|key| &key.name))
}

fn origins(config: &Config) -> Checked {
    for (place, origin) in config.cors.allowed_origins.iter().enumerate() {
        let key = format!("cors.allowed_origins[{place}]");
        let host = origin.strip_prefix("https://").or_else(|| origin.strip_prefix("http://"));
        let plain =
            |host: &str| !host.is_empty() && host.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'/');
        if !host.is_some_and(plain) {
            return Err(ConfigError::new(
                key,
                "expected an origin such as https://app.example.com, without a path",
            ));
        }
    }
    Ok(())
}

fn range<T: PartialOrd + Display>(key: &str, value: T, allowed: RangeInclusive<T>) -> Checked {
    if allowed.contains(&value) {
        return Ok(());
    }
    Err(ConfigError::new(key, format!("expected {} to {}, not {value}", allowed.start(), allowed.end())))
}

fn value(key: &str, text: &str) -> Checked {
    if is_value(text) {
        return Ok(());
    }
    Err(ConfigError::new(key, format!("expected 1 to {VALUE_BYTES} bytes without control characters")))
}

/// Whether this can be an identifier: not empty, not long, nothing unprintable.
pub(crate) fn is_value(text: &str) -> bool {
    (1..=VALUE_BYTES).contains(&text.len()) && !text.chars().any(char::is_control)
}

fn is_tenant(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}

fn distinct<'a>(key: &str, values: impl Iterator<Item = &'a String>) -> Checked {
    let mut seen = HashSet::new();
    for value in values {
        if !seen.insert(value) {
            return Err(ConfigError::new(
                key,
                format!("expected distinct values, but {value:?} stands twice"),
            ));
        }
    }
    Ok(())
}

fn address(key: &str, url: &str) -> Checked {
    if is_address(url) {
        return Ok(());
    }
    let expected = "expected an https URL (http on loopback only) without query, fragment or final slash";
    Err(ConfigError::new(key, expected))
}

fn is_address(url: &str) -> bool {
    let printable = url.bytes().all(|byte| byte.is_ascii_graphic() && !b"?#\\\"<>".contains(&byte));
    let loopback = |rest: &str| {
        let authority = rest.split('/').next().unwrap_or_default();
        let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
        ["localhost", "127.0.0.1", "[::1]"].contains(&host)
    };
    let named = |rest: &str| !rest.is_empty() && !rest.starts_with(['/', ':']) && !rest.contains('@');
    let scheme_allowed = match url.split_once("://") {
        Some(("https", rest)) => named(rest),
        Some(("http", rest)) => named(rest) && loopback(rest),
        _ => false,
    };
    scheme_allowed && printable && !url.ends_with('/') && url.len() <= VALUE_BYTES
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_https_or_loopback() {
        for url in
            ["https://auth.example.com", "https://a.example/t/1", "http://127.0.0.1:80", "http://[::1]:1"]
        {
            assert!(is_address(url), "{url}");
        }
        let refused =
            ["http://a.example", "https://", "https://a/", "https://a?b", "https://u@a", "ftp://a", "a"];
        for url in refused.iter().chain(&["http://localhost.evil.example", "http://127.0.0.1@evil.example"]) {
            assert!(!is_address(url), "{url}");
        }
    }
}
