//! `snapshot`: published files on disk, as a person or a script meets them.

use clap::Subcommand;

use super::Outcome;

mod build;
mod entry_line;
mod files;
mod verify;

#[derive(Subcommand)]
pub(crate) enum Snapshot {
    /// Check a manifest with its objects as a verifier does; exit code 1 and the error's code when it is refused.
    Verify(verify::Verify),
    /// Write a manifest and its objects from a file of entries.
    Build(build::Build),
}

pub(crate) fn run(command: &Snapshot) -> Outcome {
    match command {
        Snapshot::Verify(verify) => verify::run(verify),
        Snapshot::Build(build) => build::run(build),
    }
}
