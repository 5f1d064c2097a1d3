//! A whole journey by keyboard in a text browser: lynx, told beforehand which keys are pressed.

use std::{
    fs::File,
    io::Write,
    net::SocketAddr,
    process::{Command, Stdio},
};

use scraper::{Html, Selector};
use serde_json::json;
use tempfile::TempDir;

use crate::support::{
    http::{self, Page},
    installation::Installation,
    person,
};

const ROUTE: &str = "staff-concern";
const DESCRIPTION: &str = "It happened on the ward, and it was written down by nobody.";
const MORE: &str = "There is more to say about it.";
/// What Tab stops at in lynx, which shows what is folded and what is hidden too.
const STOPS: &str = "a[href], button, select, textarea, input:not([type=hidden])";

#[test]
#[ignore = "needs lynx"]
fn lynx_goes_all_the_way_round_by_keyboard_and_sends_what_was_touched_alone() {
    let place = Installation::new();
    let running = place.serve();
    let address = running.address;

    // A person who answers two questions and passes over all others.
    let path = format!("/report?route={ROUTE}");
    let form = http::get(address, &path);
    let typed = [("about", "bullying"), ("description", DESCRIPTION)];
    let check = person::check(address, ROUTE, &typed);
    let mut keys = Keys::new();
    keys.tab(&form, &["[name=about][value=bullying]"]).enter();
    keys.tab(&form, &["[name=about][value=bullying]", "#description"]).write(DESCRIPTION);
    keys.tab(&form, &["#description", "main form > button[type=submit]"]).enter();
    keys.save("check");
    keys.tab(&check, &["main form[action='/report/send'] > button[type=submit]:last-of-type"]).enter();
    keys.save("receipt");
    let lynx = keys.press(address, &path);
    let shown = lynx.saved("check");
    for answer in ["Check your answers and send", "Bullying or harassment", DESCRIPTION] {
        assert!(shown.contains(answer), "{answer} in {shown}");
    }
    let receipt = lynx.saved("receipt");
    assert!(receipt.contains("We have received it"), "{receipt}");
    let code = code_in(&receipt);

    // Back with the code, to read how it stands and to add something.
    let ask = http::get(address, "/status");
    let status = person::status(address, &code);
    let mut keys = Keys::new();
    keys.tab(&ask, &["#code"]).write(&code);
    keys.tab(&ask, &["#code", "main form button"]).enter();
    keys.save("status");
    keys.tab(&status, &["#message"]).write(MORE);
    keys.tab(&status, &["#message", "form[action='/status/follow-up'] button:last-of-type"]).enter();
    keys.save("added");
    let lynx = keys.press(address, "/status");
    let shown = lynx.saved("status");
    for part in ["Your report", "Where it stands", "Received", &status.one("#notice-due")] {
        assert!(shown.contains(part), "{part} in {shown}");
    }
    let added = lynx.saved("added");
    assert!(added.contains("We have received your message") || added.contains(MORE), "{added}");

    let id = place.carry_in("c1");
    let answers = place.desk_show(&id)["messages"][0]["answers"].clone();
    assert_eq!(answers["description"], DESCRIPTION);
    assert_eq!(answers["about"], json!(["bullying"]));
    let given = answers.as_object().unwrap().iter().filter(|(_, value)| **value != json!(null) && **value != json!([]));
    let given: Vec<&str> = given.map(|(field, _)| field.as_str()).collect();
    assert_eq!(given, ["about", "description"], "what was not touched is not sent: {answers}");
}

/// The keys that lynx is to press, as its command scripts have them.
struct Keys {
    place: TempDir,
    script: String,
}

/// What lynx left.
struct Pressed(TempDir);

impl Keys {
    fn new() -> Self {
        Self { place: tempfile::tempdir().unwrap(), script: String::new() }
    }

    /// Presses Tab from one place of a page to another that comes later; from its beginning if only one is given.
    fn tab(&mut self, page: &Page, places: &[&str]) -> &mut Self {
        let stops: Vec<usize> = places.iter().map(|css| stop(page, css)).collect();
        let times = if let [from, to] = stops[..] { to.checked_sub(from).unwrap() } else { stops[0] };
        (0..times).for_each(|_| self.key("<tab>"));
        self
    }

    fn enter(&mut self) {
        self.key("^J");
    }

    fn write(&mut self, text: &str) {
        for letter in text.chars() {
            match letter {
                ' ' => self.key("<space>"),
                _ => self.key(&letter.to_string()),
            }
        }
    }

    /// Saves the page as a text file: by Print, its first choice, and another name than the one that is offered.
    fn save(&mut self, name: &str) {
        let path = self.place.path().join(format!("{name}.txt")).display().to_string();
        self.key("p");
        self.enter();
        self.key("^U");
        self.write(&path);
        self.enter();
    }

    fn key(&mut self, key: &str) {
        self.script += &format!("key {key}\n");
    }

    /// Starts lynx on a page of the box, and ends it after the last key.
    fn press(mut self, address: SocketAddr, path: &str) -> Pressed {
        self.key("q");
        self.key("y");
        let script = self.place.path().join("keys");
        File::create_new(&script).unwrap().write_all(self.script.as_bytes()).unwrap();
        let said = Command::new("lynx")
            .arg(format!("-cmd_script={}", script.display()))
            .arg(format!("http://{address}{path}"))
            .env("HOME", self.place.path())
            .env("TERM", "vt100")
            .env("LANG", "C.UTF-8")
            .env("LINES", "50")
            .env("COLUMNS", "100")
            .stdin(Stdio::null())
            .output()
            .expect("lynx starts (Debian package lynx)");
        assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
        Pressed(self.place)
    }
}

impl Pressed {
    fn saved(&self, name: &str) -> String {
        let text = std::fs::read_to_string(self.0.path().join(format!("{name}.txt")));
        text.unwrap_or_else(|error| panic!("no page saved as {name}: {error}"))
    }
}

/// How often Tab is pressed from the beginning of a page to the first place that a selector finds.
fn stop(page: &Page, css: &str) -> usize {
    let html = Html::parse_document(&page.text());
    let [stops, place] = [STOPS, css].map(|css| Selector::parse(css).expect("a selector"));
    let place = html.select(&place).next().unwrap_or_else(|| panic!("no {css} on {}", page.one("title")));
    html.select(&stops).position(|stop| stop == place).expect("something that Tab stops at")
}

/// The receipt code on a page, by its look: six groups of four.
fn code_in(page: &str) -> String {
    let groups = |word: &&str| word.split('-').count() == 6 && word.split('-').all(|group| group.len() == 4);
    page.split_whitespace().find(groups).unwrap_or_else(|| panic!("no code in {page}")).to_owned()
}
