//! `cargo xtask check`.

use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::steps::Steps;
use crate::toolchain::wasm_target::WASM_TARGET;
use crate::toolchain::{node, wasm_target};
use crate::workspace::{Workspace, is_unattended};

/// Says whether a step ran, for its line in the output.
type Note = &'static str;

/// Runs every check; one failure does not hide the next.
pub fn run(workspace: &Workspace) -> Result<ExitCode> {
    node::ensure(workspace)?;
    wasm_target::ensure(workspace)?;
    let mut steps = Steps::new(workspace)?;
    for (name, mut command) in commands(workspace) {
        steps.step(
            name,
            |note: &Note| (*note).to_owned(),
            |steps| steps.logged(name, &mut command).map(|_| ""),
        )?;
    }
    steps.step("licences", |note: &Note| (*note).to_owned(), licences)?;
    if steps.failed().is_empty() {
        println!("all checks passed");
        return Ok(ExitCode::SUCCESS);
    }
    println!("failed: {}", steps.failed().join(", "));
    Ok(ExitCode::FAILURE)
}

/// The checks that need no more than a program and its arguments.
fn commands(workspace: &Workspace) -> [(&'static str, Command); 6] {
    let deny = ["--", "-D", "warnings"];
    let mut fmt = workspace.cargo();
    fmt.args(["fmt", "--all", "--check"]);
    let mut clippy = workspace.cargo();
    clippy.args(["clippy", "--workspace", "--all-targets", "--features", "rescind/publish"]).args(deny);
    let mut clippy_wasm = workspace.cargo();
    clippy_wasm
        .args(["clippy", "--package", "rescind", "--all-targets", "--all-features", "--target", WASM_TARGET])
        .args(deny);
    let mut docs = workspace.cargo();
    docs.env("RUSTDOCFLAGS", "-D warnings").args([
        "doc",
        "--package",
        "rescind",
        "--no-deps",
        "--all-features",
    ]);
    let mut biome = workspace.node_tool("biome");
    biome.args(["ci", "--error-on-warnings"]);
    let mut types = workspace.node_tool("tsc");
    types.args(["--project", "js/tsconfig.json", "--noEmit"]);
    [
        ("fmt", fmt),
        ("clippy", clippy),
        ("clippy-wasm", clippy_wasm),
        ("docs", docs),
        ("biome", biome),
        ("types", types),
    ]
}

/// What of cargo-deny needs no network: its list of advisories would have to be fetched.
fn licences(steps: &Steps) -> Result<Note> {
    if steps.workspace.which(&format!("cargo-deny{}", std::env::consts::EXE_SUFFIX)).is_none() {
        if is_unattended() {
            bail!("cargo-deny is missing: cargo install cargo-deny --locked");
        }
        return Ok("SKIPPED, cargo-deny is missing: cargo install cargo-deny --locked");
    }
    steps.logged(
        "licences",
        steps.workspace.cargo().args(["deny", "--offline", "check", "bans", "licenses", "sources"]),
    )?;
    Ok("")
}
