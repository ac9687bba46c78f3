//! `cargo xtask simulate`.

use std::process::ExitCode;

use anyhow::Result;

use crate::script::Script;
use crate::workspace::Workspace;

/// Computes what many verifiers would ask of a publisher in a day, from the sizes of genuine editions.
pub fn run(workspace: &Workspace) -> Result<ExitCode> {
    Script::new(workspace, "benches/simulation.mjs")?.publisher(workspace)?.run()
}
