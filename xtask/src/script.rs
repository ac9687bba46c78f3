//! Scripts for Node that need the packed package: what they find in their environment, and how they are run.

use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Args;
use tempfile::TempDir;

use crate::package::{Package, install};
use crate::process::run_foreground;
use crate::publisher;
use crate::signals::StopRequests;
use crate::toolchain::node;
use crate::workspace::Workspace;

/// The variable in which scripts find the project that has the package.
pub const PACKAGE_VARIABLE: &str = "RESCIND_PACKAGE_DIR";

/// Which package a script works on.
#[derive(Args)]
pub struct PackageOption {
    /// A folder where the packed package is installed (it holds node_modules/rescind), or a tarball of it.
    /// Default: built, packed and installed afresh.
    #[arg(long, value_name = "DIR")]
    package: Option<PathBuf>,
}

/// A project with the package installed.
pub enum Project {
    /// The user's: left alone.
    Given(PathBuf),
    /// Made for this run: gone when dropped.
    Made(TempDir),
}

impl PackageOption {
    /// The option with this value.
    pub fn of(package: Option<PathBuf>) -> Self {
        Self { package }
    }

    /// The project that the option names, or a fresh one.
    pub fn project(&self, workspace: &Workspace) -> Result<Project> {
        let Some(given) = &self.package else {
            let package = Package::build(workspace, workspace.target("package"))?;
            return package.install().map(Project::Made);
        };
        let given = given.canonicalize().with_context(|| format!("no package at {}", given.display()))?;
        if given.is_file() {
            return install(workspace, &given).map(Project::Made);
        }
        ensure!(
            given.join("node_modules").join("rescind").is_dir(),
            "{} holds no node_modules/rescind",
            given.display()
        );
        Ok(Project::Given(given))
    }
}

impl Project {
    /// The folder that holds `node_modules/rescind`.
    pub fn path(&self) -> PathBuf {
        match self {
            Self::Given(path) => path.clone(),
            Self::Made(folder) => folder.path().to_owned(),
        }
    }
}

/// One run of a script in the checkout's root.
pub struct Script {
    command: Command,
    project: Option<Project>,
}

impl Script {
    /// A script of the checkout, on the pinned Node.
    pub fn new(workspace: &Workspace, path: &str) -> Result<Self> {
        node::ensure(workspace)?;
        let mut command = workspace.node_tool("node");
        command.arg(path);
        Ok(Self { command, project: None })
    }

    /// With the package that `option` names.
    pub fn package(mut self, workspace: &Workspace, option: &PackageOption) -> Result<Self> {
        let project = option.project(workspace)?;
        self.command.env(PACKAGE_VARIABLE, project.path());
        self.project = Some(project);
        Ok(self)
    }

    /// With the program that publishes snapshots.
    pub fn publisher(mut self, workspace: &Workspace) -> Result<Self> {
        self.command.env(publisher::VARIABLE, publisher::build(workspace)?);
        Ok(self)
    }

    /// With a variable.
    pub fn env(mut self, name: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(name, value);
        self
    }

    /// With arguments.
    pub fn args(mut self, arguments: impl IntoIterator<Item = impl AsRef<OsStr>>) -> Self {
        self.command.args(arguments);
        self
    }

    /// Runs in this terminal; the exit code is the script's.
    pub fn run(mut self) -> Result<ExitCode> {
        let stop = StopRequests::catch()?;
        let status = run_foreground(&mut self.command, &stop)?;
        Ok(status.code().and_then(|code| u8::try_from(code).ok()).map_or(ExitCode::FAILURE, ExitCode::from))
    }
}
