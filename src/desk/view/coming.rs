//! A picture of the coming three weeks: on which day how many reports have something due, and how many the team itself set out
//! to act on. Days on which nothing is are left out, but for today.

use std::collections::BTreeSet;

use askama::{Template, filters::HtmlSafe};

use super::words::short_day;
use crate::{
    casebook::QueueEntry,
    domain::{Calendar, CalendarError, ClockState, Date, ReportId},
};

/// Working days that are looked at: three weeks without a bank holiday.
const DAYS: usize = 15;

/// Marks that are drawn for one day at most; the words beside them say how many there are.
const MARKS: usize = 12;
/// Measures of a bar, in its own units.
const MARK: usize = 16;

/// What is due when, ready to be put on a page.
#[derive(Template)]
#[template(path = "desk/coming.html")]
pub(in crate::desk) struct Coming {
    today: Date,
    /// Reports with something that was due before today.
    pub(in crate::desk) overdue: BTreeSet<ReportId>,
    /// Reports for which the day is past by which the team set out to act.
    pub(in crate::desk) past_own_date: usize,
    /// Today, and each of the next working days and other days on which something is.
    pub(in crate::desk) days: Vec<ComingDay>,
    /// Reports with something on later days than those that were looked at.
    pub(in crate::desk) later: usize,
    /// Why fewer days were looked at than there should be.
    pub(in crate::desk) cut_short: Option<CalendarError>,
}

/// What is due on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::desk) struct ComingDay {
    /// In London.
    pub(in crate::desk) date: Date,
    /// Whether it is a working day.
    pub(in crate::desk) working: bool,
    /// Reports with something promised for it.
    pub(in crate::desk) reports: usize,
    /// How many of them say that someone could be seriously harmed soon.
    pub(in crate::desk) serious: usize,
    /// Reports on which the team set out to act by it.
    pub(in crate::desk) own: usize,
    /// Where the most pressing of what is due on it stands.
    pub(in crate::desk) state: Option<ClockState>,
}

/// What a mark of a bar stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum DueMark {
    Serious,
    Promise,
    OwnDate,
}

impl Coming {
    /// What the queue says for the working days from today on. Closed reports are in it as long as a promise is open.
    pub(in crate::desk) fn new(queue: &[QueueEntry], today: Date, calendar: &Calendar) -> Self {
        let (looked_at, cut_short) = days(queue, today, calendar);
        let end = looked_at.last().map_or(today, |day| day.date);
        let first_left_out = if looked_at.is_empty() { Some(today) } else { end.tomorrow().ok() };
        let is_later = |due| first_left_out.is_some_and(|first| first <= due);
        let is_shown = |day: &ComingDay| day.reports + day.own > 0 || day.date == today;
        Self {
            today,
            overdue: queue.iter().filter(|entry| entry.is_due(|due| due < today)).map(|entry| entry.id).collect(),
            past_own_date: queue.iter().filter(|entry| entry.is_set_out(|by| by < today)).count(),
            later: queue.iter().filter(|entry| entry.is_due(is_later) || entry.is_set_out(is_later)).count(),
            days: looked_at.into_iter().filter(is_shown).collect(),
            cut_short,
        }
    }

    /// Whether a picture has anything to show.
    fn has_marks(&self) -> bool {
        self.days.iter().any(|day| day.reports + day.own > 0)
    }
}

// Its template escapes whatever is in it.
impl HtmlSafe for Coming {}

