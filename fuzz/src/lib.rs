//! What the fuzz targets share: verifiers that outlive an input, tokens that must always be accepted, and signers, so
//! that inputs get past signatures.

mod signer;
pub use signer::{Publisher, sign};

mod subject;
pub use subject::{ISSUER, NOW, Subject, TENANT};

/// The attack corpus of this repository, for its keys and tokens.
pub const CORPUS: &str = include_str!("../../tests/vectors/jwt_attack_corpus.json");
