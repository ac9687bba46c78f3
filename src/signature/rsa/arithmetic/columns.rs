//! The columns of a product and their reduction: the kernels of [`super::simd`], where layout and bounds are argued.

use alloc::vec;
use alloc::vec::Vec;
use core::hint::black_box;

use super::lanes::Lanes;
use super::simd::{Modulus, Number, ROWS, Shape, pack_into};

/// The working memory of one operation.
pub(super) struct Workspace {
    shape: Shape,
    /// 2 * limb j in the even, 2 * limb (j + half) in the odd 32-bit lanes.
    twice: Vec<Lanes>,
    /// One limb in all lanes.
    splats: Vec<Lanes>,
    packed: Vec<Lanes>,
    quarters: Vec<Lanes>,
    diagonal: Vec<Lanes>,
    cross: Vec<Lanes>,
    columns: Vec<Lanes>,
}

impl Workspace {
    pub(super) fn new(shape: Shape) -> Self {
        let (padded, quarter) = (shape.padded(), shape.quarter());
        let vectors = |count: usize| vec![Lanes::ZERO; count];
        Self {
            shape,
            twice: vectors(padded),
            splats: vectors(2 * padded + ROWS),
            packed: vectors(shape.half / 2),
            quarters: vectors(quarter / 2),
            diagonal: vectors(2 * padded + ROWS),
            cross: vectors(padded + quarter + ROWS),
            columns: vectors(shape.columns()),
        }
    }

    /// Columns := a^2. With a = A + B * 2^(width * half): A^2 and B^2 in two lanes at once, then 2 * A * B with the two
    /// halves of B in the lanes.
    #[inline(never)]
    pub(super) fn square(&mut self, a: &Number) {
        self.spread(a);
        self.square_halves(a);
        self.cross_halves();
        self.assemble();
    }

    fn spread(&mut self, a: &Number) {
        // Up to the padded length: a product may have left its splats there.
        let padded = a.iter().chain(&[Lanes::ZERO; ROWS]);
        for ((a, twice), splat) in padded.zip(&mut self.twice).zip(&mut self.splats) {
            let doubled = a.add(*a);
            *twice = doubled.shuffle::<0, 2, 0, 2>(doubled);
            *splat = doubled.shuffle::<0, 0, 0, 0>(doubled);
        }
        pack_into(a, &mut self.packed);
        let quarter = self.shape.quarter();
        let low = a.iter().copied().take(quarter);
        let high = a.iter().copied().skip(quarter).chain(core::iter::repeat(Lanes::ZERO));
        let mut pairs = low.zip(high).map(|(low, high)| low.shuffle::<2, 6, 2, 6>(high));
        for packed in &mut self.quarters {
            let (first, second) = (pairs.next(), pairs.next());
            *packed = first.unwrap_or(Lanes::ZERO).shuffle::<0, 1, 4, 5>(second.unwrap_or(Lanes::ZERO));
        }
    }

    fn square_halves(&mut self, a: &Number) {
        self.diagonal.fill(Lanes::ZERO);
        let mut limbs = a.as_slice();
        let mut packed = self.packed.as_slice();
        let mut columns = self.diagonal.as_mut_slice();
        for twice in self.twice.as_chunks::<ROWS>().0 {
            let corner = core::array::from_fn(|index| limbs.get(index).copied().unwrap_or(Lanes::ZERO));
            limbs = limbs.get(ROWS..).unwrap_or_default();
            packed = packed.get(ROWS / 2..).unwrap_or_default();
            add_corner(twice, &corner, columns);
            add_rows(twice, packed, columns.get_mut(ROWS..).unwrap_or_default());
            columns = columns.get_mut(2 * ROWS..).unwrap_or_default();
        }
    }

    fn cross_halves(&mut self) {
        self.cross.fill(Lanes::ZERO);
        let mut columns = self.cross.as_mut_slice();
        for splats in self.splats.as_chunks::<ROWS>().0.iter().take(self.shape.padded() / ROWS) {
            add_rows(splats, &self.quarters, columns);
            columns = columns.get_mut(ROWS..).unwrap_or_default();
        }
    }

    /// Columns := the two squares and the cross product, each where it counts.
    fn assemble(&mut self) {
        let Shape { half, .. } = self.shape;
        let low_only = Lanes::new(u64::MAX, 0);
        self.columns.fill(Lanes::ZERO);
        for (column, square) in self.columns.iter_mut().zip(&self.diagonal) {
            *column = square.and(low_only);
        }
        let upper = self.columns.iter_mut().skip(half);
        for ((column, square), cross) in
            upper.zip(&self.diagonal).zip(self.cross.iter().chain(core::iter::repeat(&Lanes::ZERO)))
        {
            let high = square.shuffle::<4, 5, 2, 3>(Lanes::ZERO);
            *column = column.add(high).add(cross.and(low_only));
        }
        for (column, cross) in self.columns.iter_mut().skip(half + self.shape.quarter()).zip(&self.cross) {
            *column = column.add(cross.shuffle::<2, 3, 4, 5>(Lanes::ZERO));
        }
    }

