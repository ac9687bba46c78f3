//! Where things are, and how programs are started there.

use std::env;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

/// The checkout, its build folder, and the search path with the pinned tools first.
pub struct Workspace {
    root: PathBuf,
    target: PathBuf,
    search_path: OsString,
}

impl Workspace {
    /// The workspace that this program was compiled in.
    ///
    /// The build folder is the one that holds this program (`<target>/xtask/xtask`): so it is right however cargo
    /// was told of it.
    pub fn find() -> Result<Self> {
        let root =
            Path::new(env!("CARGO_MANIFEST_DIR")).parent().context("xtask has no parent folder")?.to_owned();
        let program = env::current_exe().context("cannot find the path of this program")?;
        let target =
            program.ancestors().nth(2).context("this program lies outside a build folder")?.to_owned();
        let mut folders = vec![root.join("node_modules").join(".bin")];
        folders.extend(env::split_paths(&env::var_os("PATH").unwrap_or_default()));
        let search_path = env::join_paths(folders).context("PATH cannot be extended")?;
        Ok(Self { root, target, search_path })
    }

    /// A path in the checkout.
    pub fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A path in the build folder.
    pub fn target(&self, relative: &str) -> PathBuf {
        self.target.join(relative)
    }

    /// A command that runs in the checkout's root with `node_modules/.bin` first in PATH.
    pub fn command(&self, program: impl AsRef<OsStr>) -> Command {
        let mut command = Command::new(program);
        command.current_dir(&self.root).env("PATH", &self.search_path).env("CARGO_TARGET_DIR", &self.target);
        command
    }

    /// Cargo, the one that runs this program.
    pub fn cargo(&self) -> Command {
        self.command(env::var_os("CARGO").unwrap_or_else(|| "cargo".into()))
    }

    /// A tool of `node_modules/.bin`.
    pub fn node_tool(&self, name: &str) -> Command {
        self.command(self.path("node_modules").join(".bin").join(name))
    }

    /// npm, as found on the machine.
    pub fn npm(&self) -> Command {
        self.command(if cfg!(windows) { "npm.cmd" } else { "npm" })
    }

    /// The folder of a program of that name in PATH.
    pub fn which(&self, program: &str) -> Option<PathBuf> {
        env::split_paths(&self.search_path).map(|folder| folder.join(program)).find(|path| path.is_file())
    }
}

/// Whether this is an unattended run, where something missing is a failure and not a hint.
pub fn is_unattended() -> bool {
    env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}
