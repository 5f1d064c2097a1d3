//! Every question. What is asked, parsed, shown, searched and handed on follows from here.

use super::{ConcernField, Input, Length, Question, Section, Wording, about};
use crate::domain::{
    answers::{About, AreaChoice, Ongoing, OrganisationType, RaisedInternally, Role, SeriousHarm},
    limits::{DESCRIPTION_MAX, DESCRIPTION_MIN, DETAIL_MAX, SHORT_MAX, USE_CONCERNS_MAX},
    route::Route::{self, PatientChoice, Procurement, ServiceComplaint, StaffConcern},
};

const APPROXIMATE: &str = "An approximate time is safer than an exact one";
const CHANCE: &str = "So that we know whether the organisation had the chance to put it right";
const COMFORTABLE: &str = "Only what you are comfortable giving";
const DANGER: &str = "If someone is in danger now, call 999. This service is not watched all the time";
const PART_OF_THE_NHS: &str = "So that it reaches the people who know that part of the NHS";
const SELECT_ALL: &str = "Select all that apply";
const WE_DECIDE: &str = "Select all that apply. If you are not sure, we decide";

impl ConcernField {
    /// The question that this field answers.
    #[must_use]
    pub const fn question(self) -> &'static Question {
        match self {
            Self::Route => &ROUTE,
            Self::Description => &DESCRIPTION,
            Self::About => &ABOUT,
            Self::Organisation => &ORGANISATION,
            Self::SeriousHarm => &SERIOUS_HARM,
            Self::OrganisationType => &ORGANISATION_TYPE,
            Self::Ongoing => &ONGOING,
            Self::When => &WHEN,
            Self::RaisedInternally => &RAISED_INTERNALLY,
            Self::RaisedDetail => &RAISED_DETAIL,
            Self::Role => &ROLE,
            Self::Documents => &DOCUMENTS,
            Self::Area => &AREA,
            Self::UseConcerns => &USE_CONCERNS,
        }
    }
}

const ROUTE: Question = Question {
    section: Section::Why,
    input: Input::Radios(Route::LABELLED),
    is_needed: true,
    remedy: "Select why you are contacting us",
    wordings: &[Wording::on(Route::ALL, "Why are you contacting us?", "")],
};

const DESCRIPTION: Question = Question {
    section: Section::Concern,
    input: Input::TextArea(12, Length { called: "Description", min: DESCRIPTION_MIN, max: DESCRIPTION_MAX }),
    is_needed: true,
    remedy: "Enter a description of your concern",
    wordings: &[
        Wording::on(
            &[StaffConcern],
            "Describe your concern",
            "What happened, who is affected, and how you know. You do not need to prove it",
        ),
        Wording::on(
            &[PatientChoice],
            "Describe what happened",
            "What you asked for, who refused it, and what you were told. Leave out your name and NHS number",
        )
        .remedy("Enter a description of what happened"),
        Wording::on(
            &[Procurement],
            "Describe the issue",
            "What happened or is planned, who does it, and how it affects patients. You do not need to prove it",
        )
        .remedy("Enter a description of the issue"),
        Wording::on(
            &[ServiceComplaint],
            "Describe your complaint",
            "What we did or did not do, how it affected you, and what would put it right",
        )
        .remedy("Enter a description of your complaint"),
    ],
};

const ABOUT: Question = Question {
    section: Section::Concern,
    input: Input::Checkboxes(About::LABELLED),
    is_needed: true,
    remedy: "Select what your concern is about",
    wordings: &[
        Wording::on(&[StaffConcern], "What is your concern about?", SELECT_ALL).offers(about::A_CONCERN),
        Wording::on(&[PatientChoice], "What happened?", SELECT_ALL)
            .offers(about::A_CHOICE)
            .remedy("Select what happened"),
        Wording::on(&[Procurement], "What is the issue about?", SELECT_ALL)
            .offers(about::AN_ISSUE)
            .remedy("Select what the issue is about"),
        Wording::on(&[ServiceComplaint], "What is your complaint about?", SELECT_ALL)
            .offers(about::A_COMPLAINT)
            .remedy("Select what your complaint is about"),
    ],
};

const ORGANISATION: Question = Question {
    section: Section::Concern,
    input: Input::line("Name of the organisation", SHORT_MAX),
    is_needed: false,
    remedy: "",
    wordings: &[
        Wording::on(&[StaffConcern, Procurement], "Name of the organisation", COMFORTABLE),
        Wording::on(&[PatientChoice], "Name of the hospital, surgery or other organisation", COMFORTABLE),
        Wording::on(
            &[ServiceComplaint],
            "Name of an organisation that it has to do with",
            "If your complaint is about how we dealt with one, say which",
        ),
    ],
};

const SERIOUS_HARM: Question = Question {
    section: Section::Concern,
    input: Input::Radios(SeriousHarm::LABELLED),
    is_needed: false,
    remedy: "Select whether someone could be seriously harmed soon",
    wordings: &[
        Wording::on(&[StaffConcern, Procurement], "Could someone be seriously harmed soon?", DANGER),
        Wording::on(&[PatientChoice], "Could you or someone else be seriously harmed soon?", DANGER),
        Wording::on(&[ServiceComplaint], "Could someone be seriously harmed soon because of it?", DANGER),
    ],
};

