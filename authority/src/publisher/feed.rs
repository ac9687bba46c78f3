//! One part of the snapshot, and when it is signed again.

use rescind::{Entry, Part, PartName, Publication, PublishError};

use super::series::{About, Live, Said, Series};
use crate::ed25519::Ed25519Key;

/// A part and its series of editions.
pub(super) struct Feed {
    part: Part,
    /// `None` until everything live was read, and again when a new universe is due.
    series: Option<Series>,
    changed: bool,
    signed_at: u64,
}

impl Feed {
    pub(super) const fn new(part: Part) -> Self {
        Self { part, series: None, changed: true, signed_at: 0 }
    }

    pub(super) fn name(&self) -> PartName {
        self.part.name()
    }

    /// Adds one to the next edition. When there is no room, everything live has to be read.
    pub(super) fn insert(&mut self, entry: &Entry, leaves_at: u64) -> Result<(), PublishError> {
        self.changed = true;
        let Some(series) = &mut self.series else { return Ok(()) };
        match series.insert(entry, leaves_at) {
            Err(PublishError::UniverseFull) => self.series = None,
            inserted => inserted?,
        }
        Ok(())
    }

    /// Takes back what has left.
    pub(super) fn forget(&mut self, now: u64) -> Result<(), PublishError> {
        if self.series.as_ref().is_some_and(|series| series.is_used_up(now)) {
            self.series = None;
        }
        if let Some(series) = &mut self.series {
            self.changed |= series.forget(now)?;
        }
        Ok(())
    }

    /// Whether everything live has to be read for it.
    pub(super) const fn is_new(&self) -> bool {
        self.series.is_none()
    }

    /// Begins a universe with everything live that is of this part.
    pub(super) fn begin(&mut self, about: &About, live: &Live, now: u64) -> Result<(), PublishError> {
        tracing::info!(part = %self.name(), entries = live.len(), "a base is begun from what is live");
        self.series = Some(Series::new(about, self.part, live, now)?);
        self.changed = true;
        Ok(())
    }

    /// Signs the next edition, when something changed or it is time: `renew` seconds after the last.
    pub(super) fn publish(
        &mut self,
        said: &Said,
        (now, renew): (u64, u64),
        key: &Ed25519Key,
    ) -> Result<Option<Publication>, PublishError> {
        let Some(series) = &mut self.series else { return Ok(None) };
        if now.saturating_sub(self.signed_at) < renew && !self.changed && !series.is_fold_due(now) {
            return Ok(None);
        }
        let publication = series.publish(said, now, key)?;
        self.changed = false;
        self.signed_at = now;
        Ok(Some(publication))
    }
}
