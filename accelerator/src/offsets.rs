//! What the bit patterns of [`crate::product`] leave in the columns, measured once per shape.
//!
//! The patterns depend only on which products meet in a column. So the kernels themselves are run on zeros, and what they
//! leave is the offset: there is no second account of the loops that could disagree with them.
use crate::lanes::Lanes;
use crate::montgomery::{COLUMNS, DIAGONAL, Number, Shape, VECTORS, Workspace};
use crate::product::{Split, add_rows};

const ZERO: Number = [Lanes::ZERO; VECTORS];
/// Columns of a product and its reduction, low and high lanes laid out one after the other.
const TOTALS: usize = 2 * COLUMNS;

/// The negated offsets: what the columns start with instead of zero.
pub struct Offsets {
    /// For [`Workspace::square`]. Column c < 2 * half in the low lane of c, any other in the high lane of c - 2 * half.
    pub square: [Lanes; DIAGONAL],
    /// For [`Workspace::multiply`]. Column c < rows + half in the low lane of c, any other in the high lane of c - half.
    pub multiply: [Lanes; COLUMNS],
    measured: bool,
}

impl Offsets {
    pub const UNSET: Self =
        Self { square: [Lanes::ZERO; DIAGONAL], multiply: [Lanes::ZERO; COLUMNS], measured: false };

    /// Measures the offsets of `shape`, the first time only.
    pub fn ensure(&mut self, shape: Shape, workspace: &mut Workspace) -> Option<()> {
        workspace.split = Split::ready();
        if !self.measured {
            self.measure(shape, workspace)?;
            self.measured = true;
        }
        Some(())
    }

    fn measure(&mut self, shape: Shape, workspace: &mut Workspace) -> Option<()> {
        workspace.square(&ZERO, shape, &Self::UNSET)?;
        let totals = totals(shape, workspace)?;
        place(&mut self.square, &totals, 2 * shape.half, 2 * shape.half);
        workspace.multiply(&ZERO, &ZERO, shape, &Self::UNSET)?;
        let totals = self::totals(shape, workspace)?;
        place(&mut self.multiply, &totals, shape.rows + shape.half, shape.half);
        Some(())
    }
}

/// Puts the negated totals of columns below `end` in low lanes, those from `end` on in high lanes `distance` lower.
fn place(offsets: &mut [Lanes], totals: &[i64; TOTALS], end: usize, distance: usize) {
    let at = |column: Option<usize>| column.and_then(|column| totals.get(column)).copied().unwrap_or(0);
    for (index, offset) in offsets.iter_mut().enumerate() {
        let low = Some(index).filter(|column| *column < end);
        let high = Some(index + distance).filter(|column| *column >= end);
        *offset = Lanes::ZERO.sub(Lanes::new(at(low), at(high)));
    }
}

/// Follows [`Workspace::reduce`] with digits of zero and returns each column as it would be read there.
fn totals(shape: Shape, workspace: &mut Workspace) -> Option<[i64; TOTALS]> {
    let Shape { half, rows } = shape;
    let zeros = ZERO.get(..half)?;
    let mut totals = [0; TOTALS];
    for row in (0..rows).step_by(3) {
        totals.get_mut(row..row + 3)?.copy_from_slice(&workspace.low_lanes(row)?);
        if row + 3 < rows {
            workspace.retire(row, half)?;
            add_rows([Lanes::ZERO; 3], zeros, workspace.columns.get_mut(row + 3..)?, workspace.split);
        } else {
            add_rows([Lanes::ZERO; 3], zeros, workspace.columns.get_mut(row..)?, workspace.split);
            workspace.retire(row, half)?;
        }
    }
    let result = workspace.columns.get(rows..rows + half)?;
    let (low, high) = totals.get_mut(rows..rows + 2 * half)?.split_at_mut_checked(half)?;
    for ((low, high), column) in low.iter_mut().zip(high).zip(result) {
        (*low, *high) = (column.low(), column.high());
    }
    Some(totals)
}
