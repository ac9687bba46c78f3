//! A JSON number as it was written, turned into a float only where a value is needed.
//!
//! The standard library's exact conversion is left out of the module on purpose: its table of powers alone has 10 KiB.

use super::JsonError;

/// Text of the grammar of RFC 8259 §6, below [`FIRST_REFUSED`] in magnitude, so that its value is finite.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Number<'a>(&'a str);

impl<'a> Number<'a> {
    /// Takes text of the right grammar.
    pub(super) fn new(text: &'a str) -> Result<Self, JsonError> {
        if is_short(text) {
            return Ok(Self(text));
        }
        let decimal = Decimal::read(text);
        if decimal.is_in_range() { Ok(Self(text)) } else { Err(JsonError::Syntax("number out of range")) }
    }

    /// The value: exact for whole numbers below 2^53, however written, and for what a float holds of them with up to
    /// nineteen digits; within a few units of the last place for everything else. Always finite.
    #[expect(clippy::as_conversions, reason = "u64 to f64 has no From; it rounds to the nearest")]
    pub(crate) fn value(self) -> f64 {
        match whole(self.0) {
            Some(whole) => whole as f64,
            None => Decimal::read(self.0).value(),
        }
    }
}

/// Whether the text is too short to be out of range, and has no exponent.
fn is_short(text: &str) -> bool {
    text.len() <= SHORT && !text.bytes().any(|byte| matches!(byte, b'e' | b'E'))
}

/// The value of a few digits and nothing else: what times are.
fn whole(text: &str) -> Option<u64> {
    let digit = |byte: u8| byte.is_ascii_digit().then(|| u64::from(byte - b'0'));
    let sum = || text.bytes().try_fold(0, |sum, byte| Some(sum * 10 + digit(byte)?));
    if text.len() <= SHORT { sum() } else { None }
}

/// `±digits · 10^exponent`, with the first nineteen significant digits.
struct Decimal {
    is_negative: bool,
    digits: u64,
    exponent: i64,
    /// The power of ten of the first significant digit.
    magnitude: i64,
}

impl Decimal {
    fn read(text: &str) -> Self {
        let (is_negative, text) = text.strip_prefix('-').map_or((false, text), |rest| (true, rest));
        let (mantissa, power) = text.split_once(['e', 'E']).unwrap_or((text, ""));
        let (mut digits, mut held, mut exponent, mut is_fraction) = (0u64, 0u32, 0i64, false);
        for byte in mantissa.bytes() {
            if byte == b'.' {
                is_fraction = true;
                continue;
            }
            let is_kept = held < MOST_DIGITS;
            if is_kept {
                digits = digits * 10 + u64::from(byte.wrapping_sub(b'0'));
                held += u32::from(digits != 0);
            }
            exponent += i64::from(!is_kept) - i64::from(is_fraction);
        }
        exponent += signed(power);
        Self { is_negative, digits, exponent, magnitude: exponent + i64::from(held) - 1 }
    }

    fn is_in_range(&self) -> bool {
        let is_below = |(digits, magnitude): (u64, i64)| {
            self.magnitude < magnitude || self.magnitude == magnitude && self.padded() < digits
        };
        self.digits == 0 || is_below(FIRST_REFUSED)
    }

    /// The digits, filled up to nineteen.
    fn padded(&self) -> u64 {
        let mut padded = self.digits;
        while padded < FIRST_OF_MOST_DIGITS && padded != 0 {
            padded *= 10;
        }
        padded
    }

    fn value(&self) -> f64 {
        let value = self.magnitude();
        if self.is_negative { -value } else { value }
    }

    #[expect(clippy::as_conversions, reason = "u64 to f64 has no From; it rounds to the nearest")]
    fn magnitude(&self) -> f64 {
        let places = self.exponent.unsigned_abs();
        let power = u32::try_from(places).ok().and_then(|places| 10u64.checked_pow(places));
        match power {
            Some(power) if self.exponent < 0 => {
                (self.digits / power) as f64 + (self.digits % power) as f64 / power as f64
            }
            Some(power) if self.digits.checked_mul(power).is_some() => (self.digits * power) as f64,
            _ => scaled(self.digits as f64, self.exponent),
        }
    }
}

