//! Numbers as little-endian arrays of signed limbs of any width: the parts that are not hot.
//!
//! A number is *carried* when every limb but the last is in `0..2^bits`; the last one then holds the sign. The
//! straight-line versions for the two widths in use are in `limbs29.rs` and `limbs28.rs`.
//!
//! No bound is reachable from input: every index is below an array's constant length, and every intermediate value
//! fits because a limb has at most 30 bits and a loosely reduced one at most 31 with sign.
#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "indices run below constant array lengths; casts cut to the limb that the mask or shift leaves"
)]

/// Groups of `from` bits, each non-negative, regrouped into limbs of `to` bits; what does not fit is cut off.
pub(super) const fn regroup<const A: usize, const B: usize>(
    source: &[i32; A],
    from: u32,
    to: u32,
) -> [i32; B] {
    let mut regrouped = [0; B];
    let (mut pending, mut held, mut next, mut i) = (0u64, 0, 0, 0);
    while i < B {
        while held < to && next < A {
            pending |= (source[next] as u64) << held;
            held += from;
            next += 1;
        }
        regrouped[i] = (pending & ((1 << to) - 1)) as i32;
        pending >>= to;
        held = held.saturating_sub(to);
        i += 1;
    }
    regrouped
}

/// The limbs of a number given as little-endian bytes.
pub(super) const fn from_le_bytes<const B: usize, const N: usize>(bytes: &[u8; B], bits: u32) -> [i32; N] {
    let mut widened = [0; B];
    let mut i = 0;
    while i < B {
        widened[i] = bytes[i] as i32;
        i += 1;
    }
    regroup(&widened, 8, bits)
}

/// The limbs of a number given as big-endian bytes.
pub(super) const fn from_be_bytes<const B: usize, const N: usize>(bytes: &[u8; B], bits: u32) -> [i32; N] {
    let mut widened = [0; B];
    let mut i = 0;
    while i < B {
        widened[i] = bytes[B - 1 - i] as i32;
        i += 1;
    }
    regroup(&widened, 8, bits)
}

/// The little-endian bytes of a carried, non-negative number.
pub(super) const fn to_le_bytes<const N: usize, const B: usize>(limbs: &[i32; N], bits: u32) -> [u8; B] {
    let widened: [i32; B] = regroup(limbs, bits, 8);
    let mut bytes = [0; B];
    let mut i = 0;
    while i < B {
        bytes[i] = widened[i] as u8;
        i += 1;
    }
    bytes
}

/// The bytes that hexadecimal digits stand for, in the order written. Only for constants.
pub(super) const fn hex<const B: usize>(digits: &str) -> [u8; B] {
    const fn value(digit: u8) -> u8 {
        if digit.is_ascii_digit() { digit - b'0' } else { digit - b'a' + 10 }
    }
    let digits = digits.as_bytes();
    let mut bytes = [0; B];
    let mut i = 0;
    while i < B {
        bytes[i] = value(digits[2 * i]) << 4 | value(digits[2 * i + 1]);
        i += 1;
    }
    bytes
}

/// Whether `a < b`, both carried.
pub(super) const fn is_less<const N: usize>(a: &[i32; N], b: &[i32; N]) -> bool {
    let mut i = N;
    while i > 0 {
        i -= 1;
        if a[i] != b[i] {
            return a[i] < b[i];
        }
    }
    false
}

/// Whether every limb is zero.
pub(super) const fn is_zero<const N: usize>(a: &[i32; N]) -> bool {
    let mut i = 0;
    while i < N {
        if a[i] != 0 {
            return false;
        }
        i += 1;
    }
    true
}

/// `a + factor · b`, carried; `factor` is −1, 0 or 1 and every limb at most 2^30 in magnitude.
pub(super) const fn add_multiple<const N: usize>(
    a: &[i32; N],
    factor: i32,
    b: &[i32; N],
    bits: u32,
) -> [i32; N] {
    let mut sum = [0; N];
    let (mut carry, mut i) = (0i64, 0);
    while i < N {
        carry += a[i] as i64 + (factor * b[i]) as i64;
        sum[i] = (carry & ((1 << bits) - 1)) as i32;
        carry >>= bits;
        i += 1;
    }
    sum[N - 1] += (carry << bits) as i32;
    sum
}

/// The representative in `0..modulus` of a number between −`REACH` and `REACH` times the modulus.
pub(super) const fn canonical<const N: usize>(value: &[i32; N], modulus: &[i32; N], bits: u32) -> [i32; N] {
    let mut value = add_multiple(value, 0, modulus, bits);
    let mut round = 0;
    while round < REACH {
        if value[N - 1] < 0 {
            value = add_multiple(&value, 1, modulus, bits);
        } else if !is_less(&value, modulus) {
            value = add_multiple(&value, -1, modulus, bits);
        } else {
            break;
        }
        round += 1;
    }
    value
}

/// `2^exponent` modulo an odd modulus, by doubling. Only for constants.
pub(super) const fn power_of_two<const N: usize>(exponent: u32, modulus: &[i32; N], bits: u32) -> [i32; N] {
    let mut power = [0; N];
    power[0] = 1;
    let mut i = 0;
    while i < exponent {
        power = canonical(&add_multiple(&power, 1, &power, bits), modulus, bits);
        i += 1;
    }
    power
}

/// The inverse of an odd number modulo 2^32, by Newton's iteration (each round doubles the bits that are right).
pub(super) const fn inverse_of_odd(odd: u32) -> u32 {
    let mut inverse = odd; // right modulo 8
    let mut round = 0;
    while round < 4 {
        inverse = inverse.wrapping_mul(2u32.wrapping_sub(odd.wrapping_mul(inverse)));
        round += 1;
    }
    inverse
}

/// How many times the modulus a loosely reduced number may be, in magnitude: the fields' docs argue less than 8.
pub(super) const REACH: u32 = 8;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_regrouped_and_back_are_the_same() {
        let bytes: [u8; 32] = core::array::from_fn(|i| (i as u8).wrapping_mul(37) ^ 0xa5);
        for bits in 26..=30 {
            let limbs: [i32; 10] = from_le_bytes(&bytes, bits);
            assert_eq!(to_le_bytes::<10, 32>(&limbs, bits), bytes, "{bits} bits");
        }
    }

    #[test]
    fn big_endian_bytes_are_little_endian_ones_reversed() {
        let bytes: [u8; 48] = core::array::from_fn(|i| i as u8 + 1);
        let mut reversed = bytes;
        reversed.reverse();
        assert_eq!(from_be_bytes::<48, 14>(&bytes, 28), from_le_bytes::<48, 14>(&reversed, 28));
    }

    #[test]
    fn hexadecimal_digits_keep_their_order() {
        assert_eq!(hex::<3>("01a9ff"), [0x01, 0xa9, 0xff]);
    }

    #[test]
    fn numbers_up_to_eight_moduli_off_have_one_representative() {
        let modulus = [5, 7, 3];
        for factor in -8..=7i32 {
            let off = core::array::from_fn(|i| [2, 1, 0][i] + factor * modulus[i]);
            assert_eq!(canonical(&off, &modulus, 28), [2, 1, 0], "{factor}");
        }
    }

    #[test]
    fn odd_numbers_have_their_inverse_modulo_two_to_the_32() {
        for odd in [1u32, 3, 0x7fff_ffff, 0xffff_ffff, 0x1234_5679] {
            assert_eq!(odd.wrapping_mul(inverse_of_odd(odd)), 1);
        }
    }
}
