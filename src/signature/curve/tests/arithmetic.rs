//! The fields, the scalars and the inverse against exact arithmetic, at the limbs' extremes.
//!
//! The reference computes in 128 bits and reduces by doubling, so it shares nothing with the code under test but the
//! tested `limbs::canonical`. Debug builds also trap every overflow of the plain additions.

use super::super::field::{Field, FusedField};
use super::super::scalar::Order;
use super::super::{field_25519, field_p256, field_p384, field_p521, limbs};
use super::Random;

/// `Σ columns[i] · 2^(bits · i)` modulo the modulus.
fn residue<const N: usize>(columns: &[i128], bits: u32, modulus: &[i32; N]) -> [i32; N] {
    let (mut digits, mut carry) = (vec![], 0i128);
    for column in columns.iter().chain(&[0; 6]) {
        carry += column;
        digits.push((carry & ((1 << bits) - 1)) as i32);
        carry >>= bits;
    }
    let mut sum = [0; N];
    sum[0] = carry as i32; // 0 or −1: six more digits hold what 128 bits can carry over
    for digit in digits.iter().rev() {
        for _ in 0..bits {
            sum = limbs::canonical(&limbs::add_multiple(&sum, 1, &sum, bits), modulus, bits);
        }
        sum[0] += digit;
        sum = limbs::canonical(&sum, modulus, bits);
    }
    sum
}

/// The columns of `a · b`, exact.
fn product<const N: usize>(a: &[i32; N], b: &[i32; N]) -> Vec<i128> {
    let mut columns = vec![0; 2 * N];
    for (i, a) in a.iter().enumerate() {
        for (j, b) in b.iter().enumerate() {
            columns[i + j] += i128::from(*a) * i128::from(*b);
        }
    }
    columns
}

/// `a · 2^(bits · by)` in columns.
fn shifted<const N: usize>(a: &[i32; N], by: usize) -> Vec<i128> {
    core::iter::repeat_n(0, by).chain(a.iter().map(|limb| i128::from(*limb))).collect()
}

/// `Σ factor · part`, part by part.
fn combine(parts: &[(i128, Vec<i128>)]) -> Vec<i128> {
    let length = parts.iter().map(|(_, part)| part.len()).max().unwrap();
    (0..length).map(|i| parts.iter().map(|(f, part)| f * part.get(i).unwrap_or(&0)).sum()).collect()
}

/// Numbers with limbs of at most `most` in magnitude and a last one of at most `last`: all extreme, alternating, runs of
/// extremes, sparse, random.
fn extremes<const N: usize>(most: i32, last: i32, random: &mut Random) -> Vec<[i32; N]> {
    let limit = |i: usize| if i == N - 1 { last } else { most };
    let build = |sign: &mut dyn FnMut(usize) -> i32| core::array::from_fn(|i| sign(i) * limit(i));
    let mut numbers = vec![
        build(&mut |_| 0),
        build(&mut |_| 1),
        build(&mut |_| -1),
        build(&mut |i| 1 - 2 * (i as i32 % 2)),
        build(&mut |i| 2 * (i as i32 % 2) - 1),
        build(&mut |i| if i < N / 2 { 1 } else { -1 }),
        build(&mut |i| i32::from(i == N - 1)),
        build(&mut |i| -i32::from(i == 0)),
        build(&mut |i| i32::from(i != N - 1)),
    ];
    for _ in 0..3 {
        numbers.push(build(&mut |_| random.below(3) as i32 - 1));
        let span = |limit: i32| 2 * limit as usize + 1;
        numbers.push(core::array::from_fn(|i| random.below(span(limit(i))) as i32 - limit(i)));
    }
    numbers
}

