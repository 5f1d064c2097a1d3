//! What `candour check` and `candour desk check` find, a line a finding.

use serde::Serialize;

use crate::{
    cli::output::{self, Failure, Outcome},
    confine::{self, Kernel, Landlock},
};

#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::cli) enum Verdict {
    Ok,
    Warning,
    Unsafe,
}

#[derive(Serialize)]
struct CheckFinding {
    verdict: Verdict,
    finding: String,
}

#[derive(Default)]
pub(in crate::cli) struct Findings(Vec<CheckFinding>);

impl Findings {
    /// Prints them all. The command failed if anything is unsafe.
    pub(in crate::cli) fn print(&self, json: bool) -> Outcome {
        if json {
            output::json(&self.0)?;
        } else {
            for CheckFinding { verdict, finding } in &self.0 {
                let word = match verdict {
                    Verdict::Ok => "ok",
                    Verdict::Warning => "warning",
                    Verdict::Unsafe => "unsafe",
                };
                output::line(&format!("{word:8} {finding}"))?;
            }
        }
        if self.0.iter().any(|finding| finding.verdict == Verdict::Unsafe) { Err(Failure::Reported) } else { Ok(()) }
    }

    /// Each with its verdict.
    #[cfg(all(test, feature = "box"))]
    pub(in crate::cli) fn said(&self) -> Vec<(Verdict, &str)> {
        self.0.iter().map(|finding| (finding.verdict, finding.finding.as_str())).collect()
    }

    /// Puts these behind the others.
    #[cfg(feature = "box")]
    pub(in crate::cli) fn append(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    pub(in crate::cli) fn say(&mut self, verdict: Verdict, finding: String) {
        self.0.push(CheckFinding { verdict, finding });
    }

    /// What is well, or why it is not.
    pub(in crate::cli) fn add(&mut self, well: &str, result: Result<(), Failure>) {
        self.take(well, result);
    }

    /// The same, with what it gave.
    pub(in crate::cli) fn take<T>(&mut self, well: &str, result: Result<T, Failure>) -> Option<T> {
        let (verdict, finding, value) = match result {
            Ok(value) => (Verdict::Ok, well.to_owned(), Some(value)),
            Err(Failure::Failed(why) | Failure::Usage(why)) => (Verdict::Unsafe, why, None),
            Err(Failure::Reported) => (Verdict::Unsafe, format!("not so: {well}"), None),
        };
        self.say(verdict, finding);
        value
    }

    /// Whether this kernel confines what runs here (`the box`) to where its data is (`its data directory`).
    pub(in crate::cli) fn kernel(&mut self, what: &str, place: &str) {
        let Kernel { files, system_calls } = confine::kernel();
        let (verdict, finding) = match files {
            Landlock::Version(Landlock::NEWEST..) => (Verdict::Ok, format!("this kernel confines {what} to {place}")),
            Landlock::Version(version) => (
                Verdict::Ok,
                format!(
                    "this kernel confines {what} to {place}; what its version of Landlock, {version} of {}, can't refuse is \
                     refused as system calls",
                    Landlock::NEWEST
                ),
            ),
            Landlock::Missing => (
                Verdict::Unsafe,
                format!(
                    "this kernel has no Landlock and does not confine {what} to {place}; use Linux 5.13 or later, built with \
                     Landlock and started with it"
                ),
            ),
        };
        self.say(verdict, finding);
        let (verdict, finding) = if system_calls {
            (Verdict::Ok, format!("this kernel keeps {what} from system calls that it has no use for"))
        } else {
            (Verdict::Unsafe, format!("this kernel can't keep {what} from system calls; use one with seccomp filters"))
        };
        self.say(verdict, finding);
    }
}