    /// Columns := a * b; b is packed.
    #[inline(never)]
    pub(super) fn multiply(&mut self, a: &Number, b: &[Lanes]) {
        let (low, high) = self.splats.split_at_mut(self.shape.half);
        for (splat, a) in low.iter_mut().zip(a) {
            *splat = a.shuffle::<0, 0, 0, 0>(*a);
        }
        for (splat, a) in high.iter_mut().zip(a) {
            *splat = a.shuffle::<2, 2, 2, 2>(*a);
        }
        self.columns.fill(Lanes::ZERO);
        let mut columns = self.columns.as_mut_slice();
        for splats in self.splats.as_chunks::<ROWS>().0.iter().take(2 * self.shape.half / ROWS) {
            add_rows(splats, b, columns);
            columns = columns.get_mut(ROWS..).unwrap_or_default();
        }
    }

    /// out := columns / R mod N, below 2.2 * N.
    #[inline(never)]
    pub(super) fn reduce(&mut self, modulus: &Modulus, out: &mut Number) {
        let Shape { half, rows, width } = self.shape;
        let mask = self.shape.mask();
        let mut carry = 0;
        for row in (0..rows - ROWS).step_by(ROWS) {
            let mut columns = self.columns.get_mut(row..).unwrap_or_default();
            let digits = carried(columns, &mut carry, width);
            retire(columns, half);
            columns = columns.get_mut(ROWS..).unwrap_or_default();
            let [a, b, c, d] = digits;
            let digits = [splat(a & mask), splat(b & mask), splat(c & mask), splat(d & mask)];
            add_rows(&digits, &modulus.scaled, columns);
        }
        let columns = self.columns.get_mut(rows - ROWS..).unwrap_or_default();
        let mut ignored = carry;
        let quotient = quotient(carried(columns, &mut ignored, width), &modulus.inverse, self.shape);
        add_rows(&quotient.map(splat), &modulus.number, columns);
        carried(columns, &mut carry, width);
        retire(columns, half);
        normalize(columns.get(ROWS..).unwrap_or_default(), carry, self.shape, out);
    }
}

/// Adds four rows of a schoolbook product: column k receives the sum of `q[i] * m[k - i]` in both lanes.
///
/// `m` is packed, and `v` holds at least four columns more than the `2 * m.len()` limbs of `m`.
///
/// The compiler would take an extended multiplication apart, widen the factors once outside of the loop and multiply in
/// 64 bits, at half the speed. So the factors pass a [`black_box`] in every turn, and the limbs are read anew.
#[inline(always)]
fn add_rows(q: &[Lanes; ROWS], m: &[Lanes], v: &mut [Lanes]) {
    let mut columns = v.as_chunks_mut::<2>().0.iter_mut();
    let mut add = |limbs| {
        if let Some(pair) = columns.next() {
            add_pair(black_box(q), limbs, pair);
        }
    };
    let zero = Lanes::ZERO;
    if let [x, ..] = m {
        add([zero, zero, *x]);
    }
    if let [y, x, ..] = m {
        add([zero, *y, *x]);
    }
    for limbs in m.windows(3) {
        let [z, y, x] = limbs else { return };
        add([*z, *y, *x]);
    }
    let [y, x] = match m {
        [.., y, x] => [*y, *x],
        [x] => [zero, *x],
        [] => [zero, zero],
    };
    add([y, x, zero]);
    add([x, zero, zero]);
}

/// Adds the products of three neighbouring vectors of limbs to two columns.
#[inline(always)]
fn add_pair([q0, q1, q2, q3]: &[Lanes; ROWS], [z, y, x]: [Lanes; 3], [even, odd]: &mut [Lanes; 2]) {
    let first = q0.multiply_low(x).add(q1.multiply_high(y)).add(q2.multiply_low(y)).add(q3.multiply_high(z));
    let second = q0.multiply_high(x).add(q1.multiply_low(x)).add(q2.multiply_high(y)).add(q3.multiply_low(y));
    *even = even.add(first);
    *odd = odd.add(second);
}

/// Adds the square of four limbs in both lanes to seven columns.
fn add_corner([d0, d1, d2, _]: &[Lanes; ROWS], limbs: &[Lanes; ROWS], v: &mut [Lanes]) {
    let [x0, x1, x2, x3] = limbs.map(|limb| limb.shuffle::<0, 2, 0, 2>(limb));
    let [v0, v1, v2, v3, v4, v5, v6, ..] = v else { return };
    *v0 = v0.add(x0.multiply_low(x0));
    *v1 = v1.add(d0.multiply_low(x1));
    *v2 = v2.add(d0.multiply_low(x2)).add(x1.multiply_low(x1));
    *v3 = v3.add(d0.multiply_low(x3)).add(d1.multiply_low(x2));
    *v4 = v4.add(d1.multiply_low(x3)).add(x2.multiply_low(x2));
    *v5 = v5.add(d2.multiply_low(x3));
    *v6 = v6.add(x3.multiply_low(x3));
}

