//! The only place where the authority reads a clock.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// A source of the current time; tests pass their own.
pub trait Clock: Send + Sync + 'static {
    /// The time since 1970-01-01T00:00:00Z, leap seconds ignored.
    fn since_epoch(&self) -> Duration;

    /// Whole seconds since the Unix epoch, rounded down.
    fn seconds(&self) -> u64 {
        self.since_epoch().as_secs()
    }
}

/// The computer's clock, held still while it steps back by up to [`HELD_BACK`].
///
/// A cut-off reaches only tokens stamped before it, so a clock that steps back between a sign-in and a revocation
/// would let the token survive. Small steps (NTP, leap smearing) are therefore bridged by holding the time. A
/// larger step means that the clock was wrong before; it is followed, and logged.
#[derive(Debug, Default)]
pub struct SystemClock {
    latest_milliseconds: AtomicU64,
}

/// The largest step back that is bridged: the tolerance that verifiers commonly grant.
const HELD_BACK: Duration = Duration::from_secs(60);

impl Clock for SystemClock {
    fn since_epoch(&self) -> Duration {
        self.steady(read_system_time())
    }
}

impl SystemClock {
    fn steady(&self, read: Duration) -> Duration {
        let latest = Duration::from_millis(self.latest_milliseconds.load(Ordering::Acquire));
        if read >= latest {
            self.latest_milliseconds.fetch_max(milliseconds(read), Ordering::AcqRel);
            return read;
        }
        if latest - read <= HELD_BACK {
            return latest;
        }
        tracing::warn!(by = ?(latest - read), "the computer's clock was set back");
        self.latest_milliseconds.store(milliseconds(read), Ordering::Release);
        read
    }
}

#[expect(clippy::disallowed_methods, reason = "this is the one clock module")]
fn read_system_time() -> Duration {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default()
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

/// Returns once the clock has reached `second` (seconds since the Unix epoch).
pub(crate) async fn wait_for(clock: &dyn Clock, second: u64) {
    /// Short naps, so that an injected clock is noticed as well.
    const NAP: Duration = Duration::from_millis(50);
    while let Some(left) = Duration::from_secs(second).checked_sub(clock.since_epoch()) {
        if left.is_zero() {
            return;
        }
        tokio::time::sleep(left.min(NAP)).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn readings(seconds: &[u64]) -> Vec<u64> {
        let clock = SystemClock::default();
        seconds.iter().map(|read| clock.steady(Duration::from_secs(*read)).as_secs()).collect()
    }

    #[test]
    fn small_step_back_is_held() {
        assert_eq!(readings(&[1000, 999, 940, 1001]), [1000, 1000, 1000, 1001]);
    }

    #[test]
    fn large_step_back_is_followed() {
        assert_eq!(readings(&[1000, 939, 940]), [1000, 939, 940]);
    }
}
