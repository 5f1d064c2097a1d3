//! The queue and the search in each of their states, for the checks in `validity`.

use super::*;
use crate::{
    casebook::{NewAssessment, Organisation, Reference, SavedFilter, Theme},
    desk::form::{bulk::BulkField, one_question::FilterNameField},
    domain::{
        Action, Assessment, Calendar, Date, Entries, FieldError, MessageKind, OrganisationId, ReferenceId, ReportId,
        ReportState, Route, SetAsideReason, TeamRole, Text, ThemeId,
    },
    http::validity::Render,
    world::{
        DAY, TODAY,
        casebook::{World, moved},
    },
};

/// A queue with whatever a row can show, sorted, ticked and with mistakes in its forms; and what searches find.
pub(super) fn pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell) {
    let mut world = World::new();
    let ids: Vec<ReportId> = (1..=4).map(|number| world.concern(number, Route::StaffConcern, &[10])).collect();
    world.say(ids[1], MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    world.colleague("Second <reviewer>", TeamRole::Reviewer);
    let organisation = OrganisationId([7; 8]);
    let theme = Theme { name: Text::typed("A <theme>"), about: Text::default() };
    let named = Organisation { name: Text::typed("A very long <name> of a trust"), code: None, kind: None };
    let saved = SavedFilter { name: Text::typed("Late <ones>"), query: Text::typed("due=overdue&x=<y>") };
    for reference in [
        Reference::Organisation(organisation, Some(named)),
        Reference::Theme(ThemeId([3; 8]), Some(theme)),
        Reference::Filter(ReferenceId([5; 8]), Some(saved)),
    ] {
        world.edit(|editor| editor.change_reference(reference, &TODAY)).unwrap();
    }
    for (id, by) in [(ids[0], DAY.yesterday().unwrap()), (ids[1], DAY), (ids[2], Date::constant(2027, 4, 1))] {
        let assessment = Assessment {
            gist: Some(Text::typed("Rotas <not> kept")),
            organisations: vec![organisation],
            continues: (id == ids[1]).then_some(ids[0]),
            action: Some(Action::FurtherAction),
            action_detail: Some(Text::typed("A visit")),
            action_by: Some(by),
            ..Assessment::default()
        };
        world
            .edit(|editor| {
                let seen = editor.casebook().seen(id)?;
                editor.assess(id, seen, NewAssessment::new(Some(assessment), None, None).unwrap(), &TODAY).map(drop)
            })
            .unwrap();
    }
    world.edit(|editor| editor.set_aside(&ids[3..], SetAsideReason::Duplicate, &TODAY)).unwrap();
    world.decide(ids[2], moved(ReportState::Closed)).unwrap();
    let casebook = world.open().unwrap();
    let calendar = Calendar::default();
    let queue = |query: &str| {
        let filter = Filter::of(query, casebook.me(), DAY);
        QueuePage::new(shell, &casebook, casebook.list(DAY, &calendar), &filter, (DAY, &calendar))
    };
    add("queue, full", &queue(""), false);
    add("queue, all, sorted and ticked", &queue("show=all&sort=due&down=yes&tick=all"), false);
    add("queue, none like that", &queue("owner=me"), false);
    let error = |field: &'static str| vec![FieldError::new(field, "Enter something <else>")];
    let mut sent = Entries::default();
    sent.push(BulkField::Report.name().into(), ids[1].to_string());
    sent.push(FilterNameField::Name.name().into(), "a <name>".into());
    for field in [BulkField::Report.name(), "to", FilterNameField::Name.name()] {
        add(&format!("queue, with an error, {field}"), &queue("").again(&casebook, &sent, error(field)), true);
    }
    let none = queue("owner=me").again(&casebook, &sent, error(BulkField::Report.name()));
    add("queue, none like that, with an error", &none, true);

    let mut words = Entries::default();
    words.push("q".into(), "a <word>".into());
    let search = |asked: &str| {
        let found = casebook.search(&Text::typed(asked)).unwrap();
        assert_eq!(found.is_empty(), asked == "nowhere");
        SearchPage::new(shell, &casebook, &casebook.list(DAY, &calendar), found, &words)
    };
    for asked in ["nowhere", "a", "<not>", &ids[3].in_words()] {
        add(&format!("search, {}", asked.replace(['<', '>', ' '], "")), &search(asked), false);
    }
    add("search with an error", &SearchPage::refused(shell, &words, error("q")), true);
}
