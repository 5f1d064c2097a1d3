//! What is over, and what may be destroyed.

use askama::Template;

use super::{Shell, short_list::ShortList};
use crate::{
    casebook::{Casebook, ChangeView, QueueEntry, Retained},
    desk::form::{one_question::DestroyField, question::AskedField},
    domain::{Date, Entries, FieldError, ReportId},
    http::{Day, Field},
};

/// Characters of an id that confirm that it is the one.
const CONFIRMED_BY: usize = 4;

/// Every report with a day until which it is kept, and closed ones without one.
#[derive(Template)]
#[template(path = "desk/retention.html")]
pub(in crate::desk) struct RetentionPage<'a> {
    shell: &'a Shell,
    /// Those that may be destroyed now.
    due: Vec<RetainedReport>,
    /// Those that are kept for longer.
    later: ShortList<RetainedReport>,
    /// Those that are over, and for which no day is set.
    open_ended: ShortList<RetainedReport>,
    /// Those whose destruction waits for a second reader, by the event that proposed it.
    proposed: Vec<(ReportId, u64)>,
    /// Those that are gone.
    destroyed: Vec<(ReportId, Day)>,
}

struct RetainedReport {
    id: ReportId,
    route: &'static str,
    until: Option<Day>,
    /// Why it can't be destroyed though its day is over.
    hindered: Option<&'static str>,
}

impl<'a> RetentionPage<'a> {
    /// As on a day.
    pub(in crate::desk) fn new(shell: &'a Shell, casebook: &Casebook, queue: &[QueueEntry], today: Date) -> Self {
        let (mut due, mut later, mut open_ended) = (Vec::new(), Vec::new(), Vec::new());
        for entry in queue {
            let kept = RetainedReport::new(entry);
            match entry.destroy_after {
                Some(day) if day < today => due.push((day, kept)),
                Some(day) => later.push((day, kept)),
                None if entry.is_over => open_ended.push(kept),
                None => {}
            }
        }
        let sorted = |mut list: Vec<(Date, RetainedReport)>| {
            list.sort_by_key(|(day, kept)| (*day, kept.id));
            list.into_iter().map(|(_, kept)| kept).collect()
        };
        let destroyed = casebook.destroyed().into_iter().map(|(id, on)| (id, Day(on))).collect();
        let proposals = casebook.proposals().into_iter();
        let proposed = proposals.filter_map(|proposal| match proposal.what {
            ChangeView::Destroy(id) => Some((id, proposal.event)),
            _ => None,
        });
        let proposed = proposed.collect();
        let (later, open_ended) = (ShortList::of(sorted(later)), ShortList::of(open_ended));
        Self { shell, due: sorted(due), later, open_ended, proposed, destroyed }
    }
}

impl RetainedReport {
    fn new(entry: &QueueEntry) -> Self {
        let hindered = match entry.retained {
            Some(Retained::NotOver) => Some("it is not closed"),
            Some(Retained::Owed) => Some("a promise of it is still open"),
            Some(Retained::Untold) => Some("the box was not told that it is set aside: export first"),
            Some(Retained::NoDay | Retained::UntilDay) | None => None,
        };
        Self { id: entry.id, route: entry.route.name(), until: entry.destroy_after.map(Day), hindered }
    }
}

/// Asks whether a report is to be destroyed.
#[derive(Template)]
#[template(path = "desk/destroy.html")]
pub(in crate::desk) struct DestroyPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    kept: RetainedReport,
    /// Whether its day is over.
    is_due: bool,
    confirm: Field,
}

impl<'a> DestroyPage<'a> {
    /// Of one report, as on a day.
    pub(in crate::desk) fn new(shell: &'a Shell, entry: &QueueEntry, today: Date, errors: Vec<FieldError>) -> Self {
        // What was typed is typed anew: it is there to make one look.
        let confirm = DestroyField::Confirm.field(&Entries::default(), &errors);
        Self {
            shell,
            errors,
            confirm,
            kept: RetainedReport::new(entry),
            is_due: entry.destroy_after.is_some_and(|day| day < today),
        }
    }

    /// Whether what was typed is the beginning of its id.
    pub(in crate::desk) fn is_confirmed(id: ReportId, typed: &str) -> bool {
        let typed = typed.trim().to_ascii_lowercase();
        typed.len() >= CONFIRMED_BY && id.to_string().starts_with(&typed)
    }
}