/// The Montgomery fields: every operation at the largest factors that their docs allow.
macro_rules! montgomery_field_tests {
    ($name:ident, $field:ident, $n:literal, $bits:literal, $room:literal) => {
        mod $name {
            use super::*;
            use $field::{Element, MODULUS};

            const MOST: i32 = (1 << $bits) - 1;
            /// The last limb of a number of 16 moduli: a difference of two elements of 8.
            const LAST: i32 = 1 << ($room + 4);

            fn factors(seed: u64) -> Vec<[i32; $n]> {
                let mut factors = extremes(MOST, LAST, &mut Random::new(seed));
                factors.extend([
                    MODULUS,
                    MODULUS.map(|limb| -limb),
                    limbs::add_multiple(&MODULUS, 1, &MODULUS, $bits),
                ]);
                factors
            }

            /// That the element times R is what is expected, and carried and small.
            fn assert_is(got: Element, expected: &[i128], what: &dyn core::fmt::Debug) {
                assert_eq!(
                    residue(&shifted(&got.0, $n), $bits, &MODULUS),
                    residue(expected, $bits, &MODULUS),
                    "{what:?}"
                );
                let (last, rest) = got.0.split_last().unwrap();
                assert!(rest.iter().all(|limb| (0..=MOST).contains(limb)), "{what:?}: {got:?}", got = got.0);
                assert!(last.abs() < 20 << $room, "{what:?}: {last}");
            }

            #[test]
            fn products_and_squares_at_the_extremes_are_exact() {
                for a in factors(1) {
                    assert_is(Element(a).square(), &product(&a, &a), &a);
                    for b in factors(2) {
                        assert_is(Element(a).multiply(&Element(b)), &product(&a, &b), &(a, b));
                    }
                }
            }

            #[test]
            fn fused_operations_at_the_extremes_are_exact() {
                let mut random = Random::new(3);
                let carried: Vec<[i32; $n]> =
                    factors(4).iter().map(|a| limbs::add_multiple(a, 0, a, $bits)).collect();
                for a in factors(5) {
                    let b = factors(6)[random.below(12)];
                    for c in &carried {
                        let d = carried[random.below(carried.len())];
                        let expected = combine(&[(1, product(&a, &b)), (-1, product(c, &d))]);
                        assert_is(
                            Element(a).multiply_subtract(&Element(b), &Element(*c), &Element(d)),
                            &expected,
                            &(a, b, c, d),
                        );
                        let expected =
                            combine(&[(1, product(&a, &a)), (-1, shifted(c, $n)), (-2, shifted(&d, $n))]);
                        // the kept operands are a few moduli at most
                        if c[$n - 1].abs() >> $room <= 5 && d[$n - 1].abs() >> $room <= 5 {
                            assert_is(
                                Element(a).square_subtract(&Element(*c), &Element(d)),
                                &expected,
                                &(a, c, d),
                            );
                        }
                    }
                }
            }

            #[test]
            fn multiples_of_the_modulus_and_only_they_are_zero() {
                let less = |a: &[i32; $n]| limbs::add_multiple(a, -1, &MODULUS, $bits);
                let mut multiple = (0..7).fold([0; $n], |multiple, _| less(&multiple));
                for _ in -7..=7 {
                    assert!(Element(multiple).is_zero());
                    let mut beside = multiple;
                    beside[$n - 1] += 1;
                    assert!(!Element(beside).is_zero());
                    let mut beside = multiple;
                    beside[0] += 1;
                    assert!(!Element(beside).is_zero());
                    multiple = limbs::add_multiple(&multiple, 1, &MODULUS, $bits);
                }
            }

            #[test]
            fn an_element_times_its_inverse_is_one() {
                for a in factors(7) {
                    let a = Element(residue(&shifted(&a, 0), $bits, &MODULUS));
                    let expected = if a.is_zero() { Element::ZERO } else { Element::ONE };
                    assert_eq!(a.multiply(&a.invert()).canonical().0, expected.0);
                }
            }
        }
    };
}

montgomery_field_tests!(p256, field_p256, 9, 29, 24);
montgomery_field_tests!(p384, field_p384, 14, 28, 20);
montgomery_field_tests!(p521, field_p521, 19, 28, 17);

mod curve25519 {
    use super::*;
    use field_25519::{Element, MODULUS};

    fn assert_is(got: Element, expected: &[i128], what: &dyn core::fmt::Debug) {
        assert_eq!(residue(&shifted(&got.0, 0), 29, &MODULUS), residue(expected, 29, &MODULUS), "{what:?}");
        for (i, limb) in got.0.iter().enumerate() {
            let kept = match i {
                1 => -(1 << 15)..(1 << 29) + (1 << 15),
                8 => 0..1 << 23,
                _ => 0..1 << 29,
            };
            assert!(kept.contains(limb), "{what:?}: limb {i} is {limb}");
        }
    }

    #[test]
    fn products_and_squares_at_the_extremes_are_exact() {
        let mut random = Random::new(8);
        let wide: Vec<[i32; 9]> = extremes((1 << 30) + (1 << 16), 1 << 27, &mut random);
        let narrow: Vec<[i32; 9]> = extremes((1 << 29) + (1 << 15), 1 << 27, &mut random);
        for a in &narrow {
            assert_is(Element(*a).square(), &product(a, a), a);
            for b in wide.iter().chain([&MODULUS]) {
                assert_is(Element(*a).multiply(&Element(*b)), &product(a, b), &(a, b));
                assert_is(Element(*b).multiply(&Element(*a)), &product(a, b), &(b, a));
            }
        }
    }

