//! `cargo xtask wasm-test`: the runner of wasm-bindgen's tests, as a library of the same version.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use wasm_bindgen_cli::wasm_bindgen_test_runner;

/// Runs one test binary in Node, or in a browser when its tests ask for one.
pub fn run(arguments: Vec<OsString>) -> Result<ExitCode> {
    let program = OsString::from("wasm-bindgen-test-runner");
    wasm_bindgen_test_runner::run_cli_with_args(std::iter::once(program).chain(arguments))?;
    Ok(ExitCode::SUCCESS)
}
