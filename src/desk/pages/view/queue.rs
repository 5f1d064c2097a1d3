//! The queue: what waits for the team.

use askama::Template;

use super::Shell;
use crate::{
    desk::{Casebook, QueueEntry, coming::Coming},
    domain::{
        Area, Calendar, ClockState, ClockView, Date, Entries, FieldError, MemberId, ReportId, ReportState, Route,
        SeriousHarm, Text,
    },
    http::{Choice, Day, Field, Kind},
};

/// Rows of one page.
const ROWS: usize = 50;
/// The fields of the form that says what to show.
const FIELDS: [&str; 8] = ["area", "route", "state", "owner", "due", "unread", "waiting", "show"];

/// Every report that is asked for, the most pressing first.
#[derive(Template)]
#[template(path = "desk/queue.html")]
pub(in crate::desk::pages) struct QueuePage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    /// What was searched for; none for the queue itself.
    searched: Option<String>,
    counts: Vec<Count>,
    fields: Vec<Field>,
    /// Whether more is asked for than all open work.
    filtered: bool,
    rows: Vec<Row>,
    /// How many there are on all pages.
    total: usize,
    previous: Option<String>,
    next: Option<String>,
    closed_to_me: usize,
    coming: Option<Coming>,
}

/// Something that needs attention: how many there are of it, and where they are shown.
struct Count {
    number: usize,
    label: &'static str,
    path: &'static str,
}

struct Row {
    id: ReportId,
    route: &'static str,
    received: Day,
    areas: Vec<&'static str>,
    owner: Option<String>,
    state: &'static str,
    withdrawn: bool,
    urgent: bool,
    harm: Option<&'static str>,
    unread: usize,
    next: Option<Due>,
    /// What is on its way to the person, in words.
    answers: Vec<String>,
}

/// A promise that is open.
pub(in crate::desk::pages) struct Due {
    pub(in crate::desk::pages) on: Day,
    pub(in crate::desk::pages) state: ClockState,
    /// `3 working days left`.
    pub(in crate::desk::pages) left: Option<String>,
}

/// What is asked for.
pub(in crate::desk::pages) struct Filter {
    area: Option<Area>,
    state: Option<ReportState>,
    route: Option<Route>,
    owner: Option<Owner>,
    unread: bool,
    due: Option<When>,
    waiting: Option<Waiting>,
    /// Whether closed ones without an open promise are shown too.
    all: bool,
    page: usize,
    /// As it stood in the query, for the form and for the links to other pages.
    typed: Entries,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Owner {
    Nobody,
    Member(MemberId),
}

#[derive(Clone, Copy)]
enum When {
    Overdue(Date),
    On(Date),
    Later,
    Now(ClockState),
}

#[derive(Clone, Copy)]
enum Waiting {
    Approval,
    Export,
    Delivery,
}

impl Filter {
    /// Reads a query. What it does not know it passes over.
    pub(in crate::desk::pages) fn read(query: &Entries, me: Option<MemberId>, today: Date) -> Self {
        let owner = match query.first("owner") {
            "nobody" => Some(Owner::Nobody),
            "me" => me.map(Owner::Member),
            id => id.parse().ok().map(Owner::Member),
        };
        let due = match query.first("due") {
            "overdue" => Some(When::Overdue(today)),
            "today" => Some(When::Now(ClockState::DueToday)),
            "soon" => Some(When::Now(ClockState::DueSoon)),
            "later" => Some(When::Later),
            day => day.parse().ok().map(When::On),
        };
        Self {
            area: Area::from_slug(query.first("area")),
            state: ReportState::from_slug(query.first("state")),
            route: Route::from_slug(query.first("route")),
            owner,
            unread: query.has("unread", "yes"),
            due,
            waiting: match query.first("waiting") {
                "approval" => Some(Waiting::Approval),
                "export" => Some(Waiting::Export),
                "delivery" => Some(Waiting::Delivery),
                _ => None,
            },
            all: query.has("show", "all"),
            page: query.first("page").parse().unwrap_or(1).max(1),
            typed: query.copy(),
        }
    }

