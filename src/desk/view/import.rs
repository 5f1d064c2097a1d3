//! An import that is under way, or what became of it.

use std::collections::BTreeSet;

use askama::Template;

use super::{Shell, words::not_here_yet};
use crate::{
    casebook::{Import, MissingParts},
    desk::import_job::{EpochSeen, ImportOutcome, ImportStage},
    domain::{FieldError, LogHead, MessageKind, Part, ReportId},
    http::{Day, Days},
};

/// Characters of a fingerprint's first twelve groups.
const FIRST_GROUPS: usize = 12 * 5 - 1;
/// New messages that are listed; the queue has them all.
const LISTED: usize = 50;

/// An import that is under way, or what became of it.
#[derive(Template)]
#[template(path = "desk/import.html")]
pub(in crate::desk) struct ImportPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    stage: ImportStep,
    /// Whether the collection is still there to be tried again.
    brought: bool,
}

enum ImportStep {
    Running { percent: u64, done_mib: u64, total_mib: u64 },
    Taken(ImportSummary),
    Refused { why: String, gap: bool, behind: Option<LogHead> },
    NewEpoch(EpochAsked),
}

/// An epoch that somebody has to confirm.
struct EpochAsked {
    /// All groups of its fingerprint but the last four, which are for whoever runs the box to read out.
    first_groups: String,
    began_on: Day,
    /// From the day of the backup to that one; none if it is another box, or was made anew.
    lost_days: Option<Days>,
}

struct ImportSummary {
    /// In a sentence.
    came: String,
    number: u64,
    part: Part,
    /// Which parts are not here yet.
    missing: Option<String>,
    new_epoch: bool,
    apart: Vec<ReportId>,
    known: bool,
    passed_over: u64,
    left_out: usize,
    /// Messages that are sealed to keys which whoever took them in does not have.
    unopened: Vec<(ReportId, u32)>,
    unopened_count: usize,
    new_reports: usize,
    files: usize,
    /// How many new messages came.
    new_messages: usize,
    messages: Vec<(ReportId, &'static str, &'static str, Day)>,
    /// Messages that were here and were not what the person sent.
    mended: Vec<(ReportId, u32)>,
}

/// What came with an import, in a sentence: `12 messages of 9 reports came, 3 of them new.`
pub(in crate::desk) fn came(import: &Import) -> String {
    let count = |number: usize, what: &str| format!("{number} {what}{}", if number == 1 { "" } else { "s" });
    let reports: BTreeSet<ReportId> = import.messages.iter().map(|message| message.report).collect();
    match (reports.len(), import.new_reports) {
        (0, _) => "Nothing new came.".to_owned(),
        (reports, new) => {
            let of_them = match (reports, new) {
                (_, 0) => "none of them new".to_owned(),
                (1, _) => "which is new".to_owned(),
                _ => format!("{new} of them new"),
            };
            format!("{} of {} came, {of_them}.", count(import.messages.len(), "message"), count(reports, "report"))
        }
    }
}

impl<'a> ImportPage<'a> {
    /// None if there is nothing to tell.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        standing: ImportStage,
        brought: bool,
        errors: Vec<FieldError>,
    ) -> Option<Self> {
        let stage = match standing {
            ImportStage::None => return None,
            ImportStage::Running(done, total) => ImportStep::Running {
                percent: (100 * done).checked_div(total).unwrap_or(0).min(100),
                done_mib: done >> 20,
                total_mib: total >> 20,
            },
            ImportStage::Done(ImportOutcome::Taken { import, missing }) => {
                ImportStep::Taken(ImportSummary::new(&import, missing.as_ref()))
            }
            ImportStage::Done(ImportOutcome::Refused { why, gap, behind }) => ImportStep::Refused { why, gap, behind },
            ImportStage::Done(ImportOutcome::NewEpoch(seen)) => ImportStep::NewEpoch(EpochAsked::new(&seen)),
        };
        Some(Self { shell, errors, stage, brought })
    }
}

impl EpochAsked {
    fn new(seen: &EpochSeen) -> Self {
        Self {
            first_groups: seen.fingerprint.to_string().chars().take(FIRST_GROUPS).collect(),
            began_on: Day(seen.began_on),
            lost_days: seen.backup_of.map(|from| Days { from: Day(from), to: Day(seen.began_on) }),
        }
    }
}

impl ImportSummary {
    fn new(import: &Import, missing: Option<&MissingParts>) -> Self {
        let messages = import.messages.iter().take(LISTED);
        Self {
            came: came(import),
            number: import.number,
            part: import.part,
            missing: missing.map(not_here_yet),
            new_epoch: import.new_epoch,
            apart: import.apart.clone(),
            known: import.known,
            passed_over: import.passed_over,
            left_out: import.left_out,
            unopened: import.unopened.iter().take(LISTED).copied().collect(),
            unopened_count: import.unopened.len(),
            new_reports: import.new_reports,
            files: import.files,
            new_messages: import.messages.len(),
            mended: import.mended.clone(),
            messages: messages
                .map(|message| {
                    let kind = if message.kind == MessageKind::Concern { "New report" } else { message.kind.label() };
                    (message.report, kind, message.route.name(), Day(message.on))
                })
                .collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::ImportedMessage,
        domain::{Date, Route},
    };

    #[test]
    fn what_came_is_counted_by_messages_and_by_reports() {
        let said = |reports: &[u8], new_reports| {
            let message = |number: &u8| ImportedMessage {
                report: ReportId([*number; 8]),
                seq: 1,
                kind: MessageKind::Concern,
                route: Route::StaffConcern,
                on: Date::constant(2026, 12, 1),
                files: 0,
            };
            came(&Import {
                number: 1,
                part: Part { number: 1, of: 1 },
                known: false,
                passed_over: 0,
                new_epoch: false,
                new_reports,
                files: 0,
                messages: reports.iter().map(message).collect(),
                left_out: 0,
                unopened: Vec::new(),
                mended: Vec::new(),
                apart: Vec::new(),
            })
        };
        assert_eq!(said(&[], 0), "Nothing new came.");
        assert_eq!(said(&[1], 1), "1 message of 1 report came, which is new.");
        assert_eq!(said(&[1, 1], 0), "2 messages of 1 report came, none of them new.");
        assert_eq!(said(&[1, 2, 2, 3], 2), "4 messages of 3 reports came, 2 of them new.");
    }
}
