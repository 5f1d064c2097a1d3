use proptest::prelude::*;

use crate::{
    casebook::{
        log::fact::{Fact, Promise},
        statistics::{
            Cell, Figures, ReportingYear,
            intruder::{intrude, table},
            sample,
        },
    },
    domain::{
        About, Action, Area, ClockKind, Date, FailureKind, Finding, Kept, OrganisationType, Route, SetAsideReason,
        WayIn, YesNo,
    },
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
    assert_eq!((promises[2].cells[0], promises[2].cells[6]), (Cell::Suppressed, Cell::Suppressed));
    assert_eq!(promises[2].cells[1], Cell::Count(0));
}

#[test]
fn what_complaints_about_personal_data_leave_of_all_complaints_is_a_number_too() {
    let complaint = on_route(Route::ServiceComplaint);
    let mut about_data = Fact { about: vec![About::PersonalData], ..complaint.clone() };
    about_data.clocks.push(sample::promise(ClockKind::DataAcknowledgement, Kept::OnTime));
    let figures = intrude(&many(&[(1, complaint), (8, about_data.clone())]));
    let promises = &table(&figures, "promises").rows;
    assert_eq!((promises[5].cells[0], promises[5].cells[6]), (Cell::Suppressed, Cell::Suppressed));
    // None is left over of which anything could be learnt.
    let figures = intrude(&many(&[(8, about_data)]));
    assert_eq!(table(&figures, "promises").rows[5].cells[6], Cell::Count(8));
}

#[test]
fn what_disclosures_leave_of_a_total_is_a_number_too() {
    // One concern that is not qualifying, and one action on it.
    let other = Fact { action: Some(Action::FurtherAction), ..sample::fact() };
    intrude(&many(&[(8, qualifying(Some(Action::FurtherAction))), (1, other)]));
    intrude(&many(&[(5, qualifying(None)), (2, qualifying(Some(Action::FurtherAction))), (3, sample::fact())]));
}

#[test]
fn what_is_about_several_things_is_told_by_no_row_that_is_left() {
    let about = |about: &[About]| Fact { about: about.to_vec(), ..sample::fact() };
    // Everything is about one of them: what the first leaves of all is in the second at least.
    let figures = intrude(&many(&[(6, about(&[About::Fraud])), (4, about(&[About::CoverUp]))]));
    let place = |about| cells(&figures, "topics")[About::ALL.iter().position(|one| *one == about).unwrap()];
    assert_eq!((place(About::Fraud), place(About::CoverUp)), (Cell::Suppressed, Cell::Suppressed));
    // Where enough is about both, the small one tells nothing of the other.
    let figures = intrude(&many(&[(5, about(&[About::Fraud])), (2, about(&[About::Fraud, About::CoverUp]))]));
    let place = |about| cells(&figures, "topics")[About::ALL.iter().position(|one| *one == about).unwrap()];
    assert_eq!((place(About::Fraud), place(About::CoverUp)), (Cell::Count(7), Cell::Suppressed));
}

#[test]
fn what_complaints_are_about_is_not_told_by_what_was_promised_for_it() {
    let (mut about_data, other) = (on_route(Route::ServiceComplaint), on_route(Route::ServiceComplaint));
    about_data.clocks.push(sample::promise(ClockKind::DataAcknowledgement, Kept::OnTime));
    let about_data = Fact { about: vec![About::PersonalData], ..about_data };
    let copy = Fact { set_aside: Some(SetAsideReason::Duplicate), ..about_data.clone() };
    let figures = Figures::published(&many(&[(8, about_data), (2, copy), (12, other)]), sample::YEAR);
    // Two of them are the same as others: 8 and 10 would tell it.
    let topic = cells(&figures, "complaints")[6];
    let promised = table(&figures, "promises").rows[5].cells[6];
    assert!([topic, promised].contains(&Cell::Suppressed), "{topic:?} {promised:?}");
}

#[test]
fn a_year_s_decisions_are_no_part_of_its_disclosures() {
    let before = Date::constant(2026, 3, 1);
    let now = Date::constant(2026, 4, 1);
    let decided = |received_on, acted_on| Fact {
        received_on,
        acted_on: Some(acted_on),
        ..qualifying(Some(Action::FurtherAction))
    };
    // Of the year before and decided in this one; of both; decided before; and one that nobody has decided about.
    let facts = many(&[(6, decided(before, now)), (7, decided(now, now)), (5, decided(before, before))]);
    let facts = [facts, many(&[(9, qualifying(None))])].concat();
    let figures = intrude(&facts);
    assert_eq!(cells(&figures, "disclosures"), [Cell::Count(7 + 9), Cell::Count(6 + 7)]);
    let earlier = Figures::internal(&facts, ReportingYear::of(before));
    assert_eq!(cells(&earlier, "disclosures"), [Cell::Count(6 + 5), Cell::Count(5)]);
    // One of another year that was decided in this one is not told by what is left.
    intrude(&many(&[(1, decided(before, now)), (6, decided(now, now))]));
}

