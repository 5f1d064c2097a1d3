//! The page that shows the answers before they are sent.

use std::collections::BTreeMap;

use askama::Template;

use super::{
    FormParts, Shell,
    checked_text::{CheckedText, FoundInText},
    promise::{PromiseRow, promises},
    sending::SendingTime,
};
use crate::{
    domain::{Clock, ClockKind, Concern, ConcernField, Given, Prompt, Route, SeriousHarm, prompts},
    http::Day,
    web::capacity::FilesClosed,
};

/// The page on which answers are checked and files chosen.
#[derive(Template)]
#[template(path = "box/check.html")]
pub(in crate::web) struct CheckPage<'a> {
    shell: &'a Shell,
    not_sent: Option<NotSent>,
    hidden: Vec<(&'static str, String)>,
    /// Whether the person said that someone could be seriously harmed soon.
    is_urgent: bool,
    rows: Vec<AnswerRow>,
    /// What was left out, and the field of the first of it.
    left_out: Option<(&'static str, Vec<&'static str>)>,
    found: FoundInText,
    attachments: usize,
    attachment_mib: u64,
    files_closed: Option<FilesClosed>,
    sending_time: SendingTime,
    notice_due: Day,
    promises: Vec<PromiseRow>,
    /// Whether it is a complaint about personal data, which the receipt acknowledges.
    is_about_data: bool,
}

/// Why a concern was not sent, though nothing is wrong with it.
#[derive(Clone, Copy)]
pub(in crate::web) enum NotSent {
    /// Its code has ended.
    Ended,
    /// It came without a code that this box issued.
    NoCode,
}

/// A question and what was answered.
struct AnswerRow {
    field: &'static str,
    label: &'static str,
    answers: Vec<CheckedText>,
    found: FoundInText,
}

impl<'a> CheckPage<'a> {
    /// All answers, and the clocks that would start today. None without a notice clock.
    pub(in crate::web) fn new(parts: FormParts<'a>, route: Route, concern: &Concern, clocks: &[Clock]) -> Option<Self> {
        let FormParts { shell, limits, files_closed, keep } = parts;
        let notice = clocks.iter().find(|clock| clock.kind == ClockKind::InformationUseNotice)?;
        let open: Vec<Clock> = clocks.iter().copied().filter(|clock| clock.met_on.is_none()).collect();
        let given = given(route, concern);
        let mut hidden = keep.fields();
        hidden.extend(carried(&given));
        let prompts = prompts(Some(route), |field| given.contains_key(&field));
        let rows: Vec<AnswerRow> =
            prompts.iter().filter_map(|prompt| Some(AnswerRow::new(prompt, given.get(&prompt.field)?))).collect();
        let missing: Vec<&Prompt> = prompts.iter().filter(|prompt| !given.contains_key(&prompt.field)).collect();
        let left_out =
            missing.first().map(|first| (first.field.slug(), missing.iter().map(|prompt| prompt.label).collect()));
        let mut found = FoundInText::default();
        rows.iter().for_each(|row| found.add(&row.found));
        Some(Self {
            shell,
            not_sent: None,
            hidden,
            is_urgent: concern.serious_harm == Some(SeriousHarm::Yes),
            rows,
            left_out,
            found,
            attachments: limits.attachments,
            attachment_mib: limits.attachment_mib,
            files_closed,
            sending_time: SendingTime::of_mib(limits.attachment_mib),
            notice_due: Day(notice.due_on),
            promises: promises(&open),
            is_about_data: concern.promises(route).any(|promise| promise == Clock::DATA_ACKNOWLEDGEMENT),
        })
    }

    /// With why it was not sent just now, if it was to be.
    pub(in crate::web) fn not_sent(self, not_sent: Option<NotSent>) -> Self {
        Self { not_sent, ..self }
    }
}

/// A concern as a form carries it.
pub(in crate::web) fn carried_answers(route: Route, concern: &Concern) -> Vec<(&'static str, String)> {
    carried(&given(route, concern))
}

fn given(route: Route, concern: &Concern) -> BTreeMap<ConcernField, Given<'_>> {
    let mut given = BTreeMap::from([(ConcernField::Route, Given::Choices(vec![route.labelled()]))]);
    given.extend(concern.answers().map(|answered| (answered.field, answered.given)));
    given
}

fn carried(given: &BTreeMap<ConcernField, Given<'_>>) -> Vec<(&'static str, String)> {
    let mut hidden = Vec::new();
    for (field, given) in given {
        match given {
            Given::Text(text) => hidden.push((field.slug(), text.as_str().to_owned())),
            Given::Choices(chosen) => hidden.extend(chosen.iter().map(|(slug, _)| (field.slug(), (*slug).to_owned()))),
        }
    }
    hidden
}

impl AnswerRow {
    fn new(prompt: &Prompt, given: &Given<'_>) -> Self {
        let answers = match given {
            Given::Text(text) => vec![CheckedText::of(text.as_str())],
            Given::Choices(chosen) => {
                let is_chosen = |slug: &str| chosen.iter().any(|(known, _)| *known == slug);
                let shown = prompt.choices(is_chosen).filter(|(slug, _)| is_chosen(slug));
                shown.map(|(_, label)| CheckedText::plain(label)).collect()
            }
        };
        let mut found = FoundInText::default();
        answers.iter().for_each(|answer| found.add(&answer.found));
        Self { field: prompt.field.slug(), label: prompt.label, answers, found }
    }
}
