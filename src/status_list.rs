//! Token Status List (draft-ietf-oauth-status-list): a token names a place in its issuer's list, and the list says
//! what became of it. Only the status VALID passes.
//!
//! Nothing is fetched here. [`StatusLists`] is what a verifier holds: it says which list a token needs, takes the
//! Status List Token that the caller fetched, and answers from it until it expires.

use alloc::string::String;
use alloc::vec::Vec;

use crate::claims::Claims;
use crate::error::Error;
use crate::key::KeySet;
use crate::limits;
use crate::time::UnixTime;

mod address;
use address::AllowedAddresses;
mod list;
pub use list::StatusList;
mod reference;
use reference::StatusReference;
mod token;
pub use token::StatusListToken;
pub(crate) use token::Surroundings;
mod zlib;

/// The media type of a Status List Token, as `typ` has it and, behind `application/`, as HTTP has it.
pub const STATUS_LIST_TYPE: &str = "statuslist+jwt";

/// What a verifier demands of status lists.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StatusListOptions {
    /// Where lists may lie: origins such as `https://auth.example.com`, or addresses of which a list's `uri` is the
    /// whole or goes on behind a slash. https, or http on a loopback host. A token chooses nothing beyond them.
    pub allowed_uris: Vec<String>,
    /// Seconds after its `iat` for which a list without `exp` may be used, at least 1.
    pub max_age_seconds: u32,
    /// Bytes of one list at most, inflated; a Status List Token may have twice as many.
    pub max_bytes: usize,
}

impl StatusListOptions {
    /// With the defaults: a day for lists without `exp`, 4 MiB for one list.
    pub fn new(allowed_uris: Vec<String>) -> Self {
        Self {
            allowed_uris,
            max_age_seconds: limits::DEFAULT_STATUS_LIST_AGE_SECONDS,
            max_bytes: limits::DEFAULT_STATUS_LIST_BYTES,
        }
    }
}

/// The status lists that a verifier holds, and what it demands of them.
#[derive(Debug)]
pub struct StatusLists {
    allowed: AllowedAddresses,
    max_age_seconds: u32,
    max_bytes: usize,
    /// The keys that sign lists; `None`: those that sign tokens.
    keys: Option<KeySet>,
    held: Vec<StatusList>,
}

impl StatusLists {
    /// Without a list: every token that names one is refused until it is there. Lists are signed by the keys that
    /// sign tokens, unless [`set_keys`](Self::set_keys) gives others.
    ///
    /// # Errors
    /// [`Error::PolicyInvalid`] for an option out of range.
    pub fn new(options: StatusListOptions) -> Result<Self, Error> {
        if !(1..=limits::MAX_STATUS_LIST_AGE_SECONDS).contains(&options.max_age_seconds) {
            return Err(invalid("statusLists.maxAgeSeconds", "a whole number from 1 to 31536000"));
        }
        if !(1..=limits::MAX_STATUS_LIST_BYTES).contains(&options.max_bytes) {
            return Err(invalid("statusLists.maxBytes", "a whole number from 1 to 67108864"));
        }
        Ok(Self {
            allowed: AllowedAddresses::new(options.allowed_uris)?,
            max_age_seconds: options.max_age_seconds,
            max_bytes: options.max_bytes,
            keys: None,
            held: Vec::new(),
        })
    }

    /// From now on lists are signed by these keys, with any asymmetric algorithm, and not by those that sign tokens.
    pub fn set_keys(&mut self, keys: KeySet) {
        self.keys = Some(keys);
    }

    /// Takes a list, in place of an older one of the same address.
    ///
    /// # Errors
    /// [`Error::StatusListRolledBack`] when the one held was issued later, [`Error::StatusListTooLarge`] when 64
    /// other lists are held.
    pub fn hold(&mut self, list: StatusList) -> Result<(), Error> {
        if let Some(held) = self.held.iter_mut().find(|held| held.uri == list.uri) {
            if list.issued_at < held.issued_at {
                let (have, got) = (held.issued_at.floor_seconds(), list.issued_at.floor_seconds());
                return Err(Error::StatusListRolledBack { have, got });
            }
            *held = list;
            return Ok(());
        }
        if self.held.len() >= limits::MAX_STATUS_LISTS {
            return Err(Error::StatusListTooLarge { limit: limits::MAX_STATUS_LISTS });
        }
        self.held.push(list);
        Ok(())
    }

    /// Forgets the list of this address. Answers whether it was held.
    pub fn drop_list(&mut self, uri: &str) -> bool {
        let before = self.held.len();
        self.held.retain(|list| list.uri != uri);
        self.held.len() < before
    }

    /// The lists held.
    pub fn held(&self) -> &[StatusList] {
        &self.held
    }

    /// Judges the status that the claims refer to; a token that carries none passes. Answers until when the answer
    /// holds.
    pub(crate) fn judge(&self, claims: &Claims<'_>, now: UnixTime) -> Result<Option<UnixTime>, Error> {
        let Some(StatusReference { uri, index }) = StatusReference::of(claims)? else {
            return Ok(None);
        };
        if !self.allowed.admits(&uri) {
            return Err(Error::StatusUriNotAllowed);
        }
        match self.held.iter().find(|list| list.uri == uri) {
            Some(list) => list.judge(index, now).map(Some),
            None => Err(Error::StatusListUnavailable { uri }),
        }
    }
}

fn invalid(option: &'static str, expected: &'static str) -> Error {
    Error::PolicyInvalid { option, expected }
}