#[test]
fn what_was_set_aside_counts_apart() {
    let aside = |reason| Fact { set_aside: Some(reason), ..qualifying(None) };
    let owed = vec![sample::promise(ClockKind::InformationUseNotice, Kept::NotOwed)];
    let facts = many(&[
        (9, qualifying(None)),
        (6, Fact { clocks: owed, ..aside(SetAsideReason::Duplicate) }),
        (5, aside(SetAsideReason::NotForUs)),
        (7, Fact { continues: true, ..qualifying(None) }),
    ]);
    let figures = intrude(&facts);
    let count = |count: &[u64]| count.iter().copied().map(Cell::Count).collect::<Vec<_>>();
    assert_eq!(cells(&figures, "counted"), count(&[9, 5, 7, 6, 0, 0, 0, 27]));
    assert_eq!(cells(&figures, "disclosures")[0], Cell::Count(9 + 5));
    assert_eq!(cells(&figures, "standing"), count(&[9 + 7, 6 + 5, 0, 27]));
    assert_eq!(table(&figures, "promises").rows[3].cells, count(&[9 + 5 + 7, 0, 0, 0, 0, 6, 27]));
}

#[test]
fn one_way_in_is_not_told_by_the_others() {
    let by = |way| Fact { way, ..sample::fact() };
    let figures = intrude(&many(&[(7, by(WayIn::Box)), (5, by(WayIn::Letter)), (1, by(WayIn::Telephone))]));
    let ways = cells(&figures, "ways");
    assert_eq!(ways[..3], [Cell::Count(7), Cell::Suppressed, Cell::Suppressed]);
    // By whichever way, each counts once.
    assert_eq!((ways[5], cells(&figures, "counted")[0]), (Cell::Count(13), Cell::Count(13)));
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

fn any_promises(route: Route, withdrawn: bool, aside: bool) -> impl Strategy<Value = Vec<Promise>> {
    let of_others = [Kept::OnTime, Kept::Late, Kept::Overdue, Kept::Open];
    let kept = move || {
        let lapsed = if withdrawn { vec![Kept::Lapsed] } else { Vec::new() };
        let not_owed = if aside { vec![Kept::NotOwed] } else { Vec::new() };
        prop::sample::select([of_others.as_slice(), &lapsed, &not_owed].concat())
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
    let aside = prop::option::weighted(0.2, prop::sample::select(&SetAsideReason::ALL[..5]));
    let said = (
        prop::sample::subsequence(About::ALL, 0..4),
        prop::option::of(prop::sample::select(OrganisationType::ALL)),
        prop::sample::subsequence(FailureKind::ALL, 1..3),
    );
    let when = (prop::option::of(2_i8..8), prop::bool::weighted(0.1), prop::bool::weighted(0.2));
    let way = prop::option::weighted(0.3, prop::sample::select(WayIn::ALL));
    (route, prop::bool::weighted(0.2), aside)
        .prop_flat_map(|(route, withdrawn, aside)| {
            (Just((route, withdrawn, aside)), any_promises(route, withdrawn, aside.is_some()))
        })
        .prop_flat_map(move |(kind, clocks)| {
            (
                Just((kind, clocks)),
                (4_i8..8, areas.clone(), any::<[bool; 3]>()),
                (action.clone(), finding.clone(), detriment.clone()),
                said.clone(),
                (when.clone(), way.clone()),
            )
        })
        .prop_map(|(((route, withdrawn, set_aside), clocks), (month, areas, yes), decided, said, when)| {
            let ([qualifies, referred, closed], (action, finding, detriment)) = (yes, decided);
            let ((about, organisation_type, failures), ((acted, earlier, continues), way)) = (said, when);
            let way = way.unwrap_or(WayIn::Box);
            let base =
                if qualifies { Fact { failures, ..qualifying(action) } } else { Fact { action, ..sample::fact() } };
            // One of the year before is counted in this one for what was decided in it alone.
            let received_on = if earlier { Date::constant(2026, 1, 1) } else { in_month(month).received_on };
            let acted_on =
                acted.filter(|_| action == Some(Action::FurtherAction)).map(|month| in_month(month).received_on);
            let fact = Fact {
                received_on,
                route,
                way,
                areas,
                finding,
                detriment,
                referred,
                closed,
                withdrawn,
                clocks,
                ..base
            };
            Fact { about, organisation_type, acted_on, set_aside, continues, ..fact }
        })
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