impl ComingDay {
    fn new(date: Date, working: bool, queue: &[QueueEntry]) -> Self {
        let due = queue.iter().filter(|entry| entry.is_due(|due| due == date));
        let (reports, serious) =
            due.fold((0, 0), |(reports, serious), entry| (reports + 1, serious + usize::from(entry.is_urgent())));
        let own = || queue.iter().filter(|entry| entry.is_set_out(|by| by == date));
        let clocks = queue.iter().flat_map(QueueEntry::open_clocks).filter(|clock| clock.due_on == date);
        let own_states = own().filter_map(|entry| entry.action_state);
        // The list of states goes from the least to the most pressing, up to those that are met.
        let state = clocks.map(|clock| clock.state).chain(own_states).max();
        Self { date, working, reports, serious, own: own().count(), state }
    }

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "templates call it so")]
    fn short(&self, today: &Date) -> String {
        short_day(self.date, *today)
    }

    /// Where each mark is drawn and what it is: serious harm first, so that it is never left out.
    fn marks(&self) -> impl Iterator<Item = (usize, DueMark)> {
        let serious = std::iter::repeat_n(DueMark::Serious, self.serious);
        let promised = std::iter::repeat_n(DueMark::Promise, self.reports - self.serious);
        let own = std::iter::repeat_n(DueMark::OwnDate, self.own);
        let all = serious.chain(promised).chain(own).take(MARKS).enumerate();
        all.map(|(place, mark)| (place * MARK, mark))
    }

    /// How wide its bar is.
    fn width(&self) -> usize {
        (self.reports + self.own).min(MARKS) * MARK
    }
}

/// The last day that is looked at, as far as the calendar goes.
pub(super) fn last_day(today: Date, calendar: &Calendar) -> Option<Date> {
    days(&[], today, calendar).0.last().map(|day| day.date)
}

/// The days to look at, as far as the calendar goes.
fn days(queue: &[QueueEntry], today: Date, calendar: &Calendar) -> (Vec<ComingDay>, Option<CalendarError>) {
    let mut days = Vec::new();
    let (mut date, mut left) = (today, DAYS);
    while left > 0 {
        let working = match calendar.is_working_day(date) {
            Ok(working) => working,
            Err(error) => return (days, Some(error)),
        };
        left -= usize::from(working);
        days.push(ComingDay::new(date, working, queue));
        date = match date.tomorrow() {
            Ok(next) => next,
            Err(_) => return (days, Some(CalendarError::OutOfRange)),
        };
    }
    (days, None)
}

#[cfg(test)]
pub(super) mod tests {
    use scraper::{Html, Selector};

    use super::*;
    use crate::domain::{Clock, ClockEntry, ClockKind, ReportState, Route, SeriousHarm, Standing};

    const TODAY: Date = Date::constant(2026, 12, 17);

    /// A report with promises that are due on these days, and with one that was met.
    pub(in crate::desk::view) fn entry(number: u8, due: &[Date], today: Date) -> QueueEntry {
        let clock = |due_on: &Date| Clock {
            kind: ClockKind::InformationUseNotice,
            started_on: Date::constant(2026, 12, 1),
            due_on: *due_on,
            met_on: None,
        };
        let met = Clock { met_on: Some(today), ..clock(&today) };
        let clocks = due.iter().map(clock).chain([met]).map(|clock| ClockEntry { seq: 1, clock });
        QueueEntry {
            id: ReportId([number; 8]),
            route: Route::StaffConcern,
            received_on: Date::constant(2026, 12, 1),
            areas: Vec::new(),
            state: ReportState::Received,
            serious_harm: None,
            clocks: clocks.map(|entry| entry.view(today, &Calendar::default()).unwrap()).collect(),
            withdrawn: false,
            set_aside: None,
            way: crate::domain::WayIn::Box,
            to_give: 0,
            at_box: crate::casebook::StandingAtBox::There,
            message_count: 1,
            unread: 0,
            owner: None,
            waiting: 0,
            to_approve: 0,
            on_the_way: 0,
            destroy_after: None,
            gist: None,
            organisations: Vec::new(),
            themes: Vec::new(),
            links: Vec::new(),
            continues: None,
            action_by: None,
            action_state: None,
            unanswered_since: None,
            harm_seen_to: false,
            is_over: false,
            retained: None,
            version: 1,
        }
    }

    fn coming(queue: &[QueueEntry], today: Date) -> Coming {
        Coming::new(queue, today, &Calendar::default())
    }

    fn dates(coming: &Coming) -> Vec<String> {
        coming.days.iter().map(|day| day.short(&coming.today)).collect()
    }

