//! A report's page, the forms that it leads to, the address book and the keeping periods, in each of their states.

use crate::{
    casebook::{Casebook, NewDecision, NewNotice, Reference, ReportView},
    desk::{
        form::{
            address::{AddressField, address_entries, of_team},
            assessment_table::{AssessmentField, Filled},
            harm::{HarmField, SINCE},
            keeping::KeepField,
            question::AskedField,
            stale::NEWER,
        },
        from::WayBack,
        view::{
            AddressPage, AddressesPage, DecidePage, DecideParts, DecideStart, HarmPage, HarmParts, KeepingPage,
            ReferPage, ReportPage, Shell, ShownParts,
        },
    },
    domain::{
        Action, AnswerKind, Area, Assessment, Calendar, Date, Entries, FieldError, HarmSeenTo, MessageKind,
        ReferenceId, ReportId, ReportState, Route, TeamRole, Text,
    },
    http::validity::Render,
    unseal::GovernanceIdentity,
    world::{DAY, TODAY, casebook::World},
};

/// Takes the sample of a page: its name, and whether something is wrong on it.
type AddReportSample<'a> = dyn FnMut(&str, &dyn Render, bool) + 'a;

/// Of one report as it came in, and of one about which much was done.
pub(super) fn report_pages(add: &mut AddReportSample<'_>, shell: &Shell, casebook: &Casebook, report: &ReportView) {
    let id = report.entry.id;
    let error = |field: &'static str| vec![FieldError::new(field, "Enter something <else>")];
    let nothing = Entries::default();
    let mut line = Entries::default();
    line.push("line".into(), "A <line>".into());
    let page = ReportPage::new(shell, report, casebook, DAY, None);
    add("report with an error", &page.with_line(&line, error("line")), true);

    let recorded = Filled::recorded(report).entries();
    let decide = |typed, errors, start| {
        let parts = DecideParts { report, team: &[], typed, errors, changed: false };
        DecidePage::new(shell, parts).beside(parts, casebook, DAY).starting(start)
    };
    add("decide, beside what was said", &decide(&recorded, &[], DecideStart::Triage), false);
    add("decide, its outcome", &decide(&recorded, &[], DecideStart::Outcome), false);
    let errors = [AssessmentField::ActionDetail.name(), KeepField::Period.name()].map(|field| error(field).remove(0));
    add("decide with errors in what is folded", &decide(&nothing, &errors, DecideStart::Triage), true);

    let harm = |report, typed, errors| {
        let parts = HarmParts { report, casebook, typed, errors, way_back: WayBack::default() };
        HarmPage::new(shell, parts)
    };
    add("harm", &harm(report, &nothing, &[]), false);
    let errors = [HarmField::By.name(), SINCE.day, NEWER].map(|field| error(field).remove(0));
    add("harm with errors", &harm(report, &line, &errors), true);

    let empty = casebook.reference();
    let refer = |reference, typed, errors| ReferPage::new(shell, report, reference, typed, errors);
    add("refer, an empty address book", &refer(empty, None, Vec::new()), false);
    add("refer with errors", &refer(empty, Some(&nothing), error("part")), true);
    add("addresses, none", &AddressesPage::new(shell, empty, &nothing, Vec::new()), false);
    let errors = AddressField::ALL.iter().map(|field| error(field.name()).remove(0)).collect();
    add("addresses with errors", &AddressesPage::new(shell, empty, &nothing, errors), true);
    add("keeping", &KeepingPage::new(shell, &[], &nothing, Vec::new()), false);
    add("keeping, other periods", &KeepingPage::new(shell, &[3, 18], &nothing, Vec::new()), false);
    add("keeping with an error", &KeepingPage::new(shell, &[], &nothing, error("months")), true);
    busy_pages(add, shell, id);
}

