//! The numbers of editions: on disk before they are visible, and never given twice.

use std::sync::Arc;

use rescind::Edition;

use crate::secret::random;
use crate::store::{PublicationState, Store, StoreError};

/// Gives each edition its number.
pub(super) struct Numbering {
    store: Arc<dyn Store>,
    state: PublicationState,
    /// Whether the last write of a number failed.
    in_doubt: bool,
}

/// Where publishing continues after a restart: the stored state, or a fresh epoch.
///
/// A fresh epoch begins when nothing was ever published, and when the configuration or the key document demands a
/// higher one.
pub(crate) fn resume(store: &dyn Store, minimum_epoch: u32) -> Result<PublicationState, StoreError> {
    let stored = store.publication()?;
    if let Some(state) = &stored
        && state.edition.epoch >= minimum_epoch
    {
        return Ok(state.clone());
    }
    let (issued_at, shard_bits) = stored.map_or((0, 0), |state| (state.issued_at, state.shard_bits));
    let salt = random().map_err(|error| StoreError::Unavailable(error.into()))?;
    let edition = Edition { epoch: minimum_epoch, version: 0 };
    Ok(PublicationState { edition, issued_at, salt, shard_bits })
}

impl Numbering {
    pub(super) fn new(store: Arc<dyn Store>, state: PublicationState) -> Self {
        Self { store, state, in_doubt: false }
    }

    pub(super) const fn shard_bits(&self) -> u8 {
        self.state.shard_bits
    }

    /// Makes the next edition the first of a new epoch, with another number of shards and a fresh salt. An epoch that
    /// has no edition yet is as good as new.
    pub(super) fn begin_epoch(&mut self, shard_bits: u8) -> Result<(), StoreError> {
        let salt = random().map_err(|error| StoreError::Unavailable(error.into()))?;
        let Edition { epoch, version } = self.state.edition;
        let epoch = if version == 0 { epoch } else { epoch.saturating_add(1) };
        let edition = Edition { epoch, version: 0 };
        self.state = PublicationState { edition, issued_at: self.state.issued_at, salt, shard_bits };
        Ok(())
    }

    /// Puts the number of the next edition on disk. One whose write failed may be there all the same: it is skipped.
    pub(super) fn begin(&mut self, now: u64) -> Result<&PublicationState, StoreError> {
        if self.in_doubt
            && let Some(kept) = self.store.publication()?
            && kept.edition > self.state.edition
        {
            self.state = kept;
        }
        let PublicationState { edition, issued_at, salt, shard_bits } = self.state;
        let edition = Edition { version: edition.version.saturating_add(1), ..edition };
        let next = PublicationState { edition, issued_at: now.max(issued_at), salt, shard_bits };
        self.in_doubt = true;
        self.store.set_publication(&next)?;
        self.in_doubt = false;
        self.state = next;
        Ok(&self.state)
    }
}
