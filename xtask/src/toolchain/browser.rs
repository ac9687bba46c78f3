//! Chromium, its driver and one font, from the system's packages.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::output_of;
use crate::workspace::Workspace;

/// What Debian and its relatives call them.
const PACKAGES: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];

/// Without a font, screenshots show boxes.
const FONT: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

/// A browser that tests can drive.
pub struct Browser {
    /// The program Chromium.
    pub chromium: PathBuf,
    /// The program chromedriver, of the same version.
    pub driver: PathBuf,
}

/// Makes sure that there is a browser; installs it where this process may.
pub fn ensure(workspace: &Workspace) -> Result<Browser> {
    let has_apt = workspace.which("apt-get").is_some();
    if let Some(browser) = find(workspace).filter(|_| !has_apt || Path::new(FONT).is_file()) {
        return Ok(browser);
    }
    if !has_apt || !is_root() {
        bail!(missing_message());
    }
    println!("  installing {} (about 40 s)", PACKAGES.join(", "));
    output_of(apt(workspace).args(["--quiet", "update"]))?;
    output_of(apt(workspace).args(["install", "--yes", "--no-install-recommends"]).args(PACKAGES))
        .context("cannot install the browser for tests")?;
    find(workspace).with_context(missing_message)
}

fn find(workspace: &Workspace) -> Option<Browser> {
    let chromium = workspace.which("chromium").or_else(|| workspace.which("google-chrome"))?;
    Some(Browser { chromium, driver: workspace.which("chromedriver")? })
}

fn apt(workspace: &Workspace) -> Command {
    let mut command = workspace.command("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}

#[cfg(unix)]
fn is_root() -> bool {
    rustix::process::geteuid().is_root()
}

#[cfg(not(unix))]
fn is_root() -> bool {
    false
}

fn missing_message() -> String {
    format!(
        "the tests in a browser need chromium and chromedriver in PATH. On Debian or Ubuntu: \
         sudo apt-get update && sudo apt-get install {}",
        PACKAGES.join(" ")
    )
}