    fn shows(&self, entry: &QueueEntry, last_shown: Option<Date>) -> bool {
        // Whatever is left to do stays in sight, whether the report is closed or not.
        let is_over = (entry.state == ReportState::Closed || entry.withdrawn)
            && !entry.is_due(|_| true)
            && entry.unread + entry.waiting + entry.to_approve + entry.on_the_way == 0;
        (self.all || self.state == Some(ReportState::Closed) || !is_over)
            && self.area.is_none_or(|area| entry.areas.contains(&area))
            && self.state.is_none_or(|state| entry.state == state)
            && self.route.is_none_or(|route| entry.route == route)
            && self.owner.is_none_or(|owner| entry.owner.map_or(Owner::Nobody, Owner::Member) == owner)
            && (!self.unread || entry.unread > 0)
            && self.waiting.is_none_or(|waiting| match waiting {
                Waiting::Approval => entry.to_approve > 0,
                Waiting::Export => entry.waiting > 0,
                Waiting::Delivery => entry.on_the_way > 0,
            })
            && self.due.is_none_or(|when| match when {
                When::Overdue(today) => entry.is_due(|due| due < today),
                When::On(day) => entry.is_due(|due| due == day),
                When::Now(state) => has_next(entry, state),
                When::Later => entry.is_due(|due| last_shown.is_none_or(|last| last < due)),
            })
    }

    /// What is asked for, but for the page. What no field has is passed over.
    fn asked(&self) -> impl Iterator<Item = (&str, &str)> {
        self.typed.iter().filter(|(name, value)| FIELDS.contains(name) && !value.is_empty())
    }

    /// The address of another page of the same.
    fn page_path(&self, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.asked());
        query.append_pair("page", &page.to_string());
        format!("/?{}", query.finish())
    }

    fn fields(&self, casebook: &Casebook) -> Vec<Field> {
        let select = |id: &'static str, label: &'static str, none: &'static str, choices: Vec<(String, String)>| {
            Field::new(id, label, Kind::Select(none, Choice::list(id, choices, &self.typed)), &[])
        };
        let pair = |slug: &str, label: &str| (slug.to_owned(), label.to_owned());
        let team = casebook.team();
        let mut owners = vec![pair("me", "Me"), pair("nobody", "Nobody")];
        let others = team.iter().filter(|member| !member.is_me);
        owners.extend(others.map(|member| (member.id.to_string(), member.name.as_str().to_owned())));
        vec![
            select("area", "Area", "Any", Area::ALL.iter().map(|area| pair(area.slug(), area.label())).collect()),
            select("route", "Route", "Any", Route::ALL.iter().map(|route| pair(route.slug(), route.name())).collect()),
            select("state", "State", "Any", ReportState::ALL.iter().map(|s| pair(s.slug(), state_name(*s))).collect()),
            select("owner", "Who looks after it", "Anyone", owners),
            select("due", "Promises", "All", self.due_choices()),
            select("unread", "Messages", "All", vec![pair("yes", "Not read yet")]),
            select(
                "waiting",
                "Answers",
                "All",
                vec![
                    pair("approval", "Waiting for approval"),
                    pair("export", "Written, not exported"),
                    pair("delivery", "Exported, not known to be delivered"),
                ],
            ),
            select("show", "Closed reports", "Only with an open promise", vec![pair("all", "All")]),
        ]
    }
}

impl Filter {
    fn due_choices(&self) -> Vec<(String, String)> {
        let pair = |value: &str, label: &str| (value.to_owned(), label.to_owned());
        let mut choices = vec![
            pair("overdue", "Overdue"),
            pair("today", "Due today"),
            pair("soon", "Due soon"),
            pair("later", "Due after the next three weeks"),
        ];
        // A link of the picture asks for one day.
        if let Some(When::On(day)) = self.due {
            choices.push((self.typed.first("due").to_owned(), format!("Due on {}", day.strftime("%-d %B %Y"))));
        }
        choices
    }
}

