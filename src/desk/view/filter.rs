//! Which reports of the queue are asked for.

use super::{
    coming,
    order::{QueueColumn, QueueOrder},
    promise::has_next,
    words::state_name,
};
use crate::{
    casebook::{Casebook, QueueEntry},
    desk::form::{
        bulk::{ALL_ROWS, TICK, Ticks},
        carried::YES,
        filter::{DUE_IN, EVERYTHING, FilterField, ME, NOBODY, SET_ASIDE},
        question::AskedField,
    },
    domain::{
        Area, Calendar, ClockState, Date, Entries, MemberId, OrganisationId, ReportId, ReportState, Route, ThemeId,
        escape_invisible_in_line,
    },
    http::Field,
};

/// In the query: which page of the list.
const PAGE: &str = "page";
/// Bytes of the longest value that an address of the queue goes on with: an id, or a word of a list.
const VALUE_BYTES: usize = 64;

/// What is asked for.
pub(in crate::desk) struct Filter {
    area: Option<Area>,
    state: Option<StateFilter>,
    route: Option<Route>,
    owner: Option<OwnerFilter>,
    unread: bool,
    due: Option<DueFilter>,
    waiting: Option<AnswerFilter>,
    harm: bool,
    unanswered: bool,
    organisation: Option<OrganisationId>,
    theme: Option<ThemeId>,
    /// Whether closed ones without an open promise are shown too.
    all: bool,
    pub(super) page: usize,
    /// What it is sorted by.
    pub(super) order: QueueOrder,
    /// Which of its rows are ticked.
    pub(super) ticks: Ticks,
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
    /// What the team set out to do was to be done before.
    PastOwnDate(Date),
    /// What the team set out to do is to be done today, or was before.
    OwnDateCome(Date),
    /// What the team set out to do stands so.
    OwnDate(ClockState),
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
    /// Of a query as it is carried.
    pub(in crate::desk) fn of(query: &str, me: Option<MemberId>, today: Date) -> Self {
        let mut entries = Entries::default();
        for (name, value) in form_urlencoded::parse(query.as_bytes()) {
            entries.push(name.into_owned(), value.into_owned());
        }
        Self::read(&entries, me, today)
    }

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
            "ours" => Some(DueFilter::PastOwnDate(today)),
            "ours-come" => Some(DueFilter::OwnDateCome(today)),
            "ours-soon" => Some(DueFilter::OwnDate(ClockState::DueSoon)),
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
            harm: query.has(FilterField::Harm.name(), YES),
            unanswered: query.has(FilterField::Unanswered.name(), YES),
            organisation: query.first(FilterField::Organisation.name()).parse().ok(),
            theme: query.first(FilterField::Theme.name()).parse().ok(),
            all: query.has(FilterField::Show.name(), EVERYTHING),
            order: QueueOrder::read(query),
            ticks: Ticks::asked(query),
            page: query.first(PAGE).parse().unwrap_or(1).max(1),
            typed: query.copy(),
        }
    }

    /// Those of the queue that are asked for, in the order that is asked for.
    pub(in crate::desk) fn select(
        &self,
        mut queue: Vec<QueueEntry>,
        casebook: &Casebook,
        (today, calendar): (Date, &Calendar),
        and: Option<ReportId>,
    ) -> Vec<QueueEntry> {
        let last_shown = coming::last_day(today, calendar);
        // A name that was joined to another's since is asked for by the other's.
        let organisation = self.organisation.map(|id| casebook.reference().organisation_of(id));
        let is_of = |entry: &QueueEntry| {
            let mut named = entry.organisations.iter().map(|id| casebook.reference().organisation_of(*id));
            organisation.is_none_or(|asked| named.any(|id| id == asked))
        };
        queue.retain(|entry| Some(entry.id) == and || (self.shows(entry, last_shown) && is_of(entry)));
        self.order.sort(queue, casebook)
    }

    /// Whether a report is asked for, its organisation aside. The picture of what is due goes up to `last_shown`.
    fn shows(&self, entry: &QueueEntry, last_shown: Option<Date>) -> bool {
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
            && (!self.harm || entry.is_urgent())
            && (!self.unanswered || entry.unanswered_since.is_some())
            && self.theme.is_none_or(|theme| entry.themes.contains(&theme))
            && self.waiting.is_none_or(|waiting| match waiting {
                AnswerFilter::Approval => entry.to_approve > 0,
                AnswerFilter::Export => entry.waiting > 0,
                AnswerFilter::Delivery => entry.on_the_way > 0,
            })
            && self.due.is_none_or(|when| match when {
                DueFilter::On(day) => entry.is_due(|due| due == day) || entry.is_set_out(|due| due == day),
                DueFilter::Overdue(today) => entry.is_due(|due| due < today),
                DueFilter::PastOwnDate(today) => entry.is_set_out(|due| due < today),
                DueFilter::OwnDateCome(today) => entry.is_set_out(|due| due <= today),
                DueFilter::OwnDate(state) => entry.action_state == Some(state),
                DueFilter::Now(state) => has_next(entry, state),
                DueFilter::Later => {
                    let is_later = |due| last_shown.is_none_or(|last| last < due);
                    entry.is_due(is_later) || entry.is_set_out(is_later)
                }
            })
    }

    /// Whether anything but all open work is asked for.
    pub(super) fn is_asked(&self) -> bool {
        asked(&self.typed).next().is_some()
    }

    /// The query of the page that is shown.
    pub(in crate::desk) fn query_here(&self) -> String {
        self.query_of(self.page, self.order)
    }

    /// What is shown, in whatever order and from whichever page: by it a view is known to be the one that is shown.
    pub(in crate::desk) fn query_shown(&self) -> String {
        self.query_of(1, self.order)
    }

    /// The address of another page of the same.
    pub(super) fn page_path(&self, page: usize) -> String {
        path_of(&self.query_of(page, self.order))
    }

    /// The address of the same in another order.
    pub(super) fn sorted_path(&self, order: QueueOrder) -> String {
        path_of(&self.query_of(1, order))
    }

    /// The address of the page that is shown, with every row ticked.
    pub(super) fn ticked_path(&self) -> String {
        let mut query = form_urlencoded::Serializer::for_suffix(self.query_here(), 0);
        query.append_pair(TICK, ALL_ROWS);
        path_of(&query.finish())
    }

    fn query_of(&self, page: usize, order: QueueOrder) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(asked(&self.typed));
        order.write(&mut query);
        if page > 1 {
            query.append_pair(PAGE, &page.to_string());
        }
        query.finish()
    }

    /// The form, filled in.
    pub(super) fn fields(&self, casebook: &Casebook) -> Vec<Field> {
        let reference = casebook.reference();
        // A list with nothing on it is no question.
        let is_asked = |field: &&FilterField| match field {
            FilterField::Organisation => !reference.organisations.is_empty(),
            FilterField::Theme => !reference.themes.is_empty(),
            _ => true,
        };
        FilterField::ALL.iter().filter(is_asked).map(|field| self.field(*field, casebook)).collect()
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
            FilterField::Organisation => {
                let reference = casebook.reference();
                // Those that count as another are asked for by that one.
                let own = reference.organisations.iter().filter(|(id, _)| reference.organisation_of(**id) == **id);
                let named = own.map(|(id, it)| (id.to_string(), escape_invisible_in_line(it.name.as_str())));
                field.offering(by_name(named), typed, &[])
            }
            FilterField::Theme => {
                let themes = casebook.reference().themes.iter();
                let named = themes.map(|(id, it)| (id.to_string(), escape_invisible_in_line(it.name.as_str())));
                field.offering(by_name(named), typed, &[])
            }
            FilterField::Sort => {
                field.offering(QueueColumn::ALL.map(|column| (column.slug(), column.label())), typed, &[])
            }
            FilterField::Area
            | FilterField::Harm
            | FilterField::Unread
            | FilterField::Unanswered
            | FilterField::Waiting
            | FilterField::Show
            | FilterField::Down => field.field(typed, &[]),
        }
    }
}