/// Of a report about which much was done, with an address book.
fn busy_pages(add: &mut AddReportSample<'_>, shell: &Shell, id: ReportId) {
    let mut world = World::new();
    assert_eq!(world.concern(1, Route::StaffConcern, &[10]), id);
    let import = |world: &mut World| {
        let file = world.collect();
        world.import(&file).unwrap();
    };
    import(&mut world);
    let colleague = world.colleague("Second <reviewer>", TeamRole::Reviewer);
    let harm = HarmSeenTo { by: Text::typed("The <lead>"), on: DAY, how: Some(Text::typed("By telephone.")) };
    let assessment = Assessment {
        gist: Some(Text::typed("A <line> of it")),
        areas: Some(vec![Area::Competition]),
        action: Some(Action::FurtherAction),
        action_detail: Some(Text::typed(&"Visits, and letters after them.\n".repeat(10))),
        action_by: Some(DAY),
        destroy_after: Some(Date::constant(2033, 3, 1)),
        harm: Some(harm),
        ..Assessment::default()
    };
    let assess = |world: &World, assessment: Assessment, state| {
        let new = crate::casebook::NewAssessment::new(Some(assessment), state, None).unwrap();
        world.decide(id, NewDecision::new(Some(new), None, None).unwrap()).unwrap();
    };
    assess(&world, assessment.clone(), None);
    let notice = NewNotice::new(Text::typed("No other use.")).unwrap().to_be_approved();
    world.decide(id, NewDecision::new(None, Some(notice), None).unwrap()).unwrap();
    let fields = || vec![(Text::typed("text"), Text::typed("Not <yet>."))];
    let draft = world.edit(|editor| editor.keep_draft(id, AnswerKind::Reply, fields(), &TODAY)).unwrap();
    world.edit_as(&colleague, |editor| editor.comment(id, draft, Text::typed("Well."), &TODAY)).unwrap();
    let later = Date::constant(2027, 3, 1);
    let shown = |casebook: &Casebook, day: Date| casebook.show(id, day, &Calendar::default()).unwrap();
    let mut page = |name: &str, casebook: &Casebook, day: Date, parts| {
        let report = shown(casebook, day);
        add(&format!("report, {name}"), &ReportPage::new(shell, &report, casebook, day, parts), false);
    };
    page("waits for me", &world.open_as(&colleague).unwrap(), DAY, None);
    page("waits for another", &world.open().unwrap(), DAY, None);
    page("late", &world.open().unwrap(), later, None);
    world.say(id, MessageKind::FollowUp, &[]);
    import(&mut world);
    page("not answered", &world.open().unwrap(), DAY, None);
    world.reply(id, "An answer.");
    page("answered", &world.open().unwrap(), DAY, None);
    assess(&world, Assessment { action_by: None, ..assessment.clone() }, None);
    page("no day", &world.open().unwrap(), DAY, None);
    assess(&world, Assessment { harm: None, destroy_after: None, ..assessment.clone() }, Some(ReportState::Closed));
    page("closed", &world.open().unwrap(), DAY, None);
    world.say(id, MessageKind::Withdrawal, &[]);
    world.reports.get_mut(&id).unwrap().entry.withdrawn = true;
    import(&mut world);
    page("withdrawn", &world.open().unwrap(), DAY, None);
    assess(&world, assessment, None);
    page("not before", &world.open().unwrap(), DAY, None);
    page("due", &world.open().unwrap(), Date::constant(2033, 3, 2), None);
    let printed = ShownParts::chosen(&Entries::default());
    let report = shown(&world.open().unwrap(), DAY);
    add("print, much of it", &ReportPage::new(shell, &report, &world.open().unwrap(), DAY, Some(printed)), false);

    let keys = GovernanceIdentity::generate().recipients();
    let address = of_team(Text::typed("A <team>"), Area::Competition, &keys);
    let named = ReferenceId([7; 8]);
    world.edit(|editor| editor.change_reference(Reference::Address(named, Some(address.clone())), &TODAY)).unwrap();
    let casebook = world.open().unwrap();
    let nothing = Entries::default();
    add("addresses", &AddressesPage::new(shell, casebook.reference(), &nothing, Vec::new()), false);
    add("address", &AddressPage::new(shell, (named, &address), &address_entries(&address), Vec::new()), false);
    let wrong = vec![FieldError::new(AddressField::Recipients.name(), "Enter <keys>")];
    add("address with an error", &AddressPage::new(shell, (named, &address), &nothing, wrong), true);
    add("refer", &ReferPage::new(shell, &report, casebook.reference(), None, Vec::new()), false);
    let wrong = vec![FieldError::new(AddressField::Area.name(), "Select <it>")];
    add(
        "refer, by hand with an error",
        &ReferPage::new(shell, &report, casebook.reference(), Some(&nothing), wrong),
        true,
    );
    let seen_to =
        HarmParts { report: &report, casebook: &casebook, typed: &nothing, errors: &[], way_back: WayBack::default() };
    add("harm, seen to", &HarmPage::new(shell, seen_to), false);
}
