//! What a letter has in common with what its person wrote or sent, besides whole runs of their words: somebody else who
//! reads both would know by it who spoke.

use std::{
    collections::{BTreeSet, HashSet},
    ops::Range,
    sync::LazyLock,
};

use regex_lite::{Captures, Regex};

use super::quotes::words;

/// What a letter and a person's own words have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SharedKind {
    /// The name of a file that they sent, or a word of it that few files have.
    FileName,
    /// A ward, a room or another place with a number or a letter.
    Place,
    /// A day, however it is written.
    Day,
    /// A time of day.
    Time,
    /// A number of three digits or more that is no year, or letters with digits.
    Number,
    /// Two words in a row with capital letters, of which one at least is not in everybody's mouth.
    Name,
}

/// Letters of a word of a file's name that is looked for by itself.
const DISTINCTIVE: usize = 6;

/// Everything in a letter that stands in one of the person's texts, or in the name of one of their files, too. In order of
/// kinds.
#[must_use]
pub fn shared(letter: &str, theirs: &[&str], files: &[&str]) -> Vec<(Range<usize>, SharedKind)> {
    let mut found = of_files(letter, files);
    let theirs_too: Vec<&str> = theirs.iter().chain(files).copied().collect();
    let mut known: HashSet<(SharedKind, String)> = HashSet::new();
    for rule in RULES.iter() {
        known.extend(theirs_too.iter().flat_map(|text| rule.all(text)).map(|(_, said)| (rule.kind, said)));
    }
    for rule in RULES.iter() {
        let here = rule.all(letter).into_iter().filter(|(_, said)| known.contains(&(rule.kind, said.clone())));
        found.extend(here.map(|(range, _)| (range, rule.kind)));
    }
    found.extend(names(letter, &theirs_too).into_iter().map(|range| (range, SharedKind::Name)));
    found
}

