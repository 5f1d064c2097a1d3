use proptest::prelude::*;

use crate::{
    casebook::{
        log::fact::{Fact, Promise},
        statistics::{
            Cell, Figures,
            intruder::{intrude, table},
            sample,
        },
    },
    domain::{Action, Area, ClockKind, Date, FailureKind, Finding, Kept, Route, YesNo},
};

fn in_month(month: i8) -> Fact {
    Fact { received_on: Date::constant(2026, month, 1), ..sample::fact() }
}

fn on_route(route: Route) -> Fact {
    let kept = |(kind, _): &_| sample::promise(*kind, Kept::OnTime);
    let clocks = route.promises().iter().map(kept).chain(sample::fact().clocks).collect();
    Fact { route, clocks, ..sample::fact() }
}

fn qualifying(action: Option<Action>) -> Fact {
    Fact {
        worker: Some(YesNo::Yes),
        in_remit: Some(YesNo::Yes),
        failures: vec![FailureKind::Crime],
        action,
        ..sample::fact()
    }
}

fn many(parts: &[(usize, Fact)]) -> Vec<Fact> {
    parts.iter().flat_map(|(count, fact)| vec![fact.clone(); *count]).collect()
}

/// The cells of a table's first column.
fn cells(figures: &Figures, slug: &str) -> Vec<Cell> {
    table(figures, slug).rows.iter().map(|row| row.cells[0]).collect()
}

#[test]
fn one_small_number_takes_another_with_it() {
    let figures = intrude(&many(&[(1, in_month(4)), (5, in_month(5)), (6, in_month(6))]));
    let months = cells(&figures, "months");
    assert_eq!(months[..3], [Cell::Suppressed, Cell::Suppressed, Cell::Count(6)]);
    assert_eq!((months[3], months[12]), (Cell::Count(0), Cell::Count(12)));
}

#[test]
fn two_ones_are_not_told_by_their_sum() {
    intrude(&many(&[(1, in_month(4)), (1, in_month(5)), (8, in_month(6))]));
}

#[test]
fn five_ones_are_not_told_by_their_total() {
    let figures = intrude(&[4, 5, 6, 7, 8].map(in_month));
    assert_eq!(cells(&figures, "months")[12], Cell::Suppressed);
}

#[test]
fn a_small_total_is_hidden() {
    for count in 1..=4 {
        let figures = intrude(&sample::facts(count));
        assert_eq!(*cells(&figures, "months").last().unwrap(), Cell::Suppressed);
    }
    // Two rows that are not 0 would tell that it is not 1.
    let figures = intrude(&[in_month(4), in_month(5)]);
    assert!(table(&figures, "months").is_withheld);
}

#[test]
fn nothing_is_hidden_where_nothing_is_small() {
    for count in [0, 5, 9] {
        assert!(!intrude(&sample::facts(count)).suppresses_something(), "{count}");
    }
}

#[test]
fn all_but_one_in_an_area() {
    let area = Fact { areas: vec![Area::Competition], ..sample::fact() };
    let figures = intrude(&many(&[(9, area), (1, sample::fact())]));
    assert_eq!(cells(&figures, "areas")[2], Cell::Suppressed);
    assert_eq!(*cells(&figures, "months").last().unwrap(), Cell::Count(10));
}

#[test]
fn a_small_overlap_of_areas_is_not_told_by_their_sum() {
    let one = Fact { areas: vec![Area::Competition], ..sample::fact() };
    let both = Fact { areas: vec![Area::Competition, Area::IntegratedCare], ..sample::fact() };
    let other = Fact { areas: vec![Area::IntegratedCare], ..sample::fact() };
    intrude(&many(&[(5, one), (2, both), (5, other)]));
}

#[test]
fn one_complaint_is_not_told_by_its_promises() {
    let figures = intrude(&many(&[(8, sample::fact()), (1, on_route(Route::ServiceComplaint))]));
    assert_eq!(cells(&figures, "routes")[3], Cell::Suppressed);
    let promises = &table(&figures, "promises").rows;
    assert_eq!((promises[2].cells[0], promises[2].cells[5]), (Cell::Suppressed, Cell::Suppressed));
    assert_eq!(promises[2].cells[1], Cell::Count(0));
}

#[test]
fn what_complaints_about_personal_data_leave_of_all_complaints_is_a_number_too() {
    let complaint = on_route(Route::ServiceComplaint);
    let mut about_data = complaint.clone();
    about_data.clocks.push(sample::promise(ClockKind::DataAcknowledgement, Kept::OnTime));
    let figures = intrude(&many(&[(1, complaint), (8, about_data.clone())]));
    let promises = &table(&figures, "promises").rows;
    assert_eq!((promises[5].cells[0], promises[5].cells[5]), (Cell::Suppressed, Cell::Suppressed));
    // None is left over of which anything could be learnt.
    let figures = intrude(&many(&[(8, about_data)]));
    assert_eq!(table(&figures, "promises").rows[5].cells[5], Cell::Count(8));
}

