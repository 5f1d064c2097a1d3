//! What is to be written to a person and is not recorded yet, and what colleagues say about it.

use std::collections::BTreeSet;

use crate::{
    casebook::{
        Casebook, CasebookError,
        log::{chain::OpenedMatter, event::Matter},
        state::report::{CommentRecord, DraftRecord, Report},
    },
    domain::{AnswerKind, Date, MemberId, ReportId, Text},
};

/// What is shown of what was said about a draft: the last of it.
const COMMENTS: usize = 100;

/// A draft that waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DraftRow {
    /// The event that holds it.
    pub event: u64,
    /// The day on which it was kept.
    pub on: Date,
    /// Who writes it.
    pub by: MemberId,
    /// A notice or a reply.
    pub kind: AnswerKind,
    /// How often something was said about it, as it is or as it was before.
    pub comments: usize,
}

/// A draft, opened.
pub struct OpenedDraft {
    /// Whose it is, and of what.
    pub row: DraftRow,
    /// What was filled in: names of fields and values.
    pub fields: Vec<(Text, Text)>,
    /// The last of what was said about it, as it is or as it was before: the oldest first.
    pub comments: Vec<DraftComment>,
}

/// What a member said about a draft.
pub struct DraftComment {
    /// The day on which it was said.
    pub on: Date,
    /// Who said it.
    pub by: MemberId,
    /// In the member's words.
    pub text: Text,
}

impl Report {
    /// What a member kept of a letter of that kind since their last one was recorded and their last draft was thrown away,
    /// the newest last. A letter that was taken back is recorded no more, so what was kept for it waits again.
    fn kept_drafts(&self, by: MemberId, kind: AnswerKind) -> Vec<&DraftRecord> {
        let letters = self.answers.iter().filter(|answer| answer.by == by && answer.kind == kind);
        let over = letters.map(|answer| answer.event).max().unwrap_or_default();
        let theirs = self.drafts.iter().filter(|draft| draft.by == by && draft.kind == kind && draft.event > over);
        let mut kept = Vec::new();
        for draft in theirs {
            if draft.discarded {
                kept.clear();
            } else {
                kept.push(draft);
            }
        }
        kept
    }

    /// What was said about any of these drafts.
    fn comments_on(&self, drafts: &[&DraftRecord]) -> Vec<&CommentRecord> {
        let events: BTreeSet<u64> = drafts.iter().map(|draft| draft.event).collect();
        self.comments.iter().filter(|comment| events.contains(&comment.draft)).collect()
    }
}

impl Casebook {
    /// The drafts that wait to be written on, at most one by each member of each kind: the oldest first. None of a report
    /// that this member can't open.
    #[must_use]
    pub fn drafts(&self, id: ReportId) -> Vec<DraftRow> {
        self.state.reports.get(&id).map(draft_rows).unwrap_or_default()
    }

    /// The draft that an event holds, if it still waits.
    ///
    /// # Errors
    /// If its event can't be read.
    pub fn draft(&self, id: ReportId, event: u64) -> Result<Option<OpenedDraft>, CasebookError> {
        let row = self.drafts(id).into_iter().find(|row| row.event == event);
        row.map(|row| self.open_draft(id, row)).transpose().map(Option::flatten)
    }

    /// This member's own draft of that kind, if one waits.
    ///
    /// # Errors
    /// If its event can't be read.
    pub fn my_draft(&self, id: ReportId, kind: AnswerKind) -> Result<Option<OpenedDraft>, CasebookError> {
        let mine = self.drafts(id).into_iter().find(|row| row.kind == kind && Some(row.by) == self.me());
        mine.map(|row| self.open_draft(id, row)).transpose().map(Option::flatten)
    }

    fn open_draft(&self, id: ReportId, row: DraftRow) -> Result<Option<OpenedDraft>, CasebookError> {
        let Some(report) = self.state.reports.get(&id) else { return Ok(None) };
        let Some(Matter::Drafted(drafted)) = self.matter_of(row.event)? else { return Ok(None) };
        // Each stands in an event of its own, and one member can write very many.
        let about = report.comments_on(&report.kept_drafts(row.by, row.kind));
        let mut comments = Vec::new();
        for comment in about.iter().skip(about.len().saturating_sub(COMMENTS)) {
            if let Some(Matter::Commented(commented)) = self.matter_of(comment.event)? {
                comments.push(DraftComment { on: comment.on, by: comment.by, text: commented.text });
            }
        }
        Ok(Some(OpenedDraft { row, fields: drafted.fields, comments }))
    }

    fn matter_of(&self, event: u64) -> Result<Option<Matter>, CasebookError> {
        let opened = self.open_event(event)?;
        Ok(opened.matters.into_iter().find_map(OpenedMatter::into_open))
    }
}

