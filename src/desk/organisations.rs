//! Organisations that reports are about: the team's list, the register beside it, and what all reports of one say together.

use axum::{
    Router,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfId,
    form::{
        question::{AskedField, Problems},
        wider::{CODE, NEW, OrganisationField, RegisterField, WiderField},
    },
    respond::go_to,
    subjects::{self, subject_page},
    view::{JustDone, OrganisationsPage, SubjectForm, SubjectKind, subject_path},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, Editor, NewAssessment, Organisation, Reference, RegisterEntry},
    crypto::os_random,
    domain::{
        Assessment, Entries, FieldError, OrganisationId, OrganisationType, ReportId, Text, escape_invisible_in_line,
    },
    http::BodyError,
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/organisations", get(list))
        .route("/organisations/search", post(search))
        .route("/organisations/add", post(add))
        .route("/organisations/named", post(named))
        .route("/organisations/{id}/rename", post(rename))
        .route("/organisations/{id}/same", post(same))
        .route("/organisations/{id}/part", post(part))
        .route("/organisations/{id}/remove", post(remove))
        .merge(subjects::routes::<OrganisationId>(&SubjectKind::ORGANISATION))
}

/// `GET /organisations`
async fn list(visit: Visit) -> Result<Response, PageError> {
    visit
        .read(|page, casebook| page.show(&OrganisationsPage::new(&page.shell, casebook, &page.form, Vec::new(), None)))
        .await
}

/// `POST /organisations/search`: what is looked for may be content, so it stands in no address.
async fn search(posted: Posted) -> Result<Response, PageError> {
    posted
        .read(|page, casebook| match RegisterField::Words.text(&page.form) {
            Ok(words) => {
                let found = Some(in_register(casebook, &words));
                page.show(&OrganisationsPage::new(&page.shell, casebook, &page.form, Vec::new(), found))
            }
            Err(error) => {
                page.show_again(&OrganisationsPage::new(&page.shell, casebook, &page.form, vec![error], None))
            }
        })
        .await
}

/// `POST /organisations/add`: one of the register, or by hand.
async fn add(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let code = page.form.first(WiderField::Code.name());
            let new = if code.is_empty() {
                filled(&page.form)
            } else {
                let entry = editor.casebook().reference().registered(code);
                Ok(from_register(entry.ok_or(BodyError::Broken)?))
            };
            match new {
                Ok(new) => {
                    let name = new.name.clone();
                    let id = listed(page, editor, new)?;
                    page.done(
                        &subject_path(id.into()),
                        format!("{} is on the list.", escape_invisible_in_line(name.as_str())),
                    )
                }
                Err(errors) => {
                    page.show_again(&OrganisationsPage::new(&page.shell, editor.casebook(), &page.form, errors, None))
                }
            }
        })
        .await
}

/// `POST /organisations/named`: says what a name is that people wrote, and ties the reports with it to that.
async fn named(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let take = page.form.first(WiderField::Take.name());
            let (what, spelling) = take.split_once(' ').ok_or(BodyError::Broken)?;
            let casebook = editor.casebook();
            let mut known = casebook.named_by_people();
            let Some(place) = known.iter().position(|one| one.spelling.as_str() == spelling) else {
                // A colleague has dealt with it meanwhile.
                return go_to("/organisations");
            };
            let taken = known.swap_remove(place);
            let organisation = if what == NEW {
                let new = Organisation { name: taken.name, code: None, kind: taken.kind.filter(|kind| is_kind(*kind)) };
                listed(page, editor, new)?
            } else if let Some(code) = what.strip_prefix(CODE) {
                let entry = casebook.reference().registered(code).ok_or(BodyError::Broken)?;
                let new = from_register(entry);
                listed(page, editor, new)?
            } else {
                let id: OrganisationId = what.parse().map_err(|_| BodyError::Broken)?;
                casebook.reference().organisations.get(&id).map(|_| id).ok_or(BodyError::Broken)?
            };
            for report in &taken.reports {
                tie(page, editor, *report, |assessment| assessment.organisations.push(organisation))?;
            }
            let count = taken.reports.len();
            let reports = if count == 1 { "One report is".to_owned() } else { format!("{count} reports are") };
            page.done("/organisations", format!("{reports} about it now."))
        })
        .await
}

/// `POST /organisations/{id}/rename`
async fn rename(posted: Posted, OfId(id): OfId<OrganisationId>) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            subjects::known(editor, id.into())?;
            let was = editor.casebook().reference().organisations.get(&id);
            let code = was.and_then(|was| was.code.clone());
            let new = filled(&page.form).map(|new| Reference::Organisation(id, Some(Organisation { code, ..new })));
            let done = JustDone::new("Name and kind recorded.".to_owned());
            subjects::record(page, editor, (id.into(), SubjectForm::Name), new, done)
        })
        .await
}