    fn day(coming: &Coming, date: Date) -> ComingDay {
        *coming.days.iter().find(|day| day.date == date).unwrap()
    }

    #[test]
    fn only_today_and_days_with_work_are_shown() {
        let none = coming(&[], TODAY);
        assert_eq!((dates(&none), none.later, none.overdue.len()), (vec!["Thu 17 Dec".to_owned()], 0, 0));
        let (christmas, saturday, sunday) =
            (Date::constant(2026, 12, 25), Date::constant(2026, 12, 19), Date::constant(2026, 12, 20));
        let coming = coming(&[entry(1, &[christmas], sunday), entry(2, &[saturday, sunday], sunday)], sunday);
        assert_eq!(dates(&coming), ["Sun 20 Dec", "Fri 25 Dec"]);
        let expected = ComingDay {
            date: christmas,
            working: false,
            reports: 1,
            serious: 0,
            own: 0,
            state: Some(ClockState::Open),
        };
        assert_eq!(day(&coming, christmas), expected);
        assert_eq!(day(&coming, sunday).state, Some(ClockState::DueToday));
        assert_eq!(coming.overdue.into_iter().collect::<Vec<_>>(), [ReportId([2; 8])]);
    }

    #[test]
    fn three_weeks_over_christmas_go_to_their_fifteenth_working_day() {
        let last = Date::constant(2027, 1, 11);
        assert_eq!(last_day(TODAY, &Calendar::default()), Some(last));
        let coming = coming(&[entry(1, &[last], TODAY), entry(2, &[last.tomorrow().unwrap()], TODAY)], TODAY);
        assert_eq!((dates(&coming), coming.later), (vec!["Thu 17 Dec".to_owned(), "11 Jan 2027".to_owned()], 1));
    }

    #[test]
    fn the_teams_own_dates_are_told_apart() {
        let (soon, yesterday) = (Date::constant(2026, 12, 18), Date::constant(2026, 12, 16));
        let own = |number, by| {
            let standing = Standing::until_if_counted(by, TODAY, &Calendar::default());
            QueueEntry { action_by: Some(by), action_state: Some(standing.state), ..entry(number, &[], TODAY) }
        };
        let alone = coming(&[own(1, soon), own(2, TODAY)], TODAY);
        assert_eq!(day(&alone, soon).state, Some(ClockState::DueSoon), "as a promise would be");
        assert_eq!(day(&alone, TODAY).state, Some(ClockState::DueToday));
        let far = Date::constant(2027, 6, 1);
        let coming = coming(&[entry(1, &[soon], TODAY), own(2, soon), own(3, yesterday), own(4, far)], TODAY);
        let shown = day(&coming, soon);
        assert_eq!((shown.reports, shown.own, coming.past_own_date, coming.later), (1, 1, 1, 1));
        assert!(coming.overdue.is_empty(), "a promise is another thing");
        assert_eq!(shown.marks().map(|(_, mark)| mark).collect::<Vec<_>>(), [DueMark::Promise, DueMark::OwnDate]);
    }

    #[test]
    fn each_report_counts_once_a_day_and_the_most_pressing_state_is_told() {
        let (soon, last, after) =
            (Date::constant(2026, 12, 21), Date::constant(2027, 1, 11), Date::constant(2027, 1, 12));
        let yesterday = Date::constant(2026, 12, 16);
        let urgent = QueueEntry { serious_harm: Some(SeriousHarm::Yes), ..entry(1, &[soon, soon, last], TODAY) };
        let closed = QueueEntry { state: ReportState::Closed, is_over: true, ..entry(2, &[yesterday, soon], TODAY) };
        let withdrawn = QueueEntry { withdrawn: true, ..entry(3, &[yesterday, soon, after], TODAY) };
        let later = entry(4, &[after, Date::constant(2027, 3, 1)], TODAY);
        let coming = coming(&[urgent, closed, withdrawn, later], TODAY);
        let day = |date| {
            let ComingDay { reports, serious, state, .. } = day(&coming, date);
            (reports, serious, state)
        };
        assert_eq!(day(soon), (2, 1, Some(ClockState::DueSoon)));
        assert_eq!(day(last), (1, 1, Some(ClockState::Open)));
        assert_eq!(day(TODAY), (0, 0, None), "a promise that is met is not due");
        assert_eq!(coming.overdue.iter().copied().collect::<Vec<_>>(), [ReportId([2; 8])], "closing hides nothing");
        assert_eq!(coming.later, 1);
    }

