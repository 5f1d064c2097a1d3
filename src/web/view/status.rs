//! The pages behind a receipt code.

use askama::Template;
use zeroize::Zeroizing;

use super::{Day, Shell};
use crate::{
    crypto::{Receipt, os_random},
    domain::{
        Answer, AnswerKind, Area, BoxId, Calendar, Clock, ClockKind, ClockState, Date, FieldError, Format, ReportState,
        SendId, Text,
    },
    store::{StoredAnswer, StoredReport},
    web::config::LimitsConfig,
};

/// Asks for the receipt code.
#[derive(Template)]
#[template(path = "ask.html")]
pub(in crate::web) struct AskPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) errors: &'a [FieldError],
    pub(in crate::web) typed: &'a str,
}

/// Says that a follow-up was received.
#[derive(Template)]
#[template(path = "followed_up.html")]
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
#[template(path = "status.html")]
pub(in crate::web) struct StatusPage<'a> {
    shell: &'a Shell,
    code: Zeroizing<String>,
    state: &'static str,
    received_on: Day,
    notice: ClockView,
    areas: Option<Vec<Area>>,
    overdue: Vec<ClockView>,
    clocks: Vec<ClockView>,
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
    pub(in crate::web) box_id: BoxId,
    pub(in crate::web) today: Date,
    pub(in crate::web) calendar: &'a Calendar,
}

#[derive(Clone)]
struct ClockView {
    label: &'static str,
    started: Day,
    due: Day,
    met: Option<Day>,
    state: ClockState,
}

enum Said {
    Person { kind: &'static str, on: Day },
    Team { kind: &'static str, on: Day, text: Text },
    Damaged { on: Day },
}

impl<'a> StatusPage<'a> {
    /// Opens every answer with the receipt. Blocks. None without a notice clock, which every report has.
    pub(in crate::web) fn new(
        parts: StatusParts<'a>,
        code: Zeroizing<String>,
        receipt: &Receipt,
        report: &StoredReport,
        follow_up: TypedFollowUp,
    ) -> Option<Self> {
        let view = |clock: &Clock| ClockView::new(clock, parts.today, parts.calendar);
        let clocks: Vec<ClockView> = report.clocks.iter().map(|entry| view(&entry.clock)).collect();
        let answers: Vec<(&StoredAnswer, Option<Answer>)> =
            report.answers.iter().map(|stored| (stored, open(parts.box_id, receipt, report, stored))).collect();
        let newest = answers.iter().rev().find_map(|(_, answer)| answer.as_ref());
        let unread = if report.closed { ReportState::Closed } else { ReportState::Received };
        let error =
            |field: &str| follow_up.errors.iter().find(|error| error.field == field).map(|error| error.message.clone());
        Some(Self {
            shell: parts.shell,
            code,
            state: newest.map_or(unread, |answer| answer.state).label(),
            received_on: Day(report.received_on),
            notice: view(notice(report)?),
            areas: newest.map(|answer| answer.areas.clone()),
            overdue: clocks.iter().filter(|clock| clock.state == ClockState::Overdue).cloned().collect(),
            clocks,
            message_error: error("message"),
            attachment_error: error("attachment"),
            messages: in_order(report, answers),
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
        let clock = |kind: ClockKind, state| ClockView {
            label: kind.label(),
            started: Day(day),
            due: Day(day),
            met: None,
            state,
        };
        let notice = |state| clock(ClockKind::InformationUseNotice, state);
        let team = |kind: AnswerKind, text| Said::Team { kind: kind.label(), on: Day(day), text: Text::typed(text) };
        let new = || Self {
            shell,
            code: Zeroizing::new("7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA".to_owned()),
            state: ReportState::Received.label(),
            received_on: Day(day),
            notice: notice(ClockState::Open),
            areas: None,
            overdue: vec![],
            clocks: vec![notice(ClockState::Open), clock(ClockKind::Advice, ClockState::DueToday)],
            messages: vec![Said::Person { kind: "Concern", on: Day(day) }],
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
            areas: Some(vec![Area::BoardGovernance, Area::Competition]),
            notice: ClockView { met: Some(Day(day)), ..notice(ClockState::Met) },
            clocks: vec![ClockView { met: Some(Day(day)), ..notice(ClockState::MetLate) }],
            messages: vec![
                team(AnswerKind::Notice, "We <plan> to use it & say so."),
                team(AnswerKind::Reply, "Thank you."),
                Said::Damaged { on: Day(day) },
            ],
            ..new()
        };
        let late = Self {
            areas: Some(vec![]),
            overdue: vec![notice(ClockState::Overdue)],
            clocks: vec![notice(ClockState::Overdue)],
            ..new()
        };
        let error = |field, message: &str| FieldError::new(field, message);
        let empty = Self {
            errors: vec![error("message", "Enter a message")],
            message_error: Some("Enter a message".into()),
            ..new()
        };
        let too_many = "Choose 10 files or fewer";
        let files = Self {
            errors: vec![error("attachment", too_many)],
            attachment_error: Some(too_many.into()),
            typed: "</textarea>".into(),
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
        ]
    }
}

impl ClockView {
    fn new(clock: &Clock, today: Date, calendar: &Calendar) -> Self {
        // Without that year's bank holidays the days left are not known, but whether it is late is.
        let state = match clock.standing(today, calendar) {
            Ok(standing) => standing.state,
            Err(_) if today > clock.due_on => ClockState::Overdue,
            Err(_) => ClockState::Open,
        };
        Self {
            label: clock.kind.label(),
            started: Day(clock.started_on),
            due: Day(clock.due_on),
            met: clock.met_on.map(Day),
            state,
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

/// An answer, if it is whole and says itself that it is this one: nobody can put one in another's place.
fn open(box_id: BoxId, receipt: &Receipt, report: &StoredReport, stored: &StoredAnswer) -> Option<Answer> {
    let answer = receipt.reply.open_answer(&stored.sealed).ok()?;
    let is_this = answer.format == Format::Answer
        && answer.r#box == box_id
        && answer.report == report.id
        && answer.seq == stored.seq;
    is_this.then_some(answer)
}

/// Each message of the person, then the answers that were written when the team had read up to it.
fn in_order(report: &StoredReport, answers: Vec<(&StoredAnswer, Option<Answer>)>) -> Vec<Said> {
    let mut said: Vec<(u32, u32, Said)> = report
        .messages
        .iter()
        .map(|message| (message.seq, 0, Said::Person { kind: message.kind.label(), on: Day(message.on) }))
        .collect();
    let last = report.messages.last().map_or(0, |message| message.seq);
    let mut after = 1;
    for (stored, answer) in answers {
        let on = Day(stored.delivered_on);
        // A damaged one stands behind the answer before it.
        after = answer.as_ref().map_or(after, |answer| answer.after).clamp(1, last.max(1));
        match answer {
            Some(Answer { kind: AnswerKind::Update, .. }) => {}
            Some(Answer { kind, text: Some(text), .. }) => {
                said.push((after, stored.seq, Said::Team { kind: kind.label(), on, text }));
            }
            _ => said.push((after, stored.seq, Said::Damaged { on })),
        }
    }
    said.sort_by_key(|(after, seq, _)| (*after, *seq));
    said.into_iter().map(|(_, _, said)| said).collect()
}
