//! What is counted, and how it adds up.

use crate::{
    casebook::{
        log::fact::{Fact, Promise},
        statistics::{
            ReportingYear,
            plan::{Frame, Id, Plan},
        },
    },
    domain::{Action, Area, ClockKind, Finding, Kept, Route, YesNo},
};

/// The column of tables that have one.
const REPORTS: &str = "Reports";

/// The kinds of promises, with whether a notice of a later change of use is meant.
const PROMISES: [(&str, ClockKind, bool); 6] = [
    ("Acknowledgement", ClockKind::Acknowledgement, false),
    ("Advice, or what we intend to do", ClockKind::Advice, false),
    ("Provisional decision or further response", ClockKind::Decision, false),
    ("Information-use notice", ClockKind::InformationUseNotice, false),
    ("Notice of a later change of use", ClockKind::InformationUseNotice, true),
    ("Personal data: acknowledged", ClockKind::DataAcknowledgement, false),
];

impl Plan {
    /// For the reports that came in in a year.
    pub(super) fn of(facts: &[Fact], year: ReportingYear) -> Self {
        let facts: Vec<&Fact> = facts.iter().filter(|fact| ReportingYear::of(fact.received_on) == year).collect();
        let mut plan = Self::default();
        let disclosures = disclosures(&mut plan, &facts);
        plan.table(Frame::reports("standing", "Where reports stand", "State", None));
        let all = plan.publish(tally(&facts, |_| true));
        let standing = plan.split(
            all,
            [
                ("Open".into(), tally(&facts, |fact| !fact.closed && !fact.withdrawn)),
                ("Closed".into(), tally(&facts, |fact| fact.closed && !fact.withdrawn)),
                ("Withdrawn".into(), tally(&facts, |fact| fact.withdrawn)),
            ],
        );
        plan.table(Frame::reports("months", "By month", "Month in which the report came in", None));
        let in_month = |place| tally(&facts, |fact| ReportingYear::place(fact.received_on) == place);
        plan.split(all, year.months().enumerate().map(|(place, name)| (name.into(), in_month(place))));
        plan.table(Frame::reports("routes", "By route", "Route", None));
        let on_route = |route: Route| (route.name().into(), tally(&facts, |fact| fact.route == route));
        let routes = plan.split(all, Route::ALL.iter().copied().map(on_route));
        areas(&mut plan, &facts, all);
        let actions = outcomes(&mut plan, &facts, all);
        plan.rest(routes[place(Route::ALL, &Route::StaffConcern)], disclosures.all);
        for (action, disclosed) in actions.into_iter().zip(disclosures.by_action) {
            plan.rest(action, disclosed);
        }
        promises(&mut plan, &facts, (all, &routes, standing[2]));
        plan
    }
}

impl Frame {
    /// Of a table that counts reports.
    fn reports(
        slug: &'static str,
        title: &'static str,
        rows_are: &'static str,
        note: impl Into<Option<&'static str>>,
    ) -> Self {
        Self { slug, title, rows_are, note: note.into(), columns: vec![REPORTS] }
    }
}

/// The numbers of SI 2017/507, regulation 5.
struct Disclosures {
    all: Id,
    by_action: [Id; 3],
}

fn disclosures(plan: &mut Plan, facts: &[&Fact]) -> Disclosures {
    plan.table(Frame::reports(
        "disclosures",
        "Workers’ disclosures",
        "Disclosures",
        "Reports by workers that we reasonably believe to be qualifying disclosures about matters within our remit.",
    ));
    let qualifying = |action: Option<Action>| tally(facts, |fact| fact.is_qualifying() && fact.action == action);
    let all = plan.publish(tally(facts, |fact| fact.is_qualifying()));
    plan.row("Qualifying and within our remit", true, vec![all]);
    let rows = [
        ("Of these, further action decided", Some(Action::FurtherAction)),
        ("Of these, no further action decided", Some(Action::NoFurtherAction)),
        ("Of these, not decided yet", None),
    ];
    let by_action = rows.map(|(header, action)| {
        let id = plan.publish(qualifying(action));
        plan.row(header, false, vec![id]);
        id
    });
    plan.sum(all, by_action.to_vec());
    Disclosures { all, by_action }
}

/// Areas overlap: how many reports are in exactly these or in both of two is never published, but others are sums of
/// it.
fn areas(plan: &mut Plan, facts: &[&Fact], all: Id) {
    plan.table(Frame::reports("areas", "By area", "Area", "A report can be in more than one area."));
    let sets = 1..1_usize << Area::ALL.len();
    let exactly: Vec<(usize, Id)> =
        sets.map(|set| (set, plan.conceal(tally(facts, |fact| set_of(fact) == set)))).collect();
    let with = |wanted: usize| -> Vec<Id> {
        exactly.iter().filter(|(set, _)| set & wanted == wanted).map(|(_, id)| *id).collect()
    };
    let mut named = Vec::new();
    for (place, area) in Area::ALL.iter().enumerate() {
        let id = plan.publish(tally(facts, |fact| fact.areas.contains(area)));
        plan.row(area.label(), false, vec![id]);
        plan.sum(id, with(1 << place));
        plan.rest(all, id);
        named.push(id);
    }
    let none = plan.publish(tally(facts, |fact| fact.areas.is_empty()));
    plan.row("None of these", false, vec![none]);
    plan.row("All", true, vec![all]);
    for pair in (0..1 << Area::ALL.len()).filter(|set: &usize| set.count_ones() == 2) {
        let both = plan.conceal(tally(facts, |fact| set_of(fact) & pair == pair));
        plan.sum(both, with(pair));
    }
    let any = plan.rest(all, none);
    let times_named = plan.conceal(named.iter().map(|id| plan.count(*id)).sum());
    plan.sum(times_named, named);
    if let Some(any) = any {
        plan.sum(any, with(0));
        plan.rest(times_named, any);
    }
}