    #[test]
    fn a_year_that_is_not_loaded_is_said_and_not_guessed() {
        let today = Date::constant(2028, 12, 28);
        let mut due_after = entry(1, &[Date::constant(2028, 12, 29)], today);
        due_after.clocks[0].due_on = Date::constant(2029, 1, 2);
        let cut = coming(&[due_after], today);
        assert_eq!(dates(&cut), ["Thu 28 Dec"]);
        assert_eq!((cut.later, &cut.cut_short), (1, &Some(CalendarError::NotCovered(2029))));
        assert!(cut.render().unwrap().contains("no bank holidays are loaded for 2029"));

        let today = Date::constant(2030, 1, 2);
        let none = coming(&[entry(1, &[today], today)], today);
        assert_eq!((none.days.len(), none.later, none.overdue.len()), (0, 1, 0));
        let html = none.render().unwrap();
        assert!(html.contains("no bank holidays are loaded for 2030") && !html.contains("<table>"), "{html}");
        assert_eq!(coming(&[], Date::MAX).cut_short, Some(CalendarError::NotCovered(9999)));
    }

    #[test]
    fn bars_and_words_say_the_same() {
        let soon = Date::constant(2026, 12, 18);
        let mut queue: Vec<_> = (1..=30).map(|number| entry(number, &[soon], TODAY)).collect();
        queue.extend((31..=33).map(|number| entry(number, &[Date::constant(2026, 12, 26)], TODAY)));
        queue[3].serious_harm = Some(SeriousHarm::Yes);
        queue[31].serious_harm = Some(SeriousHarm::Yes);
        queue[32].action_by = Some(Date::constant(2026, 12, 26));
        let html = coming(&queue, TODAY).render().unwrap();
        let page = Html::parse_fragment(&html);
        let all = |selector: &str| page.select(&Selector::parse(selector).unwrap()).collect::<Vec<_>>();
        let text = |selector: &str| {
            let words = |element: &scraper::ElementRef<'_>| {
                element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
            };
            all(selector).iter().map(words).collect::<Vec<_>>()
        };
        assert_eq!(all("tbody svg").len(), 2, "today has nothing to draw");
        assert_eq!(
            (all("tbody rect").len(), all("tbody .harm").len(), all("tbody circle").len()),
            (MARKS - 1 + 2, 2, 1)
        );
        let rows = text("tbody tr");
        assert_eq!(rows.len(), 3);
        assert_eq!(rows[0], "Thu 17 Dec Nothing");
        assert_eq!(rows[1], "Fri 18 Dec 30 promised, 1 with serious harm Due soon");
        assert_eq!(rows[2], "Sat 26 Dec Not a working day 3 promised, 1 with serious harm, 1 our own date Open");
        let links: Vec<_> = all("a").iter().filter_map(|link| link.attr("href")).collect();
        assert_eq!(links, ["/?due=2026-12-18", "/?due=2026-12-26"]);
        assert!(!html.contains("style="), "the policy forbids it");
        assert!(text("p").contains(&"Nothing else is due later.".to_owned()), "{:?}", text("p"));
    }

    #[test]
    fn no_bar_is_wider_than_its_marks() {
        let soon = Date::constant(2026, 12, 18);
        let queue: Vec<_> = (1..=200).map(|number| entry(number, &[soon], TODAY)).collect();
        let day = day(&coming(&queue, TODAY), soon);
        assert_eq!((day.marks().count(), day.width()), (MARKS, MARKS * MARK));
        assert!(day.marks().all(|(x, _)| x + MARK <= day.width()));
    }
}
