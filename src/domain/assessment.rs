//! What the team makes of a report: the closed lists it chooses from, and all of it together.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{
    area::Area,
    choice::choices,
    ids::{MemberId, OrganisationId, ReportId, ThemeId},
    limits::{DETAIL_MAX, SHORT_MAX},
    text::Text,
};

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
    /// What a reviewer checks before a letter goes out, besides what is marked in it. A reply calls for the first alone.
    pub enum RiskCheck {
        Nobody = "nobody", "I read it as the person will see it, and checked that it gives nobody away";
        WhoSpoke = "who-spoke", "I checked that nothing we plan tells the organisation who spoke, or that somebody did, unless they agree";
        UseConcerns = "use-concerns", "I read which use they said could identify them, and what we plan takes account of it";
    }
}

choices! {
    /// How another report bears on one.
    pub enum LinkKind {
        SameMatter = "same-matter", "About the same matter";
        SameWard = "same-ward", "About the same ward or team";
        Contradicts = "contradicts", "Contradicts it";
    }
}

/// That another report bears on one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReportLink {
    /// The other report.
    pub report: ReportId,
    /// How.
    pub kind: LinkKind,
}

/// That the danger of which a person wrote is seen to.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HarmSeenTo {
    /// Who sees to it, in the reviewer's words.
    pub by: Text,
    /// Since when.
    pub on: Date,
    /// How, if that was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub how: Option<Text>,
}

/// Organisations or themes of one report, and reports that bear on it: more are no work of a team.
const NAMED: usize = 50;

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
    /// What it is, in one line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gist: Option<Text>,
    /// The organisations that it is about, of the team's list.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub organisations: Vec<OrganisationId>,
    /// The themes that it belongs to.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub themes: Vec<ThemeId>,
    /// Other reports that bear on it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<ReportLink>,
    /// The report that the same person sent before, if this one goes on with it: both are one concern.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub continues: Option<ReportId>,
    /// Whether the danger that the person wrote of is seen to, by whom and since when.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub harm: Option<HarmSeenTo>,
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
    /// A danger is said to be seen to from a day on that has not come.
    #[error("the day since which the danger is seen to has not come; give today or an earlier one")]
    SeenToLater,
}

impl Assessment {
    /// Whether every text and list in it is within its bounds.
    #[must_use]
    pub fn is_bounded(&self) -> bool {
        let is_long = |text: &Option<Text>, most| text.as_ref().is_some_and(|text| text.is_longer_than(most));
        let harm = self.harm.as_ref();
        self.areas.as_ref().is_none_or(|areas| areas.len() <= Area::ALL.len())
            && self.failures.len() <= FailureKind::ALL.len()
            && !is_long(&self.area_reason, DETAIL_MAX)
            && !is_long(&self.action_detail, DETAIL_MAX)
            && !is_long(&self.gist, SHORT_MAX)
            && harm.is_none_or(|harm| !harm.by.is_empty() && !harm.by.is_longer_than(SHORT_MAX))
            && harm.is_none_or(|harm| !is_long(&harm.how, DETAIL_MAX))
            && [self.organisations.len(), self.themes.len(), self.links.len()].into_iter().all(|count| count <= NAMED)
    }

    /// With what stands on no form about the whole of it: what it is, in a line, what it belongs to, and whether a danger is
    /// seen to.
    #[must_use]
    pub fn with_what_is_elsewhere(self, was: &Self) -> Self {
        let Self { gist, organisations, themes, links, continues, harm, .. } = was.clone();
        Self { gist, organisations, themes, links, continues, harm, ..self }
    }

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
        let is_later = self.harm.as_ref().is_some_and(|harm| harm.on > today) && self.harm != was.harm;
        let seen_to = is_later.then_some(AssessmentProblem::SeenToLater);
        [action, day, kept, seen_to].into_iter().flatten().collect()
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
        let harm = |on| Some(HarmSeenTo { by: Text::typed("Someone"), on, how: None });
        let seen_to = |on| Assessment { harm: harm(on), ..Assessment::default() };
        assert_eq!(seen_to(TODAY).problems(&Assessment::default(), YESTERDAY), [P::SeenToLater]);
        assert_eq!(seen_to(TODAY).problems(&Assessment::default(), TODAY), []);
        assert_eq!(seen_to(TODAY).problems(&seen_to(TODAY), YESTERDAY), [], "as it was recorded");
        let later = new(None, None, None, Some(TODAY));
        assert_eq!(kept.problems(&later, TODAY), [P::KeptUntilThePast]);
    }
}
