//! A Python with the packages that tests in Python need, in a virtual environment of the build folder.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::process::output_of;
use crate::workspace::Workspace;

/// Packages that some tests need.
#[derive(Clone, Copy)]
pub struct Packages {
    /// Their versions.
    requirements: &'static str,
    /// Where they are installed.
    folder: &'static str,
}

/// What the differential tests compare with.
pub const DIFFERENTIAL: Packages =
    Packages { requirements: "tests/differential/requirements.txt", folder: "python" };

/// What the second implementation of the snapshot's format signs with.
pub const FORMAT: Packages =
    Packages { requirements: "tests/format/requirements.txt", folder: "python-format" };

/// The program, once its packages are there.
pub fn ensure(workspace: &Workspace, packages: Packages) -> Result<PathBuf> {
    let requirements = packages.requirements;
    let wanted =
        fs::read(workspace.path(requirements)).with_context(|| format!("cannot read {requirements}"))?;
    let folder = workspace.target(packages.folder);
    let program = if cfg!(windows) { folder.join("Scripts/python.exe") } else { folder.join("bin/python") };
    let stamp = folder.join("installed-requirements.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    let python = if cfg!(windows) { "python.exe" } else { "python3" };
    if workspace.which(python).is_none() {
        bail!("{python} is not in PATH: {requirements} cannot be installed");
    }
    println!("  installing {requirements} into a virtual environment");
    output_of(workspace.command(python).args(["-m", "venv", "--clear"]).arg(&folder))
        .context("cannot make a virtual environment (Debian: apt-get install python3-venv)")?;
    let arguments = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    output_of(workspace.command(&program).args(arguments).arg(workspace.path(requirements)))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(program)
}
