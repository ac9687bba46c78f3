//! CVE-2017-15361 (ROCA): moduli of a broken generator, which can be factored.

/// The generator's primes are k * M + (65537^a mod M), where M is the product of all primes up to 701 for moduli of up to
/// 3968 bits, and of more of them for larger ones.
const LARGEST_PRIME: u32 = 701;

/// Whether the modulus is a power of 65537 modulo every prime of the generator, as those moduli are. A random modulus
/// is so with a probability of 2^-167, and mostly fails at one of the first primes.
pub(super) fn has_fingerprint(modulus: &[u8]) -> bool {
    (3..=LARGEST_PRIME).step_by(2).filter(|number| is_prime(*number)).all(|prime| {
        let residue = modulus.iter().fold(0, |rest, octet| (rest << 8 | u32::from(*octet)) % prime);
        is_power_of_65537(residue, prime)
    })
}

fn is_prime(odd: u32) -> bool {
    (3..odd)
        .step_by(2)
        .take_while(|divisor| divisor * divisor <= odd)
        .all(|divisor| !odd.is_multiple_of(divisor))
}

fn is_power_of_65537(residue: u32, prime: u32) -> bool {
    let powers = core::iter::successors(Some(1), |power| Some(power * (65537 % prime) % prime));
    powers.take(usize::try_from(prime).unwrap_or(0)).any(|power| power == residue)
}
