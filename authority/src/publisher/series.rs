//! The editions of one part of the snapshot: each is a delta on the one before for as long as the universe has room.

use rescind::{Base, EditionParameters, Entry, Headroom, Part, Publication, PublishError, Publisher};

use super::unexpiring::Unexpiring;
use crate::ed25519::Ed25519Key;
use crate::record::{Lifetimes, Record};

/// What a universe is made for, in seconds: a new one is a download for everyone.
const SHORTEST_USE: u64 = 3_600;
const LONGEST_USE: u64 = 7 * 86_400;
/// Room of each bucket, in entries, however few are live: a bit each.
const LEAST_ROOM: u32 = 256;
/// Bounds of the time between two bases, in seconds.
const SHORTEST_FOLD: u64 = 60;
const LONGEST_FOLD: u64 = 3_600;

/// What is the same in every part and universe of an epoch.
#[derive(Clone)]
pub(super) struct About {
    pub(super) tenant: String,
    pub(super) issuers: Vec<String>,
    pub(super) organization_claim: String,
    pub(super) lifetimes: Lifetimes,
    pub(super) epoch: u32,
    pub(super) salt: [u8; 16],
}

/// One universe and what was put into it.
pub(super) struct Series {
    publisher: Publisher,
    unexpiring: Unexpiring,
    lifetimes: Lifetimes,
    /// From when on buckets for new tokens are missing.
    used_up_at: u64,
    folds_at: u64,
    /// The last `expired_before` and `cut_before`: they never go back.
    dropped: (u64, u64),
}

/// Entries, and when each leaves.
#[derive(Default)]
pub(super) struct Live {
    entries: Vec<Entry>,
    leaves_at: Vec<u64>,
}

impl Live {
    pub(super) fn push(&mut self, entry: Entry, leaves_at: u64) {
        self.entries.push(entry);
        self.leaves_at.push(leaves_at);
    }

    pub(super) const fn len(&self) -> usize {
        self.entries.len()
    }
}

impl IntoIterator for Live {
    type Item = (Entry, u64);
    type IntoIter = std::iter::Zip<std::vec::IntoIter<Entry>, std::vec::IntoIter<u64>>;

    fn into_iter(self) -> Self::IntoIter {
        self.entries.into_iter().zip(self.leaves_at)
    }
}

/// What one edition says besides its entries. Times are seconds.
pub(super) struct Said {
    pub(super) version: u64,
    pub(super) issued_at: u64,
    pub(super) next_update: u64,
    pub(super) max_stale_seconds: u32,
    pub(super) least_wait_seconds: u16,
}

impl Series {
    /// A new universe for what is live at `now`, with room for what comes.
    pub(super) fn new(about: &About, part: Part, live: &Live, now: u64) -> Result<Self, PublishError> {
        let lifetimes = about.lifetimes;
        let mut unexpiring = Unexpiring::default();
        for (entry, leaves_at) in live.entries.iter().zip(&live.leaves_at) {
            if never_expires(entry) {
                unexpiring.insert(entry, *leaves_at);
            }
        }
        let base = Base {
            tenant: about.tenant.clone(),
            issuers: about.issuers.clone(),
            organization_claim: about.organization_claim.clone(),
            declared: Vec::new(),
            epoch: about.epoch,
            salt: about.salt,
            part,
            headroom: headroom(lifetimes, now),
        };
        Ok(Self {
            publisher: Publisher::new(base, &live.entries)?,
            unexpiring,
            lifetimes,
            used_up_at: now.saturating_add(time_of_use(lifetimes)),
            folds_at: now.saturating_add(time_to_fold(lifetimes)),
            dropped: (0, 0),
        })
    }

    /// Whether a new universe is due by the clock: tokens that are revoked from now on would have no bucket.
    pub(super) const fn is_used_up(&self, now: u64) -> bool {
        now >= self.used_up_at
    }

    /// Adds one to the next edition.
    ///
    /// # Errors
    /// [`PublishError::UniverseFull`] when a new universe is due; others as [`Publisher::insert`].
    pub(super) fn insert(&mut self, entry: &Entry, leaves_at: u64) -> Result<(), PublishError> {
        if never_expires(entry) && !self.unexpiring.insert(entry, leaves_at) {
            return Ok(());
        }
        self.publisher.insert(entry)
    }

    /// Takes back what no base drops by itself; says whether there was any.
    pub(super) fn forget(&mut self, now: u64) -> Result<bool, PublishError> {
        let gone = self.unexpiring.leave(now);
        for entry in &gone {
            // One that shares its place with another stays until the next universe: that errs on the safe side.
            self.publisher.remove(entry)?;
        }
        Ok(!gone.is_empty())
    }

    /// Whether the next edition is to be a base.
    pub(super) const fn is_fold_due(&self, now: u64) -> bool {
        now >= self.folds_at
    }

    /// Writes the next edition. A base is due now and then even when little has changed: what has expired leaves then.
    pub(super) fn publish(
        &mut self,
        said: &Said,
        now: u64,
        key: &Ed25519Key,
    ) -> Result<Publication, PublishError> {
        let folds = self.is_fold_due(now);
        if folds {
            self.publisher.fold_next();
        }
        let dropped = self.dropped_by(now);
        let edition = EditionParameters {
            version: said.version,
            issued_at: said.issued_at,
            next_update: said.next_update,
            max_stale_seconds: said.max_stale_seconds,
            least_wait_seconds: said.least_wait_seconds,
            expired_before: dropped.0,
            cut_before: dropped.1,
        };
        let publication = self.publisher.publish(&edition, key.public(), &mut |message| key.sign(message))?;
        self.dropped = dropped;
        if folds {
            self.folds_at = now.saturating_add(time_to_fold(self.lifetimes));
        }
        Ok(publication)
    }

    /// The times before which every `exp`, and every `iat`, is of a token that no verifier takes any more.
    fn dropped_by(&self, now: u64) -> (u64, u64) {
        let Lifetimes { longest, tolerance } = self.lifetimes;
        let expired_before = now.saturating_sub(tolerance);
        let (expired, cut) = self.dropped;
        (expired_before.max(expired), expired_before.saturating_sub(longest).max(cut))
    }
}

impl About {
    /// The configuration may enrol fewer issuers than at the time of the revocation.
    pub(super) fn enrols(&self, record: &Record) -> bool {
        self.issuers.contains(&record.issuer)
    }
}

fn never_expires(entry: &Entry) -> bool {
    matches!(entry, Entry::Token { expires_at: None, .. })
}

/// Half the longest lifetime: twice as long would double the room, which everyone downloads.
fn time_of_use(lifetimes: Lifetimes) -> u64 {
    (lifetimes.longest / 2).clamp(SHORTEST_USE, LONGEST_USE)
}

fn time_to_fold(lifetimes: Lifetimes) -> u64 {
    (lifetimes.longest / 16).clamp(SHORTEST_FOLD, LONGEST_FOLD)
}

/// Buckets for every token that can be revoked during the time of use, each with room for what comes to it in that
/// time when revocations go on as they did, and half as much again.
fn headroom(lifetimes: Lifetimes, now: u64) -> Headroom {
    let Lifetimes { longest, tolerance } = lifetimes;
    let time = time_of_use(lifetimes);
    let percent = time.min(longest).saturating_mul(150) / longest.max(1);
    Headroom {
        percent: u16::try_from(percent).unwrap_or(u16::MAX),
        least: LEAST_ROOM,
        from: now.saturating_sub(tolerance),
        until: now.saturating_add(longest).saturating_add(time),
    }
}
