use crate::{domain::ReportId, files::FileError};

/// Decisions can't be written. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file was recorded as exported but has not got its name.
    #[error("the export is recorded but its file was lost ({0}); run the command again with --again and another name")]
    Lost(FileError),
    /// Nobody ever has so much to tell.
    #[error("there is more to tell than a hundred thousand files hold; nothing was written")]
    TooMuch,
    /// There is nothing else to export.
    #[error(
        "an answer of report {0} waits to be exported, and its sealed file is not here as it was made; take it back and write it again"
    )]
    NoFile(ReportId),
}
