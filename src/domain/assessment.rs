//! What the team makes of a report: the closed lists it chooses from, and all of it together.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{area::Area, choice::choices, ids::MemberId, text::Text};

choices! {
    /// An answer that can be left open.
    pub enum YesNo {
        Yes = "yes", "Yes";
        No = "no", "No";
        Unclear = "unclear", "Not clear yet";
    }
}

choices! {
    /// The kinds of failure that a disclosure may tend to show. Source: Employment Rights Act 1996, section 43B(1),
    /// with sexual harassment as added from April 2026.
    pub enum FailureKind {
        Crime = "crime", "A crime";
        LegalObligation = "legal-obligation", "Someone does not do what the law asks of them";
        MiscarriageOfJustice = "miscarriage-of-justice", "A miscarriage of justice";
        HealthAndSafety = "health-and-safety", "A danger to someone’s health or safety";
        Environment = "environment", "Damage to the environment";
        Concealment = "concealment", "Hiding any of these";
        SexualHarassment = "sexual-harassment", "Sexual harassment";
    }
}

choices! {
    /// How much is at stake if nothing is done.
    pub enum Risk {
        Low = "low", "Low";
        Medium = "medium", "Medium";
        High = "high", "High";
    }
}

choices! {
    /// What was found.
    pub enum Finding {
        Substantiated = "substantiated", "Substantiated";
        PartlySubstantiated = "partly-substantiated", "Partly substantiated";
        NotSubstantiated = "not-substantiated", "Not substantiated";
        CannotBeTested = "cannot-be-tested", "It can’t be tested";
    }
}

choices! {
    /// Whether anything is done. Source: the annual report of a prescribed person, SI 2017/507, regulation 5.
    pub enum Action {
        FurtherAction = "further-action", "Further action";
        NoFurtherAction = "no-further-action", "No further action";
    }
}

choices! {
    /// What a member of the team does.
    pub enum TeamRole {
        Lead = "lead", "Lead reviewer";
        Reviewer = "reviewer", "Reviewer";
        Adviser = "adviser", "Adviser";
        Administrator = "administrator", "Administrator";
    }
}

choices! {
    /// What a reviewer checks before a notice goes out, so that it gives nobody away.
    pub enum RiskCheck {
        Names = "names", "I checked that it names nobody, and no role that only a few people have";
        Times = "times", "I checked that it gives no exact date, place or shift";
        Words = "words", "I checked that it has no words that only this person would use, and none of their own sentences";
        FewKnow = "few-know", "I checked that it says nothing that only a few people know";
        WhoSpoke = "who-spoke", "I checked that nothing we plan tells the organisation who spoke, or that somebody did, unless they agree";
        Files = "files", "I checked that it does not show which files they sent, or what is in them";
        UseConcerns = "use-concerns", "I read which use they said could identify them, and what we plan takes account of it";
    }
}

/// What the team makes of a report. What it has not said is left out.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Assessment {
    /// What it may be wider evidence for; none while the team has not chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub areas: Option<Vec<Area>>,
    /// Why, beside what the person chose.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub area_reason: Option<Text>,
    /// Whether the person is a worker in the sense of the Act.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<YesNo>,
    /// Whether it is within the body's remit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub in_remit: Option<YesNo>,
    /// What it tends to show.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub failures: Vec<FailureKind>,
    /// How much is at stake.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub risk: Option<Risk>,
    /// Who looks after it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<MemberId>,
    /// Whether anything is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action: Option<Action>,
    /// What is done, or why nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_detail: Option<Text>,
    /// By when it is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub action_by: Option<Date>,
    /// What was found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub finding: Option<Finding>,
    /// Whether the person was treated badly for speaking up.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detriment: Option<YesNo>,
    /// The last day on which the report is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub destroy_after: Option<Date>,
}

/// What an assessment's fields demand of each other and one of them does not fulfil.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AssessmentProblem {
    /// Further action, and nothing about what it is.
    #[error("further action is chosen but not said; say what is done")]
    ActionNotSaid,
    /// No further action, and nothing about why.
    #[error("no further action is chosen without a reason; say why nothing more is done")]
    InactionNotSaid,
    /// Something about an action, and none chosen.
    #[error("it says what is done but not whether anything is; choose that, or leave the detail out")]
    ActionNotChosen,
    /// A day by which something is done, and nothing that is done.
    #[error("a day is set for further action, but no further action is chosen; choose it, or leave the day out")]
    DayWithoutAction,
    /// The last day on which the report is kept was over when it was set.
    #[error("the last day on which the report is kept is over; give today or a later one")]
    KeptUntilThePast,
}

impl Assessment {
    /// What is wrong with it on a day if it takes the place of another one: at most one problem for each field, in
    /// their order. A day that is over may stay as it was.
    #[must_use]
    pub fn problems(&self, was: &Self, today: Date) -> Vec<AssessmentProblem> {
        let action = match (self.action, &self.action_detail) {
            (Some(Action::FurtherAction), None) => Some(AssessmentProblem::ActionNotSaid),
            (Some(Action::NoFurtherAction), None) => Some(AssessmentProblem::InactionNotSaid),
            (None, Some(_)) => Some(AssessmentProblem::ActionNotChosen),
            (Some(_), Some(_)) | (None, None) => None,
        };
        let is_timed = self.action_by.is_some() && self.action != Some(Action::FurtherAction);
        let is_over = self.destroy_after.is_some_and(|day| day < today) && self.destroy_after != was.destroy_after;
        let day = is_timed.then_some(AssessmentProblem::DayWithoutAction);
        let kept = is_over.then_some(AssessmentProblem::KeptUntilThePast);
        [action, day, kept].into_iter().flatten().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: Date = Date::constant(2026, 12, 1);
    const YESTERDAY: Date = Date::constant(2026, 11, 30);

    #[test]
    fn what_the_fields_demand_of_each_other() {
        use AssessmentProblem as P;
        let detail = || Some(Text::typed("A visit."));
        let new = |action, action_detail, action_by, destroy_after| Assessment {
            action,
            action_detail,
            action_by,
            destroy_after,
            ..Assessment::default()
        };
        let (done, not_done) = (Some(Action::FurtherAction), Some(Action::NoFurtherAction));
        for (assessment, expected) in [
            (Assessment::default(), vec![]),
            (new(done, detail(), Some(YESTERDAY), Some(TODAY)), vec![]),
            (new(not_done, detail(), None, None), vec![]),
            (new(done, None, Some(TODAY), None), vec![P::ActionNotSaid]),
            (new(not_done, None, None, None), vec![P::InactionNotSaid]),
            (new(None, detail(), None, None), vec![P::ActionNotChosen]),
            (new(not_done, detail(), Some(TODAY), None), vec![P::DayWithoutAction]),
            (new(None, None, Some(TODAY), Some(YESTERDAY)), vec![P::DayWithoutAction, P::KeptUntilThePast]),
        ] {
            assert_eq!(assessment.problems(&Assessment::default(), TODAY), expected);
        }
        let kept = new(None, None, None, Some(YESTERDAY));
        assert_eq!(kept.problems(&kept.clone(), TODAY), [], "a day that was set earlier stays");
        let later = new(None, None, None, Some(TODAY));
        assert_eq!(kept.problems(&later, TODAY), [P::KeptUntilThePast]);
    }
}
