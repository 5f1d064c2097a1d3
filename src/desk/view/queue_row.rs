//! One report in the queue.

use std::fmt;

use askama::filters::HtmlSafe;

use super::{
    promise::Due,
    report_line::ReportLine,
    words::{short_day, state_name},
};
use crate::{
    casebook::{Casebook, QueueEntry},
    desk::from::WayBack,
    domain::{ClockState, Date, ReportId, ReportState, WayIn, escape_invisible_in_line},
    http::Day,
};

/// A row of the queue.
pub(super) struct QueueRow {
    pub(super) id: ReportId,
    pub(super) ticked: bool,
    /// The report's page, from which one comes back here.
    pub(super) path: String,
    /// Where it is set aside; none where it can't be.
    pub(super) aside_path: Option<String>,
    pub(super) received: ShortDay,
    pub(super) line: ReportLine,
    pub(super) urgent: bool,
    /// In which way it came, if not through the box.
    pub(super) way: Option<&'static str>,
    pub(super) unread: usize,
    /// Since when nobody answered what the person added.
    pub(super) unanswered_since: Option<Day>,
    /// Whether it goes on with another.
    pub(super) joined: bool,
    pub(super) next: Option<NextDue>,
    /// By when the team set out to act, and whether that presses.
    pub(super) own_date: Option<(ShortDay, Option<ClockState>)>,
    pub(super) state: &'static str,
    /// Why it was set aside, and what is on its way to the person, in words.
    /// In one text each, for a template that writes what a filter joins twice has nothing the second time.
    pub(super) beside_state: String,
    pub(super) areas: String,
    pub(super) route: &'static str,
    pub(super) owner: Option<String>,
    /// Whether whoever looks can take it.
    pub(super) can_take: bool,
}

/// A day as a narrow column has room for.
pub(super) struct ShortDay {
    on: Date,
    text: String,
}

impl fmt::Display for ShortDay {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "<time datetime=\"{}\">{}</time>", self.on, self.text)
    }
}

// Digits, names of days and months, and the tags above.
impl HtmlSafe for ShortDay {}

/// The promise that is due first.
pub(super) struct NextDue {
    pub(super) on: ShortDay,
    pub(super) state: ClockState,
    pub(super) left: Option<String>,
}

impl QueueRow {
    pub(super) fn new(
        entry: &QueueEntry,
        casebook: &Casebook,
        line: ReportLine,
        (today, ticked): (Date, bool),
        way_back: &WayBack,
    ) -> Self {
        let short = |on: Date| ShortDay { on, text: short_day(on, today) };
        let can_be_set_aside = entry.set_aside.is_none() && !entry.withdrawn;
        let name = entry.owner.and_then(|owner| casebook.member_name(owner));
        Self {
            id: entry.id,
            ticked,
            path: way_back.report(entry.id),
            aside_path: can_be_set_aside.then(|| way_back.link_to_aside(entry.id)),
            received: ShortDay {
                on: entry.received_on,
                // Its weekday tells nothing any more.
                text: short_day(entry.received_on, today).split_once(' ').map_or_else(String::new, |(first, rest)| {
                    if first.starts_with(|c: char| c.is_ascii_digit()) {
                        format!("{first} {rest}")
                    } else {
                        rest.to_owned()
                    }
                }),
            },
            line,
            urgent: entry.is_urgent(),
            way: (entry.way != WayIn::Box).then(|| entry.way.label()),
            unread: entry.unread,
            unanswered_since: entry.unanswered_since.map(Day),
            joined: entry.continues.is_some(),
            next: entry.next_clock().map(|clock| {
                let due = Due::new(clock);
                NextDue { on: short(clock.due_on), state: due.state, left: due.left }
            }),
            own_date: entry.action_by.map(|by| (short(by), entry.pressing_own_date())),
            state: if entry.withdrawn {
                "Withdrawn"
            } else if entry.set_aside.is_some() {
                "Set aside"
            } else {
                state_name(entry.state)
            },
            beside_state: beside_state(entry),
            areas: entry.areas.iter().map(|area| area.label()).collect::<Vec<_>>().join("; "),
            route: entry.route.name(),
            owner: name.map(|name| escape_invisible_in_line(name.as_str())),
            can_take: entry.set_aside.is_none()
                && entry.state != ReportState::Closed
                && (entry.owner.is_none() || entry.owner != casebook.me()),
        }
    }
}

fn beside_state(entry: &QueueEntry) -> String {
    let count = |number: usize, what: &str| (number > 0).then(|| format!("{number} {what}"));
    let reason = entry.set_aside.map(|reason| reason.label().to_owned());
    let answers = [
        count(entry.to_approve, "to be approved"),
        count(entry.to_give, "to be given"),
        count(entry.waiting, "written, not exported"),
        count(entry.on_the_way, "exported, not known to be delivered"),
    ];
    reason.into_iter().chain(answers.into_iter().flatten()).collect::<Vec<_>>().join("; ")
}
