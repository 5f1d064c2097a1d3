//! One report, opened.

use std::collections::BTreeSet;

use askama::Template;

use super::{
    Shell,
    finds::TextRun,
    history::{HistoryEntry, assessed, whereabouts},
    promise::Due,
    words::{named, state_name},
};
use crate::{
    casebook::{AnswerView, Casebook, Letter, MessageView, Release, ReportView, SaidBy, StandingAtBox},
    desk::form::{
        one_question::{PARTS, PrintField},
        question::AskedField,
    },
    domain::{
        Attachment, ClockKind, ClockState, ClockView, Concern, Date, Entries, Identifying, MemberId, ReportId,
        SeriousHarm, escape_invisible,
    },
    http::{Day, Field, by_name, bytes_in_words},
};

/// A report.
#[derive(Template)]
#[template(path = "desk/report.html")]
pub(in crate::desk) struct ReportPage<'a> {
    shell: &'a Shell,
    id: ReportId,
    today: Day,
    /// Whether it is for paper: no links, and no buttons but those that stay off it.
    on_paper: bool,
    parts: ShownParts,
    chooser: Option<Field>,
    route: &'static str,
    received: Day,
    state: &'static str,
    closed: Option<Day>,
    withdrawn: bool,
    /// Why the team set it aside, if it did.
    set_aside: Option<SetAsideNote>,
    /// Whether the box lost it.
    is_lost: bool,
    /// Whether its time at the box is over.
    is_gone: bool,
    /// Whether it may come to be destroyed.
    is_over: bool,
    urgent: bool,
    harm: &'static str,
    unread: usize,
    /// The last message of the person that is shown.
    last_message: u32,
    /// Its promises, those of one name together.
    clocks: Vec<(&'static str, Vec<ClockRow>)>,
    /// What in the texts may show who someone is.
    found: BTreeSet<&'static str>,
    messages: Vec<MessageBlock>,
    assessment: Vec<(&'static str, String)>,
    history: Vec<HistoryEntry>,
    readers: usize,
}

/// What of a report is shown.
#[derive(Clone, Copy)]
pub(in crate::desk) struct ShownParts {
    promises: bool,
    said: bool,
    assessment: bool,
    history: bool,
}

impl ShownParts {
    const ALL: Self = Self { promises: true, said: true, assessment: true, history: true };

    /// Those that a query names; all, if it names none.
    pub(in crate::desk) fn chosen(query: &Entries) -> Self {
        let [promises, said, assessment, history] = PARTS.map(|(part, _)| query.has(PrintField::Part.name(), part));
        let chosen = Self { promises, said, assessment, history };
        if promises || said || assessment || history { chosen } else { Self::ALL }
    }

    fn chooser(self) -> Field {
        let mut typed = Entries::default();
        let is_chosen = [self.promises, self.said, self.assessment, self.history];
        for ((part, _), _) in PARTS.into_iter().zip(is_chosen).filter(|(_, is_chosen)| *is_chosen) {
            typed.push(PrintField::Part.name().to_owned(), part.to_owned());
        }
        PrintField::Part.field(&typed, &[])
    }
}

/// That the team set it aside.
struct SetAsideNote {
    by: String,
    on: Day,
    why: &'static str,
}

struct ClockRow {
    label: &'static str,
    started: Day,
    due: Due,
    met: Option<Day>,
    state: ClockState,
    supplementary: bool,
    seq: u32,
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
    answers: Vec<MarkedText>,
    /// Whether the person wrote nothing with the files.
    files_alone: bool,
    files: Vec<File>,
    /// For an answer of the team: where it got to.
    whereabouts: Option<String>,
    /// For a notice that waits for a second member: its number.
    to_approve: Option<u32>,
}

/// A question, if it was one, and what was answered.
struct MarkedText {
    label: Option<&'static str>,
    parts: Vec<TextRun>,
    found: Vec<&'static str>,
}

struct File {
    place: String,
    name: MarkedText,
    kind: String,
    size: String,
    sha256: String,
}

impl<'a> ReportPage<'a> {
    /// Of a report as on a day; for paper, with the parts that are chosen.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        report: &ReportView,
        casebook: &Casebook,
        today: Date,
        for_paper: Option<ShownParts>,
    ) -> Self {
        let entry = &report.entry;
        let name = |id: MemberId| escape_invisible(casebook.member_name(id).map_or("someone", |name| name.as_str()));
        let read = report.decisions.iter().map(|decision| decision.read).max().unwrap_or_default();
        let answers: Vec<&AnswerView> = report.decisions.iter().flat_map(|decision| &decision.answers).collect();
        let messages: Vec<MessageBlock> =
            report.messages.iter().map(|message| MessageBlock::new(message, read, &answers, &name)).collect();
        let found = messages.iter().filter(|said| said.from_person);
        let found = found.flat_map(|said| said.answers.iter().chain(said.files.iter().map(|file| &file.name)));
        let found = found.flat_map(|answered| answered.found.iter().copied()).collect();
        let mut assessment = vec![("Areas, as the person chose", named(&report.chosen_areas))];
        let said = assessed(&report.assessment, &name).into_iter();
        assessment.extend(said.filter_map(|(label, text)| Some((label, text?))));
        Self {
            shell,
            id: entry.id,
            today: Day(today),
            on_paper: for_paper.is_some(),
            parts: for_paper.unwrap_or(ShownParts::ALL),
            chooser: for_paper.map(ShownParts::chooser),
            route: entry.route.name(),
            received: Day(entry.received_on),
            state: state_name(entry.state),
            closed: report.closed_on.map(Day),
            withdrawn: entry.withdrawn,
            set_aside: report.aside.last().filter(|_| entry.set_aside.is_some()).map(|aside| SetAsideNote {
                by: name(aside.by),
                on: Day(aside.on),
                why: aside.reason.label(),
            }),
            is_lost: entry.at_box == StandingAtBox::Lost,
            is_gone: entry.at_box == StandingAtBox::Gone && !entry.withdrawn,
            is_over: entry.is_over,
            urgent: entry.is_urgent(),
            harm: entry.serious_harm.map_or("Not answered", SeriousHarm::label),
            unread: entry.unread,
            last_message: report.seen().read,
            clocks: by_name(entry.clocks.iter().map(ClockRow::new), |row| row.label),
            found,
            messages,
            assessment,
            history: HistoryEntry::all(report, &name),
            readers: casebook.readers(entry.id).len(),
        }
    }
}

