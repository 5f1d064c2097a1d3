//! What was said in either direction, on a page of its own or beside a form.

use std::collections::BTreeSet;

use askama::{Template, filters::HtmlSafe};

use super::{finds::TextRun, history::whereabouts};
use crate::{
    casebook::{AnswerView, Casebook, Letter, MessageView, Release, ReportView, SaidBy},
    domain::{Attachment, Concern, Identifying, MemberId, ReportId, escape_invisible},
    http::{Day, bytes_in_words},
};

/// Everything that was said.
#[derive(Template)]
#[template(path = "desk/messages.html")]
pub(super) struct Messages {
    id: ReportId,
    /// Whether it is for paper: no links.
    on_paper: bool,
    /// Whether it stands beside something else of the page, so that nothing in it has an id.
    is_beside: bool,
    withdrawn: bool,
    /// What in the texts may show who someone is.
    found: BTreeSet<&'static str>,
    blocks: Vec<MessageBlock>,
}

/// The same beside a form, so that nobody decides or writes without it in sight.
#[derive(Template)]
#[template(path = "desk/beside.html")]
pub(in crate::desk) struct Beside {
    said: Messages,
    /// Whether it is unfolded where it stands below the form.
    open: bool,
}

impl HtmlSafe for Messages {}

impl HtmlSafe for Beside {}

impl Messages {
    pub(super) fn new(report: &ReportView, casebook: &Casebook, on_paper: bool) -> Self {
        let name = |id: MemberId| escape_invisible(casebook.member_name(id).map_or("someone", |name| name.as_str()));
        let read = report.decisions.iter().map(|decision| decision.read).max().unwrap_or_default();
        let answers: Vec<&AnswerView> = report.decisions.iter().flat_map(|decision| &decision.answers).collect();
        let mut blocks: Vec<MessageBlock> =
            report.messages.iter().map(|message| MessageBlock::new(message, read, &answers, &name)).collect();
        if let Some(newest) = blocks.iter_mut().rev().find(|said| said.unread) {
            newest.is_newest = true;
        }
        let found = blocks.iter().filter(|said| said.from_person);
        let found = found.flat_map(|said| said.answers.iter().chain(said.files.iter().map(|file| &file.name)));
        let found = found.flat_map(|answered| answered.found.iter().copied()).collect();
        Self { id: report.entry.id, on_paper, is_beside: false, withdrawn: report.entry.withdrawn, found, blocks }
    }
}

impl Beside {
    /// Of a report; `open` where something is approved, so that it is read.
    pub(in crate::desk) fn new(report: &ReportView, casebook: &Casebook, open: bool) -> Self {
        Self { said: Messages { is_beside: true, ..Messages::new(report, casebook, false) }, open }
    }
}

struct MessageBlock {
    from_person: bool,
    /// Its number at the box, if that had two of it.
    at_box: Option<u32>,
    /// Whether the box lost it, and it is here.
    is_lost: bool,
    /// Whether it is neither here nor at the box.
    not_here: bool,
    /// Whether nobody who took it in had a key that opens it.
    unopened: bool,
    heading: String,
    on: Day,
    unread: bool,
    /// Whether it is the last that nobody has read.
    is_newest: bool,
    answers: Vec<MarkedText>,
    /// Whether the person wrote nothing with the files.
    files_alone: bool,
    files: Vec<AttachedFile>,
    /// For an answer of the team: where it got to.
    whereabouts: Option<String>,
    /// For a notice that waits for a second member: its number.
    to_approve: Option<u32>,
}

/// A question, if it was one, and what was answered.
pub(super) struct MarkedText {
    label: Option<&'static str>,
    pub(super) parts: Vec<TextRun>,
    pub(super) found: Vec<&'static str>,
}

pub(super) struct AttachedFile {
    pub(super) place: String,
    pub(super) name: MarkedText,
    pub(super) kind: String,
    pub(super) size: String,
    pub(super) sha256: String,
}

impl MessageBlock {
    fn new(message: &MessageView, read: u32, written: &[&AnswerView], name: &dyn Fn(MemberId) -> String) -> Self {
        let (from_person, side) = match message.said {
            SaidBy::Person { .. } | SaidBy::NotHere { .. } => (true, "From the person"),
            SaidBy::Team { letter: Letter::Supplementary, .. } => (false, "Supplementary, from the team"),
            SaidBy::Team { letter: Letter::Notice | Letter::Reply, .. } => (false, "From the team"),
        };
        let concern = message.concern().into_iter().flat_map(Concern::answers);
        let mut answers: Vec<MarkedText> = concern
            .map(|answered| MarkedText::new(Some(answered.field.label()), answered.given.in_words().as_str()))
            .collect();
        answers.extend(message.text().iter().map(|text| MarkedText::new(None, text.as_str())));
        let answer = written.iter().find(|answer| !from_person && answer.seq == message.seq);
        Self {
            from_person,
            at_box: message.number_at_box,
            is_lost: message.is_lost,
            not_here: message.is_not_here(),
            unopened: message.is_unopened(),
            heading: format!("{} {}: {side}", message.label(), message.seq),
            on: Day(message.on),
            unread: from_person && message.seq > read,
            is_newest: false,
            answers,
            files_alone: message.is_files_alone(),
            files: (1..)
                .zip(message.attachments())
                .map(|(number, file)| AttachedFile::new(message.seq, number, file))
                .collect(),
            whereabouts: answer.map(|answer| whereabouts(answer, name)),
            to_approve: answer.filter(|answer| answer.release == Release::Held).map(|answer| answer.seq),
        }
    }
}

impl MarkedText {
    fn new(label: Option<&'static str>, text: &str) -> Self {
        let text = escape_invisible(text);
        let mut parts = Vec::new();
        let mut found = BTreeSet::new();
        let mut push = |part: &str, marked| {
            if !part.is_empty() {
                parts.push(TextRun { text: part.to_owned(), marked });
            }
        };
        let mut from = 0;
        for span in Identifying::find(&text) {
            push(&text[from..span.range.start], false);
            push(&text[span.range.clone()], true);
            from = span.range.end;
            found.insert(span.kind.label());
        }
        push(&text[from..], false);
        Self { label, parts, found: found.into_iter().collect() }
    }
}

impl AttachedFile {
    pub(super) fn new(seq: u32, number: usize, file: &Attachment) -> Self {
        Self {
            place: format!("{seq}/{number}"),
            name: MarkedText::new(None, file.name.as_str()),
            kind: escape_invisible(file.media_type.as_str()),
            size: bytes_in_words(file.size),
            sha256: file.sha256.to_string(),
        }
    }
}
