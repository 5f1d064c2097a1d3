//! The queue: what waits for the team.

use askama::Template;

use super::{
    Shell,
    alerts::AlertRow,
    coming::Coming,
    filter::{Filter, cleaned, path_of},
    order::{QueueColumn, QueueOrder},
    promise::has_next,
    queue_row::QueueRow,
    report_line::ReportLine,
};
use crate::{
    casebook::{Casebook, QueueEntry},
    desk::{
        form::{
            bulk::{BulkAct, BulkField, HandToField, Ticks},
            one_question::{FilterNameField, SearchField},
            question::AskedField,
        },
        from::WayBack,
    },
    domain::{Calendar, ClockState, Date, Entries, FieldError, ReferenceId, ReportId, escape_invisible_in_line},
    http::Field,
};

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
    counts: Vec<AttentionCount>,
    /// Ways of looking at it, those of the team's own last.
    views: Vec<QueueView>,
    /// Those of the team's own that can be removed.
    saved: Vec<(ReferenceId, String)>,
    filter_name: Field,
    fields: Vec<Field>,
    /// Whether more is asked for than all open work.
    filtered: bool,
    heads: Vec<ColumnHead>,
    rows: Vec<QueueRow>,
    /// How many there are on all pages.
    total: usize,
    /// Whether it goes by what presses first.
    by_pressing: bool,
    previous: Option<String>,
    next: Option<String>,
    way_back: WayBack,
    tick_all: String,
    all_ticked: bool,
    hand_to: Field,
    closed_to_me: usize,
    /// What happened to the team, and who tried what they may not, until it is confirmed.
    alerts: Vec<AlertRow>,
    /// The last event that it tells of.
    told_through: u64,
    /// Reports whose key should be sealed to whoever looks and is not.
    keyless: Vec<ReportId>,
    /// Changes that wait for a second member.
    proposals: usize,
    coming: Coming,
}

/// Something that needs attention: how many there are of it, and where they are shown.
struct AttentionCount {
    number: usize,
    label: &'static str,
    path: &'static str,
}

/// A way of looking at the queue.
struct QueueView {
    name: String,
    path: String,
    is_shown: bool,
}

/// What stands over a column: a link that sorts by it, and by what stands small in it.
struct ColumnHead {
    class: &'static str,
    /// `ascending` or `descending`, if it goes by this one.
    sorted: Option<&'static str>,
    links: Vec<(String, &'static str)>,
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
        let counts = counts(&queue, today);
        let shown = filter.select(queue, casebook, (today, calendar), None);
        let mut told = casebook.alerts();
        told.truncate(ALERTS);
        let total = shown.len();
        let pages = total.div_ceil(ROWS).max(1);
        let page = filter.page.min(pages);
        // Only what is shown is opened.
        let here: Vec<QueueEntry> = shown.into_iter().skip((page - 1) * ROWS).take(ROWS).collect();
        let lines = ReportLine::of_all(&here, casebook);
        let way_back = WayBack::to(filter);
        let rows = here
            .iter()
            .zip(lines)
            .map(|(entry, line)| QueueRow::new(entry, casebook, line, (today, filter.ticks.has(entry.id)), &way_back));
        let nothing = Entries::default();
        Self {
            shell,
            errors: Vec::new(),
            search: SearchField::Words.field(&nothing, &[]),
            counts,
            views: views(casebook, filter),
            saved: saved(casebook),
            filter_name: FilterNameField::Name.field(&nothing, &[]),
            fields: filter.fields(casebook),
            filtered: filter.is_asked(),
            heads: heads(filter),
            rows: rows.collect(),
            total,
            by_pressing: filter.order == QueueOrder::default(),
            previous: (page > 1).then(|| filter.page_path(page - 1)),
            next: (page < pages).then(|| filter.page_path(page + 1)),
            tick_all: filter.ticked_path(),
            all_ticked: filter.ticks.are_all(),
            hand_to: hand_to(casebook, &nothing, &[]),
            way_back,
            closed_to_me: closed_to_me(casebook),
            told_through: told.last().map_or(0, |alert| alert.event),
            alerts: told.iter().map(|alert| AlertRow::new(alert, casebook)).collect(),
            keyless: casebook.keyless(),
            proposals: casebook.proposals().len(),
            coming,
        }
    }

    /// The same with one of its forms as it was sent, and what is wrong with it.
    pub(in crate::desk) fn again(self, casebook: &Casebook, typed: &Entries, errors: Vec<FieldError>) -> Self {
        let ticks = Ticks::sent(typed);
        let rows = self.rows.into_iter().map(|row| QueueRow { ticked: ticks.has(row.id), ..row });
        Self {
            rows: rows.collect(),
            all_ticked: false,
            hand_to: hand_to(casebook, typed, &errors),
            filter_name: FilterNameField::Name.field(typed, &errors),
            errors,
            ..self
        }
    }

