//! Ed25519 against the crate `ed25519-dalek`, `verify_strict`: random signatures, mutations, and structured edge values.

use core::ops::Neg;

use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha512};

use super::super::ed25519::{PublicKey, SMALL_ORDER};
use super::super::edwards::Point;
use super::super::group::Group;
use super::super::limbs;
use super::super::table::{TableBudget, USES_WITHOUT_TABLE};
use super::{ANY_TABLES, NO_TABLES, Random, rounds};

/// One key, without a table, with one, and as the oracle has it.
struct Key {
    without_table: PublicKey,
    with_table: PublicKey,
    oracle: VerifyingKey,
}

impl Key {
    fn new(encoded: &[u8; 32]) -> Self {
        let key = |budget| PublicKey::with_budget(encoded, budget).unwrap();
        let this = Self {
            without_table: key(&NO_TABLES),
            with_table: key(&ANY_TABLES),
            oracle: VerifyingKey::from_bytes(encoded).unwrap(),
        };
        for _ in 0..USES_WITHOUT_TABLE {
            this.with_table.verify(&[], &[3; 64]);
        }
        this
    }

    /// The one answer of all three.
    fn verify(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let oracle = self.oracle.verify_strict(message, &Signature::from_bytes(signature)).is_ok();
        let ours = [&self.without_table, &self.with_table].map(|key| key.verify(message, signature));
        assert_eq!(ours, [oracle; 2], "message {message:02x?}, signature {signature:02x?}");
        oracle
    }
}

fn differential_test(rounds: usize) {
    let mut random = Random::new(0x25519);
    let (mut accepted, mut refused) = (0, 0);
    let mut made = None;
    for round in 0..rounds {
        if round % 25 == 0 {
            made = None;
        }
        let (signer, key) = made.get_or_insert_with(|| {
            let signer = SigningKey::from_bytes(&random.bytes());
            let key = Key::new(signer.verifying_key().as_bytes());
            (signer, key)
        });
        let mut message: Vec<u8> = (0..random.below(400) + 1).map(|_| random.next() as u8).collect();
        let mut signature = signer.sign(&message).to_bytes();
        accepted += usize::from(key.verify(&message, &signature));
        if round % 5 == 0 {
            random.flip(&mut message)
        } else {
            mutate(&mut random, &mut signature)
        }
        refused += usize::from(!key.verify(&message, &signature));
    }
    assert_eq!((accepted, refused), (rounds, rounds));
}

/// Makes another signature, which is not valid: one bit, an edge value for R or S, or `S + L`.
fn mutate(random: &mut Random, signature: &mut [u8; 64]) {
    let (r, s) = signature.split_at_mut(32);
    match random.below(6) {
        0 | 1 => random.flip(signature),
        2 => r.copy_from_slice(&SMALL_ORDER[random.below(SMALL_ORDER.len())]),
        3 => r.copy_from_slice(&random.runs::<32>()),
        4 => s.copy_from_slice(&random.runs::<32>()),
        _ => s.copy_from_slice(&add(&s.to_vec().try_into().unwrap(), &order())),
    }
}

fn order() -> [u8; 32] {
    let mut order = limbs::hex::<32>("1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed");
    order.reverse();
    order
}

/// `a + b`, little-endian.
fn add(a: &[u8; 32], b: &[u8; 32]) -> [u8; 32] {
    let mut carry = 0;
    core::array::from_fn(|i| {
        carry += u16::from(a[i]) + u16::from(b[i]);
        let byte = carry as u8;
        carry >>= 8;
        byte
    })
}

#[test]
fn random_signatures_and_mutations_are_answered_as_the_oracle_does() {
    differential_test(500);
}

#[test]
#[ignore = "10^5 rounds: run in release, number in RESCIND_ORACLE_ROUNDS"]
fn very_many_signatures_and_mutations_are_answered_as_the_oracle_does() {
    differential_test(rounds(100_000));
}

#[test]
fn s_of_the_order_or_more_is_refused() {
    let signer = SigningKey::from_bytes(&[7; 32]);
    let key = Key::new(signer.verifying_key().as_bytes());
    let good = signer.sign(b"message").to_bytes();
    assert!(key.verify(b"message", &good));
    let (r, s) = good.split_at(32);
    let mut more: [u8; 32] = s.try_into().unwrap();
    for _ in 0..3 {
        more = add(&more, &order());
        assert!(!key.verify(b"message", &[r, &more].concat().try_into().unwrap()));
    }
    assert!(!key.verify(b"message", &[r, &order()].concat().try_into().unwrap()));
    assert!(!key.verify(b"message", &[r, &[0xff; 32]].concat().try_into().unwrap()));
}

