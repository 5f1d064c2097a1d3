use crate::domain::{
    Text,
    limits::{DETAIL_MAX, MESSAGE_MAX},
};

/// A text can't be taken as it was typed. Nothing of any report's content is in it.
#[derive(Debug, thiserror::Error)]
pub enum TypedError {
    /// A reason or detail that is too long.
    #[error("a reason is longer than {DETAIL_MAX} characters; shorten it")]
    LongReason,
    /// A text with nothing in it.
    #[error("the {0} is empty; write it and run the command again")]
    Empty(&'static str),
    /// A text that is too long.
    #[error("the {0} is longer than {MESSAGE_MAX} characters; shorten it")]
    Long(&'static str),
}

impl TypedError {
    /// A reason that is there and not too long.
    pub(in crate::casebook) fn reason(reason: Text) -> Result<Text, Self> {
        if reason.is_empty() {
            return Err(Self::Empty("reason"));
        }
        if reason.is_longer_than(DETAIL_MAX) { Err(Self::LongReason) } else { Ok(reason) }
    }
}
