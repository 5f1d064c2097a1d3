//! The pages on which reports are set aside and brought back, in their states.

use super::{AsidePage, Shell, ToSetAside, UndoAsidePage};
use crate::{
    casebook::Casebook,
    domain::{Calendar, Entries, FieldError, MessageKind, ReportId, Route, SetAsideReason},
    http::validity::Render,
    world::{DAY, TODAY, casebook::World},
};

pub(super) fn aside_pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell) {
    let mut world = World::new();
    let ids: Vec<ReportId> = (1..=20).map(|number| world.concern(number, Route::StaffConcern, &[])).collect();
    world.say(ids[19], MessageKind::FollowUp, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let calendar = Calendar::default();
    let page = |casebook: &Casebook, ids: &[ReportId], typed: &Entries, errors: Vec<FieldError>| {
        let queue = casebook.list(DAY, &calendar);
        let chosen = ToSetAside::of(casebook, &queue, ids).unwrap();
        AsidePage::new(shell, casebook, &queue, chosen, (typed, errors))
    };
    let nothing = Entries::default();
    let error = |field: &'static str| FieldError::new(field, "Choose something <else>");
    let casebook = world.open().unwrap();
    let undo =
        |casebook: &Casebook, errors| UndoAsidePage::new(shell, casebook, &casebook.list(DAY, &calendar), errors);
    add("set aside, nothing chosen", &page(&casebook, &[], &nothing, vec![]), false);
    add("set aside, one of many that say the same", &page(&casebook, &ids[..1], &nothing, vec![]), false);
    add("set aside, all of them", &page(&casebook, &ids, &nothing, vec![]), false);
    let mut typed = Entries::default();
    for (name, value) in [
        ("same", "yes"),
        ("note", "</textarea>"),
        ("same_as", "\"amber"),
        ("turn_to", "cqc"),
        ("pick", &ids[5].to_string()),
    ] {
        typed.push(name.into(), value.into());
    }
    let errors = vec![error("report"), error("same"), error("note"), error("same_as")];
    add("set aside with errors", &page(&casebook, &ids[..2], &typed, errors), true);
    add("undo setting aside, nothing", &undo(&casebook, vec![]), false);
    world.edit(|editor| editor.set_aside(&ids[..1], SetAsideReason::Abusive, &TODAY)).unwrap();
    world.edit(|editor| editor.set_aside(&ids[1..3], SetAsideReason::Test, &TODAY)).unwrap();
    let casebook = world.open().unwrap();
    add("set aside, some of them already", &page(&casebook, &ids[2..4], &nothing, vec![]), false);
    add("undo setting aside", &undo(&casebook, vec![]), false);
    add("undo setting aside with an error", &undo(&casebook, vec![error("report")]), true);
}
