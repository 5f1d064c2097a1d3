use std::collections::BTreeSet;

use super::*;
use crate::domain::{Concern, Entries, Given, Route, limits::CONCERN_CHARACTERS};

/// Everything that a route asks, answered: a text with its field's name in it, or the last choice that is offered.
fn filled_in(route: Route) -> Entries {
    let mut form = Entries::default();
    for prompt in asked(route) {
        let answer = match (prompt.field, prompt.choices(|_| false).last()) {
            (ConcernField::Route, _) => route.slug().to_owned(),
            (_, Some((slug, _))) => slug.to_owned(),
            (field, None) => format!("ANSWER-{field}, which nothing else says"),
        };
        form.push(prompt.field.slug().to_owned(), answer);
    }
    form
}

/// A concern in which everything that a route asks is answered.
#[cfg(feature = "desk")]
pub(crate) fn every_answer(route: Route) -> Concern {
    Concern::parse(&filled_in(route)).map_or_else(|_| panic!("{route}: refused"), |(_, concern)| concern)
}

fn asked(route: Route) -> Vec<Prompt> {
    prompts(Some(route), |_| false)
}

#[test]
fn every_question_that_is_asked_arrives_in_the_message() {
    for route in Route::ALL {
        let form = filled_in(*route);
        let Ok((parsed, concern)) = Concern::parse(&form) else { panic!("{route}: refused") };
        assert_eq!(parsed, *route);
        let serde_json::Value::Object(json) = serde_json::to_value(&concern).unwrap() else { panic!("an object") };
        let expected: BTreeSet<_> =
            asked(*route).iter().map(|prompt| prompt.field.slug()).filter(|slug| *slug != "route").collect();
        assert_eq!(json.keys().map(String::as_str).collect::<BTreeSet<_>>(), expected, "{route}");
        let answers: Vec<_> = concern.answers().collect();
        assert!(answers.is_sorted_by_key(|answered| answered.field), "in the order of the page");
        assert_eq!(answers.iter().map(|answered| answered.field.slug()).collect::<BTreeSet<_>>(), expected);
        for answered in answers {
            let sent = form.first(answered.field.slug());
            match answered.given {
                Given::Text(text) => assert!(text.as_str() == sent, "{}", answered.field),
                Given::Choices(chosen) => assert_eq!(chosen.iter().map(|(slug, _)| *slug).collect::<Vec<_>>(), [sent]),
            }
        }
    }
}

#[test]
fn everything_in_a_message_is_asked_on_some_route_and_once_on_each() {
    let asked: BTreeSet<ConcernField> = Route::ALL.iter().flat_map(|route| asked(*route)).map(|p| p.field).collect();
    assert_eq!(asked, ConcernField::ALL.iter().copied().collect());
    for field in ConcernField::ALL {
        for route in Route::ALL {
            let wordings = field.question().wordings.iter().filter(|wording| wording.routes.contains(route));
            assert!(wordings.count() <= 1, "{field} on {route}");
        }
    }
}

#[test]
fn what_no_route_names_is_not_asked() {
    let nowhere = Question { wordings: &[], ..*ConcernField::When.question() };
    assert!(Route::ALL.iter().all(|route| nowhere.on(Some(*route)).is_none()) && nowhere.on(None).is_none());
    assert!(!asked(Route::PatientChoice).iter().any(|prompt| prompt.field == ConcernField::Role));
}

#[test]
fn every_route_needs_the_same_three_answers_and_says_what_to_do_without_them() {
    for route in Route::ALL {
        let needed: Vec<_> = asked(*route).into_iter().filter(|prompt| prompt.is_needed).collect();
        let fields: Vec<_> = needed.iter().map(|prompt| prompt.field).collect();
        assert_eq!(fields, [ConcernField::Route, ConcernField::Description, ConcernField::About], "{route}");
    }
    for field in ConcernField::ALL {
        let question = field.question();
        let can_be_wrong = question.is_needed || question.input.length().is_none();
        assert_eq!(!question.remedy.is_empty(), can_be_wrong, "{field}");
    }
}

#[test]
fn what_a_route_offers_is_on_the_list() {
    for field in ConcernField::ALL {
        let question = field.question();
        let all: Vec<_> = question.input.choices().iter().map(|(slug, _)| *slug).collect();
        for wording in question.wordings {
            assert!(wording.choices.unwrap_or_default().iter().all(|(slug, _)| all.contains(slug)), "{field}");
        }
    }
}

#[test]
fn the_longest_concern_has_the_longest_answer_to_every_question() {
    let longest = ConcernField::ALL.iter().filter_map(|field| field.question().input.length());
    assert_eq!(longest.map(|length| length.max).sum::<usize>(), CONCERN_CHARACTERS);
}

#[test]
fn what_was_answered_stays_to_be_seen_under_another_route() {
    let with = |route, answered| prompts(Some(route), move |field| field == answered);
    let role = with(Route::PatientChoice, ConcernField::Role);
    assert!(role.iter().any(|prompt| prompt.field == ConcernField::Role && prompt.label == "Your role"));
    let complaint = with(Route::ServiceComplaint, ConcernField::About);
    let about = complaint.iter().find(|prompt| prompt.field == ConcernField::About).unwrap();
    let choices: Vec<_> = about.choices(|slug| slug == "bullying").collect();
    assert_eq!(choices.last(), Some(&("bullying", "Bullying or harassment")));
    assert_eq!(choices.first(), Some(&("unfair", "I was treated unfairly")));
}

#[test]
fn what_may_be_left_out_says_so() {
    let prompts = asked(Route::StaffConcern);
    let label = |field| prompts.iter().find(|prompt| prompt.field == field).map(Prompt::full_label).unwrap();
    assert_eq!(label(ConcernField::Description), "Describe your concern");
    assert_eq!(label(ConcernField::Role), "Your role (optional)");
}

#[test]
fn a_text_area_says_how_long_its_text_may_be() {
    let prompts = asked(Route::StaffConcern);
    let hint = |field| prompts.iter().find(|prompt| prompt.field == field).map(|prompt| prompt.hint.as_str());
    assert_eq!(hint(ConcernField::RaisedDetail), Some("Up to 2,000 characters"));
    assert!(hint(ConcernField::Description).unwrap().ends_with("prove it. 20 to 20,000 characters"));
    assert_eq!(
        (hint(ConcernField::Route), hint(ConcernField::When)),
        (Some(""), Some("An approximate time is safer than an exact one"))
    );
}

#[test]
fn what_needs_an_answer_is_always_in_view_and_each_part_stands_together() {
    for route in Route::ALL {
        let asked = asked(*route);
        let folded = |prompt: &&Prompt| prompt.section.heading(*route).is_some();
        let hidden: Vec<_> = asked.iter().filter(folded).filter(|p| p.is_needed).map(|p| p.field).collect();
        assert_eq!(hidden, [ConcernField::Route], "the route is known before the form is shown");
        let mut parts: Vec<Section> = asked.iter().map(|prompt| prompt.section).collect();
        parts.dedup();
        let all = parts.len();
        parts.sort_by_key(|part| format!("{part:?}"));
        parts.dedup();
        assert_eq!(parts.len(), all, "{route}: a part of the form is torn apart");
    }
}
