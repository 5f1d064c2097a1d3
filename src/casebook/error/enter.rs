use std::io;

use crate::domain::limits::{ATTACHMENT_BYTES, ATTACHMENTS, ENTERED_YEARS, MESSAGES, MIB};

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
    /// Too many files, or too large ones.
    #[error(
        "there are more than {ATTACHMENTS} files, or they have more than {} MB; nothing was recorded: add the others as another message",
        ATTACHMENT_BYTES / MIB as u64
    )]
    Files,
    /// A file that came with it breaks off, or is none.
    #[error("a file that is to be added can't be read: {0}; nothing was recorded")]
    Unreadable(io::Error),
    /// Neither a text nor a file.
    #[error("there is nothing to add: give a text, a file or both")]
    Nothing,
    /// What was said later came before the concern, or is to come.
    #[error("the day on which it came is to come, or before the day on which the concern came; nothing was recorded")]
    FollowUpDay,
    /// As many messages as are shown of one report.
    #[error(
        "this report has {MESSAGES} messages, which is as many as are shown of one; enter it as a concern of its own"
    )]
    Full,
    /// Its files are sealed to a key that is not the report's any more.
    #[error("the readers of this report changed while its files came in; nothing was recorded: add them again")]
    KeyChanged,
    /// Argon2id.
    #[error("no receipt code could be made: {0}")]
    Code(String),
}
