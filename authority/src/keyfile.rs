//! Private keys in files: PKCS#8 PEM, for the owner's eyes only.

use std::fmt;
use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

/// A PKCS#8 PEM of the keys used here has about 250 bytes.
const LIMIT: u64 = 16 << 10;

/// Why a key file is not used. Never repeats what the file holds.
#[derive(Debug)]
pub struct KeyFileError {
    path: PathBuf,
    what: What,
}

#[derive(Debug)]
enum What {
    Io(io::Error),
    #[cfg(unix)]
    Mode(u32),
    TooLarge,
    Content(&'static str),
}

impl KeyFileError {
    /// The file does not hold what is expected.
    pub(crate) fn content(path: &Path, expected: &'static str) -> Self {
        Self { path: path.into(), what: What::Content(expected) }
    }

    /// The file or folder cannot be used.
    pub(crate) fn io(path: &Path, error: io::Error) -> Self {
        Self { path: path.into(), what: What::Io(error) }
    }
}

impl fmt::Display for KeyFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.what {
            What::Io(error) => write!(f, "{path}: {error}"),
            #[cfg(unix)]
            What::Mode(mode) => {
                write!(f, "{path}: has mode {mode:04o}, but others must not read a private key: chmod 600 it")
            }
            What::TooLarge => write!(f, "{path}: has more than {LIMIT} bytes"),
            What::Content(expected) => write!(f, "{path}: expected {expected}"),
        }
    }
}

impl std::error::Error for KeyFileError {}

/// Reads a key file that only its owner can read.
pub(crate) fn read(path: &Path) -> Result<String, KeyFileError> {
    let failed = |error| KeyFileError::io(path, error);
    let file = File::open(path).map_err(failed)?;
    check_mode(path, &file)?;
    let mut text = String::new();
    file.take(LIMIT + 1).read_to_string(&mut text).map_err(failed)?;
    if u64::try_from(text.len()).is_ok_and(|length| length <= LIMIT) {
        Ok(text)
    } else {
        Err(KeyFileError { path: path.into(), what: What::TooLarge })
    }
}

#[cfg(unix)]
fn check_mode(path: &Path, file: &File) -> Result<(), KeyFileError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = file.metadata().map_err(|error| KeyFileError::io(path, error))?.permissions().mode() & 0o7777;
    if mode & 0o077 == 0 { Ok(()) } else { Err(KeyFileError { path: path.into(), what: What::Mode(mode) }) }
}

#[cfg(not(unix))]
fn check_mode(_: &Path, _: &File) -> Result<(), KeyFileError> {
    Ok(())
}

/// Writes a new file with mode 0600, on disk when this returns. An existing file is never touched.
pub(crate) fn create(path: &Path, text: &str) -> Result<(), KeyFileError> {
    create_new(path, text).map_err(|error| KeyFileError::io(path, error))
}

fn create_new(path: &Path, text: &str) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(text.as_bytes())?;
    file.sync_all()?;
    sync_folder(path)
}

/// Makes the names in the file's folder durable.
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    #[cfg(unix)]
    if let Some(folder) = path.parent() {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        File::open(folder)?.sync_all()?;
    }
    Ok(())
}
