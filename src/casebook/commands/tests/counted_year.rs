//! A made-up year, counted by hand, before and after some of its reports were destroyed.

use crate::{
    casebook::{
        CasebookError, NewAssessment, NewEntered, NewProposal, NotAllowed, Organisation, Reference,
        statistics::{Cell, Figures, ReportingYear},
    },
    domain::{
        About, Action, Assessment, Calendar, Concern, Date, Entries, FailureKind, FixedDay, Kept, MessageContent,
        MessageKind, OrganisationId, OrganisationType, ReportId, ReportState, Route, SetAside, SetAsideReason, Text,
        WayIn, WhoseWords, YesNo,
    },
    world::{
        DAY, TODAY,
        casebook::{World, assessed},
    },
};

const YEAR: ReportingYear = ReportingYear::beginning_in(2026);
/// After every day that matters here.
const LATER: FixedDay = FixedDay(Date::constant(2027, 5, 3));

/// What a report is and what becomes of it.
struct MadeUpReport {
    received_on: Date,
    route: Route,
    about: &'static [About],
    kind: Option<OrganisationType>,
    failures: &'static [FailureKind],
    /// The day on which further action is decided.
    acted_on: Option<Date>,
}

impl MadeUpReport {
    /// A worker's concern of that day about patients, that shows a danger to health.
    const fn worker(received_on: Date) -> Self {
        Self {
            received_on,
            route: Route::StaffConcern,
            about: &[About::PatientSafety],
            kind: Some(OrganisationType::NhsTrust),
            failures: &[FailureKind::HealthAndSafety],
            acted_on: None,
        }
    }
}

fn day(year: i16, month: i8, day: i8) -> Date {
    Date::constant(year, month, day)
}

/// Each report is one line of the table below, in its order.
fn reports() -> Vec<MadeUpReport> {
    let worker = MadeUpReport::worker;
    vec![
        MadeUpReport { acted_on: Some(day(2026, 4, 20)), ..worker(day(2026, 3, 20)) },
        MadeUpReport { acted_on: Some(day(2026, 12, 4)), ..worker(day(2026, 4, 1)) },
        MadeUpReport {
            acted_on: Some(day(2027, 4, 6)),
            about: &[About::PatientSafety, About::CoverUp],
            failures: &[FailureKind::Crime, FailureKind::HealthAndSafety],
            ..worker(day(2026, 5, 4))
        },
        MadeUpReport { kind: None, ..worker(day(2026, 5, 30)) },
        MadeUpReport { acted_on: Some(day(2026, 12, 7)), ..worker(day(2026, 6, 8)) },
        MadeUpReport { acted_on: Some(day(2026, 12, 8)), ..worker(day(2026, 7, 1)) },
        MadeUpReport { failures: &[], about: &[About::Fraud], ..worker(day(2026, 11, 30)) },
        worker(day(2026, 10, 1)),
        MadeUpReport {
            route: Route::Procurement,
            about: &[About::Competition],
            failures: &[],
            ..worker(day(2027, 3, 31))
        },
        MadeUpReport {
            route: Route::ServiceComplaint,
            about: &[About::TooSlow],
            kind: None,
            failures: &[],
            ..worker(day(2026, 9, 9))
        },
        worker(day(2027, 4, 1)),
        MadeUpReport { acted_on: Some(day(2026, 12, 10)), ..worker(day(2026, 11, 2)) },
    ]
}

