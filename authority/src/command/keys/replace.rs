//! `keys replace`: the next link of the key document, signed by the root or by a present publisher key.

use std::path::PathBuf;

use clap::ValueEnum;
use rescind::{KeyLink, KeyReplacement, KeyRole, replace_keys};
use rescind_authority::ed25519::{self, Ed25519Key};
use rescind_authority::key_document::{self, KeyDocument};
use serde_json::json;

use crate::command::{Outcome, print_json, unusable};

#[derive(clap::Args)]
pub(crate) struct Replace {
    /// The key document; it is created when it does not exist.
    #[arg(long, value_name = "FILE")]
    document: PathBuf,
    /// The tenant's name, as in publish.tenant.
    #[arg(long, value_name = "NAME")]
    tenant: String,
    /// Whose key signs: a present publisher key, for a planned change, or the root key.
    #[arg(long = "as", value_name = "ROLE")]
    role: Role,
    /// The private key file that signs.
    #[arg(long, value_name = "FILE")]
    signed_by: PathBuf,
    /// A publisher key from now on: the x of its public JWK; may be repeated, up to 8.
    #[arg(long = "publisher-key", value_name = "X", required = true, value_parser = public_key, allow_hyphen_values = true)]
    publisher_keys: Vec<[u8; 32]>,
    /// The root key from now on, when the root itself is replaced: the x of its public JWK.
    #[arg(long, value_name = "X", value_parser = public_key, allow_hyphen_values = true)]
    root_key: Option<[u8; 32]>,
    /// With --as root: the least epoch that verifiers take from now on. One above the present epoch when a key was
    /// stolen [default: as before].
    #[arg(long)]
    epoch: Option<u32>,
    /// With --as root: drop the earlier links, which verifiers that pin the root do not need.
    #[arg(long)]
    drop_earlier: bool,
}

#[derive(Clone, Copy, PartialEq, ValueEnum)]
enum Role {
    Publisher,
    Root,
}

fn public_key(x: &str) -> Result<[u8; 32], &'static str> {
    ed25519::decode(x).ok_or("expected the x of an Ed25519 public JWK, 43 characters of base64url")
}

pub(super) fn run(replace: &Replace) -> Outcome {
    let signer = Ed25519Key::read(&replace.signed_by).map_err(unusable)?;
    let document = if replace.document.exists() {
        Some(KeyDocument::read(&replace.document).map_err(unusable)?)
    } else {
        None
    };
    replace.check(document.as_ref(), &signer.public()).map_err(unusable)?;
    let replacement = replace.replacement(document.as_ref(), &signer.public());
    let before = document.as_ref().filter(|_| !replace.drop_earlier).map(KeyDocument::bytes);
    let sign = &mut |message: &[u8]| signer.sign(message);
    let bytes = replace_keys(before, &replacement, replace.role.into(), signer.public(), sign);
    key_document::replace(&replace.document, &bytes.map_err(unusable)?).map_err(unusable)?;
    print_json(&json!({
        "number": replacement.number,
        "epoch": replacement.epoch,
        "root_key": replacement.root_key.as_ref().map(ed25519::encode),
        "publisher_keys": replacement.publisher_keys.iter().map(ed25519::encode).collect::<Vec<_>>(),
    }))
}

impl Replace {
    /// Refuses a link that no verifier which follows the document would take.
    fn check(&self, document: Option<&KeyDocument>, signer: &[u8; 32]) -> Result<(), &'static str> {
        let by_root = self.role == Role::Root;
        if !by_root && (self.epoch.is_some() || self.root_key.is_some() || self.drop_earlier) {
            return Err("--epoch, --root-key and --drop-earlier are for --as root");
        }
        let Some(KeyLink { root_key, publisher_keys, .. }) = document.map(KeyDocument::newest) else {
            return Ok(());
        };
        match (by_root, root_key) {
            (true, Some(root_key)) if root_key != signer => Err("--signed-by: is not the present root key"),
            (true, None) => Err("--as root: the document names no root key"),
            (false, _) if !publisher_keys.contains(signer) => {
                Err("--signed-by: is not a present publisher key")
            }
            _ if self.epoch.is_some_and(|epoch| document.is_some_and(|it| epoch < it.epoch())) => {
                Err("--epoch: never goes back")
            }
            _ => Ok(()),
        }
    }

    fn replacement(&self, document: Option<&KeyDocument>, signer: &[u8; 32]) -> KeyReplacement {
        let newest = document.map(KeyDocument::newest);
        let own = (self.role == Role::Root).then_some(*signer);
        KeyReplacement {
            tenant: self.tenant.clone(),
            number: newest.map_or(0, |link| link.number).saturating_add(1),
            epoch: self.epoch.or_else(|| Some(document?.epoch())).unwrap_or(0),
            root_key: self.root_key.or_else(|| newest.and_then(|link| link.root_key)).or(own),
            publisher_keys: self.publisher_keys.clone(),
        }
    }
}

impl From<Role> for KeyRole {
    fn from(role: Role) -> Self {
        match role {
            Role::Publisher => Self::Publisher,
            Role::Root => Self::Root,
        }
    }
}
