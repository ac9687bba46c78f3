//! `cargo xtask fuzz`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};

use crate::fuzzer::{Fuzzer, Target};
use crate::process::run_foreground;
use crate::script::{PackageOption, Script};
use crate::signals::StopRequests;
use crate::workspace::Workspace;

/// What to fuzz, and for how long.
#[derive(Args)]
pub struct Options {
    /// Seconds for each target.
    #[arg(long, default_value_t = 60)]
    seconds: u64,
    /// Only this target; may be given several times.
    #[arg(long, value_name = "NAME")]
    target: Vec<Target>,
    /// Under the address sanitizer: half as fast, and of use for the dependencies, since the verifier has no unsafe code.
    #[arg(long)]
    sanitize: bool,
    /// Instead of the native targets: the packed package, through its JavaScript. DIR holds node_modules/rescind, or is
    /// a tarball; without it the package is built.
    #[arg(long, value_name = "DIR", num_args = 0..=1, conflicts_with_all = ["seconds", "target", "sanitize"])]
    package: Option<Option<PathBuf>>,
    /// Inputs for the package.
    #[arg(long, default_value_t = 1_000_000, requires = "package")]
    inputs: u64,
    /// Where the inputs for the package begin; a failure names it.
    #[arg(long, requires = "package")]
    seed: Option<u32>,
}

/// Fuzzes; fails at the first input that breaks something, and says where it lies.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    match &options.package {
        Some(package) => through_package(workspace, options, package.clone()),
        None => native(workspace, options),
    }
}

fn through_package(workspace: &Workspace, options: &Options, package: Option<PathBuf>) -> Result<ExitCode> {
    Script::new(workspace, "tests/js-fuzz/run.mjs")?
        .package(workspace, &PackageOption::of(package))?
        .publisher(workspace)?
        .args([format!("--inputs={}", options.inputs)])
        .args(options.seed.map(|seed| format!("--seed={seed}")))
        .run()
}

fn native(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let fuzzer = Fuzzer::build(workspace, options.sanitize)?;
    let stop = StopRequests::catch()?;
    let is_asked = |target: &&Target| options.target.is_empty() || options.target.contains(target);
    for target in Target::value_variants().iter().filter(is_asked) {
        println!("→ {}, {} s", target.name(), options.seconds);
        let status = run_foreground(&mut fuzzer.command(*target, options.seconds)?, &stop)?;
        if !status.success() {
            println!("{} failed: the input is in the file named above", target.name());
            return Ok(ExitCode::FAILURE);
        }
    }
    Ok(ExitCode::SUCCESS)
}
