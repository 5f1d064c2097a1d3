//! The pages behind a receipt code.

use std::fmt;

use askama::{Template, filters::HtmlSafe};
use zeroize::Zeroizing;

use super::{Shell, TypedFollowUp, help::HelpRow, own_copy::CopyView};
use crate::{
    domain::{
        Answer, AnswerKind, Area, Calendar, Clock, ClockEntry, ClockKind, ClockState, Date, FieldError, ReportState,
        SendId, SetAside, SetAsideReason, Text, WhoElse,
    },
    http::{Day, Days, by_name},
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
    /// The days of the backup and of the restore, if the box was restored: what came in between may be lost.
    pub(in crate::web) restored: Option<Days>,
    /// A follow-up that was typed for a code that leads nowhere.
    pub(in crate::web) unsent: &'a str,
}

/// A report.
#[derive(Template)]
#[template(path = "box/status.html")]
pub(in crate::web) struct StatusPage<'a> {
    shell: &'a Shell,
    code: Zeroizing<String>,
    /// What lets files come with a follow-up.
    tag: String,
    standing: ReportStanding,
    /// The same in a sentence, with days as they are shown.
    meaning: MeaningOfState,
    received_on: Day,
    /// Until when the report is here for certain, if the team is done with it.
    kept_until: Option<Day>,
    /// The day on which the box was last emptied, since it was restored if it ever was.
    emptied_on: Option<Day>,
    /// The day on which it was restored.
    restored_on: Option<Day>,
    /// The information-use notice that is due next; if all were given, the last. None if it was set aside before one was.
    notice: Option<StatusClock>,
    /// If the team set it aside.
    set_aside: Option<SetAsideView<'a>>,
    /// Other notices that are still to be given.
    more_notices: Vec<StatusClock>,
    /// Every other promise that is still to be kept, those of one name together.
    open: Vec<(&'static str, Vec<StatusClock>)>,
    /// Every other that was kept.
    kept: Vec<(&'static str, Vec<StatusClock>)>,
    /// Those of all that are late.
    overdue: Vec<StatusClock>,
    areas: AreasView,
    /// What each is about.
    area_meanings: Vec<&'static str>,
    /// What came since the person last wrote: what asks something of them first.
    new: Vec<Said>,
    /// All else that was said, in order.
    earlier: Vec<Said>,
    /// The days of the backup and of the restore, if the report was there before: what came in between may be missing.
    restored: Option<Days>,
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
    /// The days of the backup and of the restore, if the box was restored.
    pub(in crate::web) restored: Option<Days>,
}

/// A report that the team set aside.
struct SetAsideView<'a> {
    on: Day,
    /// Whom the team named, if it is for others.
    turn_to: Vec<HelpRow<'a>>,
    why: &'static str,
    /// What to say in a follow-up.
    then: &'static str,
    /// Whether the person has said something that the team had not read then and has promised to answer.
    is_owed: bool,
    /// Whether that is late already.
    is_late: bool,
}

