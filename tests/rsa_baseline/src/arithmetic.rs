//! The files of `src/signature/rsa/arithmetic`, as they are.

#[path = "../../../src/signature/rsa/arithmetic/whole.rs"]
mod whole;

#[cfg(not(target_feature = "simd128"))]
#[path = "../../../src/signature/rsa/arithmetic/portable.rs"]
mod portable;
#[cfg(not(target_feature = "simd128"))]
pub(super) use portable::Modulus;

#[cfg(target_feature = "simd128")]
#[path = "../../../src/signature/rsa/arithmetic/columns.rs"]
mod columns;
#[cfg(target_feature = "simd128")]
#[path = "../../../src/signature/rsa/arithmetic/lanes.rs"]
mod lanes;
#[cfg(target_feature = "simd128")]
#[path = "../../../src/signature/rsa/arithmetic/limbs.rs"]
mod limbs;
#[cfg(target_feature = "simd128")]
#[path = "../../../src/signature/rsa/arithmetic/simd.rs"]
mod simd;
#[cfg(target_feature = "simd128")]
pub(super) use simd::Modulus;
