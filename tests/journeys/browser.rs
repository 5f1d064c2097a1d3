//! The box's pages in a real browser: the whole way round without scripts, by keyboard alone, on a small screen, in
//! forced colours, and what axe-core finds.
//!
//! Pictures of every page and state are left in `target/screenshots`.

use std::{io::Write, path::PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

use crate::support::{
    browser::{Browser, Key, Scripts},
    installation::{Installation, holds},
    looks, tour,
};

/// Words that stand nowhere else, to search for.
const MARKER: &str = "xylophone-quagmire-7731";
const MORE_MARKER: &str = "porcupine-addendum-2290";
const NAME_MARKER: &str = "unusual-name-5518.txt";
const NOTICE: &str = "We will look at how the board dealt with it. marmalade-verdict-9064";

const ROUTES: [(&str, &str, &str, usize); 4] = [
    ("staff-concern", "Raise a concern as someone who works in or around the NHS", "Raise a serious concern", 0),
    ("patient-choice", "Tell us that you were refused a choice", "Tell us that you were refused a choice", 1),
    (
        "procurement",
        "Raise a procurement, patient choice or competition issue",
        "Raise a procurement or competition issue",
        1,
    ),
    ("service-complaint", "Complain about us", "Complain about us", 1),
];

#[test]
#[ignore = "needs chromium and chromedriver"]
fn each_route_goes_all_the_way_round_without_scripts_and_leaves_nothing_behind() {
    let place = Installation::new();
    let running = place.serve();
    let browser = Browser::open(running.address, Scripts::Off);
    let texts = Texts::new();
    let (evidence, more) = (texts.file(NAME_MARKER, "evidence"), texts.file(&format!("more-{NAME_MARKER}"), "more"));
    let mut codes = Vec::new();
    for (route, link, heading, promises) in ROUTES {
        browser.go("/");
        browser.reaches("Raise a serious concern");
        browser.follow("Read this before you start");
        browser.reaches("Before you start");
        if route == "staff-concern" {
            // The other way in, which asks why the person writes.
            browser.follow("Raise a concern");
            browser.reaches("Why are you writing?");
            browser.follow("I work in or around the NHS and have a serious concern");
            browser.reaches(heading);
        } else {
            browser.back();
            browser.follow(link);
            browser.reaches(heading);
        }
        refused_form_keeps_everything(&browser);
        browser.replace("#description", &format!("{MARKER} happened on the ward.\nA second line."));
        browser.click("[name=about]");
        browser.click("main button[type=submit]");
        change_and_come_back(&browser, heading);
        assert_eq!(browser.text("main").matches("We give").count(), promises, "{route}");
        browser.enter("#attachment", &evidence);
        browser.click("main form[action='/report/send'] > button");
        browser.reaches("We have received it");
        assert!(!browser.text("#received-on").is_empty() && !browser.text("#notice-due").is_empty());
        let code = browser.text("#receipt-code");

        // Back with the code, as badly copied as it may be.
        browser.follow("See what has happened to a report");
        browser.reaches("See what has happened to a report");
        browser.enter("#code", "7KQM-4T9X");
        browser.click("main button");
        browser.until_there(".error-summary");
        assert!(browser.title().starts_with("Error: "));
        assert_eq!(browser.value("#code"), "7KQM-4T9X");
        browser.replace("#code", &code.to_lowercase().replace('-', " "));
        browser.click("main button");
        browser.reaches("Your report");
        browser.enter("#message", MORE_MARKER);
        browser.click("form[action='/status/follow-up/check'] button");
        browser.reaches("Check your message and send");
        browser.enter("#attachment", &more);
        browser.click("form[action='/status/follow-up'] > button");
        browser.reaches("We have received your message");
        browser.click("main form button");
        browser.reaches("Your report");
        assert_eq!(browser.count("article.message"), 2);
        codes.push(code);
    }
    let own = format!("http://{}/", running.address);
    for url in requested(&browser.network()) {
        assert!(url.starts_with(&own) || url.starts_with("data:"), "asked elsewhere: {url}");
    }

    answer_everything(&place, &texts);
    for code in &codes {
        browser.go("/status");
        browser.enter("#code", code);
        browser.click("main button");
        browser.reaches("Your report");
        let told = browser.text("article.team");
        assert!(told.contains(NOTICE), "{told}");
        assert!(browser.text("#notice-state").starts_with("Met"));
        assert_eq!(browser.text("#areas"), "How a trust is run by its board");
        browser.click("#withdraw button");
        browser.reaches("Withdraw this report?");
        browser.click("button.danger");
        browser.reaches("This report was withdrawn");
    }
    let stored = browser.tools("Storage.getUsageAndQuota", json!({ "origin": own.trim_end_matches('/') }));
    assert_eq!(stored["usage"], json!(0), "nothing is stored for these pages");
    assert_eq!(browser.tools("Storage.getCookies", json!({}))["cookies"], json!([]));
    leave(&browser);

    let typed: Vec<String> = codes
        .iter()
        .flat_map(|code| [code.clone(), code.replace('-', ""), code.to_lowercase().replace('-', " ")])
        .collect();
    let markers: Vec<&str> = [MARKER, MORE_MARKER, NAME_MARKER, "marmalade-verdict-9064"]
        .into_iter()
        .chain(typed.iter().map(String::as_str))
        .collect();
    assert_nothing_left(&browser.written(), &markers, "while the browser is open");
    assert_nothing_left(&browser.close(), &markers, "after it was closed");
    assert_eq!(running.stop(), "", "a box that is well says nothing");
}

/// What is typed and chosen on the form, where its route asks for it.
const TYPED: [(&str, &str); 3] = [
    ("#organisation", "A trust in <the> \"North\" & 'East'"),
    ("#when", "Last spring"),
    ("#documents", "Minutes exist.\n\nIn two places."),
];
const CHOSEN: [&str; 4] = [
    "[name=organisation_type][value=nhs-trust]",
    "[name=ongoing][value=may-happen]",
    "[name=serious_harm][value=not-sure]",
    "[name=area][value=board-governance]",
];
const GOVERNOR: &str = "#role option[value=governor]";

/// Sends a form with two mistakes in it and everything else filled in that its route asks for.
fn refused_form_keeps_everything(browser: &Browser) {
    browser.open_groups();
    let asked = |css: &&str| browser.count(css) == 1;
    let typed: Vec<_> = TYPED.into_iter().filter(|(css, _)| asked(css)).collect();
    let chosen: Vec<_> = CHOSEN.into_iter().filter(asked).collect();
    let asks_role = asked(&GOVERNOR);
    assert!(typed.len() + chosen.len() >= 4, "a form that asks next to nothing");
    chosen.iter().for_each(|css| browser.click(css));
    typed.iter().for_each(|(css, text)| browser.enter(css, text));
    browser.enter("#description", "Too short");
    if asks_role {
        browser.click(GOVERNOR);
    }
    browser.click("main button[type=submit]");
    browser.until_there(".error-summary");
    assert!(browser.title().starts_with("Error: "), "{}", browser.title());
    assert_eq!(browser.text(".error-summary h2"), "There is a problem");
    assert_eq!(browser.count(".error-summary a"), 2, "{}", browser.text(".error-summary"));
    assert_eq!(browser.value("#description"), "Too short");
    for (css, text) in typed {
        assert_eq!(browser.value(css), text);
    }
    for css in chosen {
        assert!(browser.is_chosen(css), "{css}");
    }
    if asks_role {
        assert_eq!(browser.value("#role"), "governor");
    }
    // Each line of the summary leads to its field.
    for field in ["about", "description"] {
        browser.click(&format!(".error-summary a[href='#{field}']"));
        assert_eq!(browser.run("return document.activeElement.id"), json!(field));
    }
}

/// From the page where answers are checked back to the form and here again.
fn change_and_come_back(browser: &Browser, heading: &str) {
    browser.reaches("Check your answers and send");
    assert!(browser.text("main").contains("A trust in <the> \"North\" & 'East'"));
    browser.click("button[formaction='/report#organisation']");
    browser.reaches(heading);
    assert!(browser.path().ends_with("#organisation"), "{}", browser.path());
    assert!(browser.value("#description").starts_with(MARKER));
    let asks_role = browser.count(GOVERNOR) == 1;
    browser.replace("#organisation", "Another trust");
    browser.click("main form > button[type=submit]");
    browser.reaches("Check your answers and send");
    let shown = browser.text("main");
    assert!(shown.contains("Another trust") && shown.contains("A second line."), "{shown}");
    assert_eq!(shown.contains("Foundation trust governor"), asks_role, "{shown}");
}

/// What the team does, by commands.
fn answer_everything(place: &Installation, texts: &Texts) {
    place.collect("c1");
    place.import("c1");
    let notice = texts.file("notice", NOTICE);
    let list = place.desk_list();
    assert_eq!(list.as_array().unwrap().len(), ROUTES.len());
    for report in list.as_array().unwrap() {
        let id = report["id"].as_str().unwrap();
        let shown = place.desk_show(id);
        assert_eq!(shown["messages"][0]["answers"]["organisation"], "Another trust");
        assert_eq!(shown["messages"][0]["attachments"][0]["name"], NAME_MARKER);
        assert_eq!(shown["messages"][1]["text"], MORE_MARKER);
        assert_eq!(shown["messages"][1]["attachments"][0]["name"], format!("more-{NAME_MARKER}"));
        place.decide(id, &["--area", "board-governance", "--notice-file", &notice]);
    }
    place.export("d1");
    place.deliver("d1");
}

/// The way out. The everyday page itself can't be reached from here; that the browser asks for it is enough.
fn leave(browser: &Browser) {
    browser.network();
    browser.click("button.leave");
    let mut events = Vec::new();
    let everyday = "https://www.bbc.co.uk/weather";
    let start = std::time::Instant::now();
    while !requested(&events).iter().any(|url| url == everyday) {
        assert!(start.elapsed().as_secs() < 30, "{:?}", requested(&events));
        events.extend(browser.network());
    }
    let responses = events.iter().filter(|event| event["method"] == "Network.responseReceivedExtraInfo");
    let headers = responses
        .map(|event| &event["params"]["headers"])
        .find(|headers| header(headers, "refresh").ends_with(everyday));
    let headers = headers.expect("the headers of the last page");
    assert_eq!(header(headers, "refresh"), format!("0; url={everyday}"));
    assert_eq!(header(headers, "clear-site-data"), "\"cache\", \"cookies\", \"storage\"");
    let asks = events.iter().find(|event| event["params"]["request"]["url"] == everyday).unwrap();
    assert_eq!(
        header(&asks["params"]["request"]["headers"], "referer"),
        "",
        "the everyday page is not told where from"
    );
}

fn header<'a>(headers: &'a Value, name: &str) -> &'a str {
    let found = headers.as_object().into_iter().flatten().find(|(n, _)| n.eq_ignore_ascii_case(name));
    found.and_then(|(_, value)| value.as_str()).unwrap_or_default()
}

