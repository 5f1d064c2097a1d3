//! Holds every page of the desk, in each of its states, to what any browser and any reader needs of it.

use std::{path::Path, sync::Arc, time::Duration};

use super::{
    super::{
        error::PageError,
        intake::{Outcome, Standing},
    },
    *,
};
use crate::{
    crypto::os_random,
    desk::{
        Casebook,
        figures::{Figures, ReportingYear, sample},
        fixture::World,
        pages::{Carrier, gate::Secret},
    },
    domain::{Calendar, Date, Entries, FixedDay, ReportId, ReportState, Route, TeamRole, Text},
    http::validity::{Render, Sample, problems, reading_age, sentences, titles_of_two},
};

/// Bytes that a page may come to before it is padded; it does not travel beyond this machine.
const HEAVIEST: usize = 64 * 1024;
/// The reading age that no page may pass.
const OLDEST: f64 = 13.0;

const DAY: Date = Date::constant(2026, 12, 1);

/// Carries nothing: its pages are only looked at.
struct Nobody;

impl Carrier for Nobody {
    fn collect(&self, _: &Path) -> Result<(), String> {
        unreachable!()
    }

    fn deliver(&self, _: &Path) -> Result<(), String> {
        unreachable!()
    }
}

fn options(demo: bool) -> DeskOptions {
    DeskOptions {
        casebook: "casebook".into(),
        address: ([127, 0, 0, 1], 8081).into(),
        calendar: Calendar::default(),
        today: Arc::new(FixedDay(DAY)),
        as_of: None,
        lock_after: Duration::from_secs(600),
        demo: demo.then(|| Box::new(Nobody) as Box<dyn Carrier>),
    }
}

fn every_page() -> Vec<Sample> {
    let visit = Visit::new(1, Arc::new(Secret::random(&mut os_random())), "/");
    let inside = |demo| Shell::inside(&options(demo), CasebookId([0xab; 16]), &visit);
    let (shell, demo) = (inside(false), inside(true));
    let outside = Shell::outside(&options(false), visit.token());
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn Render, is_error| {
        pages.push(Sample { name: name.to_owned(), html: page.html(), is_error });
    };
    casebook_pages(&mut add, &shell, &demo);
    for protected in [false, true] {
        let page = LockedPage { shell: &outside, protected, errors: &[] };
        add(&format!("locked, {protected}"), &page, false);
    }
    let wrong = [FieldError::new("passphrase", "Enter the passphrase of your keys")];
    add("locked with an error", &LockedPage { shell: &outside, protected: true, errors: &wrong }, true);
    for error in PageError::samples() {
        let name = format!("{error:?}").replace(|c: char| !c.is_alphanumeric(), "-");
        add(&name, &ErrorPage::new(&shell, error.words()), false);
        add(&format!("{name}, outside"), &ErrorPage::new(&outside, error.words()), false);
    }
    pages
}

