//! What waits for a second member.

use askama::Template;

use super::{
    Shell,
    correspondence::{check_field, said},
    finds::{Find, finds},
    messages::Beside,
};
use crate::{
    casebook::{AnswerId, ReportView, Seen},
    desk::{
        correspondence,
        form::{one_question::TakeBackField, question::AskedField},
        letter_checks::{finds_of, letter_checks},
    },
    domain::{AnswerKind, Date, Entries, FieldError, escape_invisible},
    http::{Day, Field, SaidByTeam},
};

/// What waits for a second member.
#[derive(Template)]
#[template(path = "desk/to_approve.html")]
pub(in crate::desk) struct ToApprovePage<'a> {
    pub(in crate::desk) shell: &'a Shell,
    pub(in crate::desk) rows: Vec<WaitingRow>,
}

/// A text that waits for a second member.
pub(in crate::desk) struct WaitingRow {
    pub(in crate::desk) answer: AnswerId,
    pub(in crate::desk) kind: AnswerKind,
    pub(in crate::desk) by: String,
    pub(in crate::desk) on: Day,
    /// What the report is about, in a line.
    pub(in crate::desk) line: String,
    /// Whether whoever looks wrote it.
    pub(in crate::desk) mine: bool,
}

/// A text that a second member approves, or can't.
#[derive(Template)]
#[template(path = "desk/approve.html")]
pub(in crate::desk) struct ApprovePage<'a> {
    shell: &'a Shell,
    answer: AnswerId,
    /// A notice or a reply, in a sentence.
    kind: &'static str,
    seen: Seen,
    errors: &'a [FieldError],
    by: String,
    written_on: Day,
    /// Why it is not for whoever looks to approve.
    closed: Option<&'static str>,
    article: SaidByTeam<'a>,
    finds: Vec<Find>,
    use_concerns: Option<String>,
    checks: Field,
    /// Whether it is given to the person by hand.
    by_hand: bool,
    /// Why it is taken back, if it can be.
    reason: Option<Field>,
    beside: Beside,
}

/// A text to be approved.
pub(in crate::desk) struct ApproveParts<'a> {
    pub(in crate::desk) report: &'a ReportView,
    pub(in crate::desk) waiting: WaitingRow,
    pub(in crate::desk) text: &'a str,
    pub(in crate::desk) closed: Option<&'static str>,
    /// Whether it waits still, and can be taken back.
    pub(in crate::desk) held: bool,
    pub(in crate::desk) today: Date,
    pub(in crate::desk) typed: &'a Entries,
    pub(in crate::desk) errors: &'a [FieldError],
    pub(in crate::desk) beside: Beside,
}

impl<'a> ApprovePage<'a> {
    pub(in crate::desk) fn new(shell: &'a Shell, parts: ApproveParts<'a>) -> Self {
        let ApproveParts { report, waiting, text, closed, held, today, typed, errors, beside } = parts;
        Self {
            shell,
            answer: waiting.answer,
            kind: kind_in_sentence(waiting.kind),
            seen: report.seen(),
            errors,
            by: waiting.by,
            written_on: waiting.on,
            closed,
            article: said(waiting.kind, today, text),
            finds: finds(text, &finds_of(text, report)),
            use_concerns: correspondence::use_concerns(report).map(|text| escape_invisible(text.as_str())),
            checks: check_field(&letter_checks(waiting.kind, text, report), typed, errors),
            by_hand: correspondence::is_given_by_hand(report),
            reason: held.then(|| TakeBackField::Reason.field(typed, errors)),
            beside,
        }
    }
}

/// What a text to a person is called in a sentence.
const fn kind_in_sentence(kind: AnswerKind) -> &'static str {
    match kind {
        AnswerKind::Notice => "notice",
        AnswerKind::Reply => "reply",
        AnswerKind::Update => "update",
    }
}

impl WaitingRow {
    fn kind(&self) -> &'static str {
        kind_in_sentence(self.kind)
    }
}
