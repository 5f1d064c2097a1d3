//! Who works on the casebook, and the changes that take two of them.

use axum::{
    Router,
    extract::Path,
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    form::{
        carried::{CarriedField, NO, YES},
        question::{AskedField, Problems},
        team::{BoxKeyField, JoinField, RecoveryField},
    },
    proposed::proposed,
    view::{MemberLeavePage, ProposalPage, TeamForm, TeamPage, described},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{CasebookError, Editor, NewMember, NewProposal, NewRecovery, NotAllowed},
    crypto::{BoxRole, GovernanceRecipients, KeyRole, SignerRole, VerifyingKey, read_keys},
    domain::{Entries, FieldError, LogHead, MemberId, TeamRole, Today, escape_invisible_in_line},
    http::{BodyError, capitalised},
};

/// Where a browser goes after a change.
const TEAM: &str = "/team";

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/team", get(team))
        .route("/team/join", post(join))
        .route("/team/second-approver", post(second_approver))
        .route("/team/box-key", post(box_key))
        .route("/team/recovery", post(recovery))
        .route("/team/go-on", post(go_on))
        .route("/team/{member}/leave", get(leaving).post(leave))
        .route("/team/proposals/{event}", get(proposal))
        .route("/team/proposals/{event}/consent", post(consent))
        .route("/team/proposals/{event}/decline", post(decline))
        .route("/confirm", post(confirm))
}

/// `GET /team`
async fn team(visit: Visit) -> Result<Response, PageError> {
    visit.read(|page, casebook| page.show(&TeamPage::new(&page.shell, casebook, None, &page.form, Vec::new()))).await
}

/// `POST /team/join`
async fn join(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| match member(&page.form) {
            Ok(new) => propose(page, editor, TeamForm::Join, NewProposal::Join(new), JoinField::Signer.name()),
            Err(errors) => again(page, editor, TeamForm::Join, errors),
        })
        .await
}

/// `POST /team/second-approver`: one member asks for one; doing without takes two.
async fn second_approver(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            // A form that does not say which leaves it as it is, rather than switch a safeguard off.
            match page.form.first(CarriedField::Needed.name()) {
                YES => {
                    editor.ask_for_second_approver(page.desk.today())?;
                    page.done(TEAM, "From now on a second member approves every text to a person.")
                }
                NO => {
                    let outcome = editor.propose(NewProposal::NoSecondApprover, page.desk.today())?;
                    page.done(TEAM, proposed(&outcome, "texts go out without a second approver"))
                }
                _ => Err(BodyError::Broken.into()),
            }
        })
        .await
}

/// `POST /team/box-key`
async fn box_key(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let read = one_key::<BoxRole, _>(BoxKeyField::Key, &page.form).and_then(|key| {
                let word = page.form.first(BoxKeyField::Word.name()).replace("\r\n", "\n");
                if word.trim().is_empty() {
                    return Ok(NewProposal::BoxKey(key));
                }
                // What is pasted may lack the end of its last line.
                let word = format!("{}\n", word.trim());
                let is_so = editor.casebook().box_vouches_for(&key, &word);
                is_so.then_some(NewProposal::RenewedBoxKey { key, word }).ok_or_else(|| BoxKeyField::Word.remedy())
            });
            match read {
                Ok(new) => propose(page, editor, TeamForm::BoxKey, new, BoxKeyField::Key.name()),
                Err(error) => again(page, editor, TeamForm::BoxKey, vec![error]),
            }
        })
        .await
}

/// `POST /team/recovery`: keys in the safe, or none any more if the form says so.
async fn recovery(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let field = RecoveryField::Signer.name();
            if page.form.first(CarriedField::Needed.name()) == NO {
                return propose(page, editor, TeamForm::Recovery, NewProposal::Recovery(None), field);
            }
            let mut problems = Problems::default();
            let signer = problems.take(one_key::<SignerRole, _>(RecoveryField::Signer, &page.form));
            let recipients = problems.take(RecoveryField::Recipients.parsed(&page.form, GovernanceRecipients::parse));
            match (signer, recipients) {
                (Some(signer), Some(recipients)) => {
                    let new = NewProposal::Recovery(Some(NewRecovery { signer, recipients }));
                    propose(page, editor, TeamForm::Recovery, new, field)
                }
                _ => again(page, editor, TeamForm::Recovery, problems.into_errors()),
            }
        })
        .await
}

