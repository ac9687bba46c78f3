//! The instance against an independent library, at sizes, moduli and signatures chosen to be hard for carries.
use crypto_bigint::modular::{BoxedMontyForm, BoxedMontyParams};
use crypto_bigint::{BoxedUint, Odd};

use crate::keys::{BLOCK, Instance, KEYS};
use crate::lanes::Lanes;
use crate::montgomery::{Shape, VECTORS, Workspace};
use crate::offsets::Offsets;
use crate::product::add_rows;

const EXPONENTS: [u32; 2] = [3, 65537];

fn instance() -> Box<Instance> {
    Box::new(Instance::new())
}

fn sizes() -> impl Iterator<Item = usize> {
    Shape::ALL.into_iter().map(|(bytes, _)| bytes)
}

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

fn power(signature: &[u8], modulus: &[u8], exponent: u32) -> Vec<u8> {
    let precision = 8 * u32::try_from(modulus.len()).unwrap();
    let number = |bytes: &[u8]| BoxedUint::from_be_slice(bytes, precision).unwrap();
    let parameters = BoxedMontyParams::new(Odd::new(number(modulus)).unwrap());
    let base = BoxedMontyForm::new(number(signature), &parameters);
    base.pow(&BoxedUint::from(exponent)).retrieve().to_be_bytes().into()
}

fn run(instance: &mut Instance, handle: u32, signature: &[u8]) -> Option<Vec<u8>> {
    instance.exchange[..signature.len()].copy_from_slice(signature);
    instance.public_operation(handle)?;
    Some(instance.exchange[..signature.len()].to_vec())
}

fn import(instance: &mut Instance, modulus: &[u8], exponent: u32) -> Option<u32> {
    instance.exchange[..modulus.len()].copy_from_slice(modulus);
    instance.import_key(modulus.len(), exponent)
}

/// value + difference, for differences that do not carry out of the lowest byte
fn near(value: &[u8], difference: i8) -> Vec<u8> {
    let mut near = value.to_vec();
    let last = near.last_mut().unwrap();
    *last = last.checked_add_signed(difference).unwrap();
    near
}

/// Big-endian bytes with the bits set for which `is_set` holds, counted from the lowest.
fn bits(bytes: usize, is_set: impl Fn(usize) -> bool) -> Vec<u8> {
    let mut value = vec![0; bytes];
    for bit in (0..8 * bytes).filter(|bit| is_set(*bit)) {
        value[bytes - 1 - bit / 8] |= 1 << (bit % 8);
    }
    value
}

fn moduli(bytes: usize) -> Vec<Vec<u8>> {
    let top = 8 * bytes - 1;
    let with_ends = |is_set: &dyn Fn(usize) -> bool| bits(bytes, |bit| bit == 0 || bit == top || is_set(bit));
    let mut moduli = vec![
        with_ends(&|_| true),
        with_ends(&|_| false),
        with_ends(&|bit| bit % 102 < 51),
        with_ends(&|bit| bit % 102 >= 51),
        with_ends(&|bit| bit % 51 == 50),
        with_ends(&|bit| bit % 51 != 50),
        with_ends(&|bit| bit > top / 2),
        with_ends(&|bit| bit < top / 2),
        with_ends(&|bit| bit >= 153),
        with_ends(&|bit| bit < 153),
    ];
    let mut random = Random(0x9e37_79b9_7f4a_7c15);
    for _ in 0..3 {
        let mut modulus = random.bytes(bytes);
        modulus[0] |= 0x80;
        modulus[bytes - 1] |= 1;
        moduli.push(modulus);
    }
    moduli
}

fn signatures(modulus: &[u8], random: &mut Random) -> Vec<Vec<u8>> {
    let bytes = modulus.len();
    let below = |is_set: &dyn Fn(usize) -> bool| bits(bytes, |bit| bit < 8 * bytes - 1 && is_set(bit));
    let mut signatures = vec![
        vec![0; bytes],
        near(&vec![0; bytes], 1),
        near(&vec![0; bytes], 2),
        near(modulus, -1),
        below(&|_| true),
        below(&|bit| bit % 51 == 50),
        below(&|bit| bit % 51 != 50),
        below(&|bit| bit % 102 < 51),
        below(&|bit| bit == 8 * bytes - 2),
    ];
    let mut any = random.bytes(bytes);
    any[0] &= 0x7f;
    signatures.push(any);
    signatures
}

#[test]
fn hard_moduli_and_signatures_give_the_oracles_result() {
    let mut instance = instance();
    let mut random = Random(1);
    for bytes in sizes() {
        for modulus in moduli(bytes) {
            for exponent in EXPONENTS {
                let handle = import(&mut instance, &modulus, exponent).unwrap();
                for signature in signatures(&modulus, &mut random) {
                    let expected = power(&signature, &modulus, exponent);
                    let found = run(&mut instance, handle, &signature);
                    assert_eq!(found, Some(expected), "{signature:02x?} ^ {exponent} mod {modulus:02x?}");
                }
                instance.release_key(handle).unwrap();
            }
        }
    }
}

