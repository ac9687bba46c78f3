//! The verifier as a WebAssembly module.
//!
//! The crate's own bindings (`src/wasm.rs`) are all that it exports. Without the standard library there is no text for
//! a panic and no code that formats it, which is an eighth of it: nothing reachable from input panics, and if
//! something does, the module traps and JavaScript never uses it again.
#![cfg(target_arch = "wasm32")]
#![no_std]

extern crate rescind;

use core::panic::PanicInfo;

use dlmalloc::GlobalDlmalloc;

#[global_allocator]
static ALLOCATOR: GlobalDlmalloc = GlobalDlmalloc;

#[panic_handler]
fn trap(_: &PanicInfo<'_>) -> ! {
    core::arch::wasm32::unreachable()
}
