//! Holds every page, in each of its states, to what any browser and any reader needs of it.

use std::{collections::BTreeSet, fmt::Write};

use askama::Template;
use scraper::{ElementRef, Html, Selector};
use zeroize::Zeroizing;

use super::{
    AccessibilityPage, AskPage, BeforePage, CheckPage, Day, ErrorPage, FollowedUpPage, FormPage, KeepCode, KeysPage,
    LeavePage, PrivacyPage, ReceiptPage, RightPage, SafePage, Shell, StartPage, StatusPage, WithdrawnPage,
};
use crate::{
    domain::{Calendar, Clock, Concern, Date, Entries, FieldError, Route},
    web::{
        WebError,
        config::{Config, LimitsConfig},
    },
};

/// Bytes that a page may come to before it is padded: it has to arrive over a slow Tor circuit.
const HEAVIEST: usize = 24 * 1024;
/// The reading age that no page may pass. What is aimed at is 11.
const OLDEST: f64 = 13.0;

const TODAY: Date = Date::constant(2026, 12, 1);

/// A page as it is sent, but for the padding.
struct Sample {
    name: String,
    html: String,
    /// Whether something is wrong with what was typed.
    is_error: bool,
}

fn every_page() -> Vec<Sample> {
    let shell = Shell::new(&Config::default(), false);
    let demo = Shell::new(&Config::default(), true);
    let mut pages = Vec::new();
    let mut add = |name: &str, page: &dyn Render, is_error| {
        pages.push(Sample { name: name.to_owned(), html: page.html(), is_error });
    };
    let code = || Zeroizing::new("7KQM-4T9X-0B2C-WZ8N-3HRE-5VPA".to_owned());
    let keep = || KeepCode { code: code().to_string(), tag: "0123456789abcdef".into() };
    let limits = LimitsConfig::default();

    add("start", &StartPage { shell: &shell }, false);
    add("start, demonstration", &StartPage { shell: &demo }, false);
    add("before", &BeforePage { shell: &shell }, false);
    let keys = vec!["age1fdz05nnvmmmvnmjmrzs0fw4rfg2hsqg6694kztx6sgmjqckgd5wqknd5af".to_owned()];
    add(
        "keys",
        &KeysPage { shell: &shell, keys, fingerprint: "61a5 eb91 7d18 dd35 53bc 7088 8df2 4669".into() },
        false,
    );
    add("privacy", &PrivacyPage { shell: &shell }, false);
    add("accessibility", &AccessibilityPage { shell: &shell }, false);
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
    let too_many = [FieldError::new("attachment", "Choose 10 files or fewer")];
    for route in Route::ALL {
        let clocks = clocks(*route);
        let check = |errors| CheckPage::new(&shell, limits, &typed, errors, keep(), &clocks).expect("a notice clock");
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
            &ErrorPage { shell: &shell, heading, happened, remedy, is_closed: error == WebError::Closed },
            false,
        );
    }
    pages
}

trait Render {
    fn html(&self) -> String;
}