/// What was found, said in the one way in which it can be compared; none if it is no such thing.
type InOneWay = fn(&Captures<'_>) -> Option<String>;

/// A word as it is compared, and where it stands.
type PlacedWord = (Range<usize>, String);

/// How one kind of thing is written, and how what was found is said in one way.
struct SharedRule {
    kind: SharedKind,
    pattern: Regex,
    said: InOneWay,
}

impl SharedRule {
    fn all(&self, text: &str) -> Vec<PlacedWord> {
        let found = self.pattern.captures_iter(text);
        found.filter_map(|captures| Some((captures.get(1)?.range(), (self.said)(&captures)?))).collect()
    }
}

const MONTHS: [&str; 12] = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"];

static RULES: LazyLock<Vec<SharedRule>> = LazyLock::new(|| {
    let month = "(jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)";
    let rules: [(SharedKind, String, InOneWay); 7] = [
        (
            SharedKind::Place,
            r"(?i)\b((ward|unit|bay|room|bed|theatre|clinic|floor|block|level|house|corridor|side room) ?(?:no\.? ?|number )?([a-z]?[0-9]{1,3}[a-z]?))\b".to_owned(),
            |found| Some(format!("{} {}", lower(found, 2)?, lower(found, 3)?)),
        ),
        (
            SharedKind::Place,
            r"\b((?i:(ward|unit|bay|block|theatre)) ([A-Z]))\b".to_owned(),
            |found| Some(format!("{} {}", lower(found, 2)?, lower(found, 3)?)),
        ),
        (
            SharedKind::Day,
            format!(r"(?i)\b(([0-9]{{1,2}})(?:st|nd|rd|th)?(?: of)? {month})\b"),
            |found| day(&lower(found, 2)?, &lower(found, 3)?),
        ),
        (
            SharedKind::Day,
            format!(r"(?i)\b({month} ([0-9]{{1,2}})(?:st|nd|rd|th)?)\b"),
            |found| day(&lower(found, 3)?, &lower(found, 2)?),
        ),
        (
            SharedKind::Day,
            r"\b(([0-9]{1,2})[/.]([0-9]{1,2})[/.](?:[0-9]{4}|[0-9]{2}))\b".to_owned(),
            |found| day(&lower(found, 2)?, &lower(found, 3)?),
        ),
        (
            SharedKind::Time,
            r"(?i)\b(([0-9]{1,2})(?:[:.]([0-9]{2}))? ?(am|pm)|([0-9]{1,2}):([0-9]{2}))\b".to_owned(),
            time,
        ),
        (SharedKind::Number, r"\b([A-Za-z]{0,4}-?[0-9]{2,}[A-Za-z]{0,3})\b".to_owned(), number),
    ];
    let rules = rules.into_iter();
    // The patterns are constants, and a test compiles them all.
    rules
        .filter_map(|(kind, pattern, said)| Some(SharedRule { kind, pattern: Regex::new(&pattern).ok()?, said }))
        .collect()
});

fn lower(found: &Captures<'_>, group: usize) -> Option<String> {
    Some(found.get(group)?.as_str().to_lowercase())
}

/// A day of a month by its numbers, whatever the month is called.
fn day(day: &str, month: &str) -> Option<String> {
    let day: u8 = day.parse().ok().filter(|day| (1..=31).contains(day))?;
    let by_name = || MONTHS.iter().position(|name| month.starts_with(name)).map(|place| place + 1);
    let month = month.parse::<usize>().ok().or_else(by_name).filter(|month| (1..=12).contains(month))?;
    Some(format!("{day}/{month}"))
}

/// A time of day by the clock of twenty-four hours.
fn time(found: &Captures<'_>) -> Option<String> {
    let hour: u8 = lower(found, 2).or_else(|| lower(found, 5))?.parse().ok().filter(|hour| *hour < 24)?;
    let minute: u8 = lower(found, 3).or_else(|| lower(found, 6)).unwrap_or_default().parse().unwrap_or_default();
    let hour = match (lower(found, 4).as_deref(), hour) {
        (Some("pm"), 1..=11) => hour + 12,
        (Some("am"), 12) => 0,
        _ => hour,
    };
    Some(format!("{hour}:{minute:02}"))
}

/// A number that is long enough to tell something, or has letters. A year tells nothing.
fn number(found: &Captures<'_>) -> Option<String> {
    let said: String = lower(found, 1)?.chars().filter(char::is_ascii_alphanumeric).collect();
    let is_digits = said.bytes().all(|byte| byte.is_ascii_digit());
    let is_year = is_digits && said.len() == 4 && (said.starts_with("19") || said.starts_with("20"));
    // 21st, 24h, 10am and the like are no names of anything.
    let ends = ["st", "nd", "rd", "th", "am", "pm", "h", "k", "m", "mg", "ml", "kg", "g", "s"];
    let is_measure = said.starts_with(|c: char| c.is_ascii_digit()) && ends.iter().any(|end| said.ends_with(end));
    (said.len() >= 3 && !is_year && !is_measure).then_some(said)
}

/// Names of files, whole or without what stands after the last dot; else each of their words that few files have.
fn of_files(letter: &str, files: &[&str]) -> Vec<(Range<usize>, SharedKind)> {
    let in_letter: Vec<PlacedWord> = words(letter).collect();
    let mut distinctive = BTreeSet::new();
    let mut runs: BTreeSet<Vec<String>> = BTreeSet::new();
    for file in files {
        let stem = file.rsplit_once('.').map_or(*file, |(stem, _)| stem);
        for name in [*file, stem] {
            // One short word is no name that anybody would know a file by.
            let said: Vec<String> = words(name).map(|(_, word)| word).collect();
            if said.len() > 1
                && said.iter().any(|word| is_distinctive(word) || word.bytes().any(|b| b.is_ascii_digit()))
            {
                runs.insert(said);
            }
        }
        distinctive.extend(words(stem).map(|(_, word)| word).filter(|word| is_distinctive(word)));
    }
    let mut found: Vec<Range<usize>> = Vec::new();
    for run in &runs {
        let places = in_letter.windows(run.len()).filter(|here| here.iter().map(|(_, word)| word).eq(run));
        found.extend(places.filter_map(|here| Some(here.first()?.0.start..here.last()?.0.end)));
    }
    // A name without its ending is told with the whole one.
    let all = found.clone();
    found.retain(|one| !all.iter().any(|other| other != one && other.start <= one.start && one.end <= other.end));
    for (place, word) in &in_letter {
        let is_inside = found.iter().any(|range| range.start <= place.start && place.end <= range.end);
        if distinctive.contains(word) && !is_inside {
            found.push(place.clone());
        }
    }
    found.sort_by_key(|range| (range.start, range.end));
    found.into_iter().map(|range| (range, SharedKind::FileName)).collect()
}

fn is_distinctive(word: &str) -> bool {
    word.chars().count() >= DISTINCTIVE
        && word.chars().any(char::is_alphabetic)
        && !ORDINARY.contains(&word)
        // The plural of a word is as ordinary as the word.
        && !word.strip_suffix('s').is_some_and(|one| ORDINARY.contains(&one))
}

/// Two words in a row that the letter writes with capitals and the person wrote too, in whatever letters.
fn names(letter: &str, theirs: &[&str]) -> Vec<Range<usize>> {
    let mut known: HashSet<(String, String)> = HashSet::new();
    for text in theirs {
        let said: Vec<PlacedWord> = words(text).collect();
        known.extend(pairs(text, &said).map(|(one, other)| (one.1.clone(), other.1.clone())));
    }
    let said: Vec<PlacedWord> = words(letter).collect();
    let mut found: Vec<Range<usize>> = Vec::new();
    for (one, other) in pairs(letter, &said) {
        let is_capital = |range: &Range<usize>| letter[range.clone()].chars().next().is_some_and(char::is_uppercase);
        if !is_capital(&one.0) || !is_capital(&other.0) || COMMON_STARTS.contains(&one.1.as_str()) {
            continue;
        }
        // A letter alone is no name: a ward that has one is a place.
        if [one, other].iter().any(|(_, word)| word.chars().count() < 2) {
            continue;
        }
        if (is_everybodys(&one.1) && is_everybodys(&other.1)) || !known.contains(&(one.1.clone(), other.1.clone())) {
            continue;
        }
        match found.last_mut() {
            Some(last) if last.end >= one.0.start => last.end = other.0.end,
            _ => found.push(one.0.start..other.0.end),
        }
    }
    found
}

/// Words in a row with nothing but a blank or a hyphen between.
fn pairs<'a>(text: &'a str, said: &'a [PlacedWord]) -> impl Iterator<Item = (&'a PlacedWord, &'a PlacedWord)> {
    said.windows(2).filter_map(|pair| match pair {
        [one, other] => {
            let is_close = match &text[one.0.end..other.0.start] {
                " " | "-" | "_" => true,
                // A full stop and a blank end a sentence, but for after a title.
                ". " => ["dr", "mr", "mrs", "ms", "prof"].contains(&one.1.as_str()),
                _ => false,
            };
            is_close.then_some((one, other))
        }
        _ => None,
    })
}

