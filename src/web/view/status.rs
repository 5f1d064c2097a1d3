//! The pages behind a receipt code.

use std::fmt;

use askama::{Template, filters::HtmlSafe};
use zeroize::Zeroizing;

use super::{Shell, TypedFollowUp, help::HelpRow, own_copy::CopyView};
use crate::{
    domain::{
        Answer, AnswerKind, Area, Calendar, Clock, ClockEntry, ClockKind, ClockState, Date, FieldError, ReportState,
        SendId, Text, WhoElse,
    },
    http::Day,
    store::{StoredMessage, StoredReport},
    web::{
        answers::{AnswerOutcome, ReadAnswer},
        config::LimitsConfig,
        own_copies::OpenedCopy,
    },
};

/// Asks for the receipt code.
#[derive(Template)]
#[template(path = "box/ask.html")]
pub(in crate::web) struct AskPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) errors: &'a [FieldError],
    pub(in crate::web) typed: &'a str,
}

/// A report.
#[derive(Template)]
#[template(path = "box/status.html")]
pub(in crate::web) struct StatusPage<'a> {
    shell: &'a Shell,
    code: Zeroizing<String>,
    state: &'static str,
    /// The same in a sentence, with days as they are shown.
    meaning: MeaningOfState,
    received_on: Day,
    /// The day on which the box was last emptied.
    emptied_on: Option<Day>,
    /// The information-use notice that is due next; if all were given, the last.
    notice: StatusClock,
    /// Every other promise that is still to be kept.
    open: Vec<StatusClock>,
    /// Every other that was kept.
    kept: Vec<StatusClock>,
    /// Those of all that are late.
    overdue: Vec<StatusClock>,
    areas: Option<Vec<Area>>,
    /// What each is about.
    area_meanings: Vec<&'static str>,
    /// What came since the person last wrote: what asks something of them first.
    new: Vec<Said>,
    /// All else that was said, in order.
    earlier: Vec<Said>,
    typed: String,
    send_id: SendId,
    attachments: usize,
    help: Vec<HelpRow<'a>>,
}

/// What a status page is made from.
#[derive(Clone, Copy)]
pub(in crate::web) struct StatusParts<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) limits: LimitsConfig,
    pub(in crate::web) today: Date,
    pub(in crate::web) calendar: &'a Calendar,
    /// The day on which the box was last emptied.
    pub(in crate::web) emptied_on: Option<Date>,
}

#[derive(Clone)]
struct StatusClock {
    label: &'static str,
    started: Day,
    due: Day,
    met: Option<Day>,
    state: ClockState,
    /// Working days left; none when it is met, late or due today, or if they can't be counted.
    left: Option<i64>,
}

enum Said {
    Person {
        kind: &'static str,
        on: Day,
        fetched: Fetched,
        copy: CopyView,
    },
    Team {
        kind: AnswerKind,
        on: Day,
        text: Text,
        new: bool,
    },
    /// Not enough of the team stand by it.
    Unconfirmed {
        on: Day,
        new: bool,
    },
    Damaged {
        on: Day,
        new: bool,
    },
}

impl<'a> StatusPage<'a> {
    /// From a report, with its answers and the copies of its messages, opened. None without a notice clock, which every
    /// report has.
    pub(in crate::web) fn new(
        parts: StatusParts<'a>,
        code: Zeroizing<String>,
        report: &StoredReport,
        (answers, copies): (Vec<ReadAnswer>, Vec<OpenedCopy>),
        follow_up: TypedFollowUp,
    ) -> Option<Self> {
        // A form that was sent already, brought back by a browser: what it held is here, and the next one is another.
        let was_sent = report.messages.iter().any(|message| follow_up.send_id == Some(message.send_id));
        let follow_up = if was_sent { TypedFollowUp::default() } else { follow_up };
        let view = |clock: &Clock| StatusClock::new(clock, parts.today, parts.calendar);
        let fetched = |message: &StoredMessage| Fetched::of(message, parts.emptied_on);
        let next = notice(report)?;
        let clocks: Vec<StatusClock> = report.clocks.iter().map(|entry| view(&entry.clock)).collect();
        let overdue = clocks.iter().filter(|clock| clock.state == ClockState::Overdue).cloned().collect();
        let others = report.clocks.iter().filter(|entry| **entry != *next).map(|entry| view(&entry.clock));
        let (kept, open) = others.partition(|clock| clock.met.is_some());
        let confirmed = || answers.iter().filter_map(|read| read.outcome.confirmed());
        let newest = confirmed().next_back();
        let unread = if report.closed { ReportState::Closed } else { ReportState::Received };
        let state = newest.map_or(unread, |answer| answer.state);
        // Before a notice, that there are no areas only means that none was chosen yet.
        let is_noticed = confirmed().any(|answer| answer.kind == AnswerKind::Notice);
        let areas = newest.map(|answer| answer.areas.clone()).filter(|areas| is_noticed || !areas.is_empty());
        let (mut new, earlier): (Vec<Said>, _) =
            in_order(report, answers, copies, fetched).into_iter().partition(Said::is_new);
        new.sort_by_key(|said| !said.may_ask());
        Some(Self {
            shell: parts.shell,
            code,
            state: state.label(),
            meaning: MeaningOfState { state, fetched: report.messages.first().map_or(Fetched::No, fetched) },
            received_on: Day(report.received_on),
            emptied_on: parts.emptied_on.map(Day),
            notice: view(&next.clock),
            open,
            kept,
            overdue,
            area_meanings: areas.iter().flatten().map(|area| plain(*area)).collect(),
            areas,
            new,
            earlier,
            send_id: follow_up.send_id(),
            typed: follow_up.typed,
            attachments: parts.limits.attachments,
            help: parts.shell.help(WhoElse::for_report(report.route, None)),
        })
    }
}

