//! Both arithmetics against an independent library, at moduli and signatures chosen to be hard for carries.

use alloc::vec;
use alloc::vec::Vec;

use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

use super::{portable, simd};

/// Bit lengths of every kind: whole words or not, whole limbs or not, on both sides of the change of width.
const BITS: [usize; 11] = [2048, 2049, 2055, 2056, 3071, 3072, 3500, 3501, 4096, 8191, 8192];
/// The smallest, the usual, the sparsest large and the largest exponent.
const EXPONENTS: [u64; 5] = [3, 17, 65537, (1 << 32) + 1, (1 << 33) - 1];

/// A deterministic stream of bytes (xorshift64*).
struct Random(u64);

impl Random {
    fn bytes(&mut self, count: usize) -> Vec<u8> {
        let mut next = || {
            self.0 ^= self.0 >> 12;
            self.0 ^= self.0 << 25;
            self.0 ^= self.0 >> 27;
            self.0.wrapping_mul(0x2545_f491_4f6c_dd1d).to_be_bytes()[0]
        };
        (0..count).map(|_| next()).collect()
    }
}

fn number(bytes: &[u8]) -> BoxedUint {
    BoxedUint::from_be_slice(bytes, u32::try_from(8 * bytes.len()).unwrap()).unwrap()
}

/// Prepared for the oracle.
fn oracle(modulus: &[u8]) -> BoxedMontyParams {
    BoxedMontyParams::new(Odd::new(number(modulus)).unwrap())
}

fn power(signature: &[u8], oracle: &BoxedMontyParams, exponent: u64) -> Vec<u8> {
    let power = BoxedMontyForm::new(number(signature), oracle).pow(&BoxedUint::from(exponent)).retrieve();
    let bytes = power.to_be_bytes();
    bytes[bytes.len() - signature.len()..].to_vec()
}

/// Big-endian bytes of `bits` bits, those set for which `is_set` holds, counted from the lowest.
fn bits(bits: usize, is_set: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut value = vec![0; bits.div_ceil(8)];
    for bit in (0..bits).filter(|bit| is_set(*bit)) {
        let index = value.len() - 1 - bit / 8;
        value[index] |= 1 << (bit % 8);
    }
    value
}

/// value + difference, for differences that do not carry out of the lowest byte
fn near(value: &[u8], difference: i8) -> Vec<u8> {
    let mut near = value.to_vec();
    let last = near.last_mut().unwrap();
    *last = last.checked_add_signed(difference).unwrap();
    near
}

fn moduli(length: usize) -> Vec<Vec<u8>> {
    let modulus =
        |is_set: &dyn Fn(usize) -> bool| bits(length, |bit| bit == 0 || bit == length - 1 || is_set(bit));
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    let any = random.bytes(length);
    vec![
        modulus(&|_| true),
        modulus(&|_| false),
        modulus(&|bit| bit % 28 != 27 && bit % 27 != 26),
        modulus(&|bit| bit > length / 2),
        modulus(&|bit| bit < length / 2),
        modulus(&|bit| bit >= 112),
        modulus(&|bit| any[bit] & 1 == 1),
    ]
}

fn signatures(modulus: &[u8], length: usize) -> Vec<Vec<u8>> {
    let below = |is_set: &dyn Fn(usize) -> bool| bits(length, |bit| bit < length - 1 && is_set(bit));
    let mut signatures = vec![
        below(&|_| false),
        below(&|bit| bit == 0),
        near(modulus, -1),
        below(&|_| true),
        below(&|bit| bit % 28 == 27),
        below(&|bit| bit == length - 2),
    ];
    let any = Random(u64::try_from(length).unwrap()).bytes(length);
    signatures.push(below(&|bit| any[bit] & 1 == 1));
    for signature in &mut signatures {
        signature.splice(..0, vec![0; modulus.len() - signature.len()]);
    }
    signatures
}

/// Compares with the oracle: every modulus and signature with e = 3, and the largest sum of each with the others.
fn check<M>(new: impl Fn(&[u8]) -> M, run: impl Fn(&M, &mut [u8], u64)) {
    for length in BITS {
        for bytes in moduli(length) {
            let (modulus, oracle) = (new(&bytes), oracle(&bytes));
            let agree = |signature: &[u8], exponent| {
                let mut block = signature.to_vec();
                run(&modulus, &mut block, exponent);
                let expected = power(signature, &oracle, exponent);
                assert_eq!(block, expected, "{signature:02x?} ^ {exponent} mod {bytes:02x?}");
            };
            for signature in signatures(&bytes, length) {
                agree(&signature, 3);
            }
            agree(&near(&bytes, -1), 17);
        }
    }
}

fn check_exponents<M>(new: impl Fn(&[u8]) -> M, run: impl Fn(&M, &mut [u8], u64)) {
    for length in [2048, 2055, 3501] {
        let bytes = moduli(length).swap_remove(2);
        let (modulus, oracle) = (new(&bytes), oracle(&bytes));
        let signature = signatures(&bytes, length).pop().unwrap();
        for exponent in EXPONENTS {
            let mut block = signature.clone();
            run(&modulus, &mut block, exponent);
            assert_eq!(block, power(&signature, &oracle, exponent), "{length} bits ^ {exponent}");
        }
    }
}

#[test]
fn portable_powers_are_the_oracles() {
    check(portable::Modulus::new, portable::Modulus::public_operation);
}

#[test]
fn simd_powers_are_the_oracles_and_no_column_overflows() {
    check(simd::Modulus::new, simd::Modulus::public_operation);
}

#[test]
fn portable_serves_every_exponent() {
    check_exponents(portable::Modulus::new, portable::Modulus::public_operation);
}

#[test]
fn simd_serves_every_exponent() {
    check_exponents(simd::Modulus::new, simd::Modulus::public_operation);
}

#[test]
fn lengths_of_every_remainder_give_the_same_power_in_both() {
    // 89 is prime to the widths of limbs, words and bytes.
    for length in (2048..=8192).step_by(89) {
        let any = Random(u64::try_from(length).unwrap()).bytes(length);
        let bytes = bits(length, |bit| bit == 0 || bit == length - 1 || any[bit] & 1 == 1);
        let mut first = near(&bytes, -1);
        first[bytes.len() / 2] /= 2;
        let mut second = first.clone();
        portable::Modulus::new(&bytes).public_operation(&mut first, 3);
        simd::Modulus::new(&bytes).public_operation(&mut second, 3);
        assert_eq!(first, second, "{length} bits");
    }
}
