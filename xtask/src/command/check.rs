//! `cargo xtask check`.

use std::process::{Command, ExitCode};

use anyhow::{Result, bail};

use crate::steps::Steps;
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

/// The checks by cargo: name and arguments. The root crate must hold for wasm32 too, with all its features.
const CARGO_CHECKS: [(&str, &str); 4] = [
    ("fmt", "fmt --all --check"),
    ("clippy", "clippy --workspace --all-targets --features rescind/publish -- -D warnings"),
    (
        "clippy-wasm",
        "clippy --package rescind --lib --test wasm_* --all-features --target wasm32-unknown-unknown -- -D warnings",
    ),
    ("docs", "doc --package rescind --no-deps --all-features"),
];

/// The checks by tools from npm.
const NODE_CHECKS: [(&str, &str, &str); 2] =
    [("biome", "biome", "ci --error-on-warnings"), ("types", "tsc", "--project js/tsconfig.json --noEmit")];

/// The checks that need no more than a program and its arguments.
fn commands(workspace: &Workspace) -> Vec<(&'static str, Command)> {
    let by_cargo = CARGO_CHECKS.map(|(name, arguments)| (name, workspace.cargo(), arguments));
    let by_node = NODE_CHECKS.map(|(name, tool, arguments)| (name, workspace.node_tool(tool), arguments));
    let with_arguments = |(name, mut command, arguments): (&'static str, Command, &str)| {
        command.args(arguments.split(' ')).env("RUSTDOCFLAGS", "-D warnings");
        (name, command)
    };
    by_cargo.into_iter().chain(by_node).map(with_arguments).collect()
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