#[cfg(test)]
impl<'a> StatusPage<'a> {
    /// The page in its states, each named.
    pub(super) fn samples(shell: &'a Shell) -> Vec<(&'static str, Self)> {
        let day = Date::constant(2026, 12, 1);
        let clock = |kind: ClockKind, state| StatusClock {
            label: kind.label(),
            started: Day(day),
            due: Day(day),
            met: None,
            state,
            left: (state == ClockState::Open).then_some(7),
        };
        let notice = |state| clock(ClockKind::InformationUseNotice, state);
        let team = |kind: AnswerKind, text, new| {
            let text = Text::typed(text);
            Said::Team { kind, on: Day(day), text, new }
        };
        let person = |fetched, copy| Said::Person { kind: "Concern", on: Day(day), fetched, copy };
        let no_copy = || {
            let [_, none, ..] = CopyView::samples();
            none
        };
        let new = || Self {
            shell,
            code: Zeroizing::new("7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA".to_owned()),
            state: ReportState::Received.label(),
            meaning: MeaningOfState { state: ReportState::Received, fetched: Fetched::Perhaps(Day(day)) },
            received_on: Day(day),
            emptied_on: None,
            notice: notice(ClockState::Open),
            open: vec![clock(ClockKind::Advice, ClockState::DueToday)],
            kept: vec![],
            overdue: vec![],
            areas: None,
            area_meanings: vec![],
            new: vec![],
            earlier: vec![person(Fetched::No, no_copy())],
            typed: String::new(),
            send_id: SendId([1; 16]),
            attachments: 10,
            help: shell.help(WhoElse::for_report(crate::domain::Route::StaffConcern, None)),
        };
        let answered = Self {
            meaning: MeaningOfState { state: ReportState::Decided, fetched: Fetched::Confirmed },
            emptied_on: Some(Day(day)),
            areas: Some(vec![Area::BoardGovernance, Area::Competition]),
            area_meanings: vec![plain(Area::BoardGovernance), plain(Area::Competition)],
            notice: StatusClock { met: Some(Day(day)), ..notice(ClockState::Met) },
            open: vec![],
            kept: vec![StatusClock { met: Some(Day(day)), ..notice(ClockState::MetLate) }],
            new: vec![
                team(AnswerKind::Reply, "Which ward was it?", true),
                team(AnswerKind::Notice, "# Plan\n\nWe <plan> to use it & say so.\n\n## When\n\n- soon", true),
                Said::Unconfirmed { on: Day(day), new: true },
                Said::Damaged { on: Day(day), new: true },
            ],
            earlier: vec![
                person(Fetched::Confirmed, no_copy()),
                team(AnswerKind::Reply, "Thank you.", false),
                Said::Unconfirmed { on: Day(day), new: false },
                Said::Damaged { on: Day(day), new: false },
            ],
            ..new()
        };
        let late = Self {
            areas: Some(vec![]),
            overdue: vec![notice(ClockState::Overdue)],
            notice: notice(ClockState::Overdue),
            ..new()
        };
        let typed = Self { typed: "</textarea>".into(), ..new() };
        let copies = |fetched| Self {
            earlier: CopyView::samples().into_iter().map(|copy| person(fetched, copy)).collect(),
            ..new()
        };
        let no_files = Self { attachments: 0, ..new() };
        vec![
            ("status", new()),
            ("status, answered", answered),
            ("status, late", late),
            ("status, changing a follow-up", typed),
            ("status, no files taken", no_files),
            ("status, with copies", copies(Fetched::Perhaps(Day(day)))),
            ("status, with copies of what was fetched", copies(Fetched::Confirmed)),
        ]
    }
}

impl StatusClock {
    fn new(clock: &Clock, today: Date, calendar: &Calendar) -> Self {
        // Without that year's bank holidays the days left are not known, but whether it is late is.
        let (state, left) = match clock.standing(today, calendar) {
            Ok(standing) => (standing.state, standing.working_days_left.filter(|left| *left > 0)),
            Err(_) if today > clock.due_on => (ClockState::Overdue, None),
            Err(_) => (ClockState::Open, None),
        };
        Self {
            label: clock.kind.label(),
            started: Day(clock.started_on),
            due: Day(clock.due_on),
            met: clock.met_on.map(Day),
            state,
            left,
        }
    }
}