/// The largest square and, on top of it, a reduction with the largest digits and the largest modulus: sums that no real
/// operation reaches. The columns are read as a reduction reads them.
#[test]
fn largest_limbs_keep_every_column_below_its_bound() {
    let float = |value: f64| Lanes::splat(value.to_bits().cast_signed());
    let largest = [float(2f64.powi(50) + 2f64.powi(10)); VECTORS];
    let digits = [float(2f64.powi(51) - 1.0); 3];
    for (_, shape) in Shape::ALL {
        let (mut workspace, mut offsets) = (Box::new(Workspace::new()), Box::new(Offsets::UNSET));
        offsets.ensure(shape, &mut workspace).unwrap();
        workspace.square(&largest, shape, &offsets).unwrap();
        let mut columns = Vec::new();
        let (split, last) = (workspace.split, shape.rows - 3);
        for row in (0..=last).step_by(3) {
            columns.extend(workspace.low_lanes(row).unwrap());
            if row < last {
                workspace.retire(row, shape.half).unwrap();
            }
            add_rows(digits, &largest[..shape.half], &mut workspace.columns[last.min(row + 3)..], split);
        }
        workspace.retire(last, shape.half).unwrap();
        columns.extend(
            workspace.columns[shape.rows..][..shape.half]
                .iter()
                .flat_map(|lanes| [lanes.low(), lanes.high()]),
        );
        let largest = columns.iter().map(|column| column.unsigned_abs()).max().unwrap();
        assert!((1 << 56..1 << 59).contains(&largest), "{largest:x} for {shape:?}");
    }
}

#[test]
fn keys_of_all_sizes_in_turn_do_not_disturb_each_other() {
    let mut instance = instance();
    let mut random = Random(2);
    let keys: Vec<_> = sizes()
        .flat_map(moduli)
        .map(|modulus| (import(&mut instance, &modulus, 3).unwrap(), modulus))
        .collect();
    for round in 0..4 {
        for (handle, modulus) in keys.iter().skip(round).step_by(4).chain(keys.iter().rev().step_by(5)) {
            let mut signature = random.bytes(modulus.len());
            signature[0] &= 0x7f;
            let expected = power(&signature, modulus, 3);
            assert_eq!(run(&mut instance, *handle, &signature), Some(expected));
        }
    }
}

#[test]
fn signature_not_below_the_modulus_is_refused() {
    let mut instance = instance();
    for bytes in sizes() {
        let mut modulus = Random(3).bytes(bytes);
        modulus[0] = 0x80;
        modulus[bytes - 1] = 0x7f;
        let handle = import(&mut instance, &modulus, 65537).unwrap();
        assert!(run(&mut instance, handle, &near(&modulus, -1)).is_some());
        for signature in [modulus.clone(), near(&modulus, 1), vec![0xff; bytes]] {
            assert_eq!(run(&mut instance, handle, &signature), None);
        }
    }
}

#[test]
fn modulus_of_another_length_is_refused() {
    let mut instance = instance();
    instance.exchange = [0xff; BLOCK];
    for bytes in (0..=BLOCK + 1).chain([usize::MAX]).filter(|bytes| !sizes().any(|size| size == *bytes)) {
        assert_eq!(instance.import_key(bytes, 65537), None, "{bytes} bytes");
    }
}

#[test]
fn even_modulus_short_modulus_or_other_exponent_is_refused() {
    let mut instance = instance();
    for bytes in sizes() {
        let modulus = vec![0xff; bytes];
        let mut short = modulus.clone();
        short[0] = 0x7f;
        assert_eq!(import(&mut instance, &near(&modulus, -1), 65537), None);
        assert_eq!(import(&mut instance, &short, 65537), None);
        for exponent in [0, 1, 2, 5, 17, 65535, 65536, 65539, u32::MAX] {
            assert_eq!(import(&mut instance, &modulus, exponent), None, "exponent {exponent}");
        }
    }
}

#[test]
fn unknown_or_released_handle_is_refused() {
    let mut instance = instance();
    for handle in [0, 1, 2, 128, 129, u32::MAX] {
        assert_eq!(instance.public_operation(handle), None);
        assert_eq!(instance.release_key(handle), None);
    }
    let first = import(&mut instance, &[0xff; 256], 3).unwrap();
    instance.release_key(first).unwrap();
    assert_eq!(instance.public_operation(first), None);
    let second = import(&mut instance, &[0xff; 256], 3).unwrap();
    assert_ne!(first, second, "the slot is the same, the handle is not");
    assert_eq!(instance.public_operation(first), None);
    assert_eq!(instance.release_key(first), None);
    assert!(instance.release_key(second).is_some());
}

#[test]
fn key_beyond_the_last_slot_is_refused_until_one_is_released() {
    let mut instance = instance();
    let handles: Vec<_> = (0..KEYS).map(|_| import(&mut instance, &[0xff; 256], 3).unwrap()).collect();
    assert_eq!(import(&mut instance, &[0xff; 256], 3), None);
    instance.release_key(handles[77]).unwrap();
    let handle = import(&mut instance, &[0xff; 256], 3).unwrap();
    assert!(!handles.contains(&handle));
    assert_eq!(import(&mut instance, &[0xff; 256], 3), None);
}

#[test]
fn multiply_add_rounds_once_in_both_lanes() {
    let operands = [1.0 + 2f64.powi(-30), 1.0 - 2f64.powi(-30), -1.0];
    for high in [false, true] {
        assert_eq!(crate::keys::multiply_add(operands, high), -(2f64.powi(-60)));
    }
}
