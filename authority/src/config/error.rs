//! What is wrong with a configuration, said so that it can be put right.

use std::fmt;
use std::path::Path;

/// Names the key and what is expected. Never repeats the value of a hash.
#[derive(Debug, PartialEq, Eq)]
pub struct ConfigError {
    file: Option<String>,
    line: Option<usize>,
    key: String,
    expected: String,
}

impl ConfigError {
    /// `key` has a value that is not `expected`.
    pub(crate) fn new(key: impl Into<String>, expected: impl Into<String>) -> Self {
        Self { file: None, line: None, key: key.into(), expected: expected.into() }
    }

    pub(super) fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::new("", format!("cannot be read: {error}")).in_file(path)
    }

    pub(super) fn syntax(text: &str, error: &toml::de::Error) -> Self {
        Self { line: line_of(text, error), ..Self::new("", error.message()) }
    }

    pub(super) fn value(text: &str, key: &str, error: &toml::de::Error) -> Self {
        let key = if key == "." { "" } else { key };
        Self { line: line_of(text, error), ..Self::new(key, error.message()) }
    }

    pub(super) fn in_file(mut self, path: &Path) -> Self {
        self.file = Some(path.display().to_string());
        self
    }
}

fn line_of(text: &str, error: &toml::de::Error) -> Option<usize> {
    let before = text.get(..error.span()?.start)?;
    Some(before.matches('\n').count() + 1)
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(file) = &self.file {
            write!(f, "{file}: ")?;
        }
        if let Some(line) = self.line {
            write!(f, "line {line}: ")?;
        }
        if !self.key.is_empty() {
            write!(f, "{}: ", self.key)?;
        }
        f.write_str(&self.expected)
    }
}

impl std::error::Error for ConfigError {}
