//! Montgomery arithmetic on lanes: squares, products, and the reduction by a prepared modulus.
//!
//! **Layout.** A [`Number`] of `2 * half` limbs holds limb j in the low lane and limb j + `half` in the high lane of
//! vector j; the topmost limb stays zero. A column vector k counts low-lane values for column k and high-lane values
//! for column k + `half`. So no kernel moves values between lanes.
//!
//! **Limbs are balanced**: whole numbers of at most 2^50 + 2^10 in size, positive or negative. A doubled limb times a
//! limb is below 2^102, as [`crate::product`] asks, and so is a limb times a quotient digit below 2^51.
//!
//! **Columns cannot overflow.** At most 81 products of a square or product and 81 of its reduction meet in a column, and
//! 162 * (2^51 + 2^50) < 2^59. Once the patterns are removed a column is therefore exact in 64 bits, wherever in
//! between it wrapped.
//!
//! **Reduction.** With k = -1/N mod 2^153, M = (k * N + 1) / 2^153 is a whole number of at most N. For T = 2^153 * T' + q,
//! T' + q * M is congruent to T / 2^153 modulo N: three quotient digits are simply the low digits of T. All but the last
//! three rows go that way and leave less than T / 2^(51 * (rows - 3)) + 2^153 * N * (1 + 2^-152). The last three are
//! classical, with q = T * k mod 2^153 and N itself. So a reduction returns T / R mod N, R = 2^(51 * rows), as a number
//! below T / R + (2 + 2^-152) * N. As R >= 2^35 * N for every [`Shape`], factors below 2.001 * N give a result below
//! 2.001 * N.
use crate::lanes::Lanes;
use crate::offsets::Offsets;
use crate::product::{HIGH, LOW, MASK, Split, WIDTH, add_corner, add_rows};
use crate::whole::Limbs;

/// Vectors of a number: 41 for 4096 bits, made divisible by three.
pub const VECTORS: usize = 42;
/// Vectors of the two squares of a number's halves.
pub const DIAGONAL: usize = 2 * VECTORS + 3;
/// Column vectors of a product and its reduction.
pub const COLUMNS: usize = 3 * VECTORS + 3;
const QUARTER: usize = 20;
/// The bit pattern of 2^52.
const TWO_52: i64 = 0x4330_0000_0000_0000;

/// Balanced limbs as `f64`, limb j and limb j + half in vector j, unused vectors zero.
pub type Number = [Lanes; VECTORS];

/// How many limbs and rows a modulus length takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Vectors of a number; `2 * half - 1` limbs are in use.
    pub half: usize,
    /// Limbs of the Montgomery factor R = 2^(51 * rows), a multiple of three.
    pub rows: usize,
}

impl Shape {
    /// A key slot without key.
    pub const UNSET: Self = Self { half: 0, rows: 0 };
    /// The shapes in use: moduli of 256, 384 and 512 bytes.
    pub const ALL: [(usize, Self); 3] = [
        (256, Self { half: 21, rows: 42 }),
        (384, Self { half: 31, rows: 63 }),
        (512, Self { half: 41, rows: 81 }),
    ];

    fn padded(self) -> usize {
        self.half.next_multiple_of(3)
    }

    fn quarter(self) -> usize {
        self.half / 2
    }
}

/// A modulus with its Montgomery constants.
pub struct Modulus {
    pub shape: Shape,
    /// N, to compare with.
    pub limbs: Limbs,
    /// N.
    pub number: Number,
    /// M = (k * N + 1) / 2^153.
    pub scaled: Number,
    /// k = -1/N mod 2^153, as three limbs in 0..2^51.
    pub inverse: [i64; 3],
    /// R^2 mod N.
    pub square_of_r: Number,
}

/// The working memory of one operation.
pub struct Workspace {
    pub split: Split,
    twice: Number,
    splats: [Lanes; 2 * VECTORS],
    quarters: [Lanes; QUARTER],
    diagonal: [Lanes; DIAGONAL],
    cross: [Lanes; VECTORS + QUARTER + 3],
    pub columns: [Lanes; COLUMNS],
}

impl Workspace {
    pub const fn new() -> Self {
        Self {
            split: Split::UNSET,
            twice: [Lanes::ZERO; VECTORS],
            splats: [Lanes::ZERO; 2 * VECTORS],
            quarters: [Lanes::ZERO; QUARTER],
            diagonal: [Lanes::ZERO; DIAGONAL],
            cross: [Lanes::ZERO; VECTORS + QUARTER + 3],
            columns: [Lanes::ZERO; COLUMNS],
        }
    }

    /// Columns := a^2. With a = A + B * 2^(51 * half): A^2 and B^2 in two lanes at once, then 2 * A * B with the two
    /// halves of B in the lanes.
    #[inline(never)]
    pub fn square(&mut self, a: &Number, shape: Shape, offsets: &Offsets) -> Option<()> {
        self.spread(a, shape)?;
        self.square_halves(a, shape, offsets)?;
        self.cross_halves(shape)?;
        self.assemble(shape)
    }

