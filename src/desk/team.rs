//! Who works on the casebook, and who may not open which report.

use axum::{
    Router,
    extract::{Path, State},
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    respond::{go_to, page},
    seen::OfReport,
    session::Posted,
    view::{LeavePage, ShutOutPage, TeamPage},
};
use crate::{
    casebook::{DeskError, NewMember, NewShutOut},
    crypto::{GovernanceRecipients, SignerRole, VerifyingKey, read_keys},
    domain::{Entries, FieldError, MemberId, ReportId, TeamRole, Text, limits::SHORT_MAX},
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
async fn team(State(desk): State<Desk>, visit: Visit) -> Result<Response, PageError> {
    team_page(&desk, &visit, StatusCode::OK, Entries::default(), Vec::new()).await
}

async fn team_page(
    desk: &Desk,
    visit: &Visit,
    status: StatusCode,
    typed: Entries,
    errors: Vec<FieldError>,
) -> Result<Response, PageError> {
    let shell = desk.shell(Some(visit));
    desk.with(visit, move |_, bench| page(status, &TeamPage::new(&shell, bench.casebook()?, &typed, errors))).await
}

/// `POST /team/join`
async fn join(State(desk): State<Desk>, visit: Visit, form: Posted) -> Result<Response, PageError> {
    let errors = match member(&form) {
        Ok(new) => {
            let joined = desk.with(&visit, move |desk, bench| Ok(bench.edit()?.join(new, desk.today()))).await?;
            match joined {
                Ok(_) => return go_to("/team#members"),
                Err(error @ DeskError::KnownMember) => vec![FieldError::new("signer", sentence(&error))],
                Err(error) => return Err(error.into()),
            }
        }
        Err(errors) => errors,
    };
    team_page(&desk, &visit, StatusCode::UNPROCESSABLE_ENTITY, form.copy(), errors).await
}

/// `POST /team/second-approver`
async fn second_approver(State(desk): State<Desk>, visit: Visit, form: Posted) -> Result<Response, PageError> {
    let needed = form.first("needed") == "yes";
    desk.with(&visit, move |desk, bench| {
        bench.edit()?.ask_for_second_approver(needed, desk.today())?;
        go_to("/team#second-approver")
    })
    .await
}

/// `GET /team/{member}/leave`
async fn leaving(State(desk): State<Desk>, visit: Visit, Path(member): Path<String>) -> Result<Response, PageError> {
    let shell = desk.shell(Some(&visit));
    let member: MemberId = member.parse().map_err(|_| PageError::NotFound)?;
    desk.with(&visit, move |_, bench| {
        let view = LeavePage::new(&shell, bench.casebook()?, member).ok_or(PageError::NotFound)?;
        page(StatusCode::OK, &view)
    })
    .await
}

/// `POST /team/{member}/leave`
async fn leave(
    State(desk): State<Desk>,
    visit: Visit,
    Path(member): Path<String>,
    _form: Posted,
) -> Result<Response, PageError> {
    let member: MemberId = member.parse().map_err(|_| PageError::NotFound)?;
    desk.with(&visit, move |desk, bench| {
        bench.edit()?.leave(member, desk.today())?;
        go_to("/team#members")
    })
    .await
}

/// `GET /reports/{id}/shut-out`
async fn shutting_out(State(desk): State<Desk>, visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    shut_out_page(&desk, &visit, StatusCode::OK, id, None, Vec::new()).await
}

async fn shut_out_page(
    desk: &Desk,
    visit: &Visit,
    status: StatusCode,
    id: ReportId,
    typed: Option<Entries>,
    errors: Vec<FieldError>,
) -> Result<Response, PageError> {
    let shell = desk.shell(Some(visit));
    desk.with(visit, move |_, bench| page(status, &ShutOutPage::new(&shell, bench.casebook()?, id, typed, errors)?))
        .await
}

/// `POST /reports/{id}/shut-out`
async fn shut_out(
    State(desk): State<Desk>,
    visit: Visit,
    OfReport(id): OfReport,
    form: Posted,
) -> Result<Response, PageError> {
    let reason = Text::typed(form.first("reason"));
    let error = if reason.is_empty() {
        FieldError::new("reason", "Enter the reason")
    } else {
        let new = NewShutOut {
            members: form.all("member").filter_map(|member| member.parse().ok()).collect(),
            roles: form.all("role").filter_map(TeamRole::from_slug).collect(),
            reason,
        };
        match desk.with(&visit, move |desk, bench| Ok(bench.edit()?.shut_out(id, new, desk.today()))).await? {
            Ok(()) => return go_to(&format!("/reports/{id}")),
            Err(error @ DeskError::LongReason) => FieldError::new("reason", sentence(&error)),
            Err(error @ DeskError::ShuttingOutOneself) => FieldError::new("member", sentence(&error)),
            Err(error) => return Err(error.into()),
        }
    };
    shut_out_page(&desk, &visit, StatusCode::UNPROCESSABLE_ENTITY, id, Some(form.copy()), vec![error]).await
}

/// Who is to join, as typed.
fn member(form: &Entries) -> Result<NewMember, Vec<FieldError>> {
    let mut errors = Vec::new();
    let name = Text::typed(form.first("name"));
    if name.is_empty() {
        errors.push(FieldError::new("name", "Enter a name"));
    } else if name.is_longer_than(SHORT_MAX) {
        errors.push(FieldError::new("name", format!("Name must be {SHORT_MAX} characters or less")));
    }
    let role = TeamRole::from_slug(form.first("role"));
    if role.is_none() {
        errors.push(FieldError::new("role", "Select what they do"));
    }
    let signer = read_keys::<SignerRole>(form.first("signer")).ok();
    let signer = signer.and_then(|keys| <[VerifyingKey<SignerRole>; 1]>::try_from(keys).ok());
    if signer.is_none() {
        errors.push(FieldError::new("signer", "Paste the two lines of their signer.pub"));
    }
    let recipients = GovernanceRecipients::parse(form.first("recipients"));
    if let Err(error) = &recipients {
        errors.push(FieldError::new("recipients", format!("Paste their governance.recipients: {error}")));
    }
    match (role, signer, recipients) {
        (Some(role), Some([signer]), Ok(recipients)) if errors.is_empty() => {
            Ok(NewMember { name, role, signer, recipients })
        }
        _ => Err(errors),
    }
}

/// What the casebook says, as a sentence without its end.
fn sentence(error: &DeskError) -> String {
    let text = error.to_string();
    let mut rest = text.chars();
    rest.next().into_iter().flat_map(char::to_uppercase).chain(rest).collect()
}
