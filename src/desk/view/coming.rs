//! A picture of the coming three weeks: how many reports have something due, and on which day.

use std::collections::BTreeSet;

use askama::{Template, filters::HtmlSafe};
use jiff::civil::Weekday;

use crate::{
    casebook::QueueEntry,
    domain::{Calendar, CalendarError, ClockState, Date, ReportId},
    http::Day,
};

/// Working days that are shown: three weeks without a bank holiday.
const DAYS: usize = 15;

/// Marks that are drawn for one day at most; the number beside them says how many reports there are.
const MARKS: usize = 12;
/// Measures of the picture, in its own units. It is as wide as a narrow screen and grows with what it stands in.
const WIDTH: usize = 320;
const ROW: usize = 22;
const LABEL: usize = 92;
const MARK: usize = 14;

/// What is due when, ready to be put on a page.
#[derive(Template)]
#[template(path = "desk/coming.html")]
pub(in crate::desk) struct Coming {
    /// Reports with something that was due before today.
    pub(in crate::desk) overdue: BTreeSet<ReportId>,
    /// Each of the next working days, and other days if something is due on them.
    pub(in crate::desk) days: Vec<ComingDay>,
    /// Reports with something due on later days than these.
    pub(in crate::desk) later: usize,
    /// Why there are fewer days than there should be.
    pub(in crate::desk) cut_short: Option<CalendarError>,
}

/// What is due on one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::desk) struct ComingDay {
    /// In London.
    pub(in crate::desk) date: Date,
    /// Whether it is a working day.
    pub(in crate::desk) working: bool,
    /// Reports with something due on it.
    pub(in crate::desk) reports: usize,
    /// How many of them say that someone could be seriously harmed soon.
    pub(in crate::desk) serious: usize,
    /// Where the most pressing of what is due on it stands.
    pub(in crate::desk) state: Option<ClockState>,
}

impl Coming {
    /// What the queue says for the working days from today on. Closed reports are in it as long as a promise is open.
    pub(in crate::desk) fn new(queue: &[QueueEntry], today: Date, calendar: &Calendar) -> Self {
        let (days, cut_short) = days(queue, today, calendar);
        let end = days.last().map_or(today, |day| day.date);
        let first_left_out = if days.is_empty() { Some(today) } else { end.tomorrow().ok() };
        Self {
            overdue: queue.iter().filter(|entry| entry.is_due(|due| due < today)).map(|entry| entry.id).collect(),
            later: queue
                .iter()
                .filter(|entry| entry.is_due(|due| first_left_out.is_some_and(|first| first <= due)))
                .count(),
            days,
            cut_short,
        }
    }

    /// One row says what the marks mean.
    fn height(&self) -> usize {
        ROW * (1 + self.days.len())
    }

    /// The most reports of one day.
    fn most(&self) -> usize {
        self.days.iter().map(|day| day.reports).max().unwrap_or_default()
    }
}

// Its template escapes whatever is in it.
impl HtmlSafe for Coming {}

impl ComingDay {
    fn new(date: Date, working: bool, queue: &[QueueEntry]) -> Self {
        let due = queue.iter().filter(|entry| entry.is_due(|due| due == date));
        let (reports, serious) =
            due.fold((0, 0), |(reports, serious), entry| (reports + 1, serious + usize::from(entry.is_urgent())));
        let clocks = queue.iter().flat_map(QueueEntry::open_clocks).filter(|clock| clock.due_on == date);
        // The list of states goes from the least to the most pressing, up to those that are met.
        let state = clocks.map(|clock| clock.state).max();
        Self { date, working, reports, serious, state }
    }

    /// In a word.
    pub(in crate::desk) fn weekday(&self) -> &'static str {
        match self.date.weekday() {
            Weekday::Monday => "Monday",
            Weekday::Tuesday => "Tuesday",
            Weekday::Wednesday => "Wednesday",
            Weekday::Thursday => "Thursday",
            Weekday::Friday => "Friday",
            Weekday::Saturday => "Saturday",
            Weekday::Sunday => "Sunday",
        }
    }

    fn long(&self) -> Day {
        Day(self.date)
    }

    /// As the picture has room for: `Fri 4 Dec`.
    fn short(&self) -> String {
        self.date.strftime("%a %-d %b").to_string()
    }

    /// Where each mark is drawn, and whether it stands for serious harm; these come first, so that they are never left
    /// out.
    fn marks(&self) -> impl Iterator<Item = (usize, bool)> {
        (0..self.reports.min(MARKS)).map(|place| (LABEL + place * (MARK + 2), place < self.serious))
    }

    /// Where the number of reports is written.
    fn number_at(&self) -> usize {
        LABEL + self.reports.min(MARKS) * (MARK + 2) + 2
    }
}

/// The last day of the picture, as far as the calendar goes.
pub(super) fn last_day(today: Date, calendar: &Calendar) -> Option<Date> {
    days(&[], today, calendar).0.last().map(|day| day.date)
}

/// The days to show, as far as the calendar goes.
fn days(queue: &[QueueEntry], today: Date, calendar: &Calendar) -> (Vec<ComingDay>, Option<CalendarError>) {
    let mut days = Vec::new();
    let (mut date, mut left) = (today, DAYS);
    while left > 0 {
        let working = match calendar.is_working_day(date) {
            Ok(working) => working,
            Err(error) => return (days, Some(error)),
        };
        left -= usize::from(working);
        let day = ComingDay::new(date, working, queue);
        if working || day.reports > 0 {
            days.push(day);
        }
        date = match date.tomorrow() {
            Ok(next) => next,
            Err(_) => return (days, Some(CalendarError::OutOfRange)),
        };
    }
    (days, None)
}

