use crate::files::FileError;

/// Decisions can't be written. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum ExportError {
    /// The file was recorded as exported but has not got its name.
    #[error("the export is recorded but its file was lost ({0}); run the command again with --again and another name")]
    Lost(FileError),
}
