use crate::domain::ReportId;

/// There is nothing of that name, or whoever asks may not see it. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum LookupError {
    /// An id that names no report.
    #[error("there is no such report; `candour desk list` shows the ids")]
    NoReport,
    /// Whoever looks is shut out of it.
    #[error("you are shut out of report {0}: a colleague has to deal with it")]
    ShutOut(ReportId),
    /// It was destroyed.
    #[error("report {0} was destroyed when its time was over; nothing of it is left here")]
    Destroyed(ReportId),
    /// Its concern is not here, so there is nothing to look for.
    #[error("what the person said first in report {0} is not here; give one whose concern can be shown")]
    NoDescription(ReportId),
    /// An id that is too short or not one.
    #[error("that is not a report's id; give at least its first 4 digits, as `candour desk list` shows them")]
    NotAnId,
    /// The beginning of several ids.
    #[error("that is the beginning of {0} reports' ids; give more digits")]
    AmbiguousId(usize),
    /// A name that no file of the report has.
    #[error("report {0} has no file of that name; `candour desk show` lists the files and their names")]
    NoAttachment(ReportId),
    /// A name that several files of the report have.
    #[error("report {report} has {} files of that name; give the number of one instead: {}", .places.len(), .places.join(", "))]
    AmbiguousAttachment {
        /// The report that was asked for.
        report: ReportId,
        /// `MESSAGE/FILE`, both from 1.
        places: Vec<String>,
    },
}
