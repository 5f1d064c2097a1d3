//! What a restored box lost, and what the team can do about it.

use askama::Template;

use super::{Shell, short_list::ShortList, words::not_here_yet};
use crate::{
    casebook::{AnswerId, LostAtBox},
    domain::ReportId,
    http::{Day, Days},
};

/// What a restored box lost.
#[derive(Template)]
#[template(path = "desk/lost.html")]
pub(in crate::desk) struct LostPage<'a> {
    shell: &'a Shell,
    /// The day on which its epoch began; none if it was never restored.
    began_on: Option<Day>,
    /// From the day of the backup to that one; none if it is another box, or was made anew.
    lost_days: Option<Days>,
    /// Which parts of its collection are not here yet.
    missing: Option<String>,
    /// Whether nothing that is here is known to be lost there.
    is_nothing: bool,
    reports: ShortList<ReportId>,
    messages: ShortList<(ReportId, usize)>,
    answers: ShortList<AnswerId>,
    apart: ShortList<ReportId>,
}

impl<'a> LostPage<'a> {
    /// As the casebook stands.
    pub(in crate::desk) fn new(shell: &'a Shell, lost: LostAtBox) -> Self {
        let is_nothing = lost.is_nothing();
        let LostAtBox { epoch, reports, messages, answers, apart, missing } = lost;
        Self {
            shell,
            began_on: epoch.map(|epoch| Day(epoch.began_on)),
            lost_days: epoch.and_then(|epoch| Some(Days { from: Day(epoch.backup_of?), to: Day(epoch.began_on) })),
            missing: missing.as_ref().map(not_here_yet),
            is_nothing,
            reports: ShortList::of(reports),
            messages: ShortList::of(messages),
            answers: ShortList::of(answers),
            apart: ShortList::of(apart),
        }
    }
}