/// `value · 10^exponent`, step by step.
fn scaled(mut value: f64, exponent: i64) -> f64 {
    for _ in 0..exponent.unsigned_abs().min(MOST_STEPS) {
        if exponent < 0 {
            value /= 10.0;
        } else {
            value *= 10.0;
        }
    }
    value.min(f64::MAX)
}

/// The number after an `e`; 0 when there is none. Saturates far outside the range of floats.
fn signed(text: &str) -> i64 {
    let (is_negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    let value = digits.iter().fold(0i64, |value, byte| {
        value.saturating_mul(10).saturating_add(i64::from(byte.wrapping_sub(b'0'))).min(FAR)
    });
    if is_negative { -value } else { value }
}

/// Characters of which any number fits 64 bits.
const SHORT: usize = 18;
/// Digits that always fit 64 bits.
const MOST_DIGITS: u32 = 19;
const FIRST_OF_MOST_DIGITS: u64 = 10u64.pow(MOST_DIGITS - 1);
/// The first number that is refused, by its nineteen digits and the power of ten of the first one. From
/// 1.79769313486231580794e308 on the nearest float is infinite; what lies between is refused as well.
const FIRST_REFUSED: (u64, i64) = (1_797_693_134_862_315_807, 308);
/// More than any text has digits.
const FAR: i64 = 1 << 40;
/// From the least digit of the smallest float to the nineteenth of the largest.
const MOST_STEPS: u64 = 400;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[track_caller]
    fn value(text: &str) -> f64 {
        Number::new(text).unwrap().value()
    }

    #[test]
    fn whole_numbers_are_exact_however_they_are_written() {
        for (text, expected) in [
            ("0", 0.0),
            ("-0", 0.0),
            ("1801000000", 1_801_000_000.0),
            ("1.801e9", 1_801_000_000.0),
            ("180100000000E-2", 1_801_000_000.0),
            ("1801000000.000000000000000000000000000", 1_801_000_000.0),
            ("0.0000000001801e+19", 1_801_000_000.0),
            ("9007199254740991", 9_007_199_254_740_991.0),
            ("9007199254740993", 9_007_199_254_740_992.0),
            ("-9223372036854775808", -9_223_372_036_854_775_808.0),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }

    #[test]
    fn fractions_are_the_standard_librarys() {
        for text in
            ["12.5", "-0.25", "1801000000.5", "1801000000.123456", "1801000000.1234567", "1.7976e-3", "2e-5"]
        {
            assert_eq!(value(text), text.parse::<f64>().unwrap(), "{text}");
        }
    }

    #[test]
    fn everything_else_is_as_near_as_a_few_units_of_the_last_place() {
        for text in [
            "1e308",
            "1.7976931348623157e308",
            "123456789012345678901234567890",
            "1e-300",
            "3.3e-320",
            "7e22",
        ] {
            let exact: f64 = text.parse().unwrap();
            assert!((value(text) - exact).abs() <= exact.abs() * 1e-13 + 1e-322, "{text}: {}", value(text));
        }
        assert_eq!(value("1e-1000"), 0.0);
        assert_eq!(value(&format!("0.{}1", "0".repeat(5_000))), 0.0);
        assert_eq!(value(&format!("0.{}5e5001", "0".repeat(5_000))), 5.0);
        assert_eq!(value(&format!("1{}e-5000", "0".repeat(5_000))), 1.0);
        assert_eq!(value("0e999999999999999999999999"), 0.0);
    }

    #[test]
    fn what_no_float_holds_is_refused() {
        let zeros = "0".repeat(309);
        let long = format!("1{zeros}");
        for text in ["1e309", "-1e400", "1.7976931348623158079e308", "9e999999999999999999999", &long] {
            assert!(Number::new(text).is_err(), "{text}");
        }
        for text in ["1.797693134862315806e308", "0.0000017976931348623157e314", "1e-999999999999999999999"] {
            assert!(Number::new(text).is_ok(), "{text}");
        }
    }
}