impl Said {
    const fn is_new(&self) -> bool {
        match self {
            Self::Person { .. } => false,
            Self::Team { new, .. } | Self::Unconfirmed { new, .. } | Self::Damaged { new, .. } => *new,
        }
    }

    /// Whether it may ask something of the person. A notice only tells.
    const fn may_ask(&self) -> bool {
        matches!(self, Self::Team { kind: AnswerKind::Reply, .. })
    }
}

/// Where a report stands, in a sentence.
#[derive(Clone, Copy)]
struct MeaningOfState {
    state: ReportState,
    /// Whether the team has its concern.
    fetched: Fetched,
}

impl fmt::Display for MeaningOfState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.state, self.fetched) {
            (ReportState::Received, Fetched::Confirmed) => {
                f.write_str("The team has it. They have not told us yet what they will do.")
            }
            (ReportState::Received, Fetched::Perhaps(day)) => {
                write!(f, "It may have been fetched on {day}. We have not heard yet that the team has it.")
            }
            (ReportState::Received, Fetched::No) => {
                f.write_str("It is sealed and waits here for the team to fetch it.")
            }
            (ReportState::BeingRead, _) => f.write_str("The team has opened it and is thinking about what to do."),
            (ReportState::Decided, _) => f.write_str("Our messages on this page say what we decided."),
            (ReportState::Closed, _) => f.write_str("We do not plan to do more. You can still write to us here."),
        }
    }
}

// Its sentences are the ones above, and a day's tags are its own.
impl HtmlSafe for MeaningOfState {}

/// Whether the team has a message, as far as the box knows: it hears so with the next answers.
#[derive(Clone, Copy)]
enum Fetched {
    No,
    /// It was here on the day on which the box was last emptied.
    Perhaps(Day),
    Confirmed,
}

impl Fetched {
    fn of(message: &StoredMessage, emptied_on: Option<Date>) -> Self {
        match emptied_on {
            _ if message.collected => Self::Confirmed,
            Some(day) if day >= message.on => Self::Perhaps(Day(day)),
            _ => Self::No,
        }
    }
}

/// What an area is about, in plain words.
const fn plain(area: Area) -> &'static str {
    match area {
        Area::BoardGovernance => {
            "About the trust’s board: we look at whether it points to wider problems in how the trust is run."
        }
        Area::IntegratedCare => {
            "About integrated care: we look at whether services work together for patients as they should."
        }
        Area::Competition => {
            "About choice and competition: we look at how care is bought, and whether patients get the choice that they should."
        }
    }
}

/// The notice that is due next; if all were given, the last.
fn notice(report: &StoredReport) -> Option<&ClockEntry> {
    let notices = || report.clocks.iter().filter(|entry| entry.clock.kind == ClockKind::InformationUseNotice);
    let open = notices().filter(|entry| entry.clock.met_on.is_none()).min_by_key(|entry| entry.clock.due_on);
    open.or_else(|| notices().max_by_key(|entry| entry.clock.due_on))
}

/// Each message of the person, then the answers that were written when the team had read up to it. New are those that
/// were written after the person's last message, and those that came on a later day than it.
fn in_order(
    report: &StoredReport,
    answers: Vec<ReadAnswer>,
    copies: Vec<OpenedCopy>,
    fetched: impl Fn(&StoredMessage) -> Fetched,
) -> Vec<Said> {
    let mut said: Vec<(u32, u32, Said)> = report
        .messages
        .iter()
        .zip(copies)
        .map(|(message, copy)| {
            let copy = CopyView::new(message.seq, report.route, copy);
            let (kind, on) = (message.kind.label(), Day(message.on));
            (message.seq, 0, Said::Person { kind, on, fetched: fetched(message), copy })
        })
        .collect();
    let last = report.messages.last().map_or(0, |message| message.seq);
    let last_on = report.messages.last().map_or(report.received_on, |message| message.on);
    let mut after = 1;
    for ReadAnswer { seq, delivered_on, outcome } in answers {
        let on = Day(delivered_on);
        // One that is not shown stands behind the answer before it.
        after = outcome.confirmed().map_or(after, |answer| answer.after).clamp(1, last.max(1));
        let new = after >= last || delivered_on > last_on;
        match outcome {
            AnswerOutcome::Confirmed(Answer { kind, text: Some(text), .. }) => {
                said.push((after, seq, Said::Team { kind, on, text, new }));
            }
            // An update, which says nothing in words.
            AnswerOutcome::Confirmed(_) => {}
            AnswerOutcome::Unconfirmed => said.push((after, seq, Said::Unconfirmed { on, new })),
            AnswerOutcome::Damaged => said.push((after, seq, Said::Damaged { on, new })),
        }
    }
    said.sort_by_key(|(after, seq, _)| (*after, *seq));
    said.into_iter().map(|(_, _, said)| said).collect()
}
