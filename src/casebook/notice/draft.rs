use std::ops::Range;

use super::NoticeGaps;
use crate::domain::{Area, Date, NoticeVariant, Route, Text, Told, WhoSees};

/// What a notice is composed from.
#[derive(Clone)]
pub struct NoticeDraft {
    /// What it may be wider evidence for. A notice that no other use is planned leaves them out.
    pub areas: Vec<Area>,
    /// What it says in the main.
    pub variant: NoticeVariant,
    /// That it comes after its due date, and why.
    pub late: Option<Late>,
    /// What the organisation is told.
    pub told: Told,
    /// Who sees what the person sent. Where no other use is planned, that is the team alone.
    pub who_sees: WhoSees,
    /// The day on which the person wrote.
    pub received_on: Date,
    /// Why the person wrote.
    pub route: Route,
    /// The day of the notice.
    pub today: Date,
    /// What only the reviewer can say.
    pub gaps: NoticeGaps,
}

/// A notice that comes after its due date.
#[derive(Clone)]
pub struct Late {
    /// When it was due.
    pub due_on: Date,
    /// Why it is late, as whole sentences to the person.
    pub reason: Text,
}

/// What still waits for the reviewer's words: each `[…]` with its brackets. A bracket without its other half counts up
/// to the end of its line, so that a placeholder that was half deleted is found as well.
#[must_use]
pub fn unfinished(text: &str) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    let mut place = 0;
    while let Some(start) = text[place..].find(['[', ']']).map(|offset| place + offset) {
        let rest = &text[start..];
        let end = if rest.starts_with(']') {
            start + 1
        } else {
            rest.find([']', '\n'])
                .map_or(text.len(), |offset| start + offset + usize::from(rest[offset..].starts_with(']')))
        };
        found.push(start..end);
        place = end;
    }
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn found(text: &str) -> Vec<&str> {
        unfinished(text).into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn what_waits_for_the_reviewer_is_found() {
        for (text, expected) in [
            ("We will look at [what we will look at]. And [why]", vec!["[what we will look at]", "[why]"]),
            ("Half [was\ndeleted", vec!["[was"]),
            ("half] was, [the end", vec!["]", "[the end"]),
            ("[a [b] é] []", vec!["[a [b]", "]", "[]"]),
            ("Nothing (here) {at} all", vec![]),
            ("", vec![]),
        ] {
            assert_eq!(found(text), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn whatever_is_typed_a_bracket_never_gets_through(text in "(?s)([\\[\\]\n]|.){0,60}") {
            let mut without = text.clone();
            for range in unfinished(&text).into_iter().rev() {
                without.replace_range(range, "");
            }
            prop_assert!(!without.contains(['[', ']']));
        }
    }
}
