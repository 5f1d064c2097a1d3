//! The questions. One table makes the form, the check page and the fields that are carried from one to the other;
//! [`super::routes`] says what a route asks in other words or not at all.

use super::routes;
use crate::domain::{
    About, AreaChoice, Entries, HappenedAgain, OrganisationType, RaisedInternally, Role, Route, SeriousHarm,
};

/// A question as it is asked.
#[derive(Clone, Copy)]
pub(super) struct Question {
    pub(super) field: &'static str,
    pub(super) label: &'static str,
    pub(super) hint: &'static str,
    /// The heading above it, where a part of the form begins.
    pub(super) section: &'static str,
    pub(super) asked: Asked,
}

#[derive(Clone, Copy)]
pub(super) enum Asked {
    Line,
    Area(u8),
    Select(fn() -> Labels),
    Radios(fn() -> Labels),
    Checkboxes(fn() -> Labels),
}

/// Slugs and labels of choices.
pub(super) type Labels = Vec<(&'static str, &'static str)>;

macro_rules! labels {
    ($choices:ident) => {
        || $choices::ALL.iter().map(|choice| (choice.slug(), choice.label())).collect()
    };
}

/// Every question, in the order of the page, as it is asked of someone who works in or around the NHS.
pub(super) const QUESTIONS: &[Question] = &[
    Question {
        field: "route",
        label: "Why are you contacting us?",
        hint: "",
        section: "",
        asked: Asked::Radios(labels!(Route)),
    },
    Question {
        field: "organisation_type",
        label: "Which kind of organisation is your concern about? (optional)",
        hint: "So that it reaches the people who know that part of the NHS",
        section: "The organisation",
        asked: Asked::Radios(labels!(OrganisationType)),
    },
    Question {
        field: "organisation",
        label: "Name of the organisation (optional)",
        hint: "Only what you are comfortable giving",
        section: "",
        asked: Asked::Line,
    },
    Question {
        field: "about",
        label: "What is your concern about?",
        hint: "Select all that apply",
        section: "Your concern",
        asked: Asked::Checkboxes(routes::general),
    },
    Question {
        field: "description",
        label: "Describe your concern",
        hint: "What happened, who is affected, and how you know. You do not need to prove it. 20 to 20,000 characters",
        section: "",
        asked: Asked::Area(12),
    },
    Question {
        field: "ongoing",
        label: "Is it still happening? (optional)",
        hint: "So that we know how soon something has to be done",
        section: "",
        asked: Asked::Radios(labels!(HappenedAgain)),
    },
    Question {
        field: "when",
        label: "When did it happen? (optional)",
        hint: "An approximate time is safer than an exact one",
        section: "",
        asked: Asked::Line,
    },
    Question {
        field: "serious_harm",
        label: "Could someone be seriously harmed soon? (optional)",
        hint: "If someone is in danger now, call 999. This service is not watched all the time",
        section: "",
        asked: Asked::Radios(labels!(SeriousHarm)),
    },
    Question {
        field: "raised_internally",
        label: "Have you raised this where you work? (optional)",
        hint: "So that we know whether the organisation had the chance to put it right",
        section: "What has been done",
        asked: Asked::Radios(labels!(RaisedInternally)),
    },
    Question {
        field: "raised_detail",
        label: "What happened when you raised it? (optional)",
        hint: "Up to 2,000 characters",
        section: "",
        asked: Asked::Area(4),
    },
    Question {
        field: "role",
        label: "Your role (optional)",
        hint: "So that we understand how you know. Leave this out if few people have your role",
        section: "",
        asked: Asked::Select(labels!(Role)),
    },
    Question {
        field: "documents",
        label: "What documents or records exist? (optional)",
        hint: "Say what exists and where, rather than copying records about patients. Up to 2,000 characters",
        section: "",
        asked: Asked::Area(4),
    },
    Question {
        field: "area",
        label: "Could this be wider evidence for any of our work? (optional)",
        hint: "Select all that apply. If you are not sure, we decide",
        section: "How we use it",
        asked: Asked::Checkboxes(labels!(AreaChoice)),
    },
    Question {
        field: "use_concerns",
        label: "Is there a use that could identify you? (optional)",
        hint: "For example, if we asked your organisation about it. Up to 1,000 characters",
        section: "",
        asked: Asked::Area(3),
    },
];

