//! The pinned tools from npm, a current Node among them, in `node_modules/`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::process::{output_of, run};
use crate::workspace::Workspace;

/// The oldest Node that all pinned tools support.
const OLDEST_MAJOR: u32 = 22;

/// Makes sure that `node_modules/` holds what `package-lock.json` says.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    let wanted = fs::read(workspace.path("package-lock.json")).context("cannot read package-lock.json")?;
    if fs::read(stamp(workspace)).is_ok_and(|installed| installed == wanted) {
        return Ok(());
    }
    ensure!(
        workspace.which(if cfg!(windows) { "npm.cmd" } else { "npm" }).is_some(),
        "npm is not in PATH. Install Node 20 or later with its npm; every other tool then comes from npm by itself."
    );
    ensure!(
        !workspace.path("node_modules").is_symlink(),
        "node_modules is a link, and its tools are not those of package-lock.json: `npm ci` would empty what it points to"
    );
    println!("  installing the tools of package-lock.json into node_modules (about 800 MB, 30 s)");
    // The machine's own Node may be older than a tool wants; the tools run on the one installed here.
    run(workspace.npm().args(["ci", "--no-audit", "--no-fund", "--loglevel=error"]))?;
    check_version(workspace)?;
    fs::write(stamp(workspace), wanted).context("cannot write into node_modules")
}

/// The installed Node runs and is new enough.
fn check_version(workspace: &Workspace) -> Result<()> {
    let version = output_of(workspace.node_tool("node").arg("--version"))
        .context("the npm package `node` has brought no Node; `npm rebuild node` runs its install script")?;
    let major = version.trim().trim_start_matches('v').split('.').next().and_then(|major| major.parse().ok());
    ensure!(
        major.is_some_and(|major: u32| major >= OLDEST_MAJOR),
        "node_modules has Node {version}: too old"
    );
    Ok(())
}

/// A copy of the lock file that `node_modules/` was installed from.
fn stamp(workspace: &Workspace) -> PathBuf {
    workspace.path("node_modules").join(".installed-lock.json")
}
