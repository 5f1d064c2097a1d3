use crate::domain::limits::ENTERED_YEARS;

/// A concern can't be entered. Nothing of its content is in it.
#[derive(Debug, thiserror::Error)]
pub enum EnterError {
    /// No collection was ever taken in.
    #[error(
        "this casebook has not heard from its box yet, and what is entered belongs to that box: take in a first collection, which may be empty"
    )]
    NoBox,
    /// It came through the box.
    #[error("what came through the box comes with a collection; enter what came another way")]
    Way,
    /// It came tomorrow, or long ago.
    #[error("the day on which it came is to come, or more than {ENTERED_YEARS} years ago; nothing was recorded")]
    Day,
    /// It was acknowledged before it came, or is to be.
    #[error("the day on which it was acknowledged is to come, or before it came; nothing was recorded")]
    Acknowledged,
    /// Whoever is read a receipt code knows that it is here.
    #[error(
        "give the day on which the person was told that it is here: with a receipt code, that on which it is read out"
    )]
    NotAcknowledged,
    /// A text that is missing or too long.
    #[error("who took it is missing, or a text is too long; nothing was recorded")]
    Text,
    /// Argon2id.
    #[error("no receipt code could be made: {0}")]
    Code(String),
}
