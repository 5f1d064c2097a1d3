use serde::{Deserialize, Serialize};

use crate::domain::{
    About, Action, Area, ClockKind, Date, FailureKind, Finding, Kept, OrganisationType, Route, SetAsideReason, WayIn,
    YesNo,
};

/// What the figures need to know of one report, and all that is kept of one that was destroyed: nothing that anybody
/// wrote, no id, and no day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The first day of the month in which it came in.
    pub received_on: Date,
    /// Counted by itself, and the figures of promises follow from it.
    pub route: Route,
    /// In which way it came. What 0.2.0 kept came through the box.
    #[serde(default = "through_the_box", skip_serializing_if = "is_through_the_box")]
    pub way: WayIn,
    /// The team's areas once decided, else the person's own.
    pub areas: Vec<Area>,
    /// Whether the person is a worker in the sense of the Act.
    pub worker: Option<YesNo>,
    /// Whether it is within the body's remit.
    pub in_remit: Option<YesNo>,
    /// What it tends to show.
    pub failures: Vec<FailureKind>,
    /// Whether anything is done.
    pub action: Option<Action>,
    /// What was found.
    pub finding: Option<Finding>,
    /// Whether the person was treated badly for speaking up.
    pub detriment: Option<YesNo>,
    /// Whether it was handed to an area's team.
    pub referred: bool,
    /// Whether it is closed.
    pub closed: bool,
    /// Whether the person withdrew it.
    pub withdrawn: bool,
    /// What the person said that it is about. Facts that 0.2.0 kept lack this and what follows, but for the promises.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub about: Vec<About>,
    /// What kind of organisation it is about: the team's own word, else the person's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub organisation_type: Option<OrganisationType>,
    /// The first day of the month in which it was decided to take further action, if that stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acted_on: Option<Date>,
    /// Why the team set it aside, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub set_aside: Option<SetAsideReason>,
    /// Whether it goes on with another report: both are one concern.
    #[serde(default, skip_serializing_if = "is_false")]
    pub continues: bool,
    /// What became of each promise.
    pub clocks: Vec<Promise>,
}

/// How a report counts in the figures.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CountedAs {
    /// As a concern.
    Concern,
    /// As a concern that is not for this body, which the team therefore set aside.
    NotForUs,
    /// Not again: it goes on with another report, which counts.
    Continued,
    /// Not at all, or not again: the team set it aside.
    SetAside(SetAsideReason),
}

impl CountedAs {
    /// Whether it is one of the concerns, each of which counts once.
    #[must_use]
    pub const fn is_a_concern(self) -> bool {
        matches!(self, Self::Concern | Self::NotForUs)
    }
}

/// What became of one promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Promise {
    /// What was promised.
    pub kind: ClockKind,
    /// For a notice: whether it tells of a later change of use.
    pub supplementary: bool,
    /// What became of it.
    pub kept: Kept,
}

impl Fact {
    /// The one rule by which a concern counts once, by whichever way and however often it came: a report that was set
    /// aside as the same as another, as a test, as abusive or as no concern is none, and one that goes on with another
    /// adds none. One that is not for this body is somebody's concern all the same.
    #[must_use]
    pub const fn counted_as(&self) -> CountedAs {
        match self.set_aside {
            Some(
                reason @ (SetAsideReason::NotAConcern
                | SetAsideReason::Duplicate
                | SetAsideReason::Abusive
                | SetAsideReason::Test),
            ) => CountedAs::SetAside(reason),
            // That the person withdrew it is counted elsewhere.
            _ if self.continues => CountedAs::Continued,
            Some(SetAsideReason::NotForUs) => CountedAs::NotForUs,
            Some(SetAsideReason::Withdrawn) | None => CountedAs::Concern,
        }
    }

    /// Whether it is a worker's disclosure that is reasonably believed to be qualifying and within the body's remit, and
    /// counts once.
    ///
    /// Source: the Prescribed Persons (Reports on Disclosures of Information) Regulations 2017 (SI 2017/507),
    /// regulation 5.
    #[must_use]
    pub fn is_qualifying(&self) -> bool {
        self.counted_as().is_a_concern()
            && self.route == Route::StaffConcern
            && self.worker == Some(YesNo::Yes)
            && self.in_remit == Some(YesNo::Yes)
            && !self.failures.is_empty()
    }
}

const fn through_the_box() -> WayIn {
    WayIn::Box
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
fn is_through_the_box(way: &WayIn) -> bool {
    *way == WayIn::Box
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde passes it so")]
const fn is_false(value: &bool) -> bool {
    !*value
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casebook::statistics::sample;

    #[test]
    fn a_concern_counts_once() {
        let fact = |set_aside, continues| Fact { set_aside, continues, ..sample::fact() }.counted_as();
        assert_eq!(fact(None, false), CountedAs::Concern);
        assert_eq!(fact(None, true), CountedAs::Continued);
        for reason in
            [SetAsideReason::NotAConcern, SetAsideReason::Duplicate, SetAsideReason::Abusive, SetAsideReason::Test]
        {
            assert!(
                [false, true].iter().all(|continues| fact(Some(reason), *continues) == CountedAs::SetAside(reason))
            );
            assert!(!fact(Some(reason), false).is_a_concern());
        }
        assert_eq!(fact(Some(SetAsideReason::NotForUs), false), CountedAs::NotForUs);
        assert_eq!(fact(Some(SetAsideReason::NotForUs), true), CountedAs::Continued);
        assert!(CountedAs::NotForUs.is_a_concern() && !CountedAs::Continued.is_a_concern());
    }

    #[test]
    fn what_was_kept_of_a_report_that_0_2_0_destroyed_reads_as_before() {
        let json = r#"{"received_on":"2026-04-01","route":"staff-concern","areas":[],"worker":"yes","in_remit":"yes",
            "failures":["crime"],"action":"further-action","finding":null,"detriment":null,"referred":false,
            "closed":true,"withdrawn":false,
            "clocks":[{"kind":"information-use-notice","supplementary":false,"kept":"on-time"}]}"#;
        let fact: Fact = serde_json::from_str(json).unwrap();
        assert!(fact.is_qualifying() && fact.about.is_empty() && fact.acted_on.is_none());
        assert_eq!(fact.way, WayIn::Box);
        // And is written as it was, so that whoever consents compares the same.
        let compact: String = json.split_whitespace().collect();
        assert_eq!(serde_json::to_string(&fact).unwrap(), compact);
    }
}
