//! One concern that is decided on in the browser: its casebook, its box, and what the person sees.

use std::net::SocketAddr;

use super::{
    desk::Reviewer,
    http::{self, Fields, Page},
    installation::{Installation, Serving},
    person,
};

pub(crate) const MARKER: &str = "xylophone-quagmire-7731";
const DESCRIPTION: &str = "The night rota was changed after the fact, and nobody was told.";

/// A casebook with one staff concern in it, its box, the report's id and its receipt code.
pub(crate) struct Case {
    pub(crate) place: Installation,
    pub(crate) running: Serving,
    pub(crate) id: String,
    pub(crate) code: String,
}

impl Case {
    pub(crate) fn new(route: &str) -> Self {
        let place = Installation::new();
        let running = place.serve();
        let code = send(running.address, route);
        let id = place.carry_in("c1");
        Self { place, running, id, code }
    }

    pub(crate) fn path(&self, rest: &str) -> String {
        format!("/reports/{}/{rest}", self.id)
    }

    /// What the person sees.
    pub(crate) fn status(&self) -> Page {
        person::status(self.running.address, &self.code)
    }

    /// Carries what is written to the box, and what is there back.
    pub(crate) fn carry(&self, number: u8) {
        self.place.export(&format!("d{number}"));
        self.place.deliver(&format!("d{number}"));
        self.place.collect(&format!("after{number}"));
        self.place.import(&format!("after{number}"));
    }

    pub(crate) fn shown(&self) -> serde_json::Value {
        self.place.desk_show(&self.id)
    }

    /// The choices of a notice, with every gap said.
    pub(crate) fn choices(&self, reviewer: &mut Reviewer, variant: &str) -> Fields {
        let mut form = reviewer.get(&self.path("notice/choices")).form(&self.path("notice/preview"));
        for (name, value) in [
            ("variant", variant),
            ("told", "nothing"),
            ("who_sees", "team"),
            ("object_by-day", "1"),
            ("object_by-month", "12"),
            ("object_by-year", "2099"),
        ] {
            http::fill(&mut form, name, value);
        }
        for gap in ["what_changed", "why_changed", "look_board", "look_care", "look_competition", "why_not"] {
            http::fill(&mut form, gap, "what we look at");
        }
        form
    }

    /// A notice as far as its preview.
    pub(crate) fn preview(&self, reviewer: &mut Reviewer, variant: &str) -> Page {
        let form = self.choices(reviewer, variant);
        let preview = reviewer.post(&self.path("notice/preview"), &form);
        assert_eq!(preview.status, 200, "{}", preview.all("main").join(" "));
        preview
    }

    /// A notice that waits for a second member, as its preview shows it.
    pub(crate) fn hold(&self, reviewer: &mut Reviewer, variant: &str) -> Page {
        let preview = self.preview(reviewer, variant);
        let mut form = preview.form(&self.path("notice/record"));
        tick(&preview, &mut form);
        http::fill(&mut form, "needs_approval", "yes");
        assert_eq!(reviewer.post(&self.path("notice/record"), &form).status, 303);
        preview
    }

    pub(crate) fn record(&self, reviewer: &mut Reviewer, preview: &Page) {
        let mut form = preview.form(&self.path("notice/record"));
        tick(preview, &mut form);
        let report = reviewer.post_and_follow(&self.path("notice/record"), &form);
        assert_eq!(report.status, 200);
        assert!(report.one("h1").ends_with(&self.id[..8]), "{}", report.one("h1"));
        assert!(report.one("#done").contains("is recorded"), "{}", report.one("main"));
        let said = report.all("article.team p").concat();
        assert!(said.contains("not exported") || said.contains("waits for"), "{said}");
    }
}

fn send(address: SocketAddr, route: &str) -> String {
    let typed = [
        ("description", &*format!("{DESCRIPTION} {MARKER}")),
        ("area", "board-governance"),
        ("use_concerns", "Anything about the <night> rota"),
    ];
    person::send(address, route, &typed, vec![]).one("#receipt-code")
}

/// Ticks every point of the list.
pub(crate) fn tick(page: &Page, form: &mut Fields) {
    let html = scraper::Html::parse_document(&page.text());
    let boxes = scraper::Selector::parse("input[name=check]").unwrap();
    form.retain(|(name, _)| name != "check");
    form.extend(html.select(&boxes).map(|input| ("check".to_owned(), input.attr("value").unwrap().to_owned())));
    assert!(form.iter().any(|(name, _)| name == "check"));
}

/// The messages of the team on a page, as they are written in HTML, but for what stands beside a form.
pub(crate) fn articles(page: &Page) -> Vec<String> {
    let text = page.text();
    let text = text.split_once("<aside").map_or(text.as_str(), |(text, _)| text);
    let parts = text.split("<article class=\"message team\">").skip(1);
    parts.map(|part| part.split_once("</article>").unwrap().0.trim().to_owned()).collect()
}
