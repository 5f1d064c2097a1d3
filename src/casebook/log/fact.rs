use serde::{Deserialize, Serialize};

use crate::domain::{Action, Area, ClockKind, Date, FailureKind, Finding, Kept, Route, YesNo};

/// What the figures need to know of one report, and all that is kept of one that was destroyed: nothing that anybody
/// wrote, no id, and no day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Fact {
    /// The first day of the month in which it came in.
    pub received_on: Date,
    /// Counted by itself, and the figures of promises follow from it.
    pub route: Route,
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
    /// What became of each promise.
    pub clocks: Vec<Promise>,
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
    /// Whether it is a worker's disclosure that is reasonably believed to be qualifying and within the body's remit.
    ///
    /// Source: the Prescribed Persons (Reports on Disclosures of Information) Regulations 2017 (SI 2017/507),
    /// regulation 5.
    #[must_use]
    pub fn is_qualifying(&self) -> bool {
        self.route == Route::StaffConcern
            && self.worker == Some(YesNo::Yes)
            && self.in_remit == Some(YesNo::Yes)
            && !self.failures.is_empty()
    }
}
