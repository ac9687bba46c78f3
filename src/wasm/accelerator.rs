//! The second wasm module, reached through JavaScript: numbers go across, the bytes are copied by `js/accelerator.ts`.

use core::cell::OnceCell;

use wasm_bindgen::prelude::*;

use crate::KeySet;
use crate::signature::{Accelerator, KeyHandle};

#[wasm_bindgen]
extern "C" {
    /// What `js/accelerator.ts` calls `AcceleratorPort`: it reads and writes this module's memory and never throws.
    #[derive(Debug)]
    pub type AcceleratorPort;

    #[wasm_bindgen(method, js_name = importKey)]
    fn import_key(this: &AcceleratorPort, modulus: *const u8, bytes: usize, exponent: u32) -> u32;

    #[wasm_bindgen(method, js_name = publicOperation)]
    fn public_operation(this: &AcceleratorPort, key: u32, block: *mut u8) -> bool;

    #[wasm_bindgen(method, js_name = releaseKey)]
    fn release_key(this: &AcceleratorPort, key: u32);
}

/// What only one thread ever sees.
struct OneThread<T>(T);

// SAFETY: a module built without atomics runs on one thread.
#[cfg(not(target_feature = "atomics"))]
#[expect(unsafe_code, reason = "a static must be Sync, and there is one thread")]
unsafe impl<T> Sync for OneThread<T> {}

static PORT: OneThread<OnceCell<AcceleratorPort>> = OneThread(OnceCell::new());

/// Lets keys that are imported from now on be served by the accelerator behind `port`. Only the first one given to a
/// module counts, as the handles of its keys mean other keys in another; answers whether this was it.
#[wasm_bindgen(js_name = setAccelerator)]
pub fn set_accelerator(port: AcceleratorPort) -> bool {
    PORT.0.set(port).is_ok()
}

/// Lets the accelerator, where there is one, serve the RSA keys that it takes. Answers how many it does.
pub(super) fn accelerate(keys: &mut KeySet) -> usize {
    if PORT.0.get().is_some() { keys.accelerate(&Port) } else { 0 }
}

/// The port of this module, as the verifier sees it.
#[derive(Debug)]
struct Port;

fn with_port<T>(otherwise: T, use_port: impl FnOnce(&AcceleratorPort) -> T) -> T {
    PORT.0.get().map_or(otherwise, use_port)
}

impl Accelerator for Port {
    fn import_key(&self, modulus: &[u8], exponent: u64) -> Option<KeyHandle> {
        let exponent = u32::try_from(exponent).ok()?;
        KeyHandle::new(with_port(0, |port| port.import_key(modulus.as_ptr(), modulus.len(), exponent)))
    }

    fn public_operation(&self, key: KeyHandle, block: &mut [u8]) -> bool {
        with_port(false, |port| port.public_operation(key.get(), block.as_mut_ptr()))
    }

    fn release_key(&self, key: KeyHandle) {
        with_port((), |port| port.release_key(key.get()));
    }
}