/// Of each member and each kind once: whoever keeps a draft at each page that they look at keeps very many.
fn draft_rows(report: &Report) -> Vec<DraftRow> {
    let mut rows: Vec<DraftRow> = Vec::new();
    let written: BTreeSet<(MemberId, AnswerKind)> = report.drafts.iter().map(|draft| (draft.by, draft.kind)).collect();
    for (by, kind) in written {
        let kept = report.kept_drafts(by, kind);
        rows.extend(kept.last().map(|last| DraftRow {
            event: last.event,
            on: last.on,
            by,
            kind,
            comments: report.comments_on(&kept).len(),
        }));
    }
    rows.sort_by_key(|row| row.event);
    rows
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::{NewNotice, NewProposal, NewReaders, NewReply},
        domain::{ReportState, Route, TeamRole},
        world::{
            DAY, TODAY,
            casebook::{World, moved},
        },
    };

    fn world() -> (World, ReportId) {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        (world, id)
    }

    fn fields(text: &str) -> Vec<(Text, Text)> {
        vec![(Text::typed("text"), Text::typed(text))]
    }

    fn said(draft: &OpenedDraft) -> (&str, Vec<&str>) {
        (draft.fields[0].1.as_str(), draft.comments.iter().map(|comment| comment.text.as_str()).collect())
    }

    #[test]
    fn a_draft_waits_with_its_comments_until_its_letter_is_recorded() {
        let (world, id) = world();
        let second = world.colleague("Second Reviewer", TeamRole::Reviewer);
        let first = world.edit(|editor| editor.keep_draft(id, AnswerKind::Reply, fields("Dear"), &TODAY)).unwrap();
        let events = world.open().unwrap().version();
        let version = world.open().unwrap().seen(id).unwrap();
        let again = world.edit(|editor| editor.keep_draft(id, AnswerKind::Reply, fields("Dear"), &TODAY)).unwrap();
        assert_eq!(
            (again, world.open().unwrap().version()),
            (first, events),
            "nothing changed, so nothing is recorded"
        );
        let comment =
            |draft, text| world.edit_as(&second, |editor| editor.comment(id, draft, Text::typed(text), &TODAY));
        comment(first, "Shorter.").unwrap();
        let next = world.edit(|editor| editor.keep_draft(id, AnswerKind::Reply, fields("Hi"), &TODAY)).unwrap();
        comment(next, "Good.").unwrap();
        world.edit_as(&second, |editor| editor.keep_draft(id, AnswerKind::Reply, fields("Mine"), &TODAY)).unwrap();

        let casebook = world.open_as(&second).unwrap();
        let rows = casebook.drafts(id);
        assert_eq!(rows.iter().map(|row| (row.event, row.comments)).collect::<Vec<_>>(), [(next, 2), (next + 2, 0)]);
        assert_eq!(said(&casebook.draft(id, next).unwrap().unwrap()), ("Hi", vec!["Shorter.", "Good."]));
        assert!(casebook.draft(id, first).unwrap().is_none(), "another took its place");
        assert_eq!(said(&casebook.my_draft(id, AnswerKind::Reply).unwrap().unwrap()).0, "Mine");
        assert!(casebook.my_draft(id, AnswerKind::Notice).unwrap().is_none());
        assert_eq!(casebook.seen(id).unwrap(), version, "no form on the report is out of date by it");

        let reply = || NewReply::new(Text::typed("Hi")).unwrap();
        world.edit(|editor| editor.reply(id, version, reply(), &TODAY)).unwrap();
        let left: Vec<u64> = world.open().unwrap().drafts(id).iter().map(|row| row.event).collect();
        assert_eq!(left, [next + 2], "the letter ends its own draft alone");
        world.edit_as(&second, |editor| editor.discard_draft(id, AnswerKind::Reply, &TODAY)).unwrap();
        assert!(world.open().unwrap().drafts(id).is_empty());
    }

    #[test]
    fn what_was_taken_back_waits_again_as_its_authors_draft() {
        let (world, id) = world();
        let second = world.colleague("Second Reviewer", TeamRole::Reviewer);
        let draft = world.edit(|editor| editor.keep_draft(id, AnswerKind::Notice, fields("Plan"), &TODAY)).unwrap();
        let notice = NewNotice::new(Text::typed("Plan")).unwrap().to_be_approved();
        let seen = world.open().unwrap().seen(id).unwrap();
        world.edit(|editor| editor.notify(id, seen, notice, Vec::new(), &TODAY)).unwrap();
        assert!(world.open().unwrap().drafts(id).is_empty());
        world
            .edit_as(&second, |editor| {
                let answer = crate::casebook::AnswerId { report: id, seq: 1 };
                let seen = editor.casebook().seen(id)?;
                editor.take_back(answer, seen, Text::typed("It names the ward."), &TODAY)
            })
            .unwrap();
        let casebook = world.open().unwrap();
        assert_eq!(casebook.my_draft(id, AnswerKind::Notice).unwrap().map(|draft| draft.row.event), Some(draft));
    }

    #[test]
    fn a_comment_on_what_is_no_draft_of_the_report_is_refused_and_void() {
        let (mut world, id) = world();
        let other = world.concern(2, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        let draft = world.edit(|editor| editor.keep_draft(id, AnswerKind::Reply, fields("Dear"), &TODAY)).unwrap();
        for (report, event) in [(id, 1), (id, draft + 7), (other, draft)] {
            let refused = world.edit(|editor| editor.comment(report, event, Text::typed("Forged."), &TODAY));
            assert!(refused.is_err(), "{event}");
        }
        assert!(world.edit(|editor| editor.comment(id, draft, Text::typed(""), &TODAY)).is_err());
        let long = fields(&"x".repeat(crate::domain::limits::MESSAGE_MAX + 1));
        for (kind, fields) in
            [(AnswerKind::Reply, long), (AnswerKind::Update, fields("x")), (AnswerKind::Reply, vec![])]
        {
            assert!(world.edit(|editor| editor.keep_draft(id, kind, fields, &TODAY)).is_err(), "{kind}");
        }
        assert_eq!(world.open().unwrap().drafts(id)[0].comments, 0);
    }

    #[test]
    fn very_many_drafts_and_comments_hold_no_page_up() {
        const MANY: u64 = 4000;
        let (by, on) = (MemberId([7; 8]), DAY);
        let mut report = Report::new(Route::StaffConcern, DAY, String::new());
        for event in (2..=2 * MANY).step_by(2) {
            report.drafts.push(DraftRecord { event, on, by, kind: AnswerKind::Reply, discarded: false });
            report.comments.push(CommentRecord { event: event + 1, on, by, draft: event });
        }
        let begun = std::time::Instant::now();
        let rows = draft_rows(&report);
        assert_eq!(rows.iter().map(|row| (row.event, row.comments as u64)).collect::<Vec<_>>(), [(2 * MANY, MANY)]);
        // Each with each other would take hours.
        assert!(begun.elapsed().as_secs() < 10);
    }

    #[test]
    fn the_last_comments_are_shown() {
        let (world, id) = world();
        let draft = world.edit(|editor| editor.keep_draft(id, AnswerKind::Reply, fields("Dear"), &TODAY)).unwrap();
        world
            .edit(|editor| {
                (0..COMMENTS + 2)
                    .try_for_each(|place| editor.comment(id, draft, Text::typed(&place.to_string()), &TODAY))
            })
            .unwrap();
        let opened = world.open().unwrap().draft(id, draft).unwrap().unwrap();
        assert_eq!((opened.row.comments, opened.comments.len()), (COMMENTS + 2, COMMENTS));
        assert_eq!(opened.comments.last().map(|comment| comment.text.as_str()), Some("101"));
    }

    #[test]
    fn drafts_are_for_readers_and_end_with_the_report() {
        let (world, id) = world();
        let second = world.colleague("Second Reviewer", TeamRole::Reviewer);
        let draft = world.edit(|editor| editor.keep_draft(id, AnswerKind::Reply, fields("Dear"), &TODAY)).unwrap();
        assert!(world.open_as(&second).unwrap().draft(id, draft).unwrap().is_some());
        let me = world.open().unwrap().me().unwrap();
        let readers = NewReaders { readers: vec![me], reason: Text::typed("Few.") };
        world.edit(|editor| editor.restrict(id, readers, &TODAY)).unwrap();
        let closed = world.open_as(&second).unwrap();
        assert!(closed.drafts(id).is_empty() && closed.draft(id, draft).unwrap().is_none());
        let kept = world.edit(|editor| editor.keep_draft(id, AnswerKind::Reply, fields("Secret"), &TODAY)).unwrap();
        assert!(world.open_as(&second).unwrap().matter_of(kept).unwrap().is_none(), "sealed to its readers");
    }

    #[test]
    fn nothing_of_a_draft_is_readable_once_its_report_is_destroyed() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        world.reports.get_mut(&id).unwrap().entry.clocks[0].clock.met_on = Some(DAY);
        let file = world.collect();
        world.import(&file).unwrap();
        let draft = world.edit(|editor| editor.keep_draft(id, AnswerKind::Reply, fields("Dear"), &TODAY)).unwrap();
        world.edit(|editor| editor.comment(id, draft, Text::typed("Shorter."), &TODAY)).unwrap();
        world.decide(id, moved(ReportState::Closed)).unwrap();
        assert!(world.open().unwrap().matter_of(draft).unwrap().is_some());
        world.agree(NewProposal::Destroy(id)).unwrap();
        let casebook = world.open().unwrap();
        assert!(casebook.drafts(id).is_empty() && casebook.draft(id, draft).unwrap().is_none());
        assert!(casebook.matter_of(draft).unwrap().is_none() && casebook.matter_of(draft + 1).unwrap().is_none());
    }
}