    /// Whether the form that asks for some is unfolded: where no view over the rows says what is shown, and where something is
    /// wrong with it.
    fn is_open(&self) -> bool {
        let is_named = self.views.iter().any(|view| view.is_shown);
        (self.filtered && !is_named) || self.errors.iter().any(|error| error.field == FilterNameField::Name.name())
    }

    /// Where an error about what is ticked leads: to the first row, or to what stands in place of all of them.
    const fn has_rows(&self) -> bool {
        !self.rows.is_empty()
    }
}

/// How many reports are closed to whoever looks, and rightly so.
fn closed_to_me(casebook: &Casebook) -> usize {
    let keyless = casebook.keyless();
    casebook.closed_to_me().iter().filter(|id| !keyless.contains(id)).count()
}

/// Those who can be given reports.
fn hand_to(casebook: &Casebook, typed: &Entries, errors: &[FieldError]) -> Field {
    let team = casebook.team().into_iter().filter(|member| member.left_on.is_none() && !member.is_me);
    let team = team.map(|member| (member.id.to_string(), escape_invisible_in_line(member.name.as_str())));
    HandToField::To.offering(team, typed, errors)
}

/// The ways of looking that everybody needs, then those that the team has named.
fn views(casebook: &Casebook, filter: &Filter) -> Vec<QueueView> {
    let fixed = [
        ("All open work", ""),
        ("Mine", "owner=me"),
        ("Nobody’s", "owner=nobody"),
        ("Serious harm", "harm=yes"),
        ("Not answered", "unanswered=yes"),
        ("Set aside", "state=set-aside"),
    ];
    let shown = filter.query_shown();
    let fixed = fixed.map(|(name, query)| (name.to_owned(), query.to_owned()));
    let saved = casebook.reference().filters.values();
    // Whatever a member wrote there leads to the queue alone.
    let saved = saved.map(|saved| (escape_invisible_in_line(saved.name.as_str()), cleaned(saved.query.as_str())));
    let all = fixed.into_iter().chain(saved);
    all.map(|(name, query)| QueueView { name, is_shown: query == shown, path: path_of(&query) }).collect()
}

fn saved(casebook: &Casebook) -> Vec<(ReferenceId, String)> {
    let filters = casebook.reference().filters.iter();
    filters.map(|(id, saved)| (*id, escape_invisible_in_line(saved.name.as_str()))).collect()
}

/// The columns, each with what can be sorted by in it.
fn heads(filter: &Filter) -> Vec<ColumnHead> {
    let columns: [(&str, &[QueueColumn]); 8] = [
        ("name", &[QueueColumn::Report, QueueColumn::Received]),
        ("line", &[QueueColumn::Line]),
        ("organisation", &[QueueColumn::Organisation]),
        ("due", &[QueueColumn::Due]),
        ("own-date", &[QueueColumn::OwnDate]),
        ("state", &[QueueColumn::State]),
        ("areas", &[QueueColumn::Areas, QueueColumn::Route]),
        ("who", &[QueueColumn::Owner]),
    ];
    let head = |(class, columns): (&'static str, &[QueueColumn])| ColumnHead {
        class,
        sorted: columns
            .iter()
            .find_map(|column| filter.order.by(*column))
            .map(|down| if down { "descending" } else { "ascending" }),
        links: columns.iter().map(|it| (filter.sorted_path(filter.order.turned(*it)), it.label())).collect(),
    };
    columns.into_iter().map(head).collect()
}

