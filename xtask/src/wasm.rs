//! The verifier as a wasm module with its JavaScript glue: compile, bind, optimise.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, anyhow};
use wasm_bindgen_cli_support::Bindgen;

use crate::process::{output_of, run};
use crate::toolchain::node;
use crate::toolchain::wasm_target::{self, WASM_TARGET};
use crate::workspace::Workspace;

/// How far wasm-opt goes. `-Oz` is the smallest; `-O3` weighs speed higher.
const OPTIMISATION: &str = "-Oz";

/// The name of every output: the glue, its types and the module refer to each other by it, so nothing is renamed.
const OUT_NAME: &str = "core";

/// The module's file.
pub const MODULE: &str = "core_bg.wasm";

/// The optional second module: RSA with fused multiply-add.
pub const ACCELERATOR: &str = "accelerator.wasm";

/// Small dependencies, fast arithmetic: see the workspace's Cargo.toml.
const PROFILE: &str = "wasm";

/// Vectors of 128 bits: every engine since Safari 16.4 has them.
const CORE_FEATURES: &str = "+simd128";

/// Relaxed vectors besides, which not every engine has: so they stay in a module of their own.
const ACCELERATOR_FEATURES: &str = "+simd128,+relaxed-simd";

/// What is built.
pub struct Core {
    /// The folder with `core.js`, `core.d.ts`, `core_bg.wasm` and `accelerator.wasm`.
    pub folder: PathBuf,
}

/// Builds the module and its glue into `<target>/core/`.
pub fn build(workspace: &Workspace) -> Result<Core> {
    wasm_target::ensure(workspace)?;
    node::ensure(workspace)?;
    println!("→ wasm core");
    let folder = workspace.target("core");
    let compiled = compile(workspace, "rescind-module", CORE_FEATURES)?;
    bind(&compiled, &folder)?;
    optimise(workspace, "core", &folder.join(MODULE))?;
    println!("→ wasm accelerator");
    let compiled = compile(workspace, "rescind-accelerator", ACCELERATOR_FEATURES)?;
    fs::copy(compiled, folder.join(ACCELERATOR)).context("cannot copy the accelerator")?;
    optimise(workspace, "accelerator", &folder.join(ACCELERATOR))?;
    Ok(Core { folder })
}

/// Compiles a library crate to a module. Each has a target folder of its own, as their flags differ.
fn compile(workspace: &Workspace, package: &str, features: &str) -> Result<PathBuf> {
    let target = workspace.target("wasm").join(package);
    let flags = format!("{} -Ctarget-feature={features}", wasm_target::without_local_paths());
    let mut cargo = workspace.cargo();
    cargo.args([
        "build",
        "--profile",
        PROFILE,
        "--lib",
        "--package",
        package,
        "--target",
        WASM_TARGET,
        "--target-dir",
    ]);
    run(cargo.arg(&target).env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS", flags))?;
    let name = format!("{}.wasm", package.replace('-', "_"));
    Ok(target.join(WASM_TARGET).join(PROFILE).join(name))
}

/// Glue for any loader, and a module without names and tool versions.
fn bind(compiled: &Path, folder: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(compiled)
        .web(true)
        .map_err(|error| anyhow!(error))?
        .out_name(OUT_NAME)
        .typescript(true)
        .omit_default_module_path(true)
        .remove_name_section(true)
        .remove_producers_section(true)
        .generate(folder)
        .map_err(|error| anyhow!(error))
        .context("wasm-bindgen cannot bind the module")
}

/// Optimises in place; an unchanged module takes the result of the last time.
fn optimise(workspace: &Workspace, name: &str, module: &Path) -> Result<()> {
    let bound = fs::read(module).with_context(|| format!("there is no module {}", module.display()))?;
    let seen = workspace.target(&format!("{name}-bound{OPTIMISATION}.wasm"));
    let optimised = workspace.target(&format!("{name}-optimised{OPTIMISATION}.wasm"));
    if !optimised.is_file() || fs::read(&seen).ok().as_ref() != Some(&bound) {
        println!("  wasm-opt {OPTIMISATION}");
        output_of(workspace.node_tool("wasm-opt").args([OPTIMISATION, "-o"]).args([&optimised, module]))?;
        fs::write(&seen, &bound)?;
    }
    fs::copy(&optimised, module).map(drop).context("cannot write the optimised module")
}
