//! Drafts of notices and replies: in a list on their report's page, on a page of their own, and beside the form on which
//! they are written.

use askama::{Template, filters::HtmlSafe};

use super::{
    Shell,
    correspondence::{part, said},
    draft_note::{CommentBlock, comments, name},
    finds::{Find, finds},
    messages::Beside,
};
use crate::{
    casebook::{Casebook, OpenedDraft, ReportView},
    desk::{
        form::{correspondence::CommentField, question::AskedField},
        letter_checks::finds_of,
    },
    domain::{AnswerKind, Entries, FieldError, ReportId},
    http::{Day, Field, SaidByTeam},
};

/// The drafts of a report, for its page. Says nothing if there are none.
#[derive(Template)]
#[template(path = "desk/drafts.html")]
pub(in crate::desk) struct Drafts {
    id: ReportId,
    rows: Vec<DraftLine>,
}

/// A draft in a list.
struct DraftLine {
    event: u64,
    kind: AnswerKind,
    on: Day,
    by: String,
    /// Whether whoever looks writes it.
    mine: bool,
    comments: usize,
}

impl HtmlSafe for Drafts {}

impl Drafts {
    /// Those of a report that wait to be written on.
    pub(in crate::desk) fn new(id: ReportId, casebook: &Casebook) -> Self {
        let rows = casebook.drafts(id).into_iter().map(|row| DraftLine {
            event: row.event,
            kind: row.kind,
            on: Day(row.on),
            by: name(casebook, row.by),
            mine: casebook.me() == Some(row.by),
            comments: row.comments,
        });
        Self { id, rows: rows.collect() }
    }
}

impl DraftLine {
    fn part(&self) -> &'static str {
        part(self.kind)
    }
}

/// A draft, as a colleague reads it.
#[derive(Template)]
#[template(path = "desk/draft.html")]
pub(in crate::desk) struct DraftPage<'a> {
    shell: &'a Shell,
    id: ReportId,
    event: u64,
    kind: AnswerKind,
    by: String,
    on: Day,
    mine: bool,
    errors: &'a [FieldError],
    text: String,
    finds: Vec<Find>,
    comments: Vec<CommentBlock>,
    comment: Field,
    beside: Beside,
}

/// What it is made from.
pub(in crate::desk) struct DraftParts<'a, 'd> {
    pub(in crate::desk) report: &'d ReportView,
    pub(in crate::desk) draft: &'d OpenedDraft,
    /// As the person would see it.
    pub(in crate::desk) text: String,
    pub(in crate::desk) errors: &'a [FieldError],
    pub(in crate::desk) typed: &'d Entries,
}

impl<'a> DraftPage<'a> {
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        parts: DraftParts<'a, '_>,
        beside: Beside,
    ) -> Self {
        let DraftParts { report, draft, text, errors, typed } = parts;
        Self {
            shell,
            id: report.entry.id,
            event: draft.row.event,
            kind: draft.row.kind,
            by: name(casebook, draft.row.by),
            on: Day(draft.row.on),
            mine: casebook.me() == Some(draft.row.by),
            errors,
            finds: finds(&text, &finds_of(&text, report)),
            text,
            comments: comments(draft, casebook),
            comment: CommentField::Comment.field(typed, errors),
            beside,
        }
    }

    fn article(&self) -> SaidByTeam<'_> {
        said(self.kind, self.on.0, &self.text)
    }

    fn part(&self) -> &'static str {
        part(self.kind)
    }
}