    /// Doubled limbs, the same as splats of A, and B in two lanes.
    #[inline(always)]
    fn spread(&mut self, a: &Number, shape: Shape) -> Option<()> {
        for ((a, twice), splat) in a.iter().zip(&mut self.twice).zip(&mut self.splats) {
            *twice = a.add_float(*a);
            *splat = twice.low_low(*twice);
        }
        let upper = a.get(shape.quarter()..)?;
        for ((pair, low), high) in self.quarters.iter_mut().zip(a).zip(upper).take(shape.quarter()) {
            *pair = low.high_high(*high);
        }
        Some(())
    }

    #[inline(always)]
    fn square_halves(&mut self, a: &Number, shape: Shape, offsets: &Offsets) -> Option<()> {
        let padded = shape.padded();
        let mut limbs = a.get(..padded)?;
        let mut columns = self.diagonal.get_mut(..2 * padded + 3)?;
        columns.copy_from_slice(offsets.square.get(..2 * padded + 3)?);
        for twice in self.twice.get(..padded)?.as_chunks::<3>().0 {
            let corner;
            (corner, limbs) = limbs.split_first_chunk::<3>()?;
            add_corner(twice, corner, columns, self.split);
            add_rows(*twice, limbs, columns.get_mut(3..)?, self.split);
            columns = columns.get_mut(6..)?;
        }
        Some(())
    }

    #[inline(always)]
    fn cross_halves(&mut self, shape: Shape) -> Option<()> {
        let quarters = self.quarters.get(..shape.quarter())?;
        let mut columns = self.cross.get_mut(..shape.padded() + shape.quarter() + 3)?;
        columns.fill(Lanes::ZERO);
        for splats in self.splats.get(..shape.padded())?.as_chunks::<3>().0 {
            add_rows(*splats, quarters, columns, self.split);
            columns = columns.get_mut(3..)?;
        }
        Some(())
    }

    /// Columns := the two squares and the cross product, each where it counts.
    #[inline(always)]
    fn assemble(&mut self, shape: Shape) -> Option<()> {
        let Shape { half, .. } = shape;
        let (low, high) = self.diagonal.get(..2 * half + 1)?.split_at_checked(half)?;
        let (first, rest) = self.columns.split_at_mut_checked(half)?;
        let (second, third) = rest.split_at_mut_checked(half)?;
        for (column, low) in first.iter_mut().zip(low) {
            *column = low.low_low(Lanes::ZERO);
        }
        for (column, (high, low)) in second.iter_mut().zip(high.iter().zip(low)) {
            *column = high.low_high(*low);
        }
        third.get_mut(..half + 3)?.fill(Lanes::ZERO);
        for (column, high) in third.iter_mut().zip(high) {
            *column = Lanes::ZERO.low_high(*high);
        }
        let cross = self.cross.get(..shape.padded() + shape.quarter() + 3)?;
        for (column, cross) in self.columns.get_mut(half..)?.iter_mut().zip(cross) {
            *column = column.add(cross.low_low(Lanes::ZERO));
        }
        for (column, cross) in self.columns.get_mut(half + shape.quarter()..)?.iter_mut().zip(cross) {
            *column = column.add(cross.high_low(Lanes::ZERO));
        }
        Some(())
    }

    /// Columns := a * b.
    #[inline(never)]
    pub fn multiply(&mut self, a: &Number, b: &Number, shape: Shape, offsets: &Offsets) -> Option<()> {
        let b = b.get(..shape.half)?;
        let (low, high) = self.splats.split_at_mut_checked(shape.half)?;
        for (splat, a) in low.iter_mut().zip(a) {
            *splat = a.low_low(*a);
        }
        // All of a, so that the splats up to `rows` end in zeros and not in those of an earlier operation.
        for (splat, a) in high.iter_mut().zip(a) {
            *splat = a.high_high(*a);
        }
        self.columns = offsets.multiply;
        let mut columns = self.columns.get_mut(..)?;
        for splats in self.splats.get(..shape.rows)?.as_chunks::<3>().0 {
            add_rows(*splats, b, columns, self.split);
            columns = columns.get_mut(3..)?;
        }
        Some(())
    }

    /// out := columns / R mod N, below 2.001 * N.
    #[inline(never)]
    pub fn reduce(&mut self, modulus: &Modulus, out: &mut Number) -> Option<()> {
        let Shape { half, rows } = modulus.shape;
        let scaled = modulus.scaled.get(..half)?;
        let mut carry = 0;
        for row in (0..rows - 3).step_by(3) {
            let digits = carried(self.low_lanes(row)?, carry);
            carry = digits[2] >> WIDTH;
            self.retire(row, half)?;
            add_rows(digits.map(digit), scaled, self.columns.get_mut(row + 3..)?, self.split);
        }
        let carry = self.reduce_last(modulus, carry)?;
        self.normalize(modulus.shape, carry, out)
    }

