//! How a sealed file of a report is called.

use std::fmt;

use crate::domain::ReportId;

/// A sealed file of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealedPlace {
    /// Of a message: 0 is the message itself.
    Message(u32, usize),
    /// The person's own copy of a message.
    OwnCopy(u32),
    /// An answer.
    Answer(u32),
}

/// A sealed file that is not as it was stored. It keeps nobody from all else.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DamagedFile {
    /// Whose it is.
    pub report: ReportId,
    /// Which it is.
    pub place: SealedPlace,
}

impl fmt::Display for DamagedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { report, place } = self;
        match place {
            SealedPlace::Message(seq, _) => write!(f, "report {report} message {seq}"),
            SealedPlace::OwnCopy(seq) => write!(f, "report {report} own copy of message {seq}"),
            SealedPlace::Answer(seq) => write!(f, "report {report} answer {seq}"),
        }
    }
}
