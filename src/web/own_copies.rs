//! Opening what a person wrote, with what a receipt code gives, where the box keeps a copy for them.

use super::{App, WebError};
use crate::{
    crypto::Receipt,
    domain::{OwnCopy, limits::OWN_COPIES_BYTES},
    store::{CopyRead, StoredMessage, StoredReport},
};

/// What there is of one message for the person to read again.
pub(super) enum OpenedCopy {
    /// Nothing: it was sent while the box kept no copies.
    None,
    /// It can't be opened, or was not meant for this place.
    Damaged,
    /// More than one page takes.
    TooMuch,
    /// What they wrote.
    Whole(Box<OwnCopy>),
}

/// The copy of each message of a report, in the order of the messages. Blocks.
pub(super) fn open_copies(app: &App, receipt: &Receipt, report: &StoredReport) -> Result<Vec<OpenedCopy>, WebError> {
    let stored = app.store().own_copies(report.id, OWN_COPIES_BYTES)?;
    let of = |message: &StoredMessage| match stored.get(&message.seq) {
        None => OpenedCopy::None,
        Some(CopyRead::TooMuch) => OpenedCopy::TooMuch,
        Some(CopyRead::Damaged) => OpenedCopy::Damaged,
        Some(CopyRead::Sealed(sealed)) => {
            let r#box = app.store().settings().box_id;
            let copy = receipt.reply.open_own_copy(sealed).ok();
            let copy = copy.filter(|copy| copy.is_of(r#box, report.id, (message.seq, message.kind)));
            copy.map_or(OpenedCopy::Damaged, |copy| OpenedCopy::Whole(Box::new(copy)))
        }
    };
    Ok(report.messages.iter().map(of).collect())
}
