//! Who works on the casebook, and who may not open which report.

use axum::{
    Router,
    extract::Path,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::team::{JoinField, ShutOutField},
    respond::go_to,
    view::{MemberLeavePage, ShutOutPage, TeamPage},
    visit::Posted,
};
use crate::{
    casebook::{CasebookError, NewMember, NewShutOut, TeamError, TypedError},
    crypto::{GovernanceRecipients, SignerRole, VerifyingKey, read_keys},
    domain::{Entries, FieldError, MemberId, TeamRole, Text, limits::SHORT_MAX},
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/team", get(team))
        .route("/team/join", post(join))
        .route("/team/second-approver", post(second_approver))
        .route("/team/{member}/leave", get(leaving).post(leave))
        .route("/reports/{id}/shut-out", get(shutting_out).post(shut_out))
}

/// `GET /team`
async fn team(visit: Visit) -> Result<Response, PageError> {
    visit.read(|page, casebook| page.show(&TeamPage::new(&page.shell, casebook, &page.form, Vec::new()))).await
}

/// `POST /team/join`
async fn join(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let errors = match member(&page.form).map(|new| editor.join(new, page.desk.today())) {
                Ok(Ok(_)) => return go_to("/team#members"),
                Ok(Err(error @ CasebookError::Team(TeamError::KnownMember))) => {
                    vec![FieldError::new(JoinField::Signer.name(), sentence(&error))]
                }
                Ok(Err(error)) => return Err(error.into()),
                Err(errors) => errors,
            };
            page.show_again(&TeamPage::new(&page.shell, editor.casebook(), &page.form, errors))
        })
        .await
}

/// `POST /team/second-approver`
async fn second_approver(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            editor.ask_for_second_approver(page.form.first("needed") == "yes", page.desk.today())?;
            go_to("/team#second-approver")
        })
        .await
}

/// `GET /team/{member}/leave`
async fn leaving(visit: Visit, Path(member): Path<String>) -> Result<Response, PageError> {
    let member: MemberId = member.parse().map_err(|_| PageError::NotFound)?;
    visit
        .read(move |page, casebook| {
            page.show(&MemberLeavePage::new(&page.shell, casebook, member).ok_or(PageError::NotFound)?)
        })
        .await
}

/// `POST /team/{member}/leave`
async fn leave(posted: Posted, Path(member): Path<String>) -> Result<Response, PageError> {
    let member: MemberId = member.parse().map_err(|_| PageError::NotFound)?;
    posted
        .change(move |page, editor| {
            editor.leave(member, page.desk.today())?;
            go_to("/team#members")
        })
        .await
}

/// `GET /reports/{id}/shut-out`
async fn shutting_out(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit.read(move |page, casebook| page.show(&ShutOutPage::new(&page.shell, casebook, id, None, Vec::new())?)).await
}

/// `POST /reports/{id}/shut-out`
async fn shut_out(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            let reason = Text::typed(page.form.first(ShutOutField::Reason.name()));
            let error = if reason.is_empty() {
                FieldError::new(ShutOutField::Reason.name(), "Enter the reason")
            } else {
                let new = NewShutOut {
                    members: page
                        .form
                        .all(ShutOutField::Member.name())
                        .filter_map(|member| member.parse().ok())
                        .collect(),
                    roles: page.form.all(ShutOutField::Role.name()).filter_map(TeamRole::from_slug).collect(),
                    reason,
                };
                match editor.shut_out(id, new, page.desk.today()) {
                    Ok(()) => return go_to(&format!("/reports/{id}")),
                    Err(error @ CasebookError::Typed(TypedError::LongReason)) => {
                        FieldError::new(ShutOutField::Reason.name(), sentence(&error))
                    }
                    Err(error @ CasebookError::Team(TeamError::ShuttingOutOneself)) => {
                        FieldError::new(ShutOutField::Member.name(), sentence(&error))
                    }
                    Err(error) => return Err(error.into()),
                }
            };
            let view = ShutOutPage::new(&page.shell, editor.casebook(), id, Some(&page.form), vec![error])?;
            page.show_again(&view)
        })
        .await
}

/// Who is to join, as typed.
fn member(form: &Entries) -> Result<NewMember, Vec<FieldError>> {
    let mut errors = Vec::new();
    let name = Text::typed(form.first(JoinField::Name.name()));
    if name.is_empty() {
        errors.push(FieldError::new(JoinField::Name.name(), "Enter a name"));
    } else if name.is_longer_than(SHORT_MAX) {
        errors.push(FieldError::new(JoinField::Name.name(), format!("Name must be {SHORT_MAX} characters or less")));
    }
    let role = TeamRole::from_slug(form.first(JoinField::Role.name()));
    if role.is_none() {
        errors.push(FieldError::new(JoinField::Role.name(), "Select what they do"));
    }
    let signer = read_keys::<SignerRole>(form.first(JoinField::Signer.name())).ok();
    let signer = signer.and_then(|keys| <[VerifyingKey<SignerRole>; 1]>::try_from(keys).ok());
    if signer.is_none() {
        errors.push(FieldError::new(JoinField::Signer.name(), "Paste the two lines of their signer.pub"));
    }
    let recipients = GovernanceRecipients::parse(form.first(JoinField::Recipients.name()));
    if let Err(error) = &recipients {
        errors
            .push(FieldError::new(JoinField::Recipients.name(), format!("Paste their governance.recipients: {error}")));
    }
    match (role, signer, recipients) {
        (Some(role), Some([signer]), Ok(recipients)) if errors.is_empty() => {
            Ok(NewMember { name, role, signer, recipients })
        }
        _ => Err(errors),
    }
}

/// What the casebook says, as a sentence without its end.
fn sentence(error: &CasebookError) -> String {
    let text = error.to_string();
    let mut rest = text.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}