const ORGANISATION_TYPE: Question = Question {
    section: Section::Circumstances,
    input: Input::Radios(OrganisationType::LABELLED),
    is_needed: false,
    remedy: "Select a kind of organisation from the list",
    wordings: &[
        Wording::on(&[StaffConcern], "Which kind of organisation is your concern about?", PART_OF_THE_NHS),
        Wording::on(&[PatientChoice, Procurement], "Which kind of organisation is it about?", PART_OF_THE_NHS),
    ],
};

const ONGOING: Question = Question {
    section: Section::Circumstances,
    input: Input::Radios(Ongoing::LABELLED),
    is_needed: false,
    remedy: "Select whether it is still happening",
    wordings: &[Wording::on(Route::ALL, "Is it still happening?", "So that we know how soon something has to be done")],
};

const WHEN: Question = Question {
    section: Section::Circumstances,
    input: Input::line("When it happened", SHORT_MAX),
    is_needed: false,
    remedy: "",
    wordings: &[
        Wording::on(&[StaffConcern], "When did it happen?", APPROXIMATE),
        Wording::on(&[PatientChoice], "When were you referred or refused?", "The month is enough"),
        Wording::on(
            &[Procurement],
            "When did it happen, or when is it planned?",
            "If there is a deadline, for example for bids, say when",
        ),
        Wording::on(&[ServiceComplaint], "When did it happen?", "The month is enough"),
    ],
};

const RAISED_INTERNALLY: Question = Question {
    section: Section::Done,
    input: Input::Radios(RaisedInternally::LABELLED),
    is_needed: false,
    remedy: "Select whether you have raised this where you work",
    wordings: &[
        Wording::on(&[StaffConcern], "Have you raised this where you work?", CHANCE),
        Wording::on(
            &[PatientChoice],
            "Have you asked them to put it right?",
            "The service itself, whoever referred you, or whoever pays for the care",
        ),
        Wording::on(
            &[Procurement],
            "Have you raised this with the organisation?",
            "So that we know whether it had the chance to put it right",
        ),
        Wording::on(
            &[ServiceComplaint],
            "Have you told us about this before?",
            "So that we can look at what we did then",
        ),
    ],
};

const RAISED_DETAIL: Question = Question {
    section: Section::Done,
    input: Input::area(4, "What happened when you raised it", DETAIL_MAX),
    is_needed: false,
    remedy: "",
    wordings: &[
        Wording::on(&[StaffConcern], "What happened when you raised it?", ""),
        Wording::on(&[PatientChoice, Procurement], "What did they say?", ""),
        Wording::on(&[ServiceComplaint], "What did we do then?", "Do not give the receipt code of another report"),
    ],
};

const ROLE: Question = Question {
    section: Section::Proof,
    input: Input::Select("Not answered", Role::LABELLED),
    is_needed: false,
    remedy: "Select a role from the list",
    wordings: &[Wording::on(
        &[StaffConcern],
        "Your role",
        "So that we understand how you know. Leave this out if few people have your role",
    )],
};

const DOCUMENTS: Question = Question {
    section: Section::Proof,
    input: Input::area(4, "What documents or records exist", DETAIL_MAX),
    is_needed: false,
    remedy: "",
    wordings: &[
        Wording::on(
            &[StaffConcern],
            "What documents or records exist?",
            "Say what exists and where, rather than copying records about patients",
        ),
        Wording::on(&[PatientChoice], "What letters or messages do you have?", "Say what they are and who sent them"),
        Wording::on(
            &[Procurement],
            "What documents exist?",
            "Such as tenders, contracts, board papers or letters. Say what exists and where",
        ),
        Wording::on(
            &[ServiceComplaint],
            "What letters, messages or records are there?",
            "Say what exists and from when",
        ),
    ],
};

const AREA: Question = Question {
    section: Section::Use,
    input: Input::Checkboxes(AreaChoice::LABELLED),
    is_needed: false,
    remedy: "Select an area from the list",
    wordings: &[
        Wording::on(&[StaffConcern], "Could this be wider evidence for any of our work?", WE_DECIDE),
        Wording::on(
            &[PatientChoice, Procurement, ServiceComplaint],
            "Could this also be evidence for our other work?",
            WE_DECIDE,
        ),
    ],
};

const USE_CONCERNS: Question = Question {
    section: Section::Use,
    input: Input::area(3, "Uses that could identify you", USE_CONCERNS_MAX),
    is_needed: false,
    remedy: "",
    wordings: &[
        Wording::on(
            &[StaffConcern],
            "Is there a use that could identify you?",
            "For example, if we asked your organisation about it",
        ),
        Wording::on(
            &[PatientChoice],
            "Is there a use that could identify you?",
            "For example, if we asked the hospital or surgery about it",
        ),
        Wording::on(
            &[Procurement],
            "Is there a use that could identify you?",
            "For example, if we asked the buyer or the provider about it",
        ),
        Wording::on(
            &[ServiceComplaint],
            "Is there a use that could identify you?",
            "For example, if we asked the people who dealt with you",
        ),
    ],
};
