//! Verification on elliptic curves, for speed: ECDSA over P-256, P-384 and P-521, and Ed25519.
//!
//! Public data only. Everything here takes time that depends on its inputs and must never see a private key.
//!
//! A verification computes `u·B + v·Q` with a fixed base point B and a key's point Q. A point that is used often gets a
//! table of sums (`comb.rs`, `table.rs`), which makes its multiple four times as fast; before that, and when the
//! tables' budget is spent, the multiple is computed without (`window.rs`). Both give the same point, so the answer does not
//! depend on how often a key was used.
//!
//! From the bottom up: `limbs.rs`, `limbs29.rs`, `limbs28.rs` (numbers), `field*.rs` and `scalar.rs` (modular arithmetic, with
//! `inverse.rs`), `weierstrass.rs` and `edwards.rs` (points, behind `group.rs`), `comb.rs`, `window.rs`, `multiple.rs` (multiples),
//! `ecdsa.rs` with `p256.rs`, `p384.rs` and `p521.rs`, `ed25519.rs` (the schemes).

mod straight;

mod limbs;
mod limbs28;
mod limbs29;

mod inverse;
mod scalar;

mod field;
mod field_25519;
mod field_p256;
mod field_p384;
mod field_p521;

mod group;
mod edwards;
mod weierstrass;

mod comb;
mod window;
mod table;
mod multiple;

mod ecdsa;
pub(crate) mod p256;
pub(crate) mod p384;
pub(crate) mod p521;
pub(crate) mod ed25519;

#[cfg(test)]
mod tests;
