//! Holds every page of the desk, in each of its states, to what any browser and any reader needs of it.

use std::{path::Path, sync::Arc, time::Duration};

use super::{super::error::PageError, *};
use crate::{
    crypto::os_random,
    desk::{
        QueueEntry,
        pages::{Carrier, gate::Secret},
    },
    domain::{Calendar, Clock, ClockEntry, Date, FixedDay, ReportId, ReportState, Route, SeriousHarm},
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
    add("queue, empty", &QueuePage::new(&shell, &[]), false);
    add("queue, demonstration", &QueuePage::new(&demo, &queue()), false);
    add("queue", &QueuePage::new(&shell, &queue()), false);
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

/// One report of each route, with and without clocks.
fn queue() -> Vec<QueueEntry> {
    let notice = Clock::start(Clock::NOTICE, DAY, &Calendar::default()).unwrap();
    let entry = |(number, route): (u8, &Route)| QueueEntry {
        id: ReportId([number; 8]),
        route: *route,
        received_on: DAY,
        areas: vec![],
        state: ReportState::Received,
        serious_harm: (number > 0).then_some(SeriousHarm::Yes),
        clocks: (0..number)
            .map(|_| ClockEntry { seq: 1, clock: notice }.view(DAY, &Calendar::default()).unwrap())
            .collect(),
        withdrawn: false,
        message_count: 1,
        unread: usize::from(number),
        owner: None,
        waiting: 0,
        to_approve: 0,
        on_the_way: 0,
        destroy_after: None,
        version: 0,
    };
    (0..).zip(Route::ALL).map(entry).collect()
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
        let forms = page.html.matches("<form ").count();
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
