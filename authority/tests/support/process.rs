//! The compiled program, as an operator runs it.

use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

use serde_json::Value;

use super::{Folder, program};

/// A running `serve`.
pub struct Served {
    child: Child,
    pub url: String,
}

impl Served {
    pub fn start(folder: &Folder) -> Self {
        let mut command = Command::new(program());
        command.arg("serve").arg("--config").arg(folder.config_path());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
        let mut line = String::new();
        BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url = line.strip_prefix("listening on ").unwrap().trim().to_owned();
        Self { child, url }
    }

    /// Asks it to stop, and waits.
    pub fn stop(mut self) {
        let asked = Command::new("kill").arg(self.child.id().to_string()).status().unwrap();
        assert!(asked.success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
    }
}

impl Drop for Served {
    /// A test that fails leaves no process behind either.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command that ends by itself.
pub fn run<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Output {
    Command::new(program()).args(arguments).output().unwrap()
}

/// What a command that must succeed prints, as JSON.
pub fn print<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> Value {
    let output = run(arguments);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// The exit code and the words of a command that must fail.
pub fn refusal<S: AsRef<OsStr>>(arguments: impl IntoIterator<Item = S>) -> (i32, String) {
    let output = run(arguments);
    assert_eq!(output.stdout.len(), 0, "{}", String::from_utf8_lossy(&output.stdout));
    (output.status.code().unwrap(), String::from_utf8(output.stderr).unwrap())
}
