/// A proposal can't be made or consented to. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum ProposalError {
    /// There is none of that number.
    #[error("there is no such proposal; it may have been decided meanwhile: look at the team again")]
    Gone,
}