#[cfg(test)]
mod tests {
    use scraper::{Html, Selector};

    use super::*;
    use crate::domain::{Clock, ClockEntry, ClockKind, ReportState, Route, SeriousHarm};

    const TODAY: Date = Date::constant(2026, 12, 17);

    /// A report with promises that are due on these days, and with one that was met.
    fn entry(number: u8, due: &[Date], today: Date) -> QueueEntry {
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
        coming.days.iter().map(ComingDay::short).collect()
    }

    fn day(coming: &Coming, date: Date) -> ComingDay {
        *coming.days.iter().find(|day| day.date == date).unwrap()
    }

    #[test]
    fn three_weeks_over_christmas_leave_out_the_holidays() {
        let coming = coming(&[], TODAY);
        assert_eq!(
            dates(&coming),
            [
                "Thu 17 Dec",
                "Fri 18 Dec",
                "Mon 21 Dec",
                "Tue 22 Dec",
                "Wed 23 Dec",
                "Thu 24 Dec",
                "Tue 29 Dec",
                "Wed 30 Dec",
                "Thu 31 Dec",
                "Mon 4 Jan",
                "Tue 5 Jan",
                "Wed 6 Jan",
                "Thu 7 Jan",
                "Fri 8 Jan",
                "Mon 11 Jan"
            ]
        );
        assert!(coming.days.iter().all(|day| day.working && day.reports == 0 && day.state.is_none()));
        assert_eq!((coming.later, coming.overdue.len(), coming.cut_short), (0, 0, None));
    }

    #[test]
    fn a_day_that_is_no_working_day_is_shown_if_something_is_due() {
        let (christmas, saturday, sunday) =
            (Date::constant(2026, 12, 25), Date::constant(2026, 12, 19), Date::constant(2026, 12, 20));
        let coming = coming(&[entry(1, &[christmas], sunday), entry(2, &[saturday, sunday], sunday)], sunday);
        assert_eq!(dates(&coming)[..2], ["Sun 20 Dec", "Mon 21 Dec"]);
        assert_eq!(coming.days.len(), 15 + 2);
        assert_eq!(
            day(&coming, christmas),
            ComingDay { date: christmas, working: false, reports: 1, serious: 0, state: Some(ClockState::Open) }
        );
        assert_eq!(day(&coming, sunday).state, Some(ClockState::DueToday));
        assert_eq!(coming.overdue.into_iter().collect::<Vec<_>>(), [ReportId([2; 8])]);
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
        assert_eq!(dates(&cut), ["Thu 28 Dec", "Fri 29 Dec"]);
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
    fn picture_and_table_say_the_same() {
        let soon = Date::constant(2026, 12, 18);
        let mut queue: Vec<_> = (1..=30).map(|number| entry(number, &[soon], TODAY)).collect();
        queue.extend((31..=33).map(|number| entry(number, &[Date::constant(2026, 12, 26)], TODAY)));
        queue[3].serious_harm = Some(SeriousHarm::Yes);
        queue[31].serious_harm = Some(SeriousHarm::Yes);
        let html = coming(&queue, TODAY).render().unwrap();
        let page = Html::parse_fragment(&html);
        let all = |selector: &str| page.select(&Selector::parse(selector).unwrap()).collect::<Vec<_>>();
        let text = |selector: &str| {
            let words = |element: &scraper::ElementRef<'_>| {
                element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
            };
            all(selector).iter().map(words).collect::<Vec<_>>()
        };
        assert_eq!(all("svg g").len(), 16);
        assert_eq!((all("g rect").len(), all("g .harm").len()), (MARKS - 1 + 2, 2));
        assert_eq!(text("svg .number"), ["30", "3"]);
        assert_eq!(all("tbody tr").len(), 16);
        assert_eq!(text("tbody tr")[1], "Friday 18 December 2026 30 due on 18 December 2026 Due soon 1");
        assert!(text("tbody tr")[6].contains("Not a working day"), "{:?}", text("tbody tr"));
        let links: Vec<_> = all("a").iter().filter_map(|link| link.attr("href")).collect();
        assert_eq!(links, ["/?due=2026-12-18", "/?due=2026-12-26"]);
        let ids = all("svg")[0].attr("aria-labelledby").unwrap().split(' ');
        assert!(ids.into_iter().all(|id| all(&format!("svg > #{id}")).len() == 1));
        assert!(!html.contains("style="), "the policy forbids it");
        assert!(text("p").contains(&"Nothing else is due later.".to_owned()), "{:?}", text("p"));
    }

    #[test]
    fn no_mark_leaves_the_picture() {
        let soon = Date::constant(2026, 12, 18);
        let queue: Vec<_> = (1..=200).map(|number| entry(number, &[soon], TODAY)).collect();
        let day = day(&coming(&queue, TODAY), soon);
        let digits = day.reports.to_string().len();
        assert!(day.number_at() + digits * 10 <= WIDTH, "{}", day.number_at());
        assert_eq!(day.marks().count(), MARKS);
    }
}
