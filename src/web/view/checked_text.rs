use std::collections::BTreeSet;

use crate::domain::Identifying;

/// A text, with what in it may show who someone is.
#[derive(Default)]
pub(super) struct CheckedText {
    pub(super) parts: Vec<CheckedPart>,
    pub(super) found: FoundInText,
}

/// A part of a text, marked if it may show who someone is.
pub(super) struct CheckedPart {
    pub(super) text: String,
    pub(super) marked: bool,
}

/// What was found, each kind once.
#[derive(Default)]
pub(super) struct FoundInText {
    /// What is seldom meant to be sent.
    pub(super) warnings: BTreeSet<&'static str>,
    /// Whether a receipt code is among it.
    pub(super) has_code: bool,
    /// Whether there are words that the person may want to look at once more, with nothing wrong in them.
    pub(super) asks: bool,
}

impl CheckedText {
    /// Looks through a text.
    pub(super) fn of(text: &str) -> Self {
        let mut marked = Self::default();
        let mut from = 0;
        for span in Identifying::find(text) {
            marked.push(&text[from..span.range.start], false);
            marked.push(&text[span.range.clone()], true);
            from = span.range.end;
            if span.kind.is_question() {
                marked.found.asks = true;
            } else {
                marked.found.warnings.insert(span.kind.label());
                marked.found.has_code |= span.kind == Identifying::ReceiptCode;
            }
        }
        marked.push(&text[from..], false);
        marked
    }

    /// Words that are nobody's own.
    pub(super) fn plain(text: &str) -> Self {
        let mut plain = Self::default();
        plain.push(text, false);
        plain
    }

    fn push(&mut self, text: &str, marked: bool) {
        if !text.is_empty() {
            self.parts.push(CheckedPart { text: text.to_owned(), marked });
        }
    }
}

impl FoundInText {
    /// Whether there is nothing to say.
    pub(super) fn is_empty(&self) -> bool {
        self.warnings.is_empty() && !self.asks
    }

    /// With what another text holds.
    pub(super) fn add(&mut self, other: &Self) {
        self.warnings.extend(&other.warnings);
        self.has_code |= other.has_code;
        self.asks |= other.asks;
    }
}
