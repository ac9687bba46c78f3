//! The verifier's own RSA arithmetic as a bare wasm module: `tests/js/rsa_powers.mjs` compares and times it.
//! With `-C target-feature=+simd128` it is the one of the npm package, without it the portable one.
#![cfg(target_arch = "wasm32")]
#![allow(unsafe_code, reason = "exports under fixed names")]

extern crate alloc;

mod arithmetic;

use std::cell::RefCell;

use arithmetic::Modulus;

const BLOCK: usize = 1024;

thread_local! {
    static BUFFER: RefCell<[u8; BLOCK]> = const { RefCell::new([0; BLOCK]) };
    static KEY: RefCell<Option<Modulus>> = const { RefCell::new(None) };
}

/// The buffer for modulus, signature and result.
#[unsafe(no_mangle)]
extern "C" fn exchange() -> *mut u8 {
    BUFFER.with_borrow_mut(|buffer| buffer.as_mut_ptr())
}

/// Prepares the modulus in the first bytes of the buffer: odd, without leading zeros.
#[unsafe(no_mangle)]
extern "C" fn import_key(bytes: usize) {
    let modulus = BUFFER.with_borrow(|buffer| buffer.get(..bytes).map(Modulus::new));
    KEY.set(modulus);
}

/// Replaces the signature in the buffer, less than the modulus, by its power.
#[unsafe(no_mangle)]
extern "C" fn public_operation(bytes: usize, exponent: u64) {
    KEY.with_borrow(|key| {
        BUFFER.with_borrow_mut(|buffer| {
            if let (Some(key), Some(block)) = (key, buffer.get_mut(..bytes)) {
                key.public_operation(block, exponent);
            }
        });
    });
}
