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
    form::{
        carried::{CarriedField, NO, YES},
        question::{AskedField, Problems},
        team::{JoinField, ShutOutField},
    },
    respond::go_to,
    view::{MemberLeavePage, ShutOutPage, TeamPage},
    visit::Posted,
};
use crate::{
    casebook::{CasebookError, NewMember, NewShutOut, TeamError},
    crypto::{GovernanceRecipients, SignerRole, VerifyingKey, read_keys},
    domain::{Entries, FieldError, MemberId, TeamRole},
    http::{BodyError, capitalised},
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
                    vec![JoinField::Signer.error(capitalised(&error.to_string()))]
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
            // A form that does not say which leaves it as it is, rather than switch a safeguard off.
            let needed = match page.form.first(CarriedField::Needed.name()) {
                YES => true,
                NO => false,
                _ => return Err(BodyError::Broken.into()),
            };
            editor.ask_for_second_approver(needed, page.desk.today())?;
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
            let error = match ShutOutField::Reason.text(&page.form) {
                Ok(reason) => {
                    let members = page.form.all(ShutOutField::Member.name());
                    let roles = page.form.all(ShutOutField::Role.name());
                    let new = NewShutOut {
                        members: members.filter_map(|member| member.parse().ok()).collect(),
                        roles: roles.filter_map(TeamRole::from_slug).collect(),
                        reason,
                    };
                    match editor.shut_out(id, new, page.desk.today()) {
                        Ok(()) => return go_to(&format!("/reports/{id}")),
                        Err(error @ CasebookError::Team(TeamError::ShuttingOutOneself)) => {
                            ShutOutField::Member.error(capitalised(&error.to_string()))
                        }
                        Err(error) => return Err(error.into()),
                    }
                }
                Err(error) => error,
            };
            let view = ShutOutPage::new(&page.shell, editor.casebook(), id, Some(&page.form), vec![error])?;
            page.show_again(&view)
        })
        .await
}

/// Who is to join, as typed.
fn member(form: &Entries) -> Result<NewMember, Vec<FieldError>> {
    let mut problems = Problems::default();
    let name = problems.take(JoinField::Name.text(form));
    let role = problems.take(JoinField::Role.chosen(form, TeamRole::from_slug));
    let signer = problems.take(
        JoinField::Signer
            .text(form)
            .and_then(|typed| one_signer(typed.as_str()).ok_or_else(|| JoinField::Signer.remedy())),
    );
    let recipients = problems.take(JoinField::Recipients.parsed(form, GovernanceRecipients::parse));
    match (name, role, signer, recipients) {
        (Some(name), Some(role), Some(signer), Some(recipients)) => Ok(NewMember { name, role, signer, recipients }),
        _ => Err(problems.into_errors()),
    }
}

fn one_signer(typed: &str) -> Option<VerifyingKey<SignerRole>> {
    let [signer] = read_keys(typed).ok()?.try_into().ok()?;
    Some(signer)
}
