//! What in a notice only the reviewer can say: asked for by name before the notice is composed, so that it comes without gaps.

use super::{
    date::DateNames,
    fields::form,
    question::{AskedField, FieldQuestion, Problems},
};
use crate::{
    casebook::notice::{NoticeGaps, unfinished},
    domain::{Area, Date, Entries, FieldError, Input, NoticeVariant, Text, WhoSees},
};

/// The longest answer: one sentence of a notice ends with it.
const LENGTH: usize = 500;

form! {
    /// Each goes on from words of the notice, which its hint says, and ends their sentence.
    enum GapField {
        WhatChanged = "what_changed",
            FieldQuestion::new("If our plans changed: what is new?", Input::area(2, "What is new", LENGTH))
            .hint("It goes on from ‘What is new is’, as in: that we look at two trusts and not at one")
            .remedy("Enter what is new, or select another notice");
        WhyChanged = "why_changed",
            FieldQuestion::new("If our plans changed: why?", Input::area(2, "Why the plans changed", LENGTH))
            .hint("It goes on from ‘We changed our plan because’, as in: more people told us of the same")
            .remedy("Enter why our plans changed, or select another notice");
        BoardGovernance = "look_board",
            FieldQuestion::new("How a trust is run: what do we look at?", Input::area(2, "What we look at", LENGTH))
            .hint("It goes on from ‘We plan to use what you told us to look at’, as in: how staffing is reported")
            .remedy("Enter what we look at in how a trust is run by its board");
        IntegratedCare = "look_care",
            FieldQuestion::new("Integrated care: what do we look at?", Input::area(2, "What we look at", LENGTH))
            .hint("It goes on from ‘We plan to use what you told us to look at’, as in: how people come home from hospital")
            .remedy("Enter what we look at in integrated care");
        Competition = "look_competition",
            FieldQuestion::new(
                "Competition and patient choice: what do we look at?",
                Input::area(2, "What we look at", LENGTH),
            )
            .hint("It goes on from ‘We plan to use what you told us to look at’, as in: how offers are compared")
            .remedy("Enter what we look at in competition and patient choice");
        Regulator = "regulator",
            FieldQuestion::new(
                "If another regulator sees it: which, and why?",
                Input::area(2, "Which regulator, and why", LENGTH),
            )
            .hint("It goes on from ‘We also plan to show those parts to’")
            .remedy("Enter which other regulator sees it, and why");
        WhyNot = "why_not",
            FieldQuestion::new("If we plan no other use: why not?", Input::area(2, "Why there is no other use", LENGTH))
            .hint("It goes on from ‘We do not plan to use it there. This is because’, as in: it is about one appointment alone")
            .remedy("Enter why we plan no other use");
    }
}

/// The last day on which an objection comes in time.
pub(in crate::desk) const OBJECT_BY: DateNames = DateNames {
    what: "The last day to object",
    day: "object_by-day",
    month: "object_by-month",
    year: "object_by-year",
};

/// Whether a field of that name is one of them.
pub(super) fn is_gap(name: &str) -> bool {
    GapField::ALL.iter().any(|field| field.name() == name) || OBJECT_BY.all().contains(&name)
}

impl GapField {
    /// What is looked at in that area.
    pub(in crate::desk) const fn of(area: Area) -> Self {
        match area {
            Area::BoardGovernance => Self::BoardGovernance,
            Area::IntegratedCare => Self::IntegratedCare,
            Area::Competition => Self::Competition,
        }
    }

    /// What fills the gap; the notice ends the sentence itself.
    fn read(self, form: &Entries) -> Result<Text, FieldError> {
        let text = self.text(form)?;
        if unfinished(text.as_str()).is_empty() {
            Ok(text)
        } else {
            Err(self.error("Write it without square brackets"))
        }
    }
}

/// What the choices of a notice call for; what was filled in besides is left out.
pub(in crate::desk) fn read_gaps(
    form: &Entries,
    (variant, areas, who_sees): (NoticeVariant, &[Area], Option<WhoSees>),
    today: Date,
    problems: &mut Problems,
) -> NoticeGaps {
    let mut gaps = NoticeGaps::default();
    let mut ask = |field: GapField| problems.take(field.read(form));
    match variant {
        NoticeVariant::NoOtherUse => {
            gaps.why_not = ask(GapField::WhyNot);
            return gaps;
        }
        NoticeVariant::Supplementary => {
            gaps.what_changed = ask(GapField::WhatChanged);
            gaps.why_changed = ask(GapField::WhyChanged);
        }
        NoticeVariant::OtherWork => {}
    }
    gaps.looked_at = areas.iter().filter_map(|area| Some((*area, ask(GapField::of(*area))?))).collect();
    if who_sees == Some(WhoSees::Regulator) {
        gaps.regulator = ask(GapField::Regulator);
    }
    gaps.object_by = problems.take(OBJECT_BY.read(form).and_then(|day| match day {
        None => Err(FieldError::new(OBJECT_BY.day, "Enter the last day to object")),
        // It is a promise that nothing is done before.
        Some(day) if day <= today => {
            Err(FieldError::new(OBJECT_BY.day, "The last day to object must be in the future"))
        }
        Some(day) => Ok(day),
    }));
    gaps
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 12, 9);

    fn read(
        fields: &[(&str, &str)],
        choices: (NoticeVariant, &[Area], Option<WhoSees>),
    ) -> (NoticeGaps, Vec<&'static str>) {
        let mut form = Entries::default();
        fields.iter().for_each(|(name, value)| form.push((*name).into(), (*value).into()));
        let mut problems = Problems::default();
        let gaps = read_gaps(&form, choices, TODAY, &mut problems);
        (gaps, problems.into_errors().iter().map(|error| error.field).collect())
    }

    #[test]
    fn the_choices_call_for_their_gaps_and_no_others() {
        use NoticeVariant::{NoOtherUse, OtherWork, Supplementary};
        let regulator = Some(WhoSees::Regulator);
        for (choices, expected) in [
            ((NoOtherUse, Area::ALL, regulator), vec!["why_not"]),
            ((OtherWork, &[Area::Competition][..], Some(WhoSees::Team)), vec!["look_competition", "object_by-day"]),
            (
                (Supplementary, &[Area::BoardGovernance, Area::IntegratedCare][..], regulator),
                vec!["what_changed", "why_changed", "look_board", "look_care", "regulator", "object_by-day"],
            ),
        ] {
            assert_eq!(read(&[], choices).1, expected);
        }
    }

    #[test]
    fn a_gap_is_filled_without_brackets_and_the_day_is_in_the_future() {
        let read = |what: &str, day: &str| {
            let fields =
                [("look_board", what), ("object_by-day", day), ("object_by-month", "12"), ("object_by-year", "2026")];
            read(&fields, (NoticeVariant::OtherWork, &[Area::BoardGovernance], Some(WhoSees::Team)))
        };
        let (gaps, errors) = read("how staffing is reported", "10");
        assert_eq!((gaps.object_by, errors.len()), (Some(Date::constant(2026, 12, 10)), 0));
        assert_eq!(read("how [it] is", "9").1, ["look_board", "object_by-day"]);
    }
}
