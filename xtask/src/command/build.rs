//! `cargo xtask build`.

use std::process::ExitCode;

use anyhow::Result;

use crate::wasm;
use crate::workspace::Workspace;

/// Builds the wasm core and says where it is.
pub fn run(workspace: &Workspace) -> Result<ExitCode> {
    let core = wasm::build(workspace)?;
    println!("built {}", core.folder.display());
    Ok(ExitCode::SUCCESS)
}
