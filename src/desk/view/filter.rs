//! Which reports of the queue are asked for.

use super::{promise::has_next, words::state_name};
use crate::{
    casebook::{Casebook, QueueEntry},
    domain::{Area, ClockState, Date, Entries, MemberId, ReportState, Route, escape_invisible_in_line},
    http::{Choice, Field, Kind},
};

/// The fields of the form that says what to show.
const FIELDS: [&str; 8] = ["area", "route", "state", "owner", "due", "unread", "waiting", "show"];

/// What is asked for.
pub(in crate::desk) struct Filter {
    area: Option<Area>,
    state: Option<ReportState>,
    route: Option<Route>,
    owner: Option<OwnerFilter>,
    unread: bool,
    due: Option<DueFilter>,
    waiting: Option<AnswerFilter>,
    /// Whether closed ones without an open promise are shown too.
    all: bool,
    pub(super) page: usize,
    /// As it stood in the query, for the form and for the links to other pages.
    typed: Entries,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum OwnerFilter {
    Nobody,
    Member(MemberId),
}

#[derive(Clone, Copy)]
enum DueFilter {
    Overdue(Date),
    On(Date),
    Later,
    Now(ClockState),
}

#[derive(Clone, Copy)]
enum AnswerFilter {
    Approval,
    Export,
    Delivery,
}

impl Filter {
    /// Reads a query. What it does not know it passes over.
    pub(in crate::desk) fn read(query: &Entries, me: Option<MemberId>, today: Date) -> Self {
        let owner = match query.first("owner") {
            "nobody" => Some(OwnerFilter::Nobody),
            "me" => me.map(OwnerFilter::Member),
            id => id.parse().ok().map(OwnerFilter::Member),
        };
        let due = match query.first("due") {
            "overdue" => Some(DueFilter::Overdue(today)),
            "today" => Some(DueFilter::Now(ClockState::DueToday)),
            "soon" => Some(DueFilter::Now(ClockState::DueSoon)),
            "later" => Some(DueFilter::Later),
            day => day.parse().ok().map(DueFilter::On),
        };
        Self {
            area: Area::from_slug(query.first("area")),
            state: ReportState::from_slug(query.first("state")),
            route: Route::from_slug(query.first("route")),
            owner,
            unread: query.has("unread", "yes"),
            due,
            waiting: match query.first("waiting") {
                "approval" => Some(AnswerFilter::Approval),
                "export" => Some(AnswerFilter::Export),
                "delivery" => Some(AnswerFilter::Delivery),
                _ => None,
            },
            all: query.has("show", "all"),
            page: query.first("page").parse().unwrap_or(1).max(1),
            typed: query.copy(),
        }
    }

    /// Whether a report is asked for. The picture of what is due goes up to `last_shown`.
    pub(super) fn shows(&self, entry: &QueueEntry, last_shown: Option<Date>) -> bool {
        // Whatever is left to do stays in sight, whether the report is closed or not.
        let is_over = entry.is_over
            && !entry.is_due(|_| true)
            && entry.unread + entry.waiting + entry.to_approve + entry.on_the_way == 0;
        (self.all || self.state == Some(ReportState::Closed) || !is_over)
            && self.area.is_none_or(|area| entry.areas.contains(&area))
            && self.state.is_none_or(|state| entry.state == state)
            && self.route.is_none_or(|route| entry.route == route)
            && self.owner.is_none_or(|owner| entry.owner.map_or(OwnerFilter::Nobody, OwnerFilter::Member) == owner)
            && (!self.unread || entry.unread > 0)
            && self.waiting.is_none_or(|waiting| match waiting {
                AnswerFilter::Approval => entry.to_approve > 0,
                AnswerFilter::Export => entry.waiting > 0,
                AnswerFilter::Delivery => entry.on_the_way > 0,
            })
            && self.due.is_none_or(|when| match when {
                DueFilter::Overdue(today) => entry.is_due(|due| due < today),
                DueFilter::On(day) => entry.is_due(|due| due == day),
                DueFilter::Now(state) => has_next(entry, state),
                DueFilter::Later => entry.is_due(|due| last_shown.is_none_or(|last| last < due)),
            })
    }

    /// What is asked for, but for the page. What no field has is passed over.
    pub(super) fn asked(&self) -> impl Iterator<Item = (&str, &str)> {
        self.typed.iter().filter(|(name, value)| FIELDS.contains(name) && !value.is_empty())
    }

    /// The address of another page of the same.
    pub(super) fn page_path(&self, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.asked());
        query.append_pair("page", &page.to_string());
        format!("/?{}", query.finish())
    }

    /// The form, filled in.
    pub(super) fn fields(&self, casebook: &Casebook) -> Vec<Field> {
        let select = |id: &'static str, label: &'static str, none: &'static str, choices: Vec<(String, String)>| {
            Field::new(id, label, Kind::Select(none, Choice::list(id, choices, &self.typed)), &[])
        };
        let pair = |slug: &str, label: &str| (slug.to_owned(), label.to_owned());
        let team = casebook.team();
        let mut owners = vec![pair("me", "Me"), pair("nobody", "Nobody")];
        let others = team.iter().filter(|member| !member.is_me);
        owners.extend(others.map(|member| (member.id.to_string(), escape_invisible_in_line(member.name.as_str()))));
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

    fn due_choices(&self) -> Vec<(String, String)> {
        let pair = |value: &str, label: &str| (value.to_owned(), label.to_owned());
        let mut choices = vec![
            pair("overdue", "Overdue"),
            pair("today", "Due today"),
            pair("soon", "Due soon"),
            pair("later", "Due after the next three weeks"),
        ];
        // A link of the picture asks for one day.
        if let Some(DueFilter::On(day)) = self.due {
            choices.push((self.typed.first("due").to_owned(), format!("Due on {}", day.strftime("%-d %B %Y"))));
        }
        choices
    }
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;
    use crate::world::{DAY, casebook::World};

    #[test]
    fn whatever_can_be_chosen_is_understood() {
        let world = World::new();
        let casebook = world.open().unwrap();
        let read = |field: &str, value: &str| {
            let mut query = Entries::default();
            query.push(field.to_owned(), value.to_owned());
            let Filter { area, state, route, owner, unread, due, waiting, all, .. } =
                Filter::read(&query, casebook.me(), DAY);
            let asked = [
                ("area", area.is_some()),
                ("state", state.is_some()),
                ("route", route.is_some()),
                ("owner", owner.is_some()),
                ("unread", unread),
                ("due", due.is_some()),
                ("waiting", waiting.is_some()),
                ("show", all),
            ];
            asked.into_iter().filter(|(_, asked)| *asked).map(|(name, _)| name).collect::<Vec<_>>()
        };
        let fields = Filter::read(&Entries::default(), casebook.me(), DAY).fields(&casebook);
        assert_eq!(fields.iter().map(|field| field.id).collect::<std::collections::BTreeSet<_>>(), FIELDS.into());
        for field in &fields {
            let page = field.render().unwrap();
            let values: Vec<&str> =
                page.split("<option value=\"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
            assert!(values.len() > 1 && values[0].is_empty(), "{page}");
            assert!(read(field.id, "").is_empty());
            for value in &values[1..] {
                assert_eq!(read(field.id, value), [field.id], "{value}");
            }
        }
        assert!(fields.iter().any(|field| field.render().unwrap().contains("\"approval\">Waiting for approval")));
    }
}
