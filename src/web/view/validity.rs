//! Holds every page, in each of its states, to what any browser and any reader needs of it.

use zeroize::Zeroizing;

use super::{
    AccessibilityPage, AskPage, BeforePage, CheckPage, EasyReadPage, ErrorPage, FollowedUpPage, FormPage, KeepCode,
    KeysPage, LeavePage, PrivacyPage, ReceiptPage, RightPage, SafePage, Shell, StartPage, StatusPage, WithdrawnPage,
};
use crate::{
    domain::{
        Calendar, Clock, Concern, Date, Entries, FieldError, Route,
        limits::{KIB, LOGO_BYTES},
    },
    http::{
        Day, PAGE_MIN,
        templates::without_sample,
        validity::{Render, Sample, hard_to_read, problems, titles_of_two},
    },
    web::{
        WebError,
        config::{Config, LimitsConfig},
    },
};

/// Bytes that a page may come to before it is padded, 32 KiB at the most: it has to arrive over a slow Tor circuit, and
/// with the largest logo in it, in base64, and some typed text it is still of the one size of all pages.
const HEAVIEST: usize = PAGE_MIN - 4 * LOGO_BYTES.div_ceil(3) - KIB;
const _: () = assert!(HEAVIEST <= 32 * KIB, "too heavy");
/// The reading age that no page may pass. What is aimed at is 11.
const OLDEST: f64 = 13.0;

/// What an operator can set that adds to a page.
const EVERYTHING: &str = r#"
[service]
address = "https://speak-up.example.org"
onion = "http://aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.onion"
header = "Exampleshire NHS Trust"
phone = "020 7946 0000"
email = "speak-up@example.org"
post = "1 High Street, Exampleton EX1 1AA"
[links]
bsl = "https://example.org/bsl"
[privacy]
officer = "dpo@example.org"
notice = "https://example.org/privacy"
[accessibility]
status = "not-compliant"
problems = ["The receipt code is hard to read aloud (1.3.1).", "Some headings are long (2.4.6)."]
prepared_on = "2026-11-24"
reviewed_on = "2026-11-24"
tested_on = "2026-11-24"
tested_by = "Exampleshire Accessibility"
contact = "020 7946 0000"
"#;

const TODAY: Date = Date::constant(2026, 12, 1);

fn every_page() -> Vec<Sample> {
    let shell = Shell::new(&Config::default(), false);
    let demo = Shell::new(&Config::default(), true);
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn Render, is_error| pages.push(page.sample(name, is_error));
    let code = || Zeroizing::new("7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA".to_owned());
    let keep = || KeepCode { code: code().to_string(), tag: "0123456789abcdef".into() };
    let limits = LimitsConfig::default();

    add("start", &StartPage { shell: &shell, is_indexed: false }, false);
    add("start, demonstration", &StartPage { shell: &demo, is_indexed: false }, false);
    add("easy read", &EasyReadPage { shell: &shell.easy_read() }, false);
    add("before", &BeforePage { shell: &shell }, false);
    let keys = vec!["age1fdz05nnvmmmvnmjmrzs0fw4rfg2hsqg6694kztx6sgmjqckgd5wqknd5af".to_owned()];
    add(
        "keys",
        &KeysPage { shell: &shell, keys, fingerprint: "61a5 eb91 7d18 dd35 53bc 7088 8df2 4669".into() },
        false,
    );
    add("privacy", &PrivacyPage { shell: &shell }, false);
    add("accessibility", &AccessibilityPage { shell: &shell }, false);
    let all = Shell::new(&Config::parse(EVERYTHING).expect("a configuration"), false);
    add("start, everything set", &StartPage { shell: &all, is_indexed: true }, false);
    add("easy read, everything set", &EasyReadPage { shell: &all.easy_read() }, false);
    add("privacy, everything set", &PrivacyPage { shell: &all }, false);
    add("accessibility, everything set", &AccessibilityPage { shell: &all }, false);
    for keys in 1..=2 {
        let fingerprint = "61a5 eb91 7d18 dd35 53bc 7088 8df2 4669".into();
        add(&format!("how this is kept safe, {keys}"), &SafePage { shell: &shell, keys, fingerprint }, false);
    }
    add("right copy", &RightPage { shell: &shell }, false);
    add("leave", &LeavePage { shell: &shell }, false);
    add("withdrawn", &WithdrawnPage { shell: &shell, on: Day(TODAY) }, false);

    add("form", &FormPage::empty(&shell, None), false);
    for route in Route::ALL {
        add(&format!("form, {route}"), &FormPage::empty(&shell, Some(*route)), false);
    }
    let errors = Concern::parse(&Entries::default()).err().expect("three answers are missing");
    let typed = typed();
    add("form with errors", &FormPage::with(&shell, &Entries::default(), &errors, None), true);
    add("form, changing an answer", &FormPage::with(&shell, &typed, &[], Some(keep())), false);
    let Ok((_, concern)) = Concern::parse(&typed) else { panic!("a form in order") };
    let too_many = [FieldError::new("attachment", "Choose 10 files or fewer")];
    for route in Route::ALL {
        let clocks = clocks(*route);
        let check =
            |errors| CheckPage::new(&shell, limits, *route, &concern, errors, keep(), &clocks).expect("a notice clock");
        add(&format!("check, {route}"), &check(&[]), false);
        add(&format!("check with an error, {route}"), &check(&too_many), true);
        let receipt = || ReceiptPage::new(&shell, keep(), TODAY, &clocks).expect("a notice clock");
        add(&format!("receipt, {route}"), &receipt(), false);
        let wrong_copy = [FieldError::new("again", "Check your copy")];
        add(&format!("receipt, wrong copy, {route}"), &receipt().wrong(&wrong_copy, "7KQM"), true);
    }
    add("ask", &AskPage { shell: &shell, errors: &[], typed: "" }, false);
    let wrong = [FieldError::new("code", "Check what you typed: a receipt code has 24 letters and numbers")];
    add("ask with an error", &AskPage { shell: &shell, errors: &wrong, typed: "7KQM<\"" }, true);
    for (name, page, is_error) in StatusPage::samples(&shell) {
        add(name, &page, is_error);
    }
    add(
        "followed up",
        &FollowedUpPage { shell: &shell, code: code(), received_on: Day(TODAY), notice_due: Day(TODAY) },
        false,
    );
    for error in WebError::ALL {
        let (heading, happened, remedy) = error.words();
        add(
            &format!("{error:?}"),
            &ErrorPage { shell: &shell, heading, happened, remedy, is_closed: error.is_closed() },
            false,
        );
    }
    pages
}

