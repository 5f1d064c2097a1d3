//! The pages behind a receipt code.

use askama::Template;
use zeroize::Zeroizing;

use super::{Shell, own_copy::CopyView};
use crate::{
    crypto::os_random,
    domain::{
        Answer, AnswerKind, Area, Calendar, Clock, ClockKind, ClockState, Date, FieldError, FormField, ReportState,
        SendId, Text,
    },
    http::Day,
    store::StoredReport,
    web::{answers::OpenedAnswer, config::LimitsConfig, own_copies::OpenedCopy},
};

/// Asks for the receipt code.
#[derive(Template)]
#[template(path = "box/ask.html")]
pub(in crate::web) struct AskPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) errors: &'a [FieldError],
    pub(in crate::web) typed: &'a str,
}

/// Says that a follow-up was received.
#[derive(Template)]
#[template(path = "box/followed_up.html")]
pub(in crate::web) struct FollowedUpPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) code: Zeroizing<String>,
    pub(in crate::web) received_on: Day,
    pub(in crate::web) notice_due: Day,
}

/// A follow-up that was not taken: what was typed, and what is wrong.
#[derive(Default)]
pub(in crate::web) struct TypedFollowUp {
    pub(in crate::web) typed: String,
    pub(in crate::web) errors: Vec<FieldError>,
    /// The one that the form carried, so that a corrected send counts as the same.
    pub(in crate::web) send_id: Option<SendId>,
}

/// A report.
#[derive(Template)]
#[template(path = "box/status.html")]
pub(in crate::web) struct StatusPage<'a> {
    shell: &'a Shell,
    code: Zeroizing<String>,
    state: &'static str,
    /// The same in a sentence.
    meaning: &'static str,
    received_on: Day,
    notice: StatusClock,
    /// How many answers came since the person last wrote.
    new: usize,
    areas: Option<Vec<Area>>,
    /// What each is about.
    area_meanings: Vec<&'static str>,
    overdue: Vec<StatusClock>,
    clocks: Vec<StatusClock>,
    messages: Vec<Said>,
    errors: Vec<FieldError>,
    message_error: Option<String>,
    attachment_error: Option<String>,
    typed: String,
    send_id: SendId,
    withdraw_id: SendId,
    attachments: usize,
    attachment_mib: u64,
}

/// What a status page is made from.
#[derive(Clone, Copy)]
pub(in crate::web) struct StatusParts<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) limits: LimitsConfig,
    pub(in crate::web) today: Date,
    pub(in crate::web) calendar: &'a Calendar,
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
    Person { kind: &'static str, on: Day, collected: bool, copy: CopyView },
    Team { kind: &'static str, on: Day, text: Text, new: bool },
    Damaged { on: Day, new: bool },
}

impl<'a> StatusPage<'a> {
    /// From a report, with its answers and the copies of its messages, opened. None without a notice clock, which every
    /// report has.
    pub(in crate::web) fn new(
        parts: StatusParts<'a>,
        code: Zeroizing<String>,
        report: &StoredReport,
        (answers, copies): (Vec<OpenedAnswer>, Vec<OpenedCopy>),
        follow_up: TypedFollowUp,
    ) -> Option<Self> {
        let view = |clock: &Clock| StatusClock::new(clock, parts.today, parts.calendar);
        let clocks: Vec<StatusClock> = report.clocks.iter().map(|entry| view(&entry.clock)).collect();
        let newest = answers.iter().rev().find_map(|opened| opened.answer.as_ref());
        let unread = if report.closed { ReportState::Closed } else { ReportState::Received };
        let state = newest.map_or(unread, |answer| answer.state);
        let areas = newest.map(|answer| answer.areas.clone());
        let messages = in_order(report, answers, copies);
        let error = |field: FormField| {
            follow_up.errors.iter().find(|error| error.field == field.slug()).map(|error| error.message.clone())
        };
        Some(Self {
            shell: parts.shell,
            code,
            state: state.label(),
            meaning: meaning(state, report.messages.iter().any(|message| message.collected)),
            received_on: Day(report.received_on),
            notice: view(notice(report)?),
            area_meanings: areas.iter().flatten().map(|area| plain(*area)).collect(),
            areas,
            new: messages.iter().filter(|said| said.is_new()).count(),
            overdue: clocks.iter().filter(|clock| clock.state == ClockState::Overdue).cloned().collect(),
            clocks,
            message_error: error(FormField::Message),
            attachment_error: error(FormField::Attachment),
            messages,
            errors: follow_up.errors,
            typed: follow_up.typed,
            send_id: follow_up.send_id.unwrap_or_else(|| SendId::random(&mut os_random())),
            withdraw_id: SendId::random(&mut os_random()),
            attachments: parts.limits.attachments,
            attachment_mib: parts.limits.attachment_mib,
        })
    }
}

#[cfg(test)]
impl<'a> StatusPage<'a> {
    /// The page in its states, each named, and whether something is wrong with what was typed.
    pub(super) fn samples(shell: &'a Shell) -> Vec<(&'static str, Self, bool)> {
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
            Said::Team { kind: kind.label(), on: Day(day), text, new }
        };
        let person = |collected, copy| Said::Person { kind: "Concern", on: Day(day), collected, copy };
        let no_copy = || {
            let [_, none, ..] = CopyView::samples();
            none
        };
        let new = || Self {
            shell,
            code: Zeroizing::new("7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA".to_owned()),
            state: ReportState::Received.label(),
            meaning: meaning(ReportState::Received, false),
            received_on: Day(day),
            notice: notice(ClockState::Open),
            new: 0,
            areas: None,
            area_meanings: vec![],
            overdue: vec![],
            clocks: vec![notice(ClockState::Open), clock(ClockKind::Advice, ClockState::DueToday)],
            messages: vec![person(false, no_copy())],
            errors: vec![],
            message_error: None,
            attachment_error: None,
            typed: String::new(),
            send_id: SendId([1; 16]),
            withdraw_id: SendId([2; 16]),
            attachments: 10,
            attachment_mib: 250,
        };
        let answered = Self {
            meaning: meaning(ReportState::Decided, true),
            new: 2,
            areas: Some(vec![Area::BoardGovernance, Area::Competition]),
            area_meanings: vec![plain(Area::BoardGovernance), plain(Area::Competition)],
            notice: StatusClock { met: Some(Day(day)), ..notice(ClockState::Met) },
            clocks: vec![StatusClock { met: Some(Day(day)), ..notice(ClockState::MetLate) }],
            messages: vec![
                person(true, no_copy()),
                team(AnswerKind::Notice, "We <plan> to use it & say so.", true),
                team(AnswerKind::Reply, "Thank you.", true),
                Said::Damaged { on: Day(day), new: false },
            ],
            ..new()
        };
        let late = Self {
            areas: Some(vec![]),
            overdue: vec![notice(ClockState::Overdue)],
            clocks: vec![notice(ClockState::Overdue)],
            ..new()
        };
        let error = |field: FormField, message: &str| FieldError::new(field.slug(), message);
        let empty = Self {
            errors: vec![error(FormField::Message, "Enter a message or choose a file")],
            message_error: Some("Enter a message or choose a file".into()),
            ..new()
        };
        let too_many = "Choose 10 files or fewer";
        let files = Self {
            errors: vec![error(FormField::Attachment, too_many)],
            attachment_error: Some(too_many.into()),
            typed: "</textarea>".into(),
            ..new()
        };
        let copies = |collected| Self {
            messages: CopyView::samples().into_iter().map(|copy| person(collected, copy)).collect(),
            ..new()
        };
        let no_files = Self { attachments: 0, ..new() };
        vec![
            ("status", new(), false),
            ("status, answered", answered, false),
            ("status, late", late, false),
            ("status, nothing typed", empty, true),
            ("status, too many files", files, true),
            ("status, no files taken", no_files, false),
            ("status, with copies", copies(false), false),
            ("status, with copies of what was fetched", copies(true), false),
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
            Self::Team { new, .. } | Self::Damaged { new, .. } => *new,
        }
    }
}

