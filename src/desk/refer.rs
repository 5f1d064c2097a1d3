//! Handing a report to an area's team: the reviewer chooses each text and file, changes what is to be left out, and
//! gets one sealed file.

use std::{fs, path::Path};

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{
        address::{as_shown, of_team},
        carried::{NO, YES},
        question::{AskedField, Problems},
        referral::{ReferralField, text_field},
    },
    respond::download,
    view::ReferPage,
    visit::Posted,
};
use crate::{
    casebook::{CasebookError, LogError, NewReferral, Passage, Reference, ReferenceBook, ReportView, TeamAddress},
    crypto::{self, GovernanceRecipients, os_random},
    domain::{Area, Digest, Entries, FieldError, ReferenceId, Text, limits::MANIFEST_BYTES},
    files,
};

/// Where a referral lies for the moment between being written and being sent to the browser, sealed.
const PARTIAL_PLACE: &str = "outgoing";

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/refer", get(form).post(refer))
}

/// `GET /reports/{id}/refer`
async fn form(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit
        .on_report(id, |page, casebook, report| {
            page.show(&ReferPage::new(&page.shell, report, casebook.reference(), None, Vec::new()))
        })
        .await
}

/// `POST /reports/{id}/refer`: the file itself, to be saved and carried.
async fn refer(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let reference = editor.casebook().reference();
            let new = match referral(&page.form, report, reference) {
                Ok(new) => new,
                Err(errors) => {
                    let shown = ReferPage::new(&page.shell, report, reference, Some(&page.form), errors);
                    return page.show_again(&shown);
                }
            };
            let kept = to_keep(&page.form, &new, reference);
            let directory = page.desk.directory().join(PARTIAL_PLACE);
            files::create_team_directory(&directory).map_err(CasebookError::from)?;
            let name = format!("referral-{id}.age");
            let path = directory.join(&name);
            // What is left of one that was cut short is sealed, and on record; it gives way.
            let _ = fs::remove_file(&path);
            let digest = editor.refer(id, new, &path, page.desk.today())?;
            if let Some(address) = kept {
                let reference = Reference::Address(ReferenceId::random(&mut os_random()), Some(address));
                editor.change_reference(reference, page.desk.today())?;
            }
            let bytes = read_written(&path, largest(report), digest)?;
            let _ = fs::remove_file(&path);
            download(&name, "application/octet-stream", bytes)
        })
        .await
}

/// Bytes that a referral of a report can have: every file of it, and room for the texts and for what sealing adds.
fn largest(report: &ReportView) -> usize {
    let files = report.messages.iter().flat_map(|message| message.attachments()).map(|file| file.size);
    usize::try_from(files.sum::<u64>()).unwrap_or(usize::MAX).saturating_mul(2).saturating_add(MANIFEST_BYTES)
}

/// The file that was just written, and no other: whoever shares the directory could have exchanged it since.
fn read_written(path: &Path, limit: usize, digest: Digest) -> Result<Vec<u8>, CasebookError> {
    let bytes = files::read_shared(path, limit)?;
    if crypto::digest(&bytes) == digest {
        Ok(bytes)
    } else {
        Err(CasebookError::Log(LogError::Exchanged(path.to_owned())))
    }
}

/// The team, if it was entered by hand and is to be kept, and no other in the book is the same.
fn to_keep(form: &Entries, new: &NewReferral, reference: &ReferenceBook) -> Option<TeamAddress> {
    let is_asked = form.has(ReferralField::Keep.name(), YES) && is_by_hand(form);
    let address = is_asked.then(|| of_team(new.team.clone(), new.area, &new.recipients))?;
    (!reference.addresses.values().any(|known| *known == address)).then_some(address)
}

/// Whether no team of the address book was chosen.
fn is_by_hand(form: &Entries) -> bool {
    matches!(form.first(ReferralField::Address.name()), "" | NO)
}

/// To whom: a team of the address book, or as typed.
fn to_whom(
    form: &Entries,
    reference: &ReferenceBook,
    problems: &mut Problems,
) -> (Option<Area>, Option<Text>, Option<GovernanceRecipients>) {
    if is_by_hand(form) {
        return (
            problems.take(ReferralField::Area.chosen(form, Area::from_slug)),
            problems.take(ReferralField::Team.text(form)),
            problems.take(ReferralField::Recipients.parsed(form, GovernanceRecipients::parse)),
        );
    }
    let known = |chosen: &str| {
        let mut addresses = reference.addresses.iter();
        addresses.find(|(id, address)| as_shown(**id, address) == chosen).map(|(_, address)| address)
    };
    let Some(address) = problems.take(ReferralField::Address.chosen(form, known)) else { return (None, None, None) };
    let recipients = GovernanceRecipients::parse(address.recipients.as_str());
    // Whoever wrote into the book by hand could have put anything there.
    let recipients = problems.take(recipients.map_err(|why| {
        ReferralField::Address.error(format!("This team’s keys can’t be used; change them in the address book: {why}"))
    }));
    (Some(address.area), Some(address.name.clone()), recipients)
}

/// What is to be handed on, as typed.
fn referral(form: &Entries, report: &ReportView, reference: &ReferenceBook) -> Result<NewReferral, Vec<FieldError>> {
    let mut problems = Problems::default();
    let (area, team, recipients) = to_whom(form, reference, &mut problems);
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::files::{FileError, Readers, replace};

    #[test]
    fn nothing_but_what_was_written_goes_to_the_browser() {
        let dir = tempfile::tempdir().unwrap();
        let (path, own) = (dir.path().join("referral.age"), dir.path().join("identity.txt"));
        let digest = crypto::digest(b"sealed");
        replace(&path, Readers::Team, b"sealed").unwrap();
        assert_eq!(read_written(&path, 6, digest).unwrap(), b"sealed");
        replace(&path, Readers::Team, b"others").unwrap();
        assert!(matches!(read_written(&path, 6, digest), Err(CasebookError::Log(LogError::Exchanged(_)))));
        let refused = |limit| match read_written(&path, limit, digest) {
            Err(CasebookError::Log(LogError::File(error))) => error,
            _ => panic!("it was read"),
        };
        assert!(matches!(refused(5), FileError::TooLarge(_)));
        fs::remove_file(&path).unwrap();
        replace(&own, Readers::Owner, b"sealed").unwrap();
        std::os::unix::fs::symlink(&own, &path).unwrap();
        assert!(matches!(refused(6), FileError::NotAFile(_)));
    }
}