impl<T: Template> Render for T {
    fn html(&self) -> String {
        self.render().expect("a page")
    }
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

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Everything that is wrong with a page.
fn problems(sample: &Sample) -> Vec<String> {
    let page = Html::parse_document(&sample.html);
    let mut problems: Vec<String> = page.errors.iter().map(|error| format!("markup: {error}")).collect();
    let mut expect = |holds: bool, what: String| {
        if !holds {
            problems.push(what);
        }
    };
    expect(all(&page, "html[lang=en-GB]").len() == 1, "no language".into());
    expect(all(&page, "main#maincontent").len() == 1, "not one main".into());
    expect(all(&page, "h1").len() == 1, "not one h1".into());
    expect(all(&page, "body > a:first-child[href='#maincontent']").len() == 1, "no skip link first".into());
    let title = all(&page, "title").into_iter().map(text).collect::<String>();
    expect(title.starts_with("Error: ") == sample.is_error, format!("title: {title}"));
    expect(all(&page, ".error-summary").len() == usize::from(sample.is_error), "error summary".into());

    let mut level = 0;
    for heading in all(&page, "main h1, main h2, main h3, main h4, main h5, main h6") {
        let this = heading.value().name()[1..].parse::<u8>().unwrap_or_default();
        // The error summary's heading stands before the page's own.
        let is_summary = heading.value().id() == Some("error-summary-title");
        expect(is_summary || this <= level + 1, format!("heading jumps: {}", text(heading)));
        level = if is_summary { level } else { this };
    }

    let mut ids = BTreeSet::new();
    for element in all(&page, "[id]") {
        let id = element.value().id().unwrap_or_default();
        expect(
            !id.is_empty() && !id.contains(char::is_whitespace) && ids.insert(id.to_owned()),
            format!("id {id:?} twice or no id"),
        );
    }
    for (selector, attribute) in
        [("label[for]", "for"), ("[aria-describedby]", "aria-describedby"), ("[aria-labelledby]", "aria-labelledby")]
    {
        for element in all(&page, selector) {
            for id in element.attr(attribute).unwrap_or_default().split(' ') {
                expect(ids.contains(id), format!("{attribute} leads nowhere: {id:?}"));
            }
        }
    }
    for link in all(&page, "a[href^='#']") {
        let id = link.attr("href").unwrap_or_default().trim_start_matches('#').to_owned();
        expect(ids.contains(&id), format!("link leads nowhere: {id}"));
    }
    for control in all(&page, "input:not([type=hidden]):not([hidden]), select, textarea") {
        let id = control.value().id().unwrap_or_default();
        let labels = all(&page, &format!("label[for='{id}']"));
        expect(labels.len() == 1 && !text(labels[0]).is_empty(), format!("not one label: {id}"));
    }
    for button in all(&page, "button, a, summary, legend, h1, h2, h3, dt") {
        expect(!text(button).is_empty(), format!("nothing to read: {}", button.html()));
    }
    for group in all(&page, "fieldset") {
        expect(
            group.child_elements().next().is_some_and(|first| first.value().name() == "legend"),
            "a group without a legend".into(),
        );
    }

    expect(
        all(&page, "script, iframe, object, embed, link, base, img, video, audio, noscript").is_empty(),
        "something that is not text or form".into(),
    );
    for element in all(&page, "*") {
        for (name, value) in element.value().attrs() {
            expect(!name.starts_with("on") && name != "style", format!("{name} in {}", element.value().name()));
            let leads_out =
                value.contains("//") && ["href", "src", "action", "formaction", "srcset", "poster"].contains(&name);
            let is_link = (element.value().name(), name) == ("a", "href") && value.starts_with("https://");
            let tells_nothing = element.attr("rel").is_some_and(|rel| rel.contains("noreferrer"));
            expect(!leads_out || is_link && tells_nothing, format!("leads out: {value}"));
            expect(!value.trim_start().starts_with("javascript:"), "a script".into());
        }
    }
    for form in all(&page, "form[method=post]:not([action='/leave'])") {
        expect(form.attr("autocomplete") == Some("off"), "a browser may remember what is typed".into());
        // Where there is one, Chromium does not write what is posted to its disk.
        let secret =
            form.select(&Selector::parse("input[type=password][hidden][value='-']").expect("a selector")).count();
        expect(secret == 1, "a browser may keep what is posted".into());
    }
    expect(sample.html.len() <= HEAVIEST, format!("weighs {} bytes", sample.html.len()));
    problems
}

#[test]
fn every_page_in_every_state_is_valid_and_says_what_it_is() {
    let pages = every_page();
    let wrong: Vec<String> = pages
        .iter()
        .flat_map(|page| problems(page).into_iter().map(|problem| format!("{}: {problem}", page.name)))
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn what_is_wrong_with_a_page_is_seen() {
    let shell = Shell::new(&Config::default(), false);
    let good = StartPage { shell: &shell }.html();
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
        let html = good.replace("</main>", &format!("{broken}</main>"));
        let sample = Sample { name: "broken".into(), html, is_error: false };
        assert!(!problems(&sample).is_empty(), "{broken}");
    }
    let sample = Sample { name: "good".into(), html: good, is_error: true };
    assert!(!problems(&sample).is_empty(), "an error page whose title does not say so");
}

#[test]
fn pages_with_different_names_have_different_titles() {
    let pages = every_page();
    let title =
        |sample: &Sample| all(&Html::parse_document(&sample.html), "title").into_iter().map(text).collect::<String>();
    // States of one page share its name up to the first comma or space.
    let kind = |sample: &Sample| sample.name.split([',', ' ']).next().unwrap_or_default().to_owned();
    let mut owners: Vec<(String, String)> = pages.iter().map(|page| (title(page), kind(page))).collect();
    owners.sort();
    owners.dedup();
    for pair in owners.windows(2) {
        assert_ne!(pair[0].0, pair[1].0, "{} and {}", pair[0].1, pair[1].1);
    }
}

/// Everything that a reader reads as sentences: paragraphs, list items, hints and table answers of the page's own part.
/// What every page repeats (header, footer), labels and lists of choices are left out. A sentence ends where its block
/// does, and at a colon or a semicolon too, as Flesch counted.
fn sentences(html: &str) -> Vec<String> {
    let page = Html::parse_document(html);
    let blocks = all(&page, "main p, main li, main .hint, main dd:not(.act)").into_iter();
    let blocks = blocks
        .filter(|block| !block.descendent_elements().skip(1).any(|inner| ["p", "li"].contains(&inner.value().name())));
    blocks
        .map(text)
        .flat_map(|block| {
            block.split_inclusive(['.', '?', '!', ':', ';']).map(|part| part.trim().to_owned()).collect::<Vec<_>>()
        })
        .filter(|sentence| sentence.split(' ').count() > 2)
        .collect()
}

/// Flesch and Kincaid's grade of some sentences, and five: the age at which the first of those school years begins. A page
/// of few sentences swings by years; the figure is for comparing drafts, not a judgement.
fn reading_age(sentences: &[String]) -> f64 {
    let words: Vec<String> = sentences
        .iter()
        .flat_map(|sentence| sentence.split(|c: char| !c.is_alphanumeric() && c != '’' && c != '\''))
        .filter(|word| word.chars().any(char::is_alphabetic))
        .map(str::to_lowercase)
        .collect();
    #[expect(clippy::cast_precision_loss, reason = "counts of words")]
    let count = |count: usize| count.max(1) as f64;
    let syllables = words.iter().map(|word| syllables(word)).sum::<usize>();
    0.39 * count(words.len()) / count(sentences.len()) + 11.8 * count(syllables) / count(words.len()) - 15.59 + 5.0
}

/// Groups of vowels, less an `e` that is not spoken at the end. Right for about nine words in ten.
fn syllables(word: &str) -> usize {
    let word = word.trim_end_matches("’s").trim_end_matches("'s");
    let is_vowel = |c: char| "aeiouy".contains(c);
    let mut groups = 0;
    let mut before = ' ';
    for c in word.chars() {
        groups += usize::from(is_vowel(c) && !is_vowel(before));
        before = c;
    }
    let ends = |ending: &str| word.ends_with(ending);
    let silent = (ends("e") && !ends("le") && !ends("ee"))
        || (ends("es") && !ends("ses") && !ends("ces") && !ends("les"))
        || (ends("ed") && !ends("ted") && !ends("ded"));
    (groups - usize::from(silent && groups > 1)).max(1)
}

#[test]
fn every_page_reads_easily() {
    let mut table = String::from("reading age, sentences, bytes before padding, page\n");
    let mut hard = Vec::new();
    for sample in every_page() {
        let sentences = sentences(&sample.html);
        let age = reading_age(&sentences);
        writeln!(table, "{age:5.1} {:4} {:6} {}", sentences.len(), sample.html.len(), sample.name).expect("a string");
        if age > OLDEST {
            hard.push(format!("{}: {age:.1}", sample.name));
        }
    }
    println!("{table}");
    assert!(hard.is_empty(), "harder to read than at {OLDEST}: {hard:#?}");
}

#[test]
fn syllables_are_counted_nearly_as_they_are_spoken() {
    for (word, expected) in [
        ("a", 1),
        ("see", 1),
        ("like", 1),
        ("table", 2),
        ("concern", 2),
        ("received", 2),
        ("wanted", 2),
        ("governance", 3),
        ("anonymous", 4),
        ("patient’s", 2),
    ] {
        assert_eq!(syllables(word), expected, "{word}");
    }
}
