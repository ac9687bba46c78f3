//! The document by which publisher keys are replaced (`docs/format.md`, Key document).

use super::limits::KEY_LINKS;
use super::manifest::{KeyId, PublisherKeys, TenantTag, key_id};
use super::reader::Reader;
use crate::Error;
use crate::signature::Ed25519Key;
use alloc::vec::Vec;

/// Whose manifests count: pinned at first, then replaced link by link.
#[derive(Clone, Debug)]
pub(super) struct Trust {
    /// Number of the last link taken; 0 while only the pins count.
    number: u32,
    /// Number of the last link taken that the root signed.
    era: u32,
    /// Manifests of a lower epoch are refused.
    epoch: u32,
    root: Option<[u8; 32]>,
    pub(super) keys: PublisherKeys,
}

impl Trust {
    /// The pinned keys: publisher keys, a root key, or both.
    pub(super) fn new(root: Option<[u8; 32]>, publisher_keys: &[[u8; 32]]) -> Option<Self> {
        let keys = if root.is_some() && publisher_keys.is_empty() {
            PublisherKeys::none()
        } else {
            PublisherKeys::new(publisher_keys)?
        };
        let root_is_apart =
            root.is_none_or(|root| Ed25519Key::new(&root).is_ok() && !publisher_keys.contains(&root));
        root_is_apart.then_some(Self { number: 0, era: 0, epoch: 0, root, keys })
    }

    pub(super) const fn number(&self) -> u32 {
        self.number
    }

    pub(super) const fn era(&self) -> u32 {
        self.era
    }

    pub(super) const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// What is trusted after a document: each link that what is trusted before it vouches for is taken.
    pub(super) fn after(&self, document: &[u8], tenant: &TenantTag) -> Result<Self, Error> {
        let links = read_document(document)?;
        let mut trust = self.clone();
        for link in &links {
            if link.is_signed(tenant, &trust) {
                trust.take(link);
            }
        }
        match links.last() {
            Some(last) if last.number > trust.number => {
                Err(Error::ManifestKeysUnlinked { have: trust.number, got: last.number })
            }
            _ => Ok(trust),
        }
    }

    /// The root may change everything, a publisher key only who the publishers are.
    fn take(&mut self, link: &Link<'_>) {
        self.number = link.number;
        self.keys.clone_from(&link.keys);
        if link.role == Role::Root {
            self.era = link.number;
            self.epoch = self.epoch.max(link.epoch);
            self.root = link.root;
        }
    }
}

/// Who signed a link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Role {
    Publisher,
    Root,
}

/// One replacement of the publisher keys.
pub(super) struct Link<'a> {
    pub(super) role: Role,
    pub(super) number: u32,
    pub(super) epoch: u32,
    pub(super) root: Option<[u8; 32]>,
    keys: PublisherKeys,
    #[cfg(feature = "publish")]
    pub(super) publisher_keys: &'a [[u8; 32]],
    pub(super) signer: KeyId,
    /// Everything before the signature.
    body: &'a [u8],
    signature: [u8; 64],
}

impl Link<'_> {
    /// Whether what is trusted vouches for this link as the next one.
    fn is_signed(&self, tenant: &TenantTag, trust: &Trust) -> bool {
        let message = || signed_message(tenant, self.body);
        match self.role {
            // A root follows the root alone: it must get past whatever a stolen publisher key has signed.
            Role::Root => trust.root.is_some_and(|root| {
                self.number > trust.era
                    && key_id(&root) == self.signer
                    && verifies(&root, &message(), &self.signature)
            }),
            Role::Publisher => {
                let pinned_only = trust.number == 0 && trust.root.is_none();
                let is_next = pinned_only || trust.number.checked_add(1) == Some(self.number);
                is_next
                    && (trust.root.is_none() || trust.root == self.root)
                    && trust.keys.verifies(&self.signer, &message(), &self.signature)
            }
        }
    }
}

fn verifies(key: &[u8; 32], message: &[u8], signature: &[u8; 64]) -> bool {
    Ed25519Key::new(key).is_ok_and(|key| key.verify(message, signature))
}

/// The tenant and the NUL keep a link apart from those of another tenant, from manifests and from tokens.
fn signed_message(tenant: &TenantTag, body: &[u8]) -> Vec<u8> {
    [DOMAIN, tenant, body].concat()
}

pub(super) fn read_document(bytes: &[u8]) -> Result<Vec<Link<'_>>, Error> {
    let mut reader = Reader::new(bytes);
    if reader.array() != Some(MAGIC) {
        return Err(malformed("magic"));
    }
    if reader.u8() != Some(VERSION) {
        return Err(malformed("format version"));
    }
    let count = reader.u8().filter(|count| (1..=KEY_LINKS).contains(count)).ok_or(malformed("link count"))?;
    let mut links: Vec<Link<'_>> = Vec::new();
    for _ in 0..count {
        let link = read_link(&mut reader)?;
        if link.number <= links.last().map_or(0, |last| last.number) {
            return Err(malformed("links are not strictly ascending"));
        }
        links.push(link);
    }
    if reader.remaining() != 0 {
        return Err(malformed("trailing bytes"));
    }
    Ok(links)
}