/// The numbers of reports by action.
fn outcomes(plan: &mut Plan, facts: &[&Fact], all: Id) -> Vec<Id> {
    plan.table(Frame::reports("actions", "What we decided", "Decision", None));
    let actions = Action::ALL.iter().copied().map(Some).chain([None]);
    let actions = plan.split(
        all,
        actions.map(|action| {
            let header = action.map_or("Not decided yet", Action::label);
            (header.into(), tally(facts, |fact| fact.action == action))
        }),
    );
    plan.table(Frame::reports("findings", "What we found", "Finding", None));
    let findings = Finding::ALL.iter().copied().map(Some).chain([None]);
    plan.split(
        all,
        findings.map(|finding| {
            let header = finding.map_or("Nothing recorded yet", Finding::label);
            (header.into(), tally(facts, |fact| fact.finding == finding))
        }),
    );
    plan.table(Frame::reports("detriment", "Treated badly for speaking up", "Answer", None));
    let answers = YesNo::ALL.iter().copied().map(Some).chain([None]);
    plan.split(
        all,
        answers.map(|answer| {
            let header = answer.map_or("Nothing recorded yet", YesNo::label);
            (header.into(), tally(facts, |fact| fact.detriment == answer))
        }),
    );
    plan.table(Frame::reports("referred", "Handed to an area’s team", "Answer", None));
    let answers = [("Yes", true), ("No", false)];
    plan.split(all, answers.map(|(header, referred)| (header.into(), tally(facts, |fact| fact.referred == referred))));
    actions
}

/// What each report is promised is the same for all of its route, and every reader knows it.
fn promises(plan: &mut Plan, facts: &[&Fact], (all, routes, withdrawn): (Id, &[Id], Id)) {
    plan.table(Frame {
        slug: "promises",
        title: "Promises kept",
        rows_are: "Promise",
        note: Some("Counts promises, not reports. “No longer owed” means that the person withdrew before it was due."),
        columns: Kept::ALL.iter().map(|kept| kept.label()).chain(["All"]).collect(),
    });
    let mut lapsed = Vec::new();
    for (header, kind, supplementary) in PROMISES {
        let is_meant = |promise: &&Promise| promise.kind == kind && promise.supplementary == supplementary;
        let promises: Vec<&Promise> = facts.iter().flat_map(|fact| &fact.clocks).filter(is_meant).collect();
        let whole = plan.publish(tally(&promises, |_| true));
        let parts: Vec<Id> =
            Kept::ALL.iter().map(|kept| plan.publish(tally(&promises, |promise| promise.kept == *kept))).collect();
        plan.row(header, false, [parts.as_slice(), &[whole]].concat());
        let is_promised = |route: &Route| route.promises().iter().any(|(promised, _)| *promised == kind);
        let is_promised_about =
            |route: Route| route.promises_about().iter().any(|(_, (promised, _))| *promised == kind);
        let promised: Vec<Id> =
            Route::ALL.iter().zip(routes).filter(|(route, _)| is_promised(route)).map(|(_, id)| *id).collect();
        if !promised.is_empty() {
            plan.sum(whole, promised);
            lapsed.push(parts[place(Kept::ALL, &Kept::Lapsed)]);
        } else if let Some(route) = Route::ALL.iter().position(|route| is_promised_about(*route)) {
            // Some reports of one route have one each, for their concern; it never lapses.
            plan.rest(routes[route], whole);
        } else if !supplementary {
            // Every report has one for its first message.
            plan.rest(whole, all);
        }
        plan.sum(whole, parts);
    }
    // The acknowledgement is the receipt page, so at most one of a report's other promises can lapse.
    let count = lapsed.iter().map(|id| plan.count(*id)).sum();
    let any = plan.conceal(count);
    plan.sum(any, lapsed);
    plan.rest(withdrawn, any);
}

/// A report's areas as bits.
fn set_of(fact: &Fact) -> usize {
    let places = Area::ALL.iter().enumerate().filter(|(_, area)| fact.areas.contains(area));
    places.map(|(place, _)| 1 << place).sum()
}

fn place<T: PartialEq>(all: &[T], wanted: &T) -> usize {
    all.iter().take_while(|one| *one != wanted).count()
}

fn tally<T>(all: &[&T], is_meant: impl Fn(&T) -> bool) -> u64 {
    all.iter().map(|one| u64::from(is_meant(one))).sum()
}
