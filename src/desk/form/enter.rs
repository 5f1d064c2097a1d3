//! The forms of what came another way than through the box: a concern that is entered, and what a person was told by hand.

use super::{
    carried::YES,
    date::DateNames,
    fields::form,
    question::{AskedField, FieldQuestion, Problems},
};
use crate::{
    casebook::NewEntered,
    domain::{
        Concern, ConcernField, Date, Entries, FieldError, Input, Route, WayIn, WhoseWords, YesNo, earliest_entered,
        limits::{DETAIL_MAX, SHORT_MAX},
    },
};

/// The day on which a concern came.
pub(in crate::desk) const RECEIVED_ON: DateNames = DateNames {
    what: "The day on which it came",
    day: "received_on-day",
    month: "received_on-month",
    year: "received_on-year",
};
/// The day on which the person was told that it is here.
pub(in crate::desk) const ACKNOWLEDGED_ON: DateNames = DateNames {
    what: "The day on which the person was told that we have it",
    day: "acknowledged_on-day",
    month: "acknowledged_on-month",
    year: "acknowledged_on-year",
};
/// The day on which a person was told something.
pub(in crate::desk) const TOLD_ON: DateNames = DateNames {
    what: "The day on which the person was told",
    day: "told_on-day",
    month: "told_on-month",
    year: "told_on-year",
};

/// In which way something came that did not come through the box.
pub(super) const ASKED_WAY: FieldQuestion =
    FieldQuestion::new("How did it come?", Input::Radios(WayIn::BY_HAND)).remedy("Select how it came");
/// Who took it.
pub(super) const ASKED_TAKER: FieldQuestion = FieldQuestion::new("Who took it", Input::line("Who took it", SHORT_MAX))
    .hint("The member of staff who answered the telephone, opened the letter or spoke with the person")
    .remedy("Enter who took it");
/// Whose words it is in.
pub(super) const ASKED_WORDS: FieldQuestion =
    FieldQuestion::new("Whose words are these?", Input::Radios(WhoseWords::LABELLED))
        .remedy("Select whose words these are");

form! {
    /// How a concern came. What it says is asked as the box asks it.
    enum EnterField {
        Way = "way", ASKED_WAY;
        TakenBy = "taken_by", ASKED_TAKER;
        Words = "words", ASKED_WORDS;
        Known = "known", FieldQuestion::new("Does the team know who the person is?", Input::Radios(YesNo::LABELLED))
            .hint("Do not write their name, here or anywhere in this form")
            .remedy("Select whether the team knows who the person is");
        AnswerBy = "answer_by", FieldQuestion::new("How to answer them (optional)", Input::area(3, "How to answer them", DETAIL_MAX))
            .hint("For example “calls again on Fridays”. Without their name or number, if there is another way");
        WithCode = "with_code", FieldQuestion::new("Receipt code (optional)", Input::Checkboxes(&[(YES, "Make a receipt code")]))
            .hint("You read it out to the person, or give it to them on paper. With it they see our answers at the box, and can \
                add something without calling again. It works once the next decisions are at the box");
    }
}

form! {
    /// That a person was told something.
    enum ToldField {
        Way = "way", FieldQuestion::new("How was it given to the person?", Input::Radios(WayIn::BY_HAND))
            .remedy("Select how it was given to the person");
    }
}

/// What is wrong, or to do, with a question of the concern, as the desk says it.
const REMEDIES: [(ConcernField, &str); 3] = [
    (ConcernField::Route, "Select why the person turned to us"),
    (ConcernField::Description, "Enter what happened, as the person told it"),
    (ConcernField::About, "Select what it is about"),
];

/// Every name that the form carries from page to page.
pub(in crate::desk) fn carried_names() -> impl Iterator<Item = &'static str> {
    let own = EnterField::ALL.iter().map(|field| field.name());
    let days = RECEIVED_ON.all().into_iter().chain(ACKNOWLEDGED_ON.all());
    own.chain(days).chain(ConcernField::ALL.iter().map(|field| field.slug()))
}

