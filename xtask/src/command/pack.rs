//! `cargo xtask package`.

use std::process::ExitCode;

use anyhow::Result;

use crate::package::Package;
use crate::workspace::Workspace;

/// Builds the npm package into `dist/`, judges it, and prints its sizes.
pub fn run(workspace: &Workspace) -> Result<ExitCode> {
    let package = Package::build(workspace, workspace.path("dist"))?;
    package.check()?;
    print!("{}", package.sizes()?);
    println!("packed {}", package.tarball.display());
    Ok(ExitCode::SUCCESS)
}
