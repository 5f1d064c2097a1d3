//! One act for several reports of the queue. Each is done by its own rules; what can't be done is named and stays ticked.

use std::collections::BTreeMap;

use axum::{Router, response::Response, routing::post};

use super::{
    Desk, PageError,
    form::{
        bulk::{BulkAct, BulkField, HandToField, Ticks},
        question::AskedField,
    },
    from::WayBack,
    view::{QueuePage, report_name, short_day},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, CasebookError, Editor, QueueEntry},
    domain::{Date, Entries, FieldError, MemberId, ReportId, ReportState, escape_invisible_in_line},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/bulk", post(bulk))
}

/// `POST /bulk`
async fn bulk(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let way_back = WayBack::read(&page.form);
            let asked = match AskedInBulk::read(&page.form, editor.casebook()) {
                Ok(asked) => asked,
                Err(error) => return again(page, editor.casebook(), &way_back, vec![error]),
            };
            let done = asked.carry_out(page, editor)?;
            let refused: Vec<ReportId> = done.refused.iter().map(|(id, _)| *id).collect();
            let said = done.in_words(&asked, editor.casebook(), page.desk.shown_day());
            if done.done == 0 {
                let ticked = FieldError::new(BulkField::Report.name(), said);
                return again(page, editor.casebook(), &way_back, vec![ticked]);
            }
            page.done(&way_back.path_ticking(&refused), said)
        })
        .await
}

fn again(
    page: &PageContext,
    casebook: &Casebook,
    way_back: &WayBack,
    errors: Vec<FieldError>,
) -> Result<Response, PageError> {
    let (today, calendar) = (page.desk.shown_day(), page.desk.calendar());
    let filter = way_back.filter(casebook, today);
    let queue = QueuePage::new(&page.shell, casebook, page.queue(casebook), &filter, (today, calendar));
    page.show_again(&queue.again(casebook, &page.form, errors))
}

/// What is to be done, and about which reports.
struct AskedInBulk {
    task: BulkTask,
    reports: Vec<ReportId>,
}

#[derive(Clone, Copy)]
enum BulkTask {
    HandTo(MemberId),
    Read,
    Close,
}

/// What became of it.
#[derive(Default)]
struct DoneInBulk {
    /// How many are as was asked.
    done: usize,
    refused: Vec<(ReportId, String)>,
    /// Those that were closed with something still promised, and when it is due.
    owed: Vec<(ReportId, Date)>,
}

impl AskedInBulk {
    fn read(form: &Entries, casebook: &Casebook) -> Result<Self, FieldError> {
        let me = || casebook.me().ok_or_else(|| FieldError::new(BulkField::Report.name(), "You are no member now"));
        // The button beside one row stands for that row, whatever is ticked.
        if let Ok(one) = form.first(BulkField::TakeOne.name()).parse() {
            return Ok(Self { task: BulkTask::HandTo(me()?), reports: vec![one] });
        }
        let nothing = || FieldError::new(BulkField::Report.name(), "Select what is to be done");
        let act = BulkAct::from_slug(form.first(BulkField::Act.name())).ok_or_else(nothing)?;
        let reports = Ticks::sent(form).into_reports();
        if reports.is_empty() {
            return Err(FieldError::new(BulkField::Report.name(), "Tick the reports that you mean"));
        }
        let task = match act {
            BulkAct::Take => BulkTask::HandTo(me()?),
            BulkAct::HandTo => {
                let team = casebook.team();
                let member = |id: &str| id.parse().ok().filter(|id| team.iter().any(|member| member.id == *id));
                BulkTask::HandTo(HandToField::To.chosen(form, member)?)
            }
            BulkAct::Read => BulkTask::Read,
            BulkAct::Close => BulkTask::Close,
        };
        Ok(Self { task, reports })
    }

    fn carry_out(&self, page: &PageContext, editor: &mut Editor<'_>) -> Result<DoneInBulk, PageError> {
        let queue = page.queue(editor.casebook()).into_iter();
        let known: BTreeMap<ReportId, QueueEntry> = queue.map(|entry| (entry.id, entry)).collect();
        let mut done = DoneInBulk::default();
        for id in &self.reports {
            let Some(entry) = known.get(id) else {
                done.refused.push((*id, "it is not here, or you can’t open it".to_owned()));
                continue;
            };
            if entry.set_aside.is_some() && !matches!(self.task, BulkTask::Read) {
                done.refused.push((*id, "it is set aside".to_owned()));
                continue;
            }
            match self.one(page, editor, entry) {
                Ok(()) => {
                    done.done += 1;
                    if let (BulkTask::Close, Some(clock)) = (self.task, entry.next_clock()) {
                        done.owed.push((*id, clock.due_on));
                    }
                }
                Err(error @ (CasebookError::Decision(_) | CasebookError::Lookup(_) | CasebookError::NotAllowed(_))) => {
                    done.refused.push((*id, error.to_string()));
                }
                // What was recorded before it is said on the page, so the fault can't have it alone.
                Err(_) if done.done > 0 => done.refused.push((*id, "it could not be recorded".to_owned())),
                Err(other) => return Err(other.into()),
            }
        }
        Ok(done)
    }

    /// What stands so already is not recorded again.
    fn one(&self, page: &PageContext, editor: &mut Editor<'_>, entry: &QueueEntry) -> Result<(), CasebookError> {
        let today = page.desk.today();
        match self.task {
            BulkTask::HandTo(member) if entry.owner == Some(member) => Ok(()),
            BulkTask::HandTo(member) => editor.hand_to(entry.id, member, today),
            BulkTask::Read if entry.unread == 0 => Ok(()),
            BulkTask::Read => {
                let last = editor.casebook().seen(entry.id)?.read;
                editor.mark_read(entry.id, last, today)
            }
            BulkTask::Close if entry.state == ReportState::Closed => Ok(()),
            BulkTask::Close => editor.close(entry.id, today),
        }
    }
}

impl DoneInBulk {
    fn in_words(&self, asked: &AskedInBulk, casebook: &Casebook, today: Date) -> String {
        let reports = if self.done == 1 { "1 report is".to_owned() } else { format!("{} reports are", self.done) };
        let mut said = match asked.task {
            _ if self.done == 0 => "Nothing was done.".to_owned(),
            BulkTask::HandTo(member) if casebook.me() == Some(member) => format!("{reports} yours now."),
            BulkTask::HandTo(member) => {
                let name = casebook.member_name(member).map_or("Someone", |name| name.as_str());
                format!("{reports} with {} now.", escape_invisible_in_line(name))
            }
            BulkTask::Read => format!("{reports} marked as read."),
            BulkTask::Close => format!("{reports} closed. The next export tells the persons."),
        };
        if !self.owed.is_empty() {
            let owed = self.owed.iter().map(|(id, due)| format!("{}, by {}", report_name(*id), short_day(*due, today)));
            said += &format!(" What was promised is still owed: {}.", owed.collect::<Vec<_>>().join("; "));
        }
        if !self.refused.is_empty() {
            let refused = self.refused.iter().map(|(id, why)| format!("{}: {why}", report_name(*id)));
            said += &format!(" Not done, and still ticked: {}.", refused.collect::<Vec<_>>().join("; "));
        }
        said
    }
}
