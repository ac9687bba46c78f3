//! What the fuzz targets share: verifiers that outlive an input, tokens that must always be accepted, and forgeries whose
//! signatures are right, so that inputs get past them.

mod forger;
pub use forger::{Forger, ISSUED_AT, cut_off, edition, publish, publisher, token};

mod keyring;
pub use keyring::{KEYS, Keyring, Link};

mod subject;
pub use subject::{ISSUER, NOW, Subject, TENANT};

mod token;
pub use token::{SECRET, sign};

/// The attack corpus of this repository, for its keys and tokens.
pub const CORPUS: &str = include_str!("../../tests/vectors/jwt_attack_corpus.json");
