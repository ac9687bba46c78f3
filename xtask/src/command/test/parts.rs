//! What each part of the tests runs.

use std::env;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use super::count::Count;
use super::{Needs, Part};
use crate::command::demo::build_authority;
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
        Part::Js => js(steps, needs),
        Part::Workerd => workerd(steps, needs),
        Part::E2e => e2e(steps, needs),
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
    let browser = browser::ensure(steps.workspace)?;
    let runner = format!("{} wasm-test", env::current_exe()?.display());
    let mut cargo = steps.workspace.cargo();
    cargo.args(["test", "--package", "rescind", "--features", "publish", "--test", "wasm_*"]);
    cargo.args(["--target", WASM_TARGET, "--no-fail-fast"]);
    cargo.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER", runner).env("CHROMEDRIVER", browser.driver);
    counted(steps, "wasm", &mut cargo)
}

fn js(steps: &Steps, needs: &Needs) -> Result<Count> {
    let project = needs.project()?;
    let mut node = node_test(steps.workspace, &["tests/js/**/*.test.*", "tests/package/**/*.test.*"]);
    counted(steps, "js", node.env("RESCIND_PACKAGE_DIR", project))
}

fn workerd(steps: &Steps, needs: &Needs) -> Result<Count> {
    let project = needs.project()?;
    let mut node = node_test(steps.workspace, &["tests/workerd/**/*.test.*"]);
    counted(steps, "workerd", node.env("RESCIND_PACKAGE_DIR", project))
}

fn e2e(steps: &Steps, needs: &Needs) -> Result<Count> {
    let project = needs.project()?;
    let authority = build_authority(steps.workspace)?;
    let browser = browser::ensure(steps.workspace)?;
    let mut node = node_test(steps.workspace, &["tests/e2e/**/*.test.*"]);
    node.env("RESCIND_PACKAGE_DIR", project).env("RESCIND_AUTHORITY_BIN", authority);
    counted(steps, "e2e", node.env("RESCIND_CHROMIUM", browser.chromium))
}

/// Node's own test runner on all files that match.
fn node_test(workspace: &Workspace, patterns: &[&str]) -> Command {
    let mut node = workspace.node_tool("node");
    node.args(["--test", "--test-reporter=spec"]).args(patterns);
    node
}

/// Runs a test program with the vectors at hand, and counts.
fn counted(steps: &Steps, name: &str, command: &mut Command) -> Result<Count> {
    let folder = vectors_folder(steps.workspace);
    if folder.is_dir() {
        command.env(VECTORS, folder);
    }
    Ok(Count::read(&steps.logged(name, command)?))
}

/// Named by the variable, else beside the project.
fn vectors_folder(workspace: &Workspace) -> PathBuf {
    env::var_os(VECTORS).map_or_else(|| workspace.path("../shared/vectors"), PathBuf::from)
}
