//! What each part of the tests runs.

use std::env;
use std::process::Command;

use anyhow::{Result, bail};
use clap::ValueEnum;

use super::super::differential::PYTHON_VARIABLE;
use super::count::Count;
use super::{Needs, Part};
use crate::fuzzer::{Fuzzer, Target, executions};
use crate::publisher;
use crate::steps::Steps;
use crate::toolchain::wasm_target::{self, WASM_TARGET};
use crate::toolchain::{browser, node, peers, python};
use crate::vectors;
use crate::workspace::{Workspace, is_unattended};

/// Seconds of each native fuzz target: enough for the seeds and some thousand variations.
const FUZZ_SECONDS: u64 = 5;

/// Runs one part.
pub fn run(part: Part, steps: &Steps, needs: &Needs) -> Result<Count> {
    match part {
        Part::Vectors => vectors(steps.workspace),
        Part::Rust => rust(steps),
        Part::Wasm => wasm(steps),
        Part::Js => node_test(steps, needs, "js", &["tests/js/**/*.test.mjs", "tests/package/**/*.test.mjs"]),
        Part::Fallback => {
            browser::try_webkit(steps.workspace)?;
            node_test(steps, needs, "fallback", &["tests/fallback/**/*.test.mjs"])
        }
        Part::Corpus => node_test(steps, needs, "corpus", &["tests/corpus/**/*.test.mjs"]),
        Part::Differential => differential(steps, needs),
        Part::Format => format(steps),
        Part::Fuzz => fuzz(steps, needs),
        Part::Soak => node_test(steps, needs, "soak", &["tests/soak/**/*.test.mjs"]),
        Part::Workerd => node_test(steps, needs, "workerd", &["tests/workerd/**/*.test.mjs"]),
        Part::E2e => node_test(steps, needs, "e2e", &["tests/e2e/**/*.test.mjs"]),
    }
}

fn vectors(workspace: &Workspace) -> Result<Count> {
    let folder = vectors::folder(workspace);
    if folder.join("wycheproof").is_dir() {
        return Ok(Count { passed: 1, ..Count::default() });
    }
    let message =
        format!("no test vectors at {}: {} names their folder", folder.display(), vectors::VARIABLE);
    if is_unattended() {
        bail!(message);
    }
    println!("  WARNING: {message}. WHAT TESTS THEM IS SKIPPED.");
    Ok(Count { skipped: 1, ..Count::default() })
}

fn rust(steps: &Steps) -> Result<Count> {
    let mut crates = steps.workspace.cargo();
    crates.args([
        "test",
        "--workspace",
        "--exclude",
        "xtask",
        "--features",
        "rescind/publish,rescind/status-list",
        "--no-fail-fast",
    ]);
    let mut commands = steps.workspace.cargo();
    commands.args(["test", "--package", "xtask", "--profile", "xtask"]);
    let mut count = counted(steps, "rust", crates.args(["--", "--show-output"]))?;
    count += counted(steps, "rust-xtask", &mut commands)?;
    Ok(count)
}

fn wasm(steps: &Steps) -> Result<Count> {
    wasm_target::ensure(steps.workspace)?;
    node::ensure(steps.workspace)?;
    let browser = browser::ensure_chromium(steps.workspace)?;
    let runner = format!("{} wasm-test", env::current_exe()?.display());
    let mut cargo = steps.workspace.cargo();
    cargo.args(["test", "--package", "rescind", "--features", "publish", "--test", "wasm_*"]);
    cargo.args(["--target", WASM_TARGET, "--no-fail-fast"]);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner).env("CHROMEDRIVER", browser.driver);
    counted(steps, "wasm", &mut cargo)
}

/// The peers come from npm and PyPI; without them nothing is compared, which only a person may overlook.
fn differential(steps: &Steps, needs: &Needs) -> Result<Count> {
    let python =
        peers::ensure(steps.workspace).and_then(|()| python::ensure(steps.workspace, python::DIFFERENTIAL));
    match python {
        Ok(python) => {
            let mut node = node_command(steps, needs, &["tests/differential/**/*.test.mjs"])?;
            counted(steps, "differential", node.env(PYTHON_VARIABLE, python))
        }
        Err(error) if is_unattended() => Err(error),
        Err(error) => {
            println!("  WARNING: {error:#}. NOTHING IS COMPARED.");
            Ok(Count { skipped: 1, ..Count::default() })
        }
    }
}

/// The second implementation on its own, and beside the first one.
fn format(steps: &Steps) -> Result<Count> {
    let python = match python::ensure(steps.workspace, python::FORMAT) {
        Ok(python) => python,
        Err(error) if is_unattended() => return Err(error),
        Err(error) => {
            println!("  WARNING: {error:#}. THE FORMAT IS NOT COMPARED.");
            return Ok(Count { skipped: 1, ..Count::default() });
        }
    };
    let folder = steps.workspace.path("tests/format");
    let mut units = steps.workspace.command(&python);
    units.args(["-B", "-m", "unittest", "-v"]).current_dir(&folder);
    let mut count = counted(steps, "format", &mut units)?;
    let mut compare = steps.workspace.command(&python);
    compare
        .arg("-B")
        .arg(folder.join("compare.py"))
        .arg(publisher::build_example(steps.workspace, "snapshot_bytes")?);
    count += one(steps.logged("format-compare", &mut compare)?.success);
    Ok(count)
}

/// A program that is one test.
fn one(held: bool) -> Count {
    Count { passed: usize::from(held), failed: usize::from(!held), skipped: 0 }
}

/// Each native target for a few seconds, then the packed package.
fn fuzz(steps: &Steps, needs: &Needs) -> Result<Count> {
    let fuzzer = Fuzzer::build(steps.workspace, false)?;
    let mut count = Count::default();
    for target in Target::value_variants() {
        let name = format!("fuzz-{}", target.name());
        let ended = steps.logged(&name, &mut fuzzer.command(*target, FUZZ_SECONDS)?)?;
        let inputs = executions(&ended.output);
        println!("    {}: {inputs} inputs", target.name());
        let held = ended.success && inputs > 0;
        count += one(held);
    }
    count += node_test(steps, needs, "js-fuzz", &["tests/js-fuzz/**/*.test.mjs"])?;
    Ok(count)
}

/// Node's own test runner on all files that match, with the installed package, the authority and a browser at hand.
fn node_test(steps: &Steps, needs: &Needs, name: &str, patterns: &[&str]) -> Result<Count> {
    counted(steps, name, &mut node_command(steps, needs, patterns)?)
}

fn node_command(steps: &Steps, needs: &Needs, patterns: &[&str]) -> Result<Command> {
    let browser = browser::ensure_chromium(steps.workspace)?;
    let mut node = steps.workspace.node_tool("node");
    node.args(["--test", "--test-reporter=spec"]).args(patterns);
    node.env("RESCIND_PACKAGE_DIR", needs.project()?).env("RESCIND_AUTHORITY_BIN", needs.authority()?);
    node.env("RESCIND_CHROMIUM", browser.chromium).env(publisher::VARIABLE, needs.publisher()?);
    Ok(node)
}

/// Runs a test program with the vectors at hand, and counts; a program that fails counts as one failed test at least.
fn counted(steps: &Steps, name: &str, command: &mut Command) -> Result<Count> {
    let folder = vectors::folder(steps.workspace);
    if folder.is_dir() {
        command.env(vectors::VARIABLE, folder);
    }
    let ended = steps.logged(name, command)?;
    let mut count = Count::read(&ended.output);
    count.failed = count.failed.max(usize::from(!ended.success));
    Ok(count)
}
