//! What a key document says, for whoever keeps one.

use super::keys::{KeyRole, Link, Role, read_document};
use crate::Error;
use alloc::vec::Vec;

/// One replacement of publisher keys, as it stands in a key document. Its signature is not checked: that is for whoever
/// trusts a key ([`Subscription::offer_keys`](crate::Subscription::offer_keys)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct KeyLink {
    /// Whose signature it has.
    pub role: KeyRole,
    /// Of the key set.
    pub number: u32,
    /// The least epoch that counts from now on; without meaning when a publisher key signed.
    pub epoch: u32,
    /// The root key from now on.
    pub root_key: Option<[u8; 32]>,
    /// The publisher keys from now on, ascending.
    pub publisher_keys: Vec<[u8; 32]>,
    /// First eight bytes of SHA-256 of the key that signed.
    pub signer: [u8; 8],
}

/// The links of a key document, oldest first: at least one.
///
/// # Errors
/// [`Error::ManifestKeysMalformed`].
pub fn read_keys(document: &[u8]) -> Result<Vec<KeyLink>, Error> {
    Ok(read_document(document)?.iter().map(KeyLink::from).collect())
}

impl From<&Link<'_>> for KeyLink {
    fn from(link: &Link<'_>) -> Self {
        let role = match link.role {
            Role::Publisher => KeyRole::Publisher,
            Role::Root => KeyRole::Root,
        };
        let (publisher_keys, signer) = (link.publisher_keys.into(), link.signer);
        Self { role, number: link.number, epoch: link.epoch, root_key: link.root, publisher_keys, signer }
    }
}
