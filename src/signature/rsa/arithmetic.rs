//! The public operation s^e mod n, for any odd modulus of up to 8192 bits. Public data only, in variable time: none of
//! this may ever sign.
//!
//! [`simd`] serves where the engine's `simd128` is on at compile time, [`portable`] everywhere else; both are exact on
//! every engine. Natively both are compiled for tests, the vectors emulated with checked additions.

mod whole;

#[cfg(any(test, not(all(target_arch = "wasm32", target_feature = "simd128"))))]
mod portable;
#[cfg(not(all(target_arch = "wasm32", target_feature = "simd128")))]
pub(super) use portable::Modulus;

#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
mod columns;
#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
mod lanes;
#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
mod limbs;
#[cfg(any(test, all(target_arch = "wasm32", target_feature = "simd128")))]
mod simd;
#[cfg(all(target_arch = "wasm32", target_feature = "simd128"))]
pub(super) use simd::Modulus;

#[cfg(test)]
mod tests;
