//! Holds every page, in each of its states, to what any browser and any reader needs of it.

use zeroize::Zeroizing;

use super::{
    AccessibilityPage, AskPage, BeforePage, CheckPage, EasyReadPage, ErrorPage, FollowUpCheckPage, FollowUpParts,
    FollowedUpPage, FormPage, FormParts, KeepCode, KeysPage, LeavePage, NotSent, PrivacyPage, ReceiptPage,
    ReturnAddress, RightPage, RoutesPage, SafePage, SentFiles, Shell, StartPage, StatusPage, ToldOnReceipt,
    TypedFollowUp, WaitPage, WhoElsePage, WithdrawPage, WithdrawnPage,
};
use crate::{
    domain::{
        About, Calendar, Clock, Concern, Date, Entries, FieldError, Route, SendId,
        limits::{KIB, LOGO_BYTES},
    },
    http::{
        Day, Days, PAGE_MIN,
        markup::found_by_checkers,
        templates::without_sample,
        validity::{Render, Sample, hard_to_read, problems, titles_of_two},
    },
    web::{
        WebError,
        address::tests::ONION_NAME,
        capacity::FilesClosed,
        config::{Config, LimitsConfig},
    },
};

/// Bytes that a page may come to before it is padded, 32 KiB at the most: it has to arrive over a slow Tor circuit, and
/// with the largest logo in it, in base64, and some typed text it is still of the one size of all pages.
const HEAVIEST: usize = PAGE_MIN - HEAD_BYTES - 4 * LOGO_BYTES.div_ceil(3) - KIB;
/// Bytes of the longest head of an answer.
const HEAD_BYTES: usize = 3 * KIB / 2;
const _: () = assert!(HEAVIEST <= 32 * KIB, "too heavy");
/// The reading age that no page may pass. What is aimed at is 11.
const OLDEST: f64 = 13.0;

/// What an operator can set that adds to a page.
const EVERYTHING: &str = r#"
[service]
address = "https://speak-up.example.org"
onion = "http://aaaqeayeaudaocajbifqydiob4ibceqtcqkrmfyydenbwha5dyp3kead.onion"
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

/// As long as a tag is.
const TAG: &str =
    "2026-12-01.0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

const TODAY: Date = Date::constant(2026, 12, 1);

