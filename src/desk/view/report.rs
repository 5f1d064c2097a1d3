//! One report, opened.

use askama::Template;

use super::{
    Shell,
    belongs::Belonging,
    correspondence::part,
    drafts::Drafts,
    enter::{came_in, to_give},
    history::{assessed, seen_to},
    messages::{AttachedFile, Messages},
    next_step::{Idle, NextStep},
    promise::Due,
    report_line::ReportLine,
    timeline::{AccessedOn, TimelineEntry},
    words::{named, state_name},
};
use crate::{
    casebook::{Casebook, Letter, ReportView, Retained, StandingAtBox},
    desk::{
        form::{
            one_question::{LineField, PARTS, PrintField},
            question::AskedField,
        },
        from::WayBack,
    },
    domain::{
        Action, AnswerKind, Attachment, ClockKind, ClockState, ClockView, Date, Entries, FieldError, MemberId,
        ReportId, SeriousHarm, escape_invisible,
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
    errors: Vec<FieldError>,
    way_back: WayBack,
    /// Whether it is for paper: no links, and no buttons but those that stay off it.
    on_paper: bool,
    parts: ShownParts,
    chooser: Option<Field>,
    /// What it is, in one line.
    line: String,
    /// The form in which that is changed.
    line_field: Field,
    route: &'static str,
    received: Day,
    state: &'static str,
    closed: Option<Day>,
    owner: Option<String>,
    withdrawn: bool,
    /// Why the team set it aside, if it did.
    set_aside: Option<SetAsideNote>,
    /// Whether the box lost it.
    is_lost: bool,
    /// Whether its time at the box is over.
    is_gone: bool,
    urgent: bool,
    harm: &'static str,
    /// Who sees to the danger, if someone does.
    seen_to: Option<String>,
    /// Whether there is a danger to see to.
    may_harm: bool,
    unread: usize,
    unanswered_since: Option<Day>,
    /// The last message of the person that is shown.
    last_message: u32,
    /// How it came, if it was entered here.
    came_in: Vec<(&'static str, String)>,
    /// What is to be given to the person by hand: the number of each answer, 0 for none, and what it is.
    to_give: Vec<(u32, &'static str)>,
    /// What is due next.
    next_due: Option<(&'static str, Due)>,
    /// What the team itself set out to do, and by when.
    own_aim: Option<OwnAim>,
    next: NextStep,
    /// Whether a notice was written that a change of use could be told in addition to.
    has_notice: bool,
    /// Whether it can be destroyed, or why not.
    destroying: Destroying,
    kept_until: Option<Day>,
    /// Its promises, those of one name together.
    clocks: Vec<(&'static str, Vec<ClockRow>)>,
    said: Messages,
    belonging: Belonging,
    drafts: Drafts,
    assessment: Vec<(&'static str, String)>,
    timeline: Vec<TimelineEntry>,
    accesses: Vec<AccessedOn>,
    readers: usize,
}

/// What the team itself set out to do.
struct OwnAim {
    what: Option<String>,
    by: Option<Day>,
    /// Where that stands, if it presses.
    state: Option<ClockState>,
}

/// Whether a report can be destroyed.
enum Destroying {
    /// Not while it is open.
    NotOver,
    /// It is over, but something of it is still owed.
    Owed,
    /// It is set aside, and the box was not told yet.
    Untold,
    /// It is over, and nobody has said for how long it is kept.
    NoDay,
    /// Not before that day, unless two readers agree.
    NotBefore(Day),
    /// Its time is over.
    Due,
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
    /// The report that it is the same as, by its name, if it was set aside for that.
    same_as: Option<(ReportId, String)>,
    /// Whether the box was not told yet, so that it can be brought back.
    may_be_brought_back: bool,
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
        let made = &report.assessment;
        let mut assessment = vec![("Areas, as the person chose", named(&report.chosen_areas))];
        let decided = assessed(made, &name).into_iter();
        assessment.extend(decided.filter_map(|(label, text)| Some((label, text?))));
        Self {
            shell,
            id: entry.id,
            today: Day(today),
            errors: Vec::new(),
            way_back: WayBack::default(),
            on_paper: for_paper.is_some(),
            parts: for_paper.unwrap_or(ShownParts::ALL),
            chooser: for_paper.map(ShownParts::chooser),
            line: line(report, casebook, for_paper.is_none_or(|parts| parts.said)),
            line_field: LineField::Line.field(&recorded_line(report), &[]),
            route: entry.route.name(),
            received: Day(entry.received_on),
            state: state_name(entry.state),
            closed: report.closed_on.map(Day),
            owner: entry.owner.map(name),
            withdrawn: entry.withdrawn,
            set_aside: report.aside.last().and_then(|aside| {
                let why = entry.set_aside.and(aside.reason)?.label();
                Some(SetAsideNote {
                    by: name(aside.by),
                    on: Day(aside.on),
                    why,
                    same_as: casebook.set_aside_as_same(entry.id).map(|other| (other, other.in_words())),
                    may_be_brought_back: casebook.may_bring_back(entry.id),
                })
            }),
            // What was entered here with a receipt code, the box gets back by itself.
            is_lost: entry.at_box == StandingAtBox::Lost && report.entered.as_ref().is_none_or(|it| !it.has_code),
            is_gone: entry.at_box == StandingAtBox::Gone && !entry.withdrawn,
            urgent: entry.is_urgent(),
            harm: entry.serious_harm.map_or("Not answered", SeriousHarm::label),
            seen_to: made.harm.as_ref().map(seen_to),
            may_harm: entry.serious_harm == Some(SeriousHarm::Yes) || made.harm.is_some(),
            unread: entry.unread,
            unanswered_since: entry.unanswered_since.map(Day),
            last_message: report.seen().read,
            came_in: came_in(report),
            to_give: to_give(report),
            next_due: entry.next_clock().map(|clock| (clock_name(clock), Due::new(clock))),
            own_aim: OwnAim::of(report),
            next: NextStep::with(report, casebook, today),
            has_notice: report.hindrance(Letter::Supplementary).is_none(),
            destroying: Destroying::of(report),
            kept_until: entry.destroy_after.map(Day),
            clocks: by_name(entry.clocks.iter().map(ClockRow::new), |row| row.label),
            said,
            belonging: Belonging::new(casebook, entry.id),
            drafts: Drafts::new(report.entry.id, casebook),
            assessment,
            timeline: TimelineEntry::all(report, casebook, &name),
            accesses: AccessedOn::folded(&casebook.access_log(Some(entry.id))),
            readers: casebook.readers(entry.id).len(),
        }
    }

    /// The same, with the way back to the queue from which it was opened.
    pub(in crate::desk) fn back(self, way_back: WayBack) -> Self {
        Self { way_back, ..self }
    }

    /// The address of a page about it, with the way back in it.
    fn to(&self, part: &str) -> String {
        self.way_back.link(&format!("/reports/{}/{part}", self.id))
    }

    /// The last part of the address at which a letter is written.
    #[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "templates call it so")]
    fn part(&self, kind: &AnswerKind) -> &'static str {
        part(*kind)
    }

    /// The address where it is set aside, with the way back in it.
    fn to_aside(&self) -> String {
        self.way_back.link_to_aside(self.id)
    }

    /// The address of its page, with the way back in it.
    fn here(&self) -> String {
        self.way_back.report(self.id)
    }

    /// A day in words. A template can't make one of a date.
    #[expect(clippy::trivially_copy_pass_by_ref, clippy::unused_self, reason = "templates call it so")]
    fn day(&self, on: &Date) -> String {
        Day(*on).in_words()
    }

    /// The same with what was typed for its line, and what is wrong with that.
    pub(in crate::desk) fn with_line(self, typed: &Entries, errors: Vec<FieldError>) -> Self {
        Self { line_field: LineField::Line.field(typed, &errors), errors, ..self }
    }
}

impl OwnAim {
    /// As long as it is not over.
    fn of(report: &ReportView) -> Option<Self> {
        let made = &report.assessment;
        let by = report.entry.action_by;
        let is_aim = made.action == Some(Action::FurtherAction) && !report.entry.is_over;
        is_aim.then(|| Self {
            what: made.action_detail.as_ref().map(|text| escape_invisible(text.as_str())),
            by: by.map(Day),
            state: report.entry.pressing_own_date(),
        })
    }
}

impl Destroying {
    fn of(report: &ReportView) -> Self {
        let entry = &report.entry;
        match (entry.retained, entry.destroy_after) {
            (None, _) => Self::Due,
            (Some(Retained::NotOver), _) => Self::NotOver,
            (Some(Retained::Untold), _) => Self::Untold,
            (Some(Retained::Owed), _) => Self::Owed,
            (Some(Retained::NoDay | Retained::UntilDay), None) => Self::NoDay,
            (Some(Retained::NoDay | Retained::UntilDay), Some(day)) => {
                Self::NotBefore(Day(day.tomorrow().unwrap_or(day)))
            }
        }
    }
}

/// What a report is, in one line, with the organisation that it is about. What is in the person's words is left out where
/// what they said is.
fn line(report: &ReportView, casebook: &Casebook, with_their_words: bool) -> String {
    let lines = ReportLine::of_all(std::slice::from_ref(&report.entry), casebook);
    let lines = lines.into_iter().filter(|said| said.is_written || with_their_words);
    let organisation = |said: &mut ReportLine| said.organisation.take().filter(|_| with_their_words);
    let parts = lines.flat_map(|mut said| [organisation(&mut said), Some(said.line)]);
    parts.flatten().collect::<Vec<_>>().join(" · ")
}

fn recorded_line(report: &ReportView) -> Entries {
    let mut typed = Entries::default();
    if let Some(gist) = &report.entry.gist {
        typed.push(LineField::Line.name().to_owned(), gist.as_str().to_owned());
    }
    typed
}

/// What a promise is called beside its day.
fn clock_name(clock: &ClockView) -> &'static str {
    match clock.kind {
        _ if clock.supplementary => "Supplementary notice",
        ClockKind::Acknowledgement => "Acknowledgement",
        ClockKind::Advice => "Advice, or what we intend to do",
        ClockKind::Decision => "Provisional decision or further response",
        ClockKind::InformationUseNotice => "Information-use notice",
        ClockKind::DataAcknowledgement => "Acknowledgement of a complaint about personal data",
    }
}

impl ClockRow {
    fn new(clock: &ClockView) -> Self {
        Self {
            label: clock_name(clock),
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
