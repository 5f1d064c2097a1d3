//! What a reviewer is asked about a report, in one table: the page, what is read from it, how it is filled in to begin
//! with, and what was recorded meanwhile all come from it.

use super::{date::DateNames, fields::fields};
use crate::{
    casebook::MemberView,
    domain::{
        Action, Area, Assessment, Date, FailureKind, Finding, Input, MemberId, ReportState, Risk, Text, YesNo,
        escape_invisible_in_line,
        limits::{DETAIL_MAX, MESSAGE_MAX},
    },
};

/// For an answer that the team has not given.
pub(super) const NOT_SAID: &str = "Not decided yet";

const ACTION_BY: DateNames = DateNames {
    what: "The day by which it is done",
    day: AssessmentField::ActionBy.name(),
    month: "action_by-month",
    year: "action_by-year",
};
const DESTROY_AFTER: DateNames = DateNames {
    what: "The last day on which it is kept",
    day: AssessmentField::DestroyAfter.name(),
    month: "destroy_after-month",
    year: "destroy_after-year",
};

fields! {
    /// The fields of the form.
    enum AssessmentField {
        Worker = "worker",
        InRemit = "in_remit",
        Failure = "failure",
        Risk = "risk",
        Area = "area",
        AreaReason = "area_reason",
        Owner = "owner",
        State = "state",
        Action = "action",
        ActionDetail = "action_detail",
        ActionBy = "action_by-day",
        Finding = "finding",
        Detriment = "detriment",
        DestroyAfter = "destroy_after-day",
        Note = "note",
    }
}

/// The headings of the page, in its order.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum AssessmentSection {
    Triage,
    Areas,
    WhoAndWhere,
    MoreAboutIt,
    Outcome,
    KeepingAndNotes,
}

impl AssessmentSection {
    /// Whether triage needs no answer to what stands under it: it is folded away.
    pub(in crate::desk) const fn is_folded(self) -> bool {
        matches!(self, Self::MoreAboutIt | Self::Outcome | Self::KeepingAndNotes)
    }
}

/// A question about a report.
pub(in crate::desk) struct AssessmentQuestion {
    pub(in crate::desk) field: AssessmentField,
    pub(in crate::desk) section: AssessmentSection,
    /// As the page asks it.
    pub(in crate::desk) label: &'static str,
    /// As it is called where an answer to it stands.
    pub(super) short: &'static str,
    pub(in crate::desk) hint: Hint,
    pub(in crate::desk) ask: Ask,
}

