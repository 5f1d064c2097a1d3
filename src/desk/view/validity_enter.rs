//! Samples of the pages of what came another way than through the box.

use super::{EnterCheckPage, EnterPage, EnteredCodePage, FollowUpPage, ReportPage, Shell, ToldPersonPage};
use crate::{
    casebook::NewEntered,
    desk::form::enter::read_entered,
    domain::{Calendar, Entries, FieldError, Route, WayIn},
    http::validity::Render,
    world::{
        DAY, TODAY,
        casebook::{World, notice},
    },
};

/// A form in order.
fn typed() -> Entries {
    let mut typed = Entries::default();
    for (name, value) in [
        ("way", "telephone"),
        ("received_on-day", "1"),
        ("received_on-month", "12"),
        ("received_on-year", "2026"),
        ("taken_by", "The duty <reviewer>"),
        ("words", "noted"),
        ("known", "no"),
        ("answer_by", "Calls again on 01632 960 001"),
        ("route", "procurement"),
        ("about", "competition"),
        ("description", "The contract went to a friend & nobody else was asked."),
    ] {
        typed.push(name.into(), value.into());
    }
    typed
}

fn read(typed: &Entries) -> NewEntered {
    read_entered(typed, DAY).unwrap_or_else(|errors| panic!("{errors:?}"))
}

pub(super) fn pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell) {
    let mut world = World::new();
    let none = world.open().unwrap();
    world.concern(1, Route::StaffConcern, &[]);
    let file = world.collect();
    world.import(&file).unwrap();
    let (casebook, calendar) = (world.open().unwrap(), Calendar::default());
    add("enter, no box", &EnterPage::new(shell, &none, &Entries::default(), &[]), false);
    add("enter", &EnterPage::new(shell, &casebook, &Entries::default(), &[]), false);
    let errors = read_entered(&Entries::default(), DAY).err().unwrap_or_default();
    add("enter with errors", &EnterPage::new(shell, &casebook, &typed(), &errors), true);
    let typed = typed();
    add("enter, check", &EnterCheckPage::new(shell, (&casebook, &calendar), &typed, &read(&typed)), false);
    let with_code = NewEntered { with_code: true, answer_by: None, acknowledged_on: Some(DAY), ..read(&typed) };
    add("enter, check with a code", &EnterCheckPage::new(shell, (&casebook, &calendar), &typed, &with_code), false);
    let entered = world.edit(|editor| editor.enter(read(&typed), &calendar, &TODAY)).unwrap();
    let code = "7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA";
    add("receipt code", &EnteredCodePage::new(shell, entered.id, code, (WayIn::Telephone, DAY)), false);
    world.decide(entered.id, notice("How we <use> it.")).unwrap();
    let report = world.open().unwrap().show(entered.id, DAY, &calendar).unwrap();
    add("report, entered", &ReportPage::new(shell, &report, &world.open().unwrap(), DAY, None), false);
    let follow_up = |report: &_, errors| FollowUpPage::new(shell, report, &typed, errors).unwrap();
    add("follow up", &follow_up(&report, &[]), false);
    let errors = ["way", "came_on-day", "text", "files"].map(|field| FieldError::new(field, "Enter something <else>"));
    add("follow up with errors", &follow_up(&report, &errors), true);
    let given = |seq, errors, is_open| ToldPersonPage::new(shell, &report, seq, (&typed, errors), is_open).unwrap();
    add("give a notice", &given(1, &[], true), false);
    add("say that we have it", &given(0, &[], true), false);
    add("give a notice, closed", &given(1, &[], false), false);
    let errors = ["told_on-day", "way"].map(|field| FieldError::new(field, "Enter something <else>"));
    add("give a notice with errors", &given(1, &errors, true), true);
}