/// Where a report stands, in a sentence. `collected`: whether the team has anything of it yet.
const fn meaning(state: ReportState, collected: bool) -> &'static str {
    match state {
        ReportState::Received if collected => "The team has it. They have not told us yet what they will do.",
        ReportState::Received => "It is sealed and waits here for the team to fetch it.",
        ReportState::BeingRead => "The team has opened it and is thinking about what to do.",
        ReportState::Decided => "Read our messages below to see what we decided.",
        ReportState::Closed => "We do not plan to do more. You can still write to us here.",
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
fn notice(report: &StoredReport) -> Option<&Clock> {
    let notices =
        || report.clocks.iter().map(|entry| &entry.clock).filter(|clock| clock.kind == ClockKind::InformationUseNotice);
    let open = notices().filter(|clock| clock.met_on.is_none()).min_by_key(|clock| clock.due_on);
    open.or_else(|| notices().max_by_key(|clock| clock.due_on))
}

/// Each message of the person, then the answers that were written when the team had read up to it. New are those that
/// were written after the person's last message, and those that came on a later day than it.
fn in_order(report: &StoredReport, answers: Vec<OpenedAnswer>, copies: Vec<OpenedCopy>) -> Vec<Said> {
    let mut said: Vec<(u32, u32, Said)> = report
        .messages
        .iter()
        .zip(copies)
        .map(|(message, copy)| {
            let copy = CopyView::new(message.seq, report.route, copy);
            let (kind, on) = (message.kind.label(), Day(message.on));
            (message.seq, 0, Said::Person { kind, on, collected: message.collected, copy })
        })
        .collect();
    let last = report.messages.last().map_or(0, |message| message.seq);
    let last_on = report.messages.last().map_or(report.received_on, |message| message.on);
    let mut after = 1;
    for OpenedAnswer { seq, delivered_on, answer } in answers {
        let on = Day(delivered_on);
        // A damaged one stands behind the answer before it.
        after = answer.as_ref().map_or(after, |answer| answer.after).clamp(1, last.max(1));
        let new = after >= last || delivered_on > last_on;
        match answer {
            Some(Answer { kind: AnswerKind::Update, .. }) => {}
            Some(Answer { kind, text: Some(text), .. }) => {
                said.push((after, seq, Said::Team { kind: kind.label(), on, text, new }));
            }
            _ => said.push((after, seq, Said::Damaged { on, new })),
        }
    }
    said.sort_by_key(|(after, seq, _)| (*after, *seq));
    said.into_iter().map(|(_, _, said)| said).collect()
}