fn read_link<'a>(reader: &mut Reader<'a>) -> Result<Link<'a>, Error> {
    let start = reader.rest();
    let [role, roots, keys] = reader.array().ok_or(TRUNCATED)?;
    let role = match role {
        1 => Role::Root,
        2 => Role::Publisher,
        _ => return Err(malformed("role")),
    };
    let (number, epoch) = reader.u32().zip(reader.u32()).ok_or(TRUNCATED)?;
    let root: Option<[u8; 32]> = match roots {
        0 => None,
        1 => Some(reader.array().ok_or(TRUNCATED)?),
        _ => return Err(malformed("root key")),
    };
    let (publisher_keys, _) = reader.take(usize::from(keys) * 32).ok_or(TRUNCATED)?.as_chunks();
    if !publisher_keys.is_sorted_by(|a, b| a < b)
        || root.is_some_and(|root| Ed25519Key::new(&root).is_err() || publisher_keys.contains(&root))
    {
        return Err(malformed("keys"));
    }
    let keys = PublisherKeys::new(publisher_keys).ok_or(malformed("keys"))?;
    let signer = reader.array().ok_or(TRUNCATED)?;
    let body = start.get(..start.len() - reader.remaining()).unwrap_or_default();
    let signature = reader.array().ok_or(TRUNCATED)?;
    Ok(Link {
        role,
        number,
        epoch,
        root,
        keys,
        #[cfg(feature = "publish")]
        publisher_keys,
        signer,
        body,
        signature,
    })
}

const fn malformed(reason: &'static str) -> Error {
    Error::ManifestKeysMalformed { reason }
}

const TRUNCATED: Error = malformed("truncated");
const MAGIC: [u8; 4] = *b"RSNK";
const VERSION: u8 = 1;
const DOMAIN: &[u8] = b"rescind-keys-v1\0";

#[cfg(feature = "publish")]
pub use writer::{KeyReplacement, KeyRole, replace_keys};

#[cfg(feature = "publish")]
mod writer {
    use super::{KEY_LINKS, MAGIC, VERSION, read_document, signed_message};
    use crate::snapshot::PublishError;
    use crate::snapshot::manifest::{key_id, tenant_tag};
    use alloc::{string::String, vec::Vec};

    /// Who replaces publisher keys.
    #[derive(Clone, Copy, Debug, PartialEq, Eq)]
    pub enum KeyRole {
        /// One of the present publisher keys: may name other publisher keys.
        Publisher,
        /// The root key, kept offline: may also raise the epoch and name another root.
        Root,
    }

    /// The keys from now on.
    #[derive(Clone, Debug)]
    pub struct KeyReplacement {
        /// The tenant's name.
        pub tenant: String,
        /// One above the number of the replacement before.
        pub number: u32,
        /// The least epoch that counts from now on; heeded when the root signs.
        pub epoch: u32,
        /// The root key from now on. A publisher key cannot change it and names the present one.
        pub root_key: Option<[u8; 32]>,
        /// The publisher keys from now on, 1 to 8 different ones, the root not among them.
        pub publisher_keys: Vec<[u8; 32]>,
    }

    /// Adds a replacement to the key document, or begins one. Serve the product before the first manifest by a new
    /// key. `signer` is the public key whose private half `sign` uses.
    ///
    /// # Errors
    /// [`PublishError::ParameterInvalid`] and [`PublishError::Refused`]; nothing was written then.
    pub fn replace_keys(
        document: Option<&[u8]>,
        replacement: &KeyReplacement,
        role: KeyRole,
        signer: [u8; 32],
        sign: &mut dyn FnMut(&[u8]) -> [u8; 64],
    ) -> Result<Vec<u8>, PublishError> {
        let invalid = |parameter, expected| PublishError::ParameterInvalid { parameter, expected };
        let tenant = tenant_tag(&replacement.tenant).ok_or(invalid("tenant", "1 to 64 of a-z, 0-9 and -"))?;
        let header = [&MAGIC[..], &[VERSION, 0]].concat();
        let mut out = document.map_or(header, Vec::from);
        let count = out.get_mut(5).filter(|count| **count < KEY_LINKS);
        *count.ok_or(invalid("document", "a key document of fewer than 64 links"))? += 1;
        let body = body(replacement, role, signer);
        let signature = sign(&signed_message(&tenant, &body));
        out.extend(body);
        out.extend(signature);
        read_document(&out).map_err(PublishError::Refused)?;
        Ok(out)
    }

    fn body(replacement: &KeyReplacement, role: KeyRole, signer: [u8; 32]) -> Vec<u8> {
        let mut keys = replacement.publisher_keys.clone();
        keys.sort_unstable();
        let role = match role {
            KeyRole::Root => 1,
            KeyRole::Publisher => 2,
        };
        let roots = u8::from(replacement.root_key.is_some());
        let mut out = Vec::from([role, roots, u8::try_from(keys.len()).unwrap_or(u8::MAX)]);
        out.extend(replacement.number.to_le_bytes());
        out.extend(replacement.epoch.to_le_bytes());
        out.extend(replacement.root_key.into_iter().flatten());
        out.extend(keys.as_flattened());
        out.extend(key_id(&signer));
        out
    }
}