/// The pages that show something of a casebook.
fn casebook_pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell, demo: &Shell) {
    let mut world = World::new();
    let id = world.concern(1, Route::StaffConcern, &[10]);
    let empty = world.open().unwrap();
    let file = world.collect();
    let imported = world.import(&file).unwrap();
    let other = world.colleague("Second <reviewer>", TeamRole::Adviser);
    let casebook = world.open().unwrap();
    let error = |field: &'static str| vec![FieldError::new(field, "Enter something <else>")];
    let carry = |shell, casebook, brought, problem: Option<_>| {
        CarryPage::new(shell, casebook, brought, problem.is_none(), problem).unwrap()
    };
    add("carry, empty", &carry(shell, &empty, false, None), false);
    add("carry", &carry(demo, &casebook, true, None), false);
    add("carry with an error", &carry(shell, &casebook, false, error("collection").pop()), true);
    let outcome = |standing| ImportPage::new(shell, standing, true).unwrap();
    add("import, running", &outcome(Standing::Running(5 << 20, 9 << 20)), false);
    add("import, taken", &outcome(Standing::Done(Outcome::Taken(imported.into()))), false);
    let refused = |gap| Standing::Done(Outcome::Refused { why: "it is <altered>".into(), gap });
    add("import, refused", &outcome(refused(true)), false);
    add("team", &TeamPage::new(shell, &casebook, &Entries::default(), Vec::new()), false);
    let errors = ["name", "role", "signer", "recipients"].map(|field| error(field).remove(0)).to_vec();
    add("team with errors", &TeamPage::new(shell, &casebook, &Entries::default(), errors), true);
    add("leave", &LeavePage::new(shell, &casebook, other.id).unwrap(), false);
    add("shut out", &ShutOutPage::new(shell, &casebook, id, None, Vec::new()).unwrap(), false);
    add("shut out with an error", &ShutOutPage::new(shell, &casebook, id, None, error("reason")).unwrap(), true);
    let calendar = Calendar::default();
    let asked = |query: &[(&str, &str)]| {
        let mut typed = Entries::default();
        query.iter().for_each(|(name, value)| typed.push((*name).to_owned(), (*value).to_owned()));
        Filter::read(&typed, casebook.me(), DAY)
    };
    let queue = |shell, casebook: &Casebook, filter| {
        QueuePage::new(shell, casebook, casebook.list(DAY, &calendar).unwrap(), filter, (DAY, &calendar))
    };
    add("queue, empty", &queue(shell, &empty, asked(&[])), false);
    add("queue", &queue(shell, &casebook, asked(&[])), false);
    add("queue, demonstration", &queue(demo, &casebook, asked(&[("due", "overdue"), ("page", "7")])), false);
    let found = |queue| QueuePage::found(shell, &casebook, queue, &Text::typed("a <word>"), (DAY, &calendar));
    add("search, nothing", &found(Vec::new()), false);
    add("search", &found(casebook.list(DAY, &calendar).unwrap()), false);
    figures_pages(add, shell);
    let report = casebook.show(id, DAY, &calendar).unwrap();
    for on_paper in [false, true] {
        let name = if on_paper { "print" } else { "report" };
        add(name, &ReportPage::new(shell, &report, &casebook, DAY, on_paper), false);
    }
    let file = casebook.attachment(id, "1/1").unwrap();
    add("file", &FilePage::new(shell, id, "1/1", &file), false);
    add("refer", &ReferPage::new(shell, &report, None, Vec::new()), false);
    add("refer with errors", &ReferPage::new(shell, &report, Some(Entries::default()), error("part")), true);
    let mut queue = casebook.list(DAY, &Calendar::default()).unwrap();
    let gone = vec![(ReportId([9; 8]), DAY)];
    add("retention, empty", &RetentionPage::new(shell, &queue, Vec::new(), DAY), false);
    add("destroy, not yet", &DestroyPage::new(shell, &queue[0], DAY, Vec::new()), false);
    queue[0].state = ReportState::Closed;
    queue[0].destroy_after = DAY.yesterday().ok();
    add("retention, owed", &RetentionPage::new(shell, &queue, gone.clone(), DAY), false);
    queue[0].clocks.clear();
    add("retention", &RetentionPage::new(shell, &queue, gone, DAY), false);
    add("destroy", &DestroyPage::new(shell, &queue[0], DAY, Vec::new()), false);
    add("destroy with an error", &DestroyPage::new(shell, &queue[0], DAY, error("confirm")), true);
}

fn figures_pages(add: &mut dyn FnMut(&str, &dyn Render, bool), shell: &Shell) {
    let years = [DAY, Date::constant(2025, 4, 1)].map(ReportingYear::of);
    let facts = |count| vec![sample::fact(); count];
    for (name, count, closed_to_me) in [("none", 0, 0), ("few", 3, 1), ("enough", 9, 2)] {
        let internal = Figures::internal(&facts(count), years[0]);
        let page = FiguresPage::new(shell, &internal, &years[1..], closed_to_me, DAY);
        add(&format!("figures-for-the-team, {name}"), &page, false);
        let published = Figures::published(&facts(count), years[0]);
        let page = FiguresPage::new(shell, &published, &years, closed_to_me, DAY);
        add(&format!("figures-to-publish, {name}"), &page, false);
    }
    let mut two = facts(2);
    two[1].received_on = Date::constant(2026, 5, 1);
    let withheld = Figures::published(&two, years[0]);
    add("figures-to-publish, withheld", &FiguresPage::new(shell, &withheld, &years, 0, DAY), false);
}

#[test]
fn every_page_in_every_state_is_valid_and_says_what_it_is() {
    let pages = every_page();
    let wrong: Vec<String> = pages
        .iter()
        .flat_map(|page| problems(page, HEAVIEST).into_iter().map(|problem| format!("{}: {problem}", page.name)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_form_carries_the_token() {
    for page in every_page() {
        let forms = page.html.matches("method=\"post\"").count();
        let tokens = page.html.matches("<input type=\"hidden\" name=\"token\" value=\"").count();
        assert_eq!(forms, tokens, "{}", page.name);
    }
}

#[test]
fn pages_with_different_names_have_different_titles() {
    assert_eq!(titles_of_two(&every_page()), None);
}

#[test]
fn every_page_reads_easily() {
    for page in every_page() {
        let age = reading_age(&sentences(&page.html));
        assert!(age <= OLDEST, "{}: {age:.1}", page.name);
    }
}