impl ClockRow {
    fn new(clock: &ClockView) -> Self {
        Self {
            label: match clock.kind {
                _ if clock.supplementary => "Supplementary notice",
                ClockKind::Acknowledgement => "Acknowledgement",
                ClockKind::Advice => "Advice, or what we intend to do",
                ClockKind::Decision => "Provisional decision or further response",
                ClockKind::InformationUseNotice => "Information-use notice",
                ClockKind::DataAcknowledgement => "Acknowledgement of a complaint about personal data",
            },
            started: Day(clock.started_on),
            due: Due::new(clock),
            met: clock.met_on.map(Day),
            state: clock.state,
            supplementary: clock.supplementary,
            seq: clock.seq,
        }
    }
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
            answers,
            files_alone: message.is_files_alone(),
            files: (1..)
                .zip(message.attachments())
                .map(|(number, file)| File::new(message.seq, number, file))
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

impl File {
    fn new(seq: u32, number: usize, file: &Attachment) -> Self {
        Self {
            place: format!("{seq}/{number}"),
            name: MarkedText::new(None, file.name.as_str()),
            kind: escape_invisible(file.media_type.as_str()),
            size: bytes_in_words(file.size),
            sha256: file.sha256.to_string(),
        }
    }
}

/// What saving an attachment means.
#[derive(Template)]
#[template(path = "desk/file.html")]
pub(in crate::desk) struct FilePage<'a> {
    shell: &'a Shell,
    id: ReportId,
    file: File,
}

impl<'a> FilePage<'a> {
    /// Of the attachment at `MESSAGE/FILE`.
    pub(in crate::desk) fn new(shell: &'a Shell, id: ReportId, place: &str, attachment: &Attachment) -> Self {
        let file = File { place: place.to_owned(), ..File::new(0, 0, attachment) };
        Self { shell, id, file }
    }
}
