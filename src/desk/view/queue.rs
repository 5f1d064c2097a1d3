//! The queue: what waits for the team.

use askama::Template;

use super::{
    Shell,
    alerts::AlertRow,
    coming::Coming,
    filter::Filter,
    promise::{Due, has_next},
    words::state_name,
};
use crate::{
    casebook::{Casebook, QueueEntry},
    desk::form::{one_question::SearchField, question::AskedField},
    domain::{Calendar, ClockState, Date, Entries, FieldError, ReportId, SeriousHarm, escape_invisible_in_line},
    http::{Day, Field},
};

/// Rows of what a search found.
const FOUND: usize = 500;
/// Rows of one page.
const ROWS: usize = 50;
/// Lines of what is told of the team, before the rest waits until these are confirmed.
const ALERTS: usize = 100;

/// Every report that is asked for, the most pressing first.
#[derive(Template)]
#[template(path = "desk/queue.html")]
pub(in crate::desk) struct QueuePage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    search: Field,
    /// Whether it shows what a search found, rather than the queue.
    searched: bool,
    counts: Vec<AttentionCount>,
    fields: Vec<Field>,
    /// Whether more is asked for than all open work.
    filtered: bool,
    rows: Vec<QueueRow>,
    /// How many there are on all pages.
    total: usize,
    previous: Option<String>,
    next: Option<String>,
    closed_to_me: usize,
    /// What happened to the team, and who tried what they may not, until it is confirmed.
    alerts: Vec<AlertRow>,
    /// The last event that it tells of.
    told_through: u64,
    /// Reports whose key should be sealed to whoever looks and is not.
    keyless: Vec<ReportId>,
    /// Changes that wait for a second member.
    proposals: usize,
    coming: Option<Coming>,
}

/// Something that needs attention: how many there are of it, and where they are shown.
struct AttentionCount {
    number: usize,
    label: &'static str,
    path: &'static str,
}

struct QueueRow {
    id: ReportId,
    route: &'static str,
    received: Day,
    areas: Vec<&'static str>,
    owner: Option<String>,
    state: &'static str,
    withdrawn: bool,
    set_aside: bool,
    urgent: bool,
    harm: Option<&'static str>,
    unread: usize,
    next: Option<Due>,
    /// What is on its way to the person, in words.
    answers: Vec<String>,
}

impl<'a> QueuePage<'a> {
    /// What a filter lets through, in the order of the queue.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        queue: Vec<QueueEntry>,
        filter: &Filter,
        (today, calendar): (Date, &Calendar),
    ) -> Self {
        let coming = Coming::new(&queue, today, calendar);
        let counts = counts(&queue);
        let shown = filter.select(queue, casebook, (today, calendar), None);
        let mut told = casebook.alerts();
        told.truncate(ALERTS);
        let total = shown.len();
        let pages = total.div_ceil(ROWS).max(1);
        let page = filter.page.min(pages);
        let rows =
            shown.iter().skip((page - 1) * ROWS).take(ROWS).map(|entry| QueueRow::new(entry, casebook)).collect();
        Self {
            shell,
            errors: Vec::new(),
            search: SearchField::Words.field(&Entries::default(), &[]),
            searched: false,
            counts,
            fields: filter.fields(casebook),
            filtered: filter.is_asked(),
            rows,
            total,
            previous: (page > 1).then(|| filter.page_path(page - 1)),
            next: (page < pages).then(|| filter.page_path(page + 1)),
            closed_to_me: closed_to_me(casebook),
            told_through: told.last().map_or(0, |alert| alert.event),
            alerts: told.iter().map(|alert| AlertRow::new(alert, casebook)).collect(),
            keyless: casebook.keyless(),
            proposals: casebook.proposals().len(),
            coming: Some(coming),
        }
    }

    /// What a search found: on one page, because no address leads to a second one.
    pub(in crate::desk) fn found(
        shell: &'a Shell,
        casebook: &Casebook,
        found: &[QueueEntry],
        typed: &Entries,
        errors: Vec<FieldError>,
    ) -> Self {
        Self {
            shell,
            search: SearchField::Words.field(typed, &errors),
            errors,
            searched: true,
            counts: Vec::new(),
            fields: Vec::new(),
            filtered: false,
            rows: found.iter().take(FOUND).map(|entry| QueueRow::new(entry, casebook)).collect(),
            total: found.len(),
            previous: None,
            next: None,
            closed_to_me: closed_to_me(casebook),
            alerts: Vec::new(),
            told_through: 0,
            keyless: Vec::new(),
            proposals: 0,
            coming: None,
        }
    }
}

/// How many reports are closed to whoever looks, and rightly so.
fn closed_to_me(casebook: &Casebook) -> usize {
    let keyless = casebook.keyless();
    casebook.closed_to_me().iter().filter(|id| !keyless.contains(id)).count()
}

impl QueueRow {
    fn new(entry: &QueueEntry, casebook: &Casebook) -> Self {
        let count = |number: usize, what: &str| (number > 0).then(|| format!("{number} {what}"));
        let answers = [
            count(entry.to_approve, "to be approved"),
            count(entry.waiting, "written, not exported"),
            count(entry.on_the_way, "exported, not known to be delivered"),
        ];
        Self {
            id: entry.id,
            route: entry.route.name(),
            received: Day(entry.received_on),
            areas: entry.areas.iter().map(|area| area.label()).collect(),
            owner: entry
                .owner
                .and_then(|owner| casebook.member_name(owner))
                .map(|name| escape_invisible_in_line(name.as_str())),
            state: state_name(entry.state),
            withdrawn: entry.withdrawn,
            set_aside: entry.set_aside.is_some(),
            urgent: entry.is_urgent(),
            harm: entry.serious_harm.map(SeriousHarm::label),
            unread: entry.unread,
            next: if entry.withdrawn { None } else { entry.next_clock().map(Due::new) },
            answers: answers.into_iter().flatten().collect(),
        }
    }
}

/// What needs attention in the whole queue.
fn counts(queue: &[QueueEntry]) -> Vec<AttentionCount> {
    let count = |holds: &dyn Fn(&QueueEntry) -> bool| queue.iter().filter(|entry| holds(entry)).count();
    let all = [
        (count(&|entry| has_next(entry, ClockState::Overdue)), "overdue", "/?due=overdue"),
        (count(&|entry| has_next(entry, ClockState::DueToday)), "due today", "/?due=today"),
        (count(&|entry| has_next(entry, ClockState::DueSoon)), "due soon", "/?due=soon"),
        (count(&QueueEntry::is_urgent), "with serious harm possible soon", "/"),
        (count(&|entry| entry.unread > 0), "not read yet", "/?unread=yes"),
        (count(&|entry| entry.to_approve > 0), "waiting for a second approver", "/approve"),
        (count(&|entry| entry.waiting > 0), "with answers not exported", "/?waiting=export"),
        (count(&|entry| entry.on_the_way > 0), "with answers not known to be delivered", "/?waiting=delivery"),
    ];
    all.into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, label, path)| AttentionCount { number, label, path })
        .collect()
}
