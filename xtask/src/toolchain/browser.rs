//! Browsers for tests, from the system's packages: Chromium with its driver, and WebKitGTK.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::process::output_of;
use crate::workspace::Workspace;

/// Chromium, what drives it, and the font without which screenshots show boxes; as Debian calls them.
const CHROMIUM: [&str; 3] = ["chromium", "chromium-driver", "fonts-dejavu-core"];

/// What the last of them installs.
const FONT: &str = "/usr/share/fonts/truetype/dejavu/DejaVuSans.ttf";

/// WebKitGTK's driver, which brings the browser, and a display for it.
const WEBKIT: [&str; 2] = ["webkit2gtk-driver", "xvfb"];

/// A browser that tests can drive.
pub struct Browser {
    /// The program Chromium.
    pub chromium: PathBuf,
    /// The program chromedriver, of the same version.
    pub driver: PathBuf,
}

/// Makes sure that there is Chromium; installs it where this process may, else says what to install.
pub fn ensure_chromium(workspace: &Workspace) -> Result<Browser> {
    let shows_text = !has_apt(workspace) || Path::new(FONT).is_file();
    if let Some(browser) = find_chromium(workspace).filter(|_| shows_text) {
        return Ok(browser);
    }
    install(workspace, &CHROMIUM)?;
    find_chromium(workspace).with_context(|| {
        let packages = CHROMIUM.join(" ");
        format!(
            "tests in a browser need chromium and chromedriver in PATH. On Debian or Ubuntu: \
             sudo apt-get update && sudo apt-get install {packages}"
        )
    })
}

/// Installs WebKitGTK where this process may. It exists on Linux alone: elsewhere its tests skip themselves aloud.
pub fn try_webkit(workspace: &Workspace) -> Result<()> {
    if workspace.which("WebKitWebDriver").is_some() && workspace.which("Xvfb").is_some() {
        return Ok(());
    }
    install(workspace, &WEBKIT)
}

fn find_chromium(workspace: &Workspace) -> Option<Browser> {
    let chromium = workspace.which("chromium").or_else(|| workspace.which("google-chrome"))?;
    Some(Browser { chromium, driver: workspace.which("chromedriver")? })
}

/// Installs packages, on a machine with apt and as root; elsewhere does nothing.
fn install(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    if !has_apt(workspace) || !is_root() {
        return Ok(());
    }
    println!("  installing {} (about 40 s)", packages.join(", "));
    output_of(apt(workspace).args(["--quiet", "update"]))?;
    output_of(apt(workspace).args(["install", "--yes", "--no-install-recommends"]).args(packages))
        .with_context(|| format!("cannot install {}", packages.join(", ")))?;
    Ok(())
}

fn has_apt(workspace: &Workspace) -> bool {
    workspace.which("apt-get").is_some()
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
