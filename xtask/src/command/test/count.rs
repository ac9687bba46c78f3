//! How many tests a runner says it ran, read from what it printed.

use std::fmt;
use std::ops::AddAssign;

use crate::steps::Outcome;

/// Tests by outcome.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Count {
    /// Ran and held.
    pub passed: usize,
    /// Ran and did not hold.
    pub failed: usize,
    /// Did not run.
    pub skipped: usize,
}

impl Count {
    /// Sums the closing lines of cargo's, wasm-bindgen's and Node's test runners, and the lines of Python's tests.
    pub fn read(output: &str) -> Self {
        let mut count = Self::default();
        for line in output.lines() {
            count += cargo_line(line)
                .or_else(|| node_line(line))
                .or_else(|| python_line(line))
                .unwrap_or_default();
        }
        count
    }
}

impl Outcome for Count {
    /// No failure, and something ran or was skipped with a word: a part that tests nothing must not look green.
    fn held(&self) -> bool {
        self.failed == 0 && self.passed + self.skipped > 0
    }
}

impl AddAssign for Count {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Count {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

/// `test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s`
fn cargo_line(line: &str) -> Option<Count> {
    let (_, numbers) = line.trim_start().strip_prefix("test result: ")?.split_once(". ")?;
    let number = |name: &str| {
        numbers.split("; ").find_map(|part| part.strip_suffix(name)?.trim().parse().ok()).unwrap_or(0)
    };
    Some(Count { passed: number("passed"), failed: number("failed"), skipped: number("ignored") })
}

/// `ℹ pass 12`, `ℹ fail 0`, `ℹ skipped 0`, `ℹ todo 0`
fn node_line(line: &str) -> Option<Count> {
    let (name, number) = line.strip_prefix("ℹ ")?.split_once(' ')?;
    let number = number.parse().ok()?;
    match name {
        "pass" => Some(Count { passed: number, ..Count::default() }),
        "fail" | "cancelled" => Some(Count { failed: number, ..Count::default() }),
        "skipped" | "todo" => Some(Count { skipped: number, ..Count::default() }),
        _ => None,
    }
}

/// `test_name (module.Class.test_name) ... ok`
fn python_line(line: &str) -> Option<Count> {
    let (_, outcome) = line.strip_prefix("test_")?.split_once(") ... ")?;
    match outcome {
        "ok" => Some(Count { passed: 1, ..Count::default() }),
        "FAIL" | "ERROR" => Some(Count { failed: 1, ..Count::default() }),
        _ => Some(Count { skipped: 1, ..Count::default() }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_several_cargo_binaries_are_summed() {
        let output = "running 3 tests\n\
            test result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.01s\n\
            test result: FAILED. 4 passed; 5 failed; 0 ignored; 0 measured; 7 filtered out; finished in 0.01s\n";
        assert_eq!(Count::read(output), Count { passed: 6, failed: 5, skipped: 1 });
    }

    #[test]
    fn closing_lines_of_node_are_read() {
        let output = "✔ a test (1.2ms)\nℹ tests 9\nℹ suites 0\nℹ pass 5\nℹ fail 1\nℹ cancelled 1\nℹ skipped 1\nℹ todo 1\n";
        assert_eq!(Count::read(output), Count { passed: 5, failed: 2, skipped: 2 });
    }

    #[test]
    fn lines_of_python_are_read() {
        let output =
            "test_a (test_x.X.test_a) ... ok\ntest_b (test_x.X.test_b) ... FAIL\n\nRan 2 tests in 0.1s\n";
        assert_eq!(Count::read(output), Count { passed: 1, failed: 1, skipped: 0 });
    }

    #[test]
    fn text_without_a_result_counts_nothing_and_does_not_hold() {
        assert!(!Count::read("warning: unused\npass 3\n").held());
    }

    #[test]
    fn skipped_tests_are_named_only_when_there_are_some() {
        assert_eq!(Count { passed: 3, failed: 0, skipped: 0 }.to_string(), "3 passed, 0 failed");
        assert_eq!(Count { passed: 3, failed: 0, skipped: 2 }.to_string(), "3 passed, 0 failed, 2 skipped");
    }
}
