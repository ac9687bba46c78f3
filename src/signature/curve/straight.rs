//! Macros that write the hot loops over limbs out in full.
//!
//! The optimiser keeps limbs in WebAssembly locals only when every index is a constant, and at `opt-level = "s"` it
//! unrolls nothing: straight-line text makes the speed independent of both.

/// The columns of `a · b`: line `k: i …` is column k, the sum of `a[i] · b[k − i]` over the listed i.
macro_rules! product_columns {
    ($a:ident, $b:ident; $($k:literal: $first:literal $($i:literal)*;)+) => {
        [$(
            $a[$first] * $b[$k - $first] $(+ $a[$i] * $b[$k - $i])*
        ),+]
    };
}

/// The columns of `a²`: line `k: i … | m` is column k, twice the sum of `a[i] · a[k − i]` plus `a[m]²`.
macro_rules! square_columns {
    ($a:ident; $($k:literal: $($first:literal $($i:literal)*)? $(| $m:literal)?;)+) => {
        [$(
            $((i64::from($a[$first]) * i64::from($a[$k - $first])
            $(+ i64::from($a[$i]) * i64::from($a[$k - $i]))*) * 2 +)?
            square_columns!(@middle $a $($m)?)
        ),+]
    };
    (@middle $a:ident $m:literal) => { i64::from($a[$m]) * i64::from($a[$m]) };
    (@middle $a:ident) => { 0 };
}

/// The array of the body's values with `i` at each of the listed indices.
macro_rules! each_limb {
    ($i:ident: $body:expr; $($index:literal)+) => {
        [$({
            #[allow(non_upper_case_globals, reason = "stands for the index in the body, like a loop's variable")]
            const $i: usize = $index;
            $body
        }),+]
    };
}

/// Columns of 64 bits carried into limbs of `bits` bits; what is left over is added to the last column.
macro_rules! carry_columns {
    ($columns:ident, $bits:expr; $($i:literal)+; $last:literal) => {{
        let mut limbs = [0i32; $last + 1];
        let mut carry = 0i64;
        $(
            carry += $columns[$i];
            limbs[$i] = (carry & ((1 << $bits) - 1)) as i32;
            carry >>= $bits;
        )+
        limbs[$last] = (carry + $columns[$last]) as i32;
        limbs
    }};
}

pub(super) use {carry_columns, each_limb, product_columns, square_columns};
