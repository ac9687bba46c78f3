//! ECDSA against the crates `p256`, `p384` and `p521`: random signatures, mutations, and structured edge values.

macro_rules! oracle_tests {
    ($curve:ident, $bytes:literal, $first_seed:literal, $sign_rounds:literal) => {
        mod $curve {
            use $curve::ecdsa::signature::hazmat::{PrehashSigner, PrehashVerifier};
            use $curve::ecdsa::{Signature, SigningKey, VerifyingKey};
            use $curve::elliptic_curve::PrimeField;
            use $curve::elliptic_curve::point::{AffineCoordinates, DecompressPoint};
            use $curve::{AffinePoint, ProjectivePoint, Scalar};

            use super::super::super::table::USES_WITHOUT_TABLE;
            use super::super::super::$curve::PublicKey;
            use super::super::{ANY_TABLES, NO_TABLES, Random, rounds};

            type Bytes = [u8; $bytes];

            /// One key, without a table, with one, and as the oracle has it.
            struct Key {
                without_table: PublicKey,
                with_table: PublicKey,
                oracle: VerifyingKey,
            }

            impl Key {
                fn new(point: &AffinePoint) -> Self {
                    let (x, y) = (coordinate(point.x()), coordinate(point.y()));
                    let key = |budget| PublicKey::with_budget(&x, &y, budget).unwrap();
                    let this = Self {
                        without_table: key(&NO_TABLES),
                        with_table: key(&ANY_TABLES),
                        oracle: VerifyingKey::from_affine(*point).unwrap(),
                    };
                    for _ in 0..USES_WITHOUT_TABLE {
                        this.with_table.verify(&[], &join(&Scalar::ONE, &Scalar::ONE));
                    }
                    this
                }

                /// The one answer of all three.
                fn verify(&self, digest: &[u8], signature: &[u8; 2 * $bytes]) -> bool {
                    let oracle = Signature::from_slice(signature)
                        .is_ok_and(|signature| self.oracle.verify_prehash(digest, &signature).is_ok());
                    let ours =
                        [&self.without_table, &self.with_table].map(|key| key.verify(digest, signature));
                    assert_eq!(ours, [oracle; 2], "digest {digest:02x?}, signature {signature:02x?}");
                    oracle
                }
            }

            fn coordinate(bytes: impl AsRef<[u8]>) -> Bytes {
                bytes.as_ref().try_into().unwrap()
            }

            fn to_bytes(scalar: &Scalar) -> Bytes {
                scalar.to_repr().as_slice().try_into().unwrap()
            }

            fn join(r: &Scalar, s: &Scalar) -> [u8; 2 * $bytes] {
                [to_bytes(r), to_bytes(s)].concat().try_into().unwrap()
            }

            /// The number modulo the order.
            fn scalar(bytes: &Bytes) -> Scalar {
                bytes.iter().fold(Scalar::ZERO, |sum, byte| {
                    sum * Scalar::from(256u64) + Scalar::from(u64::from(*byte))
                })
            }

            fn random_scalar(random: &mut Random) -> Scalar {
                if random.below(2) == 0 { scalar(&random.runs()) } else { scalar(&random.bytes()) }
            }

            /// Scalars at the edges of their range, and powers of two and their neighbours.
            fn edge_scalars() -> Vec<Scalar> {
                let mut edges: Vec<Scalar> =
                    (0..4u64).flat_map(|i| [Scalar::from(i), -Scalar::from(i)]).collect();
                for exponent in [28, 29, 32, 58, 128, 8 * $bytes - 33, 8 * $bytes - 2, 8 * $bytes - 1] {
                    let mut power = [0; $bytes];
                    power[$bytes - 1 - exponent / 8] = 1 << (exponent % 8);
                    let power = scalar(&power);
                    edges.extend([power, power - Scalar::ONE, power + Scalar::ONE, -power]);
                }
                edges.push(Scalar::from(2u64).invert().unwrap());
                edges
            }

            /// The signature whose equation is `R = u1·G + u2·Q`: `r = x(R)`, `s = r/u2`, `e = u1·s`. None if `R` is neutral or
            /// r is 0, and for u2 = 0.
            fn signature_for(
                u1: &Scalar,
                u2: &Scalar,
                key: &ProjectivePoint,
            ) -> Option<(Bytes, [u8; 2 * $bytes])> {
                let point = ProjectivePoint::GENERATOR * u1 + *key * u2;
                if point == ProjectivePoint::IDENTITY {
                    return None;
                }
                let r = scalar(&coordinate(point.to_affine().x()));
                let s = r * Option::<Scalar>::from(u2.invert())?;
                Some((to_bytes(&(u1 * &s)), join(&r, &s)))
            }

            fn differential_test(rounds: usize) {
                let mut random = Random::new($first_seed);
                let (mut accepted, mut refused) = (0, 0);
                let mut made = None;
                for round in 0..rounds {
                    if round % 25 == 0 {
                        made = None;
                    }
                    let (signer, key) = made.get_or_insert_with(|| {
                        let secret = random_scalar(&mut random) + Scalar::ONE; // 0 is no key
                        let signer = SigningKey::from_slice(&to_bytes(&secret)).unwrap();
                        let key = Key::new(signer.verifying_key().as_affine());
                        (signer, key)
                    });
                    let mut digest: [u8; 64] = if round % 3 == 0 { random.runs() } else { random.bytes() };
                    let length = [$bytes, $bytes, 64, $bytes / 2][round % 4].min(64); // the crate signs no shorter digest
                    let signature: Signature = signer.sign_prehash(&digest[..length]).unwrap();
                    let mut signature: [u8; 2 * $bytes] = signature.to_bytes().as_slice().try_into().unwrap();
                    accepted += usize::from(key.verify(&digest[..length], &signature));
                    if round % 5 == 0 {
                        random.flip(&mut digest[..length.min($bytes)]);
                    } else {
                        mutate(&mut random, &mut signature);
                    }
                    refused += usize::from(!key.verify(&digest[..length], &signature));
                }
                assert_eq!((accepted, refused), (rounds, rounds));
            }

            /// Makes another signature that is almost never valid: one bit, or an edge value for r or s.
            fn mutate(random: &mut Random, signature: &mut [u8; 2 * $bytes]) {
                if random.below(2) == 0 {
                    return random.flip(signature);
                }
                let edges = edge_scalars();
                let value = match random.below(3) {
                    0 => random.runs(),
                    1 => [0xff; $bytes],
                    _ => to_bytes(&edges[random.below(edges.len())]),
                };
                let start = random.below(2) * $bytes;
                signature[start..start + $bytes].copy_from_slice(&value);
            }

            #[test]
            fn random_signatures_and_mutations_are_answered_as_the_oracle_does() {
                differential_test($sign_rounds);
            }

            #[test]
            #[ignore = "10^5 rounds: run in release, number in RESCIND_ORACLE_ROUNDS"]
            fn very_many_signatures_and_mutations_are_answered_as_the_oracle_does() {
                differential_test(rounds(100_000));
            }

            #[test]
            fn extreme_multipliers_are_answered_as_the_oracle_does() {
                let mut random = Random::new($first_seed + 1);
                let edges = edge_scalars();
                let mut accepted = 0;
                let secrets = [Scalar::ONE, -Scalar::ONE, Scalar::from(2u64), random_scalar(&mut random)];
                for secret in secrets {
                    let point = ProjectivePoint::GENERATOR * secret;
                    let key = Key::new(&point.to_affine());
                    for (i, u1) in edges.iter().enumerate() {
                        let third = [edges[random.below(edges.len())], Scalar::ONE, -*u1][i % 3];
                        for u2 in [edges[random.below(edges.len())], third] {
                            if let Some((digest, signature)) = signature_for(u1, &u2, &point) {
                                accepted += usize::from(key.verify(&digest, &signature));
                            }
                        }
                    }
                }
                assert!(accepted > 250, "{accepted}");
            }

            /// `u1·G + u2·Q` is neutral: Q = k·G and u1 = −k·u2. r and s are otherwise fine.
            #[test]
            fn a_sum_that_is_neutral_is_refused() {
                let mut random = Random::new($first_seed + 2);
                for secret in [Scalar::ONE, -Scalar::ONE, Scalar::from(3u64), random_scalar(&mut random)] {
                    let key = Key::new(&(ProjectivePoint::GENERATOR * secret).to_affine());
                    for u2 in [Scalar::ONE, -Scalar::ONE, random_scalar(&mut random)] {
                        let s = random_scalar(&mut random);
                        assert!(!key.verify(&to_bytes(&(-secret * u2 * s)), &join(&(u2 * s), &s)));
                    }
                }
            }

            /// Keys are recovered for chosen r, s and e: `Q = (s·R − e·G)/r` with `x(R) = r` or `r + n`.
            #[test]
            fn chosen_r_and_s_at_the_edges_are_accepted() {
                let order_minus_one = to_bytes(&-Scalar::ONE);
                let mut accepted = 0;
                for (start, step) in [([0; $bytes], 1), (order_minus_one, -1), (order_minus_one, 1)] {
                    for offset in 1..20i64 {
                        let Some(point) = decompress(&shifted(&start, offset * step)) else { continue };
                        let r = scalar(&coordinate(point.x()));
                        for s in edge_scalars().into_iter().skip(offset as usize % 5).step_by(5) {
                            accepted += usize::from(recovered_key_accepts(&point, &r, &s));
                        }
                    }
                }
                assert!(accepted > 100, "{accepted}");
            }

            fn recovered_key_accepts(point: &AffinePoint, r: &Scalar, s: &Scalar) -> bool {
                let e = *s + Scalar::from(5u64);
                let Some(r_inverse) = Option::<Scalar>::from(r.invert()) else { return false };
                let key = (ProjectivePoint::from(*point) * s - ProjectivePoint::GENERATOR * e) * r_inverse;
                if key == ProjectivePoint::IDENTITY {
                    return false;
                }
                // one use: a table would cost more than all that it answers
                let key = key.to_affine();
                let (x, y) = (coordinate(key.x()), coordinate(key.y()));
                let ours = PublicKey::with_budget(&x, &y, &NO_TABLES).unwrap();
                let expected = VerifyingKey::from_affine(key).unwrap();
                let expected = Signature::from_slice(&join(r, s))
                    .is_ok_and(|signature| expected.verify_prehash(&to_bytes(&e), &signature).is_ok());
                assert_eq!(ours.verify(&to_bytes(&e), &join(r, s)), expected);
                expected
            }

            fn decompress(x: &Bytes) -> Option<AffinePoint> {
                AffinePoint::decompress(&(*x).into(), 0.into()).into()
            }

            /// `start + by`, big-endian.
            fn shifted(start: &Bytes, by: i64) -> Bytes {
                let (mut sum, mut carry) = (*start, by);
                for byte in sum.iter_mut().rev() {
                    carry += i64::from(*byte);
                    *byte = carry.rem_euclid(256) as u8;
                    carry = carry.div_euclid(256);
                }
                sum
            }

            #[test]
            fn r_and_s_out_of_range_are_refused() {
                let secret = Scalar::from(7u64);
                let point = ProjectivePoint::GENERATOR * secret;
                let key = Key::new(&point.to_affine());
                let (digest, good) =
                    signature_for(&Scalar::from(11u64), &Scalar::from(13u64), &point).unwrap();
                assert!(key.verify(&digest, &good));
                let order = shifted(&to_bytes(&-Scalar::ONE), 1);
                for bad in [[0; $bytes], order, shifted(&order, 1), [0xff; $bytes]] {
                    for half in 0..2 {
                        let mut signature = good;
                        signature[half * $bytes..(half + 1) * $bytes].copy_from_slice(&bad);
                        assert!(!key.verify(&digest, &signature), "{half} {bad:02x?}");
                    }
                }
            }

            #[test]
            fn keys_off_the_curve_or_out_of_range_are_refused() {
                let generator = AffinePoint::GENERATOR;
                let (x, y) = (coordinate(generator.x()), coordinate(generator.y()));
                assert!(PublicKey::from_coordinates(&x, &y).is_some());
                let refused = [
                    (shifted(&x, 1), y),
                    (x, shifted(&y, 1)),
                    (y, x),
                    ([0; $bytes], [0; $bytes]),
                    ([0xff; $bytes], y),
                    (x, [0xff; $bytes]),
                ];
                for (x, y) in refused {
                    assert!(PublicKey::from_coordinates(&x, &y).is_none(), "{x:02x?} {y:02x?}");
                }
            }

            /// The same point written with a coordinate of p or more: x is small, so x + p still fits the bytes.
            #[test]
            fn a_coordinate_that_is_not_reduced_is_refused() {
                let point = (0..20).find_map(|x| decompress(&shifted(&[0; $bytes], x))).unwrap();
                let (x, y) = (coordinate(point.x()), coordinate(point.y()));
                assert!(PublicKey::from_coordinates(&x, &y).is_some());
                let small = i64::from(x[$bytes - 1]);
                assert!(PublicKey::from_coordinates(&shifted(&MODULUS, small), &y).is_none());
            }

            const MODULUS: Bytes = super::super::super::limbs::hex(super::$curve());
        }
    };
}

const fn p256() -> &'static str {
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff"
}

const fn p384() -> &'static str {
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffeffffffff0000000000000000ffffffff"
}

const fn p521() -> &'static str {
    concat!(
        "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
        "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff",
    )
}

oracle_tests!(p256, 32, 0x2560, 500);
oracle_tests!(p384, 48, 0x3840, 250);
oracle_tests!(p521, 66, 0x5210, 100);
