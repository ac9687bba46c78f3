//! The fuzz targets of `fuzz/`: built with coverage on the stable compiler, and run one at a time.

use std::env;
use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result, bail};
use clap::ValueEnum;

use crate::process::{output_of, run};
use crate::publisher;
use crate::toolchain::node;
use crate::vectors;
use crate::workspace::Workspace;

/// What libFuzzer needs from the compiler: counters at every edge, a table of them, and compared values.
const COVERAGE: &str = "-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
    -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
    -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1 --cfg fuzzing";

/// An input may take a second and 64 MiB; libFuzzer counts whole seconds, and a busy machine needs some of its own.
const LIMITS: [&str; 3] = ["-timeout=5", "-malloc_limit_mb=64", "-rss_limit_mb=1024"];

/// What is fuzzed.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
#[value(rename_all = "snake_case")]
pub enum Target {
    /// Whole verifications.
    Token,
    /// JWK Sets.
    KeySet,
    /// Updates of the snapshot.
    ManifestObject,
    /// Deltas over a genuine base, fetched and carried.
    Delta,
    /// Publishing and folding, against a plain set.
    Fold,
    /// Key documents, against the specification's own words.
    KeyDocument,
    /// The JSON reader, against serde_json.
    Json,
}

impl Target {
    /// As its program is called.
    pub fn name(self) -> String {
        self.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default()
    }

    /// Bytes of an input at most: the limit of what is read, and a little more.
    fn max_length(self) -> u32 {
        match self {
            Self::Token => 20_000,
            Self::KeySet | Self::ManifestObject | Self::Delta => 70_000,
            Self::Fold => 400,
            Self::KeyDocument => 30_000,
            Self::Json => 12_000,
        }
    }
}

/// Built targets, with their seeds.
pub struct Fuzzer<'a> {
    workspace: &'a Workspace,
    host: String,
}

impl<'a> Fuzzer<'a> {
    /// Builds all targets and writes their seeds; with `sanitize` under the address sanitizer, at half the speed.
    pub fn build(workspace: &'a Workspace, sanitize: bool) -> Result<Self> {
        node::ensure(workspace)?;
        let compiler = output_of(workspace.command("rustc").arg("-vV"))?;
        let host =
            compiler.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
        let fuzzer = Self { workspace, host: host.to_owned() };
        println!("→ fuzz targets");
        fuzzer.compile(sanitize)?;
        fuzzer.seed()?;
        Ok(fuzzer)
    }

    /// A run over that many seconds. What it finds out is kept for the next run; the seeds themselves never change.
    pub fn command(&self, target: Target, seconds: u64) -> Result<Command> {
        let name = target.name();
        let corpus = self.folder("corpus").join(&name);
        let artifacts = self.folder("artifacts").join(&name);
        for folder in [&corpus, &artifacts] {
            fs::create_dir_all(folder).with_context(|| format!("cannot create {}", folder.display()))?;
        }
        let mut command = self.workspace.command(self.program(&name));
        command.args([&corpus, &self.folder("seeds").join(&name)]);
        command.arg(format!("-artifact_prefix={}/", artifacts.display()));
        command.arg(format!("-dict={}", self.workspace.path("fuzz/dictionary.txt").display()));
        command.arg(format!("-max_len={}", target.max_length()));
        command.arg(format!("-max_total_time={seconds}"));
        command.args(LIMITS).arg("-print_final_stats=1");
        Ok(command)
    }

    fn compile(&self, sanitize: bool) -> Result<()> {
        if self.workspace.which("c++").is_none() {
            bail!("libFuzzer is C++: a compiler `c++` must be in PATH (Debian: apt-get install g++)");
        }
        let mut cargo = self.workspace.cargo();
        let flags = if sanitize { format!("{COVERAGE} -Zsanitizer=address") } else { COVERAGE.to_owned() };
        // The sanitizer is an unstable option; this variable makes the stable compiler take it.
        cargo.env("RUSTC_BOOTSTRAP", "1").env("RUSTFLAGS", flags);
        cargo.env("CARGO_TARGET_DIR", self.folder("target"));
        // With a target named, build scripts and macros are not instrumented.
        cargo.args(["build", "--quiet", "--release", "--target", &self.host]);
        run(cargo.arg("--manifest-path").arg(self.workspace.path("fuzz/Cargo.toml")))
    }

    fn seed(&self) -> Result<()> {
        let publisher = publisher::build(self.workspace)?;
        let mut node = self.workspace.node_tool("node");
        node.arg("fuzz/seeds.mjs").arg(self.folder("seeds"));
        node.env(publisher::VARIABLE, publisher).env(vectors::VARIABLE, vectors::folder(self.workspace));
        output_of(&mut node).map(drop)
    }

    fn program(&self, name: &str) -> PathBuf {
        let file = format!("{name}{}", env::consts::EXE_SUFFIX);
        self.folder("target").join(&self.host).join("release").join(file)
    }

    fn folder(&self, name: &str) -> PathBuf {
        self.workspace.target("fuzz").join(name)
    }
}

/// How many inputs a run has tried, from what it printed.
pub fn executions(output: &str) -> u64 {
    let prefix = "stat::number_of_executed_units:";
    output.lines().find_map(|line| line.strip_prefix(prefix)?.trim().parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_of_inputs_is_read_from_the_closing_statistics() {
        let output =
            "#2\tINITED\nDone 4242 runs in 3 second(s)\nstat::number_of_executed_units: 4242\nstat::x: 1\n";
        assert_eq!(executions(output), 4242);
    }
}
