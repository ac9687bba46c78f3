//! What the group laws need of a field.
//!
//! Elements are *loose*: a sum or difference carries nothing and is only good as a factor of one more product; each
//! field's docs say how far off an element may be. `multiply` and its kin always give carried elements.

use alloc::vec::Vec;

/// An element of a prime field.
pub(super) trait Field: Copy + Send + Sync + 'static {
    const ZERO: Self;
    const ONE: Self;

    fn add(&self, other: &Self) -> Self;
    fn subtract(&self, other: &Self) -> Self;
    fn negate_if(&self, negate: bool) -> Self;
    /// The same element with its limbs in range.
    fn carry(&self) -> Self;
    fn multiply(&self, other: &Self) -> Self;
    fn square(&self) -> Self;
    /// The same element in its one canonical form: equal elements have equal limbs.
    fn canonical(&self) -> Self;
    fn is_zero(&self) -> bool;
    /// The inverse, 0 for 0.
    fn invert(&self) -> Self;

    fn double(&self) -> Self {
        self.add(self)
    }
}

/// A field with the two fused operations of the XYZZ formulas: one reduction instead of two.
pub(super) trait FusedField: Field {
    /// Whether points over the field are used often enough to be worth tables.
    const WITH_TABLES: bool = true;

    /// `self · other − c · d`.
    fn multiply_subtract(&self, other: &Self, c: &Self, d: &Self) -> Self;
    /// `self² − b − 2c`.
    fn square_subtract(&self, b: &Self, c: &Self) -> Self;
    /// Whether the element is 0 to every bit, as only the neutral point's coordinates are.
    fn is_literally_zero(&self) -> bool;
}

/// Replaces every element of the list by its inverse, for the price of one: Montgomery's trick. None may be 0.
pub(super) fn invert_all<F: Field>(elements: &mut [F]) {
    let mut product = F::ONE;
    let prefixes: Vec<F> = elements
        .iter()
        .map(|element| {
            let prefix = product;
            product = product.multiply(element);
            prefix
        })
        .collect();
    let mut inverse = product.invert();
    for (element, prefix) in elements.iter_mut().zip(&prefixes).rev() {
        let own = inverse.multiply(prefix);
        inverse = inverse.multiply(element);
        *element = own;
    }
}
