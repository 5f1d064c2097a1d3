//! Handing a report to an area's team: the reviewer chooses each text and file, changes what is to be left out, and
//! gets one sealed file.

use std::fs;

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{
        question::{AskedField, Problems},
        referral::{ReferralField, text_field},
    },
    respond::download,
    view::ReferPage,
    visit::Posted,
};
use crate::{
    casebook::{CasebookError, NewReferral, Passage, ReportView},
    crypto::GovernanceRecipients,
    domain::{Area, Entries, FieldError, Text},
};

/// Where a referral lies for the moment between being written and being sent to the browser, sealed.
const PARTIAL_PLACE: &str = "outgoing";

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/refer", get(form).post(refer))
}

/// `GET /reports/{id}/refer`
async fn form(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit.on_report(id, |page, _, report| page.show(&ReferPage::new(&page.shell, report, None, Vec::new()))).await
}

/// `POST /reports/{id}/refer`: the file itself, to be saved and carried.
async fn refer(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let new = match referral(&page.form, report) {
                Ok(new) => new,
                Err(errors) => {
                    return page.show_again(&ReferPage::new(&page.shell, report, Some(&page.form), errors));
                }
            };
            let directory = page.desk.directory().join(PARTIAL_PLACE);
            crate::files::create_team_directory(&directory).map_err(CasebookError::from)?;
            let name = format!("referral-{id}.age");
            let path = directory.join(&name);
            // What is left of one that was cut short is sealed, and on record; it gives way.
            let _ = fs::remove_file(&path);
            editor.refer(id, new, &path, page.desk.today())?;
            let length = path.symlink_metadata().map_or(0, |found| usize::try_from(found.len()).unwrap_or(usize::MAX));
            let bytes = crate::files::read_shared(&path, length).map_err(CasebookError::from)?;
            let _ = fs::remove_file(&path);
            download(&name, "application/octet-stream", bytes)
        })
        .await
}

/// What is to be handed on, as typed.
fn referral(form: &Entries, report: &ReportView) -> Result<NewReferral, Vec<FieldError>> {
    let mut problems = Problems::default();
    let area = problems.take(ReferralField::Area.chosen(form, Area::from_slug));
    let team = problems.take(ReferralField::Team.text(form));
    let recipients = problems.take(ReferralField::Recipients.parsed(form, GovernanceRecipients::parse));
    let reason = problems.take(ReferralField::Reason.text(form));
    let mut redacted = false;
    let mut passages = Vec::new();
    for (key, title, original) in ReferPage::passages(report) {
        if !form.has(ReferralField::Passage.name(), &key) {
            redacted = true;
            continue;
        }
        let text = Text::typed(form.first(&text_field(&key)));
        redacted |= text.as_str() != original.as_str();
        if !text.is_empty() {
            passages.push(Passage { title: Text::typed(&title), text });
        }
    }
    let attachments: Vec<String> = ReferPage::files(report)
        .into_iter()
        .map(|(place, _)| place)
        .filter(|place| form.has(ReferralField::File.name(), place))
        .collect();
    if passages.is_empty() && attachments.is_empty() {
        problems.push(ReferralField::Passage.remedy());
    }
    match (area, team, recipients, reason) {
        (Some(area), Some(team), Some(recipients), Some(reason)) if problems.is_empty() => {
            Ok(NewReferral { area, team, recipients, reason, passages, attachments, redacted })
        }
        _ => Err(problems.into_errors()),
    }
}
