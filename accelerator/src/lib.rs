//! RSA public operations with fused relaxed-SIMD multiply-add: the optional second wasm module of `rescind`.
//!
//! It computes s^e mod n for moduli of 2048, 3072 and 4096 bits and e = 3 or 65537, about three times as fast as the
//! baseline in the main module, **where the engine fuses its relaxed multiply-add**. Some engines accept the
//! instruction and round twice; this module then computes something else, silently. So it must not serve before
//! `js/accelerator.ts` has proved, on the very instance, fused-ness and a known answer for the modulus length, and the
//! main module has compared one operation with each key. It handles public data only, in variable time: it must never
//! sign.
//!
//! # Exports
//! The module imports nothing. One instance is used by one thread.
//!
//! | export | meaning |
//! |---|---|
//! | `memory` | the linear memory; it never grows |
//! | `exchange() -> pointer` | 512 bytes: modulus or signature in, result out, big-endian, from the first byte |
//! | `import_key(bytes, exponent) -> handle` | prepares the modulus in the buffer; 0: refused |
//! | `public_operation(handle) -> 1 or 0` | replaces the signature in the buffer by its power; 0: refused |
//! | `release_key(handle) -> 1 or 0` | frees the key's slot; 0: unknown handle |
//! | `multiply_add(x, y, z, lane) -> number` | one relaxed x * y + z in lane 0 or 1, for the probe |
//!
//! Refused are: lengths other than 256, 384 and 512, an even modulus or one without its top bit, other exponents, a
//! 129th key, unknown and released handles, and a signature that is not less than the modulus. No input traps: the
//! panic handler calls an import, so a module without imports, which a test demands, has no path to a panic.
#![cfg(any(target_arch = "wasm32", test))]
#![cfg_attr(target_arch = "wasm32", no_std)]

mod lanes;

mod product;

mod offsets;

mod montgomery;

mod whole;

mod modulus;

mod keys;

#[cfg(target_arch = "wasm32")]
mod exports;

#[cfg(test)]
mod tests;
