//! The program that publishes snapshots for tools and tests: `examples/publish_snapshots.rs`.

use std::path::PathBuf;

use anyhow::Result;

use crate::process::run;
use crate::workspace::Workspace;

/// The variable in which scripts find the program.
pub const VARIABLE: &str = "RESCIND_PUBLISHER_BIN";

/// Builds the program; unoptimised, as the tests have it, so that both share what was compiled.
pub fn build(workspace: &Workspace) -> Result<PathBuf> {
    println!("→ publisher of test snapshots");
    let arguments = [
        "build",
        "--quiet",
        "--package",
        "rescind",
        "--example",
        "publish_snapshots",
        "--features",
        "publish",
    ];
    run(workspace.cargo().args(arguments))?;
    let name = format!("publish_snapshots{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target("debug").join("examples").join(name))
}
