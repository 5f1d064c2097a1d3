/// A casebook can't be opened for a change. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum EditError {
    /// The signing key is not this member's.
    #[error("this signing key is not the one that this member joined with; give that one")]
    OtherSigner,
    /// Another command writes.
    #[error("another candour command is using this casebook; wait until it has finished and run this one again")]
    Busy,
}