/// The low lanes of the first four columns, each with the carry of the one below; `carry` becomes that of the last.
#[inline(always)]
fn carried(columns: &[Lanes], carry: &mut u64, width: u32) -> [u64; ROWS] {
    let Some([a, b, c, d]) = columns.first_chunk() else { return [0; ROWS] };
    // written out, because a loop over four would not be unrolled for size
    let a = a.low() + *carry;
    let b = b.low() + (a >> width);
    let c = c.low() + (b >> width);
    let d = d.low() + (c >> width);
    *carry = d >> width;
    [a, b, c, d]
}

/// Moves the high lanes of the first four columns, now finished, to the columns where they count.
#[inline(always)]
fn retire(columns: &mut [Lanes], half: usize) {
    let Some((done, later)) = columns.split_at_mut_checked(half) else { return };
    let (Some([a, b, c, d]), Some(counted)) = (done.first_chunk(), later.first_chunk_mut()) else { return };
    let [e, f, g, h]: &mut [Lanes; ROWS] = counted;
    *e = e.add(a.shuffle::<2, 3, 4, 5>(Lanes::ZERO));
    *f = f.add(b.shuffle::<2, 3, 4, 5>(Lanes::ZERO));
    *g = g.add(c.shuffle::<2, 3, 4, 5>(Lanes::ZERO));
    *h = h.add(d.shuffle::<2, 3, 4, 5>(Lanes::ZERO));
}

/// t * k mod 2^(4 * width), in digits. Four products below 2^56 and a carry stay below 2^64.
fn quotient(t: [u64; ROWS], k: &[u64; ROWS], shape: Shape) -> [u64; ROWS] {
    let mask = shape.mask();
    let [t0, t1, t2, t3] = t.map(|digit| digit & mask);
    let [k0, k1, k2, k3] = *k;
    let q0 = t0 * k0;
    let q1 = t0 * k1 + t1 * k0 + (q0 >> shape.width);
    let q2 = t0 * k2 + t1 * k1 + t2 * k0 + (q1 >> shape.width);
    let q3 = t0 * k3 + t1 * k2 + t2 * k1 + t3 * k0 + (q2 >> shape.width);
    [q0, q1, q2, q3].map(|digit| digit & mask)
}

/// Carries the columns of a result, both halves at once; then the lower half's last carry through the upper half.
fn normalize(columns: &[Lanes], carry: u64, shape: Shape, out: &mut Number) {
    let mask = Lanes::splat(shape.mask());
    let mut carries = Lanes::new(carry, 0);
    for (out, column) in out.iter_mut().zip(columns) {
        let column = column.add(carries);
        *out = column.and(mask);
        carries = column.shift_right(shape.width);
    }
    let mut carry = carries.low();
    for out in out {
        if carry == 0 {
            break;
        }
        let limb = out.high() + carry;
        *out = Lanes::new(out.low(), limb & shape.mask());
        carry = limb >> shape.width;
    }
}

/// Four lanes of a digit below 2^32.
#[inline(always)]
fn splat(digit: u64) -> Lanes {
    Lanes::splat_word(u32::try_from(digit & 0xffff_ffff).unwrap_or(0))
}

#[cfg(test)]
mod tests {
    use super::super::simd::{WIDE_LIMB_BITS, pack};
    use super::*;

    /// The largest square and, on top of it, a reduction with the largest digits and the largest modulus: sums that no
    /// real operation reaches. An addition that overflows panics.
    fn add_largest(bits: usize) {
        let shape = Shape::of(bits);
        let limbs = (bits + 2).div_ceil(shape.limb());
        let limb = |index: usize| if index < limbs { shape.mask() } else { 0 };
        let largest: Number =
            (0..shape.half).map(|index| Lanes::new(limb(index), limb(index + shape.half))).collect();
        let digits = [splat(shape.mask()); ROWS];
        let mut workspace = Workspace::new(shape);
        workspace.square(&largest);
        let mut carry = 0;
        for row in (0..shape.rows).step_by(ROWS) {
            let columns = &mut workspace.columns[row..];
            add_rows(&digits, &pack(&largest), columns);
            carried(columns, &mut carry, shape.width);
            retire(columns, shape.half);
        }
        normalize(&workspace.columns[shape.rows..], carry, shape, &mut largest.clone());
    }

    #[test]
    fn largest_limbs_overflow_no_column() {
        for bits in (2048..=8192).step_by(13).chain([WIDE_LIMB_BITS, WIDE_LIMB_BITS + 1, 8192]) {
            add_largest(bits);
        }
    }
}
