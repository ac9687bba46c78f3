//! What multiplication needs of a group of points.

/// A point in the coordinates in which sums are computed.
pub(super) trait Group: Copy + 'static {
    /// A point prepared for being added: affine, and what else helps.
    type Entry: Copy + Send + Sync + 'static;

    const IDENTITY: Self;
    /// Whether points may get tables; where not, no code for tables is compiled.
    const WITH_TABLES: bool;

    fn double(&mut self);

    /// Adds the entry, or its negative.
    fn add(&mut self, entry: &Self::Entry, negate: bool);

    /// Prepares every point for being added; `entries` is as long as `points`. None may be the neutral point.
    fn prepare(points: &[Self], entries: &mut [Self::Entry]);

    /// The point of an entry.
    fn from_entry(entry: &Self::Entry) -> Self {
        let mut point = Self::IDENTITY;
        point.add(entry, false);
        point
    }
}
