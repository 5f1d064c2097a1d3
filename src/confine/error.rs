use std::fmt::Display;

/// The kernel refused.
#[derive(Debug, thiserror::Error)]
#[error("the process can't be confined: {0}; run `candour check` and use a newer kernel")]
pub struct ConfineError(String);

impl ConfineError {
    pub(super) fn because(error: &dyn Display) -> Self {
        Self(error.to_string())
    }
}