fn is_everybodys(word: &str) -> bool {
    EVERYBODYS.contains(&word) || ORDINARY.contains(&word) || MONTHS.contains(&word)
}

/// Words that begin sentences: what follows with a capital is then the first word of a name at most.
#[rustfmt::skip]
const COMMON_STARTS: &[&str] = &[
    "a", "after", "all", "an", "and", "any", "are", "as", "at", "because", "before", "both", "but", "by", "dear", "did",
    "do", "does", "each", "every", "for", "from", "has", "have", "he", "her", "his", "how", "i", "if", "in", "is", "it",
    "its", "many", "most", "my", "no", "not", "of", "on", "or", "our", "please", "she", "since", "so", "some", "than",
    "thank", "thanks", "that", "the", "their", "then", "there", "these", "they", "this", "those", "to", "was", "we",
    "were", "what", "when", "where", "which", "while", "who", "why", "with", "you", "your",
];

/// What everybody in the service says with a capital letter.
#[rustfmt::skip]
const EVERYBODYS: &[&str] = &[
    "act", "april", "august", "board", "boards", "buying", "candour", "care", "centre", "charity", "chief", "choice",
    "clinical", "code", "college", "commission", "commissioning", "committee", "competition", "council", "court",
    "day", "december", "department", "director", "duty", "emergency", "england", "executive", "february", "foundation",
    "freedom", "friday", "general", "group", "guardian", "health", "hr", "human", "icb", "independent", "integrated",
    "january", "july", "june", "law", "local", "march", "may", "medicine", "mental", "monday", "national", "nhs",
    "november", "number", "nursing", "october", "office", "ombudsman", "parliament", "partnership", "police", "primary",
    "protect", "public", "quality", "register", "resources", "royal", "saturday", "scotland", "secretary", "september",
    "service", "services", "social", "speak", "staff", "state", "sunday", "system", "team", "thursday", "trust",
    "trusts", "tuesday", "unit", "up", "urgent", "wales", "ward", "wednesday", "work",
];