#[test]
fn what_disclosures_leave_of_a_total_is_a_number_too() {
    // One concern that is not qualifying, and one action on it.
    let other = Fact { action: Some(Action::FurtherAction), ..sample::fact() };
    intrude(&many(&[(8, qualifying(Some(Action::FurtherAction))), (1, other)]));
    intrude(&many(&[(5, qualifying(None)), (2, qualifying(Some(Action::FurtherAction))), (3, sample::fact())]));
}

#[test]
fn a_large_year_loses_little() {
    let mut facts = many(&[(30, qualifying(Some(Action::FurtherAction))), (20, qualifying(None))]);
    facts.extend(many(&[(8, on_route(Route::PatientChoice)), (9, on_route(Route::ServiceComplaint))]));
    facts.extend(many(&[(2, on_route(Route::Procurement))]));
    for (place, fact) in facts.iter_mut().enumerate() {
        // The calendar year does not matter to the month's place.
        fact.received_on = in_month(4 + i8::try_from(place % 9).unwrap()).received_on;
        fact.areas = if place % 3 == 0 { vec![Area::BoardGovernance] } else { Vec::new() };
    }
    let figures = Figures::published(&facts, sample::YEAR);
    let hidden = |slug: &str| cells(&figures, slug).iter().filter(|cell| **cell == Cell::Suppressed).count();
    assert_eq!((hidden("disclosures"), hidden("months"), hidden("areas"), hidden("routes")), (0, 0, 0, 2));
    assert!(figures.tables.iter().all(|table| !table.is_withheld));
}

fn any_promises(route: Route, withdrawn: bool) -> impl Strategy<Value = Vec<Promise>> {
    let of_others = [Kept::OnTime, Kept::Late, Kept::Overdue, Kept::Open];
    let kept = move || {
        let lapsed = if withdrawn { vec![Kept::Lapsed] } else { Vec::new() };
        prop::sample::select([of_others.as_slice(), &lapsed].concat())
    };
    let answer = route.promises().get(1).map(|(kind, _)| *kind);
    let notice = ClockKind::InformationUseNotice;
    let about = route.promises_about().first().map(|(_, (kind, _))| *kind);
    (prop::option::weighted(0.2, kept()), kept(), kept(), prop::bool::weighted(0.1), any::<bool>()).prop_map(
        move |(further, first, answered, changed, is_about_it)| {
            let mut promises = vec![sample::promise(notice, first)];
            promises.extend(further.map(|kept| sample::promise(notice, kept)));
            promises.extend(changed.then(|| Promise { supplementary: true, ..sample::promise(notice, first) }));
            promises.extend(about.filter(|_| is_about_it).map(|kind| sample::promise(kind, Kept::OnTime)));
            if let Some(answer) = answer {
                promises.push(sample::promise(ClockKind::Acknowledgement, Kept::OnTime));
                promises.push(sample::promise(answer, answered));
            }
            promises
        },
    )
}

fn any_fact() -> impl Strategy<Value = Fact> {
    let route = prop::sample::select([[Route::StaffConcern; 4].as_slice(), Route::ALL].concat());
    let areas = prop::sample::subsequence(Area::ALL, 0..=Area::ALL.len());
    let action = prop::option::of(prop::sample::select(Action::ALL));
    let finding = prop::option::of(prop::sample::select(Finding::ALL));
    let detriment = prop::option::of(prop::sample::select(YesNo::ALL));
    (route, prop::bool::weighted(0.2))
        .prop_flat_map(|(route, withdrawn)| (Just((route, withdrawn)), any_promises(route, withdrawn)))
        .prop_flat_map(move |((route, withdrawn), clocks)| {
            (
                Just((route, withdrawn, clocks)),
                (4_i8..8, areas.clone(), any::<[bool; 3]>()),
                (action.clone(), finding.clone(), detriment.clone()),
            )
        })
        .prop_map(
            |((route, withdrawn, clocks), (month, areas, [yes, referred, closed]), (action, finding, detriment))| {
                let base = if yes { qualifying(action) } else { Fact { action, ..in_month(month) } };
                let received_on = in_month(month).received_on;
                Fact { received_on, route, areas, finding, detriment, referred, closed, withdrawn, clocks, ..base }
            },
        )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn no_small_number_can_be_worked_out(facts in prop::collection::vec(any_fact(), 0..6)) {
        intrude(&facts);
    }

    #[test]
    fn nor_where_some_are_alike(facts in prop::collection::vec((any_fact(), 1_usize..5), 1..4)) {
        let facts: Vec<Fact> = facts.into_iter().flat_map(|(fact, count)| vec![fact; count]).take(7).collect();
        intrude(&facts);
    }

    #[test]
    fn what_is_shown_is_true_and_not_small(facts in prop::collection::vec(any_fact(), 0..80)) {
        let internal = Figures::internal(&facts, sample::YEAR);
        let published = Figures::published(&facts, sample::YEAR);
        for (published, internal) in published.tables.iter().zip(&internal.tables) {
            for (published, internal) in published.rows.iter().zip(&internal.rows) {
                for (published, internal) in published.cells.iter().zip(&internal.cells) {
                    let Cell::Count(count) = published else { continue };
                    prop_assert_eq!(published, internal);
                    prop_assert!(!(1..=4).contains(count));
                }
            }
        }
    }
}
