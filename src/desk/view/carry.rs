//! What is carried in and out.

use askama::Template;

use super::Shell;
use crate::{
    casebook::{AnswerId, Casebook, CasebookError, Import, carry::outbox::Outgoing},
    desk::import_job::{ImportOutcome, ImportStage},
    domain::{FieldError, LogHead, MessageKind, ReportId},
    http::Day,
};

/// What can be carried, and what was.
#[derive(Template)]
#[template(path = "desk/carry.html")]
pub(in crate::desk) struct CarryPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    /// The last collection and its day.
    last: Option<(u64, Day)>,
    /// Whether a collection lies here that was not taken in.
    brought: bool,
    waiting: usize,
    /// Whether the box still keeps messages that are here.
    acknowledge: bool,
    to_approve: usize,
    /// Answers that can't go out, because their sealed files are lost.
    lost: Vec<AnswerId>,
    outgoing: Vec<Outgoing>,
    /// Whether one press carries everything, as in a demonstration.
    demonstration: bool,
}

impl<'a> CarryPage<'a> {
    /// As the casebook stands.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        brought: bool,
        demonstration: bool,
        error: Option<FieldError>,
    ) -> Result<Self, CasebookError> {
        Ok(Self {
            shell,
            errors: error.into_iter().collect(),
            last: casebook.last_collection().map(|(number, on)| (number, Day(on))),
            brought,
            waiting: casebook.waiting(),
            acknowledge: casebook.has_to_acknowledge(),
            to_approve: casebook.waiting_answers().len(),
            lost: casebook.lost_answers(),
            outgoing: casebook.outgoing()?,
            demonstration,
        })
    }
}

/// An import that is under way, or what became of it.
#[derive(Template)]
#[template(path = "desk/import.html")]
pub(in crate::desk) struct ImportPage<'a> {
    shell: &'a Shell,
    stage: ImportStep,
    /// Whether the collection is still there to be tried again.
    brought: bool,
}

enum ImportStep {
    Running { percent: u64, done_mib: u64, total_mib: u64 },
    Taken(ImportSummary),
    Refused { why: String, gap: bool, behind: Option<LogHead> },
}

struct ImportSummary {
    number: u64,
    known: bool,
    passed_over: u64,
    left_out: usize,
    new_reports: usize,
    files: usize,
    messages: Vec<(ReportId, &'static str, &'static str, Day)>,
    /// Messages that were here and were not what the person sent.
    mended: Vec<(ReportId, u32)>,
}

impl<'a> ImportPage<'a> {
    /// None if there is nothing to tell.
    pub(in crate::desk) fn new(shell: &'a Shell, standing: ImportStage, brought: bool) -> Option<Self> {
        let stage = match standing {
            ImportStage::None => return None,
            ImportStage::Running(done, total) => ImportStep::Running {
                percent: (100 * done).checked_div(total).unwrap_or(0).min(100),
                done_mib: done >> 20,
                total_mib: total >> 20,
            },
            ImportStage::Done(ImportOutcome::Taken(import)) => ImportStep::Taken(ImportSummary::new(&import)),
            ImportStage::Done(ImportOutcome::Refused { why, gap, behind }) => ImportStep::Refused { why, gap, behind },
        };
        Some(Self { shell, stage, brought })
    }
}

impl ImportSummary {
    fn new(import: &Import) -> Self {
        let messages = import.messages.iter();
        Self {
            number: import.number,
            known: import.known,
            passed_over: import.passed_over,
            left_out: import.left_out,
            new_reports: import.new_reports,
            files: import.files,
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
