use super::*;
use crate::domain::{
    Clock,
    limits::{DESCRIPTION_MAX, DETAIL_MAX, SHORT_MAX, USE_CONCERNS_MAX},
};

fn form(pairs: &[(&str, &str)]) -> Entries {
    let mut entries = Entries::default();
    for (name, value) in pairs {
        entries.push((*name).into(), (*value).into());
    }
    entries
}

fn errors(pairs: &[(&str, &str)]) -> Vec<(&'static str, String)> {
    let Err(errors) = Concern::parse(&form(pairs)) else { return vec![] };
    errors.into_iter().map(|e| (e.field, e.message)).collect()
}

const LEAST: [(&str, &str); 3] =
    [("route", "staff-concern"), ("about", "patient-safety"), ("description", "Twenty characters or more.")];

#[test]
fn three_answers_are_enough() {
    let Ok((route, concern)) = Concern::parse(&form(&LEAST)) else { panic!("refused") };
    assert_eq!(route, Route::StaffConcern);
    assert_eq!(
        serde_json::to_value(&concern).unwrap(),
        serde_json::json!({"about": ["patient-safety"], "description": "Twenty characters or more."})
    );
}

#[test]
fn an_empty_form_names_every_answer_that_is_needed_in_order() {
    assert_eq!(
        errors(&[]),
        [
            ("route", "Select why you are contacting us".to_owned()),
            ("description", "Enter a description of your concern".to_owned()),
            ("about", "Select what your concern is about".to_owned()),
        ]
    );
}

#[test]
fn what_is_missing_is_named_as_the_page_asks_for_it() {
    for (route, about, description) in [
        ("patient-choice", "Select what happened", "Enter a description of what happened"),
        ("procurement", "Select what the issue is about", "Enter a description of the issue"),
        ("service-complaint", "Select what your complaint is about", "Enter a description of your complaint"),
    ] {
        assert_eq!(
            errors(&[("route", route)]),
            [("description", description.to_owned()), ("about", about.to_owned())],
            "{route}"
        );
    }
}

#[test]
fn lengths_are_held_at_their_edges() {
    for (field, max, named) in [
        ("description", DESCRIPTION_MAX, "20,000"),
        ("organisation", SHORT_MAX, "200"),
        ("when", SHORT_MAX, "200"),
        ("raised_detail", DETAIL_MAX, "2,000"),
        ("documents", DETAIL_MAX, "2,000"),
        ("use_concerns", USE_CONCERNS_MAX, "1,000"),
    ] {
        let with = |length: usize| {
            let long = "\u{e9}".repeat(length);
            let mut pairs: Vec<_> = LEAST.into_iter().filter(|(name, _)| *name != field).collect();
            pairs.push((field, &long));
            errors(&pairs)
        };
        assert_eq!(with(max), [], "{field}");
        let over = with(max + 1);
        assert!(
            over.len() == 1
                && over[0].0 == field
                && over[0].1.ends_with(&format!("must be {named} characters or less")),
            "{over:?}"
        );
    }
    let short = |text: &str| errors(&[LEAST[0], LEAST[1], ("description", text)]);
    assert_eq!(short("Nineteen characters")[0].1, "Description must be 20 characters or more");
    assert_eq!(short("Nineteen characters.").len(), 0);
}

#[test]
fn what_is_not_on_the_list_is_refused() {
    for (field, value) in [
        ("route", "other"),
        ("about", "x"),
        ("area", "everything"),
        ("serious_harm", "maybe"),
        ("role", "<b>"),
        ("ongoing", "1"),
        ("raised_internally", "2"),
        ("organisation_type", "3"),
    ] {
        let mut pairs: Vec<_> = LEAST.into_iter().filter(|(name, _)| *name != field).collect();
        pairs.push((field, value));
        let found = errors(&pairs);
        assert_eq!(found.len(), 1, "{field}: {found:?}");
        assert_eq!(found[0].0, field);
    }
}

#[test]
fn what_comes_twice_is_kept_once() {
    let twice = [LEAST[0], LEAST[1], LEAST[1], LEAST[2], ("area", "competition"), ("area", "competition")];
    let Ok((_, concern)) = Concern::parse(&form(&twice)) else { panic!("refused") };
    assert_eq!((concern.about.len(), concern.areas()), (1, vec![Area::Competition]));
}

#[test]
fn not_sure_stands_alone() {
    let both = [LEAST[0], LEAST[1], LEAST[2], ("area", "integrated-care"), ("area", "not-sure")];
    assert_eq!(errors(&both)[0].0, "area");
    let Ok((_, concern)) = Concern::parse(&form(&both[..4])) else { panic!("refused") };
    assert_eq!(concern.areas(), [Area::IntegratedCare]);
}

#[test]
fn a_follow_up_needs_a_message_or_a_file() {
    let long = "x".repeat(MESSAGE_MAX + 1);
    let parse = |message: &str, has_files| {
        let parsed = FollowUp::parse(&form(&[("message", message)]), has_files);
        parsed.map(|follow_up| follow_up.message.map(|text| text.as_str().to_owned())).map_err(|mut errors| {
            assert_eq!((errors.len(), errors[0].field), (1, "message"));
            errors.remove(0).message
        })
    };
    assert_eq!(parse(" \r\n ", false), Err("Enter a message or choose a file".to_owned()));
    assert_eq!(parse(" \r\n ", true), Ok(None));
    for has_files in [false, true] {
        assert_eq!(parse("More.", has_files), Ok(Some("More.".to_owned())));
        assert_eq!(parse(&long, has_files), Err("Message must be 20,000 characters or less".to_owned()));
    }
}

#[test]
fn a_complaint_about_personal_data_is_promised_its_acknowledgement() {
    for (route, about, promised) in [
        ("service-complaint", "personal-data", vec![Clock::DATA_ACKNOWLEDGEMENT]),
        ("service-complaint", "unfair", vec![]),
        ("staff-concern", "patient-safety", vec![]),
    ] {
        let pairs = [("route", route), ("about", about), LEAST[2]];
        let Ok((route, concern)) = Concern::parse(&form(&pairs)) else { panic!("refused") };
        assert_eq!(concern.promises(route).collect::<Vec<_>>(), promised, "{route} {about}");
    }
}
