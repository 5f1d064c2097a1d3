//! The pages on which a concern is entered, and on which its receipt code is shown.

use askama::Template;
use zeroize::Zeroizing;

use super::{
    Shell,
    date_field::DateField,
    finds::{Find, finds},
};
use crate::{
    casebook::{Casebook, NewEntered, Release, ReportView, StandingAtBox},
    desk::{
        form::{
            enter::{ACKNOWLEDGED_ON, EnterField, RECEIVED_ON, carried_names},
            question::AskedField,
        },
        letter_checks::letter_finds,
    },
    domain::{
        Calendar, ConcernField, Date, Entries, FieldError, Given, Input, ReportId, Route, WayIn, entered_clocks,
        escape_invisible,
    },
    http::{Day, Field},
};

/// What stands where nothing is chosen, so that a choice can be taken back.
const NOT_ANSWERED: (&str, &str) = ("", "Not answered");

/// How a report came that was entered, in words; nothing of one that came through the box.
pub(super) fn came_in(report: &ReportView) -> Vec<(&'static str, String)> {
    let Some(entered) = &report.entered else { return Vec::new() };
    let mut rows = vec![
        ("How", entered.way.label().to_owned()),
        ("Taken by", escape_invisible(entered.taken_by.as_str())),
        ("In whose words", entered.words.label().to_owned()),
        ("The team knows who the person is", entered.known.label().to_owned()),
        ("Receipt code", receipt_code(report, entered.has_code).to_owned()),
    ];
    rows.extend(entered.answer_by.iter().map(|text| ("How to answer them", escape_invisible(text.as_str()))));
    rows
}

fn receipt_code(report: &ReportView, has_code: bool) -> &'static str {
    match report.entry.at_box {
        _ if !has_code => "None: what is written is given to the person by hand",
        StandingAtBox::ToBeTold => "One was made. It works once the next decisions are delivered",
        StandingAtBox::Lost => {
            "One was made. The box lost the report, and has it again once the next decisions are delivered"
        }
        StandingAtBox::There | StandingAtBox::Gone | StandingAtBox::Never => "One was made",
    }
}

/// What is to be given to a person who has no receipt code: the number of each answer, 0 for none, and what it is.
pub(super) fn to_give(report: &ReportView) -> Vec<(u32, &'static str)> {
    let Some(entered) = report.entered.as_ref().filter(|entered| !entered.has_code) else { return Vec::new() };
    let acknowledgement = entered.to_acknowledge.then_some((0, "Tell them that we have it"));
    let answers = report.decisions.iter().flat_map(|decision| &decision.answers);
    let waiting = answers.filter(|answer| answer.release == Release::ToGive && answer.kind.is_text());
    acknowledgement.into_iter().chain(waiting.map(|answer| (answer.seq, answer.kind.label()))).collect()
}

/// The form.
#[derive(Template)]
#[template(path = "desk/enter.html")]
pub(in crate::desk) struct EnterPage<'a> {
    shell: &'a Shell,
    errors: &'a [FieldError],
    /// Whether the casebook knows its box: without it nothing can be entered.
    has_box: bool,
    way: Field,
    received_on: DateField,
    taken_by: Field,
    words: Field,
    known: Field,
    /// The box's questions.
    concern: Vec<Field>,
    answer_by: Field,
    with_code: Field,
    acknowledged_on: DateField,
}

impl<'a> EnterPage<'a> {
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        typed: &Entries,
        errors: &'a [FieldError],
    ) -> Self {
        let field = |field: EnterField| field.field(typed, errors);
        let day = |names, label, hint: &str| DateField::new(names, label, hint.to_owned(), typed, errors);
        Self {
            shell,
            errors,
            has_box: casebook.box_id().is_some(),
            way: field(EnterField::Way),
            received_on: day(
                &RECEIVED_ON,
                "On which day did it come?",
                "For a letter or an e-mail, the day on which it arrived. Every promise runs from it",
            ),
            taken_by: field(EnterField::TakenBy),
            words: field(EnterField::Words),
            known: field(EnterField::Known),
            concern: ConcernField::ALL.iter().map(|field| question(*field, typed, errors)).collect(),
            answer_by: field(EnterField::AnswerBy),
            with_code: field(EnterField::WithCode),
            acknowledged_on: day(
                &ACKNOWLEDGED_ON,
                "On which day was the person told that we have it?",
                "On the telephone and in person that is mostly the same day. Leave it empty if they were not told yet",
            ),
        }
    }
}

