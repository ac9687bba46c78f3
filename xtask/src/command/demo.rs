//! `cargo xtask demo`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use clap::Args;

use crate::package::Package;
use crate::process::{run as run_plainly, run_foreground};
use crate::signals::StopRequests;
use crate::workspace::Workspace;

/// How to run the demo.
#[derive(Args)]
pub struct Options {
    /// Play the story without a person: sign in, 200 at the edge, revoke, 401 at the edge. Fails if the token survives.
    #[arg(long)]
    check: bool,
}

/// Builds authority and package, installs the packed package as a user would, and hands over to `www/demo.mjs`.
pub fn run(workspace: &Workspace, options: &Options) -> Result<ExitCode> {
    let package = Package::build(workspace, workspace.target("package"))?;
    let project = package.install()?;
    let authority = build_authority(workspace, Build::Debug)?;
    let stop = StopRequests::catch()?;
    let mut demo = workspace.node_tool("node");
    demo.arg("www/demo.mjs").args(options.check.then_some("--check"));
    demo.env("RESCIND_AUTHORITY_BIN", authority).env("RESCIND_PACKAGE_DIR", project.path());
    let status = run_foreground(&mut demo, &stop)?;
    Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
}

/// How a program is compiled.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Build {
    /// Unoptimised: on a fresh machine that is minutes faster, and the cryptography is optimised all the same.
    Debug,
    /// As it is deployed.
    Release,
}

impl Build {
    /// The name of its folder.
    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Release => "release",
        }
    }
}

/// The server's program.
pub fn build_authority(workspace: &Workspace, build: Build) -> Result<PathBuf> {
    println!("→ authority ({} build)", build.name());
    let mut cargo = workspace.cargo();
    cargo.args(["build", "--package", "rescind-authority"]);
    run_plainly(cargo.args((build == Build::Release).then_some("--release")))?;
    let program = format!("rescind-authority{}", std::env::consts::EXE_SUFFIX);
    Ok(workspace.target(build.name()).join(program))
}
