//! `cargo xtask check`.

use std::fmt;
use std::process::{Command, ExitCode};

use anyhow::Result;

use crate::process::output_of;
use crate::steps::{Outcome, Steps};
use crate::toolchain::{node, wasm_target};
use crate::workspace::{Workspace, is_unattended};

/// Runs every check; one failure does not hide the next.
pub fn run(workspace: &Workspace) -> Result<ExitCode> {
    node::ensure(workspace)?;
    wasm_target::ensure(workspace)?;
    let mut steps = Steps::new(workspace)?;
    for (name, mut command) in commands(workspace) {
        steps.step(name, |steps| judge(steps, name, &mut command))?;
    }
    steps.step("licences", licences)?;
    if steps.failed().is_empty() {
        println!("all checks passed");
        return Ok(ExitCode::SUCCESS);
    }
    println!("failed: {}", steps.failed().join(", "));
    Ok(ExitCode::FAILURE)
}

/// The checks by cargo: name and arguments. The root crate must hold for wasm32 too, with all its features.
const CARGO_CHECKS: [(&str, &str); 7] = [
    ("fmt", "fmt --all --check"),
    ("clippy", "clippy --workspace --all-targets --features rescind/publish -- -D warnings"),
    (
        "clippy-wasm",
        "clippy --package rescind --lib --test wasm_* --all-features --target wasm32-unknown-unknown -- -D warnings",
    ),
    (
        "clippy-simd",
        concat!(
            "clippy --package rescind --package rescind-module --lib --all-features --target wasm32-unknown-unknown ",
            "--config target.wasm32-unknown-unknown.rustflags=['-Ctarget-feature=+simd128'] -- -D warnings"
        ),
    ),
    ("docs", "doc --package rescind --no-deps --all-features"),
    ("fmt-fuzz", "fmt --manifest-path fuzz/Cargo.toml --check"),
    ("clippy-fuzz", "clippy --manifest-path fuzz/Cargo.toml -- -D warnings"),
];

/// The checks by tools from npm.
const NODE_CHECKS: [(&str, &str, &str); 2] = [
    ("biome", "biome", "ci --colors=off --error-on-warnings"),
    ("types", "tsc", "--project js/tsconfig.json --noEmit"),
];

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
fn licences(steps: &Steps) -> Result<Verdict> {
    if output_of(steps.workspace.cargo().args(["deny", "--version"])).is_err() {
        return Ok(if is_unattended() { Verdict::Missing } else { Verdict::Skipped });
    }
    let mut deny = steps.workspace.cargo();
    judge(steps, "licences", deny.args(["deny", "check", "bans", "licenses", "sources"]))
}

fn judge(steps: &Steps, name: &str, command: &mut Command) -> Result<Verdict> {
    Ok(if steps.logged(name, command)?.success { Verdict::Passed } else { Verdict::Failed })
}

/// What a check came to.
#[derive(Clone, Copy, Default)]
enum Verdict {
    #[default]
    Failed,
    Missing,
    Passed,
    Skipped,
}

impl Outcome for Verdict {
    fn held(&self) -> bool {
        matches!(self, Self::Passed | Self::Skipped)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Failed => "its output is above",
            Self::Missing => "cargo-deny is missing: cargo install --locked cargo-deny",
            Self::Passed => "",
            Self::Skipped => "SKIPPED, cargo-deny is missing: cargo install --locked cargo-deny",
        })
    }
}
