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
        let mut asked = Vec::new();
        let mut blocks = Vec::new();
        for message in &report.messages {
            let block = MessageBlock::new(message, read, &asked, &answers, &name);
            if !block.from_person {
                asked = message.text().map_or_else(Vec::new, |text| questions(text.as_str()));
            }
            blocks.push(block);
        }
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
    /// How it came, if it was entered here after the concern.
    came: Option<String>,
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
    /// The team's question that it answers by number.
    asked: Option<String>,
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
    /// Of a message; `asked` are the numbered questions of the letter before it.
    fn new(
        message: &MessageView,
        read: u32,
        asked: &[String],
        written: &[&AnswerView],
        name: &dyn Fn(MemberId) -> String,
    ) -> Self {
        let (from_person, side) = match message.said {
            SaidBy::Person { .. } | SaidBy::NotHere { .. } => (true, "From the person"),
            SaidBy::Team { letter: Letter::Supplementary, .. } => (false, "Supplementary, from the team"),
            SaidBy::Team { letter: Letter::Notice | Letter::Reply, .. } => (false, "From the team"),
        };
        let concern = message.concern().into_iter().flat_map(Concern::answers);
        let mut answers: Vec<MarkedText> = concern
            .map(|answered| MarkedText::new(Some(answered.field.label()), answered.given.in_words().as_str()))
            .collect();
        if let Some(text) = message.text() {
            let asked = if from_person { asked } else { &[] };
            let parts = by_number(text.as_str(), asked).into_iter();
            answers.extend(
                parts.map(|(asked, part)| MarkedText {
                    asked: asked.map(escape_invisible),
                    ..MarkedText::new(None, part)
                }),
            );
        }
        let answer = written.iter().find(|answer| !from_person && answer.seq == message.seq);
        Self {
            from_person,
            at_box: message.number_at_box,
            is_lost: message.is_lost,
            not_here: message.is_not_here(),
            unopened: message.is_unopened(),
            heading: format!("{} {}: {side}", message.label(), message.seq),
            came: message.entered.as_ref().map(|came| {
                let taken_by = escape_invisible(came.taken_by.as_str());
                format!("{}, taken by {taken_by}. {}", came.way.label(), came.words.label())
            }),
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
    pub(super) fn new(label: Option<&'static str>, text: &str) -> Self {
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
        Self { label, asked: None, parts, found: found.into_iter().collect() }
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

/// The numbered questions of a letter: the lines "1. …", "2. …" that follow each other from 1 on, as the last of them stand.
fn questions(letter: &str) -> Vec<String> {
    let mut asked: Vec<String> = Vec::new();
    for line in letter.lines().map(str::trim) {
        match number_of(line) {
            Some(1) => asked = vec![line.to_owned()],
            Some(number) if number == asked.len() + 1 => asked.push(line.to_owned()),
            _ => {}
        }
    }
    asked
}

/// A text, cut where a line begins with the number of a question, each part after a number with that question. Nothing of it
/// is left out.
fn by_number<'t, 'q>(text: &'t str, asked: &'q [String]) -> Vec<(Option<&'q str>, &'t str)> {
    let question = |line: &str| asked.get(number_of(line.trim_start())?.checked_sub(1)?).map(String::as_str);
    let (mut parts, mut begun, mut of, mut place) = (Vec::new(), 0, None, 0);
    for line in text.split_inclusive('\n') {
        if let Some(next) = question(line) {
            if !text[begun..place].trim().is_empty() {
                parts.push((of, text[begun..place].trim_end()));
            }
            (begun, of) = (place, Some(next));
        }
        place += line.len();
    }
    parts.push((of, &text[begun..]));
    parts
}

/// The number with which a line begins: "2. …", "2) …".
fn number_of(line: &str) -> Option<usize> {
    let digits = line.find(|sign: char| !sign.is_ascii_digit())?;
    let is_mark = line[digits..].starts_with(['.', ')', ':']);
    // Not a time or an amount: "10.30 at night".
    let is_number = is_mark && !line[digits + 1..].starts_with(|sign: char| sign.is_ascii_digit());
    line[..digits].parse().ok().filter(|_| is_number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_answered_by_number_stands_under_its_question() {
        let letter =
            "Thank you.\n\n1. Not a question yet\n\nPlease answer these questions by number:\n\n1. When?\n2. Who knew?";
        let asked = questions(letter);
        assert_eq!(asked, ["1. When?", "2. Who knew?"]);
        let (when, who) = (Some("1. When?"), Some("2. Who knew?"));
        assert_eq!(
            by_number("Well.\n2) The lead.\nAnd others.\n1. At night\n10.30\n3. More", &asked),
            [(None, "Well."), (who, "2) The lead.\nAnd others."), (when, "1. At night\n10.30\n3. More")]
        );
        assert_eq!(by_number("1: Then", &asked), [(when, "1: Then")]);
        // What answers nothing stays as it is.
        for (text, asked) in
            [("At 1.30\n0. none\n99999999999999999999. many", &asked[..]), ("1. When?", &[]), ("", &asked)]
        {
            assert_eq!(by_number(text, asked), [(None, text)]);
        }
        assert!(questions("Nothing asked.\n2. Two\n").is_empty());
    }
}
