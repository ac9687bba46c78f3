//! How often sign-ins may fail.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

/// The length of a window, in seconds.
const WINDOW: u64 = 60;
/// An address may fail this many times as often as one username from it.
const PER_ADDRESS: u32 = 10;
/// Most (username, address) pairs remembered, about 100 bytes each.
const REMEMBERED: usize = 20_000;

/// Attempts in the present minute, by username and address, and by address alone. An attempt is counted before the
/// password is looked at, so that attempts at the same time cannot slip through, and taken back when it succeeds.
pub(super) struct Attempts {
    allowed: u32,
    windows: Mutex<HashMap<(Option<String>, IpAddr), Window>>,
}

#[derive(Clone, Copy)]
struct Window {
    began: u64,
    count: u32,
}

impl Attempts {
    pub(super) fn new(allowed: u32) -> Self {
        Self { allowed, windows: Mutex::default() }
    }

    /// Counts one attempt, or says how many seconds to wait.
    pub(super) fn count(&self, username: &str, from: IpAddr, now: u64) -> Result<(), u64> {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        if windows.len() >= REMEMBERED {
            windows.retain(|_, window| window.is_open(now));
        }
        if windows.len() >= REMEMBERED {
            // So many addresses at once are not stopped by counting; honest users must not be shut out by them.
            windows.clear();
        }
        for (name, allowed) in
            [(None, self.allowed.saturating_mul(PER_ADDRESS)), (Some(username.into()), self.allowed)]
        {
            let window = windows.entry((name, from)).or_insert(Window { began: now, count: 0 });
            if !window.is_open(now) {
                *window = Window { began: now, count: 0 };
            }
            if window.count >= allowed {
                return Err((window.began + WINDOW).saturating_sub(now).max(1));
            }
            window.count += 1;
        }
        Ok(())
    }

    /// Takes the attempts of a user back who has proved to know the password.
    pub(super) fn forgive(&self, username: &str, from: IpAddr) {
        let mut windows = self.windows.lock().unwrap_or_else(PoisonError::into_inner);
        windows.remove(&(Some(username.into()), from));
        if let Some(window) = windows.get_mut(&(None, from)) {
            window.count = window.count.saturating_sub(1);
        }
    }
}

impl Window {
    fn is_open(self, now: u64) -> bool {
        // A window that began in the future was opened before the clock was set back.
        self.began <= now && now - self.began < WINDOW
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HOME: IpAddr = IpAddr::V4(std::net::Ipv4Addr::LOCALHOST);

    #[test]
    fn attempts_beyond_the_allowed_wait_for_the_next_window() {
        let attempts = Attempts::new(2);
        let counted: Vec<_> = (0..3).map(|second| attempts.count("ann", HOME, 100 + second)).collect();
        assert_eq!(counted, [Ok(()), Ok(()), Err(58)]);
        assert_eq!(attempts.count("ben", HOME, 102), Ok(()));
        assert_eq!(attempts.count("ann", HOME, 160), Ok(()));
    }

    #[test]
    fn many_usernames_from_one_address_are_limited() {
        let attempts = Attempts::new(1);
        let refused = (0..20).filter(|name| attempts.count(&name.to_string(), HOME, 0).is_err()).count();
        assert_eq!(refused, 10);
    }

    #[test]
    fn success_takes_the_attempts_back() {
        let attempts = Attempts::new(1);
        for _ in 0..50 {
            assert_eq!(attempts.count("ann", HOME, 0), Ok(()));
            attempts.forgive("ann", HOME);
        }
    }
}
