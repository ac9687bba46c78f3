//! Objects by content, each kept for as long as a manifest names it and some time longer.

use std::collections::hash_map::Entry;
use std::collections::{HashMap, VecDeque};

use axum::body::Bytes;

/// Superseded objects are never dropped sooner than this, in seconds, whatever memory they take: a client has this
/// long between reading a manifest and fetching its objects.
const KEPT_AT_LEAST: u64 = 60;

/// For how long superseded objects are kept.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Keep {
    /// The longest client staleness, in seconds.
    pub(crate) seconds: u64,
    /// Beyond this much memory, in bytes, the oldest go early.
    pub(crate) bytes: u64,
}

#[derive(Default)]
pub(super) struct Pool {
    objects: HashMap<[u8; 32], Object>,
    /// What was superseded when, oldest first; an object that is named again stays here and is passed over.
    superseded: VecDeque<(u64, [u8; 32])>,
    /// Bytes of all objects.
    bytes: u64,
}

struct Object {
    bytes: Bytes,
    /// How many of the newest manifests name it.
    named_by: u32,
    /// Since when none does, in seconds since the Unix epoch.
    superseded_at: u64,
}

impl Pool {
    pub(super) fn get(&self, sha256: &[u8; 32]) -> Option<Bytes> {
        self.objects.get(sha256).map(|object| object.bytes.clone())
    }

    /// Takes an object, which nothing names yet.
    pub(super) fn insert(&mut self, sha256: [u8; 32], bytes: Bytes, now: u64) {
        if let Entry::Vacant(place) = self.objects.entry(sha256) {
            self.bytes = self.bytes.saturating_add(size(&bytes));
            place.insert(Object { bytes, named_by: 0, superseded_at: now });
        }
    }

    /// One more manifest names these.
    pub(super) fn name(&mut self, named: &[[u8; 32]]) {
        for sha256 in named {
            self.objects.get_mut(sha256).into_iter().for_each(|object| object.named_by += 1);
        }
    }

    /// One manifest fewer names these.
    pub(super) fn release(&mut self, named: &[[u8; 32]], now: u64) {
        for sha256 in named {
            let Some(object) = self.objects.get_mut(sha256) else { continue };
            object.named_by = object.named_by.saturating_sub(1);
            if object.named_by == 0 {
                object.superseded_at = now;
                self.superseded.push_back((now, *sha256));
            }
        }
    }

    /// Drops what no client can still want, and the oldest of the rest when there is too much.
    pub(super) fn drop_old(&mut self, now: u64, keep: Keep) {
        self.heed_clock(now);
        while let Some(&(at, sha256)) = self.superseded.front() {
            let age = now.saturating_sub(at);
            let crowded = self.bytes > keep.bytes && age >= KEPT_AT_LEAST;
            if age < keep.seconds && !crowded {
                break;
            }
            self.superseded.pop_front();
            let left = |object: &Object| object.named_by == 0 && object.superseded_at == at;
            if self.objects.get(&sha256).is_some_and(left)
                && let Some(object) = self.objects.remove(&sha256)
            {
                self.bytes = self.bytes.saturating_sub(size(&object.bytes));
            }
        }
    }
}

impl Pool {
    /// A clock that was set back was wrong before: what was superseded by it is taken as superseded now, or it would
    /// hold up everything behind it.
    fn heed_clock(&mut self, now: u64) {
        if self.superseded.front().is_none_or(|(at, _)| *at <= now) {
            return;
        }
        for (at, sha256) in &mut self.superseded {
            if let Some(object) = self.objects.get_mut(sha256)
                && object.superseded_at == *at
            {
                object.superseded_at = object.superseded_at.min(now);
            }
            *at = now.min(*at);
        }
    }
}

fn size(bytes: &Bytes) -> u64 {
    u64::try_from(bytes.len()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const KEEP: Keep = Keep { seconds: 1000, bytes: 250 };

    /// One manifest, which names one object.
    #[derive(Default)]
    struct Line {
        pool: Pool,
        named: Vec<[u8; 32]>,
    }

    impl Line {
        fn publish(&mut self, name: u8, now: u64) {
            let named = vec![[name; 32]];
            self.pool.insert([name; 32], vec![name; 100].into(), now);
            self.pool.name(&named);
            self.pool.release(&std::mem::replace(&mut self.named, named), now);
            self.pool.drop_old(now, KEEP);
        }

        fn kept(&self) -> Vec<u8> {
            (0..10).filter(|name| self.pool.get(&[*name; 32]).is_some()).collect()
        }
    }

    #[test]
    fn superseded_object_is_kept_for_the_longest_staleness() {
        let mut line = Line::default();
        line.publish(1, 0);
        line.publish(2, 10);
        line.publish(2, 1009);
        assert_eq!(line.kept(), [1, 2]);
        line.publish(2, 1010);
        assert_eq!(line.kept(), [2]);
    }

    #[test]
    fn object_named_again_is_current_again() {
        let mut line = Line::default();
        line.publish(1, 0);
        line.publish(2, 10);
        line.publish(1, 20);
        line.publish(1, 5000);
        assert_eq!(line.kept(), [1]);
        line.publish(3, 5001);
        line.publish(3, 6000);
        assert_eq!(line.kept(), [1, 3]);
        line.publish(3, 6001);
        assert_eq!(line.kept(), [3]);
    }

    #[test]
    fn clock_that_is_set_back_holds_nothing_up() {
        let mut line = Line::default();
        line.publish(1, 1_000_000);
        line.publish(2, 1_000_001);
        line.publish(3, 500);
        assert_eq!(line.kept(), [1, 2, 3]);
        line.publish(3, 1500);
        assert_eq!(line.kept(), [3]);
    }

    #[test]
    fn object_that_another_manifest_names_stays() {
        let mut line = Line::default();
        line.publish(1, 0);
        line.pool.name(&[[1; 32]]);
        line.publish(2, 10);
        line.publish(2, 5000);
        assert_eq!(line.kept(), [1, 2]);
        line.pool.release(&[[1; 32]], 5000);
        line.publish(2, 6000);
        assert_eq!(line.kept(), [2]);
    }

    #[test]
    fn oldest_objects_go_early_when_memory_is_short_but_never_at_once() {
        let mut line = Line::default();
        for name in 0..4 {
            line.publish(name, u64::from(name));
        }
        assert_eq!(line.kept(), [0, 1, 2, 3]);
        line.publish(3, 63);
        assert_eq!(line.kept(), [2, 3]);
    }
}
