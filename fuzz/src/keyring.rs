//! Key documents that are signed by keys a fuzzer chooses, and which of them count by the specification's own words.

use ed25519_dalek::{Signer as _, SigningKey};
use sha2::{Digest as _, Sha256};

use crate::TENANT;

/// What a link's signature covers before the tenant and the link.
const CONTEXT: &[u8] = b"rescind-keys-v1\0";

/// How many keys there are; the first is the publisher's that is pinned, the second the root's.
pub const KEYS: usize = 6;

/// A change of keys, in small numbers.
#[derive(Clone, Copy, Debug)]
pub struct Link {
    /// Whether the root signs, or a publisher.
    pub is_root: bool,
    /// Which key becomes the root.
    pub root: Option<usize>,
    /// A bit for each key that becomes a publisher's.
    pub publishers: u8,
    /// Of the key set.
    pub number: u8,
    /// The least from now on.
    pub epoch: u8,
    /// Which key signs.
    pub signer: usize,
}

impl Link {
    /// Six bytes as a link that breaks no rule of its own.
    pub fn of(bytes: &[u8; 6]) -> Self {
        let [role, root, publishers, number, epoch, signer] = *bytes;
        let root = (root & 1 != 0).then_some(usize::from(root >> 1) % KEYS);
        let without_root = publishers & 0b11_1111 & !root.map_or(0, |root| 1 << root);
        let spare = if root == Some(0) { 0b10 } else { 0b1 };
        Self {
            is_root: role & 1 != 0,
            root,
            publishers: if without_root == 0 { spare } else { without_root },
            number: number.max(1),
            epoch,
            signer: usize::from(signer) % KEYS,
        }
    }
}

/// The keys, and what is trusted after any links: at first the publisher's, and the root's when one is pinned.
pub struct Keyring {
    keys: Vec<SigningKey>,
    root: Option<usize>,
    publishers: u8,
    number: u8,
    era: u8,
    /// The least epoch that counts.
    pub epoch: u8,
}

impl Keyring {
    /// With these keys pinned.
    pub fn new(is_rooted: bool) -> Self {
        let keys = (1..=KEYS as u8).map(|seed| SigningKey::from_bytes(&[seed; 32])).collect();
        Self { keys, root: is_rooted.then_some(1), publishers: 1, number: 0, era: 0, epoch: 0 }
    }

    /// A public key.
    pub fn public(&self, key: usize) -> [u8; 32] {
        self.keys[key].verifying_key().to_bytes()
    }

    /// One of the keys.
    pub fn key(&self, key: usize) -> &SigningKey {
        &self.keys[key]
    }

    /// Whether a manifest by this key counts.
    pub fn trusts(&self, key: usize) -> bool {
        self.publishers & (1 << key) != 0
    }

    /// The document with these links.
    pub fn document(&self, links: &[Link]) -> Vec<u8> {
        let mut out = [&b"RSNK"[..], &[1, links.len() as u8]].concat();
        links.iter().for_each(|link| out.extend(self.signed(link)));
        out
    }

    fn signed(&self, link: &Link) -> Vec<u8> {
        let mut publishers: Vec<_> =
            (0..KEYS).filter(|key| link.publishers & (1 << key) != 0).map(|key| self.public(key)).collect();
        publishers.sort_unstable();
        let role = if link.is_root { 1 } else { 2 };
        let mut out = vec![role, u8::from(link.root.is_some()), publishers.len() as u8];
        out.extend(u32::from(link.number).to_le_bytes());
        out.extend(u32::from(link.epoch).to_le_bytes());
        out.extend(link.root.map(|root| self.public(root)).iter().flatten());
        out.extend(publishers.iter().flatten());
        out.extend(&Sha256::digest(self.public(link.signer))[..8]);
        let tag = Sha256::digest([b"rescind-tenant\0", TENANT.as_bytes()].concat());
        let message = [CONTEXT, &tag[..16], &out].concat();
        out.extend(self.keys[link.signer].sign(&message).to_bytes());
        out
    }

    /// Walks the links; the number afterwards, or `None` where the document is refused and nothing changes.
    pub fn walk(&mut self, links: &[Link]) -> Option<u8> {
        let before = (self.root, self.publishers, self.number, self.era, self.epoch);
        links.iter().for_each(|link| self.take(link));
        if links.last()?.number <= self.number {
            return Some(self.number);
        }
        (self.root, self.publishers, self.number, self.era, self.epoch) = before;
        None
    }

    fn take(&mut self, link: &Link) {
        if link.is_root {
            if self.root == Some(link.signer) && link.number > self.era {
                (self.root, self.publishers) = (link.root, link.publishers);
                (self.number, self.era) = (link.number, link.number);
                self.epoch = self.epoch.max(link.epoch);
            }
            return;
        }
        let is_next =
            link.number == self.number.saturating_add(1) || (self.number == 0 && self.root.is_none());
        let keeps_root = self.root.is_none() || link.root == self.root;
        if is_next && keeps_root && self.trusts(link.signer) {
            (self.publishers, self.number) = (link.publishers, link.number);
        }
    }
}
