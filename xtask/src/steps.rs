//! Steps of a long command: each logged and timed; a failing one shows its output, the rest still run.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::process::run_logged;
use crate::signals::StopRequests;
use crate::workspace::Workspace;

/// No single program of a step may run longer: far above what any takes, far below CI's own limit.
const LIMIT: Duration = Duration::from_secs(900);

/// Lines of a passing step that start so are shown: a score, a coverage, a timeline.
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

    /// Runs `step` under its name; `describe` says in a few words what a success was. Later steps run also after a
    /// failure, but not once the user wants to stop.
    pub fn step<T: Default>(
        &mut self,
        name: &str,
        describe: impl Fn(&T) -> String,
        step: impl FnOnce(&Self) -> Result<T>,
    ) -> Result<T> {
        println!("→ {name}");
        let start = Instant::now();
        let outcome = step(self);
        if self.stop.was_asked() {
            bail!("interrupted in {name}");
        }
        let seconds = start.elapsed().as_secs_f64();
        Ok(outcome
            .inspect(|value| println!("  ok      {name:<12} {seconds:>6.1} s   {}", describe(value)))
            .unwrap_or_else(|error| {
                println!("  FAILED  {name:<12} {seconds:>6.1} s   {error:#}");
                self.failed.push(name.to_owned());
                T::default()
            }))
    }

    /// Runs a program with its output in a log, and returns that output; where it fails, the output is shown.
    pub fn logged(&self, name: &str, command: &mut Command) -> Result<String> {
        let log = self.logs.join(format!("{name}.log"));
        command.env("NO_COLOR", "1").env("CARGO_TERM_COLOR", "never");
        let outcome = run_logged(command, &log, LIMIT, &self.stop);
        let output = String::from_utf8_lossy(&fs::read(&log).unwrap_or_default()).into_owned();
        if !outcome.as_ref().is_ok_and(|status| status.success()) {
            println!("{output}");
        }
        let status = outcome.with_context(|| name.to_owned())?;
        if !status.success() {
            bail!("{name}: {status}; its output is above and in {}", log.display());
        }
        for line in output.lines().filter_map(|line| line.trim_start().strip_prefix(REPORT)) {
            println!("    {line}");
        }
        Ok(output)
    }

    /// The names of the failed steps.
    pub fn failed(&self) -> &[String] {
        &self.failed
    }
}