/// | | received | what became of it | counts |
/// |---|---|---|---|
/// | 0 | 20 March 2026 | action decided on 20 April 2026 | (b) alone: it is of the year before |
/// | 1 | 1 April | action decided on 4 December, confirmed later | (a), (b) |
/// | 2 | 4 May | action decided on 6 April 2027 | (a); (b) of the next year |
/// | 3 | 30 May | nothing yet; the team ties it to an organisation that is a foundation trust | (a) |
/// | 4 | 8 June | action on 7 December; goes on with 1 | not again |
/// | 5 | 1 July | action on 8 December, taken back on the 9th | (a) |
/// | 6 | 30 November | no kind of failure | a concern, no disclosure |
/// | 7 | 1 October | set aside on 2 December as the same as another, before its notice was due | not again; its notice not owed |
/// | 8 | 31 March 2027 | a procurement issue, set aside as not for us after its notice was due | a concern |
/// | 9 | 9 September | a complaint about the body | a concern, and a complaint |
/// | 10 | 1 April 2027 | | of the next year |
/// | 11 | 2 November 2026 | action on 10 December; goes on with 12 | not again; 12 counts in (b) for it |
/// | 12 | 1 December, by telephone | nothing is decided on it by itself | (a), (b) |
fn year() -> (World, Vec<ReportId>) {
    let mut world = World::new();
    let mut ids = Vec::new();
    for (number, told) in (1..).zip(&reports()) {
        let id = world.concern(number, told.route, &[]);
        let held = world.reports.get_mut(&id).unwrap();
        held.entry.received_on = told.received_on;
        held.entry.messages.clear();
        held.entry.clocks.clear();
        let mut message = world.message(id, MessageKind::Concern);
        if let MessageContent::Concern(concern) = &mut message.content {
            concern.about = told.about.to_vec();
            concern.organisation_type = told.kind;
        }
        world.add(id, message, MessageKind::Concern, &[]);
        ids.push(id);
    }
    let file = world.collect();
    world.import(&file).unwrap();
    ids.push(by_telephone(&world));
    let foundation = OrganisationId([1; 8]);
    let organisation = Organisation {
        name: Text::typed("A foundation trust"),
        code: None,
        kind: Some(OrganisationType::FoundationTrust),
    };
    world
        .edit(|editor| editor.change_reference(Reference::Organisation(foundation, Some(organisation)), &TODAY))
        .unwrap();
    for (place, told) in reports().iter().enumerate() {
        let known = Assessment {
            worker: Some(YesNo::Yes),
            in_remit: Some(YesNo::Yes),
            failures: told.failures.to_vec(),
            organisations: if place == 3 { vec![foundation] } else { Vec::new() },
            continues: match place {
                4 => Some(ids[1]),
                11 => Some(ids[12]),
                _ => None,
            },
            destroy_after: Some(LATER.0),
            ..Assessment::default()
        };
        decide(&world, ids[place], known.clone(), DAY);
        if let Some(acted_on) = told.acted_on {
            let acted = Assessment {
                action: Some(Action::FurtherAction),
                action_detail: Some(Text::typed("A visit.")),
                ..known.clone()
            };
            decide(&world, ids[place], acted.clone(), acted_on);
            if place == 5 {
                decide(&world, ids[place], known, day(2026, 12, 9));
            } else {
                // That it stands moves nothing.
                decide(&world, ids[place], acted, day(2027, 4, 30));
            }
        }
    }
    let known = Assessment {
        worker: Some(YesNo::Yes),
        in_remit: Some(YesNo::Yes),
        failures: vec![FailureKind::HealthAndSafety],
        ..Assessment::default()
    };
    decide(&world, ids[12], known, DAY);
    // The notices of all are due on 15 December.
    for (place, reason, on) in
        [(7, SetAsideReason::Duplicate, day(2026, 12, 2)), (8, SetAsideReason::NotForUs, day(2026, 12, 16))]
    {
        world.edit(|editor| editor.set_aside(&[ids[place]], reason, &FixedDay(on))).unwrap();
    }
    (world, ids)
}

