//! Published files in folders: a manifest, and its objects by their names.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use crate::command::{Outcome, unusable};

/// An object has 64 MiB at most; what is longer is none.
const LIMIT: u64 = (64 << 20) + 1;

/// The bytes of a published file.
pub(super) fn read(path: &Path) -> Outcome<Vec<u8>> {
    let mut bytes = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LIMIT).read_to_end(&mut bytes));
    read.map_err(|error| unusable(format!("{}: {error}", path.display())))?;
    Ok(bytes)
}

/// Where the objects of a manifest are: in the given folder, or in `objects` beside it.
pub(super) fn objects(manifest: Option<&PathBuf>, given: Option<&PathBuf>) -> PathBuf {
    let beside = |manifest: &PathBuf| manifest.with_file_name("objects");
    given.cloned().or_else(|| manifest.map(beside)).unwrap_or_default()
}

/// Lower-case hex digits.
pub(super) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