fn requested(events: &[Value]) -> Vec<String> {
    let sent = events.iter().filter(|event| event["method"] == "Network.requestWillBeSent");
    sent.map(|event| event["params"]["request"]["url"].as_str().unwrap_or_default().to_owned()).collect()
}

/// Fails if any of the markers stands in any file, in UTF-8 or in UTF-16.
fn assert_nothing_left(files: &[(PathBuf, Vec<u8>)], markers: &[&str], when: &str) {
    assert!(files.len() > 10, "a browser that ran has written something");
    let mut found = Vec::new();
    for (path, bytes) in files {
        for marker in markers {
            let wide: Vec<u8> = marker.encode_utf16().flat_map(u16::to_le_bytes).collect();
            // Chromium notes the path of a file that was sent, and no page can keep it from that: `before.html` says
            // so.
            let is_known = *marker == NAME_MARKER && path.parent().is_some_and(|parent| parent.ends_with("Sessions"));
            if !is_known && (holds(bytes, marker.as_bytes()) || holds(bytes, &wide)) {
                found.push(format!("{} holds {marker}", path.display()));
            }
        }
    }
    assert!(found.is_empty(), "{when}: {found:#?}");
}

#[test]
#[ignore = "needs chromium and chromedriver"]
fn the_keyboard_alone_is_enough_on_a_small_screen() {
    let place = Installation::new();
    let running = place.serve();
    let browser = Browser::open(running.address, Scripts::Off);
    let texts = Texts::new();
    browser.resize(320, 640);
    browser.go("/");
    let keyboard = Keyboard(&browser);

    // The first stop on every page leads past the header, the second away.
    browser.press(Key::Tab);
    browser.press(Key::Tab);
    keyboard.is_at("button.leave");
    browser.go("/");
    keyboard.tab_to(".skip");
    browser.press(Key::Enter);
    assert_eq!(browser.run("return document.activeElement.id"), json!("maincontent"));
    keyboard.tab_to("a[href='/before-you-start']");
    browser.press(Key::Enter);
    browser.reaches("Before you start");
    keyboard.tab_to("main a[href='/report?route=staff-concern']");
    browser.press(Key::Enter);
    browser.reaches("Raise a serious concern");
    keyboard.tab_to("[name=about][value=bullying]");
    browser.press(Key::Space);
    keyboard.tab_to("main form > button");
    browser.press(Key::Enter);
    // The summary of what is wrong has the focus at once.
    keyboard.is_at(".error-summary");
    keyboard.tab_to(".error-summary a[href='#description']");
    browser.press(Key::Enter);
    keyboard.is_at("#description");
    browser.type_there(&format!("{MARKER} was typed"));
    keyboard.tab_to("[name=serious_harm]");
    browser.press(Key::Space);
    (0..3).for_each(|_| browser.press(Key::Down));
    keyboard.is_at("[name=serious_harm][value=not-sure]");
    // What is folded away opens by the keyboard too.
    keyboard.tab_to("details.part:has(#role) summary");
    browser.press(Key::Enter);
    keyboard.tab_to("#role");
    browser.press(Key::Letter('n'));
    keyboard.tab_to("main form > button");
    browser.press(Key::Enter);
    browser.reaches("Check your answers and send");
    let shown = browser.text("main");
    for answer in ["I work in or around the NHS", "Bullying", MARKER, "Not sure", "Nurse or midwife"] {
        assert!(shown.contains(answer), "{answer} in {shown}");
    }
    // The first of what was left out.
    keyboard.tab_to("#left-out button");
    browser.press(Key::Enter);
    browser.reaches("Raise a serious concern");
    // The fragment puts the focus into the field.
    keyboard.is_at("#organisation");
    browser.type_there("In the north");
    keyboard.tab_to("main form > button");
    browser.press(Key::Enter);
    browser.reaches("Check your answers and send");
    assert!(browser.text("main").contains("In the north"));
    keyboard.tab_to("#attachment");
    // The dialog that opens from here is the operating system's own.
    browser.enter("#attachment", &texts.file(NAME_MARKER, "evidence"));
    keyboard.tab_to("main form[action='/report/send'] > button");
    browser.press(Key::Enter);
    browser.reaches("We have received it");
    let code = browser.text("#receipt-code");

    keyboard.tab_to("main a[href='/status']");
    browser.press(Key::Enter);
    browser.reaches("See what has happened to a report");
    keyboard.tab_to("#code");
    browser.type_there(&code);
    browser.press(Key::Enter);
    browser.reaches("Your report");
    keyboard.tab_to("#message");
    browser.type_there(MORE_MARKER);
    keyboard.tab_to("form[action='/status/follow-up/check'] button");
    browser.press(Key::Enter);
    browser.reaches("Check your message and send");
    keyboard.tab_to("form[action='/status/follow-up'] > button");
    browser.press(Key::Enter);
    browser.reaches("We have received your message");
    keyboard.tab_to("main form button");
    browser.press(Key::Enter);
    browser.reaches("Your report");
    keyboard.tab_to("#withdraw button");
    browser.press(Key::Enter);
    browser.reaches("Withdraw this report?");
    keyboard.tab_to("button.danger");
    browser.press(Key::Enter);
    browser.reaches("This report was withdrawn");
    browser.press(Key::Tab);
    keyboard.tab_to("button.leave");
}