/// A key `A + T` with T of order 2, 4 or 8: `[S]B = R + [k]A` holds for it exactly when `[k]T` is neutral.
#[test]
fn keys_of_mixed_order_are_answered_as_the_oracle_does() {
    let mut random = Random::new(0x8);
    for torsion in [SMALL_ORDER[1], SMALL_ORDER[2], SMALL_ORDER[3], SMALL_ORDER[4]] {
        let signer = SigningKey::from_bytes(&random.bytes());
        let mut mixed = Point::decompress(signer.verifying_key().as_bytes()).unwrap();
        mixed.add(&Point::decompress(&torsion).unwrap().prepared(), false);
        let (mixed, mut accepted) = (mixed.compress(), 0);
        let key = Key::new(&mixed);
        for round in 0..40u8 {
            accepted += usize::from(key.verify(&[round], &sign_for_mixed(&signer, &mixed, &[round])));
        }
        assert!((1..40).contains(&accepted), "{torsion:02x?}: {accepted}");
    }
}

/// `R = [r]B`, `S = r + k·a` with k from the mixed key's encoding: valid for A, and for `A + T` only if `[k]T` is neutral.
fn sign_for_mixed(signer: &SigningKey, mixed: &[u8; 32], message: &[u8]) -> [u8; 64] {
    let a = signer.to_scalar();
    let (r_point, r) = {
        let nonce = SigningKey::from_bytes(&Sha512::digest(message)[..32].try_into().unwrap());
        (nonce.verifying_key().to_bytes(), nonce.to_scalar())
    };
    let hash: [u8; 64] =
        Sha512::new().chain_update(r_point).chain_update(mixed).chain_update(message).finalize().into();
    let one = a * a.invert(); // the oracle's crate does not export the scalars' constructors
    let zero = one + one.neg();
    let bits = hash.iter().rev().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1));
    let k = bits.fold(zero, |k, bit| k + k + if bit { one } else { zero });
    [r_point, (r + k * a).to_bytes()].concat().try_into().unwrap()
}

#[test]
fn keys_of_small_order_are_refused() {
    for y in SMALL_ORDER {
        for sign in [0, 0x80] {
            let mut encoded = y;
            encoded[31] |= sign;
            assert!(PublicKey::from_bytes(&encoded).is_none(), "{encoded:02x?}");
        }
    }
}

#[test]
fn the_listed_points_are_all_points_of_small_order() {
    let generator = Point::decompress(&SMALL_ORDER[3]).unwrap();
    let (mut multiple, mut found) = (Point::IDENTITY, vec![]);
    for _ in 0..8 {
        assert!(multiple.is_small_order());
        let mut y = multiple.compress();
        y[31] &= 0x7f;
        if !found.contains(&y) {
            found.push(y);
        }
        multiple.add(&generator.prepared(), false);
    }
    let mut listed = SMALL_ORDER.to_vec();
    listed.sort_unstable();
    found.sort_unstable();
    assert_eq!(found, listed);
}

/// Encodings with `y ≥ p`, and every y below 30, with either sign: what is accepted is on the curve and canonical.
#[test]
fn keys_that_are_not_canonical_or_off_the_curve_are_refused() {
    let mut accepted = 0;
    for small in 0..30u8 {
        let mut low = [0; 32];
        low[0] = small;
        let mut high = [0xff; 32]; // 2^255 − 19 + small, where that is below 2^255
        (high[0], high[31]) = (237u8.wrapping_add(small), 0x7f);
        for sign in [0, 0x80] {
            low[31] = sign;
            high[31] = 0x7f | sign;
            let oracle = VerifyingKey::from_bytes(&low).is_ok_and(|key| !key.is_weak());
            assert_eq!(PublicKey::from_bytes(&low).is_some(), oracle, "{low:02x?}");
            accepted += usize::from(oracle);
            if small < 19 {
                assert!(PublicKey::from_bytes(&high).is_none(), "{high:02x?}");
            }
        }
    }
    assert!(accepted > 10, "{accepted}");
}

/// A key's clones are one key: the table that one of them earned serves all.
#[test]
fn clones_share_their_uses_and_their_table() {
    static ONE_TABLE: TableBudget = TableBudget::new(1);
    let signer = SigningKey::from_bytes(&[9; 32]);
    let key = PublicKey::with_budget(signer.verifying_key().as_bytes(), &ONE_TABLE).unwrap();
    let signature = signer.sign(b"message").to_bytes();
    for _ in 0..=USES_WITHOUT_TABLE {
        assert!(key.clone().verify(b"message", &signature));
    }
    assert!(!ONE_TABLE.has_room());
    drop(key);
    assert!(ONE_TABLE.has_room());
}
