//! The form that says who sees to a danger of which a person wrote.

use super::{date::DateNames, fields::form, question::FieldQuestion};
use crate::domain::{
    Date, Entries, FieldError, Input,
    limits::{DETAIL_MAX, SHORT_MAX},
};

form! {
    /// By whom and how; since when is asked in three fields of its own.
    enum HarmField {
        By = "by", FieldQuestion::new("Who sees to it?", Input::line("Who sees to it", SHORT_MAX))
            .hint("For example, the safety lead of the trust")
            .remedy("Enter who sees to it");
        How = "how", FieldQuestion::new("What is done? (optional)", Input::area(3, "What is done", DETAIL_MAX))
            .hint("It stays in the casebook");
    }
}

/// Since when it is seen to.
pub(in crate::desk) const SINCE: DateNames =
    DateNames { what: "The day since which it is seen to", day: "on-day", month: "on-month", year: "on-year" };

/// Reads since when: a day that has come.
///
/// # Errors
/// If it is missing, no real day, or in the future.
pub(in crate::desk) fn read_since(form: &Entries, today: Date) -> Result<Date, FieldError> {
    match SINCE.read(form)? {
        Some(on) if on > today => {
            Err(FieldError::new(SINCE.day, "The day since which it is seen to must be today or before"))
        }
        Some(on) => Ok(on),
        None => Err(FieldError::new(SINCE.day, "Enter the day since which it is seen to")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_seen_to_before_it_is() {
        let today = Date::constant(2026, 12, 1);
        let read = |day: Date| {
            let mut form = Entries::default();
            SINCE.fill(&mut form, day);
            read_since(&form, today)
        };
        assert_eq!(read(today), Ok(today));
        assert!(read(Date::constant(2026, 11, 1)).is_ok() && read(Date::constant(2026, 12, 2)).is_err());
        assert_eq!(read_since(&Entries::default(), today).unwrap_err().field, "on-day");
    }
}
