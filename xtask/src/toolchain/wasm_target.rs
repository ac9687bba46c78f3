//! The standard library for wasm32: present, from rustup, or built from the compiler's own source.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{output_of, run};
use crate::workspace::Workspace;

/// The one target of the verifier's module.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The variable that names the compiler's library source, a `.tar.xz` of `library/`.
const SOURCE_VARIABLE: &str = "RESCIND_RUST_SRC";

/// The library builds with the compiler's unstable features, and so that LTO can take part of it.
const SOURCE_RUSTFLAGS: &str = "-Zforce-unstable-if-unmarked -Cembed-bitcode=yes";

/// Makes sure that this compiler can build for wasm32.
pub fn ensure(workspace: &Workspace) -> Result<()> {
    if is_present(workspace)? || add_with_rustup(workspace)? {
        return Ok(());
    }
    let Some(archive) = env::var_os(SOURCE_VARIABLE).map(PathBuf::from) else {
        bail!(missing_message(&compiler_version(workspace)?));
    };
    build_from_source(workspace, &archive)?;
    ensure!(is_present(workspace)?, "the library built from {} does not work", archive.display());
    Ok(())
}

/// Flags of rustc for what is shipped. Panic messages name source files: without this machine's folders in them a
/// module tells nothing about who built it, and is the same wherever it is built.
pub fn without_local_paths() -> String {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| env::home_dir().map(|home| home.join(".cargo"))).unwrap_or_default();
    format!("--remap-path-prefix={}=cargo", home.display())
}

/// Whether an empty crate compiles: the library is there and fits this compiler.
fn is_present(workspace: &Workspace) -> Result<bool> {
    let folder = tempfile::tempdir()?;
    let source = folder.path().join("probe.rs");
    fs::write(&source, "")?;
    let status = workspace
        .command("rustc")
        .args(["--target", WASM_TARGET, "--crate-type", "rlib", "--emit", "metadata", "--out-dir"])
        .args([folder.path(), &source])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .context("cannot start rustc")?;
    Ok(status.success())
}

/// Whether rustup has brought the target.
fn add_with_rustup(workspace: &Workspace) -> Result<bool> {
    if workspace.which("rustup").is_none() {
        return Ok(false);
    }
    println!("  the wasm target is missing: rustup target add {WASM_TARGET}");
    let status = workspace.command("rustup").args(["target", "add", WASM_TARGET]).status()?;
    Ok(status.success() && is_present(workspace)?)
}

/// Builds the library for wasm32 and lays it into the sysroot, about 20 s.
fn build_from_source(workspace: &Workspace, archive: &Path) -> Result<()> {
    ensure!(archive.is_file(), "{SOURCE_VARIABLE} names {}, which is not there", archive.display());
    check_version(archive, &compiler_version(workspace)?)?;
    println!("  building the wasm target from {}", archive.display());
    let folder = tempfile::tempdir()?;
    unpack(workspace, archive, folder.path())?;
    let target = folder.path().join("target");
    run(workspace
        .cargo()
        .env("CARGO_TARGET_DIR", &target)
        .env("RUSTC_BOOTSTRAP", "1")
        .env("RUSTFLAGS", format!("{SOURCE_RUSTFLAGS} {}", without_local_paths()))
        .args(["build", "--quiet", "--release", "--target", WASM_TARGET, "--manifest-path"])
        .arg(folder.path().join("library").join("sysroot").join("Cargo.toml")))?;
    install(&target.join(WASM_TARGET).join("release").join("deps"), &library_folder(workspace)?)
}

/// An archive named `rust-VERSION-library…` must be of this compiler's version.
fn check_version(archive: &Path, compiler: &str) -> Result<()> {
    let name = archive.file_name().unwrap_or_default().to_string_lossy();
    let version = name.strip_prefix("rust-").and_then(|rest| rest.split("-library").next());
    if let Some(version) = version.filter(|version| *version != compiler) {
        bail!(
            "{name} is the library of Rust {version}, this compiler is {compiler}; {SOURCE_VARIABLE} must fit it"
        );
    }
    Ok(())
}

/// Unpacks with tar, or with Python where tar knows no xz.
fn unpack(workspace: &Workspace, archive: &Path, folder: &Path) -> Result<()> {
    let by_tar = output_of(workspace.command("tar").arg("-xJf").arg(archive).arg("-C").arg(folder));
    if by_tar.is_ok() {
        return Ok(());
    }
    let program = "import sys, tarfile; tarfile.open(sys.argv[1]).extractall(sys.argv[2])";
    let by_python = workspace.command("python3").args(["-c", program]).arg(archive).arg(folder).status();
    if by_python.is_ok_and(|status| status.success()) {
        return Ok(());
    }
    by_tar.map(drop).context("cannot unpack the library source, neither with tar nor with python3")
}

/// Copies the compiled crates into the folder that rustc searches.
fn install(built: &Path, library: &Path) -> Result<()> {
    fs::create_dir_all(library).with_context(|| format!("cannot create {}", library.display()))?;
    for entry in fs::read_dir(built)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "rlib") {
            let name = path.file_name().unwrap_or_default();
            fs::copy(&path, library.join(name))
                .with_context(|| format!("cannot write {}", library.display()))?;
        }
    }
    Ok(())
}

/// Where rustc looks for the target's libraries.
fn library_folder(workspace: &Workspace) -> Result<PathBuf> {
    let sysroot = output_of(workspace.command("rustc").args(["--print", "sysroot"]))?;
    Ok(Path::new(sysroot.trim()).join("lib").join("rustlib").join(WASM_TARGET).join("lib"))
}

/// The compiler's version, as in `1.95.0`.
fn compiler_version(workspace: &Workspace) -> Result<String> {
    let version = output_of(workspace.command("rustc").arg("--version"))?;
    version
        .split(' ')
        .nth(1)
        .map(str::to_owned)
        .with_context(|| format!("unexpected version of rustc: {version}"))
}

fn missing_message(compiler: &str) -> String {
    format!(
        "this Rust cannot compile for {WASM_TARGET}. Either run `rustup target add {WASM_TARGET}` where rustup can \
         download, or set {SOURCE_VARIABLE} to a tar.xz of the folder library/ of Rust {compiler} (the package \
         rust-src, or the source archive of that release), from which this command builds the target."
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn archive_of_this_compiler_is_accepted() {
        assert!(check_version(Path::new("/a/rust-1.95.0-library.tar.xz"), "1.95.0").is_ok());
    }

    #[test]
    fn archive_of_another_compiler_is_refused_with_both_versions() {
        let error =
            check_version(Path::new("/a/rust-1.95.0-library.tar.xz"), "1.99.0").unwrap_err().to_string();
        assert!(error.contains("1.95.0") && error.contains("1.99.0"), "{error}");
    }

    #[test]
    fn archive_without_version_in_its_name_is_left_to_the_compiler() {
        assert!(check_version(Path::new("/a/library.tar.xz"), "1.99.0").is_ok());
    }
}
