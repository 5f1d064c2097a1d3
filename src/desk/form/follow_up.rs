//! The form of what a person said later whose concern was entered, and of files that came with it.

use super::{
    date::DateNames,
    enter::{ASKED_TAKER, ASKED_WAY, ASKED_WORDS},
    fields::form,
    question::{AskedField, FieldQuestion, Problems},
};
use crate::{
    casebook::NewFollowUp,
    domain::{Date, Entries, FieldError, Input, WayIn, WhoseWords, limits::MESSAGE_MAX},
};

/// Rows of the field in which the text is written.
const ROWS: u8 = 12;
/// The field that files come in.
pub(in crate::desk) const FILES: &str = "files";

/// The day on which it came.
pub(in crate::desk) const CAME_ON: DateNames =
    DateNames { what: "The day on which it came", day: "came_on-day", month: "came_on-month", year: "came_on-year" };

form! {
    /// What the person said later.
    enum FollowUpField {
        Way = "way", ASKED_WAY;
        TakenBy = "taken_by", ASKED_TAKER;
        Words = "words", ASKED_WORDS;
        Text = "text", FieldQuestion::new("What they said (optional)", Input::area(ROWS, "What they said", MESSAGE_MAX))
            .hint("Leave it empty if only files came. Leave out names and whatever shows who the person is, unless they want it \
                to be there")
            .remedy("Enter what the person said, or choose a file");
    }
}

/// Reads it, of a concern that came on a day.
///
/// # Errors
/// Everything that is wrong with it, in the order of the page.
pub(in crate::desk) fn read_follow_up(
    form: &Entries,
    (received_on, today): (Date, Date),
    has_files: bool,
) -> Result<NewFollowUp, Vec<FieldError>> {
    let mut problems = Problems::default();
    let way = problems.take(FollowUpField::Way.chosen(form, WayIn::by_hand));
    let on = problems.take(CAME_ON.read(form).and_then(|day| {
        let wrong = |how: &str| Err(FieldError::new(CAME_ON.day, format!("{} {how}", CAME_ON.what)));
        match day {
            None => Err(FieldError::new(CAME_ON.day, "Enter the day on which it came")),
            Some(day) if day > today => wrong("must not be to come"),
            Some(day) if day < received_on => wrong("must not be before the day on which the concern came"),
            Some(day) => Ok(day),
        }
    }));
    let taken_by = problems.take(FollowUpField::TakenBy.text(form));
    let words = problems.take(FollowUpField::Words.chosen(form, WhoseWords::from_slug));
    let text = problems.take(FollowUpField::Text.optional_text(form));
    if matches!(text, Some(None)) && !has_files {
        problems.push(FollowUpField::Text.remedy());
    }
    match (way, on, taken_by, words, text) {
        (Some(way), Some(on), Some(taken_by), Some(words), Some(text)) if problems.is_empty() => {
            Ok(NewFollowUp { way, on, taken_by, words, text })
        }
        _ => Err(problems.into_errors()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RECEIVED: Date = Date::constant(2026, 12, 1);
    const TODAY: Date = Date::constant(2026, 12, 2);

    fn problems(change: &[(&str, &str)], has_files: bool) -> Vec<String> {
        let mut form = Entries::default();
        let whole = [
            ("way", "letter"),
            ("came_on-day", "2"),
            ("came_on-month", "12"),
            ("came_on-year", "2026"),
            ("taken_by", "The post room"),
            ("words", "own"),
            ("text", "It goes on."),
        ];
        for (name, value) in whole {
            let changed = change.iter().find(|(changed, _)| *changed == name).map_or(value, |(_, value)| value);
            form.push(name.to_owned(), changed.to_owned());
        }
        let errors = read_follow_up(&form, (RECEIVED, TODAY), has_files).err().unwrap_or_default();
        errors.into_iter().map(|error| error.message).collect()
    }

    #[test]
    fn what_is_missing_or_cant_be_is_named() {
        assert!(problems(&[], false).is_empty());
        assert!(problems(&[("text", " ")], true).is_empty(), "files alone");
        for (change, says) in [
            (("way", "box"), "Select how it came"),
            (("came_on-day", ""), "The day on which it came must include a day"),
            (("came_on-day", "3"), "The day on which it came must not be to come"),
            (("came_on-month", "11"), "The day on which it came must not be before the day on which the concern came"),
            (("taken_by", ""), "Enter who took it"),
            (("words", ""), "Select whose words these are"),
            (("text", ""), "Enter what the person said, or choose a file"),
        ] {
            assert_eq!(problems(&[change], false), [says]);
        }
        assert_eq!(read_follow_up(&Entries::default(), (RECEIVED, TODAY), false).err().map(|all| all.len()), Some(5));
    }
}
