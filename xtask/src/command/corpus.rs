//! `cargo xtask corpus FILE`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};
use clap::Args;

use crate::script::{PackageOption, Script};
use crate::workspace::Workspace;

/// What to run, on what.
#[derive(Args)]
pub struct Options {
    /// A file of the attack corpus's format: profiles, key sets, cases.
    file: PathBuf,
    #[command(flatten)]
    package: PackageOption,
}

/// Runs every case on the packed package; fails below the bar: all of `must`, 98 % of `strict`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let file =
        options.file.canonicalize().with_context(|| format!("no corpus at {}", options.file.display()))?;
    Script::new(workspace, "tests/corpus/run.mjs")?
        .package(workspace, &options.package)?
        .publisher(workspace)?
        .args([file])
        .run()
}
