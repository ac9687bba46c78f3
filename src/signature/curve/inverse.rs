//! The modular inverse in variable time (public data only): the division steps of Bernstein and Yang, "Fast
//! constant-time gcd computation and modular inversion" (2019), section 8, written from their definition.
//!
//! Thirty steps at a time run on the lowest words alone and give a matrix, which one pass over the limbs applies.
//!
//! Bounds. Numbers are arrays of 30-bit limbs with the sign in the last. A matrix row `(u, v)` of thirty steps has
//! `|u| + |v| ≤ 2^30`, so `f` and `g` never grow, and a column `u·x + v·y + k·m` with `|k| ≤ 2^29` stays below `2^61`.
//! `d` and `e` grow by at most half a modulus a round: within [`MOST_ROUNDS`] they stay below 27 moduli, 5 bits more
//! than the modulus, and the callers' moduli leave at least 14 bits.
#![expect(
    clippy::indexing_slicing,
    clippy::as_conversions,
    reason = "indices run below the constant limb count; casts cut to the 30 bits that the mask or shift leaves"
)]

use super::limbs;

/// Does something with each index below a constant N. For the nine limbs of the most used curves it is written out, for
/// the reasons of `straight.rs`: three times as fast. More limbs would be longer than that is worth.
macro_rules! each_limb_of {
    ($n:ident from $first:literal: $i:ident => $body:expr) => {
        if $n <= 9 {
            each_limb_of!(@straight $n $first $i $body; 0 1 2 3 4 5 6 7 8);
        } else {
            for $i in $first..$n {
                $body;
            }
        }
    };
    (@straight $n:ident $first:literal $i:ident $body:expr; $($index:literal)+) => {$(
        if $first <= $index && $index < $n {
            let $i = $index;
            $body;
        }
    )+};
}

/// An odd prime modulus, prepared.
pub(super) struct Modulus<const N: usize> {
    limbs: [i32; N],
    /// The modulus' inverse modulo 2^30.
    inverse: u32,
}

impl<const N: usize> Modulus<N> {
    /// Takes the modulus in limbs of `bits` bits.
    pub(super) const fn new(modulus: &[i32; N], bits: u32) -> Self {
        let limbs: [i32; N] = limbs::regroup(modulus, bits, LIMB_BITS);
        let lowest = limbs[0] as u32 | (limbs[1] as u32) << LIMB_BITS;
        Self { limbs, inverse: limbs::inverse_of_odd(lowest) & MASK as u32 }
    }

    /// `x^−1` modulo the modulus, 0 for 0; `x` and the answer in limbs of `bits` bits, in `0..modulus`.
    pub(super) fn invert(&self, x: &[i32; N], bits: u32) -> [i32; N] {
        let inverse = self.divide(&limbs::regroup(x, bits, LIMB_BITS));
        limbs::regroup(&inverse, LIMB_BITS, bits)
    }

    fn divide(&self, x: &[i32; N]) -> [i32; N] {
        let (mut f, mut g) = (self.limbs, *x);
        let (mut d, mut e) = ([0; N], [0; N]); // f = d·x and g = e·x modulo the modulus, after every round
        e[0] = 1;
        let mut delta = 1;
        for _ in 0..MOST_ROUNDS {
            let mut bits = 0;
            each_limb_of!(N from 0: i => bits |= g[i]);
            if bits == 0 {
                break;
            }
            let rows = thirty_steps(&mut delta, f[0] as u32, g[0] as u32);
            (f, g) = self.combine(&f, &g, rows, [0; 2]);
            let multiples = rows.map(|row| self.cancel(&d, &e, row));
            (d, e) = self.combine(&d, &e, rows, multiples);
        }
        self.finish(&f, &d)
    }

    /// `d / f` in `0..modulus`, where f is 1 or −1.
    fn finish(&self, f: &[i32; N], d: &[i32; N]) -> [i32; N] {
        let sign = if f[N - 1] < 0 { -1 } else { 1 };
        let mut inverse = limbs::add_multiple(&[0; N], sign, d, LIMB_BITS);
        for _ in 0..MOST_ROUNDS {
            if inverse[N - 1] < 0 {
                inverse = limbs::add_multiple(&inverse, 1, &self.limbs, LIMB_BITS);
            } else if !limbs::is_less(&inverse, &self.limbs) {
                inverse = limbs::add_multiple(&inverse, -1, &self.limbs, LIMB_BITS);
            } else {
                break;
            }
        }
        inverse
    }

    /// The k in `−2^29..2^29` for which `a·x + b·y + k·modulus` is a multiple of 2^30.
    #[inline(always)]
    fn cancel(&self, x: &[i32; N], y: &[i32; N], [a, b]: [i64; 2]) -> i64 {
        let low = (a * i64::from(x[0]) + b * i64::from(y[0])) as u32;
        let k = low.wrapping_mul(self.inverse).wrapping_neg();
        i64::from((k << 2) as i32 >> 2)
    }

    /// `(a·x + b·y + k·modulus) / 2^30`, which is exact, for both rows `(a, b)` and their k.
    #[inline(always)]
    fn combine(
        &self,
        x: &[i32; N],
        y: &[i32; N],
        [[u, v], [q, r]]: [[i64; 2]; 2],
        [k, l]: [i64; 2],
    ) -> ([i32; N], [i32; N]) {
        let columns = |i: usize| {
            let (x, y, modulus) = (i64::from(x[i]), i64::from(y[i]), i64::from(self.limbs[i]));
            (u * x + v * y + k * modulus, q * x + r * y + l * modulus)
        };
        let (mut first, mut second) = ([0; N], [0; N]);
        let (mut one, mut other) = columns(0);
        each_limb_of!(N from 1: i => {
            let (more, another) = columns(i);
            one = (one >> LIMB_BITS) + more;
            other = (other >> LIMB_BITS) + another;
            first[i - 1] = (one & MASK) as i32;
            second[i - 1] = (other & MASK) as i32;
        });
        first[N - 1] = (one >> LIMB_BITS) as i32;
        second[N - 1] = (other >> LIMB_BITS) as i32;
        (first, second)
    }
}

/// The matrix of thirty division steps, times 2^30. Only the lowest 30 bits of f (odd) and g matter.
#[inline(always)]
fn thirty_steps(delta: &mut i32, mut f: u32, mut g: u32) -> [[i64; 2]; 2] {
    let (mut u, mut v, mut q, mut r) = (1i32, 0i32, 0i32, 1i32);
    let mut left = LIMB_BITS;
    loop {
        let zeros = g.trailing_zeros().min(left);
        g >>= zeros;
        (u, v) = (u << zeros, v << zeros);
        *delta += zeros as i32;
        left -= zeros;
        if left == 0 {
            return [[u, v], [q, r]].map(|row| row.map(i64::from));
        }
        if *delta > 0 {
            (f, g) = (g, f.wrapping_neg());
            (u, v, q, r) = (q, r, -u, -v);
            *delta = -*delta;
        }
        g = g.wrapping_add(f);
        (q, r) = (q + u, r + v);
    }
}

const LIMB_BITS: u32 = 30;
const MASK: i64 = (1 << LIMB_BITS) - 1;
/// Theorem 11.2 of the paper: `(49 · 521 + 57) / 17 = 1505` division steps suffice for 521 bits, 51 rounds of thirty;
/// the modulus' multiples that `finish` takes off are fewer.
const MOST_ROUNDS: usize = 52;
