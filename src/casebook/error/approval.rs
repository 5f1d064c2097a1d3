/// An answer can't be approved or taken back. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum ApprovalError {
    /// No such answer.
    #[error("there is no such answer; look at the report again")]
    NoAnswer,
    /// An answer that waits for nobody.
    #[error("this answer does not wait for a second member; look at the report again")]
    NotWaiting,
    /// Whoever wrote a text approves it.
    #[error("you wrote this, so another member has to approve it")]
    OwnText,
}