fn every_page() -> Vec<Sample> {
    let shell = Shell::new(&Config::default(), false);
    let mut config = Config::default();
    config.service.own_copy = true;
    let copying = Shell::new(&config, false);
    let demo = Shell::new(&Config::default(), true);
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn Render, is_error| pages.push(page.sample(name, is_error));
    let code = || Zeroizing::new("7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA".to_owned());
    let keep = || KeepCode { code: code().to_string(), tag: TAG.into() };
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
    add("privacy, with copies", &PrivacyPage { shell: &copying }, false);
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
    let (keys, fingerprint) = (1, "61a5 eb91 7d18 dd35 53bc 7088 8df2 4669".into());
    add("how this is kept safe, with copies", &SafePage { shell: &copying, keys, fingerprint }, false);
    add("right copy", &RightPage { shell: &shell }, false);
    add("withdraw", &WithdrawPage { shell: &shell, code: code(), send_id: SendId([2; 16]) }, false);
    add("withdrawn", &WithdrawnPage { shell: &shell, unsent: vec![], on: Day(TODAY) }, false);
    let unsent = vec![("description", "\"></form> It went on.".to_owned())];
    add("withdrawn, and sent again", &WithdrawnPage { shell: &shell, unsent, on: Day(TODAY) }, false);

    let parts = || FormParts { shell: &shell, limits, files_closed: None, keep: keep() };
    let closed = |closed| FormParts { files_closed: Some(closed), ..parts() };
    for seconds in [1, 30] {
        let address = "/report/send/0123456789abcdef0123456789abcdef";
        add(&format!("wait, {seconds}"), &WaitPage { shell: &shell, seconds, address }, false);
    }
    add("routes", &RoutesPage { shell: &shell }, false);
    add("who else", &WhoElsePage::new(&shell), false);
    for route in Route::ALL {
        add(&format!("form, {route}"), &FormPage::empty(parts(), *route), false);
    }
    let errors = Concern::parse(&Entries::default()).err().expect("three answers are missing");
    let (typed, urgent) = (typed("not-sure"), typed("yes"));
    add("form with errors", &FormPage::with(parts(), &Entries::default(), &errors), true);
    add("form, changing an answer", &FormPage::with(parts(), &typed, &[]), false);
    let Ok((_, concern)) = Concern::parse(&typed) else { panic!("a form in order") };
    let (staff, of_staff) = (Route::StaffConcern, clocks(Route::StaffConcern));
    for why in [FilesClosed::Today, FilesClosed::Now] {
        add(&format!("form, files closed, {why:?}"), &FormPage::empty(closed(why), staff), false);
        let check = CheckPage::new(closed(why), staff, &concern, &of_staff).expect("a notice clock");
        add(&format!("check, files closed, {why:?}"), &check, false);
    }
    for (name, why) in [("ended", NotSent::Ended), ("no code", NotSent::NoCode)] {
        let check = CheckPage::new(parts(), staff, &concern, &of_staff).expect("a notice clock");
        add(&format!("not sent, {name}"), &check.not_sent(Some(why)), false);
    }
    let Ok((_, urgent)) = Concern::parse(&urgent) else { panic!("a form in order") };
    let fewest = [("route", "staff-concern"), ("about", "fraud"), ("description", "I am the only pharmacist there.")];
    let mut form = Entries::default();
    fewest.iter().for_each(|(name, value)| form.push((*name).into(), (*value).into()));
    let Ok((_, fewest)) = Concern::parse(&form) else { panic!("a form in order") };
    let came = "1500000 minutes.pdf\n12 a <b>.txt\n- past the limit.mov\n";
    for route in Route::ALL {
        let clocks = clocks(*route);
        for (state, concern) in [("all", &concern), ("urgent", &urgent), ("fewest", &fewest)] {
            let check = CheckPage::new(parts(), *route, concern, &clocks).expect("a notice clock");
            add(&format!("check, {state}, {route}"), &check, false);
            let receipt = |files| {
                let told = ToldOnReceipt::new(*route, concern).files(SentFiles::carried(files));
                let way_back = ReturnAddress {
                    address: Some("https://a.example/status".into()),
                    onion: Some(format!("http://{ONION_NAME}.onion/status")),
                };
                ReceiptPage::new(&shell, way_back, keep(), TODAY, &clocks, told)
            };
            add(&format!("receipt, {state}, {route}"), &receipt(came), false);
            let wrong_copy = [FieldError::new("again", "Check your copy")];
            add(&format!("receipt, {state}, wrong copy, {route}"), &receipt("").wrong(&wrong_copy, "7KQM"), true);
            add(&format!("receipt, {state}, again, {route}"), &receipt("not carried"), false);
        }
    }
    let Ok((_, about_data)) = Concern::parse(&{
        let mut form = form.copy();
        form.push("about".into(), About::PersonalData.slug().into());
        form
    }) else {
        panic!("a form in order")
    };
    let (route, clocks_of_it) = (Route::ServiceComplaint, clocks(Route::ServiceComplaint));
    let check = CheckPage::new(parts(), route, &about_data, &clocks_of_it);
    add("check, about personal data", &check.expect("a notice clock"), false);
    let told = || ToldOnReceipt::new(route, &about_data);
    let nowhere = || ReturnAddress { address: None, onion: None };
    let receipt = ReceiptPage::new(&copying, nowhere(), keep(), TODAY, &clocks_of_it, told());
    add("receipt, with copies, about personal data", &receipt, false);
    let told = ToldOnReceipt::new(route, &about_data).files(None);
    let receipt = ReceiptPage::new(&shell, nowhere(), keep(), TODAY, &[], told).unsent("Once more.".into(), TAG.into());
    add("receipt of a report that was set aside", &receipt, false);
    add("ask", &AskPage { shell: &shell, errors: &[], typed: "", restored: None, unsent: "" }, false);
    let [from, to] = [24, 27].map(|day| Day(Date::constant(2026, 11, day)));
    let restored = Some(Days { from, to });
    add("ask of a restored box", &AskPage { shell: &shell, errors: &[], typed: "", restored, unsent: "" }, false);
    let wrong = [FieldError::new("code", "Check what you typed: a receipt code has 24 letters and numbers")];
    add(
        "ask with an error",
        &AskPage { shell: &shell, errors: &wrong, typed: "7KQM<\"", restored, unsent: "More <b>" },
        true,
    );
    for (name, page) in StatusPage::samples(&shell) {
        add(&name, &page, false);
    }
    let follow_up_parts =
        |files_closed| FollowUpParts { shell: &shell, limits, files_closed, code: code(), tag: TAG.into() };
    let typed_follow_up = |text: &str| TypedFollowUp { typed: text.into(), send_id: None };
    let follow_up = |text: &str, errors| FollowUpCheckPage::new(follow_up_parts(None), typed_follow_up(text), errors);
    let no_files = [FieldError::new("files-closed", "Your files were not taken")];
    let closed_follow_up =
        |errors| FollowUpCheckPage::new(follow_up_parts(Some(FilesClosed::Now)), typed_follow_up("More."), errors);
    add("follow-up, files closed", &closed_follow_up(&[]), false);
    add("follow-up, files not taken", &closed_follow_up(&no_files), true);
    add("follow-up", &follow_up("</textarea> 943 476 5919 I am the only pharmacist.", &[]), false);
    add("follow-up, files alone", &follow_up("", &[]), false);
    let nothing = [FieldError::new("message", "Enter a message or choose a file")];
    add("follow-up, nothing", &follow_up("", &nothing), true);
    let too_large = [FieldError::new("attachment", "Choose files that are 250 MB or less together")];
    add("follow-up, too large", &follow_up("Here it is.", &too_large), true);
    for (name, files) in [("followed up", came), ("followed up, again", "not carried")] {
        let files = SentFiles::carried(files);
        let (received_on, notice_due) = (Day(TODAY), (name == "followed up").then_some(Day(TODAY)));
        add(
            name,
            &FollowedUpPage {
                shell: &shell,
                code: code(),
                tag: TAG.into(),
                received_on,
                notice_due,
                files,
                unsent: "<i>".into(),
            },
            false,
        );
    }
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

/// The page between this service and an everyday one.
fn leaving() -> Sample {
    LeavePage { everyday_page: "https://a.example/" }.sample("leave", false)
}

/// A form filled in to the last field, with what a template has to escape.
fn typed(serious_harm: &str) -> Entries {
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
        ("serious_harm", serious_harm),
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
#[ignore = "needs java, vnu-jar and html-validate"]
fn checkers_of_markup_find_nothing() {
    let mut pages = every_page();
    let last = pages.pop().expect("pages");
    let broken = "<input type=\"radio\" id=\"x\" name=\"x\" autocomplete=\"off\"><label for=\"x\">One</label></main>";
    pages.push(Sample { name: "broken".into(), html: last.html.replace("</main>", broken), ..last });
    pages.push(last);
    let (seen, found): (Vec<_>, Vec<_>) =
        found_by_checkers(&pages).into_iter().partition(|found| found.contains(" broken, "));
    assert!(found.is_empty(), "{found:#?}");
    assert!(seen.len() == 2 && seen[0].starts_with("Nu: ") && seen[1].starts_with("html-validate: "), "{seen:#?}");
}

#[test]
fn the_page_on_the_way_out_says_nothing_of_this_service() {
    let page = scraper::Html::parse_document(&leaving().html);
    assert!(page.errors.is_empty(), "{:?}", page.errors);
    let words: String = page.root_element().text().collect::<Vec<_>>().join(" ");
    assert_eq!(words.split_whitespace().collect::<Vec<_>>(), ["One", "moment", "One", "moment", "Continue"]);
    assert!(!leaving().html.contains("<style") && !leaving().html.contains("<form"));
}

#[test]
fn every_template_has_a_sample() {
    let pages: Vec<Sample> = every_page().into_iter().chain([leaving()]).collect();
    let missed = without_sample(&["box/", "partials/"], &pages);
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
