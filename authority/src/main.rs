//! `rescind-authority`: arguments → one command.

use std::io::Write;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

mod command;
use command::{ConfigFile, check_config, hash_password, init, keys, serve, snapshot};

/// Records revocations and publishes them as signed snapshots.
#[derive(Parser)]
#[command(version)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Run the server until SIGTERM or SIGINT.
    Serve(ConfigFile),
    /// Create a folder with a commented configuration and fresh keys, and print the secrets, once, as JSON.
    Init(init::Init),
    /// Create, show and replace keys.
    #[command(subcommand)]
    Keys(keys::Keys),
    /// Look into published files, check them, compare them, and write them.
    #[command(subcommand)]
    Snapshot(snapshot::Snapshot),
    /// Check a configuration file and the key files that it names.
    CheckConfig(ConfigFile),
    /// Read a password from standard input and print its hash for the configuration.
    HashPassword,
}

fn main() -> ExitCode {
    let outcome = match Arguments::parse().command {
        Command::Serve(file) => serve::run(&file),
        Command::Init(choices) => init::run(choices),
        Command::Keys(command) => keys::run(&command),
        Command::Snapshot(command) => snapshot::run(&command),
        Command::CheckConfig(file) => check_config::run(&file),
        Command::HashPassword => hash_password::run(),
    };
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err((code, message)) => {
            // Standard error may be closed; there is nowhere else to say it.
            let _ = writeln!(std::io::stderr(), "rescind-authority: {message}");
            ExitCode::from(code)
        }
    }
}
