use crate::{
    casebook::{CasebookError, TypedError},
    domain::{Text, limits::MESSAGE_MAX},
};

/// A note for the team alone: never exported.
pub struct NewNote(pub(super) Text);

impl NewNote {
    /// As it was typed.
    ///
    /// # Errors
    /// If it is empty or too long.
    pub fn new(text: Text) -> Result<Self, CasebookError> {
        written("note", text).map(Self)
    }
}

/// A text that there has to be something in.
pub(super) fn written(name: &'static str, text: Text) -> Result<Text, CasebookError> {
    if text.is_empty() {
        return Err(CasebookError::Typed(TypedError::Empty(name)));
    }
    if text.is_longer_than(MESSAGE_MAX) {
        return Err(CasebookError::Typed(TypedError::Long(name)));
    }
    Ok(text)
}
