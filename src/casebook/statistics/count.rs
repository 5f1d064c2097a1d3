//! What is counted, and how it adds up: reports as they came in; what became of promises and what concerns are about is in
//! `promises` and `concerns`.

use crate::{
    casebook::{
        log::fact::{CountedAs, Fact},
        statistics::{
            ReportingYear,
            plan::{Frame, Plan},
            sums::{ConcernNumbers, DisclosureNumbers, ReportNumbers, place, tally},
        },
    },
    domain::{Action, Route, SetAsideReason, WayIn},
};

/// What each of a year's reports is to the figures.
const COUNTED: [(&str, CountedAs); 7] = [
    ("A concern, counted once", CountedAs::Concern),
    ("Set aside, and counted: it is not for us", CountedAs::NotForUs),
    ("Not counted again: it goes on with another report", CountedAs::Continued),
    ("Set aside: the same as another report", CountedAs::SetAside(SetAsideReason::Duplicate)),
    ("Set aside: not a concern", CountedAs::SetAside(SetAsideReason::NotAConcern)),
    ("Set aside: abusive", CountedAs::SetAside(SetAsideReason::Abusive)),
    ("Set aside: a test", CountedAs::SetAside(SetAsideReason::Test)),
];
/// Those of them that are concerns come first. All but the first are set aside, or may be.
const CONCERNS: usize = 2;
const CONTINUED: usize = 2;

impl Plan {
    /// For a year: the reports that came in in it, and what was decided in it.
    pub(super) fn of(facts: &[Fact], year: ReportingYear) -> Self {
        let came: Vec<&Fact> = facts.iter().filter(|fact| ReportingYear::of(fact.received_on) == year).collect();
        let concerns: Vec<&Fact> = came.iter().copied().filter(|fact| fact.counted_as().is_a_concern()).collect();
        let mut plan = Self::default();
        let disclosures = plan.disclosures(facts, &came, year);
        let whole = plan.reports(&came, year, disclosures);
        let counted = plan.concerns(&concerns, &whole);
        plan.acted_on(&concerns, &counted, &whole.disclosures, year);
        plan.promises(&came, &whole, &counted);
        plan
    }

    /// Two numbers, neither of which is a part of the other: what was decided in the year may be about disclosures of
    /// years before.
    fn disclosures(&mut self, facts: &[Fact], came: &[&Fact], year: ReportingYear) -> DisclosureNumbers {
        self.table(Frame {
            slug: "disclosures",
            title: "Workers’ disclosures",
            rows_are: "In the year",
            note: Some(
                "Disclosures by workers that we reasonably believe to be qualifying and about matters within our remit. \
                 Neither number is a part of the other.",
            ),
            columns: vec!["Disclosures"],
        });
        let received = self.publish(tally(came, Fact::is_qualifying));
        self.row("Received", false, vec![received]);
        let all: Vec<&Fact> = facts.iter().collect();
        let decided = self.publish(tally(&all, |fact| is_acted_on_in(fact, year)));
        self.row("Further action decided, whenever received", false, vec![decided]);
        DisclosureNumbers { received, decided }
    }

    /// How reports came in, whatever each of them is.
    fn reports(&mut self, came: &[&Fact], year: ReportingYear, disclosures: DisclosureNumbers) -> ReportNumbers {
        self.table(Frame::of("Reports", "counted", "Each concern once", "What a report is"));
        let reports = self.publish(tally(came, |_| true));
        let counted =
            COUNTED.map(|(header, counted)| (header.into(), tally(came, |fact| fact.counted_as() == counted)));
        let counted = self.split(reports, counted);
        let concerns = self.together(&counted[..CONCERNS]);
        let uncounted = self.together(&counted[CONCERNS..]);
        let may_be_open = self.together(&[counted[0], counted[CONTINUED]]);
        let set_aside = self.together(&counted[1..]);
        self.table(Frame::of("Reports", "months", "By month", "Month in which it came in"));
        let in_month = |place| tally(came, |fact| ReportingYear::place(fact.received_on) == place);
        self.split(reports, year.months().enumerate().map(|(place, name)| (name.into(), in_month(place))));
        self.table(Frame::of("Reports", "routes", "By route", "Route"));
        let on_route = |route: Route| (route.name().into(), tally(came, |fact| fact.route == route));
        let routes = self.split(reports, Route::ALL.iter().copied().map(on_route));
        self.rest(routes[place(Route::ALL, &Route::StaffConcern)], disclosures.received);
        self.table(Frame::of("Reports", "ways", "By way in", "Way in which it came"));
        let by_way = |way: WayIn| (way.label().into(), tally(came, |fact| fact.way == way));
        self.split(reports, WayIn::ALL.iter().copied().map(by_way));
        self.table(Frame::of("Reports", "standing", "Where they stand", "State"));
        let is_open = |fact: &Fact| !fact.closed && !fact.withdrawn && fact.set_aside.is_none();
        let standing = self.split(
            reports,
            [
                ("Open".into(), tally(came, is_open)),
                ("Closed or set aside".into(), tally(came, |fact| !is_open(fact) && !fact.withdrawn)),
                ("Withdrawn".into(), tally(came, |fact| fact.withdrawn)),
            ],
        );
        // None that was set aside is open.
        self.rest(may_be_open, standing[0]);
        ReportNumbers { routes, reports, concerns, uncounted, withdrawn: standing[2], set_aside, disclosures }
    }

    /// How many of a year's disclosures further action was decided on, in that year or another, is never published; but
    /// there can be no more of them than of either.
    fn acted_on(
        &mut self,
        facts: &[&Fact],
        concerns: &ConcernNumbers,
        disclosures: &DisclosureNumbers,
        year: ReportingYear,
    ) {
        let (received, decided) = (disclosures.received, disclosures.decided);
        let is_acted_on = |fact: &Fact| fact.is_qualifying() && fact.action == Some(Action::FurtherAction);
        let both = self.conceal(tally(facts, is_acted_on));
        self.rest(received, both);
        let others = self.rest(concerns.acted_on, both);
        if let (Some(others), Some(undisclosed)) = (others, self.rest(concerns.all, received)) {
            self.rest(undisclosed, others);
        }
        let now = self.conceal(tally(facts, |fact| is_acted_on_in(fact, year)));
        self.rest(both, now);
        self.rest(decided, now);
    }
}

/// Whether it is a disclosure on which further action was decided in that year.
fn is_acted_on_in(fact: &Fact, year: ReportingYear) -> bool {
    fact.is_qualifying() && fact.acted_on.is_some_and(|on| ReportingYear::of(on) == year)
}
