//! `cargo xtask soak`.

use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::script::{PackageOption, Script};
use crate::workspace::Workspace;

/// For how long, on what.
#[derive(Args)]
pub struct Options {
    /// Verifications in all.
    #[arg(long, default_value_t = 10_000_000)]
    verifications: u64,
    /// How often the key set and the snapshot are replaced meanwhile. Default: once for every 1,000 verifications.
    #[arg(long)]
    swaps: Option<u64>,
    /// With the package's cache of verified tokens, which answers most of them.
    #[arg(long)]
    cached: bool,
    #[command(flatten)]
    package: PackageOption,
}

/// Runs one verifier of the packed package for very long; fails when a verdict is wrong or its memory grows.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    Script::new(workspace, "--expose-gc")?
        .package(workspace, &options.package)?
        .publisher(workspace)?
        .args(["tests/soak/run.mjs".to_owned(), format!("--verifications={}", options.verifications)])
        .args(options.swaps.map(|swaps| format!("--swaps={swaps}")))
        .args(options.cached.then_some("--cached"))
        .run()
}
