//! `keys`: makes, shows and replaces keys.

use clap::Subcommand;
use rescind_authority::{Clock, SystemClock};
use serde_json::json;

use super::check_config::check;
use super::{ConfigFile, Outcome, print};

mod create;
mod replace;

#[derive(Subcommand)]
pub(crate) enum Keys {
    /// The Ed25519 key that signs manifests: print its public JWK, or create one.
    Publisher(Publisher),
    /// The Ed25519 key that is kept offline and replaces publisher keys.
    Root {
        #[command(subcommand)]
        command: Create,
    },
    /// Add a replacement of the publisher keys to the key document, or begin one. Serve the document before the first
    /// manifest by a new key.
    Replace(replace::Replace),
    /// Print the public keys of the access tokens, a JWK Set.
    Signing(ConfigFile),
}

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub(crate) struct Publisher {
    #[command(subcommand)]
    command: Option<Create>,
    #[command(flatten)]
    file: Option<ConfigFile>,
}

#[derive(Subcommand)]
pub(crate) enum Create {
    /// Write a fresh key to a new file, mode 0600, and print its public JWK.
    Create(create::Create),
}

pub(crate) fn run(command: &Keys) -> Outcome {
    match command {
        Keys::Publisher(Publisher { command: Some(Create::Create(create)), .. })
        | Keys::Root { command: Create::Create(create) } => create::run(create),
        Keys::Publisher(Publisher { file: Some(file), .. }) => print(check(&file.config)?.1.jwk()),
        Keys::Publisher(_) => Err(super::unusable("expected --config FILE, or create FILE")),
        Keys::Replace(replace) => replace::run(replace),
        Keys::Signing(file) => {
            let (_, _, signing) = check(&file.config)?;
            print(json!({ "keys": signing.jwk_set(SystemClock::default().seconds()) }))
        }
    }
}