    #[test]
    fn an_element_times_its_inverse_is_one() {
        for a in extremes::<9>((1 << 29) - 1, 1 << 23, &mut Random::new(9)) {
            let a = Element(a);
            let expected = if a.is_zero() { Element::ZERO } else { Element::ONE };
            assert_eq!(a.multiply(&a.invert()).canonical().0, expected.0);
        }
    }

    /// Fermat: `a^(p − 1) = a^(8 · (2^252 − 3) + 4)`.
    #[test]
    fn the_power_252_minus_3_is_consistent_with_fermat() {
        for a in extremes::<9>((1 << 29) - 1, 1 << 22, &mut Random::new(10)) {
            let a = Element(a);
            let eighth = (0..3).fold(a.power_252_minus_3(), |power, _| power.square());
            let power = eighth.multiply(&a.square().square());
            assert_eq!(power.canonical().0, if a.is_zero() { Element::ZERO.0 } else { Element::ONE.0 });
        }
    }
}

macro_rules! scalar_tests {
    ($name:ident, $n:literal, $bits:literal, $bytes:literal, $order:expr) => {
        mod $name {
            use super::*;

            fn numbers(order: &Order<$n>) -> Vec<[i32; $n]> {
                let n = order.limbs();
                let one: [i32; $n] = core::array::from_fn(|i| i32::from(i == 0));
                let mut random = Random::new(11);
                let mut numbers = vec![[0; $n], one, limbs::add_multiple(n, -1, &one, $bits)];
                numbers.push(limbs::add_multiple(&numbers[2], -1, &one, $bits));
                for _ in 0..8 {
                    for bytes in [random.runs::<$bytes>(), random.bytes::<$bytes>()] {
                        numbers.push(limbs::canonical(&limbs::from_le_bytes(&bytes, $bits), n, $bits));
                    }
                }
                numbers.retain(|number| limbs::is_less(number, n));
                numbers
            }

            #[test]
            fn products_are_exact_and_reduced() {
                let order: Order<$n> = Order::new(&limbs::hex::<$bytes>($order), $bits);
                let mut lefts = numbers(&order);
                lefts.push([(1 << $bits) - 1; $n]); // any number below R
                for a in &lefts {
                    for b in numbers(&order) {
                        let got = order.multiply(a, &b);
                        assert!(order.is_reduced(&got));
                        let (got, expected) = (shifted(&got, $n), product(a, &b));
                        assert_eq!(
                            residue(&got, $bits, order.limbs()),
                            residue(&expected, $bits, order.limbs())
                        );
                    }
                }
            }

            #[test]
            fn a_number_times_its_inverse_is_one() {
                let order: Order<$n> = Order::new(&limbs::hex::<$bytes>($order), $bits);
                for a in numbers(&order) {
                    let inverse = order.invert(&a);
                    assert!(order.is_reduced(&inverse));
                    let one: [i32; $n] = core::array::from_fn(|i| i32::from(i == 0 && !limbs::is_zero(&a)));
                    assert_eq!(order.multiply(&order.to_montgomery(&a), &inverse), one);
                }
            }

            #[test]
            fn wide_numbers_are_reduced_exactly() {
                let order: Order<$n> = Order::new(&limbs::hex::<$bytes>($order), $bits);
                let mut halves = numbers(&order);
                halves.push([(1 << $bits) - 1; $n]);
                for low in &halves {
                    for high in halves.iter().rev().take(6) {
                        let wide = combine(&[(1, shifted(low, 0)), (1, shifted(high, $n))]);
                        assert_eq!(order.reduce_wide(low, high), residue(&wide, $bits, order.limbs()));
                    }
                }
            }
        }
    };
}

scalar_tests!(p256_order, 9, 29, 32, "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
scalar_tests!(
    p384_order,
    14,
    28,
    48,
    "ffffffffffffffffffffffffffffffffffffffffffffffffc7634d81f4372ddf581a0db248b0a77aecec196accc52973"
);
scalar_tests!(
    p521_order,
    19,
    28,
    66,
    concat!(
        "01fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffa",
        "51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e91386409",
    )
);
scalar_tests!(ed25519_order, 9, 29, 32, "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