/// `POST /organisations/{id}/same`: it is another spelling of one.
async fn same(posted: Posted, OfId(id): OfId<OrganisationId>) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            subjects::known(editor, id.into())?;
            let reference = editor.casebook().reference();
            let into = page.form.first(WiderField::Into.name()).parse().ok();
            let into = into.filter(|into| reference.organisations.contains_key(into));
            if let Some(into) = into.filter(|into| reference.organisation_of(*into) != id) {
                editor.change_reference(Reference::SameOrganisation(id, Some(into)), page.desk.today())?;
                page.done(&subject_path(into.into()), "Both are one organisation now.")
            } else {
                let error = FieldError::new(WiderField::Into.name(), "Select the other organisation");
                subject_page(page, editor.casebook(), id.into(), Some((SubjectForm::Same, vec![error])))
            }
        })
        .await
}

/// `POST /organisations/{id}/part`: one of its spellings is an organisation of its own.
async fn part(posted: Posted, OfId(id): OfId<OrganisationId>) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            subjects::known(editor, id.into())?;
            let other: OrganisationId =
                page.form.first(WiderField::Part.name()).parse().map_err(|_| BodyError::Broken)?;
            if editor.casebook().reference().organisation_of(other) == id && other != id {
                editor.change_reference(Reference::SameOrganisation(other, None), page.desk.today())?;
            }
            page.done(&subject_path(other.into()), "It is an organisation of its own again.")
        })
        .await
}

/// `POST /organisations/{id}/remove`: one that no report is about.
async fn remove(posted: Posted, OfId(id): OfId<OrganisationId>) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            subjects::known(editor, id.into())?;
            let casebook = editor.casebook();
            let is_free =
                casebook.evidence_for(id.into()).is_empty() && casebook.reference().spellings_of(id).is_empty();
            if !is_free {
                return go_to(&subject_path(id.into()));
            }
            editor.change_reference(Reference::Organisation(id, None), page.desk.today())?;
            page.done("/organisations", "It is off the list.")
        })
        .await
}

/// Changes one thing that the team makes of a report. What the person wrote since is as unread as before.
pub(super) fn tie(
    page: &PageContext,
    editor: &mut Editor<'_>,
    report: ReportId,
    change: impl FnOnce(&mut Assessment),
) -> Result<(), PageError> {
    let seen = editor.casebook().seen_unopened(report)?;
    let Some(was) = editor.casebook().assessment(report) else { return Err(PageError::NotFound) };
    let mut assessment = was.clone();
    change(&mut assessment);
    if let Some(new) = Some(assessment).filter(|new| new != was)
        && let Some(assessed) = NewAssessment::new(Some(new), None, None)
    {
        editor.assess(report, seen, assessed, page.desk.today())?;
    }
    Ok(())
}

/// Puts an organisation on the list, unless one of that code, or of that very name, is there. Gives its id.
pub(super) fn listed(
    page: &PageContext,
    editor: &mut Editor<'_>,
    new: Organisation,
) -> Result<OrganisationId, PageError> {
    let reference = editor.casebook().reference();
    let is_it = |other: &Organisation| match (&other.code, &new.code) {
        (Some(one), Some(two)) => one == two,
        _ => other.name == new.name,
    };
    let there = reference.organisations.iter().find(|(_, other)| is_it(other));
    if let Some((id, _)) = there {
        return Ok(reference.organisation_of(*id));
    }
    let id = OrganisationId::random(&mut os_random());
    editor.change_reference(Reference::Organisation(id, Some(new)), page.desk.today())?;
    Ok(id)
}

/// One of the register, as it is copied to the list.
pub(super) fn from_register(entry: &RegisterEntry) -> Organisation {
    Organisation { name: Text::typed(&entry.name), code: Some(Text::typed(&entry.code)), kind: entry.kind }
}

/// What was typed into the fields of an organisation.
fn filled(form: &Entries) -> Result<Organisation, Vec<FieldError>> {
    let mut problems = Problems::default();
    let name = problems.take(OrganisationField::Name.text(form));
    let kind = match form.first(OrganisationField::Kind.name()) {
        "" => None,
        _ => problems.take(OrganisationField::Kind.chosen(form, OrganisationType::from_slug)),
    };
    match name {
        Some(name) if problems.is_empty() => {
            Ok(Organisation { name, code: None, kind: kind.filter(|kind| is_kind(*kind)) })
        }
        _ => Err(problems.into_errors()),
    }
}

/// Whether it says what kind it is.
const fn is_kind(kind: OrganisationType) -> bool {
    !matches!(kind, OrganisationType::RatherNotSay)
}

/// The organisations of the register that have every word in their names, or that code.
fn in_register(casebook: &Casebook, words: &Text) -> Vec<RegisterEntry> {
    let wanted = words.as_str().to_lowercase();
    let words: Vec<&str> = wanted.split_whitespace().collect();
    let is_it = |entry: &&RegisterEntry| {
        let name = entry.name.to_lowercase();
        entry.code.eq_ignore_ascii_case(&wanted) || words.iter().all(|word| name.contains(word))
    };
    casebook.reference().register.organisations.iter().filter(is_it).cloned().collect()
}
