//! Where status lists may lie: a token names an address, and only the caller says which ones are ever asked.

use alloc::string::String;
use alloc::vec::Vec;

use super::invalid;
use crate::error::Error;
use crate::limits::{MAX_POLICY_LIST, MAX_STATUS_URI_BYTES};

/// Addresses, each of which stands for itself and for what lies below it.
#[derive(Debug)]
pub(super) struct AllowedAddresses(Vec<String>);

impl AllowedAddresses {
    pub(super) fn new(addresses: Vec<String>) -> Result<Self, Error> {
        let in_range = (1..=MAX_POLICY_LIST).contains(&addresses.len());
        if in_range && addresses.iter().all(|address| is_plain(address) && is_secure(address)) {
            return Ok(Self(addresses));
        }
        Err(invalid("statusLists.uris", "1 to 64 https addresses (http only on a loopback host)"))
    }

    /// Compares as text, so an address in another spelling is another address.
    pub(super) fn admits(&self, uri: &str) -> bool {
        is_plain(uri) && self.0.iter().any(|allowed| is_below(uri, allowed))
    }
}

/// `https://a.example` has `https://a.example/b` below it, but neither `https://a.example.org` nor
/// `https://a.example@b`.
fn is_below(uri: &str, allowed: &str) -> bool {
    match uri.strip_prefix(allowed) {
        Some(rest) => rest.is_empty() || allowed.ends_with('/') || rest.starts_with(['/', '?']),
        None => false,
    }
}

/// Whether every reader takes this text for the same address: nothing that a URL parser would take out, turn round or
/// walk up.
fn is_plain(uri: &str) -> bool {
    const REWRITTEN: &[u8] = b"\\\"<>^`{|}#@";
    let usual = |byte: u8| byte.is_ascii_graphic() && !REWRITTEN.contains(&byte);
    uri.len() <= MAX_STATUS_URI_BYTES && uri.bytes().all(usual) && !has_dot_segment(uri.as_bytes())
}

/// Whether a segment is `.` or `..`; a percent-encoded dot counts, wherever it stands.
fn has_dot_segment(uri: &[u8]) -> bool {
    let mut segments = uri.split(|byte| matches!(byte, b'/' | b'?'));
    let dots = |segment: &[u8]| segment == b"." || segment == b"..";
    segments.any(dots) || uri.windows(3).any(|escape| escape.eq_ignore_ascii_case(b"%2e"))
}

fn is_secure(address: &str) -> bool {
    match address.split_once("://") {
        Some(("https", rest)) => !host(rest).is_empty(),
        Some(("http", rest)) => is_loopback(host(rest)),
        _ => false,
    }
}

/// The host of what follows `//`, without its port.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?']).next().unwrap_or_default();
    match authority.rsplit_once(':') {
        Some((host, port)) if port.bytes().all(|byte| byte.is_ascii_digit()) => host,
        _ => authority,
    }
}

/// `127.` stands for an address only when nothing but digits and dots follows.
fn is_loopback(host: &str) -> bool {
    let digits = |rest: &str| rest.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    host == "localhost" || host == "[::1]" || host.strip_prefix("127.").is_some_and(digits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn allowed(address: &str) -> Result<AllowedAddresses, Error> {
        AllowedAddresses::new([String::from(address)].into())
    }

    #[test]
    fn addresses_below_an_allowed_one_are_admitted() {
        for (address, uri) in [
            ("https://a.example", "https://a.example/status/1"),
            ("https://a.example", "https://a.example?list=1"),
            ("https://a.example/", "https://a.example/status/1"),
            ("https://a.example/status", "https://a.example/status"),
            ("https://a.example/status", "https://a.example/status/1"),
            ("https://a.example:8443/s/", "https://a.example:8443/s/1..2"),
            ("http://127.0.0.1:80", "http://127.0.0.1:80/1"),
        ] {
            assert!(allowed(address).unwrap().admits(uri), "{address} {uri}");
        }
    }

    #[test]
    fn addresses_that_only_look_alike_are_refused() {
        for (address, uri) in [
            ("https://a.example", "https://a.example.org/1"),
            ("https://a.example", "https://a.example@b.example/1"),
            ("https://a.example", "https://a.example:8443/1"),
            ("https://a.example", "http://a.example/1"),
            ("https://a.example", "HTTPS://a.example/1"),
            ("https://a.example/status", "https://a.example/statuses"),
            ("https://a.example/status", "https://a.example/status/../admin"),
            ("https://a.example/status", "https://a.example/status/%2E%2e/admin"),
            ("https://a.example/status", "https://a.example/status/.%2e"),
            ("https://a.example/status", "https://a.example/status\\..\\admin"),
            ("https://a.example/status", "https://a.example/status/1#x"),
            ("https://a.example/status", "https://a.example/status/ 1"),
            ("https://a.example/status", "https://a.example/status/\t../1"),
        ] {
            assert!(!allowed(address).unwrap().admits(uri), "{address} {uri}");
        }
        let long = alloc::format!("https://a.example/{}", "a".repeat(MAX_STATUS_URI_BYTES));
        assert!(!allowed("https://a.example").unwrap().admits(&long));
    }

    #[test]
    fn insecure_or_empty_allow_list_is_refused() {
        for address in [
            "",
            "https://",
            "https:///x",
            "http://a.example",
            "http://127.evil.example",
            "ftp://a.example",
            "http://localhost.evil",
            "a.example",
            "https://u@a.example",
        ] {
            assert!(allowed(address).is_err(), "{address}");
        }
        assert!(AllowedAddresses::new(Vec::new()).is_err());
        for address in ["http://localhost:1/x", "http://[::1]:1", "http://127.9.9.9"] {
            assert!(allowed(address).is_ok(), "{address}");
        }
    }
}
