//! What stands beside the form on which a draft is written on.

use crate::{
    casebook::{Casebook, DraftComment, OpenedDraft},
    domain::{AnswerKind, MemberId, escape_invisible, escape_invisible_in_line},
    http::Day,
};

/// What whoever writes on is told: from when the draft is, and what was said about it.
pub(in crate::desk) struct DraftNote {
    pub(super) on: Day,
    pub(super) kind: AnswerKind,
    pub(super) comments: Vec<CommentBlock>,
}

/// What a member said about a draft.
pub(super) struct CommentBlock {
    pub(super) by: String,
    pub(super) on: Day,
    pub(super) text: String,
}

impl DraftNote {
    /// Of a draft.
    pub(in crate::desk) fn new(draft: &OpenedDraft, casebook: &Casebook) -> Self {
        Self { on: Day(draft.row.on), kind: draft.row.kind, comments: comments(draft, casebook) }
    }
}

/// What was said about a draft, the oldest first.
pub(super) fn comments(draft: &OpenedDraft, casebook: &Casebook) -> Vec<CommentBlock> {
    let block = |comment: &DraftComment| CommentBlock {
        by: name(casebook, comment.by),
        on: Day(comment.on),
        text: escape_invisible(comment.text.as_str()),
    };
    draft.comments.iter().map(block).collect()
}

/// What a member is called.
pub(super) fn name(casebook: &Casebook, id: MemberId) -> String {
    casebook.member_name(id).map_or_else(|| "Someone".to_owned(), |name| escape_invisible_in_line(name.as_str()))
}
