//! Handing a report to an area's team: the reviewer chooses each text and file, changes what is to be left out, and
//! gets one sealed file.

use std::fs;

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::referral::{ReferralField, text_field},
    respond::download,
    view::ReferPage,
    visit::Posted,
};
use crate::{
    casebook::{CasebookError, NewReferral, Passage, ReportView},
    crypto::GovernanceRecipients,
    domain::{
        Area, Entries, FieldError, Text,
        limits::{DETAIL_MAX, SHORT_MAX},
    },
    files::FileError,
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
            crate::files::create_private_directory(&directory).map_err(CasebookError::from)?;
            let name = format!("referral-{id}.age");
            let path = directory.join(&name);
            // What is left of one that was cut short is sealed, and on record; it gives way.
            let _ = fs::remove_file(&path);
            editor.refer(id, new, &path, page.desk.today())?;
            let bytes = fs::read(&path).map_err(|error| CasebookError::from(FileError::io("read", &path)(error)))?;
            let _ = fs::remove_file(&path);
            download(&name, "application/octet-stream", bytes)
        })
        .await
}

/// What is to be handed on, as typed.
fn referral(form: &Entries, report: &ReportView) -> Result<NewReferral, Vec<FieldError>> {
    let mut errors = Vec::new();
    let area = Area::from_slug(form.first(ReferralField::Area.name()));
    if area.is_none() {
        errors.push(FieldError::new(ReferralField::Area.name(), "Select the area"));
    }
    let team = Text::typed(form.first(ReferralField::Team.name()));
    if team.is_empty() || team.is_longer_than(SHORT_MAX) {
        errors.push(FieldError::new(
            ReferralField::Team.name(),
            format!("Enter the team’s name, {SHORT_MAX} characters or less"),
        ));
    }
    let recipients = GovernanceRecipients::parse(form.first(ReferralField::Recipients.name()));
    if let Err(error) = &recipients {
        errors.push(FieldError::new(
            ReferralField::Recipients.name(),
            format!("Paste the team’s age recipients: {error}"),
        ));
    }
    let reason = Text::typed(form.first(ReferralField::Reason.name()));
    if reason.is_empty() || reason.is_longer_than(DETAIL_MAX) {
        errors.push(FieldError::new(ReferralField::Reason.name(), "Enter the reason, 2,000 characters or less"));
    }
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
        errors.push(FieldError::new(ReferralField::Passage.name(), "Select at least one text or file"));
    }
    match (area, recipients) {
        (Some(area), Ok(recipients)) if errors.is_empty() => {
            Ok(NewReferral { area, team, recipients, reason, passages, attachments, redacted })
        }
        _ => Err(errors),
    }
}
