//! What each route asks in words of its own, and what it does not ask.

use super::questions::Labels;
use crate::domain::{About, Route};

/// How a route's form differs.
pub(super) struct Adapted {
    /// Questions in other words.
    pub(super) words: &'static [Words],
    /// The heading above what it is about.
    pub(super) section: &'static str,
    /// What it may be about.
    pub(super) choices: fn() -> Labels,
}

/// None for the form as it stands.
pub(super) fn adapted(route: Option<Route>) -> Option<Adapted> {
    match route? {
        Route::StaffConcern => None,
        Route::PatientChoice => {
            Some(Adapted { words: PATIENT_CHOICE, section: "Your experience", choices: || about(A_CHOICE) })
        }
        Route::Procurement => Some(Adapted { words: PROCUREMENT, section: "The issue", choices: || about(AN_ISSUE) }),
        Route::ServiceComplaint => {
            Some(Adapted { words: SERVICE_COMPLAINT, section: "Your complaint", choices: || about(A_COMPLAINT) })
        }
    }
}

/// What a concern may be about where no route says otherwise.
pub(super) fn general() -> Labels {
    about(GENERAL)
}

/// A question in other words: its label and hint. Without them it is not asked on that route.
pub(super) type Words = (&'static str, Option<(&'static str, &'static str)>);

const DANGER: &str = "If someone is in danger now, call 999. This service is not watched all the time";
const OTHER_WORK: &str = "Could this also be evidence for our other work? (optional)";
const ALL_THAT_APPLY: &str = "Select all that apply";
const WE_DECIDE: &str = "Select all that apply. If you are not sure, we decide";

const PATIENT_CHOICE: &[Words] = &[
    (
        "organisation_type",
        Some((
            "Which kind of organisation is it about? (optional)",
            "So that it reaches the people who know that part of the NHS",
        )),
    ),
    (
        "organisation",
        Some((
            "Name of the hospital, surgery or other organisation (optional)",
            "Only what you are comfortable giving",
        )),
    ),
    ("about", Some(("What happened?", ALL_THAT_APPLY))),
    (
        "description",
        Some((
            "Describe what happened",
            "What you asked for, who refused it, and what you were told. Leave out your name and NHS number. 20 to 20,000 characters",
        )),
    ),
    ("when", Some(("When were you referred or refused? (optional)", "The month is enough"))),
    ("serious_harm", Some(("Could you or someone else be seriously harmed soon? (optional)", DANGER))),
    (
        "raised_internally",
        Some((
            "Have you asked them to put it right? (optional)",
            "The service itself, whoever referred you, or whoever pays for the care",
        )),
    ),
    ("raised_detail", Some(("What did they say? (optional)", "Up to 2,000 characters"))),
    ("role", None),
    (
        "documents",
        Some((
            "What letters or messages do you have? (optional)",
            "Say what they are and who sent them. Up to 2,000 characters",
        )),
    ),
    ("area", Some((OTHER_WORK, WE_DECIDE))),
    (
        "use_concerns",
        Some((
            "Is there a use that could identify you? (optional)",
            "For example, if we asked the hospital or surgery about it. Up to 1,000 characters",
        )),
    ),
];

const PROCUREMENT: &[Words] = &[
    (
        "organisation_type",
        Some((
            "Which kind of organisation is it about? (optional)",
            "So that it reaches the people who know that part of the NHS",
        )),
    ),
    ("about", Some(("What is the issue about?", ALL_THAT_APPLY))),
    (
        "description",
        Some((
            "Describe the issue",
            "What happened or is planned, who does it, and how it affects patients. You do not need to prove it. 20 to 20,000 characters",
        )),
    ),
    (
        "when",
        Some((
            "When did it happen, or when is it planned? (optional)",
            "If there is a deadline, for example for bids, say when",
        )),
    ),
    (
        "raised_internally",
        Some((
            "Have you raised this with the organisation? (optional)",
            "So that we know whether it had the chance to put it right",
        )),
    ),
    ("raised_detail", Some(("What did they say? (optional)", "Up to 2,000 characters"))),
    ("role", None),
    (
        "documents",
        Some((
            "What documents exist? (optional)",
            "Such as tenders, contracts, board papers or letters. Say what exists and where. Up to 2,000 characters",
        )),
    ),
    ("area", Some((OTHER_WORK, WE_DECIDE))),
    (
        "use_concerns",
        Some((
            "Is there a use that could identify you? (optional)",
            "For example, if we asked the buyer or the provider about it. Up to 1,000 characters",
        )),
    ),
];

const SERVICE_COMPLAINT: &[Words] = &[
    ("organisation_type", None),
    (
        "organisation",
        Some((
            "Name of an organisation that it has to do with (optional)",
            "If your complaint is about how we dealt with one, say which",
        )),
    ),
    ("about", Some(("What is your complaint about?", ALL_THAT_APPLY))),
    (
        "description",
        Some((
            "Describe your complaint",
            "What we did or did not do, how it affected you, and what would put it right. 20 to 20,000 characters",
        )),
    ),
    ("when", Some(("When did it happen? (optional)", "The month is enough"))),
    ("serious_harm", Some(("Could someone be seriously harmed soon because of it? (optional)", DANGER))),
    (
        "raised_internally",
        Some(("Have you told us about this before? (optional)", "So that we can look at what we did then")),
    ),
    (
        "raised_detail",
        Some((
            "What did we do then? (optional)",
            "Do not give the receipt code of another report. Up to 2,000 characters",
        )),
    ),
    ("role", None),
    (
        "documents",
        Some((
            "What letters, messages or records are there? (optional)",
            "Say what exists and from when. Up to 2,000 characters",
        )),
    ),
    ("area", Some((OTHER_WORK, WE_DECIDE))),
    (
        "use_concerns",
        Some((
            "Is there a use that could identify you? (optional)",
            "For example, if we asked the people who dealt with you. Up to 1,000 characters",
        )),
    ),
];

/// What a concern may be about, in the words of the page if they differ from the desk's.
type Choices = &'static [(About, Option<&'static str>)];

