//! What each part of the tests runs.

use std::env;
use std::path::{self, PathBuf};
use std::process::Command;

use anyhow::{Result, bail};

use super::count::Count;
use super::{Needs, Part};
use crate::publisher;
use crate::steps::Steps;
use crate::toolchain::wasm_target::{self, WASM_TARGET};
use crate::toolchain::{browser, node};
use crate::workspace::{Workspace, is_unattended};

/// The variable that tests read: the folder of public test vectors.
const VECTORS: &str = "RESCIND_VECTORS";

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
        Part::Workerd => node_test(steps, needs, "workerd", &["tests/workerd/**/*.test.mjs"]),
        Part::E2e => node_test(steps, needs, "e2e", &["tests/e2e/**/*.test.mjs"]),
    }
}

fn vectors(workspace: &Workspace) -> Result<Count> {
    let folder = vectors_folder(workspace);
    if folder.join("wycheproof").is_dir() {
        return Ok(Count { passed: 1, ..Count::default() });
    }
    let message = format!("no test vectors at {}: {VECTORS} names their folder", folder.display());
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
        "rescind/publish",
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

/// Node's own test runner on all files that match, with the installed package, the authority and a browser at hand.
fn node_test(steps: &Steps, needs: &Needs, name: &str, patterns: &[&str]) -> Result<Count> {
    let browser = browser::ensure_chromium(steps.workspace)?;
    let mut node = steps.workspace.node_tool("node");
    node.args(["--test", "--test-reporter=spec"]).args(patterns);
    node.env("RESCIND_PACKAGE_DIR", needs.project()?).env("RESCIND_AUTHORITY_BIN", needs.authority()?);
    node.env("RESCIND_CHROMIUM", browser.chromium).env(publisher::VARIABLE, needs.publisher()?);
    counted(steps, name, &mut node)
}

/// Runs a test program with the vectors at hand, and counts; a program that fails counts as one failed test at least.
fn counted(steps: &Steps, name: &str, command: &mut Command) -> Result<Count> {
    let folder = vectors_folder(steps.workspace);
    if folder.is_dir() {
        command.env(VECTORS, folder);
    }
    let ended = steps.logged(name, command)?;
    let mut count = Count::read(&ended.output);
    count.failed = count.failed.max(usize::from(!ended.success));
    Ok(count)
}

/// Named by the variable, else beside the project; absolute, since tests run in folders of their own.
fn vectors_folder(workspace: &Workspace) -> PathBuf {
    let folder = env::var_os(VECTORS).map_or_else(|| workspace.path("../shared/vectors"), PathBuf::from);
    path::absolute(&folder).unwrap_or(folder)
}
