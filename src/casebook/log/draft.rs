//! What is to be written to a person, before it is: kept for its readers, so that nothing that was typed is lost.

use serde::{Deserialize, Serialize};

use crate::domain::{
    AnswerKind, Text,
    limits::{DETAIL_MAX, FIELDS, MESSAGE_MAX, SHORT_MAX},
};

/// A draft of a letter, as it was typed: each takes the place of the one before by the same author, of the same kind.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Drafted {
    /// What it is to be: a notice or a reply.
    pub(in crate::casebook) kind: AnswerKind,
    /// Whether it was thrown away. There is nothing in it then.
    pub(in crate::casebook) discarded: bool,
    /// What was filled in, field by field: names and values.
    pub(in crate::casebook) fields: Vec<(Text, Text)>,
}

/// What a member says about a draft.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(in crate::casebook) struct Commented {
    /// The event that keeps the draft.
    pub(in crate::casebook) draft: u64,
    /// In the member's words; stays in the casebook.
    pub(in crate::casebook) text: Text,
}

impl Drafted {
    /// Whether it is of a letter, and every text in it is within its bounds.
    pub(in crate::casebook) fn is_bounded(&self) -> bool {
        let fits = |(name, value): &(Text, Text)| !name.is_longer_than(SHORT_MAX) && !value.is_longer_than(MESSAGE_MAX);
        self.kind.is_text()
            && self.fields.len() <= FIELDS
            && self.fields.iter().all(fits)
            && self.discarded == self.fields.is_empty()
    }

    pub(super) fn forget_texts(&mut self) {
        self.fields.clear();
    }
}

impl Commented {
    /// Whether it says something, within its bounds.
    pub(in crate::casebook) fn is_bounded(&self) -> bool {
        !self.text.is_empty() && !self.text.is_longer_than(DETAIL_MAX)
    }
}
