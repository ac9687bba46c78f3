//! The programs that publish snapshots for tools and tests: `examples/publish_snapshots.rs`, and the one that another
//! implementation is compared with.

use std::path::PathBuf;

use anyhow::Result;

use crate::process::run;
use crate::workspace::Workspace;

/// The variable in which scripts find the program.
pub const VARIABLE: &str = "RESCIND_PUBLISHER_BIN";

/// The program of the tests in JavaScript.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    println!("→ publisher of test snapshots");
    build_example(workspace, "publish_snapshots")
}

/// Builds an example that publishes; unoptimised, as the tests have it, so that both share what was compiled.
pub fn build_example(workspace: &Workspace, name: &str) -> Result<PathBuf> {
    let arguments = ["build", "--quiet", "--package", "rescind", "--example", name, "--features", "publish"];
    run(workspace.cargo().args(arguments))?;
    Ok(workspace.target("debug").join("examples").join(format!("{name}{}", std::env::consts::EXE_SUFFIX)))
}
