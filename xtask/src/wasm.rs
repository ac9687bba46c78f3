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

/// What is built.
pub struct Core {
    /// The folder with `core.js`, `core.d.ts` and `core_bg.wasm`.
    pub folder: PathBuf,
}

/// Builds the module and its glue into `<target>/core/`.
pub fn build(workspace: &Workspace) -> Result<Core> {
    wasm_target::ensure(workspace)?;
    node::ensure(workspace)?;
    println!("→ wasm core");
    run(workspace.cargo().args([
        "build",
        "--release",
        "--lib",
        "--package",
        "rescind",
        "--target",
        WASM_TARGET,
    ]))?;
    let compiled = workspace.target(WASM_TARGET).join("release").join("rescind.wasm");
    let folder = workspace.target("core");
    bind(&compiled, &folder)?;
    optimise(workspace, &folder.join(MODULE))?;
    Ok(Core { folder })
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
fn optimise(workspace: &Workspace, module: &Path) -> Result<()> {
    let bound = fs::read(module).context("wasm-bindgen has written no module")?;
    let seen = workspace.target(&format!("core-bound{OPTIMISATION}.wasm"));
    let optimised = workspace.target(&format!("core-optimised{OPTIMISATION}.wasm"));
    if !optimised.is_file() || fs::read(&seen).ok().as_ref() != Some(&bound) {
        println!("  wasm-opt {OPTIMISATION}");
        output_of(workspace.node_tool("wasm-opt").args([OPTIMISATION, "-o"]).args([&optimised, module]))?;
        fs::write(&seen, &bound)?;
    }
    fs::copy(&optimised, module).map(drop).context("cannot write the optimised module")
}
