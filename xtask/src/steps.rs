//! Steps of a long command: each logged and timed; a failing one shows its output, the rest still run.

use std::fmt::Display;
use std::fs;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::run_logged;
use crate::signals::StopRequests;
use crate::workspace::Workspace;

/// No single program of a step may run longer: far above what any takes, far below CI's own limit.
const LIMIT: Duration = Duration::from_secs(900);

/// Lines of a passing step that start so are shown: a score, a coverage. Tests print them on stdout.
const REPORT: &str = "report: ";

/// Runs steps and remembers which failed.
pub struct Steps<'a> {
    /// Where the steps run.
    pub workspace: &'a Workspace,
    stop: StopRequests,
    logs: PathBuf,
    failed: Vec<String>,
}

impl<'a> Steps<'a> {
    /// No step yet.
    pub fn new(workspace: &'a Workspace) -> Result<Self> {
        let logs = workspace.target("logs");
        fs::create_dir_all(&logs).with_context(|| format!("cannot create {}", logs.display()))?;
        Ok(Self { workspace, stop: StopRequests::catch()?, logs, failed: Vec::new() })
    }

    /// Runs `step` under its name. Later steps run also after a failure, but not once the user wants to stop.
    pub fn step<T: Outcome>(&mut self, name: &str, step: impl FnOnce(&Self) -> Result<T>) -> Result<T> {
        println!("→ {name}");
        let start = Instant::now();
        let outcome = step(self);
        if self.stop.was_asked() {
            bail!("interrupted in {name}");
        }
        let (held, said) = match &outcome {
            Ok(outcome) => (outcome.held(), outcome.to_string()),
            Err(error) => (false, format!("{error:#}")),
        };
        let seconds = start.elapsed().as_secs_f64();
        println!("  {:<7} {name:<12} {seconds:>6.1} s   {said}", if held { "ok" } else { "FAILED" });
        if !held {
            self.failed.push(name.to_owned());
        }
        Ok(outcome.unwrap_or_default())
    }

    /// Runs a program with its output in a log; where it fails, the output is shown.
    pub fn logged(&self, name: &str, command: &mut Command) -> Result<Logged> {
        let log = self.logs.join(format!("{name}.log"));
        command.env("NO_COLOR", "1").env("CARGO_TERM_COLOR", "never");
        let ended = run_logged(command, &log, LIMIT, &self.stop);
        let output = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
        let success = ended.as_ref().is_ok_and(ExitStatus::success);
        if success {
            output
                .lines()
                .filter_map(|line| line.trim_start().strip_prefix(REPORT))
                .for_each(|line| println!("    {line}"));
        } else {
            println!("{output}\n  (the output above is in {})", log.display());
        }
        ended.map(|_| Logged { output, success })
    }

    /// The names of the failed steps.
    pub fn failed(&self) -> &[String] {
        &self.failed
    }
}

/// What a step came to: its text says it in a few words.
pub trait Outcome: Default + Display {
    /// Whether the step is passed.
    fn held(&self) -> bool;
}

/// A program that has ended.
pub struct Logged {
    /// What it printed, both streams.
    pub output: String,
    /// Whether its exit code was 0.
    pub success: bool,
}
