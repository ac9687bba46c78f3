//! `cargo xtask oracle`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::process::run_foreground;
use crate::signals::StopRequests;
use crate::workspace::Workspace;

/// How much to compare.
#[derive(Args)]
pub struct Options {
    /// Look-ups in all, on every processor there is.
    #[arg(long, default_value_t = 1_000_000_000)]
    checks: u64,
}

/// Runs `tests/snapshot_checks.rs`, optimised, for very long: bases, overlays, folds and epochs against sets and maps.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let stop = StopRequests::catch()?;
    let mut cargo = workspace.cargo();
    cargo.args(["test", "--release", "--package", "rescind", "--features", "publish"]);
    cargo.args(["--test", "snapshot_checks", "--", "--nocapture"]);
    cargo.env("RESCIND_CHECKS", options.checks.to_string());
    let status = run_foreground(&mut cargo, &stop)?;
    Ok(if status.success() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}