const GENERAL: Choices = &[
    (About::PatientSafety, None),
    (About::StaffSafety, None),
    (About::Bullying, None),
    (About::SexualHarassment, None),
    (About::OtherBehaviour, None),
    (About::Fraud, None),
    (About::Leadership, None),
    (About::CoverUp, None),
    (About::Detriment, None),
    (About::FragmentedCare, None),
    (About::Competition, None),
    (About::Other, None),
];
const A_CHOICE: Choices = &[
    (About::Competition, Some("I was refused a choice, or was not offered another provider after 18 weeks")),
    (About::PatientSafety, Some("My care or someone else’s was unsafe or poor")),
    (About::FragmentedCare, Some("The services that treat me do not work together")),
    (About::Detriment, Some("I was treated badly because I asked or complained")),
    (About::Other, None),
];
const AN_ISSUE: Choices = &[
    (About::Competition, None),
    (About::FragmentedCare, None),
    (About::PatientSafety, None),
    (About::Fraud, None),
    (About::Leadership, None),
    (About::CoverUp, None),
    (About::Other, None),
];
const A_COMPLAINT: Choices = &[
    (About::Unfair, Some("I was treated unfairly")),
    (About::PoorService, Some("The service was poor")),
    (About::DoneWrongly, Some("Something was done wrongly")),
    (About::TooSlow, Some("It took too long")),
    (About::DidNotAct, Some("Nothing was done")),
    (About::NotTold, Some("I was not told what I should have been")),
    (About::PatientSafety, None),
    (About::Leadership, Some("Your board or senior leaders")),
    (About::CoverUp, None),
    (About::Detriment, None),
    (About::Other, None),
];

fn about(choices: Choices) -> Labels {
    choices.iter().map(|(choice, words)| (choice.slug(), words.unwrap_or(choice.label()))).collect()
}