/// `POST /team/go-on`: after an import that was refused because the box saw the casebook further.
async fn go_on(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let number = page.form.first(CarriedField::Number.name()).parse();
            let digest = page.form.first(CarriedField::Digest.name()).parse();
            let (Ok(number), Ok(digest)) = (number, digest) else { return Err(BodyError::Broken.into()) };
            let outcome = editor.propose(NewProposal::GoOn(LogHead { number, digest }), page.desk.today())?;
            page.done(TEAM, proposed(&outcome, "you go on without what is lost"))
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
            let name = editor.casebook().member_name(member).map(|name| escape_invisible_in_line(name.as_str()));
            let outcome = editor.propose(NewProposal::Leave(member), page.desk.today())?;
            let what = format!("the membership of {} ends", name.as_deref().unwrap_or("a member"));
            page.done(TEAM, proposed(&outcome, &what))
        })
        .await
}

/// `GET /team/proposals/{event}`: what would come about.
async fn proposal(visit: Visit, Path(event): Path<u64>) -> Result<Response, PageError> {
    visit
        .read(move |page, casebook| {
            page.show(&ProposalPage::new(&page.shell, casebook, event).ok_or(PageError::NotFound)?)
        })
        .await
}

/// `POST /team/proposals/{event}/consent`
async fn consent(posted: Posted, Path(event): Path<u64>) -> Result<Response, PageError> {
    on_proposal(posted, event, "You consented", |editor, event, today| editor.consent(event, today)).await
}

/// `POST /team/proposals/{event}/decline`
async fn decline(posted: Posted, Path(event): Path<u64>) -> Result<Response, PageError> {
    on_proposal(posted, event, "You turned it down", |editor, event, today| editor.decline(event, today)).await
}

async fn on_proposal(
    posted: Posted,
    event: u64,
    done: &'static str,
    act: fn(&mut Editor<'_>, u64, &dyn Today) -> Result<(), CasebookError>,
) -> Result<Response, PageError> {
    posted
        .change(move |page, editor| {
            let casebook = editor.casebook();
            let proposal = casebook.proposals().into_iter().find(|proposal| proposal.event == event);
            let what = proposal.map(|proposal| format!(": {}", described(&proposal.what, casebook)));
            act(editor, event, page.desk.today())?;
            page.done(TEAM, format!("{done}{}.", what.unwrap_or_default()))
        })
        .await
}

/// `POST /confirm`: what the queue told was seen, up to the last that it showed.
async fn confirm(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let through = page.form.first(CarriedField::Number.name()).parse().map_err(|_| BodyError::Broken)?;
            editor.confirm(through, page.desk.today())?;
            page.done("/", "You have seen this. It is not shown again.")
        })
        .await
}

/// Proposes a change; what is wrong with its keys or its name is said at the field.
fn propose(
    page: &PageContext,
    editor: &mut Editor<'_>,
    form: TeamForm,
    new: NewProposal,
    field: &'static str,
) -> Result<Response, PageError> {
    let what = match (form, &new) {
        (TeamForm::Join, _) => "someone joins the team",
        (TeamForm::BoxKey, _) => "the box has another key",
        (TeamForm::Recovery, NewProposal::Recovery(None)) => "there are no keys in a safe any more",
        (TeamForm::Recovery, _) => "these keys are in a safe",
    };
    match editor.propose(new, page.desk.today()) {
        Ok(outcome) => page.done(TEAM, proposed(&outcome, what)),
        Err(CasebookError::NotAllowed(
            why @ (NotAllowed::KnownKey | NotAllowed::BadKey | NotAllowed::Name | NotAllowed::Nothing),
        )) => again(page, editor, form, vec![FieldError::new(field, capitalised(&why.to_string()))]),
        Err(error) => Err(error.into()),
    }
}

fn again(
    page: &PageContext,
    editor: &Editor<'_>,
    form: TeamForm,
    errors: Vec<FieldError>,
) -> Result<Response, PageError> {
    page.show_again(&TeamPage::new(&page.shell, editor.casebook(), Some(form), &page.form, errors))
}

/// Who is to join, as typed.
fn member(form: &Entries) -> Result<NewMember, Vec<FieldError>> {
    let mut problems = Problems::default();
    let name = problems.take(JoinField::Name.text(form));
    let role = problems.take(JoinField::Role.chosen(form, TeamRole::from_slug));
    let signer = problems.take(one_key::<SignerRole, _>(JoinField::Signer, form));
    let recipients = problems.take(JoinField::Recipients.parsed(form, GovernanceRecipients::parse));
    match (name, role, signer, recipients) {
        (Some(name), Some(role), Some(signer), Some(recipients)) => Ok(NewMember { name, role, signer, recipients }),
        _ => Err(problems.into_errors()),
    }
}

/// The one minisign public key that was typed into a field.
fn one_key<R: KeyRole, F: AskedField>(field: F, form: &Entries) -> Result<VerifyingKey<R>, FieldError> {
    let typed = field.text(form)?;
    let keys: Option<[VerifyingKey<R>; 1]> = read_keys(typed.as_str()).ok().and_then(|keys| keys.try_into().ok());
    keys.map(|[key]| key).ok_or_else(|| field.remedy())
}
