//! The document by which publisher keys are replaced, as the authority serves it and as the commands write it.

use std::fs::File;
use std::io::{self, Read, Write};
use std::path::Path;

use rescind::KeyLink;

use crate::keyfile::KeyFileError;

/// A key document of 64 links has 24 KiB at most.
const LIMIT: u64 = 64 << 10;

/// A key document and what it says.
#[derive(Debug)]
pub struct KeyDocument {
    bytes: Vec<u8>,
    newest: KeyLink,
    epoch: u32,
}

impl KeyDocument {
    /// Reads the file.
    ///
    /// # Errors
    /// When it cannot be read or is no key document.
    pub fn read(path: &Path) -> Result<Self, KeyFileError> {
        let mut bytes = Vec::new();
        let read = File::open(path).and_then(|file| file.take(LIMIT).read_to_end(&mut bytes));
        read.map_err(|error| KeyFileError::io(path, error))?;
        Self::parse(bytes).ok_or_else(|| KeyFileError::content(path, "a key document (docs/format.md)"))
    }

    fn parse(bytes: Vec<u8>) -> Option<Self> {
        let links = rescind::read_keys(&bytes).ok()?;
        let by_root = links.iter().filter(|link| link.role == rescind::KeyRole::Root);
        let epoch = by_root.map(|link| link.epoch).max().unwrap_or(0);
        Some(Self { newest: links.into_iter().next_back()?, bytes, epoch })
    }

    /// The file's bytes.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The last replacement: the keys that count.
    pub const fn newest(&self) -> &KeyLink {
        &self.newest
    }

    /// The least epoch that verifiers take, as the root has said; 0 when it has said nothing.
    pub const fn epoch(&self) -> u32 {
        self.epoch
    }

    /// Whether verifiers that follow the document take manifests by this key.
    pub fn names(&self, publisher_key: &[u8; 32]) -> bool {
        self.newest.publisher_keys.contains(publisher_key)
    }
}

/// Puts the document in place as a whole: whoever reads the file sees the old or the new one.
///
/// # Errors
/// When the file's folder cannot be written; the old document stays then.
pub fn replace(path: &Path, bytes: &[u8]) -> Result<(), KeyFileError> {
    let replaced = || -> io::Result<()> {
        let mut beside = path.as_os_str().to_owned();
        beside.push(".new");
        let mut file = File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)?;
        crate::keyfile::sync_folder(path)
    };
    replaced().map_err(|error| KeyFileError::io(path, error))
}
