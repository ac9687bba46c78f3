//! The module's exports; they decide nothing. The table in the crate's documentation explains each.
#![allow(unsafe_code, reason = "exports under fixed names, and the one cell behind them")]
use core::cell::UnsafeCell;

use crate::keys::{self, Instance};

struct Cell(UnsafeCell<Instance>);

// SAFETY: wasm without the threads proposal has one thread, and an instance's memory is not shared.
#[cfg(not(target_feature = "atomics"))]
unsafe impl Sync for Cell {}

static INSTANCE: Cell = Cell(UnsafeCell::new(Instance::new()));

fn with<T>(use_instance: impl FnOnce(&mut Instance) -> T) -> T {
    // SAFETY: the reference is the only one. Each export makes one and drops it before it returns, and none can be
    // entered while another runs: there is one thread, and nothing here calls out, as the module has no imports.
    use_instance(unsafe { &mut *INSTANCE.0.get() })
}

#[unsafe(no_mangle)]
extern "C" fn exchange() -> *mut u8 {
    with(|instance| instance.exchange.as_mut_ptr())
}

#[unsafe(no_mangle)]
extern "C" fn import_key(bytes: usize, exponent: u32) -> u32 {
    with(|instance| instance.import_key(bytes, exponent).unwrap_or(0))
}

#[unsafe(no_mangle)]
extern "C" fn public_operation(handle: u32) -> u32 {
    with(|instance| u32::from(instance.public_operation(handle).is_some()))
}

#[unsafe(no_mangle)]
extern "C" fn release_key(handle: u32) -> u32 {
    with(|instance| u32::from(instance.release_key(handle).is_some()))
}

#[unsafe(no_mangle)]
extern "C" fn multiply_add(x: f64, y: f64, z: f64, lane: u32) -> f64 {
    keys::multiply_add([x, y, z], lane == 1)
}

#[link(wasm_import_module = "panic")]
unsafe extern "C" {
    fn panic_is_reachable() -> !;
}

#[panic_handler]
fn panic(_: &core::panic::PanicInfo<'_>) -> ! {
    // SAFETY: the function takes and returns nothing. It is linked in only if some path can panic, and then the test
    // that the module has no imports fails.
    unsafe { panic_is_reachable() }
}