/// What helps to answer.
pub(in crate::desk) enum Hint {
    None,
    Is(&'static str),
    /// What the person chose.
    ChosenAreas,
}

/// How a question is answered, and where the answer is kept.
pub(in crate::desk) enum Ask {
    /// From a list.
    Choice {
        input: Input,
        /// The words for no choice, where an answer stands.
        none: &'static str,
        /// Values and labels; some lists are of the members who can look after the report.
        choices: fn(&[MemberView]) -> Vec<(String, String)>,
        get: fn(&Filled) -> Vec<String>,
        /// Takes one of the values.
        add: fn(&mut Filled, &str),
    },
    /// In words.
    Text { input: Input, get: fn(&Filled) -> Option<&Text>, set: fn(&mut Filled, Option<Text>) },
    /// As a day.
    Day { names: &'static DateNames, get: fn(&Filled) -> Option<Date>, set: fn(&mut Filled, Option<Date>) },
}

/// What the form says.
#[derive(Default)]
pub(in crate::desk) struct Filled {
    pub(in crate::desk) assessment: Assessment,
    /// None only if nothing was chosen.
    pub(in crate::desk) state: Option<ReportState>,
    pub(in crate::desk) note: Option<Text>,
}

/// A choice from a closed list: what of it is chosen, and how one more is taken.
macro_rules! choice {
    ($input:expr, $none:expr, $type:ident, |$filled:ident| $chosen:expr, |$choice:ident| $add:expr) => {
        Ask::Choice {
            input: $input,
            none: $none,
            choices: |_| $type::ALL.iter().map(|one| (one.slug().to_owned(), one.label().to_owned())).collect(),
            get: |$filled| $chosen.map(|one| one.slug().to_owned()).collect(),
            add: |$filled, value| {
                let $choice = $type::from_slug(value);
                $add;
            },
        }
    };
}

/// One of a list that can be left open.
macro_rules! one_of {
    ($type:ident, $place:ident) => {
        choice!(
            Input::Select(NOT_SAID, $type::LABELLED),
            NOT_SAID,
            $type,
            |filled| filled.assessment.$place.iter(),
            |choice| { filled.assessment.$place = choice }
        )
    };
}

/// Yes or no, in a row: one click, where a list that folds away takes two.
macro_rules! yes_no {
    ($place:ident) => {
        Ask::Choice {
            input: Input::Radios(YesNo::LABELLED),
            none: NOT_SAID,
            choices: |_| {
                let open = (String::new(), NOT_SAID.to_owned());
                let answers = YesNo::ALL.iter().map(|one| (one.slug().to_owned(), one.label().to_owned()));
                answers.chain([open]).collect()
            },
            get: |filled| filled.assessment.$place.iter().map(|one| one.slug().to_owned()).collect(),
            add: |filled, value| filled.assessment.$place = YesNo::from_slug(value),
        }
    };
}

macro_rules! words {
    ($rows:expr, $name:expr, $max:expr, $($place:ident).+) => {
        Ask::Text {
            input: Input::area($rows, $name, $max),
            get: |filled| filled.$($place).+.as_ref(),
            set: |filled, text| filled.$($place).+ = text,
        }
    };
}

macro_rules! day {
    ($names:expr, $place:ident) => {
        Ask::Day {
            names: &$names,
            get: |filled| filled.assessment.$place,
            set: |filled, day| filled.assessment.$place = day,
        }
    };
}

/// Every question in the order of the page: its field, its section, how it is asked, what it is called beside an
/// answer, what helps to answer, and how.
pub(in crate::desk) const QUESTIONS: &[AssessmentQuestion] = {
    use AssessmentField as Is;
    use AssessmentSection::{Areas, KeepingAndNotes, MoreAboutIt, Outcome, Triage, WhoAndWhere};
    &[
        question(
            Is::Worker,
            Triage,
            "Is the person a worker?",
            "A worker",
            Hint::Is("As the Employment Rights Act 1996 understands it: also agency staff, students and former staff"),
            yes_no!(worker),
        ),
        question(Is::InRemit, Triage, "Is it in our remit?", "In our remit", Hint::None, yes_no!(in_remit)),
        question(
            Is::Failure,
            Triage,
            "What does it tend to show?",
            "What it tends to show",
            Hint::Is("The kinds of failure in section 43B of the Act. Select all that apply"),
            choice!(
                Input::Checkboxes(FailureKind::LABELLED),
                "None",
                FailureKind,
                |filled| filled.assessment.failures.iter(),
                |choice| {
                    filled.assessment.failures.extend(choice);
                }
            ),
        ),
        question(
            Is::Area,
            Areas,
            "Which of our work may it be evidence for?",
            "Areas",
            Hint::ChosenAreas,
            choice!(
                Input::Checkboxes(Area::LABELLED),
                "None",
                Area,
                |filled| filled.assessment.areas.iter().flatten(),
                |choice| {
                    filled.assessment.areas.get_or_insert_default().extend(choice);
                }
            ),
        ),
        question(
            Is::Owner,
            WhoAndWhere,
            "Who looks after it?",
            "Who looks after it",
            Hint::None,
            Ask::Choice {
                input: Input::Select("Nobody", &[]),
                none: "Nobody",
                choices: |team| team.iter().map(|member| (member.id.to_string(), name_of(member))).collect(),
                get: |filled| filled.assessment.owner.iter().map(MemberId::to_string).collect(),
                add: |filled, id| filled.assessment.owner = id.parse().ok(),
            },
        ),
        question(
            Is::State,
            WhoAndWhere,
            "Where does it stand?",
            "Where it stands",
            Hint::Is(
                "The person sees this with the next export. If you leave a report as received and choose its areas, it becomes one that we are reading",
            ),
            choice!(
                Input::Radios(ReportState::LABELLED),
                NOT_SAID,
                ReportState,
                |filled| filled.state.iter(),
                |choice| filled.state = choice
            ),
        ),
        question(
            Is::Risk,
            MoreAboutIt,
            "How much is at stake if nothing is done?",
            "What is at stake",
            Hint::None,
            one_of!(Risk, risk),
        ),
        question(
            Is::AreaReason,
            MoreAboutIt,
            "Why these areas? (optional)",
            "Why these areas",
            Hint::Is("Say so above all where you choose otherwise than the person. Only the team sees it"),
            words!(3, "Why these areas", DETAIL_MAX, assessment.area_reason),
        ),
        question(
            Is::Action,
            Outcome,
            "Is anything more done?",
            "Anything more done",
            Hint::None,
            one_of!(Action, action),
        ),
        question(
            Is::ActionDetail,
            Outcome,
            "What is done, or why is nothing done? (optional)",
            "What is done, or why not",
            Hint::Is("Needed once you have said whether anything is done"),
            words!(3, "What is done, or why nothing is,", DETAIL_MAX, assessment.action_detail),
        ),
        question(
            Is::ActionBy,
            Outcome,
            "By when is it done? (optional)",
            "By when",
            Hint::Is("Only for further action. For example, 31 3 2027"),
            day!(ACTION_BY, action_by),
        ),
        question(Is::Finding, Outcome, "What was found?", "What was found", Hint::None, one_of!(Finding, finding)),
        question(
            Is::Detriment,
            Outcome,
            "Was the person treated badly for speaking up?",
            "Treated badly for speaking up",
            Hint::None,
            one_of!(YesNo, detriment),
        ),
        question(
            Is::DestroyAfter,
            KeepingAndNotes,
            "What is the last day on which we keep it? (optional)",
            "Last day on which we keep it",
            Hint::Is(
                "Only if no period above fits. For example, 31 3 2034. From the day after it can be destroyed, once it is closed and every promise is kept",
            ),
            day!(DESTROY_AFTER, destroy_after),
        ),
        question(
            Is::Note,
            KeepingAndNotes,
            "Note for the team (optional)",
            "Note",
            Hint::Is("It is kept in the history of the report and never sent"),
            words!(4, "Note", MESSAGE_MAX, note),
        ),
    ]
};

const fn question(
    field: AssessmentField,
    section: AssessmentSection,
    label: &'static str,
    short: &'static str,
    hint: Hint,
    ask: Ask,
) -> AssessmentQuestion {
    AssessmentQuestion { field, section, label, short, hint, ask }
}

fn name_of(member: &MemberView) -> String {
    let left = if member.left_on.is_some() { " (left the team)" } else { "" };
    format!("{}{left}", escape_invisible_in_line(member.name.as_str()))
}
