use crate::domain::{choice::Labelled, route::Route, text::Text};

/// One question: how it is answered, and on which routes it is asked in which words.
#[derive(Clone, Copy)]
pub struct Question {
    /// In which part of the form it stands.
    pub section: Section,
    /// How it is answered.
    pub input: Input,
    /// Whether nothing is sent without an answer.
    pub is_needed: bool,
    /// What to do about a choice that is not on the list, or an answer that is missing. Of no use to a text that may be
    /// left out.
    pub remedy: &'static str,
    /// Each way to ask it. A route that none of them names does not ask it.
    pub wordings: &'static [Wording],
}

/// The words in which some routes ask a question.
#[derive(Clone, Copy)]
pub struct Wording {
    /// The routes that ask in these words.
    pub routes: &'static [Route],
    /// The question.
    pub label: &'static str,
    /// What helps to answer; may be empty. What the length may be is added to it.
    pub hint: &'static str,
    /// Which of the choices these routes offer, and in which words; all, if it does not say.
    pub choices: Option<Labelled>,
    /// Said in place of [`Question::remedy`].
    pub remedy: Option<&'static str>,
}

/// How a question is answered.
#[derive(Clone, Copy)]
pub enum Input {
    /// With a line of text.
    Line(Length),
    /// With a text, in an area of so many rows.
    TextArea(u8, Length),
    /// With one of a list that folds away, and the words for none of them.
    Select(&'static str, Labelled),
    /// With one of a list.
    Radios(Labelled),
    /// With any of a list.
    Checkboxes(Labelled),
}

/// How long a text may be, in characters as a person counts them.
#[derive(Clone, Copy)]
pub struct Length {
    /// What an error calls the text.
    pub called: &'static str,
    /// The fewest, if there is an answer at all.
    pub min: usize,
    /// The most.
    pub max: usize,
}

/// A part of the form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    /// Who is writing and why: known, as a rule, before the form is shown.
    Why,
    /// What happened, and where: always in view.
    Concern,
    /// Which kind of organisation, and when.
    Circumstances,
    /// What was done about it.
    Done,
    /// How the person knows, and what shows it.
    Proof,
    /// What it may be used for.
    Use,
}

impl Question {
    /// How a route asks it, if it does. Before a route is chosen, the form asks as it asks someone who works in or
    /// around the NHS.
    #[must_use]
    pub fn on(&self, route: Option<Route>) -> Option<&'static Wording> {
        let route = route.unwrap_or(Route::StaffConcern);
        self.wordings.iter().find(|wording| wording.routes.contains(&route))
    }

    /// What to do about an answer that is missing or not on the list.
    #[must_use]
    pub fn remedy_on(&self, route: Option<Route>) -> &'static str {
        self.on(route).and_then(|wording| wording.remedy).unwrap_or(self.remedy)
    }
}

impl Wording {
    pub(super) const fn on(routes: &'static [Route], label: &'static str, hint: &'static str) -> Self {
        Self { routes, label, hint, choices: None, remedy: None }
    }

    pub(super) const fn offers(self, choices: Labelled) -> Self {
        Self { choices: Some(choices), ..self }
    }

    pub(super) const fn remedy(self, remedy: &'static str) -> Self {
        Self { remedy: Some(remedy), ..self }
    }
}

impl Length {
    /// What is wrong with the length of an answer, if anything is. That there is none is for the caller to judge.
    #[must_use]
    pub fn problem(&self, text: &Text) -> Option<String> {
        let called = self.called;
        if text.characters() < self.min {
            Some(format!("{called} must be {} characters or more", grouped(self.min)))
        } else if text.is_longer_than(self.max) {
            Some(format!("{called} must be {} characters or less", grouped(self.max)))
        } else {
            None
        }
    }
}

impl Input {
    /// A line of text of at most so many characters; `called` begins an error about it.
    #[must_use]
    pub const fn line(called: &'static str, max: usize) -> Self {
        Self::Line(Length { called, min: 0, max })
    }

    /// The same in an area of so many rows.
    #[must_use]
    pub const fn area(rows: u8, called: &'static str, max: usize) -> Self {
        Self::TextArea(rows, Length { called, min: 0, max })
    }

    /// How long the answer may be, if it is a text.
    #[must_use]
    pub const fn length(&self) -> Option<&Length> {
        match self {
            Self::Line(length) | Self::TextArea(_, length) => Some(length),
            Self::Select(..) | Self::Radios(_) | Self::Checkboxes(_) => None,
        }
    }

    /// All that can be chosen; nothing for a text.
    #[must_use]
    pub const fn choices(&self) -> Labelled {
        match self {
            Self::Line(_) | Self::TextArea(..) => &[],
            Self::Select(_, choices) | Self::Radios(choices) | Self::Checkboxes(choices) => choices,
        }
    }

    /// The length of a text area in words. What fits on one line needs none.
    pub(super) fn in_words(&self) -> Option<String> {
        let Self::TextArea(_, length) = self else { return None };
        let max = grouped(length.max);
        Some(if length.min > 0 {
            format!("{} to {max} characters", length.min)
        } else {
            format!("Up to {max} characters")
        })
    }
}

impl Section {
    /// What it is called where it is folded away; nothing if it never is.
    #[must_use]
    pub const fn heading(self, route: Route) -> Option<&'static str> {
        match (self, route) {
            (Self::Why, _) => Some("Why you are writing"),
            (Self::Concern, _) => None,
            (Self::Circumstances, Route::ServiceComplaint) => Some("When it happened"),
            (Self::Circumstances, _) => Some("Where and when it happened"),
            (Self::Done, _) => Some("What has been done about it"),
            (Self::Proof, Route::StaffConcern) => Some("Your role, and what could show it"),
            (Self::Proof, _) => Some("What could show it"),
            (Self::Use, _) => Some("How we may use it"),
        }
    }
}

/// A number as the NHS writes it: `20,000`.
fn grouped(number: usize) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_in_threes() {
        assert_eq!(
            [grouped(200), grouped(2_000), grouped(20_000), grouped(1_234_567)],
            ["200", "2,000", "20,000", "1,234,567"]
        );
    }
}
