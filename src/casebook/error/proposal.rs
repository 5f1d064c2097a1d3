/// A proposal can't be made or consented to. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    /// There is none of that number.
    #[error("there is no such proposal; it may have been decided meanwhile: look at the team again")]
    Gone,
    /// What the figures would keep of a report is not what it was.
    #[error(
        "what the proposal would keep of the report for the figures is not what the report says now; turn it down, and propose it anew"
    )]
    OtherFigures,
}
