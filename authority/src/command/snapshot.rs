//! `snapshot`: published files on disk, as a person or a script meets them.

use clap::Subcommand;

use super::Outcome;

mod build;
mod diff;
mod entry_line;
mod files;
mod inspect;
mod table;
mod verify;

#[derive(Subcommand)]
pub(crate) enum Snapshot {
    /// Show what manifests, objects and key documents say.
    Inspect(inspect::Inspect),
    /// Check a manifest with its objects as a verifier does; exit code 1 and the error's code when it is refused.
    Verify(verify::Verify),
    /// Show what changed from one edition to another: entries by dimension, and bytes.
    Diff(diff::Diff),
    /// Write a manifest and its objects from a file of entries.
    Build(build::Build),
}

pub(crate) fn run(command: &Snapshot) -> Outcome {
    match command {
        Snapshot::Inspect(inspect) => inspect::run(inspect),
        Snapshot::Diff(diff) => diff::run(diff),
        Snapshot::Verify(verify) => verify::run(verify),
        Snapshot::Build(build) => build::run(build),
    }
}
