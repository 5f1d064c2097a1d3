//! What a person answered is at every place of the desk.

use std::time::Duration;

use askama::Template;
use zeroize::Zeroizing;

use super::*;
use crate::{
    desk::correspondence::theirs,
    domain::{Calendar, CasebookId, Given, MessageContent, MessageKind, Route, Text, every_answer},
    world::{DAY, casebook::World},
};

#[test]
fn every_answer_is_on_the_page_found_handed_on_and_known_when_it_is_quoted() {
    for route in Route::ALL {
        let concern = every_answer(*route);
        let mut world = World::new();
        let id = world.concern(1, *route, &[]);
        world.reports.get_mut(&id).unwrap().entry.messages.clear();
        world.reports.get_mut(&id).unwrap().entry.clocks.clear();
        let mut message = world.message(id, MessageKind::Concern);
        message.content = MessageContent::Concern(concern.clone());
        world.add(id, message, MessageKind::Concern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        let casebook = world.open().unwrap();
        let report = casebook.show(id, DAY, &Calendar::default()).unwrap();

        let shell = Shell::new(false, Duration::from_mins(10), Zeroizing::new("0a".repeat(32)));
        let shell = shell.inside(CasebookId([0xab; 16]), "/");
        let page = ReportPage::new(&shell, &report, &casebook, DAY, None).render().unwrap();
        let passages = ReferPage::passages(&report);
        let quotable = theirs(&report);
        for answered in concern.answers() {
            let (label, words) = (answered.field.label(), answered.given.in_words());
            assert!(page.contains(label) && page.contains(words.as_str()), "{label} on the page");
            let Given::Text(text) = answered.given else { continue };
            let word = format!("answer-{}", answered.field);
            let hits = casebook.search(&Text::typed(&word)).unwrap();
            assert!(hits.len() == 1 && hits[0].report == id, "{label} in a search");
            assert!(passages.iter().any(|(_, title, passage)| title == label && passage == text), "{label} handed on");
            assert!(quotable.contains(&text.as_str()), "{label} when it is quoted");
        }
        assert!(passages.iter().any(|(key, ..)| key == "p1about"));
    }
}