/// What needs attention in the whole queue.
fn counts(queue: &[QueueEntry], today: Date) -> Vec<AttentionCount> {
    let count = |holds: &dyn Fn(&QueueEntry) -> bool| queue.iter().filter(|entry| holds(entry)).count();
    let all = [
        (count(&|entry| has_next(entry, ClockState::Overdue)), "overdue", "/?due=overdue"),
        (count(&|entry| has_next(entry, ClockState::DueToday)), "due today", "/?due=today"),
        (count(&|entry| has_next(entry, ClockState::DueSoon)), "due soon", "/?due=soon"),
        (count(&|entry| entry.is_set_out(|by| by < today)), "past our own date", "/?due=ours"),
        (count(&|entry| entry.action_state == Some(ClockState::DueSoon)), "with our own date soon", "/?due=ours-soon"),
        (count(&QueueEntry::is_urgent), "with serious harm possible soon", "/?harm=yes"),
        (count(&|entry| entry.unread > 0), "not read yet", "/?unread=yes"),
        (count(&|entry| entry.unanswered_since.is_some()), "not answered", "/?unanswered=yes"),
        (count(&|entry| entry.to_approve > 0), "waiting for a second approver", "/approve"),
        (count(&|entry| entry.waiting > 0), "with answers not exported", "/?waiting=export"),
        (count(&|entry| entry.on_the_way > 0), "with answers not known to be delivered", "/?waiting=delivery"),
    ];
    all.into_iter()
        .filter(|(number, ..)| *number > 0)
        .map(|(number, label, path)| AttentionCount { number, label, path })
        .collect()
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use scraper::{Html, Selector};
    use zeroize::Zeroizing;

    use super::*;
    use crate::{
        casebook::NewAssessment,
        domain::{Action, Assessment, Route, Text},
        world::{DAY, TODAY, casebook::World},
    };

    fn page(casebook: &Casebook, query: &str) -> Html {
        let shell = Shell::new(false, Duration::from_mins(10), Zeroizing::new("0a".repeat(32)));
        let calendar = Calendar::default();
        let filter = Filter::of(query, casebook.me(), DAY);
        let page = QueuePage::new(&shell, casebook, casebook.list(DAY, &calendar), &filter, (DAY, &calendar));
        Html::parse_document(&page.render().unwrap())
    }

    fn all<'a>(page: &'a Html, selector: &str, attribute: &str) -> Vec<&'a str> {
        let selector = Selector::parse(selector).unwrap();
        page.select(&selector).map(|element| element.attr(attribute).unwrap_or_default()).collect()
    }

    fn with_three() -> World {
        let mut world = World::new();
        for number in [1, 2, 3] {
            world.concern(number, Route::StaffConcern, &[]);
        }
        let file = world.collect();
        world.import(&file).unwrap();
        world
    }

    #[test]
    fn each_head_sorts_and_turns_and_keeps_the_filter() {
        let casebook = with_three().open().unwrap();
        let plain = page(&casebook, "owner=nobody");
        assert!(all(&plain, "th[aria-sort]", "class").is_empty());
        let links = all(&plain, "thead a", "href");
        assert_eq!(links.len(), QueueColumn::ALL.len(), "each column can be sorted by");
        assert!(links.iter().all(|link| link.starts_with("/?owner=nobody&sort=")), "{links:?}");
        let sorted = page(&casebook, "owner=nobody&sort=due");
        assert_eq!(all(&sorted, "th[aria-sort]", "aria-sort"), ["ascending"]);
        assert!(all(&sorted, "thead a", "href").contains(&"/?owner=nobody&sort=due&down=yes"));
        let down = page(&casebook, "owner=nobody&sort=due&down=yes");
        assert_eq!(all(&down, "th[aria-sort]", "aria-sort"), ["descending"]);
        assert!(all(&down, "thead a", "href").contains(&"/?owner=nobody&sort=due"), "and back");
        // Every other way from it keeps the order too.
        let report = all(&down, "tbody th a", "href");
        assert!(
            report.iter().all(|link| link.ends_with("?from=owner%3Dnobody%26sort%3Ddue%26down%3Dyes")),
            "{report:?}"
        );
        let carried = all(&down, "#bulk input[name=from]", "value");
        assert_eq!(carried, ["owner=nobody&sort=due&down=yes"]);
    }

    #[test]
    fn the_teams_own_date_says_that_it_is_soon_and_is_counted() {
        let world = with_three();
        let set_out = |number, by| {
            let (action, action_detail) = (Some(Action::FurtherAction), Some(Text::typed("A visit")));
            let assessment = Assessment { action, action_detail, action_by: Some(by), ..Assessment::default() };
            let new = NewAssessment::new(Some(assessment), None, None).unwrap();
            let id = ReportId([number; 8]);
            world.edit(|editor| editor.assess(id, editor.casebook().seen(id)?, new, &TODAY).map(drop)).unwrap();
        };
        set_out(1, DAY.tomorrow().unwrap());
        set_out(2, Date::constant(2027, 6, 1));
        let casebook = world.open().unwrap();
        let shown = page(&casebook, "");
        assert_eq!(all(&shown, ".own-date .day", "class").len(), 2);
        assert_eq!(all(&shown, ".own-date .tag", "data-state"), ["due-soon"]);
        assert!(all(&shown, "#counts a", "href").contains(&"/?due=ours-soon"));
        assert_eq!(all(&page(&casebook, "due=ours-soon"), "tbody th a", "href").len(), 1);
    }

    #[test]
    fn rows_are_ticked_as_they_are_asked_for() {
        let casebook = with_three().open().unwrap();
        let ticked = |query: &str| all(&page(&casebook, query), "tbody input[checked]", "value").len();
        assert_eq!([ticked(""), ticked("tick=all"), ticked("owner=me&tick=all")], [0, 3, 0]);
        assert_eq!(ticked(&format!("tick={}&tick=x", ReportId([2; 8]))), 1);
        assert!(
            !all(&page(&casebook, "tick=all"), "tbody a, thead a", "href").iter().any(|link| link.contains("tick"))
        );
    }
}
