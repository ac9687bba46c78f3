//! The commands, one file each.

mod bench;

mod build;

mod check;

mod corpus;

mod demo;

mod differential;

mod fuzz;

mod oracle;

mod pack;

mod simulate;

mod soak;

mod test;

mod wasm_test;

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::Result;
use clap::Subcommand;

use crate::workspace::Workspace;

/// What can be asked for.
#[derive(Subcommand)]
pub enum Command {
    /// Build everything and run the whole system on loopback: authority, edge worker, demo page.
    Demo(demo::Options),
    /// Run every test, or the parts named by --only.
    Test(test::Options),
    /// Format, lints, types, licences: everything that is checked without running the product.
    Check,
    /// Build the wasm core: compile, bind, optimise.
    Build,
    /// Build the npm package into dist/, with its tarball, and print its sizes.
    Package,
    /// Measure: against the npm peers, sizes and cold starts, hostile inputs, the snapshot, how fresh it is.
    #[command(subcommand)]
    Bench(bench::Bench),
    /// Run an attack corpus against the packed package; fails below the bar.
    Corpus(corpus::Options),
    /// Compare the packed package with jose (npm) and joserfc (Python) on generated tokens.
    Differential(differential::Options),
    /// Look up tokens in snapshots and in plain sets and maps; fails where they answer differently.
    Oracle(oracle::Options),
    /// Simulate a day of many verifiers: requests and bytes, computed from the sizes of genuine editions.
    Simulate,
    /// Verify millions of tokens in one instance while its keys and its snapshot are swapped.
    Soak(soak::Options),
    /// Feed hostile inputs to the verifier, or to the packed package, until something breaks.
    Fuzz(fuzz::Options),
    /// Run one wasm test binary (cargo calls this as the runner of `cargo test --target wasm32-unknown-unknown`).
    #[command(hide = true, disable_help_flag = true)]
    WasmTest {
        /// What cargo hands to a runner: the binary, then the arguments of the test.
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        arguments: Vec<OsString>,
    },
}

impl Command {
    /// Runs the command; the exit code is the process's.
    pub fn run(self, workspace: &Workspace) -> Result<ExitCode> {
        match self {
            Self::Demo(options) => demo::run(workspace, &options),
            Self::Test(options) => test::run(workspace, &options),
            Self::Check => check::run(workspace),
            Self::Build => build::run(workspace),
            Self::Package => pack::run(workspace),
            Self::Bench(bench) => bench::run(workspace, &bench),
            Self::Corpus(options) => corpus::run(workspace, &options),
            Self::Differential(options) => differential::run(workspace, &options),
            Self::Oracle(options) => oracle::run(workspace, &options),
            Self::Simulate => simulate::run(workspace),
            Self::Soak(options) => soak::run(workspace, &options),
            Self::Fuzz(options) => fuzz::run(workspace, &options),
            Self::WasmTest { arguments } => wasm_test::run(arguments),
        }
    }
}