/// The questions for the route that was chosen. One that is not asked there is asked all the same if it was answered:
/// nothing is sent that the person does not see.
pub(super) fn questions(typed: &Entries) -> Vec<Question> {
    let route = Route::from_slug(typed.first("route"));
    let mut section = "";
    let mut asked = Vec::new();
    for mut question in QUESTIONS.iter().copied() {
        let is_asked = question.adapt(route);
        if !question.section.is_empty() {
            section = question.section;
        }
        if is_asked || typed.all(question.field).any(|value| !value.is_empty()) {
            // The heading of a part stands above the first question of it that is asked.
            question.section = std::mem::take(&mut section);
            asked.push(question);
        }
    }
    asked
}

impl Question {
    /// Whether it needs an answer.
    pub(super) fn is_needed(&self) -> bool {
        ["route", "about", "description"].contains(&self.field)
    }

    /// Its choices, and those that were chosen under another route.
    pub(super) fn labels(&self, typed: &Entries) -> Labels {
        let (Asked::Select(labels) | Asked::Radios(labels) | Asked::Checkboxes(labels)) = self.asked else {
            return vec![];
        };
        let mut labels = labels();
        if self.field == "about" {
            let others: Labels = About::ALL
                .iter()
                .map(|about| (about.slug(), about.label()))
                .filter(|(slug, _)| typed.has("about", slug) && labels.iter().all(|(listed, _)| listed != slug))
                .collect();
            labels.extend(others);
        }
        labels
    }

    /// Puts it in the words of a route. Gives whether it is asked there.
    fn adapt(&mut self, route: Option<Route>) -> bool {
        let Some(adapted) = routes::adapted(route) else { return true };
        if self.field == "about" {
            self.section = adapted.section;
            self.asked = Asked::Checkboxes(adapted.choices);
        }
        match adapted.words.iter().find(|(field, _)| *field == self.field) {
            None => true,
            Some((_, None)) => false,
            Some((_, Some((label, hint)))) => {
                (self.label, self.hint) = (label, hint);
                true
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(pairs: &[(&str, &str)]) -> Vec<Question> {
        let mut typed = Entries::default();
        for (name, value) in pairs {
            typed.push((*name).into(), (*value).into());
        }
        questions(&typed)
    }

    #[test]
    fn every_route_asks_for_two_answers_and_names_fields_that_there_are() {
        for route in Route::ALL {
            let questions = asked(&[("route", route.slug())]);
            assert_eq!(questions.iter().filter(|question| question.is_needed()).count(), 3, "{route} and the route");
            assert!(questions.iter().all(|question| question.is_needed() != question.label.ends_with("(optional)")));
        }
        let adapted = Route::ALL.iter().filter_map(|route| routes::adapted(Some(*route)));
        for (field, _) in adapted.flat_map(|adapted| adapted.words) {
            assert!(QUESTIONS.iter().any(|question| question.field == *field), "{field}");
        }
    }

    #[test]
    fn what_was_answered_stays_to_be_seen_under_another_route() {
        let fields = |pairs| asked(pairs).iter().map(|question| question.field).collect::<Vec<_>>();
        assert!(!fields(&[("route", "patient-choice"), ("role", "")]).contains(&"role"));
        assert!(fields(&[("route", "patient-choice"), ("role", "nurse-or-midwife")]).contains(&"role"));
        let complaint = asked(&[("route", "service-complaint"), ("about", "bullying")]);
        let about = complaint.iter().find(|question| question.field == "about").unwrap();
        let mut typed = Entries::default();
        typed.push("about".into(), "bullying".into());
        assert_eq!(about.labels(&typed).last(), Some(&("bullying", "Bullying or harassment")));
        assert_eq!(complaint[1].section, "The organisation", "the heading goes to the next question");
    }
}