/// Report 12.
fn by_telephone(world: &World) -> ReportId {
    let mut form = Entries::default();
    for (name, value) in [
        ("route", Route::StaffConcern.slug()),
        ("about", About::PatientSafety.slug()),
        ("description", "They said that there are too few of them at night."),
    ] {
        form.push(name.into(), value.to_owned());
    }
    let Ok((route, concern)) = Concern::parse(&form) else { panic!("a concern") };
    let new = NewEntered {
        way: WayIn::Telephone,
        received_on: DAY,
        acknowledged_on: Some(DAY),
        taken_by: Text::typed("The duty reviewer"),
        words: WhoseWords::Noted,
        known: YesNo::No,
        answer_by: None,
        route,
        concern: Concern { organisation_type: Some(OrganisationType::NhsTrust), ..concern },
        with_code: false,
    };
    world.edit(|editor| editor.enter(new, &Calendar::default(), &TODAY)).unwrap().id
}

fn decide(world: &World, id: ReportId, assessment: Assessment, on: Date) {
    let decision = assessed(NewAssessment::new(Some(assessment), None, None));
    let decided = world.edit(|editor| {
        let seen = editor.casebook().seen(id)?;
        editor.decide(id, seen, decision, &FixedDay(on))
    });
    decided.unwrap();
}

/// The rows of a table that are not 0, by their headers.
fn rows(figures: &Figures, slug: &str) -> Vec<(String, u64)> {
    let table = figures.tables.iter().find(|table| table.slug == slug).unwrap();
    let rows = table.rows.iter().map(|row| match row.cells[0] {
        Cell::Count(count) => (row.header.to_string(), count),
        Cell::Suppressed => panic!("nothing is hidden"),
    });
    rows.filter(|(_, count)| *count > 0).collect()
}

/// Counted by hand from the table above.
fn is_as_counted(figures: &Figures) {
    let is = |slug: &str, expected: &[(&str, u64)]| {
        let expected: Vec<(String, u64)> = expected.iter().map(|(row, count)| ((*row).to_owned(), *count)).collect();
        assert_eq!(rows(figures, slug), expected, "{slug}");
    };
    // (a): 1, 2, 3, 5, 12. (b): 0, 1, 12.
    is("disclosures", &[("Received", 5), ("Further action decided, whenever received", 3)]);
    // Of 1, 2, 3, 5, 12.
    is("failures", &[("A crime", 1), ("A danger to someone’s health or safety", 5), ("All", 5)]);
    is(
        "counted",
        &[
            // 1, 2, 3, 5, 6, 9, 12
            ("A concern, counted once", 7),
            // 8
            ("Set aside, and counted: it is not for us", 1),
            // 4, 11
            ("Not counted again: it goes on with another report", 2),
            // 7
            ("Set aside: the same as another report", 1),
            // 1 to 9, 11, 12
            ("All", 11),
        ],
    );
    // 1, 2, 3, 5, 12 about patients, 2 about a cover-up as well; 6; 8.
    is(
        "topics",
        &[
            ("Patient safety or quality of care", 5),
            ("Fraud or finances", 1),
            ("A cover-up", 1),
            ("Procurement, patient choice or competition", 1),
            ("All", 7),
        ],
    );
    // 1, 2, 5, 6, 8, 12 as the person said; 3 as the team knows.
    is("organisations", &[("NHS trust", 6), ("NHS foundation trust", 1), ("All", 7)]);
    // 9
    is("complaints", &[("We took too long", 1), ("All", 1)]);
    // 1, 2, and 12 for which 11 counts; 3, 5, 6, 8, 9.
    is("actions", &[("Further action", 3), ("Not decided yet", 5), ("All", 8)]);
    is(
        "months",
        &[
            ("April 2026", 1),
            ("May 2026", 2),
            ("June 2026", 1),
            ("July 2026", 1),
            ("September 2026", 1),
            ("October 2026", 1),
            ("November 2026", 2),
            ("December 2026", 1),
            ("March 2027", 1),
            ("All", 11),
        ],
    );
    // 1 to 7, 11, 12; 8; 9.
    is("routes", &[("Staff concern", 9), ("Procurement", 1), ("Service complaint", 1), ("All", 11)]);
    // 12 by telephone.
    is("ways", &[("Through the box", 10), ("By telephone", 1), ("All", 11)]);
    let promises = figures.tables.iter().find(|table| table.slug == "promises").unwrap();
    let notices = promises.rows.iter().find(|row| row.header == "Information-use notice").unwrap();
    let count = |kept: Kept| notices.cells[Kept::ALL.iter().position(|one| *one == kept).unwrap()];
    // 7 was set aside in time; 8 when its notice was overdue, as all others are by now.
    assert_eq!([Kept::NotOwed, Kept::Overdue, Kept::Open, Kept::OnTime].map(count), [1, 10, 0, 0].map(Cell::Count));
}

