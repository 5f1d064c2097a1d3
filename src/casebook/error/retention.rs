use crate::domain::ReportId;

/// A report can't be destroyed. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum RetentionError {
    /// It is not to be destroyed yet.
    #[error("report {0} can't be destroyed yet: it has to be closed or withdrawn, and every promise of it kept")]
    NotToBeDestroyed(ReportId),
    /// The box was not told that it is set aside.
    #[error("report {0} can't be destroyed yet: the box was not told that it is set aside; export first")]
    Untold(ReportId),
}
