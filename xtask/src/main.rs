//! Every command of this repository: `cargo xtask help` lists them.
//!
//! A command brings what it needs: the wasm target, Node from npm, the browser for tests. On a fresh machine
//! nothing but Rust and npm has to be there.

mod command;

mod fuzzer;

mod package;

mod process;

mod publisher;

mod script;

mod signals;

mod steps;

mod toolchain;

mod vectors;

mod wasm;

mod workspace;

use std::process::ExitCode;

use clap::Parser;

use crate::command::Command;
use crate::workspace::Workspace;

/// The commands of the rescind repository.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

fn main() -> ExitCode {
    let outcome = Workspace::find().and_then(|workspace| Arguments::parse().command.run(&workspace));
    match outcome {
        Ok(code) => code,
        Err(error) => {
            eprintln!("\nerror: {error:#}");
            ExitCode::FAILURE
        }
    }
}