/// The reports of which nothing is left but what is counted.
const GONE: [usize; 5] = [0, 1, 2, 4, 11];

#[test]
fn a_year_is_counted_as_by_hand_also_when_reports_of_it_were_destroyed() {
    let (mut world, ids) = year();
    let figures = |world: &World| {
        let facts = world.open().unwrap().facts(LATER.0);
        (Figures::internal(&facts, YEAR), Figures::internal(&facts, ReportingYear::beginning_in(2027)))
    };
    let (now, next) = figures(&world);
    is_as_counted(&now);
    // 10; and 2, which was decided in that year.
    assert_eq!(
        rows(&next, "disclosures"),
        [("Received".to_owned(), 1), ("Further action decided, whenever received".to_owned(), 1)]
    );
    // Of what is destroyed, the notices came late, but for 7, of which the box is told that it is set aside.
    for place in GONE {
        let held = world.reports.get_mut(&ids[place]).unwrap();
        held.entry.clocks.iter_mut().for_each(|entry| entry.clock.met_on = Some(LATER.0));
    }
    let file = world.collect();
    world.edit(|editor| editor.import(&file, &crate::casebook::ImportChoices::default(), &LATER)).unwrap();
    for place in GONE {
        let closed = NewAssessment::new(None, Some(ReportState::Closed), None);
        world
            .edit(|editor| {
                let seen = editor.casebook().seen(ids[place])?;
                editor.decide(ids[place], seen, assessed(closed), &LATER)
            })
            .unwrap();
    }
    let before = figures(&world);
    world.edit(|editor| editor.export(&world.dir.path().join("d1"), false, &LATER)).unwrap();
    let tomorrow = FixedDay(LATER.0.tomorrow().unwrap());
    for place in GONE.into_iter().chain([7]) {
        world.agree_on(tomorrow, NewProposal::Destroy(ids[place])).unwrap();
    }
    let casebook = world.open().unwrap();
    assert_eq!((casebook.facts(LATER.0).len(), casebook.state.destroyed.len()), (13, 6));
    drop(casebook);
    assert_eq!(figures(&world), before);
}

#[test]
fn what_is_brought_back_is_owed_again() {
    let (world, ids) = year();
    let kept = |world: &World| world.open().unwrap().fact(ids[7], DAY).unwrap().clocks[0].kept;
    assert_eq!(kept(&world), Kept::NotOwed);
    world.edit(|editor| editor.bring_back(&[ids[7]], &TODAY)).unwrap();
    assert_eq!(kept(&world), Kept::Open);
}

#[test]
fn what_the_box_ended_when_it_was_told_stays_counted() {
    let (mut world, ids) = year();
    for (place, reason) in [(7, SetAsideReason::Duplicate), (8, SetAsideReason::NotForUs)] {
        let entry = &mut world.reports.get_mut(&ids[place]).unwrap().entry;
        entry.clocks.clear();
        entry.set_aside = Some(SetAside { reason, on: DAY });
    }
    let file = world.collect();
    world.import(&file).unwrap();
    let figures = Figures::internal(&world.open().unwrap().facts(LATER.0), YEAR);
    is_as_counted(&figures);
}