/// Reads a concern that is to be entered on a day.
///
/// # Errors
/// Everything that is wrong with it, in the order of the page.
pub(in crate::desk) fn read_entered(form: &Entries, today: Date) -> Result<NewEntered, Vec<FieldError>> {
    let mut problems = Problems::default();
    let way = problems.take(EnterField::Way.chosen(form, WayIn::by_hand));
    let received_on = problems.take(received(form, today));
    let with_code = form.has(EnterField::WithCode.name(), YES);
    let acknowledged_on = problems.take(acknowledged(form, (received_on.flatten(), today), with_code));
    let taken_by = problems.take(EnterField::TakenBy.text(form));
    let words = problems.take(EnterField::Words.chosen(form, WhoseWords::from_slug));
    let known = problems.take(EnterField::Known.chosen(form, YesNo::from_slug));
    let answer_by = problems.take(EnterField::AnswerBy.optional_text(form));
    let concern = match Concern::parse(form) {
        Ok(read) => Some(read),
        Err(errors) => {
            errors.into_iter().map(|error| as_the_desk_says(error, form)).for_each(|error| problems.push(error));
            None
        }
    };
    match (way, received_on.flatten(), acknowledged_on, taken_by, words, known, answer_by, concern) {
        (
            Some(way),
            Some(received_on),
            Some(acknowledged_on),
            Some(taken_by),
            Some(words),
            Some(known),
            Some(answer_by),
            Some((route, concern)),
        ) if problems.is_empty() => Ok(NewEntered {
            way,
            received_on,
            acknowledged_on,
            taken_by,
            words,
            known,
            answer_by,
            route,
            concern,
            with_code,
        }),
        _ => Err(problems.into_errors()),
    }
}

/// Reads on which day and in which way a person was told something, between two days.
///
/// # Errors
/// Everything that is wrong with it.
pub(in crate::desk) fn read_told(
    form: &Entries,
    (from, today): (Date, Date),
) -> Result<(Date, WayIn), Vec<FieldError>> {
    let mut problems = Problems::default();
    let on = TOLD_ON.read(form).and_then(|day| match day {
        None => Err(FieldError::new(TOLD_ON.day, "Enter the day on which the person was told")),
        Some(day) if day > today => Err(FieldError::new(TOLD_ON.day, format!("{} must not be to come", TOLD_ON.what))),
        Some(day) if day < from => {
            let from = from.strftime("%-d %B %Y");
            Err(FieldError::new(TOLD_ON.day, format!("{} must not be before {from}", TOLD_ON.what)))
        }
        Some(day) => Ok(day),
    });
    let on = problems.take(on);
    let way = problems.take(ToldField::Way.chosen(form, WayIn::by_hand));
    on.zip(way).ok_or_else(|| problems.into_errors())
}

fn received(form: &Entries, today: Date) -> Result<Option<Date>, FieldError> {
    let day = RECEIVED_ON.read(form)?;
    let wrong = |how: &str| Err(FieldError::new(RECEIVED_ON.day, format!("{} {how}", RECEIVED_ON.what)));
    match day {
        None => Err(FieldError::new(RECEIVED_ON.day, "Enter the day on which it came")),
        Some(day) if day > today => wrong("must not be to come"),
        Some(day) if day < earliest_entered(today) => wrong("must not be so long ago"),
        Some(day) => Ok(Some(day)),
    }
}

fn acknowledged(
    form: &Entries,
    (received_on, today): (Option<Date>, Date),
    with_code: bool,
) -> Result<Option<Date>, FieldError> {
    let wrong = |how: &str| Err(FieldError::new(ACKNOWLEDGED_ON.day, format!("{} {how}", ACKNOWLEDGED_ON.what)));
    match ACKNOWLEDGED_ON.read(form)? {
        Some(day) if day > today => wrong("must not be to come"),
        Some(day) if received_on.is_some_and(|received_on| day < received_on) => wrong("must not be before it came"),
        None if with_code => wrong("is needed with a receipt code: give the day on which you read the code out"),
        day => Ok(day),
    }
}

