//! Running other programs: plainly, for their answer, or as a group that ends together.

use std::fs::File;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::signals::StopRequests;

/// How often a running group is looked at.
const POLL: Duration = Duration::from_millis(20);

/// How long a group may take to stop by itself once it was asked to.
const GRACE: Duration = Duration::from_secs(10);

/// How often a silent step says that it still runs.
const HEARTBEAT: Duration = Duration::from_secs(30);

/// Runs a program with this terminal; anything but success is an error.
pub fn run(command: &mut Command) -> Result<()> {
    let name = name_of(command);
    let status = command.status().with_context(|| format!("cannot start {name}"))?;
    if !status.success() {
        bail!("{name} failed ({status})");
    }
    Ok(())
}

/// Runs a program and returns what it printed on stdout; its stderr goes into the error.
pub fn output_of(command: &mut Command) -> Result<String> {
    let name = name_of(command);
    let output = command.stdin(Stdio::null()).output().with_context(|| format!("cannot start {name}"))?;
    if !output.status.success() {
        let said = [output.stdout, output.stderr].concat();
        bail!("{name} failed ({})\n{}", output.status, String::from_utf8_lossy(&said).trim_end());
    }
    String::from_utf8(output.stdout).with_context(|| format!("{name} printed something that is not UTF-8"))
}

/// Runs a program as a group with all that it prints in a file, within a time limit.
pub fn run_logged(
    command: &mut Command,
    log: &Path,
    limit: Duration,
    stop: &StopRequests,
) -> Result<ExitStatus> {
    let file = File::create(log).with_context(|| format!("cannot write {}", log.display()))?;
    command.stdin(Stdio::null()).stdout(file.try_clone()?).stderr(file);
    let start = Instant::now();
    let mut group = Group::spawn(command)?;
    let mut next_beat = HEARTBEAT;
    loop {
        if let Some(status) = group.wait_briefly()? {
            return Ok(status);
        }
        if stop.was_asked() {
            bail!("interrupted");
        }
        if start.elapsed() > limit {
            bail!("not finished after {} s, ended", limit.as_secs());
        }
        if start.elapsed() > next_beat {
            println!("    … {} s", next_beat.as_secs());
            next_beat += HEARTBEAT;
        }
    }
}

/// Runs a program as a group in this terminal until it ends; a signal to stop goes on to the whole group.
pub fn run_foreground(command: &mut Command, stop: &StopRequests) -> Result<ExitStatus> {
    let mut group = Group::spawn(command.stdin(Stdio::null()))?;
    loop {
        if let Some(status) = group.wait_briefly()? {
            return Ok(status);
        }
        if let Some(signal) = stop.take() {
            group.signal(signal);
            return group.wait_for_stop(stop);
        }
    }
}

/// A program and all that it starts, in a process group of its own; whatever still runs when this is dropped is
/// killed.
struct Group {
    child: Child,
}

impl Group {
    fn spawn(command: &mut Command) -> Result<Self> {
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(command, 0);
        let child = command.spawn().with_context(|| format!("cannot start {}", name_of(command)))?;
        Ok(Self { child })
    }

    fn wait_briefly(&mut self) -> Result<Option<ExitStatus>> {
        let status = self.child.try_wait()?;
        if status.is_none() {
            thread::sleep(POLL);
        }
        Ok(status)
    }

    /// The status, once the leader has ended: by itself within the grace period, else killed.
    fn wait_for_stop(&mut self, stop: &StopRequests) -> Result<ExitStatus> {
        let asked = Instant::now();
        while asked.elapsed() < GRACE && stop.take().is_none() {
            if let Some(status) = self.wait_briefly()? {
                return Ok(status);
            }
        }
        self.kill();
        Ok(self.child.wait()?)
    }

    #[cfg(unix)]
    fn signal(&self, signal: i32) {
        use rustix::process::{Pid, Signal, kill_process_group};
        let leader = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let (Some(leader), Some(signal)) = (leader, Signal::from_named_raw(signal)) {
            // The group may be gone already: then there is nothing left to stop.
            let _ = kill_process_group(leader, signal);
        }
    }

    #[cfg(not(unix))]
    fn signal(&self, _signal: i32) {}

    fn kill(&mut self) {
        const SIGKILL: i32 = 9;
        self.signal(SIGKILL);
        // Where there are no groups, and harmless where the group is dead.
        let _ = self.child.kill();
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.kill();
        let _ = self.child.wait();
    }
}

/// The program's file name, for messages.
fn name_of(command: &Command) -> String {
    let program = Path::new(command.get_program());
    let mut words = vec![program.file_name().unwrap_or(program.as_os_str()).to_string_lossy().into_owned()];
    words.extend(command.get_args().take(3).map(|argument| argument.to_string_lossy().into_owned()));
    words.join(" ")
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::fs;

    use rustix::process::{Pid, test_kill_process};

    use super::*;

    fn shell(script: &str) -> Command {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        command
    }

    fn is_running(pid: &str) -> bool {
        let pid = Pid::from_raw(pid.trim().parse().unwrap()).unwrap();
        // A killed child of a killed shell is gone once init has reaped it.
        (0..100).all(|_| {
            thread::sleep(POLL);
            test_kill_process(pid).is_ok()
        })
    }

    #[test]
    fn program_over_its_limit_is_killed_with_what_it_started() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut command = shell("sleep 60 & echo $!; wait");
        let outcome =
            run_logged(&mut command, log.path(), Duration::from_millis(300), &StopRequests::default());
        assert!(outcome.unwrap_err().to_string().contains("not finished"));
        assert!(!is_running(&fs::read_to_string(log.path()).unwrap()));
    }

    #[test]
    fn output_of_both_kinds_and_the_status_are_kept() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let mut command = shell("echo out; echo err >&2; exit 3");
        let status =
            run_logged(&mut command, log.path(), Duration::from_secs(10), &StopRequests::default()).unwrap();
        assert_eq!(
            (status.code(), fs::read_to_string(log.path()).unwrap()),
            (Some(3), "out\nerr\n".to_owned())
        );
    }

    #[test]
    fn signal_to_stop_reaches_the_program_and_its_exit_code_comes_back() {
        let folder = tempfile::tempdir().unwrap();
        let mut command = shell("trap 'exit 7' TERM; touch ready; while :; do sleep 0.01; done");
        let stop = StopRequests::default();
        let status = thread::scope(|scope| {
            let running = scope.spawn(|| run_foreground(command.current_dir(folder.path()), &stop));
            while !folder.path().join("ready").exists() {
                thread::sleep(POLL);
            }
            stop.receive(15);
            running.join().unwrap()
        });
        assert_eq!(status.unwrap().code(), Some(7));
    }

    #[test]
    fn failing_program_is_an_error_with_what_it_said() {
        let error = output_of(&mut shell("echo why >&2; exit 1")).unwrap_err().to_string();
        assert!(error.contains("why"), "{error}");
    }
}
