//! A daily note for a mailbox. It looks the same every day: the same lines of the same length, whether or not anything came.
//!
//! Mail is read by others on its way, is kept, and is weighed by whoever sees it go by. So the note has a fixed list of subjects,
//! each of which is `well` or `look`, words of one length, and no number and no cause. It can't tell by itself that something
//! came. What a mailbox can learn is that somebody has to look, and roughly at what. Where that could come from what people send,
//! several causes share a subject: carrying and answering is not fetched, not answered, overdue, or not told since a restore; a box
//! that nobody fetches says `look` there on the same day as it does where nothing came at all. Of keys that change hands it takes
//! whether the box is to be started again, and not that something waits for the keys before.

use clap::Args;

use crate::{
    cli::{
        findings::{Findings, Verdict, What},
        output::{self, Failure, Outcome},
        server::{
            box_files::{DataArgument, KeysArgument},
            check,
            config_file::ConfigArgument,
        },
    },
    domain::{Date, SystemDay, Today},
};

/// Letters that a subject's name is filled up to.
const WIDTH: usize = 24;

#[derive(Args)]
pub(in crate::cli) struct DigestArguments {
    #[command(flatten)]
    data: DataArgument,
    #[command(flatten)]
    keys: KeysArgument,
    #[command(flatten)]
    config: ConfigArgument,
}

/// What a line is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Keys,
    Permissions,
    Clock,
    BankHolidays,
    Disk,
    Confinement,
    Configuration,
    Certificate,
    Memory,
    Backup,
    Carrying,
    Front,
}

/// What is said of a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DigestWord {
    Well,
    Look,
    /// Nothing was found out, which is said as if something were wrong.
    Unknown,
}

impl Subject {
    const ALL: [Self; 12] = [
        Self::Keys,
        Self::Permissions,
        Self::Clock,
        Self::BankHolidays,
        Self::Disk,
        Self::Confinement,
        Self::Configuration,
        Self::Certificate,
        Self::Memory,
        Self::Backup,
        Self::Carrying,
        Self::Front,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Keys => "keys",
            Self::Permissions => "permissions",
            Self::Clock => "clock",
            Self::BankHolidays => "bank holidays",
            Self::Disk => "disk and database",
            Self::Confinement => "confinement",
            Self::Configuration => "configuration",
            Self::Certificate => "certificate",
            Self::Memory => "memory",
            Self::Backup => "backup",
            Self::Carrying => "carrying and answering",
            Self::Front => "front",
        }
    }

    /// Whether a finding is told under this subject. What the box's `check` does not look at is told under none.
    const fn tells(self, what: What) -> bool {
        match what {
            What::BoxKey
            | What::Handover
            | What::PrivateKey
            | What::Recipients
            | What::Signers
            | What::SecondApprover => {
                matches!(self, Self::Keys)
            }
            What::Permissions | What::Owner | What::LeftOver => matches!(self, Self::Permissions),
            What::Clock => matches!(self, Self::Clock),
            What::BankHolidays => matches!(self, Self::BankHolidays),
            What::DiskSpace | What::Vault | What::Database | What::DiskWrite | What::Integrity => {
                matches!(self, Self::Disk)
            }
            What::Landlock | What::Seccomp => matches!(self, Self::Confinement),
            What::Configuration | What::PageTexts | What::Unsettled => matches!(self, Self::Configuration),
            What::Tls | What::CertificateDays | What::CertificateNames => matches!(self, Self::Certificate),
            What::Swap | What::CoreFiles => matches!(self, Self::Memory),
            What::Backup => matches!(self, Self::Backup),
            What::Epoch | What::Overdue | What::Fetched | What::Decisions => matches!(self, Self::Carrying),
            What::Front | What::FrontProof => matches!(self, Self::Front),
            #[cfg(feature = "desk")]
            What::Casebook | What::CasebookFiles | What::MemberKeys | What::Program => false,
        }
    }

    fn word(self, findings: &Findings) -> DigestWord {
        let own = findings.noted().filter(|(what, _)| self.tells(*what));
        match own.map(|(_, verdict)| verdict).max() {
            None => DigestWord::Unknown,
            Some(Verdict::Ok) => DigestWord::Well,
            Some(Verdict::Warning | Verdict::Unsafe) => DigestWord::Look,
        }
    }
}

impl DigestWord {
    /// Words of one length.
    const fn shown(self) -> &'static str {
        match self {
            Self::Well => "well",
            Self::Look | Self::Unknown => "look",
        }
    }
}

pub(in crate::cli) fn run(arguments: &DigestArguments) -> Outcome {
    let today = SystemDay.today();
    let DigestArguments { data, keys, config } = arguments;
    let findings = check::findings(data, keys, config);
    let words = Subject::ALL.map(|subject| subject.word(&findings));
    output::text(&note(today, &words))?;
    // Whoever mails it sees to it that it is noticed where the note says little more than ever.
    if words.contains(&DigestWord::Unknown) { Err(Failure::Reported) } else { Ok(()) }
}

/// The note of a day.
fn note(today: Date, words: &[DigestWord; Subject::ALL.len()]) -> String {
    let lines = Subject::ALL.iter().zip(words);
    let lines: String = lines.map(|(subject, word)| format!("{:WIDTH$}{}\n", subject.name(), word.shown())).collect();
    format!(
        "Candour box, {today}\n\n{lines}\nWhere a line says look, run candour check on the box: it says what is to be done.\n\
         This note looks the same every day, whether or not anything came.\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_note_has_the_same_lines_of_the_same_length() {
        let day = |text: &str| text.parse::<Date>().unwrap();
        let shape = |note: &str| note.lines().map(str::len).collect::<Vec<_>>();
        let first = note(day("2026-11-28"), &[DigestWord::Well; 12]);
        let (length, lines) = (first.len(), shape(&first));
        assert_eq!(lines.len(), 17);
        // Every combination of what can be said of the subjects.
        let of = |digit: usize| [DigestWord::Well, DigestWord::Look, DigestWord::Unknown][digit % 3];
        for number in 0..3_usize.pow(12) {
            let mut rest = number;
            let words = std::array::from_fn(|_| {
                let word = of(rest);
                rest /= 3;
                word
            });
            let note = note(day("2031-01-02"), &words);
            assert!(note.len() == length && shape(&note) == lines, "{note}");
        }
    }

    #[test]
    fn each_finding_of_a_box_is_told_under_one_subject_and_the_worst_counts() {
        let mut findings = Findings::default();
        assert_eq!(Subject::Carrying.word(&findings), DigestWord::Unknown, "what was not looked at is not well");
        findings.say(What::Fetched, Verdict::Ok, String::new());
        assert_eq!(Subject::Carrying.word(&findings), DigestWord::Well);
        findings.say(What::Overdue, Verdict::Warning, String::new());
        findings.say(What::Decisions, Verdict::Ok, String::new());
        assert_eq!(Subject::Carrying.word(&findings), DigestWord::Look);
        findings.say(What::Clock, Verdict::Unsafe, String::new());
        assert_eq!(Subject::Clock.word(&findings), DigestWord::Look);
        findings.say_and_note(What::Handover, Verdict::Warning, Verdict::Ok, String::new());
        assert_eq!(Subject::Keys.word(&findings), DigestWord::Well);
        // None stands there without a finding that could make it well.
        let told = |subject: &Subject| What::ALL.iter().any(|what| subject.tells(*what));
        assert!(Subject::ALL.iter().all(told));
    }
}
