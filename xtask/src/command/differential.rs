//! `cargo xtask differential`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::script::{PackageOption, Script};
use crate::toolchain::{peers, python};
use crate::workspace::Workspace;

/// The variable in which the script finds a Python that has the library to compare with.
pub const PYTHON_VARIABLE: &str = "RESCIND_PYTHON";

/// How much to compare, on what.
#[derive(Args)]
pub struct Options {
    /// Generated tokens. From 200,000 on, an explanation that nothing needs fails the run as well.
    #[arg(long, default_value_t = 20_000)]
    rounds: u32,
    /// Another seed makes other tokens.
    #[arg(long)]
    seed: Option<u32>,
    #[command(flatten)]
    package: PackageOption,
}

/// Compares the packed package with jose and joserfc; fails at a disagreement that nobody has explained.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    peers::ensure(workspace)?;
    let python = python::ensure(workspace, python::DIFFERENTIAL)?;
    Script::new(workspace, "tests/differential/run.mjs")?
        .package(workspace, &options.package)?
        .env(PYTHON_VARIABLE, python)
        .args([format!("--rounds={}", options.rounds)])
        .args(options.seed.map(|seed| format!("--seed={seed}")))
        .run()
}
