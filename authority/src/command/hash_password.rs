//! `hash-password`: the hash of a user's password, for the configuration.

use std::io::Read;

use super::{Outcome, failed, print};

pub(crate) fn run() -> Outcome {
    let mut password = String::new();
    std::io::stdin().take(4096).read_to_string(&mut password).map_err(failed)?;
    print(rescind_authority::hash_password(password.trim_end_matches(['\r', '\n'])).map_err(failed)?)
}