#[test]
fn reports_that_go_on_with_each_other_count_once() {
    let (world, ids) = year();
    let go_on = |from: usize, with: usize| {
        let continues = Some(ids[with]);
        decide(&world, ids[from], Assessment { continues, ..Assessment::default() }, DAY);
    };
    let continued = |world: &World| -> Vec<bool> {
        let casebook = world.open().unwrap();
        [5, 6, 9].map(|place| casebook.fact(ids[place], DAY).unwrap().continues).to_vec()
    };
    go_on(5, 6);
    go_on(6, 5);
    go_on(9, 6);
    assert_eq!(continued(&world), [false, true, true]);
    // Neither with itself, nor with one that nobody has.
    for other in [ids[6], ReportId([99; 8])] {
        let decision =
            NewAssessment::new(Some(Assessment { continues: Some(other), ..Assessment::default() }), None, None);
        let refused = world.edit(|editor| {
            let seen = editor.casebook().seen(ids[6])?;
            editor.decide(ids[6], seen, assessed(decision), &TODAY)
        });
        assert!(matches!(refused, Err(CasebookError::NotAllowed(NotAllowed::Linked(_)))));
    }
    assert_eq!(continued(&world), [false, true, true]);
    let casebook = world.open().unwrap();
    let mut others = [ids[6], ids[9]];
    others.sort_unstable();
    assert_eq!(casebook.joined_to(ids[5]), others);
    assert!(casebook.joined_to(ids[2]).is_empty());
}

/// Of a concern of two reports, on the second of which action is decided: what counts before and after one was destroyed.
fn acted_on_later(gone: usize) -> [(u64, u64); 3] {
    let mut world = World::new();
    let ids = [1, 2].map(|number| world.concern(number, Route::StaffConcern, &[]));
    for id in ids {
        world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
    }
    let file = world.collect();
    world.import(&file).unwrap();
    let known = Assessment {
        worker: Some(YesNo::Yes),
        in_remit: Some(YesNo::Yes),
        failures: vec![FailureKind::Crime],
        destroy_after: Some(LATER.0),
        ..Assessment::default()
    };
    let acted = |known: &Assessment| Assessment {
        action: Some(Action::FurtherAction),
        action_detail: Some(Text::typed("A visit.")),
        ..known.clone()
    };
    decide(&world, ids[0], known.clone(), DAY);
    let goes_on = Assessment { continues: Some(ids[0]), ..known.clone() };
    if gone == 1 {
        decide(&world, ids[1], acted(&goes_on), day(2027, 1, 5));
    } else {
        decide(&world, ids[1], goes_on.clone(), DAY);
    }
    let counted = |world: &World| {
        let facts = world.open().unwrap().facts(LATER.0);
        let all = Figures::internal(&facts, YEAR);
        let next = Figures::internal(&facts, ReportingYear::beginning_in(2027));
        let decided = |figures: &Figures| {
            let rows = rows(figures, "disclosures");
            rows.iter().find(|(row, _)| row.starts_with("Further")).map_or(0, |(_, count)| *count)
        };
        (decided(&all), decided(&next))
    };
    let before = counted(&world);
    let closed = NewAssessment::new(None, Some(ReportState::Closed), None);
    world
        .edit(|editor| {
            let seen = editor.casebook().seen(ids[gone])?;
            editor.decide(ids[gone], seen, assessed(closed), &TODAY)
        })
        .unwrap();
    world.agree_on(FixedDay(day(2027, 1, 6)), NewProposal::Destroy(ids[gone])).unwrap();
    let after = counted(&world);
    // What is decided on the other afterwards counts once, with what was before it.
    let other = if gone == 1 { known } else { goes_on };
    decide(&world, ids[1 - gone], acted(&other), day(2027, 4, 5));
    [before, after, counted(&world)]
}

#[test]
fn a_concern_of_several_reports_is_acted_on_once_by_the_earliest_decision() {
    assert_eq!(acted_on_later(1), [(1, 0); 3], "the one that goes on is destroyed");
    assert_eq!(acted_on_later(0), [(0, 0), (0, 0), (0, 1)], "the one with which it goes on is destroyed");
}
