use crate::{domain::limits::SHORT_MAX, files::FileError};

/// A report can't be handed on. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum ReferralError {
    /// A referral with nothing in it.
    #[error("nothing is chosen to be handed on; choose at least one text or file")]
    Empty,
    /// A team's name that is no name.
    #[error("the team's name is empty or longer than {SHORT_MAX} characters; give its name")]
    TeamName,
    /// The file of a referral was recorded but has not got its name.
    #[error("the referral is recorded but its file was lost ({0}); hand it on again")]
    Lost(FileError),
}
