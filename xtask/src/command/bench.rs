//! `cargo xtask bench …`.

use std::env;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, Subcommand};

use super::demo::{Build, build_authority};
use crate::process::run as run_to_end;
use crate::script::{PackageOption, Script};
use crate::toolchain::wasm_target::{self, WASM_TARGET};
use crate::toolchain::{browser, peers};
use crate::workspace::Workspace;

/// Where partial runs write: their figures are not for the documents.
const FOLDER_VARIABLE: &str = "RESCIND_BENCH_DIR";

/// What to measure.
#[derive(Subcommand)]
pub enum Bench {
    /// Verification against the npm peers, in Node, workerd and Chromium: docs/benchmarks/verify.json.
    Verify(Verify),
    /// Sizes of the package, and the time from import to the first verdict: docs/benchmarks/size.json.
    Size(Effort),
    /// How long hostile tokens and keys take to be refused: docs/benchmarks/hostile.json.
    Hostile(Effort),
    /// The snapshot beside filters and lists of the same entries, natively and in wasm: docs/benchmarks/snapshot.json.
    Snapshot(Snapshot),
    /// From a revocation until 50 verifiers enforce it, with a cache between, and bytes: docs/benchmarks/freshness.json.
    Freshness(Effort),
}

/// How much to measure, on what.
#[derive(Args)]
pub struct Effort {
    /// A few short rounds, to see that it works: figures are rough, and docs/ is left alone.
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    package: PackageOption,
}

/// A part of the comparison.
#[derive(Args)]
pub struct Verify {
    #[command(flatten)]
    effort: Effort,
    /// Only this algorithm, such as ES256 or RS256-4096; may be given several times. Leaves docs/ alone.
    #[arg(long, value_name = "NAME")]
    algorithm: Vec<String>,
    /// Only this runtime, node, workerd or chromium; may be given several times. Leaves docs/ alone.
    #[arg(long, value_name = "NAME")]
    runtime: Vec<String>,
}

/// Which sets to measure.
#[derive(Args)]
pub struct Snapshot {
    /// A thousand entries only, to see that it works: figures are rough, and docs/ is left alone.
    #[arg(long)]
    quick: bool,
    /// Only sets of so many entries; may be given several times. Leaves docs/ alone.
    #[arg(long, value_name = "NUMBER")]
    entries: Vec<u32>,
}

/// Measures.
pub fn run(workspace: &Workspace, bench: &Bench) -> Result<ExitCode> {
    let (script, effort) = match bench {
        Bench::Verify(verify) => ("benches/verify.mjs", &verify.effort),
        Bench::Size(effort) => ("benches/size.mjs", effort),
        Bench::Hostile(effort) => ("benches/hostile.mjs", effort),
        Bench::Snapshot(options) => return snapshot(workspace, options),
        Bench::Freshness(effort) => return freshness(workspace, effort),
    };
    let browser = browser::ensure_chromium(workspace)?;
    peers::ensure(workspace)?;
    Script::new(workspace, script)?
        .package(workspace, &effort.package)?
        .env(FOLDER_VARIABLE, workspace.target("benchmarks"))
        .env("RESCIND_CHROMIUM", browser.chromium)
        .args(effort.quick.then_some("--quick"))
        .args(bench.selection())
        .run()
}

/// Measures what needs neither the package nor its peers: a program of its own, and the same as a module.
fn snapshot(workspace: &Workspace, options: &Snapshot) -> Result<ExitCode> {
    wasm_target::ensure(workspace)?;
    println!("→ contenders of the snapshot");
    let target = workspace.target("snapshot-bench");
    let build = |arguments: &[&str]| {
        let mut cargo = workspace.cargo();
        cargo.args(["build", "--release", "--manifest-path"]);
        cargo.arg(workspace.path("benches/snapshot/Cargo.toml"));
        run_to_end(cargo.arg("--target-dir").arg(&target).args(arguments))
    };
    build(&[])?;
    build(&["--lib", "--target", WASM_TARGET])?;
    let program = format!("rescind-snapshot-bench{}", env::consts::EXE_SUFFIX);
    let module = target.join(WASM_TARGET).join("release").join("rescind_snapshot_bench.wasm");
    Script::new(workspace, "benches/snapshot.mjs")?
        .env(FOLDER_VARIABLE, workspace.target("benchmarks"))
        .env("RESCIND_SNAPSHOT_BENCH", target.join("release").join(program))
        .env("RESCIND_SNAPSHOT_WASM", module)
        .args(options.quick.then_some("--quick"))
        .args(options.entries.iter().map(|entries| format!("--entries={entries}")))
        .run()
}

/// Measures a running system: the authority, optimised unless it is only to be seen that it works, and the package.
fn freshness(workspace: &Workspace, effort: &Effort) -> Result<ExitCode> {
    let build = if effort.quick { Build::Debug } else { Build::Release };
    let authority = build_authority(workspace, build)?;
    Script::new(workspace, "benches/freshness.mjs")?
        .package(workspace, &effort.package)?
        .env(FOLDER_VARIABLE, workspace.target("benchmarks"))
        .env("RESCIND_AUTHORITY_BIN", authority)
        .args([format!("--build={}", build.name())])
        .args(effort.quick.then_some("--quick"))
        .run()
}

impl Bench {
    /// What is chosen, as arguments of the script.
    fn selection(&self) -> Vec<String> {
        let Self::Verify(verify) = self else { return Vec::new() };
        let algorithms = verify.algorithm.iter().map(|name| format!("--algorithm={name}"));
        algorithms.chain(verify.runtime.iter().map(|name| format!("--runtime={name}"))).collect()
    }
}