/// The address of the queue with that query.
pub(in crate::desk) fn path_of(query: &str) -> String {
    if query.is_empty() { "/".to_owned() } else { format!("/?{query}") }
}

/// A query of the queue, written anew of what it means: whatever else stood there is not in it.
pub(in crate::desk) fn cleaned(query: &str) -> String {
    Filter::of(query, None, Date::MIN).query_here()
}

/// What fields of the form ask for; what no field has is passed over.
fn asked(typed: &Entries) -> impl Iterator<Item = (&str, &str)> {
    let is_field = |name: &str| {
        let mut fields =
            FilterField::ALL.iter().filter(|field| !matches!(field, FilterField::Sort | FilterField::Down));
        fields.any(|field| field.name() == name)
    };
    typed.iter().filter(move |(name, value)| is_field(name) && !value.is_empty() && value.len() <= VALUE_BYTES)
}

fn by_name(named: impl Iterator<Item = (String, String)>) -> Vec<(String, String)> {
    let mut named: Vec<_> = named.collect();
    named.sort_by_cached_key(|(_, name)| name.to_lowercase());
    named
}

#[cfg(test)]
mod tests {
    use askama::Template;

    use super::*;
    use crate::{
        casebook::{Organisation, Reference, Theme, UrgentCounts},
        desk::view::urgent::UrgentLink,
        domain::{SeriousHarm, Text},
        world::{DAY, TODAY, casebook::World},
    };

