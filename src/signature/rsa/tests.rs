use core::sync::atomic::{AtomicUsize, Ordering};

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rsa::traits::SignatureScheme as _;
use serde_json::Value;

use super::accelerator::{Accelerator, KeyHandle};
use super::*;

/// A prepared key is shared between threads.
const _: () = {
    const fn shared<T: Send + Sync>() {}
    shared::<RsaKey>();
};

const HASHES: [(Hash, &str); 3] = [(Hash::Sha256, "256"), (Hash::Sha384, "384"), (Hash::Sha512, "512")];

/// Signatures by OpenSSL; `tests/vectors/generate_rsa_modulus_lengths.mjs` makes them.
struct Vector {
    bits: u64,
    n: Vec<u8>,
    e: Vec<u8>,
    message: Vec<u8>,
    signatures: Value,
}

impl Vector {
    fn all() -> Vec<Self> {
        let text = include_str!("../../../tests/vectors/rsa_modulus_lengths.json");
        let vectors: Vec<Value> = serde_json::from_str(text).unwrap();
        let vector = |value: &Value| Self {
            bits: value["bits"].as_u64().unwrap(),
            n: octets(&value["n"]),
            e: octets(&value["e"]),
            message: octets(&value["message"]),
            signatures: value["signatures"].clone(),
        };
        vectors.iter().map(vector).collect()
    }

    fn key(&self) -> RsaKey {
        RsaKey::new(&self.n, &self.e).unwrap()
    }

    fn signature(&self, alg: &str) -> Vec<u8> {
        octets(&self.signatures[alg])
    }
}

fn octets(value: &Value) -> Vec<u8> {
    URL_SAFE_NO_PAD.decode(value.as_str().unwrap()).unwrap()
}

fn verify(key: &RsaKey, scheme: &str, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
    match scheme {
        "RS" => key.verify_pkcs1(hash, message, signature),
        _ => key.verify_pss(hash, message, signature),
    }
}

/// The same question to the crate `rsa`.
fn oracle(vector: &Vector, scheme: &str, hash: Hash, message: &[u8], signature: &[u8]) -> bool {
    let number = |octets: &[u8]| rsa::BoxedUint::from_be_slice_vartime(octets);
    let key =
        rsa::PublicKey::new_with_size_limits(number(&vector.n), number(&vector.e), 2048..=8192).unwrap();
    let digest = super::super::digest(hash, message);
    let salt = hash.output_bytes();
    let holds = match (scheme, hash) {
        ("RS", Hash::Sha256) => {
            rsa::Pkcs1v15Sign::new::<sha2::Sha256>().verify(&key, digest.as_ref(), signature)
        }
        ("RS", Hash::Sha384) => {
            rsa::Pkcs1v15Sign::new::<sha2::Sha384>().verify(&key, digest.as_ref(), signature)
        }
        ("RS", Hash::Sha512) => {
            rsa::Pkcs1v15Sign::new::<sha2::Sha512>().verify(&key, digest.as_ref(), signature)
        }
        (_, Hash::Sha256) => {
            rsa::Pss::<sha2::Sha256>::new_with_salt(salt).verify(&key, digest.as_ref(), signature)
        }
        (_, Hash::Sha384) => {
            rsa::Pss::<sha2::Sha384>::new_with_salt(salt).verify(&key, digest.as_ref(), signature)
        }
        (_, Hash::Sha512) => {
            rsa::Pss::<sha2::Sha512>::new_with_salt(salt).verify(&key, digest.as_ref(), signature)
        }
    };
    signature.len() == vector.n.len() && holds.is_ok()
}

#[test]
fn signatures_of_every_modulus_length_hold_and_only_for_their_algorithm() {
    for vector in Vector::all() {
        let key = vector.key();
        for (hash, name) in HASHES {
            for scheme in ["RS", "PS"] {
                let signature = vector.signature(&format!("{scheme}{name}"));
                let holds = |scheme, hash| verify(&key, scheme, hash, &vector.message, &signature);
                for (other, _) in HASHES {
                    assert_eq!(holds(scheme, other), other == hash, "{scheme}{name} of {} bits", vector.bits);
                }
                assert!(!holds(if scheme == "RS" { "PS" } else { "RS" }, hash));
            }
        }
    }
}

#[test]
fn changed_signatures_get_the_oracles_verdict() {
    for vector in Vector::all().into_iter().filter(|vector| vector.bits < 4096) {
        let key = vector.key();
        for scheme in ["RS", "PS"] {
            let signature = vector.signature(&format!("{scheme}256"));
            let mut changed =
                vec![signature.clone(), signature[1..].to_vec(), [&[0], &signature[..]].concat()];
            for bit in [0, 7, signature.len() * 4, signature.len() * 8 - 1] {
                let mut one = signature.clone();
                one[bit / 8] ^= 1 << (bit % 8);
                changed.push(one);
            }
            for signature in changed {
                let expected = oracle(&vector, scheme, Hash::Sha256, &vector.message, &signature);
                assert_eq!(verify(&key, scheme, Hash::Sha256, &vector.message, &signature), expected);
            }
            assert!(!verify(&key, scheme, Hash::Sha256, b"another message", &signature));
        }
    }
}

#[test]
fn signature_of_another_length_or_not_below_the_modulus_is_refused() {
    let vector = &Vector::all()[0];
    let key = vector.key();
    let near = |difference: i8| {
        let mut near = vector.n.clone();
        let last = near.last_mut().unwrap();
        *last = last.wrapping_add_signed(difference);
        near
    };
    assert!(key.public_operation(&near(-1)).is_some());
    assert!(key.public_operation(&vec![0; 256]).is_some());
    for refused in [near(0), vec![0xff; 256], vec![0; 255], vec![0; 257], vec![]] {
        assert_eq!(key.public_operation(&refused), None);
    }
}