    /// The classical last three rows. Returns the carry into the result.
    #[inline(always)]
    fn reduce_last(&mut self, modulus: &Modulus, carry: i64) -> Option<i64> {
        let Shape { half, rows } = modulus.shape;
        let row = rows - 3;
        let factors = quotient(carried(self.low_lanes(row)?, carry), &modulus.inverse, self.split);
        add_rows(factors, modulus.number.get(..half)?, self.columns.get_mut(row..)?, self.split);
        // These columns were exact before; the rows put new patterns into them.
        let [a, b, c] = self.low_lanes(row)?;
        let [x, y, z] = first_patterns();
        self.retire(row, half)?;
        let columns = [a.wrapping_sub(x), b.wrapping_sub(y), c.wrapping_sub(z)];
        Some(carried(columns, carry)[2] >> WIDTH)
    }

    /// The low lanes of three columns from `row` on.
    pub fn low_lanes(&self, row: usize) -> Option<[i64; 3]> {
        Some(self.columns.get(row..)?.first_chunk::<3>()?.map(Lanes::low))
    }

    /// Moves the high lanes of three finished columns to the columns where they count.
    #[inline(always)]
    pub fn retire(&mut self, row: usize, half: usize) -> Option<()> {
        let (done, later) = self.columns.split_at_mut_checked(row + 3)?;
        for (column, done) in later.get_mut(half - 3..)?.iter_mut().zip(done.get(row..)?) {
            *column = column.add(done.high_low(Lanes::ZERO));
        }
        Some(())
    }

    /// Carries every column once, all at the same time: a digit in -2^50..2^50 and, from the column below, at most 2^9.
    /// The topmost limb in use stays small, as the value is below 2.001 * N, and nothing is carried out of it.
    #[inline(always)]
    fn normalize(&mut self, shape: Shape, carry: i64, out: &mut Number) -> Option<()> {
        const HALF_DIGIT: i64 = 1 << (WIDTH - 1);
        // Makes every column positive, so that an unsigned shift carries; a multiple of 2^51 beside the rounding.
        const BIAS: i64 = 1 << 62;
        let columns = self.columns.get(shape.rows..shape.rows + shape.half)?;
        let bias = Lanes::splat(BIAS + HALF_DIGIT);
        let to_float = Lanes::splat(LOW - HALF_DIGIT - (BIAS >> WIDTH));
        let into_upper = columns.last()?.low().wrapping_add(BIAS + HALF_DIGIT) >> WIDTH;
        let mut carries = Lanes::new(carry.wrapping_add(BIAS >> WIDTH), into_upper);
        for (out, column) in out.iter_mut().zip(columns) {
            #[cfg(test)]
            check_columns([column.low(), column.high()]);
            let column = column.add(bias);
            let limb = column.and(Lanes::splat(MASK)).add(carries).add(to_float);
            *out = limb.sub_float(Lanes::splat(LOW));
            carries = column.shift_right(WIDTH);
        }
        Some(())
    }
}

/// Three columns, each with the carry of the one below.
#[inline(always)]
fn carried([a, b, c]: [i64; 3], carry: i64) -> [i64; 3] {
    #[cfg(test)]
    check_columns([a, b, c]);
    let a = a.wrapping_add(carry);
    let b = b.wrapping_add(a >> WIDTH);
    [a, b, c.wrapping_add(b >> WIDTH)]
}

/// What three rows add to their first three columns beside the values.
const fn first_patterns() -> [i64; 3] {
    let second = LOW.wrapping_mul(2).wrapping_add(HIGH);
    [LOW, second, second.wrapping_add(LOW).wrapping_add(HIGH)]
}

/// The low 51 bits as a limb in both lanes.
#[inline(always)]
fn digit(column: i64) -> Lanes {
    Lanes::splat((column & MASK) | TWO_52).sub_float(Lanes::splat(TWO_52))
}

/// t * k mod 2^153 as three digits; of `t` only the low 51 bits of each column count.
#[inline(always)]
fn quotient(t: [i64; 3], k: &[i64; 3], split: Split) -> [Lanes; 3] {
    let t = t.map(|column| column & MASK);
    let product = |x: i64, y: i64| {
        let (high, low) = split.product(digit(x), digit(y));
        (high.low().wrapping_sub(HIGH), low.low().wrapping_sub(LOW))
    };
    let (high00, first) = product(t[0], k[0]);
    let (high01, low01) = product(t[0], k[1]);
    let (high10, low10) = product(t[1], k[0]);
    let second = high00.wrapping_add(low01).wrapping_add(low10).wrapping_add(first >> WIDTH);
    let third = [t[0].wrapping_mul(k[2]), t[1].wrapping_mul(k[1]), t[2].wrapping_mul(k[0]), high01, high10]
        .into_iter()
        .fold(second >> WIDTH, i64::wrapping_add);
    [digit(first), digit(second), digit(third)]
}

/// Panics where a column is not within the bound of the module's documentation.
#[cfg(test)]
fn check_columns<const N: usize>(columns: [i64; N]) {
    for column in columns {
        assert!(column.unsigned_abs() < 1 << 59, "column {column} is below 2^59");
    }
}
