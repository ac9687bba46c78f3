//! What is live, by value: for the issuer's questions and for counting.

use std::collections::HashMap;

use crate::record::{Kind, Record};

/// The strongest live entry of each value.
#[derive(Default)]
pub(super) struct Index {
    entries: HashMap<(Kind, String, String), Live>,
}

#[derive(Clone, Copy, Default)]
struct Live {
    not_before: Option<u64>,
    leaves_at: u64,
}

impl Index {
    pub(super) fn insert(&mut self, record: &Record) {
        let key = (record.kind, record.issuer.clone(), record.value.clone());
        let live = self.entries.entry(key).or_default();
        live.not_before = live.not_before.max(record.not_before);
        live.leaves_at = live.leaves_at.max(record.leaves_at);
    }

    pub(super) fn holds(&self, kind: Kind, issuer: &str, value: &str) -> bool {
        self.entries.contains_key(&(kind, issuer.into(), value.into()))
    }

    pub(super) fn cut_off(&self, kind: Kind, issuer: &str, value: &str) -> Option<u64> {
        self.entries.get(&(kind, issuer.into(), value.into()))?.not_before
    }

    pub(super) fn len(&self) -> usize {
        self.entries.len()
    }

    pub(super) fn forget(&mut self, now: u64) {
        self.entries.retain(|_, live| live.leaves_at > now);
    }
}
