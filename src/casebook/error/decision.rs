use crate::domain::{AssessmentProblem, ReportId};

/// A decision can't be recorded. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum DecisionError {
    /// Someone decided about it meanwhile.
    #[error("report {0} has changed since you opened it, so nothing was recorded; look at it again")]
    Changed(ReportId),
    /// A supplementary notice without a first one.
    #[error("report {0} has no notice yet, so there is nothing to supplement; write the first notice")]
    NoFirstNotice(ReportId),
    /// An assessment whose fields don't fit each other.
    #[error("the assessment is not recorded: {0}")]
    Assessment(AssessmentProblem),
    /// A report that is to be set aside as the same as itself, or as one that is set aside with it.
    #[error("report {0} is among those that are set aside; name another one that it is the same as")]
    SameAsItself(ReportId),
    /// Someone is to look after it who can't open it.
    #[error("report {0} is not open to whoever is to look after it; choose somebody else, or let them in first")]
    NoReader(ReportId),
    /// A decision with nothing in it.
    #[error("nothing is decided; give at least one of an area, a state, a notice, a reply or a note")]
    NothingDecided,
    /// An answer to a report that is no longer at the box.
    #[error(
        "report {0} was withdrawn: the person deleted it at the box, so no notice or reply can reach them; record a note instead"
    )]
    Withdrawn(ReportId),
}
