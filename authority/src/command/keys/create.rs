//! `keys publisher create` and `keys root create`.

use std::path::PathBuf;

use rescind_authority::ed25519::Ed25519Key;

use crate::command::{Outcome, print, unusable};

#[derive(clap::Args)]
pub(crate) struct Create {
    /// The file to create; an existing one is never overwritten.
    file: PathBuf,
}

pub(super) fn run(create: &Create) -> Outcome {
    print(Ed25519Key::create(&create.file).map_err(unusable)?.jwk())
}
