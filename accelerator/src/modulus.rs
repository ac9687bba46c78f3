//! Preparing a modulus, and the public operation s^e mod N with it.
use crate::lanes::Lanes;
use crate::montgomery::{Modulus, Number, Shape, VECTORS, Workspace};
use crate::offsets::Offsets;
use crate::whole::{Limbs, Whole};

/// Bits by which M = (k * N + 1) / 2^153 is shifted.
const SCALE: usize = 153;

impl Modulus {
    /// A key slot without key.
    pub const UNSET: Self = Self {
        shape: Shape::UNSET,
        limbs: Limbs::ZERO,
        number: [Lanes::ZERO; VECTORS],
        scaled: [Lanes::ZERO; VECTORS],
        inverse: [0; 3],
        square_of_r: [Lanes::ZERO; VECTORS],
    };

    /// Prepares a modulus of the shape's length, odd and with its top bit set.
    pub fn prepare(bytes: &[u8], shape: Shape, offsets: &Offsets, workspace: &mut Workspace) -> Option<Self> {
        let whole = Whole::from_bytes(bytes);
        let (inverse, multiple) = whole.negative_inverse();
        let bits = 8 * bytes.len();
        let mut two_r = whole.complement(bits);
        for _ in bits..51 * shape.rows + 1 {
            two_r.double_mod(&whole);
        }
        let two_r = two_r.limbs(0).balanced(shape.half);
        let limbs = whole.limbs(0);
        let mut modulus = Self {
            shape,
            limbs,
            number: limbs.balanced(shape.half),
            scaled: multiple.limbs(SCALE).balanced(shape.half),
            inverse: inverse.limbs(0).lowest(),
            square_of_r: two_r,
        };
        // 2^(51 * rows) * R = R^2, by Montgomery powers of 2 * R.
        let exponent = u32::try_from(51 * shape.rows).ok()?;
        modulus.square_of_r = modulus.power(&two_r, exponent, &two_r, offsets, workspace)?;
        Some(modulus)
    }

    /// Replaces the signature s, less than N, by s^exponent mod N.
    pub fn public_operation(
        &self,
        block: &mut [u8],
        exponent: u32,
        offsets: &Offsets,
        workspace: &mut Workspace,
    ) -> Option<()> {
        let half = self.shape.half;
        let signature = Whole::from_bytes(block).limbs(0);
        if !signature.is_below(&self.limbs) {
            return None;
        }
        let signature = signature.balanced(half);
        let mut base = signature;
        workspace.multiply(&signature, &self.square_of_r, self.shape, offsets)?;
        workspace.reduce(self, &mut base)?;
        // The last factor is s itself, not s * R: that leaves the Montgomery form.
        let power = self.power(&base, exponent, &signature, offsets, workspace)?;
        let mut result = Limbs::of(&power, half);
        // A reduction ends below 2.001 * N.
        for _ in 0..2 {
            if !result.is_below(&self.limbs) {
                result.subtract(&self.limbs);
            }
        }
        result.write(block);
        Some(())
    }

    /// base^exponent in Montgomery form, where the factor for the exponent's lowest bit is `last` instead of `base`.
    fn power(
        &self,
        base: &Number,
        exponent: u32,
        last: &Number,
        offsets: &Offsets,
        workspace: &mut Workspace,
    ) -> Option<Number> {
        let mut power = *base;
        for bit in (0..exponent.checked_ilog2()?).rev() {
            workspace.square(&power, self.shape, offsets)?;
            workspace.reduce(self, &mut power)?;
            if exponent >> bit & 1 == 1 {
                workspace.multiply(&power, if bit == 0 { last } else { base }, self.shape, offsets)?;
                workspace.reduce(self, &mut power)?;
            }
        }
        Some(power)
    }
}
