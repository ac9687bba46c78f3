//! `cargo xtask test`.

mod count;

mod parts;

use std::cell::OnceCell;
use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::{Args, ValueEnum};
use tempfile::TempDir;

use self::count::Count;
use super::demo::{Build, build_authority};
use crate::package::Package;
use crate::publisher;
use crate::steps::Steps;
use crate::workspace::Workspace;

/// What to test.
#[derive(Args)]
pub struct Options {
    /// Only this part; may be given several times.
    #[arg(long, value_name = "NAME")]
    only: Vec<Part>,
}

/// The parts, in the order in which they run.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Part {
    /// The public test vectors are there (RESCIND_VECTORS, default ../shared/vectors).
    Vectors,
    /// Unit, integration and documentation tests of the crates.
    Rust,
    /// The verifier compiled to wasm, in Node and in headless Chromium.
    Wasm,
    /// The packed npm package, installed into a fresh project, in Node.
    Js,
    /// The verifier in plain JavaScript, for devices without WebAssembly, against the same vectors.
    Fallback,
    /// The attack corpus on the packed npm package.
    Corpus,
    /// The packed npm package against jose and joserfc, on generated tokens.
    Differential,
    /// The snapshot's format in Python: the same bytes as Rust's on random sets, and the same verdicts on vectors.
    Format,
    /// Hostile inputs, some seconds each: native targets, and the packed npm package.
    Fuzz,
    /// The memory of one verifier whose keys and snapshot are swapped over and over.
    Soak,
    /// The packed npm package under workerd.
    Workerd,
    /// The demo page in a browser, against the whole system.
    E2e,
}

/// Runs the parts and ends with the count of all tests.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let mut steps = Steps::new(workspace)?;
    let needs = Needs::new(workspace);
    let mut total = Count::default();
    let is_asked = |part: &&Part| options.only.is_empty() || options.only.contains(part);
    for part in Part::value_variants().iter().filter(is_asked) {
        let name = part.to_possible_value().map(|value| value.get_name().to_owned()).unwrap_or_default();
        total += steps.step(&name, |steps| parts::run(*part, steps, &needs))?;
    }
    // A part can fail without a failed test: a program that cannot be built, a time limit.
    total.failed = total.failed.max(steps.failed().len());
    for name in steps.failed() {
        println!("failed: {name} (again with: cargo xtask test --only {name})");
    }
    println!("{total}");
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What several parts share, made when the first one asks for it.
pub struct Needs<'a> {
    workspace: &'a Workspace,
    project: OnceCell<TempDir>,
    authority: OnceCell<PathBuf>,
    publisher: OnceCell<PathBuf>,
}

impl<'a> Needs<'a> {
    fn new(workspace: &'a Workspace) -> Self {
        Self { workspace, project: OnceCell::new(), authority: OnceCell::new(), publisher: OnceCell::new() }
    }

    /// A fresh project with the packed package installed.
    fn project(&self) -> Result<PathBuf> {
        if let Some(project) = self.project.get() {
            return Ok(project.path().to_owned());
        }
        let package = Package::build(self.workspace, self.workspace.target("package"))?;
        package.check()?;
        let project = package.install()?;
        Ok(self.project.get_or_init(|| project).path().to_owned())
    }

    /// The authority's program.
    fn authority(&self) -> Result<PathBuf> {
        if let Some(program) = self.authority.get() {
            return Ok(program.clone());
        }
        let program = build_authority(self.workspace, Build::Debug)?;
        Ok(self.authority.get_or_init(|| program).clone())
    }

    /// The program that publishes test snapshots.
    fn publisher(&self) -> Result<PathBuf> {
        if let Some(program) = self.publisher.get() {
            return Ok(program.clone());
        }
        let program = publisher::build(self.workspace)?;
        Ok(self.publisher.get_or_init(|| program).clone())
    }
}