/// A person at the keyboard who sees where the focus is.
struct Keyboard<'a>(&'a Browser);

impl Keyboard<'_> {
    /// Presses Tab until an element has the focus. Each on the way has to show it, and to be in view.
    fn tab_to(&self, css: &str) {
        let browser = self.0;
        for _ in 0..80 {
            browser.press(Key::Tab);
            let stop = browser.run(FOCUSED);
            assert_eq!(stop["left"], json!(null), "the focus does not show, on {}", browser.path());
            // Scrolling there takes a moment.
            let in_view = |hidden: Value| (hidden == json!(null)).then_some(());
            if in_view(stop["hidden"].clone()).is_none() {
                browser
                    .until(&format!("sight of {}", stop["hidden"]), || in_view(browser.run(FOCUSED)["hidden"].clone()));
            }
            if self.at(css) {
                return;
            }
        }
        panic!("Tab does not reach {css} on {}", browser.path());
    }

    fn at(&self, css: &str) -> bool {
        self.0.run(&format!("return document.activeElement.matches({})", json!(css))) == json!(true)
    }

    fn is_at(&self, css: &str) {
        self.0.until(&format!("focus at {css}"), || self.at(css).then_some(()));
    }
}

/// Looks at what has the focus, and once more at what had it before: `left` names an element that looked the same with
/// and without, `hidden` one that can't be seen.
const FOCUSED: &str = "
    const looks = element => [element, ...element.children].map(each => {
        const style = getComputedStyle(each);
        return [style.outlineStyle, style.outlineWidth, style.outlineColor, style.boxShadow, style.backgroundColor, style.left];
    }).join();
    const name = element => element.outerHTML.slice(0, 120);
    const [before, element] = [window.focusedBefore, document.activeElement];
    const same = before && before.element !== element && before.element.isConnected && before.looks === looks(before.element);
    window.focusedBefore = { element, looks: looks(element) };
    if (element === document.body) return { left: same ? name(before.element) : null, hidden: null };
    const box = element.getBoundingClientRect();
    const [top, bottom] = [Math.max(box.top, 0), Math.min(box.bottom, innerHeight)];
    // Of something tall it is enough to see where one types.
    const inside = box.left >= 0 && box.right <= innerWidth && bottom - top >= Math.min(box.height, 40) - 1;
    const on_top = inside && document.elementFromPoint((box.left + box.right) / 2, (top + bottom) / 2);
    const seen = on_top && (element.contains(on_top) || on_top.contains(element));
    return { left: same ? name(before.element) : null, hidden: seen ? null : name(element) };
";

#[test]
#[ignore = "needs chromium, chromedriver and axe-core"]
fn every_page_is_accessible_and_fits() {
    let mut wrong = Vec::new();
    tour::every_state(&mut |browser, state| wrong.extend(looks::all(browser, state)));
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// A person's own files, outside what candour and the browser write.
struct Texts(TempDir);

impl Texts {
    fn new() -> Self {
        Self(tempfile::tempdir().unwrap())
    }

    fn file(&self, name: &str, text: &str) -> String {
        let path = self.0.path().join(name);
        std::fs::File::create(&path).unwrap().write_all(text.as_bytes()).unwrap();
        path.display().to_string()
    }
}
