//! The npm package: wasm core, compiled TypeScript and the template's files, packed as npm would publish it.

mod comments;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use tempfile::TempDir;

use crate::process::output_of;
use crate::wasm::{self, Core};
use crate::workspace::Workspace;

/// Measures a package folder; runs in Node, which has both compressions.
const SIZES: &str = include_str!("package/sizes.mjs");

/// The template's placeholder, replaced by the workspace's version.
const VERSION_PLACEHOLDER: &str = "\"version\": \"0.0.0\"";

/// Files of `js/load/` that tsc does not emit.
const HANDWRITTEN: [&str; 3] = ["core.d.ts", "core_bg.wasm.d.ts", "source.js"];

/// The one version of crates and package.
const VERSION: &str = env!("CARGO_PKG_VERSION");

/// A built package.
pub struct Package<'a> {
    workspace: &'a Workspace,
    folder: PathBuf,
    /// The tarball that `npm publish` would send.
    pub tarball: PathBuf,
}

impl<'a> Package<'a> {
    /// Builds the package into `folder`, which is emptied first.
    pub fn build(workspace: &'a Workspace, folder: PathBuf) -> Result<Self> {
        let core = wasm::build(workspace)?;
        println!("→ npm package");
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        let package = Self { workspace, tarball: folder.join(format!("rescind-{VERSION}.tgz")), folder };
        package.compile()?;
        package.copy_core(&core)?;
        package.fill_template()?;
        package.pack()?;
        Ok(package)
    }

    /// Judges the tarball with publint and are-the-types-wrong.
    pub fn check(&self) -> Result<()> {
        output_of(self.workspace.node_tool("publint").arg("--strict").arg(&self.tarball))?;
        output_of(self.workspace.node_tool("attw").arg(&self.tarball).args(["--profile", "esm-only"]))?;
        Ok(())
    }

    /// The sizes that a user pays for, as a table.
    pub fn sizes(&self) -> Result<String> {
        let script = ["--input-type=module", "--eval", SIZES];
        output_of(self.workspace.node_tool("node").args(script).arg(self.code()))
    }

    /// A fresh project with the tarball installed; gone when dropped.
    pub fn install(&self) -> Result<TempDir> {
        install(self.workspace, &self.tarball)
    }

    /// Where the code lies in the package.
    fn code(&self) -> PathBuf {
        self.folder.join("dist")
    }

    /// TypeScript to JavaScript and declarations, and what is written by hand in either form.
    fn compile(&self) -> Result<()> {
        output_of(
            self.workspace
                .node_tool("tsc")
                .args(["--project", "js/tsconfig.json", "--outDir"])
                .arg(self.code()),
        )?;
        comments::strip(&self.code())?;
        for name in HANDWRITTEN {
            copy_into(&self.workspace.path("js/load").join(name), &self.code().join("load"))?;
        }
        Ok(())
    }

    /// The glue and the modules beside the entries, and the modules as text for `rescind/inline`.
    fn copy_core(&self, core: &Core) -> Result<()> {
        let load = self.code().join("load");
        for name in ["core.js", wasm::MODULE, wasm::ACCELERATOR] {
            fs::copy(core.folder.join(name), load.join(name))
                .with_context(|| format!("cannot copy {name}"))?;
        }
        for (module, script) in
            [(wasm::MODULE, "core_base64.js"), (wasm::ACCELERATOR, "accelerator_base64.js")]
        {
            let module = fs::read(load.join(module))?;
            let text = format!("export const base64 = \"{}\";\n", STANDARD.encode(module));
            fs::write(load.join(script), text).with_context(|| format!("cannot write {script}"))?;
        }
        Ok(())
    }

    /// package.json with the version, README and licences.
    fn fill_template(&self) -> Result<()> {
        let template = self.workspace.path("pkg-template");
        let manifest =
            fs::read_to_string(template.join("package.json")).context("pkg-template has no package.json")?;
        ensure!(
            manifest.matches(VERSION_PLACEHOLDER).count() == 1,
            "pkg-template/package.json lacks {VERSION_PLACEHOLDER}"
        );
        let version = format!("\"version\": \"{VERSION}\"");
        fs::write(self.folder.join("package.json"), manifest.replace(VERSION_PLACEHOLDER, &version))?;
        copy_into(&template.join("README.md"), &self.folder)?;
        copy_into(&self.workspace.path("LICENSE-MIT"), &self.folder)?;
        copy_into(&self.workspace.path("LICENSE-APACHE"), &self.folder)
    }

    fn pack(&self) -> Result<()> {
        output_of(self.workspace.npm().current_dir(&self.folder).args([
            "pack",
            "--silent",
            "--ignore-scripts",
        ]))?;
        ensure!(self.tarball.is_file(), "npm pack has not written {}", self.tarball.display());
        Ok(())
    }
}

/// A fresh project with this tarball installed; gone when dropped.
pub fn install(workspace: &Workspace, tarball: &Path) -> Result<TempDir> {
    let project = tempfile::Builder::new().prefix("rescind-project-").tempdir()?;
    fs::write(project.path().join("package.json"), "{ \"private\": true, \"type\": \"module\" }\n")?;
    let arguments = ["install", "--offline", "--no-audit", "--no-fund", "--loglevel=error"];
    output_of(workspace.npm().current_dir(project.path()).args(arguments).arg(tarball))
        .context("the packed package cannot be installed")?;
    Ok(project)
}

fn copy_into(file: &Path, folder: &Path) -> Result<()> {
    let name = file.file_name().unwrap_or_default();
    fs::copy(file, folder.join(name)).map(drop).with_context(|| format!("cannot copy {}", file.display()))
}
