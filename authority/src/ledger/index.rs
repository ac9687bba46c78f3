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
    /// When it was last looked through, in seconds since the Unix epoch.
    forgot_at: u64,
}

/// Entries that are looked through a second: half a million take some milliseconds, during which nobody is answered.
const LOOKED_THROUGH: usize = 100_000;

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

    /// Lets go of what has left by `now`; keys never do. Of many it does so only now and then: what stays a little longer
    /// strikes tokens that are over.
    pub(super) fn forget(&mut self, now: u64) {
        let pause = 1 + u64::try_from(self.entries / LOOKED_THROUGH).unwrap_or(u64::MAX);
        if now.checked_sub(self.forgot_at).is_some_and(|since| since < pause) {
            return;
        }
        self.forgot_at = now;
        self.issuers.values_mut().for_each(|values| values.retain(|_, live| live.leaves_at > now));
        self.entries = self.issuers.values().map(HashMap::len).sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::{Draft, Lifetimes};

    /// A token that leaves at a time.
    fn record(token: u64, leaves_at: u64) -> Record {
        let (issuer, value, actor) = ("https://a.example".into(), token.to_string(), String::new());
        let (kind, expires_at) = (Kind::Token, Some(leaves_at));
        let draft = Draft { kind, issuer, value, expires_at, subject: None, reason: None, actor };
        draft.record(token, String::new(), 0, Lifetimes { longest: 900, tolerance: 0 })
    }

    #[test]
    fn few_are_let_go_of_in_their_second_and_many_now_and_then() {
        for (others, at) in [(0, 101), (2 * 100_000, 103)] {
            let mut index = Index::default();
            (1..=others).for_each(|token| index.insert(&record(token, 900)));
            index.forget(100);
            index.insert(&record(0, 101));
            let left = (100..110).find(|now| {
                index.forget(*now);
                !index.holds(Kind::Token, "https://a.example", "0")
            });
            assert_eq!((left, index.len()), (Some(at), usize::try_from(others).unwrap()));
        }
    }

    #[test]
    fn clock_that_was_set_back_is_followed() {
        let mut index = Index::default();
        index.forget(1_000_000);
        index.insert(&record(1, 101));
        index.forget(101);
        assert_eq!(index.len(), 0);
    }
}
