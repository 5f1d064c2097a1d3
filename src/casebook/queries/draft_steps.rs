//! What was kept, thrown away and said of what is to be written to a person, step by step. What it says stays sealed.

use std::collections::BTreeMap;

use crate::{
    casebook::Casebook,
    domain::{AnswerKind, Date, MemberId, ReportId},
};

/// Something that was done with a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DraftStep {
    /// The event that holds it: what happened first has the lowest.
    pub event: u64,
    /// The day of the event, in London.
    pub on: Date,
    /// Who did it.
    pub by: MemberId,
    /// What it was.
    pub act: DraftAct,
}

/// What can be done with a draft.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DraftAct {
    /// It was kept.
    Kept {
        /// What it is to be.
        kind: AnswerKind,
        /// Whether it is still there: its author has kept none of that kind since, and thrown none away.
        is_current: bool,
    },
    /// It was thrown away.
    Discarded(AnswerKind),
    /// A member said something about it.
    Commented {
        /// The event that keeps the draft.
        draft: u64,
    },
}

impl Casebook {
    /// What was done with the drafts about a report, in its order; nothing of one that this member can't open.
    #[must_use]
    pub fn draft_steps(&self, id: ReportId) -> Vec<DraftStep> {
        let Some(report) = self.state.reports.get(&id) else { return Vec::new() };
        let mut last: BTreeMap<(MemberId, AnswerKind), u64> = BTreeMap::new();
        for draft in &report.drafts {
            last.insert((draft.by, draft.kind), draft.event);
        }
        let mut steps: Vec<DraftStep> = report
            .drafts
            .iter()
            .map(|draft| {
                let act = if draft.discarded {
                    DraftAct::Discarded(draft.kind)
                } else {
                    let is_current = last.get(&(draft.by, draft.kind)) == Some(&draft.event);
                    DraftAct::Kept { kind: draft.kind, is_current }
                };
                DraftStep { event: draft.event, on: draft.on, by: draft.by, act }
            })
            .collect();
        steps.extend(report.comments.iter().map(|comment| DraftStep {
            event: comment.event,
            on: comment.on,
            by: comment.by,
            act: DraftAct::Commented { draft: comment.draft },
        }));
        steps.sort_by_key(|step| step.event);
        steps
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        domain::{Route, Text},
        world::{TODAY, casebook::World},
    };

    #[test]
    fn the_last_draft_of_a_kind_is_the_one_that_is_there() {
        let mut world = World::new();
        let id = world.concern(1, Route::StaffConcern, &[]);
        let file = world.collect();
        world.import(&file).unwrap();
        let keep = |kind, text| {
            let fields = vec![(Text::typed("text"), Text::typed(text))];
            world.edit(|editor| editor.keep_draft(id, kind, fields, &TODAY)).unwrap()
        };
        keep(AnswerKind::Reply, "Not yet.");
        let notice = keep(AnswerKind::Notice, "Not yet.");
        let reply = keep(AnswerKind::Reply, "Soon.");
        assert_eq!(keep(AnswerKind::Reply, "Soon."), reply, "nothing changed");
        world.edit(|editor| editor.comment(id, reply, Text::typed("Well."), &TODAY)).unwrap();
        world.edit(|editor| editor.discard_draft(id, AnswerKind::Notice, &TODAY)).unwrap();
        let casebook = world.open().unwrap();
        let kept = |kind, is_current| DraftAct::Kept { kind, is_current };
        let acts: Vec<DraftAct> = casebook.draft_steps(id).iter().map(|step| step.act).collect();
        assert_eq!(
            acts,
            [
                kept(AnswerKind::Reply, false),
                kept(AnswerKind::Notice, false),
                kept(AnswerKind::Reply, true),
                DraftAct::Commented { draft: reply },
                DraftAct::Discarded(AnswerKind::Notice),
            ]
        );
        assert!(notice < reply && casebook.draft_steps(ReportId([9; 8])).is_empty());
    }
}
