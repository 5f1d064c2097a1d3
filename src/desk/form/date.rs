//! A date in three fields, as the NHS asks for one.

use crate::domain::{Date, Entries, FieldError};

/// What the three fields of one date are called in the form, and the date in an error.
pub(in crate::desk) struct DateNames {
    /// How an error begins.
    pub(in crate::desk) what: &'static str,
    /// Also the id to which an error leads that is about all three.
    pub(in crate::desk) day: &'static str,
    pub(in crate::desk) month: &'static str,
    pub(in crate::desk) year: &'static str,
}

impl DateNames {
    /// Reads what was typed; none if all three are empty.
    ///
    /// # Errors
    /// What is missing, or that there is no such day.
    pub(in crate::desk) fn read(&self, form: &Entries) -> Result<Option<Date>, FieldError> {
        let parts = [("day", self.day), ("month", self.month), ("year", self.year)];
        let typed = parts.map(|(_, field)| form.first(field).trim());
        let missing: Vec<_> = parts.iter().zip(typed).filter(|(_, typed)| typed.is_empty()).collect();
        match missing.as_slice() {
            [] => {}
            [_, _, _] => return Ok(None),
            [((part, field), _), rest @ ..] => {
                let rest: String = rest.iter().map(|((part, _), _)| format!(" and a {part}")).collect();
                return Err(FieldError::new(field, format!("{} must include a {part}{rest}", self.what)));
            }
        }
        let [day, month, year] = typed;
        if year.len() != 4 {
            return Err(FieldError::new(self.year, format!("{} must have a year of 4 numbers", self.what)));
        }
        let date = [day, month].iter().all(|part| part.len() <= 2).then(|| {
            let (day, month, year) = (digits(day)?, digits(month)?, digits(year)?);
            Date::new(year, month.try_into().ok()?, day.try_into().ok()?).ok()
        });
        match date.flatten() {
            Some(date) => Ok(Some(date)),
            None => Err(FieldError::new(self.day, format!("{} must be a real date", self.what))),
        }
    }

    /// Puts a date into a form.
    pub(in crate::desk) fn fill(&self, form: &mut Entries, date: Date) {
        form.push(self.day.to_owned(), date.day().to_string());
        form.push(self.month.to_owned(), date.month().to_string());
        form.push(self.year.to_owned(), format!("{:04}", date.year()));
    }

    /// The names themselves.
    pub(in crate::desk) const fn all(&self) -> [&'static str; 3] {
        [self.day, self.month, self.year]
    }
}

/// A number of nothing but digits: no sign, no blanks.
fn digits(text: &str) -> Option<i16> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NAMES: DateNames = DateNames { what: "Day", day: "on-day", month: "on-month", year: "on-year" };

    fn read(parts: [&str; 3]) -> Result<Option<Date>, FieldError> {
        let mut form = Entries::default();
        for (name, part) in NAMES.all().into_iter().zip(parts) {
            form.push(name.into(), part.into());
        }
        NAMES.read(&form)
    }

    #[test]
    fn only_a_whole_and_real_date_is_taken() {
        let wrong = |parts| read(parts).expect_err("it is wrong");
        assert_eq!(read(["", " ", ""]), Ok(None));
        assert_eq!(read(["1", "02", " 2028 "]), Ok(Some(Date::constant(2028, 2, 1))));
        assert_eq!(read(["29", "2", "2028"]), Ok(Some(Date::constant(2028, 2, 29))));
        assert_eq!(wrong(["", "2", "2028"]), FieldError::new("on-day", "Day must include a day"));
        assert_eq!(wrong(["1", "", ""]), FieldError::new("on-month", "Day must include a month and a year"));
        for year in ["28", "02028", "202"] {
            assert_eq!(wrong(["1", "2", year]), FieldError::new("on-year", "Day must have a year of 4 numbers"));
        }
        for [day, month, year] in [
            ["29", "2", "2027"],
            ["0", "1", "2027"],
            ["31", "4", "2027"],
            ["1", "13", "2027"],
            ["+1", "1", "2027"],
            ["001", "1", "2027"],
            ["1", "May", "2027"],
            ["1", "5", "٢٠"],
        ] {
            assert_eq!(
                wrong([day, month, year]),
                FieldError::new("on-day", "Day must be a real date"),
                "{day} {month}"
            );
        }
        let mut form = Entries::default();
        NAMES.fill(&mut form, Date::constant(2031, 3, 9));
        assert_eq!(NAMES.read(&form), Ok(Some(Date::constant(2031, 3, 9))));
    }
}
