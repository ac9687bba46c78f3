//! Why no edition was published.

use std::fmt;

use rescind::PublishError;

use crate::store::StoreError;

/// Why no edition was published; the last one stays.
#[derive(Debug)]
pub(crate) enum PublishingError {
    /// The edition's number could not be kept, or the live revocations not read.
    Store(StoreError),
    /// The edition could not be written.
    Publish(PublishError),
}

impl fmt::Display for PublishingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Store(error) => error.fmt(f),
            Self::Publish(error) => write!(f, "the snapshot could not be written: {error}"),
        }
    }
}

impl std::error::Error for PublishingError {}

impl From<StoreError> for PublishingError {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

impl From<PublishError> for PublishingError {
    fn from(error: PublishError) -> Self {
        Self::Publish(error)
    }
}
