use super::{
    ApprovalError, CasebookBackupError, DecisionError, EditError, EnterError, ExportError, ImportError, LogError,
    LookupError, NotAllowed, ProposalError, ReferralError, Refusal, RetentionError, TeamError, TypedError,
};
use crate::{
    crypto::{SealError, SignError},
    domain::CalendarError,
    files::{FileError, tarball::TarError},
};

/// A casebook can't do what it was asked. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum CasebookError {
    /// What is on its disk.
    #[error(transparent)]
    Log(#[from] LogError),
    /// Opening it for a change.
    #[error(transparent)]
    Edit(#[from] EditError),
    /// Finding a report or something of it.
    #[error(transparent)]
    Lookup(#[from] LookupError),
    /// Taking in a collection.
    #[error(transparent)]
    Import(#[from] ImportError),
    /// A text that was typed.
    #[error(transparent)]
    Typed(#[from] TypedError),
    /// Recording a decision.
    #[error(transparent)]
    Decision(#[from] DecisionError),
    /// Entering a concern.
    #[error(transparent)]
    Enter(#[from] EnterError),
    /// Approving a notice, or taking it back.
    #[error(transparent)]
    Approval(#[from] ApprovalError),
    /// Changing the team.
    #[error(transparent)]
    Team(#[from] TeamError),
    /// Handing a report on.
    #[error(transparent)]
    Referral(#[from] ReferralError),
    /// Writing decisions.
    #[error(transparent)]
    Export(#[from] ExportError),
    /// Backing it up, or making one of a backup.
    #[error(transparent)]
    Backup(#[from] CasebookBackupError),
    /// Destroying a report.
    #[error(transparent)]
    Retention(#[from] RetentionError),
    /// Proposing a change, or consenting to one.
    #[error(transparent)]
    Proposal(#[from] ProposalError),
    /// The team's rules say no.
    #[error("{0}; nothing was recorded")]
    NotAllowed(#[from] NotAllowed),
    /// Counting a clock's days.
    #[error(transparent)]
    Calendar(#[from] CalendarError),
}

impl From<FileError> for CasebookError {
    fn from(error: FileError) -> Self {
        LogError::from(error).into()
    }
}

impl From<SignError> for CasebookError {
    fn from(error: SignError) -> Self {
        LogError::from(error).into()
    }
}

impl From<SealError> for CasebookError {
    fn from(error: SealError) -> Self {
        LogError::from(error).into()
    }
}

impl From<Refusal> for CasebookError {
    fn from(error: Refusal) -> Self {
        ImportError::from(error).into()
    }
}

/// A tar is read of a collection alone.
impl From<TarError> for CasebookError {
    fn from(error: TarError) -> Self {
        Refusal::from(error).into()
    }
}
