/// The team can't be changed like that. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum TeamError {
    /// Keys that two members never put there.
    #[error("these are not the recovery keys of this casebook; give those that are kept in the safe")]
    NoRecovery,
}