/// Which other work it may be evidence for, as far as the person is told.
enum AreasView {
    NotDecided,
    /// It was set aside before that was decided.
    SetAside,
    /// The message that said so is not kept any more.
    NotKept,
    Decided(Vec<Area>),
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
    /// It came another way, and the team has it.
    Entered {
        on: Day,
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
    /// It was here for its time.
    Over {
        on: Day,
    },
}

impl<'a> StatusPage<'a> {
    /// From a report, with its answers and the copies of its messages, opened.
    pub(in crate::web) fn new(
        parts: StatusParts<'a>,
        (code, tag): (Zeroizing<String>, String),
        report: &StoredReport,
        (answers, copies): (Vec<ReadAnswer>, Vec<OpenedCopy>),
        follow_up: TypedFollowUp,
    ) -> Self {
        // A form that was sent already, brought back by a browser: what it held is here, and the next one is another.
        let was_sent = report.messages.iter().any(|message| follow_up.send_id == Some(message.send_id));
        let follow_up = if was_sent { TypedFollowUp::default() } else { follow_up };
        let view = |clock: &Clock| StatusClock::new(clock, parts.today, parts.calendar);
        let fetched = |message: &StoredMessage| Fetched::of(message, parts.emptied_on, parts.restored);
        let next = notice(report);
        let clocks: Vec<StatusClock> = report.clocks.iter().map(|entry| view(&entry.clock)).collect();
        let overdue: Vec<_> = clocks.iter().filter(|clock| clock.state == ClockState::Overdue).cloned().collect();
        let is_late = !overdue.is_empty();
        let others = report.clocks.iter().filter(|entry| Some(*entry) != next).map(|entry| view(&entry.clock));
        let (kept, open): (Vec<_>, Vec<_>) = others.partition(|clock| clock.met.is_some());
        let is_notice = |clock: &StatusClock| clock.label == ClockKind::InformationUseNotice.label();
        let (more_notices, open): (Vec<_>, Vec<_>) = open.into_iter().partition(is_notice);
        let standing = ReportStanding::of(report, &answers);
        let areas = AreasView::of(report, &answers);
        let last_said = report.messages.last().map_or(report.received_on, |message| message.on);
        let aside = report.set_aside.map(|aside| aside.on);
        let over_on = parts.limits.periods().over_on(report.closed_on, aside, last_said);
        // It goes on that day at the earliest.
        let kept_until = over_on.and_then(|day| day.yesterday().ok()).map(Day);
        let is_owed =
            !open.is_empty() || !more_notices.is_empty() || next.is_some_and(|entry| entry.clock.met_on.is_none());
        let set_aside = report.set_aside.map(|aside| {
            let turn_to = parts.shell.help(turn_to(aside, &answers));
            SetAsideView { turn_to, ..SetAsideView::new(aside, is_owed, is_late) }
        });
        let (mut new, earlier): (Vec<Said>, _) =
            in_order(report, answers, copies, fetched).into_iter().partition(Said::is_new);
        new.sort_by_key(|said| !said.may_ask());
        Self {
            shell: parts.shell,
            code,
            tag,
            standing,
            meaning: MeaningOfState {
                standing,
                fetched: report.messages.first().map_or(Fetched::No, fetched),
                is_owed,
            },
            received_on: Day(report.received_on),
            kept_until: kept_until.filter(|_| !is_owed),
            emptied_on: parts.emptied_on.map(Day),
            restored_on: parts.restored.map(|days| days.to),
            notice: next.map(|entry| view(&entry.clock)),
            set_aside,
            more_notices,
            open: by_name(open, |clock| clock.label),
            kept: by_name(kept, |clock| clock.label),
            overdue,
            area_meanings: areas.decided().iter().map(|area| plain(*area)).collect(),
            areas,
            new,
            earlier,
            // One that came after it has lost nothing.
            restored: parts.restored.filter(|days| report.received_on <= days.from.0),
            send_id: follow_up.send_id(),
            typed: follow_up.typed,
            attachments: parts.limits.attachments,
            help: parts.shell.help(WhoElse::for_report(report.route, None)),
        }
    }
}

#[cfg(test)]
impl<'a> StatusPage<'a> {
    /// The page in its states, each named.
    pub(super) fn samples(shell: &'a Shell) -> Vec<(String, Self)> {
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
        let meaning = |standing, fetched| MeaningOfState { standing, fetched, is_owed: true };
        let new = || Self {
            shell,
            code: Zeroizing::new("7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA".to_owned()),
            tag: "2026-12-01.0123456789abcdef".to_owned(),
            standing: ReportStanding::State(ReportState::Received),
            meaning: meaning(ReportStanding::State(ReportState::Received), Fetched::Perhaps(Day(day))),
            received_on: Day(day),
            kept_until: None,
            emptied_on: None,
            restored_on: None,
            notice: Some(notice(ClockState::Open)),
            set_aside: None,
            more_notices: vec![],
            open: by_name([clock(ClockKind::Advice, ClockState::DueToday)], |clock| clock.label),
            kept: vec![],
            overdue: vec![],
            areas: AreasView::NotDecided,
            area_meanings: vec![],
            new: vec![],
            earlier: vec![person(Fetched::No, no_copy())],
            restored: None,
            typed: String::new(),
            send_id: SendId([1; 16]),
            attachments: 10,
            help: shell.help(WhoElse::for_report(crate::domain::Route::StaffConcern, None)),
        };
        let answered = Self {
            standing: ReportStanding::State(ReportState::Decided),
            meaning: meaning(ReportStanding::State(ReportState::Decided), Fetched::Confirmed),
            emptied_on: Some(Day(day)),
            areas: AreasView::Decided(vec![Area::BoardGovernance, Area::Competition]),
            area_meanings: vec![plain(Area::BoardGovernance), plain(Area::Competition)],
            notice: Some(StatusClock { met: Some(Day(day)), ..notice(ClockState::Met) }),
            open: vec![],
            kept: by_name(
                [ClockState::MetLate, ClockState::Met]
                    .map(|state| StatusClock { met: Some(Day(day)), ..notice(state) }),
                |clock| clock.label,
            ),
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
                Said::Over { on: Day(day) },
            ],
            ..new()
        };
        let late = Self {
            areas: AreasView::Decided(vec![]),
            overdue: vec![notice(ClockState::Overdue)],
            more_notices: vec![notice(ClockState::Open)],
            notice: Some(notice(ClockState::Overdue)),
            ..new()
        };
        let typed = Self { typed: "</textarea>".into(), ..new() };
        let copies = |fetched| Self {
            earlier: CopyView::samples().into_iter().map(|copy| person(fetched, copy)).collect(),
            ..new()
        };
        let aside_and = |reason, is_owed, turned: &[WhoElse]| Self {
            standing: ReportStanding::SetAside,
            meaning: MeaningOfState { standing: ReportStanding::SetAside, fetched: Fetched::Confirmed, is_owed },
            kept_until: (!is_owed).then_some(Day(day)),
            set_aside: Some(SetAsideView {
                turn_to: shell.help(turned.to_vec()),
                ..SetAsideView::new(SetAside { on: day, reason }, is_owed, reason == SetAsideReason::Abusive)
            }),
            notice: is_owed.then(|| notice(ClockState::Open)),
            areas: AreasView::SetAside,
            open: vec![],
            ..new()
        };
        let aside = |reason, is_owed| aside_and(reason, is_owed, &[]);
        let over = Self {
            standing: ReportStanding::NotKept,
            meaning: meaning(ReportStanding::NotKept, Fetched::Confirmed),
            areas: AreasView::NotKept,
            restored: Some(Days { from: Day(day), to: Day(day) }),
            earlier: vec![person(Fetched::Confirmed, no_copy()), Said::Over { on: Day(day) }],
            ..new()
        };
        let restored = Self {
            meaning: meaning(ReportStanding::State(ReportState::Received), Fetched::BeforeRestore(Day(day))),
            restored: Some(Days { from: Day(day), to: Day(day) }),
            restored_on: Some(Day(day)),
            earlier: vec![person(Fetched::BeforeRestore(Day(day)), no_copy())],
            ..new()
        };
        let closed = Self {
            standing: ReportStanding::State(ReportState::Closed),
            meaning: meaning(ReportStanding::State(ReportState::Closed), Fetched::Confirmed),
            kept_until: Some(Day(day)),
            open: vec![],
            ..new()
        };
        let entered = Self {
            meaning: meaning(ReportStanding::State(ReportState::Received), Fetched::Confirmed),
            earlier: vec![Said::Entered { on: Day(day) }],
            ..new()
        };
        let no_files = Self { attachments: 0, ..new() };
        let reasons =
            SetAsideReason::ALL.iter().map(|reason| (format!("status, set aside, {reason}"), aside(*reason, false)));
        let states = vec![
            ("status", new()),
            ("status, answered", answered),
            ("status, late", late),
            ("status, changing a follow-up", typed),
            ("status, no files taken", no_files),
            ("status, set aside, for others", aside_and(SetAsideReason::NotForUs, false, &[WhoElse::Cqc, WhoElse::Mp])),
            ("status, entered at the desk", entered),
            ("status, set aside, and more was said", aside(SetAsideReason::NotForUs, true)),
            ("status, set aside, more was said, and it is late", aside(SetAsideReason::Abusive, true)),
            ("status, answers not kept any more, restored", over),
            ("status, restored, and not heard of since", restored),
            ("status, closed", closed),
            ("status, with copies", copies(Fetched::Perhaps(Day(day)))),
            ("status, with copies of what was fetched", copies(Fetched::Confirmed)),
        ];
        states.into_iter().map(|(name, page)| (name.to_owned(), page)).chain(reasons).collect()
    }
}

