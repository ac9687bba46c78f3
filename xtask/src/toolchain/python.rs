//! A Python with the packages that differential tests compare with, in a virtual environment of the build folder.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::process::output_of;
use crate::workspace::Workspace;

/// The packages, with their versions.
const REQUIREMENTS: &str = "tests/differential/requirements.txt";

/// The program, once its packages are there.
pub fn ensure(workspace: &Workspace) -> Result<PathBuf> {
    let wanted =
        fs::read(workspace.path(REQUIREMENTS)).with_context(|| format!("cannot read {REQUIREMENTS}"))?;
    let folder = workspace.target("python");
    let program = if cfg!(windows) { folder.join("Scripts/python.exe") } else { folder.join("bin/python") };
    let stamp = folder.join("installed-requirements.txt");
    if fs::read(&stamp).is_ok_and(|installed| installed == wanted) {
        return Ok(program);
    }
    let python = if cfg!(windows) { "python.exe" } else { "python3" };
    if workspace.which(python).is_none() {
        bail!("{python} is not in PATH: the differential tests compare with a library of Python's");
    }
    println!("  installing {REQUIREMENTS} into a virtual environment");
    output_of(workspace.command(python).args(["-m", "venv", "--clear"]).arg(&folder))
        .context("cannot make a virtual environment (Debian: apt-get install python3-venv)")?;
    let arguments = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"];
    output_of(workspace.command(&program).args(arguments).arg(workspace.path(REQUIREMENTS)))?;
    fs::write(&stamp, wanted).with_context(|| format!("cannot write {}", stamp.display()))?;
    Ok(program)
}
