//! What a form with files brought.

use super::capacity::FilesClosed;
use crate::{
    domain::{Attachment, Entries},
    store::FinishedUpload,
};

/// Names of files that were left out that are told.
const LEFT_OUT_NAMES: usize = 20;

/// What a multipart form sent.
#[derive(Default)]
pub(super) struct Received {
    /// The text fields.
    pub fields: Entries,
    /// The files, sealed and in the store, but reachable from nowhere until a message names them.
    pub files: Files,
    /// Files that were not taken. They were thrown away; all else was kept.
    pub left_out: LeftOut,
    /// Whether the form ended at its first file, because nothing before it said that it may have any. No file of it was read.
    pub is_cut: bool,
}

/// Files that were not taken, by name.
#[derive(Default)]
pub(super) struct LeftOut {
    names: Vec<String>,
    closed: Option<FilesClosed>,
}

impl LeftOut {
    /// Their names, as far as they are told.
    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Why none could be taken, if it was for want of room and not of the message's own limits.
    pub(super) const fn closed(&self) -> Option<FilesClosed> {
        self.closed
    }

    /// One that went past a limit of the message.
    pub(super) fn add(&mut self, name: String) {
        if self.names.len() < LEFT_OUT_NAMES {
            self.names.push(name);
        } else if self.names.len() == LEFT_OUT_NAMES {
            self.names.push("and others".to_owned());
        }
    }

    /// One for which there was no room.
    pub(super) fn add_closed(&mut self, name: String, closed: FilesClosed) {
        self.add(name);
        self.closed = Some(closed);
    }
}

/// Sealed files. Dropped without [`Files::take`], their room is free again.
#[derive(Default)]
pub(super) struct Files(Vec<(Attachment, FinishedUpload)>);

impl Files {
    /// One more.
    pub(super) fn add(&mut self, attachment: Attachment, upload: FinishedUpload) {
        self.0.push((attachment, upload));
    }

    /// What the message will say of them.
    pub(super) fn described(&self) -> impl Iterator<Item = &Attachment> {
        self.0.iter().map(|(attachment, _)| attachment)
    }

    /// How many there are.
    pub(super) const fn count(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub(super) const fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// What the message says of them, and the files themselves.
    pub(super) fn take(self) -> (Vec<Attachment>, Vec<FinishedUpload>) {
        self.0.into_iter().unzip()
    }
}