/// A form filled in to the last field, with what a template has to escape.
fn typed() -> Entries {
    let mut typed = Entries::default();
    for (name, value) in [
        ("route", "staff-concern"),
        ("organisation_type", "nhs-trust"),
        ("organisation", "A trust in <the> \"North\" & 'East'"),
        ("about", "patient-safety"),
        ("about", "cover-up"),
        ("description", "</textarea><script>alert(1)</script> 943 476 5919 someone@example.nhs.uk\r\nSecond line."),
        ("ongoing", "yes"),
        ("when", "Last spring"),
        ("serious_harm", "not-sure"),
        ("raised_internally", "yes"),
        ("raised_detail", "Nothing."),
        ("role", "nurse-or-midwife"),
        ("documents", "Minutes"),
        ("area", "board-governance"),
        ("use_concerns", "None"),
    ] {
        typed.push(name.into(), value.into());
    }
    typed
}

fn clocks(route: Route) -> Vec<Clock> {
    let promises = route.promises().iter().chain([&Clock::NOTICE]);
    promises
        .map(|promise| Clock::start(*promise, TODAY, &Calendar::default()).expect("a day that is covered"))
        .collect()
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
fn what_is_wrong_with_a_page_is_seen() {
    let shell = Shell::new(&Config::default(), false);
    let start = StartPage { shell: &shell, is_indexed: false };
    for broken in [
        "<p>not closed <div></p></div>",
        "<h1>Another</h1>",
        "<h5>A jump</h5>",
        "<p id=maincontent>The same id</p>",
        "<label for=nothing>Nowhere</label>",
        "<input type=text id=unlabelled>",
        "<a href=\"#nowhere\">Nowhere</a>",
        "<button></button>",
        "<fieldset><p>No legend</p></fieldset>",
        "<script></script>",
        "<p onclick=\"x()\">A handler</p>",
        "<p style=\"color:red\">A style</p>",
        "<a href=\"https://a.example/\">Tells where from</a>",
        "<form method=post action=\"https://a.example/\" autocomplete=off></form>",
        "<form method=post action=\"/x\"></form>",
        &"<p>weight</p>".repeat(2000),
    ] {
        let good = start.sample("broken", false);
        let sample = Sample { html: good.html.replace("</main>", &format!("{broken}</main>")), ..good };
        assert!(!problems(&sample, HEAVIEST).is_empty(), "{broken}");
    }
    assert!(problems(&start.sample("good", false), HEAVIEST).is_empty());
    assert!(!problems(&start.sample("good", true), HEAVIEST).is_empty(), "an error page whose title does not say so");
}

#[test]
fn every_template_has_a_sample() {
    let missed = without_sample(&["box/", "partials/"], &every_page());
    assert!(missed.is_empty(), "nothing checks these until `every_page` has a sample: {missed:?}");
}

#[test]
fn pages_with_different_names_have_different_titles() {
    assert_eq!(titles_of_two(&every_page()), None);
}

#[test]
fn every_page_reads_easily() {
    assert_eq!(hard_to_read(&every_page(), OLDEST), Vec::<String>::new());
}