impl SetAsideView<'_> {
    fn new(SetAside { on, reason }: SetAside, is_owed: bool, is_late: bool) -> Self {
        let then = match reason {
            SetAsideReason::NotAConcern => "If there is one, write to us below what happened, where and when.",
            SetAsideReason::Duplicate => {
                "If it is not a copy, or there is more to say, write to us below. If you sent it twice, you can go on under either code."
            }
            SetAsideReason::Abusive => {
                "If there is a concern, write to us below what happened, where and when, without attacking anyone."
            }
            SetAsideReason::Test => "If you meant it, write to us below what happened.",
            SetAsideReason::NotForUs => "If we misread it, write to us below why it is for us.",
            SetAsideReason::Withdrawn => "If there is more to say, write to us below.",
        };
        Self { on: Day(on), turn_to: Vec::new(), why: reason.told(), then, is_owed, is_late }
    }
}

impl AreasView {
    fn of(report: &StoredReport, answers: &[ReadAnswer]) -> Self {
        let newest = answers.iter().filter_map(|read| read.outcome.confirmed()).next_back();
        let is_notice = |read: &ReadAnswer| read.kind == AnswerKind::Notice && read.outcome.was_confirmed();
        let is_noticed = answers.iter().any(is_notice);
        match newest {
            // Before a notice, that there are no areas only means that none was chosen yet.
            Some(answer) if is_noticed || !answer.areas.is_empty() => Self::Decided(answer.areas.clone()),
            None if is_noticed => Self::NotKept,
            _ if report.set_aside.is_some() => Self::SetAside,
            _ => Self::NotDecided,
        }
    }

