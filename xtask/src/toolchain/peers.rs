//! The npm peers that benchmarks and differential tests compare with, in `benches/node_modules/`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::process::output_of;
use crate::workspace::Workspace;

/// Makes sure that `benches/node_modules/` holds what its lock file says.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    let wanted =
        fs::read(workspace.path("benches/package-lock.json")).context("benches has no package-lock.json")?;
    if fs::read(stamp(workspace)).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    println!("  installing the peers of benches/package-lock.json");
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"];
    output_of(workspace.npm().current_dir(workspace.path("benches")).args(arguments))?;
    fs::write(stamp(workspace), wanted).context("cannot write into benches/node_modules")
}

/// A copy of the lock file that the folder was installed from.
fn stamp(workspace: &Workspace) -> PathBuf {
    workspace.path("benches/node_modules").join(".installed-lock.json")
}