    /// A world with an organisation and a theme on the team's list, and a name that counts as the organisation's.
    fn listed() -> (World, [OrganisationId; 2], ThemeId) {
        let world = World::new();
        let (ids, theme) = ([1, 2].map(|number| OrganisationId([number; 8])), ThemeId([3; 8]));
        let organisation = |name: &str| Organisation { name: Text::typed(name), code: None, kind: None };
        let named = Theme { name: Text::typed("Rotas"), about: Text::default() };
        for reference in [
            Reference::Organisation(ids[0], Some(organisation("North <Trust>"))),
            Reference::Organisation(ids[1], Some(organisation("The North"))),
            Reference::SameOrganisation(ids[1], Some(ids[0])),
            Reference::Theme(theme, Some(named)),
        ] {
            world.edit(|editor| editor.change_reference(reference, &TODAY)).unwrap();
        }
        (world, ids, theme)
    }

    #[test]
    fn an_organisation_is_asked_for_by_any_of_its_names() {
        let (world, ids, theme) = listed();
        let casebook = world.open().unwrap();
        let entry = |number, organisations: &[OrganisationId], themes: &[ThemeId]| QueueEntry {
            organisations: organisations.to_vec(),
            themes: themes.to_vec(),
            ..coming::tests::entry(number, &[], DAY)
        };
        let queue = || vec![entry(1, &ids[..1], &[]), entry(2, &ids[1..], &[theme]), entry(3, &[], &[theme])];
        let shown = |query: &str| {
            let filter = Filter::of(query, casebook.me(), DAY);
            let shown = filter.select(queue(), &casebook, (DAY, &Calendar::default()), None);
            shown.iter().map(|entry| entry.id.0[0]).collect::<Vec<_>>()
        };
        for id in ids {
            assert_eq!(shown(&format!("organisation={id}")), [1, 2]);
        }
        assert_eq!(shown(&format!("theme={theme}")), [2, 3]);
        assert_eq!(shown(&format!("theme={theme}&organisation={}", ids[0])), [2]);
        assert!(shown(&format!("organisation={}", OrganisationId([9; 8]))).is_empty());
    }

    #[test]
    fn the_teams_own_date_and_a_danger_can_be_asked_for() {
        let world = World::new();
        let casebook = world.open().unwrap();
        let entry = |number| coming::tests::entry(number, &[], DAY);
        let yesterday = DAY.yesterday().unwrap();
        let in_a_week = DAY.saturating_add(jiff::Span::new().days(7));
        let danger = QueueEntry { serious_harm: Some(SeriousHarm::Yes), ..entry(1) };
        let queue = || {
            vec![
                danger.clone(),
                QueueEntry { id: ReportId([2; 8]), harm_seen_to: true, ..danger.clone() },
                QueueEntry { action_by: Some(yesterday), ..entry(3) },
                QueueEntry { action_by: Some(DAY), unanswered_since: Some(yesterday), ..entry(4) },
                QueueEntry { action_by: Some(in_a_week), action_state: Some(ClockState::DueSoon), ..entry(5) },
            ]
        };
        let shown = |query: &str| {
            let filter = Filter::of(query, casebook.me(), DAY);
            let shown = filter.select(queue(), &casebook, (DAY, &Calendar::default()), None);
            shown.iter().map(|entry| entry.id.0[0]).collect::<Vec<_>>()
        };
        assert_eq!(shown("harm=yes"), [1], "what is seen to does not press");
        assert_eq!(shown("due=ours"), [3]);
        assert_eq!(shown("due=ours-come"), [3, 4]);
        assert_eq!(shown("due=ours-soon"), [5]);
        assert_eq!(shown(&format!("due={DAY}")), [4]);
        assert_eq!(shown("unanswered=yes"), [4]);
        assert_eq!(shown("sort=own-date"), [3, 4, 5, 1, 2]);
        assert_eq!(shown("sort=own-date&down=yes"), [5, 4, 3, 1, 2], "what has no date comes last either way");
    }

    #[test]
    fn whatever_can_be_chosen_is_understood() {
        let (world, ..) = listed();
        let casebook = world.open().unwrap();
        let read = |field: &str, value: &str| {
            let mut query = Entries::default();
            query.push(field.to_owned(), value.to_owned());
            let filter = Filter::read(&query, casebook.me(), DAY);
            let Filter { area, state, route, owner, unread, due, waiting, harm, unanswered, .. } = filter;
            let Filter { organisation, theme, all, .. } = filter;
            let typed_down = query.has("down", "yes");
            let asked = [
                ("area", area.is_some()),
                ("state", state.is_some()),
                ("route", route.is_some()),
                ("owner", owner.is_some()),
                ("unread", unread),
                ("due", due.is_some()),
                ("waiting", waiting.is_some()),
                ("harm", harm),
                ("unanswered", unanswered),
                ("organisation", organisation.is_some()),
                ("theme", theme.is_some()),
                ("show", all),
                ("sort", filter.order != QueueOrder::default()),
                ("down", typed_down),
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
        // So is wherever the line leads that says on every page what can't wait.
        let all = UrgentCounts { harm: 1, overdue: 1, due_today: 1, own_dates: 1, unanswered: 1 };
        for link in UrgentLink::of(all) {
            let (field, value) = link.path.trim_start_matches("/?").split_once('=').unwrap();
            assert_eq!(read(field, value), [field], "{}", link.path);
        }
    }
}
