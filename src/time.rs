//! Points in time, as arguments: the verifier never reads a clock.

use core::fmt;

/// A point in time: seconds since 1970-01-01T00:00:00Z, leap seconds ignored (RFC 7519 §2, NumericDate).
///
/// Always finite; may have a fraction and may be negative, as a NumericDate may.
///
/// ```
/// use rescind::UnixTime;
/// let now = UnixTime::from_seconds(1_800_000_000);
/// assert!(now < now.plus(60.0));
/// assert_eq!(UnixTime::from_seconds_f64(f64::NAN), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct UnixTime(f64);

impl UnixTime {
    /// From whole seconds. Exact up to 2^53; beyond, the nearest representable second.
    #[expect(clippy::as_conversions, reason = "u64 to f64 has no From; rounding above 2^53 is documented")]
    pub const fn from_seconds(seconds: u64) -> Self {
        Self(seconds as f64)
    }

    /// From seconds with a fraction. `None` for NaN and the infinities.
    pub const fn from_seconds_f64(seconds: f64) -> Option<Self> {
        if seconds.is_finite() { Some(Self(seconds)) } else { None }
    }

    /// Seconds since the Unix epoch, with fraction.
    pub const fn as_seconds_f64(self) -> f64 {
        self.0
    }

    /// Whole seconds since the Unix epoch, rounded down; saturates at the range of `i64`.
    #[expect(clippy::as_conversions, reason = "float to integer casts saturate by definition")]
    pub fn floor_seconds(self) -> i64 {
        let whole = self.0 as i64;
        if whole as f64 > self.0 { whole.saturating_sub(1) } else { whole }
    }

    /// Whole seconds since the Unix epoch, rounded down; 0 before the epoch.
    #[expect(clippy::as_conversions, reason = "float to integer casts saturate by definition")]
    pub fn floor_seconds_unsigned(self) -> u64 {
        self.0 as u64
    }

    /// The later of two times.
    pub(crate) fn later(self, other: Self) -> Self {
        if other > self { other } else { self }
    }

    /// The earlier of two times.
    pub(crate) fn earlier(self, other: Self) -> Self {
        if other < self { other } else { self }
    }

    /// This time moved by `seconds`, held inside the finite range.
    pub fn plus(self, seconds: f64) -> Self {
        Self((self.0 + seconds).clamp(f64::MIN, f64::MAX))
    }
}

impl fmt::Display for UnixTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extreme_times_stay_finite() {
        let far = UnixTime::from_seconds_f64(f64::MAX).unwrap();
        assert_eq!(far.plus(f64::MAX), far);
        assert_eq!(far.floor_seconds(), i64::MAX);
        assert_eq!(UnixTime::from_seconds_f64(-1.5).unwrap().floor_seconds(), -2);
        assert_eq!(UnixTime::from_seconds_f64(-1.5).unwrap().floor_seconds_unsigned(), 0);
    }
}