/// A question of the box, as it stands where somebody answers it for the person.
fn question(field: ConcernField, typed: &Entries, errors: &[FieldError]) -> Field {
    let (id, asked) = (field.slug(), field.question());
    let label = format!("{}{}", field.label(), if asked.is_needed { "" } else { " (optional)" });
    let none = matches!(asked.input, Input::Radios(_)) && !asked.is_needed;
    let label = if field == ConcernField::Route { "Why the person turned to us".to_owned() } else { label };
    let offered = none.then_some(NOT_ANSWERED).into_iter().chain(choices(field));
    let hint = match field {
        ConcernField::Description => {
            "In the person’s own words where you have them. Leave out names and whatever shows who they are, unless they \
             want it to be there"
        }
        ConcernField::Role => "Leave this out if few people have that role",
        ConcernField::About | ConcernField::Area => "Select all that apply",
        _ => "",
    };
    Field::offering(id, label, &asked.input, offered, typed, errors).hint(hint)
}

fn choices(field: ConcernField) -> Vec<(&'static str, &'static str)> {
    if field == ConcernField::Route {
        return Route::ALL.iter().map(|route| (route.slug(), route.name())).collect();
    }
    field.question().input.choices().to_vec()
}

/// The page on which what is to be entered is looked at once more.
#[derive(Template)]
#[template(path = "desk/enter_check.html")]
pub(in crate::desk) struct EnterCheckPage<'a> {
    shell: &'a Shell,
    hidden: Vec<(&'static str, String)>,
    /// The casebook's last event, so that saving twice is the same as once.
    seen: u64,
    how: Vec<(&'static str, String)>,
    answers: Vec<(&'static str, String)>,
    /// Promises, each with the day on which it is due.
    promises: Vec<(&'static str, Day, Option<Day>)>,
    finds: Vec<Find>,
    with_code: bool,
}

impl<'a> EnterCheckPage<'a> {
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        (casebook, calendar): (&Casebook, &Calendar),
        typed: &Entries,
        new: &NewEntered,
    ) -> Self {
        let hidden = carried_names().flat_map(|name| typed.all(name).map(move |value| (name, value.to_owned())));
        let day = |day: Date| day.strftime("%-d %B %Y").to_string();
        let mut how = vec![
            ("How it came", new.way.label().to_owned()),
            ("The day on which it came", day(new.received_on)),
            ("Who took it", escape_invisible(new.taken_by.as_str())),
            ("Whose words these are", new.words.label().to_owned()),
            ("The team knows who the person is", new.known.label().to_owned()),
        ];
        how.extend(new.answer_by.iter().map(|text| ("How to answer them", escape_invisible(text.as_str()))));
        how.push(("The person was told that we have it", new.acknowledged_on.map_or("Not yet".to_owned(), day)));
        let mut answers = vec![(ConcernField::Route.label(), new.route.name().to_owned())];
        answers.extend(new.concern.answers().map(|answered| {
            let text = match &answered.given {
                Given::Text(text) => text.as_str().to_owned(),
                Given::Choices(_) => answered.given.in_words().as_str().to_owned(),
            };
            (answered.field.label(), escape_invisible(&text))
        }));
        let own = [Some(&new.taken_by), new.answer_by.as_ref()].into_iter().flatten();
        let texts: Vec<&str> = new.concern.texts().chain(own).map(crate::domain::Text::as_str).collect();
        // Days that can't be counted are said when it is saved.
        let clocks = entered_clocks(new.route, new.received_on, new.acknowledged_on, calendar).unwrap_or_default();
        Self {
            shell,
            hidden: hidden.collect(),
            seen: casebook.version(),
            how,
            answers,
            promises: clocks
                .iter()
                .map(|clock| (clock.kind.label(), Day(clock.due_on), clock.met_on.map(Day)))
                .collect(),
            finds: texts.iter().flat_map(|text| finds(text, &letter_finds(text, &[], &[]))).collect(),
            with_code: new.with_code,
        }
    }
}

/// The receipt code of a concern that was entered, to be read out: it is shown nowhere else.
#[derive(Template)]
#[template(path = "desk/entered_code.html")]
pub(in crate::desk) struct EnteredCodePage<'a> {
    shell: &'a Shell,
    id: ReportId,
    way: &'static str,
    received: Day,
    /// Each group, and how it is read out.
    groups: Vec<(Zeroizing<String>, Zeroizing<String>)>,
}

impl<'a> EnteredCodePage<'a> {
    /// Of a code as it is shown, in groups.
    pub(in crate::desk) fn new(shell: &'a Shell, id: ReportId, code: &str, (way, received_on): (WayIn, Date)) -> Self {
        let group = |group: &str| (Zeroizing::new(group.to_owned()), read_out(group));
        let groups = code.split('-').map(group).collect();
        Self { shell, id, way: way.label(), received: Day(received_on), groups }
    }
}

/// A group of a receipt code in words: digits by their names, letters as they are spelled on the telephone.
fn read_out(group: &str) -> Zeroizing<String> {
    /// Letters of the longest word, with what stands between.
    const WORD: usize = 10;

    let mut words = Zeroizing::new(String::with_capacity(group.len() * WORD));
    for symbol in group.chars() {
        if !words.is_empty() {
            words.push_str(", ");
        }
        words.push_str(spelled(symbol));
    }
    words
}

/// As the International Telecommunication Union spells them.
const fn spelled(symbol: char) -> &'static str {
    match symbol {
        '0' => "zero",
        '1' => "one",
        '2' => "two",
        '3' => "three",
        '4' => "four",
        '5' => "five",
        '6' => "six",
        '7' => "seven",
        '8' => "eight",
        '9' => "nine",
        'A' => "Alfa",
        'B' => "Bravo",
        'C' => "Charlie",
        'D' => "Delta",
        'E' => "Echo",
        'F' => "Foxtrot",
        'G' => "Golf",
        'H' => "Hotel",
        'J' => "Juliett",
        'K' => "Kilo",
        'M' => "Mike",
        'N' => "November",
        'P' => "Papa",
        'Q' => "Quebec",
        'R' => "Romeo",
        'S' => "Sierra",
        'T' => "Tango",
        'V' => "Victor",
        'W' => "Whiskey",
        'X' => "X-ray",
        'Y' => "Yankee",
        'Z' => "Zulu",
        _ => "?",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        crypto::{Code, os_random},
        domain::{CodeSymbols, prompts},
    };

    #[test]
    fn every_sign_of_a_code_has_a_word_to_read_it_out() {
        assert_eq!(*read_out("7KQM"), "seven, Kilo, Quebec, Mike");
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..200 {
            let code = Code::issue(&mut os_random());
            let signs: Vec<char> = code.grouped().chars().filter(|sign| *sign != '-').collect();
            assert_eq!(signs.len(), CodeSymbols::COUNT);
            signs.iter().for_each(|sign| assert_ne!(spelled(*sign), "?", "{sign}"));
            seen.extend(signs.into_iter().map(spelled));
        }
        assert_eq!(seen.len(), 32);
    }

    #[test]
    fn every_question_of_the_box_is_asked() {
        let asked = prompts(None, |_| true);
        assert_eq!(asked.len(), ConcernField::ALL.len());
        for prompt in asked {
            let field = question(prompt.field, &Entries::default(), &[]);
            assert_eq!((field.id, field.label.ends_with("(optional)")), (prompt.field.slug(), !prompt.is_needed));
        }
    }
}
