//! Sums of two multiples, `u·P + v·Q`, each by its point's comb table or without one.

use core::fmt;

use super::comb::{Signs, Table};
use super::group::Group;
use super::table::{TableBudget, TableSlot};
use super::window::{Digits, OddMultiples};

/// A point that is multiplied again and again: a curve's base point, or a key.
pub(super) struct FixedPoint<G: Group> {
    entry: G::Entry,
    slot: TableSlot<Table<G::Entry>>,
}

impl<G: Group> FixedPoint<G> {
    pub(super) fn new(entry: G::Entry, budget: &'static TableBudget) -> Self {
        Self { entry, slot: TableSlot::new(budget) }
    }

    pub(super) fn entry(&self) -> &G::Entry {
        &self.entry
    }

    /// The multiple by a scalar of at most the order; exact for an odd one even where the point's order is another.
    pub(super) fn multiple<const BYTES: usize>(
        &self,
        scalar: &[u8; BYTES],
        order: &[u8; BYTES],
    ) -> Multiple<'_, G, BYTES> {
        if G::WITH_TABLES
            && let Some(table) = self.slot.table_for_use(|| Table::new::<G>(&self.entry, BYTES))
        {
            return Multiple::Comb { table, signs: Signs::new(scalar, order) };
        }
        Multiple::Window { odd: OddMultiples::new::<G>(&self.entry), digits: Digits::new(scalar) }
    }
}

impl<G: Group> fmt::Debug for FixedPoint<G> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("FixedPoint").finish_non_exhaustive()
    }
}

/// A multiple that is still to be computed, and how.
#[expect(clippy::large_enum_variant, reason = "two of them live on the stack for one verification")]
pub(super) enum Multiple<'a, G: Group, const BYTES: usize> {
    Comb { table: &'a Table<G::Entry>, signs: Signs<BYTES> },
    Window { odd: OddMultiples<G::Entry>, digits: Digits },
}

impl<G: Group, const BYTES: usize> Multiple<'_, G, BYTES> {
    fn steps(&self) -> usize {
        match self {
            Self::Comb { .. } => Signs::<BYTES>::COLUMNS,
            Self::Window { digits, .. } => digits.length(),
        }
    }

    #[inline(always)]
    fn add_step(&self, step: usize, sum: &mut G) {
        match self {
            Self::Comb { table, signs } if G::WITH_TABLES => table.add_column(signs, step, sum),
            Self::Comb { .. } => {}
            Self::Window { odd, digits } => odd.add_digit(digits, step, sum),
        }
    }
}

