//! Which reports of the queue are asked for.

use super::{promise::has_next, words::state_name};
use crate::{
    casebook::{Casebook, QueueEntry},
    desk::form::{
        carried::YES,
        filter::{DUE_IN, EVERYTHING, FilterField, ME, NOBODY, SET_ASIDE},
        question::AskedField,
    },
    domain::{Area, ClockState, Date, Entries, MemberId, ReportState, Route, escape_invisible_in_line},
    http::Field,
};

/// In the query: which page of the list.
const PAGE: &str = "page";

/// What is asked for.
pub(in crate::desk) struct Filter {
    area: Option<Area>,
    state: Option<StateFilter>,
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

#[derive(Clone, Copy, PartialEq, Eq)]
enum StateFilter {
    At(ReportState),
    SetAside,
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
        let owner = match query.first(FilterField::Owner.name()) {
            NOBODY => Some(OwnerFilter::Nobody),
            ME => me.map(OwnerFilter::Member),
            id => id.parse().ok().map(OwnerFilter::Member),
        };
        let due = match query.first(FilterField::Due.name()) {
            "overdue" => Some(DueFilter::Overdue(today)),
            "today" => Some(DueFilter::Now(ClockState::DueToday)),
            "soon" => Some(DueFilter::Now(ClockState::DueSoon)),
            "later" => Some(DueFilter::Later),
            day => day.parse().ok().map(DueFilter::On),
        };
        Self {
            area: Area::from_slug(query.first(FilterField::Area.name())),
            state: match query.first(FilterField::State.name()) {
                SET_ASIDE => Some(StateFilter::SetAside),
                slug => ReportState::from_slug(slug).map(StateFilter::At),
            },
            route: Route::from_slug(query.first(FilterField::Route.name())),
            owner,
            unread: query.has(FilterField::Unread.name(), YES),
            due,
            waiting: match query.first(FilterField::Waiting.name()) {
                "approval" => Some(AnswerFilter::Approval),
                "export" => Some(AnswerFilter::Export),
                "delivery" => Some(AnswerFilter::Delivery),
                _ => None,
            },
            all: query.has(FilterField::Show.name(), EVERYTHING),
            page: query.first(PAGE).parse().unwrap_or(1).max(1),
            typed: query.copy(),
        }
    }

    /// Whether a report is asked for. The picture of what is due goes up to `last_shown`.
    pub(super) fn shows(&self, entry: &QueueEntry, last_shown: Option<Date>) -> bool {
        // Whatever is left to do stays in sight, whether the report is closed or not.
        let is_over = entry.is_over
            && !entry.is_due(|_| true)
            && entry.unread + entry.waiting + entry.to_approve + entry.on_the_way == 0;
        let is_asked = matches!(self.state, Some(StateFilter::At(ReportState::Closed) | StateFilter::SetAside));
        (self.all || is_asked || !is_over)
            && self.area.is_none_or(|area| entry.areas.contains(&area))
            && self.state.is_none_or(|state| match entry.set_aside {
                Some(_) => state == StateFilter::SetAside,
                None => state == StateFilter::At(entry.state),
            })
            && self.route.is_none_or(|route| entry.route == route)
            && self.owner.is_none_or(|owner| entry.owner.map_or(OwnerFilter::Nobody, OwnerFilter::Member) == owner)
            && (!self.unread || entry.unread > 0)
            && self.waiting.is_none_or(|waiting| match waiting {
                AnswerFilter::Approval => entry.to_approve > 0,
                AnswerFilter::Export => entry.waiting > 0,
                AnswerFilter::Delivery => entry.on_the_way > 0,
            })
            && self.due.is_none_or(|when| match when {
                DueFilter::On(day) => entry.is_due(|due| due == day),
                DueFilter::Overdue(today) => entry.is_due(|due| due < today),
                DueFilter::Now(state) => has_next(entry, state),
                DueFilter::Later => entry.is_due(|due| last_shown.is_none_or(|last| last < due)),
            })
    }

    /// What is asked for, but for the page. What no field has is passed over.
    pub(super) fn asked(&self) -> impl Iterator<Item = (&str, &str)> {
        let is_field = |name: &str| FilterField::ALL.iter().any(|field| field.name() == name);
        self.typed.iter().filter(move |(name, value)| is_field(name) && !value.is_empty())
    }

    /// The address of another page of the same.
    pub(super) fn page_path(&self, page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.asked());
        query.append_pair(PAGE, &page.to_string());
        format!("/?{}", query.finish())
    }

    /// The form, filled in.
    pub(super) fn fields(&self, casebook: &Casebook) -> Vec<Field> {
        FilterField::ALL.iter().map(|field| self.field(*field, casebook)).collect()
    }

    fn field(&self, field: FilterField, casebook: &Casebook) -> Field {
        let typed = &self.typed;
        match field {
            FilterField::Route => {
                field.offering(Route::ALL.iter().map(|route| (route.slug(), route.name())), typed, &[])
            }
            FilterField::State => {
                let states = ReportState::ALL.iter().map(|state| (state.slug(), state_name(*state)));
                field.offering(states.chain([(SET_ASIDE, "Set aside")]), typed, &[])
            }
            FilterField::Owner => {
                let team = casebook.team().into_iter().filter(|member| !member.is_me);
                let team = team.map(|member| (member.id.to_string(), escape_invisible_in_line(member.name.as_str())));
                let others = [(ME.to_owned(), "Me".to_owned()), (NOBODY.to_owned(), "Nobody".to_owned())];
                field.offering(others.into_iter().chain(team), typed, &[])
            }
            FilterField::Due => {
                let fixed = DUE_IN.iter().map(|(slug, label)| ((*slug).to_owned(), (*label).to_owned()));
                // A link of the picture asks for one day.
                let day = match self.due {
                    Some(DueFilter::On(day)) => {
                        Some((typed.first(field.name()).to_owned(), format!("Due on {}", day.strftime("%-d %B %Y"))))
                    }
                    _ => None,
                };
                field.offering(fixed.chain(day), typed, &[])
            }
            FilterField::Area | FilterField::Unread | FilterField::Waiting | FilterField::Show => {
                field.field(typed, &[])
            }
        }
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
        assert_eq!(fields.len(), FilterField::ALL.len());
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
