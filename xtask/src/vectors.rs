//! The folder of public test vectors.

use std::env;
use std::path::{self, PathBuf};

use crate::workspace::Workspace;

/// The variable that names it, and that tests read.
pub const VARIABLE: &str = "RESCIND_VECTORS";

/// Named by the variable, else beside the project; absolute, since tests run in folders of their own.
pub fn folder(workspace: &Workspace) -> PathBuf {
    let folder = env::var_os(VARIABLE).map_or_else(|| workspace.path("../shared/vectors"), PathBuf::from);
    path::absolute(&folder).unwrap_or(folder)
}
