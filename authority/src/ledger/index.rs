//! What is live, by value: for the issuer's questions and for counting.

use std::collections::HashMap;

use crate::record::{Kind, Record};

/// The strongest live entry of each value.
#[derive(Default)]
pub(super) struct Index {
    /// By issuer, of which there are few; then by kind and value.
    issuers: HashMap<String, HashMap<(Kind, Box<str>), Live>>,
    entries: usize,
    /// How many of them are keys, which never leave.
    keys: usize,
}

#[derive(Clone, Copy, Default)]
struct Live {
    not_before: Option<u64>,
    leaves_at: u64,
}

impl Index {
    pub(super) fn insert(&mut self, record: &Record) {
        let values = self.issuers.entry(record.issuer.clone()).or_default();
        let live = values.entry((record.kind, record.key().into())).or_insert_with(|| {
            self.entries += 1;
            self.keys += usize::from(record.kind == Kind::Key);
            Live::default()
        });
        live.not_before = live.not_before.max(record.not_before);
        live.leaves_at = live.leaves_at.max(record.leaves_at);
    }

    pub(super) fn holds(&self, kind: Kind, issuer: &str, value: &str) -> bool {
        self.live(kind, issuer, value).is_some()
    }

    pub(super) fn cut_off(&self, kind: Kind, issuer: &str, value: &str) -> Option<u64> {
        self.live(kind, issuer, value)?.not_before
    }

    fn live(&self, kind: Kind, issuer: &str, value: &str) -> Option<Live> {
        self.issuers.get(issuer)?.get(&(kind, value.into())).copied()
    }

    pub(super) fn len(&self) -> usize {
        self.entries
    }

    pub(super) fn keys(&self) -> usize {
        self.keys
    }

    /// Lets go of what has left by `now`; keys never do.
    pub(super) fn forget(&mut self, now: u64) {
        self.issuers.values_mut().for_each(|values| values.retain(|_, live| live.leaves_at > now));
        self.entries = self.issuers.values().map(HashMap::len).sum();
    }
}
