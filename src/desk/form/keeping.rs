//! For how long a report is kept: the periods that a team chooses from, and the choice of one.

use jiff::ToSpan;

use super::{
    fields::form,
    question::{AskedField, FieldQuestion},
};
use crate::domain::{Date, Entries, FieldError, Input, limits::SHORT_MAX};

/// Months from which a team chooses that has said nothing else.
const USUAL: &[u32] = &[6, 12, 24, 72];
/// Periods that a team can choose from, and months of the longest.
const MOST: (usize, u32) = (12, 1200);

form! {
    /// The periods of a team.
    enum PeriodsField {
        Months = "months", FieldQuestion::new("Months to choose from", Input::line("The months", SHORT_MAX))
            .hint("Numbers with commas between them. For example, 6, 12, 24, 72. Leave it empty for these")
            .remedy("Enter months as numbers, with commas between them");
    }
}

form! {
    /// The period of one report.
    enum KeepField {
        Period = "keep_for", FieldQuestion::new("For how long do we keep it?", Input::Radios(&[]))
            .remedy("Select a period from the list");
    }
}

/// For another day than a period gives.
pub(in crate::desk) const ANOTHER_DATE: &str = "date";

/// What was chosen for one report.
#[derive(Debug, PartialEq, Eq)]
pub(in crate::desk) enum KeepChoice {
    /// What the three fields of the date say.
    AsDated,
    /// So many months after a day.
    Months(u32),
}

/// The periods that a team chooses from.
pub(in crate::desk) fn periods(chosen: &[u32]) -> &[u32] {
    if chosen.is_empty() { USUAL } else { chosen }
}

/// Reads the periods of a team, each once, from short to long.
///
/// # Errors
/// If something is no number of months, or there are too many.
pub(in crate::desk) fn read_periods(form: &Entries) -> Result<Vec<u32>, FieldError> {
    let field = PeriodsField::Months;
    let typed = field.optional_text(form)?;
    let typed = typed.as_ref().map_or("", |text| text.as_str());
    let numbers = typed
        .split([',', ' ', ';'])
        .filter(|part| !part.is_empty())
        .map(|part| part.parse().ok().filter(|months| (1..=MOST.1).contains(months)).ok_or_else(|| field.remedy()));
    let mut months: Vec<u32> = numbers.collect::<Result<_, _>>()?;
    months.sort_unstable();
    months.dedup();
    match months.len() {
        many if many > MOST.0 => Err(field.error("Enter at most 12 periods")),
        _ => Ok(months),
    }
}

/// Periods as the form is filled in with them.
pub(in crate::desk) fn periods_entries(periods: &[u32]) -> Entries {
    let mut form = Entries::default();
    let months = periods.iter().map(u32::to_string).collect::<Vec<_>>().join(", ");
    form.push(PeriodsField::Months.name().to_owned(), months);
    form
}

/// Reads what was chosen for a report. What is not on the form leaves the date to say it.
///
/// # Errors
/// If it is not on the list.
pub(in crate::desk) fn read_choice(form: &Entries, periods: &[u32]) -> Result<KeepChoice, FieldError> {
    match form.first(KeepField::Period.name()) {
        "" | ANOTHER_DATE => Ok(KeepChoice::AsDated),
        typed => match typed.parse().ok().filter(|months| periods.contains(months)) {
            Some(months) => Ok(KeepChoice::Months(months)),
            None => Err(KeepField::Period.remedy()),
        },
    }
}

/// The last day of a period that begins on a day; the last of all if no calendar reaches that far.
pub(in crate::desk) fn last_day(from: Date, months: u32) -> Date {
    from.checked_add(i64::from(months).months()).unwrap_or(Date::MAX)
}

/// A period in words.
pub(in crate::desk) fn in_words(months: u32) -> String {
    match months {
        1 => "1 month".to_owned(),
        12 => "1 year".to_owned(),
        years if years % 12 == 0 => format!("{} years", years / 12),
        months => format!("{months} months"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(name: &str, value: &str) -> Entries {
        let mut form = Entries::default();
        form.push(name.to_owned(), value.to_owned());
        form
    }

    #[test]
    fn periods_are_numbers_of_months_each_once() {
        let read = |text| read_periods(&typed("months", text));
        assert_eq!(read("24, 6,12 6"), Ok(vec![6, 12, 24]));
        assert_eq!(read(" "), Ok(vec![]));
        for wrong in ["six", "0", "1201", "-6", "6.5", "1 2 3 4 5 6 7 8 9 10 11 12 13"] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
        assert_eq!(read_periods(&periods_entries(&[6, 72])), Ok(vec![6, 72]));
        assert_eq!((periods(&[]), periods(&[3])), (USUAL, [3].as_slice()));
    }

    #[test]
    fn a_period_that_is_not_offered_is_none() {
        let read = |value| read_choice(&typed("keep_for", value), &[6, 12]);
        assert_eq!(read("12"), Ok(KeepChoice::Months(12)));
        assert_eq!((read(""), read("date")), (Ok(KeepChoice::AsDated), Ok(KeepChoice::AsDated)));
        assert!(read("24").is_err() && read("x").is_err());
    }

    #[test]
    fn a_period_ends_on_the_same_day_of_its_last_month() {
        let day = Date::constant(2026, 8, 31);
        assert_eq!(last_day(day, 6), Date::constant(2027, 2, 28));
        assert_eq!(last_day(day, 72), Date::constant(2032, 8, 31));
        assert_eq!(last_day(Date::MAX, 1), Date::MAX);
        assert_eq!([1, 6, 12, 18, 72].map(in_words), ["1 month", "6 months", "1 year", "18 months", "6 years"]);
    }
}