/// Words of six letters and more that names of files are made of, and letters too.
#[rustfmt::skip]
const ORDINARY: &[&str] = &[
    "account", "action", "advice", "agenda", "agreement", "analysis", "answer", "appendix", "appointment", "approval",
    "assessment", "attachment", "attached", "audio", "august", "before", "better", "board", "bullying", "business",
    "camera", "capture", "change", "changed", "changes", "clinical", "clinic", "colleague", "comment", "complaint",
    "complete", "concern", "confidential", "contact", "contract", "correspondence", "course", "current", "daily",
    "december", "decision", "delete", "department", "detail", "different", "discharge", "discussion", "doctor",
    "document", "drafts", "during", "edited", "email", "emails", "employee", "england", "evening", "evidence", "example",
    "excel", "export", "extract", "february", "figure", "figures", "finding", "folder", "follow", "friday", "further",
    "general", "governance", "grievance", "guidance", "health", "history", "hospital", "image", "improvement",
    "incident", "information", "interview", "investigation", "invoice", "january", "latest", "leadership", "letter",
    "letters", "listing", "management", "manager", "managers", "medical", "medicine", "meeting", "member", "memo",
    "message", "minute", "minutes", "missing", "monday", "monthly", "morning", "national", "nights", "notes", "notice",
    "november", "number", "numbers", "nurses", "nursing", "october", "office", "organisation", "original", "outcome",
    "patient", "patients", "people", "period", "person", "persons", "photograph", "photo", "picture", "planning",
    "policy", "presentation", "private", "problem", "procedure", "process", "procurement", "project", "proposal",
    "protocol", "public", "quality", "question", "receipt", "recent", "record", "recorded", "recording", "records",
    "report", "reported", "reporting", "request", "response", "result", "review", "reviewed", "revised", "risks",
    "rota", "rotas", "safeguarding", "safety", "saturday", "scanned", "schedule", "screen", "screenshot", "second",
    "september", "serious", "service", "services", "sheet", "shifts", "should", "signed", "spreadsheet", "staffing",
    "standard", "statement", "summary", "sunday", "supervision", "support", "survey", "system", "tables", "template",
    "theatre", "through", "thursday", "timeline", "timesheet", "training", "transcript", "treatment", "trusts",
    "tuesday", "untitled", "update", "updated", "urgent", "version", "waiting", "wednesday", "weekend", "weekly",
    "whatsapp", "whistleblowing", "witness", "working", "written", "yearly",
];

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found<'a>(letter: &'a str, theirs: &[&str], files: &[&str]) -> Vec<(&'a str, SharedKind)> {
        shared(letter, theirs, files).into_iter().map(|(range, kind)| (&letter[range], kind)).collect()
    }

    #[test]
    fn every_rule_compiles() {
        assert_eq!(RULES.len(), 7);
    }

    #[test]
    fn what_stands_in_both_is_found_however_it_is_written() {
        use SharedKind::{Day, FileName, Name, Number, Place, Time};
        for (letter, theirs, expected) in [
            ("We look at Ward 7 first.", "it was on ward  7 and ward 7", vec![("Ward 7", Place)]),
            ("In side room 3b we saw it.", "SIDE ROOM 3B", vec![("side room 3b", Place)]),
            ("Ward C is closed.", "on ward C", vec![("Ward C", Place)]),
            ("On 3 November we came.", "it was the 3rd of Nov, I think", vec![("3 November", Day)]),
            ("On November 3 we came.", "on 03/11/2026", vec![("November 3", Day)]),
            ("At 9.30 pm it was.", "it was 21:30 when", vec![("9.30 pm", Time)]),
            ("At 12am.", "12 am", vec![("12am", Time)]),
            ("Form DX-4471 is there.", "see dx4471", vec![("DX-4471", Number)]),
            ("There were 318 of them.", "all 318 were lost", vec![("318", Number)]),
            ("We asked Jane Example.", "sister jane example did it", vec![("Jane Example", Name)]),
            ("We asked Dr. Example.", "it was Dr. Example", vec![("Dr. Example", Name)]),
            ("The Juniper Trust knows.", "at Juniper Trust", vec![("Juniper Trust", Name)]),
        ] {
            assert_eq!(found(letter, &[theirs], &[]), expected, "{letter}");
        }
        let files = ["night-rota_Juniper.xlsx", "IMG_2044.jpg", "notes.txt"];
        for (letter, expected) in [
            ("Your file night-rota_juniper.xlsx came.", vec![("night-rota_juniper.xlsx", FileName)]),
            ("What you call night rota juniper is here.", vec![("night rota juniper", FileName)]),
            ("We saw juniper berries.", vec![("juniper", FileName)]),
            ("The picture img_2044 is clear.", vec![("img_2044", FileName)]),
        ] {
            assert_eq!(found(letter, &[], &files), expected, "{letter}");
        }
    }

    #[test]
    fn what_everybody_says_is_no_find() {
        let theirs = "The NHS England team and the Care Quality Commission came. Thank you, in 2026 there were 12 of us on a \
                      ward, at night, in May. The Trust Board of our trust did nothing. I may 3 times say so.";
        for letter in [
            "Thank You. The NHS England team will look at it.",
            "We told the Care Quality Commission. In 2026 we will write again.",
            "The Trust Board will be asked. There were 12 letters on the ward.",
            "We Plan To Look at Ward Staffing.",
            "In May we will see how the trust is run.",
        ] {
            assert_eq!(found(letter, &[theirs], &[]), [], "{letter}");
        }
        let files = ["evidence.docx", "meeting minutes final.pdf", "Screenshots.png", "rota.xlsx"];
        let letter = "We read your evidence. The minutes of the meeting, the screenshot and the final rota are clear.";
        assert_eq!(found(letter, &[], &files), []);
        // What only the letter says gives nobody away.
        assert_eq!(found("Ward 7 on 3 November at 9 pm, Jane Example, DX-4471", &["It was on ward 8."], &[]), []);
    }

    proptest! {
        #[test]
        fn any_text_at_all_is_taken(letter in "(?s).{0,120}", theirs in "(?s).{0,120}", file in "(?s).{0,30}") {
            for (range, _) in shared(&letter, &[&theirs, &letter], &[&file, &letter]) {
                prop_assert!(letter.get(range).is_some_and(|found| !found.is_empty()), "not between characters");
            }
        }
    }
}
