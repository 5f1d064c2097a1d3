//! What pages say in words of their own.

use crate::{
    casebook::MissingParts,
    domain::{Area, Date, ReportId, ReportState},
};

/// A state as the team calls it; its label is what the person reads.
pub(in crate::desk) const fn state_name(state: ReportState) -> &'static str {
    match state {
        ReportState::Received => "Received",
        ReportState::BeingRead => "Being read",
        ReportState::Decided => "Decided",
        ReportState::Closed => "Closed",
    }
}

/// A day as a narrow column has room for: `Tue 15 Dec`, and with its year if that is another than today's.
pub(in crate::desk) fn short_day(day: Date, today: Date) -> String {
    let format = if day.year() == today.year() { "%a %-d %b" } else { "%-d %b %Y" };
    day.strftime(format).to_string()
}

/// A report by its name and the beginning of its id, for sentences.
pub(in crate::desk) fn report_name(id: ReportId) -> String {
    format!("{} ({})", id.in_words(), id.short())
}

/// Areas in words.
pub(super) fn named(areas: &[Area]) -> String {
    if areas.is_empty() { "none".to_owned() } else { join(areas.iter().map(|area| area.label())) }
}

/// Parts in one line.
pub(super) fn join<T: AsRef<str>>(parts: impl Iterator<Item = T>) -> String {
    parts.fold(String::new(), |mut all, part| {
        if !all.is_empty() {
            all.push_str("; ");
        }
        all.push_str(part.as_ref());
        all
    })
}

/// Which parts of a collection are still to come, as a sentence without its full stop.
pub(super) fn not_here_yet(missing: &MissingParts) -> String {
    /// More are counted.
    const NAMED: usize = 12;

    let MissingParts { collection, parts, of } = missing;
    match parts.as_slice() {
        [one] => format!("Part {one} of {of} of collection {collection} is not here yet"),
        [some @ .., last] if parts.len() <= NAMED => {
            let some: Vec<String> = some.iter().map(u32::to_string).collect();
            format!("Parts {} and {last} of {of} of collection {collection} are not here yet", some.join(", "))
        }
        many => format!("{} of {of} parts of collection {collection} are not here yet", many.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_day_has_its_year_where_it_is_another() {
        let day = Date::constant(2026, 12, 15);
        assert_eq!(short_day(day, Date::constant(2026, 1, 1)), "Tue 15 Dec");
        assert_eq!(short_day(day, Date::constant(2027, 1, 1)), "15 Dec 2026");
    }

    #[test]
    fn what_is_still_to_come_is_named_until_it_is_too_much() {
        let said = |parts: Vec<u32>| not_here_yet(&MissingParts { collection: 7, parts, of: 40 });
        assert_eq!(said(vec![2]), "Part 2 of 40 of collection 7 is not here yet");
        assert_eq!(said(vec![2, 5]), "Parts 2 and 5 of 40 of collection 7 are not here yet");
        assert_eq!(said(vec![2, 5, 6]), "Parts 2, 5 and 6 of 40 of collection 7 are not here yet");
        assert_eq!(said((1..=13).collect()), "13 of 40 parts of collection 7 are not here yet");
    }
}
