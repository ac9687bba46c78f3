//! `init`: the folder of a new authority.

use std::net::SocketAddr;
use std::path::PathBuf;

use rescind_authority::SystemClock;
use rescind_authority::setup::{self, Choices, NewUser};

use super::{Outcome, print_json, unusable};

#[derive(clap::Args)]
pub(crate) struct Init {
    /// The folder to create.
    folder: PathBuf,
    /// Address and port to listen on.
    #[arg(long, default_value = "127.0.0.1:7410")]
    listen: SocketAddr,
    /// The iss of issued tokens [default: http:// and the address to listen on].
    #[arg(long)]
    issuer: Option<String>,
    /// The tenant's name in the snapshot's address.
    #[arg(long, default_value = "main")]
    tenant: String,
    /// A user who can sign in, with a fresh password; may be repeated.
    #[arg(long = "user", value_name = "NAME[:ORGANIZATION]")]
    users: Vec<String>,
    /// A page's origin that may call /login and /oauth; may be repeated.
    #[arg(long = "origin", value_name = "ORIGIN")]
    origins: Vec<String>,
}

pub(crate) fn run(choices: Init) -> Outcome {
    let Init { folder, listen, issuer, tenant, users, origins } = choices;
    let issuer = issuer.unwrap_or_else(|| format!("http://{listen}"));
    let users = users.into_iter().map(user).collect();
    let choices = Choices { listen, issuer, tenant, users, origins };
    print_json(&setup::init(&folder, &choices, &SystemClock::default()).map_err(unusable)?)
}

fn user(text: String) -> NewUser {
    match text.split_once(':') {
        Some((name, organization)) => {
            NewUser { username: name.into(), organization: Some(organization.into()) }
        }
        None => NewUser { username: text, organization: None },
    }
}
