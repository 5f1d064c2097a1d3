use crate::{crypto::SignError, domain::limits::MIB, files::FileError};

/// Nothing was carried, or not all of it.
#[derive(Debug, thiserror::Error)]
pub enum CarryError {
    /// Nobody answers there.
    #[error("{at} can't be reached: {why}; {remedy}")]
    Unreachable {
        /// The address.
        at: String,
        /// Why not.
        why: String,
        /// What to look at.
        remedy: &'static str,
    },
    /// What answers is no box, or does not know the key: a box tells strangers nothing, so nobody can tell which.
    #[error(
        "{0} is not a box, or a box that does not know this key; check the address, and ask whoever runs it whether the key's \
         public half stands in carriers.pub there, and the box was started since"
    )]
    Unknown(String),
    /// It broke off.
    #[error("the connection ended before all of it had come: {0}; run the command again, and it goes on from there")]
    Ended(String),
    /// The box announces more than there is room for.
    #[error(
        "the box says that a part of collection {number} has {} MiB, for which {at} has no room, or which is more than comes over a \
         line; make room, and if that is not it, ask whoever runs the box to look at it and to write the collection to a stick",
        .size.div_ceil(MIB as u64)
    )]
    NoRoom {
        /// The collection.
        number: u64,
        /// What the box says.
        size: u64,
        /// Where it would go.
        at: String,
    },
    /// The box said why not.
    #[error("the box refused: {0}")]
    Refused(String),
    /// What came is not what was announced.
    #[error("what came is not what the box announced, so it was thrown away; run the command again")]
    Altered,
    /// A file.
    #[error(transparent)]
    File(#[from] FileError),
    /// The request.
    #[error(transparent)]
    Sign(#[from] SignError),
    /// It can't even be asked.
    #[error("{0}")]
    Unasked(String),
}
