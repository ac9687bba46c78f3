//! Tokens whose `exp` nobody told: no bucket of the snapshot drops them, so they are taken back one by one.

use std::collections::{BTreeMap, HashMap};

use rescind::Entry;

/// The live ones, by when they leave.
#[derive(Default)]
pub(super) struct Unexpiring {
    leaves_at: HashMap<Entry, u64>,
    order: BTreeMap<u64, Vec<Entry>>,
}

impl Unexpiring {
    /// Takes one that leaves at a time; false when it was there already, and then the later time counts.
    pub(super) fn insert(&mut self, entry: &Entry, leaves_at: u64) -> bool {
        let before = self.leaves_at.get(entry).copied();
        if before.is_none_or(|before| before < leaves_at) {
            self.leaves_at.insert(entry.clone(), leaves_at);
            self.order.entry(leaves_at).or_default().push(entry.clone());
        }
        before.is_none()
    }

    /// Lets go of those that left by `now`.
    pub(super) fn leave(&mut self, now: u64) -> Vec<Entry> {
        let later = self.order.split_off(&now.saturating_add(1));
        let mut gone = Vec::new();
        for (at, entries) in std::mem::replace(&mut self.order, later) {
            for entry in entries {
                if self.leaves_at.get(&entry) == Some(&at) {
                    self.leaves_at.remove(&entry);
                    gone.push(entry);
                }
            }
        }
        gone
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token(token_id: &str) -> Entry {
        let (issuer, token_id) = ("https://a.example".into(), token_id.into());
        Entry::Token { issuer, token_id, expires_at: None, subject: None }
    }

    #[test]
    fn token_leaves_at_its_time_and_only_once() {
        let mut tokens = Unexpiring::default();
        assert!(tokens.insert(&token("a"), 10));
        assert!(tokens.insert(&token("b"), 11));
        assert_eq!(tokens.leave(9), []);
        assert_eq!(tokens.leave(10), [token("a")]);
        assert_eq!(tokens.leave(20), [token("b")]);
        assert_eq!(tokens.leave(30), []);
    }

    #[test]
    fn token_given_again_leaves_at_the_later_time() {
        let mut tokens = Unexpiring::default();
        assert!(tokens.insert(&token("a"), 10));
        assert!(!tokens.insert(&token("a"), 15));
        assert!(!tokens.insert(&token("a"), 12));
        assert_eq!(tokens.leave(14), []);
        assert_eq!(tokens.leave(15), [token("a")]);
    }
}
