//! What any browser and any reader needs of a page, for the tests that hold the pages of the box and of the desk to it.

use std::{any::type_name, collections::BTreeSet};

use askama::Template;
use scraper::{ElementRef, Html, Selector};

/// A page as it is sent, but for the padding.
pub(crate) struct Sample {
    /// The type that it is made from.
    pub(crate) page: &'static str,
    /// What it is and, after a comma, in which state.
    pub(crate) name: String,
    pub(crate) html: String,
    /// Whether something is wrong with what was typed.
    pub(crate) is_error: bool,
}

/// Any page.
pub(crate) trait Render {
    /// As it is sent, but for the padding.
    fn html(&self) -> String;

    /// A sample of it.
    fn sample(&self, name: &str, is_error: bool) -> Sample;
}

impl<T: Template> Render for T {
    fn html(&self) -> String {
        self.render().expect("a page")
    }

    fn sample(&self, name: &str, is_error: bool) -> Sample {
        Sample { page: type_name::<T>(), name: name.to_owned(), html: self.html(), is_error }
    }
}

/// Everything that is wrong with a page that may weigh so many bytes.
pub(crate) fn problems(sample: &Sample, heaviest: usize) -> Vec<String> {
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
    for control in all(&page, "input:not([type=hidden]):not([value='-']), select, textarea") {
        let id = control.value().id().unwrap_or_default();
        let labels = all(&page, &format!("label[for='{id}'], label:has([id='{id}'])"));
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
        let secret = form
            .select(&Selector::parse("label[hidden] > input[type=password][value='-']").expect("a selector"))
            .count();
        expect(secret == 1, "a browser may keep what is posted".into());
    }
    expect(sample.html.len() <= heaviest, format!("weighs {} bytes", sample.html.len()));
    problems
}

/// Two pages that have one title, if there are any. States of one page share its name up to the first comma or space.
pub(crate) fn titles_of_two(pages: &[Sample]) -> Option<(String, String)> {
    let title =
        |sample: &Sample| all(&Html::parse_document(&sample.html), "title").into_iter().map(text).collect::<String>();
    let kind = |sample: &Sample| sample.name.split([',', ' ']).next().unwrap_or_default().to_owned();
    let mut owners: Vec<(String, String)> = pages.iter().map(|page| (title(page), kind(page))).collect();
    owners.sort();
    owners.dedup();
    owners.windows(2).find(|pair| pair[0].0 == pair[1].0).map(|pair| (pair[0].1.clone(), pair[1].1.clone()))
}

/// Pages that no reader below that age could read. Prints each page's figures, for whoever works on their words.
pub(crate) fn hard_to_read(pages: &[Sample], oldest: f64) -> Vec<String> {
    println!("reading age, sentences, bytes before padding, page");
    let mut hard = Vec::new();
    for Sample { name, html, .. } in pages {
        let sentences = sentences(html);
        let age = reading_age(&sentences);
        println!("{age:5.1} {:4} {:6} {name}", sentences.len(), html.len());
        if age > oldest {
            hard.push(format!("{name}: {age:.1}"));
        }
    }
    hard
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

/// Flesch and Kincaid's grade of some sentences, and five: the age at which the first of those school years begins. A
/// page of few sentences swings by years; the figure is for comparing drafts, not a judgement.
pub(crate) fn reading_age(sentences: &[String]) -> f64 {
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

fn all<'a>(page: &'a Html, selector: &str) -> Vec<ElementRef<'a>> {
    page.select(&Selector::parse(selector).expect("a selector")).collect()
}

fn text(element: ElementRef<'_>) -> String {
    element.text().collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
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