impl<'a> QueuePage<'a> {
    /// What a filter lets through, in the order of the queue.
    pub(in crate::desk::pages) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        queue: Vec<QueueEntry>,
        filter: &Filter,
        (today, calendar): (Date, &Calendar),
    ) -> Self {
        let coming = Coming::new(&queue, today, calendar);
        let last_shown = coming.days.last().map(|day| day.date);
        let counts = counts(&queue);
        let shown: Vec<_> = queue.into_iter().filter(|entry| filter.shows(entry, last_shown)).collect();
        let total = shown.len();
        let pages = total.div_ceil(ROWS).max(1);
        let page = filter.page.min(pages);
        let rows = shown.iter().skip((page - 1) * ROWS).take(ROWS).map(|entry| Row::new(entry, casebook)).collect();
        Self {
            shell,
            errors: Vec::new(),
            searched: None,
            counts,
            fields: filter.fields(casebook),
            filtered: filter.asked().next().is_some(),
            rows,
            total,
            previous: (page > 1).then(|| filter.page_path(page - 1)),
            next: (page < pages).then(|| filter.page_path(page + 1)),
            closed_to_me: casebook.closed_to_me().len(),
            coming: Some(coming),
        }
    }

    /// What a search found: all of it on one page, because no address leads to a second one.
    pub(in crate::desk::pages) fn found(
        shell: &'a Shell,
        casebook: &Casebook,
        found: &[QueueEntry],
        asked: &Text,
    ) -> Self {
        let nothing = "Enter what to look for";
        Self {
            shell,
            errors: if asked.is_empty() { vec![FieldError::new("q", nothing)] } else { Vec::new() },
            searched: Some(asked.as_str().to_owned()),
            counts: Vec::new(),
            fields: Vec::new(),
            filtered: false,
            rows: found.iter().map(|entry| Row::new(entry, casebook)).collect(),
            total: found.len(),
            previous: None,
            next: None,
            closed_to_me: casebook.closed_to_me().len(),
            coming: None,
        }
    }
}

impl Row {
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
            owner: entry.owner.and_then(|owner| casebook.member_name(owner)).map(|name| name.as_str().to_owned()),
            state: state_name(entry.state),
            withdrawn: entry.withdrawn,
            urgent: entry.is_urgent(),
            harm: entry.serious_harm.map(SeriousHarm::label),
            unread: entry.unread,
            next: if entry.withdrawn { None } else { entry.next_clock().map(Due::new) },
            answers: answers.into_iter().flatten().collect(),
        }
    }
}

impl Due {
    /// Of a promise that is open.
    pub(in crate::desk::pages) fn new(clock: &ClockView) -> Self {
        let left = clock.working_days_left.filter(|left| *left != 0).map(|left| {
            let days = left.unsigned_abs();
            let noun = if days == 1 { "working day" } else { "working days" };
            if left > 0 { format!("{days} {noun} left") } else { format!("{days} {noun} ago") }
        });
        Self { on: Day(clock.due_on), state: clock.state, left }
    }
}

/// A state as the team calls it; its label is what the person reads.
pub(in crate::desk::pages) const fn state_name(state: ReportState) -> &'static str {
    match state {
        ReportState::Received => "Received",
        ReportState::BeingRead => "Being read",
        ReportState::Decided => "Decided",
        ReportState::Closed => "Closed",
    }
}

/// Whether the promise of it that is due first stands so.
fn has_next(entry: &QueueEntry, state: ClockState) -> bool {
    !entry.withdrawn && entry.next_clock().is_some_and(|clock| clock.state == state)
}

/// What needs attention in the whole queue.
fn counts(queue: &[QueueEntry]) -> Vec<Count> {
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
        .map(|(number, label, path)| Count { number, label, path })
        .collect()
}