#[test]
fn modulus_or_exponent_out_of_bounds_is_refused() {
    let modulus = |bytes: usize, first: u8, last: u8| {
        let mut modulus = vec![0xff; bytes];
        (modulus[0], modulus[bytes - 1]) = (first, last);
        modulus
    };
    let defect = |n: &[u8], e: &[u8]| RsaKey::new(n, e).err();
    for n in [modulus(256, 0x7f, 1), modulus(256, 0xff, 2), modulus(257, 0, 1), modulus(1025, 1, 1), vec![]] {
        assert_eq!(defect(&n, &[3]), Some(KeyDefect::RsaModulus));
    }
    let n = modulus(256, 0xff, 1);
    for e in [&[][..], &[1], &[2], &[0, 3], &[1, 0, 0], &[2, 0, 0, 0, 1], &[1, 0, 0, 0, 0, 1]] {
        assert_eq!(defect(&n, e), Some(KeyDefect::RsaExponent), "{e:?}");
    }
    for e in [&[3][..], &[1, 0, 1], &[1, 0xff, 0xff, 0xff, 0xff]] {
        assert_eq!(defect(&n, e), None, "{e:?}");
    }
    assert_eq!(defect(&modulus(1024, 0xff, 1), &[3]), None);
}

#[test]
fn modulus_of_the_broken_generator_is_refused() {
    // 1 = 65537^0 modulo every odd prime up to 701.
    let is_prime = |number: &u32| (2..*number).all(|divisor| !number.is_multiple_of(divisor));
    let mut weak = vec![0; 300];
    weak[200] = 1;
    for prime in (3..=701).filter(is_prime) {
        let mut carry = 0;
        for octet in weak.iter_mut().rev() {
            carry += u32::from(*octet) * prime;
            *octet = u8::try_from(carry % 256).unwrap();
            carry /= 256;
        }
    }
    let used = weak.iter().position(|octet| *octet != 0).unwrap();
    weak.rotate_left(used);
    *weak.last_mut().unwrap() = 1;
    assert_eq!(RsaKey::new(&weak, &[3]).err(), Some(KeyDefect::RsaModulus));
    *weak.last_mut().unwrap() = 3;
    assert_eq!(RsaKey::new(&weak, &[3]).err(), None);
}

/// Computes as this crate does, but for what it was told to get wrong.
#[derive(Debug)]
struct Peer {
    /// Operations computed correctly before the results turn wrong.
    correct: usize,
    operations: AtomicUsize,
    released: AtomicUsize,
}

impl Peer {
    fn leaked(correct: usize) -> &'static Self {
        Box::leak(Box::new(Self { correct, operations: AtomicUsize::new(0), released: AtomicUsize::new(0) }))
    }

    fn operations(&self) -> usize {
        self.operations.load(Ordering::Relaxed)
    }

    fn released(&self) -> usize {
        self.released.load(Ordering::Relaxed)
    }
}

impl Accelerator for Peer {
    fn import_key(&self, modulus: &[u8], exponent: u64) -> Option<KeyHandle> {
        (modulus == Vector::all()[0].n && exponent == 65537).then_some(KeyHandle::MIN)
    }

    fn public_operation(&self, _: KeyHandle, block: &mut [u8]) -> bool {
        let refuses = block.iter().all(|octet| *octet == 0x11);
        Modulus::new(&Vector::all()[0].n).public_operation(block, 65537);
        if self.operations.fetch_add(1, Ordering::Relaxed) >= self.correct {
            block[0] ^= 1;
        }
        !refuses
    }

    fn release_key(&self, _: KeyHandle) {
        self.released.fetch_add(1, Ordering::Relaxed);
    }
}

#[test]
fn agreeing_accelerator_serves_the_key_until_it_is_dropped() {
    let (vector, peer) = (&Vector::all()[0], Peer::leaked(usize::MAX));
    let mut key = vector.key();
    assert!(key.accelerate(peer));
    assert!(key.verify_pkcs1(Hash::Sha256, &vector.message, &vector.signature("RS256")));
    assert!(!key.verify_pkcs1(Hash::Sha256, &vector.message, &vector.signature("RS512")));
    assert_eq!((peer.operations(), peer.released()), (3, 0));
    drop(key);
    assert_eq!(peer.released(), 1);
}

#[test]
fn wrong_accelerator_is_released_and_never_serves() {
    let (vector, peer) = (&Vector::all()[0], Peer::leaked(0));
    let mut key = vector.key();
    assert!(!key.accelerate(peer));
    assert!(key.verify_pss(Hash::Sha384, &vector.message, &vector.signature("PS384")));
    assert_eq!((peer.operations(), peer.released()), (1, 1));
}

#[test]
fn key_that_the_accelerator_refuses_is_served_here() {
    let (vector, peer) = (&Vector::all()[1], Peer::leaked(usize::MAX));
    let mut key = vector.key();
    assert!(!key.accelerate(peer));
    assert!(key.verify_pkcs1(Hash::Sha256, &vector.message, &vector.signature("RS256")));
    assert_eq!((peer.operations(), peer.released()), (0, 0));
}

#[test]
fn operation_that_the_accelerator_refuses_is_computed_here() {
    let (vector, peer) = (&Vector::all()[0], Peer::leaked(usize::MAX));
    let (mut key, signature) = (vector.key(), [0x11; 256]);
    let expected = key.public_operation(&signature);
    assert!(key.accelerate(peer));
    assert_eq!(key.public_operation(&signature), expected);
    assert_eq!(peer.operations(), 2);
}