    fn decided(&self) -> &[Area] {
        if let Self::Decided(areas) = self { areas } else { &[] }
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
            Self::Person { .. } | Self::Entered { .. } | Self::Over { .. } => false,
            Self::Team { new, .. } | Self::Unconfirmed { new, .. } | Self::Damaged { new, .. } => *new,
        }
    }

    /// Whether it may ask something of the person. A notice only tells.
    const fn may_ask(&self) -> bool {
        matches!(self, Self::Team { kind: AnswerKind::Reply, .. })
    }
}

/// Where a report stands, as far as the person is told.
#[derive(Clone, Copy)]
enum ReportStanding {
    State(ReportState),
    SetAside,
    /// The answer that said so last is not kept any more.
    NotKept,
}

impl ReportStanding {
    fn of(report: &StoredReport, answers: &[ReadAnswer]) -> Self {
        let last = answers.iter().rfind(|read| read.outcome.was_confirmed());
        match last.map(|read| read.outcome.confirmed()) {
            _ if report.set_aside.is_some() => Self::SetAside,
            Some(Some(answer)) => Self::State(answer.state),
            _ if report.closed_on.is_some() => Self::State(ReportState::Closed),
            Some(None) => Self::NotKept,
            None => Self::State(ReportState::Received),
        }
    }

    const fn label(self) -> &'static str {
        match self {
            Self::State(state) => state.label(),
            Self::SetAside => "We have set it aside",
            Self::NotKept => "We have worked on it",
        }
    }
}

/// Where a report stands, in a sentence.
#[derive(Clone, Copy)]
struct MeaningOfState {
    standing: ReportStanding,
    /// Whether the team has its concern.
    fetched: Fetched,
    /// Whether a promise is open.
    is_owed: bool,
}

impl fmt::Display for MeaningOfState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let state = match self.standing {
            ReportStanding::State(state) => state,
            ReportStanding::SetAside if self.is_owed => {
                return f.write_str("You have written something that we had not read then. We answer that.");
            }
            ReportStanding::SetAside => {
                return f.write_str("We do not plan to do more. You can still write to us here.");
            }
            ReportStanding::NotKept => {
                return f.write_str("What we told you last is not kept here any more. If you need it, ask us below.");
            }
        };
        match (state, self.fetched) {
            (ReportState::Received, Fetched::Confirmed) => {
                f.write_str("The team has it. They have not told us yet what they will do.")
            }
            (ReportState::Received, Fetched::Perhaps(day)) => {
                write!(f, "It may have been fetched on {day}. We have not heard yet that the team has it.")
            }
            (ReportState::Received, Fetched::BeforeRestore(day)) => {
                write!(
                    f,
                    "The team may have it. This service was restored on {day}, and has not heard from them since."
                )
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
    /// It came before the box was restored on that day, and whether it was fetched before is not known any more.
    BeforeRestore(Day),
    Confirmed,
}

impl Fetched {
    fn of(message: &StoredMessage, emptied_on: Option<Date>, restored: Option<Days>) -> Self {
        match emptied_on {
            _ if message.collected => Self::Confirmed,
            Some(day) if day >= message.on => Self::Perhaps(Day(day)),
            _ => match restored {
                Some(days) if message.on <= days.from.0 => Self::BeforeRestore(days.to),
                _ => Self::No,
            },
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

/// Whom the team named last, if the report is set aside because it is for others.
fn turn_to(aside: SetAside, answers: &[ReadAnswer]) -> Vec<WhoElse> {
    let confirmed = answers.iter().rev().filter_map(|read| read.outcome.confirmed());
    let mut named = confirmed.map(|answer| &answer.turn_to).filter(|named| !named.is_empty());
    named.next().filter(|_| aside.reason == SetAsideReason::NotForUs).cloned().unwrap_or_default()
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
            let said = if message.entered {
                Said::Entered { on }
            } else {
                Said::Person { kind, on, fetched: fetched(message), copy }
            };
            (message.seq, 0, said)
        })
        .collect();
    let last = report.messages.last().map_or(0, |message| message.seq);
    let last_on = report.messages.last().map_or(report.received_on, |message| message.on);
    let mut after = 1;
    for ReadAnswer { seq, kind, delivered_on, outcome } in answers {
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
            AnswerOutcome::Over if !kind.is_text() => {}
            AnswerOutcome::Unconfirmed => said.push((after, seq, Said::Unconfirmed { on, new })),
            AnswerOutcome::Damaged => said.push((after, seq, Said::Damaged { on, new })),
            AnswerOutcome::Over => said.push((after, seq, Said::Over { on })),
        }
    }
    said.sort_by_key(|(after, seq, _)| (*after, *seq));
    said.into_iter().map(|(_, _, said)| said).collect()
}
