//! The page from which a text is read out or printed for a person who has no receipt code.

use askama::Template;

use super::{Shell, date_field::DateField};
use crate::{
    casebook::ReportView,
    desk::form::{
        enter::{TOLD_ON, ToldField},
        question::AskedField,
    },
    domain::{Entries, FieldError, ReportId, escape_invisible},
    http::{Day, Field},
};

/// What a person is told by hand, and the form on which it is recorded.
#[derive(Template)]
#[template(path = "desk/told_person.html")]
pub(in crate::desk) struct ToldPersonPage<'a> {
    shell: &'a Shell,
    errors: &'a [FieldError],
    id: ReportId,
    seq: u32,
    /// What it is; none if the person is told only that their concern is here.
    kind: Option<&'static str>,
    written: Option<Day>,
    text: String,
    /// How the person is answered.
    answer_by: Option<String>,
    /// Whether there is anything to record: it was not given yet, and waits for nobody.
    is_open: bool,
    on: DateField,
    way: Field,
}

impl<'a> ToldPersonPage<'a> {
    /// Of an answer to a report that was entered and has no receipt code; 0 is none. Nothing if there is no such one.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        report: &ReportView,
        seq: u32,
        (typed, errors): (&Entries, &'a [FieldError]),
        is_open: bool,
    ) -> Option<Self> {
        let entered = report.entered.as_ref().filter(|entered| !entered.has_code)?;
        let mut answers = report.decisions.iter().flat_map(|decision| &decision.answers);
        let answer = answers.find(|answer| answer.seq == seq && answer.kind.is_text());
        if seq > 0 && answer.is_none() {
            return None;
        }
        let text = answer.and_then(|answer| answer.text.as_ref());
        Some(Self {
            shell,
            errors: if is_open { errors } else { &[] },
            id: report.entry.id,
            seq,
            kind: answer.map(|answer| answer.kind.label()),
            written: answer.map(|answer| Day(answer.on)),
            text: text.map_or_else(String::new, |text| escape_invisible(text.as_str())),
            answer_by: entered.answer_by.as_ref().map(|text| escape_invisible(text.as_str())),
            is_open,
            on: DateField::new(
                &TOLD_ON,
                "On which day was it given?",
                "What was promised is kept on that day. For a letter, the day on which it was posted".to_owned(),
                typed,
                errors,
            ),
            way: ToldField::Way.field(typed, errors),
        })
    }
}
