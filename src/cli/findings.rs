//! What `candour check` and `candour desk check` find, a line a finding.

use serde::Serialize;

#[cfg(feature = "box")]
use crate::cli::output::Monitored;
use crate::{
    cli::output::{self, Failure, Outcome},
    confine::{self, Kernel, Landlock},
};

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub(in crate::cli) enum Verdict {
    Ok,
    Warning,
    Unsafe,
}

/// Makes the list of what findings are about, each with the slug that programs know it by.
macro_rules! whats {
    ( $( $(#[$only:meta])* $name:ident = $slug:literal; )+ ) => {
        /// What a finding is about.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        pub(in crate::cli) enum What {
            $( $(#[$only])* $name, )+
        }

        impl What {
            #[cfg(test)]
            pub(in crate::cli) const ALL: &[Self] = &[ $( $(#[$only])* Self::$name, )+ ];

            /// By what programs know it: it never changes.
            pub(in crate::cli) const fn slug(self) -> &'static str {
                match self {
                    $( $(#[$only])* Self::$name => $slug, )+
                }
            }
        }
    };
}

whats! {
    Landlock = "landlock";
    Seccomp = "seccomp";
    #[cfg(feature = "box")] Permissions = "permissions";
    #[cfg(feature = "box")] Owner = "owner";
    #[cfg(feature = "box")] LeftOver = "left-over";
    #[cfg(feature = "box")] BoxKey = "box-key";
    #[cfg(feature = "box")] Handover = "handover";
    #[cfg(feature = "box")] PrivateKey = "private-key";
    #[cfg(feature = "box")] Recipients = "recipients";
    #[cfg(feature = "box")] Signers = "signers";
    #[cfg(feature = "box")] SecondApprover = "second-approver";
    #[cfg(feature = "box")] Clock = "clock";
    #[cfg(feature = "box")] BankHolidays = "bank-holidays";
    #[cfg(feature = "box")] DiskSpace = "disk-space";
    #[cfg(feature = "box")] Vault = "vault";
    #[cfg(feature = "box")] Database = "database";
    #[cfg(feature = "box")] DiskWrite = "disk-write";
    #[cfg(feature = "box")] Integrity = "integrity";
    #[cfg(feature = "box")] Configuration = "configuration";
    #[cfg(feature = "box")] PageTexts = "page-texts";
    #[cfg(feature = "box")] Unsettled = "unsettled";
    #[cfg(feature = "box")] Tls = "tls";
    #[cfg(feature = "box")] CertificateDays = "certificate-days";
    #[cfg(feature = "box")] CertificateNames = "certificate-names";
    #[cfg(feature = "box")] Swap = "swap";
    #[cfg(feature = "box")] CoreFiles = "core-files";
    #[cfg(feature = "box")] Epoch = "epoch";
    #[cfg(feature = "box")] Backup = "backup";
    #[cfg(feature = "box")] Overdue = "overdue";
    #[cfg(feature = "box")] Fetched = "fetched";
    #[cfg(feature = "box")] Decisions = "decisions";
    #[cfg(feature = "box")] Front = "front";
    #[cfg(feature = "box")] FrontProof = "front-proof";
    #[cfg(feature = "desk")] Casebook = "casebook";
    #[cfg(feature = "desk")] CasebookFiles = "casebook-files";
    #[cfg(feature = "desk")] MemberKeys = "member-keys";
    #[cfg(feature = "desk")] Program = "program";
}

impl Serialize for What {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.slug())
    }
}

#[derive(Serialize)]
struct CheckFinding {
    verdict: Verdict,
    what: What,
    finding: String,
    /// What the daily note takes of it.
    #[cfg(feature = "box")]
    #[serde(skip)]
    noted: Verdict,
}

#[derive(Default)]
pub(in crate::cli) struct Findings(Vec<CheckFinding>);

impl Findings {
    /// Prints them all. The command failed if anything is unsafe.
    pub(in crate::cli) fn print(&self, json: bool) -> Outcome {
        if json {
            output::json(&self.0)?;
        } else {
            self.lines()?;
        }
        if self.worst() == Verdict::Unsafe { Err(Failure::Reported) } else { Ok(()) }
    }

    /// Prints them for a monitor that knows the conventions of the Monitoring Plugins: what it is all in all, in one line; the exit
    /// status says the same. No finding: a monitor asks every few minutes and keeps what it is told with the minute.
    #[cfg(feature = "box")]
    pub(in crate::cli) fn print_for_monitor(&self, json: bool) -> Outcome {
        if json {
            output::json(&self.0)?;
        } else {
            output::line(&self.summary())?;
        }
        match self.worst() {
            Verdict::Ok => Ok(()),
            Verdict::Warning => Err(Failure::Monitored(Monitored::Warning)),
            Verdict::Unsafe => Err(Failure::Monitored(Monitored::Critical)),
        }
    }

    /// All in all, in one line: the slugs of what is not well, and no more, for it goes wherever the monitor sends it. A bar would
    /// begin a monitor's figures, and no slug has one.
    #[cfg(feature = "box")]
    fn summary(&self) -> String {
        let slugs = |wanted: Verdict| {
            let mut all: Vec<What> = Vec::new();
            for CheckFinding { verdict, what, .. } in &self.0 {
                if *verdict == wanted && !all.contains(what) {
                    all.push(*what);
                }
            }
            all.into_iter().map(What::slug).collect::<Vec<_>>().join(", ")
        };
        let number = |wanted: Verdict| self.0.iter().filter(|finding| finding.verdict == wanted).count();
        let warnings = match number(Verdict::Warning) {
            0 => String::new(),
            some => format!("{}: {}", output::count(some, "warning", "warnings"), slugs(Verdict::Warning)),
        };
        match self.worst() {
            Verdict::Ok => format!("CANDOUR OK - {} well", output::count(self.0.len(), "finding,", "findings, all")),
            Verdict::Warning => format!("CANDOUR WARNING - {warnings}"),
            Verdict::Unsafe => {
                let rest = if warnings.is_empty() { warnings } else { format!("; {warnings}") };
                format!("CANDOUR CRITICAL - {} unsafe: {}{rest}", number(Verdict::Unsafe), slugs(Verdict::Unsafe))
            }
        }
    }

    /// The worst of them.
    pub(in crate::cli) fn worst(&self) -> Verdict {
        self.0.iter().map(|finding| finding.verdict).max().unwrap_or(Verdict::Ok)
    }

    /// What each is about, with what the daily note takes of it.
    #[cfg(feature = "box")]
    pub(in crate::cli) fn noted(&self) -> impl Iterator<Item = (What, Verdict)> {
        self.0.iter().map(|finding| (finding.what, finding.noted))
    }

    /// Whether nothing was looked at.
    #[cfg(feature = "box")]
    pub(in crate::cli) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn lines(&self) -> Outcome {
        self.0.iter().try_for_each(|CheckFinding { verdict, finding, .. }| {
            let word = match verdict {
                Verdict::Ok => "ok",
                Verdict::Warning => "warning",
                Verdict::Unsafe => "unsafe",
            };
            output::line(&format!("{word:8} {finding}"))
        })
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

    pub(in crate::cli) fn say(&mut self, what: What, verdict: Verdict, finding: String) {
        self.0.push(CheckFinding {
            verdict,
            what,
            finding,
            #[cfg(feature = "box")]
            noted: verdict,
        });
    }

    /// The same where the daily note takes something else of it.
    #[cfg(feature = "box")]
    pub(in crate::cli) fn say_and_note(&mut self, what: What, verdict: Verdict, noted: Verdict, finding: String) {
        self.0.push(CheckFinding { verdict, what, finding, noted });
    }

    /// What is well, or why it is not.
    pub(in crate::cli) fn add(&mut self, what: What, well: &str, result: Result<(), Failure>) {
        self.take(what, well, result);
    }

    /// The same, with what it gave.
    pub(in crate::cli) fn take<T>(&mut self, what: What, well: &str, result: Result<T, Failure>) -> Option<T> {
        let (verdict, finding, value) = match result {
            Ok(value) => (Verdict::Ok, well.to_owned(), Some(value)),
            Err(Failure::Failed(why) | Failure::Usage(why)) => (Verdict::Unsafe, why, None),
            Err(_) => (Verdict::Unsafe, format!("not so: {well}"), None),
        };
        self.say(what, verdict, finding);
        value
    }

    /// Whether this kernel confines whoever runs here (`the box`) to where its data is (`its data directory`).
    pub(in crate::cli) fn kernel(&mut self, who: &str, place: &str) {
        let Kernel { files, system_calls } = confine::kernel();
        let (verdict, finding) = match files {
            Landlock::Version(Landlock::NEWEST..) => (Verdict::Ok, format!("this kernel confines {who} to {place}")),
            Landlock::Version(version) => (
                Verdict::Ok,
                format!(
                    "this kernel confines {who} to {place}; what its version of Landlock, {version} of {}, can't refuse is \
                     refused as system calls",
                    Landlock::NEWEST
                ),
            ),
            Landlock::Missing => (
                Verdict::Unsafe,
                format!(
                    "this kernel has no Landlock and does not confine {who} to {place}; use Linux 5.13 or later, built with \
                     Landlock and started with it"
                ),
            ),
        };
        self.say(What::Landlock, verdict, finding);
        let (verdict, finding) = if system_calls {
            (Verdict::Ok, format!("this kernel keeps {who} from system calls that it has no use for"))
        } else {
            (Verdict::Unsafe, format!("this kernel can't keep {who} from system calls; use one with seccomp filters"))
        };
        self.say(What::Seccomp, verdict, finding);
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_slug_is_one_thing_and_stands_in_the_contract() {
        let contract = include_str!("../../docs/contract.md");
        let slugs: BTreeSet<&str> = What::ALL.iter().map(|what| what.slug()).collect();
        assert_eq!(slugs.len(), What::ALL.len());
        for slug in slugs {
            assert!(slug.chars().all(|c| c.is_ascii_lowercase() || c == '-'), "{slug}");
            assert!(contract.contains(&format!("| `{slug}` |")), "{slug}");
        }
    }

    #[cfg(feature = "box")]
    #[test]
    fn a_monitor_is_told_in_one_line_what_is_not_well() {
        let mut findings = Findings::default();
        findings.say(What::Backup, Verdict::Ok, "fine".into());
        assert_eq!(findings.summary(), "CANDOUR OK - 1 finding, well");
        findings.say(What::Backup, Verdict::Ok, "fine".into());
        assert_eq!(findings.summary(), "CANDOUR OK - 2 findings, all well");
        findings.say(What::Swap, Verdict::Warning, "there is some | and more".into());
        findings.say(What::Swap, Verdict::Warning, "there is some".into());
        assert_eq!(findings.summary(), "CANDOUR WARNING - 2 warnings: swap");
        findings.say(What::Clock, Verdict::Unsafe, "behind".into());
        assert_eq!(findings.summary(), "CANDOUR CRITICAL - 1 unsafe: clock; 2 warnings: swap");
    }
}