/// `first + second`, with the doublings shared.
pub(super) fn sum<G: Group, const BYTES: usize>(multiples: &[Multiple<'_, G, BYTES>; 2]) -> G {
    let mut sum = G::IDENTITY;
    let steps = multiples.iter().map(Multiple::steps).max().unwrap_or(0);
    for step in (0..steps).rev() {
        if step + 1 < steps {
            sum.double();
        }
        for multiple in multiples {
            if step < multiple.steps() {
                multiple.add_step(step, &mut sum);
            }
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use super::super::ecdsa::Curve;
    use super::super::p256::P256;
    use super::super::p384::P384;
    use super::super::p521::P521;
    use super::super::table::USES_WITHOUT_TABLE;
    use super::super::tests::{ANY_TABLES, NO_TABLES, Random};
    use super::super::{ed25519, edwards, weierstrass};
    use super::*;

    /// A point twice: without a table, and with one.
    fn both_ways<G: Group, const BYTES: usize>(entry: &G::Entry, order: &[u8; BYTES]) -> [FixedPoint<G>; 2] {
        let with_table: FixedPoint<G> = FixedPoint::new(*entry, &ANY_TABLES);
        for _ in 0..USES_WITHOUT_TABLE {
            with_table.multiple(order, order);
        }
        [FixedPoint::new(*entry, &NO_TABLES), with_table]
    }

    /// `u·P + v·Q` by doubling and adding, from the highest bit.
    fn plain_sum<G: Group, const BYTES: usize>(
        p: &G::Entry,
        u: &[u8; BYTES],
        q: &G::Entry,
        v: &[u8; BYTES],
    ) -> G {
        let mut sum = G::IDENTITY;
        for bit in (0..8 * BYTES).rev() {
            sum.double();
            for (entry, scalar) in [(p, u), (q, v)] {
                if scalar[bit / 8] >> (bit % 8) & 1 == 1 {
                    sum.add(entry, false);
                }
            }
        }
        sum
    }

    /// 0 to 3, n − 1, n, `2^k` and `2^k − 1`, runs and noise; all at most n, which is odd.
    fn scalars<const BYTES: usize>(order: &[u8; BYTES], random: &mut Random) -> Vec<[u8; BYTES]> {
        let mut scalars: Vec<[u8; BYTES]> = (0..4).map(small).collect();
        let mut last = *order;
        last[0] -= 1;
        scalars.extend([last, *order]);
        for bytes in [BYTES / 2, BYTES - 1] {
            scalars.push(core::array::from_fn(|i| if i < bytes { 0xff } else { 0 }));
            scalars.push(core::array::from_fn(|i| u8::from(i == bytes)));
        }
        for _ in 0..3 {
            scalars.extend([random.runs(), random.bytes()]);
        }
        scalars.retain(|scalar| scalar.iter().rev().le(order.iter().rev()));
        scalars
    }

    fn small<const BYTES: usize>(value: u8) -> [u8; BYTES] {
        core::array::from_fn(|i| if i == 0 { value } else { 0 })
    }

    fn entry_of<G: Group>(point: &G, any: &G::Entry) -> G::Entry {
        let mut entry = [*any];
        G::prepare(core::slice::from_ref(point), &mut entry);
        entry[0]
    }

    /// Compares the sums of both points' paths, all four pairs, with the plain sum.
    fn check_paths<G: Group, const BYTES: usize>(
        [p, q]: [&G::Entry; 2],
        order: &[u8; BYTES],
        lowest: u8,
        same: impl Fn(&G, &G) -> bool,
    ) {
        let mut random = Random::new(u64::from(order[BYTES - 1]));
        let (ps, qs) = (both_ways::<G, BYTES>(p, order), both_ways::<G, BYTES>(q, order));
        let scalars = scalars(order, &mut random);
        for (i, u) in scalars.iter().enumerate() {
            let mut v = scalars[[i, random.below(scalars.len())][i % 2]];
            v[0] |= lowest;
            let expected = plain_sum::<G, BYTES>(p, u, q, &v);
            for (p, q) in [(0, 0), (0, 1), (1, 0), (1, 1)] {
                let got = sum(&[ps[p].multiple(u, order), qs[q].multiple(&v, order)]);
                assert!(same(&got, &expected), "paths {p} {q}: {u:02x?} {v:02x?}");
            }
        }
    }

    /// The base point with itself, its negative, its double and others that meet it on the way.
    fn check_curve<C: Curve<N, BYTES>, const N: usize, const BYTES: usize>() {
        let (base, order) = (C::base_point().entry(), C::ORDER_BYTES);
        let mut minus_one = order;
        minus_one[0] -= 1;
        let mut power = [0; BYTES];
        power[1] = 1; // 2^8 and, for 384 bits, 2^12 are a column's step
        for multiple in [small(1), minus_one, small(2), power, Random::new(3).bytes()] {
            let other = plain_sum::<weierstrass::Point<C::Field>, BYTES>(base, &multiple, base, &[0; BYTES]);
            check_paths([base, &entry_of(&other, base)], &order, 0, weierstrass::Point::is_same);
        }
    }

    #[test]
    fn every_pair_of_paths_gives_the_plain_sum_on_p256() {
        check_curve::<P256, 9, 32>();
    }

    #[test]
    fn every_pair_of_paths_gives_the_plain_sum_on_p384() {
        check_curve::<P384, 14, 48>();
    }

    #[test]
    fn every_sum_is_the_plain_one_on_p521() {
        check_curve::<P521, 19, 66>();
    }

    fn is_same_on_edwards(a: &edwards::Point, b: &edwards::Point) -> bool {
        a.compress() == b.compress()
    }

    #[test]
    fn every_pair_of_paths_gives_the_plain_sum_on_edwards25519() {
        let (base, order) = (ed25519::base_point().entry(), ed25519::ORDER_BYTES);
        for multiple in [small(1), small(2), Random::new(4).bytes()] {
            let other = plain_sum::<edwards::Point, 32>(base, &multiple, base, &[0; 32]);
            for other in [other, other.negated()] {
                check_paths([base, &other.prepared()], &order, 0, is_same_on_edwards);
            }
        }
    }

    #[test]
    fn an_odd_multiple_of_a_point_of_mixed_or_small_order_is_exact() {
        let (base, order) = (ed25519::base_point().entry(), ed25519::ORDER_BYTES);
        for torsion in ed25519::SMALL_ORDER {
            let torsion = edwards::Point::decompress(&torsion).unwrap();
            let mut mixed = torsion;
            mixed.add(base, false);
            for other in [torsion, mixed] {
                check_paths([base, &other.prepared()], &order, 1, is_same_on_edwards);
            }
        }
    }
}
