//! The program's commands, one file each. A command reads, asks the library, and prints; it decides nothing.

use std::fmt::Display;
use std::io::Write;
use std::path::PathBuf;

pub(crate) mod check_config;
pub(crate) mod hash_password;
pub(crate) mod init;
pub(crate) mod keys;
pub(crate) mod serve;
pub(crate) mod snapshot;

/// What a command ends with: on failure the exit code and what to say on standard error.
pub(crate) type Outcome<T = ()> = Result<T, (u8, String)>;

/// A configuration, a file or an argument that cannot be used; see sysexits' tradition of telling usage errors apart.
const UNUSABLE: u8 = 2;

/// The path of the configuration.
#[derive(clap::Args)]
pub(crate) struct ConfigFile {
    /// The configuration file.
    #[arg(long, value_name = "FILE")]
    config: PathBuf,
}

fn failed(error: impl Display) -> (u8, String) {
    (1, error.to_string())
}

fn unusable(error: impl Display) -> (u8, String) {
    (UNUSABLE, error.to_string())
}

fn print(line: impl Display) -> Outcome {
    let mut out = std::io::stdout().lock();
    writeln!(out, "{line}").and_then(|()| out.flush()).map_err(failed)
}

fn print_json(value: &serde_json::Value) -> Outcome {
    print(serde_json::to_string_pretty(value).map_err(failed)?)
}
