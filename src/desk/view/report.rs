//! One report, opened.

use askama::Template;

use super::{
    Shell,
    belongs::Belonging,
    drafts::Drafts,
    enter::{came_in, to_give},
    history::{HistoryEntry, assessed},
    messages::{AttachedFile, Messages},
    promise::Due,
    words::{named, state_name},
};
use crate::{
    casebook::{Casebook, ReportView, StandingAtBox},
    desk::form::{
        one_question::{PARTS, PrintField},
        question::AskedField,
    },
    domain::{
        Attachment, ClockKind, ClockState, ClockView, Date, Entries, MemberId, ReportId, SeriousHarm, escape_invisible,
    },
    http::{Day, Field, by_name},
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
    /// How it came, if it was entered here.
    came_in: Vec<(&'static str, String)>,
    /// What is to be given to the person by hand: the number of each answer, 0 for none, and what it is.
    to_give: Vec<(u32, &'static str)>,
    /// Its promises, those of one name together.
    clocks: Vec<(&'static str, Vec<ClockRow>)>,
    said: Messages,
    belonging: Belonging,
    drafts: Drafts,
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
        let said = Messages::new(report, casebook, for_paper.is_some());
        let mut assessment = vec![("Areas, as the person chose", named(&report.chosen_areas))];
        let decided = assessed(&report.assessment, &name).into_iter();
        assessment.extend(decided.filter_map(|(label, text)| Some((label, text?))));
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
            set_aside: report.aside.last().and_then(|aside| {
                let why = entry.set_aside.and(aside.reason)?.label();
                Some(SetAsideNote { by: name(aside.by), on: Day(aside.on), why })
            }),
            // What was entered here with a receipt code, the box gets back by itself.
            is_lost: entry.at_box == StandingAtBox::Lost && report.entered.as_ref().is_none_or(|it| !it.has_code),
            is_gone: entry.at_box == StandingAtBox::Gone && !entry.withdrawn,
            is_over: entry.is_over,
            urgent: entry.is_urgent(),
            harm: entry.serious_harm.map_or("Not answered", SeriousHarm::label),
            unread: entry.unread,
            last_message: report.seen().read,
            came_in: came_in(report),
            to_give: to_give(report),
            clocks: by_name(entry.clocks.iter().map(ClockRow::new), |row| row.label),
            said,
            belonging: Belonging::new(casebook, entry.id),
            drafts: Drafts::new(report.entry.id, casebook),
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

/// What saving an attachment means.
#[derive(Template)]
#[template(path = "desk/file.html")]
pub(in crate::desk) struct FilePage<'a> {
    shell: &'a Shell,
    id: ReportId,
    file: AttachedFile,
}

impl<'a> FilePage<'a> {
    /// Of the attachment at `MESSAGE/FILE`.
    pub(in crate::desk) fn new(shell: &'a Shell, id: ReportId, place: &str, attachment: &Attachment) -> Self {
        let file = AttachedFile { place: place.to_owned(), ..AttachedFile::new(0, 0, attachment) };
        Self { shell, id, file }
    }
}