fn as_the_desk_says(error: FieldError, form: &Entries) -> FieldError {
    let route = Route::from_slug(form.first(ConcernField::Route.slug()));
    let said = REMEDIES
        .iter()
        .find(|(field, _)| field.slug() == error.field && field.question().remedy_on(route) == error.message.as_str());
    match said {
        Some((_, remedy)) => FieldError::new(error.field, *remedy),
        None => error,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 12, 2);

    fn form(pairs: &[(&str, &str)]) -> Entries {
        let mut form = Entries::default();
        pairs.iter().for_each(|(name, value)| form.push((*name).to_owned(), (*value).to_owned()));
        form
    }

    const WHOLE: [(&str, &str); 12] = [
        ("way", "letter"),
        ("received_on-day", "1"),
        ("received_on-month", "12"),
        ("received_on-year", "2026"),
        ("taken_by", "The post room"),
        ("words", "own"),
        ("known", "no"),
        ("route", "staff-concern"),
        ("about", "fraud"),
        ("description", "It is about the books of the ward."),
        ("with_code", ""),
        ("answer_by", ""),
    ];

    fn problems(change: &[(&'static str, &str)]) -> Vec<FieldError> {
        let mut pairs: Vec<(&str, &str)> = WHOLE.to_vec();
        pairs.retain(|(name, _)| change.iter().all(|(changed, _)| changed != name));
        pairs.extend(change.iter().map(|(name, value)| (*name, *value)));
        read_entered(&form(&pairs), TODAY).err().unwrap_or_default()
    }

    #[test]
    fn what_is_missing_or_cant_be_is_named_where_it_stands() {
        assert!(problems(&[]).is_empty());
        let all: Vec<&str> =
            read_entered(&Entries::default(), TODAY).err().unwrap().iter().map(|it| it.field).collect();
        assert_eq!(all, ["way", "received_on-day", "taken_by", "words", "known", "route", "description", "about"]);
        for (change, says) in [
            (("way", "box"), "Select how it came"),
            (("received_on-day", "3"), "The day on which it came must not be to come"),
            (("received_on-year", "2020"), "The day on which it came must not be so long ago"),
            (("description", ""), "Enter what happened, as the person told it"),
            (("taken_by", " "), "Enter who took it"),
        ] {
            let told: Vec<String> = problems(&[change]).into_iter().map(|error| error.message).collect();
            assert_eq!(told, [says]);
        }
    }

    #[test]
    fn whoever_is_read_a_code_was_told_on_that_day() {
        let code = ("with_code", "yes");
        let day = |day| {
            [code, ("acknowledged_on-day", day), ("acknowledged_on-month", "12"), ("acknowledged_on-year", "2026")]
        };
        assert_eq!(problems(&[code])[0].field, ACKNOWLEDGED_ON.day);
        assert!(problems(&day("1")).is_empty() && problems(&day("2")).is_empty());
        assert!(problems(&day("3"))[0].message.ends_with("must not be to come"));
        let before = [("acknowledged_on-day", "30"), ("acknowledged_on-month", "11"), ("acknowledged_on-year", "2026")];
        assert!(problems(&before)[0].message.ends_with("must not be before it came"));
    }

    #[test]
    fn nobody_was_told_before_it_was_written() {
        let told = |day: &str| {
            let form =
                form(&[("way", "telephone"), ("told_on-day", day), ("told_on-month", "12"), ("told_on-year", "2026")]);
            read_told(&form, (Date::constant(2026, 12, 1), TODAY)).map_err(|errors| errors[0].message.clone())
        };
        assert_eq!(told("2"), Ok((TODAY, WayIn::Telephone)));
        assert!(told("3").is_err_and(|says| says.ends_with("must not be to come")));
        assert!(told("").is_err());
        let form = form(&[("way", "box"), ("told_on-day", "30"), ("told_on-month", "11"), ("told_on-year", "2026")]);
        assert_eq!(read_told(&form, (TODAY, TODAY)).err().map(|errors| errors.len()), Some(2));
    }
}
