//! What is carried between the box and the desk: taking in collections, and writing decisions to carry back.

use std::sync::Arc;

use axum::{
    Router,
    extract::{DefaultBodyLimit, Path, Request},
    http::{HeaderValue, StatusCode, header},
    response::Response,
    routing::{get, post},
};

use super::{
    Desk, PageError, Visit,
    form::carried::{CarriedField, YES},
    import_job::{ImportOutcome, ImportStage},
    open_casebook::OpenCasebook,
    respond::{download, go_to, page},
    upload::{COLLECTION, receive_collection},
    view::{CarryPage, ImportPage, LostPage, came},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{
        Casebook, CasebookError, Editor, Export, Import, ImportChoices, ImportError, MissingParts, Progress,
        carry::inbox,
    },
    domain::FieldError,
    files,
};

/// How often the page of an import that is under way loads itself again, in seconds.
const LOOK_AGAIN: HeaderValue = HeaderValue::from_static("2");
/// Digits in the last four groups of a fingerprint.
const LAST_DIGITS: usize = 16;

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/carry", get(carry))
        .route("/carry/lost", get(lost))
        .route("/carry/import", get(progress).post(bring))
        .route("/carry/import/again", post(again))
        .route("/carry/import/discard", post(discard))
        .route("/carry/export", post(export))
        .route("/carry/decisions/{number}/{part}", get(decisions))
        .route("/carry/demonstration", post(demonstrate))
        .layer(DefaultBodyLimit::disable())
}

/// `GET /carry`
async fn carry(visit: Visit) -> Result<Response, PageError> {
    visit.read(|page, casebook| page.show(&carry_page(page, casebook, None)?)).await
}

fn carry_page<'a>(
    page: &'a PageContext,
    casebook: &Casebook,
    error: Option<FieldError>,
) -> Result<CarryPage<'a>, PageError> {
    let brought = inbox::brought(page.desk.directory()).is_some();
    Ok(CarryPage::new(&page.shell, casebook, brought, page.desk.carrier().is_some(), error)?)
}

/// `GET /carry/lost`
async fn lost(visit: Visit) -> Result<Response, PageError> {
    visit.read(|page, casebook| page.show(&LostPage::new(&page.shell, casebook.lost_at_box()))).await
}

/// `POST /carry/import`: the file first goes to the disk as it is, sealed. Then it is taken in.
async fn bring(visit: Visit, request: Request) -> Result<Response, PageError> {
    if matches!(visit.desk().import_job().stage(), ImportStage::Running(..)) {
        return go_to("/carry/import");
    }
    if receive_collection(&visit, request).await? {
        begin(&visit, ImportChoices::default());
        return go_to("/carry/import");
    }
    let error = FieldError::new(COLLECTION, "Choose the collection that was carried from the box");
    visit.read(|page, casebook| page.show_again(&carry_page(page, casebook, Some(error))?)).await
}

/// `POST /carry/import/again`: what was brought and not taken in, once more; with `missing`, though earlier ones are
/// lost; with `epoch`, though the box was restored, if that is the end of its fingerprint, as whoever runs the box reads it
/// out.
async fn again(posted: Posted) -> Result<Response, PageError> {
    let missing = posted.form().has(CarriedField::Missing.name(), YES);
    let typed = posted.form().all(CarriedField::Epoch.name()).next();
    let seen = match posted.desk().import_job().stage() {
        ImportStage::Done(ImportOutcome::NewEpoch(seen)) => Some(seen),
        _ => None,
    };
    let (Some(typed), Some(seen)) = (typed, seen) else {
        begin(&posted, ImportChoices { missing, epoch: None });
        return go_to("/carry/import");
    };
    if seen.fingerprint.ends_with(typed) {
        begin(&posted, ImportChoices { missing, epoch: Some(seen.fingerprint) });
        return go_to("/carry/import");
    }
    let digits = typed.chars().filter(char::is_ascii_hexdigit).count();
    let wrong = if digits == LAST_DIGITS {
        "These are not the last four groups of this collection’s fingerprint. Ask them to read it out again. If they still \
         differ, do not take it in: it is from another box, or somebody made it"
    } else {
        "Type the last four groups that they read out: 16 letters and numbers"
    };
    let (desk, shell) = (posted.desk(), posted.shell());
    let brought = inbox::brought(desk.directory()).is_some();
    let errors = vec![FieldError::new(CarriedField::Epoch.name(), wrong)];
    let standing = ImportStage::Done(ImportOutcome::NewEpoch(seen));
    let Some(view) = ImportPage::new(&shell, standing, brought, errors) else { return go_to("/carry") };
    page(StatusCode::UNPROCESSABLE_ENTITY, &view)
}

/// `POST /carry/import/discard`: throws away what was brought and not taken in.
async fn discard(posted: Posted) -> Result<Response, PageError> {
    posted
        .work(|page, _| {
            inbox::throw_away(page.desk.directory())?;
            page.desk.import_job().forget();
            page.done("/carry", "The collection that was not taken in is thrown away.")
        })
        .await
}

/// `GET /carry/import`: how far it has come, or what became of it. Needs nothing that is open, which the import holds.
async fn progress(visit: Visit) -> Result<Response, PageError> {
    let (desk, shell) = (visit.desk(), visit.shell());
    let standing = desk.import_job().stage();
    let is_running = matches!(standing, ImportStage::Running(..));
    let brought = inbox::brought(desk.directory()).is_some();
    let Some(view) = ImportPage::new(&shell, standing, brought, Vec::new()) else { return go_to("/carry") };
    let mut response = page(StatusCode::OK, &view)?;
    if is_running {
        response.headers_mut().insert(header::REFRESH, LOOK_AGAIN);
    }
    Ok(response)
}

/// `POST /carry/export`
async fn export(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let again = page.form.has(CarriedField::Again.name(), YES);
            page.done("/carry", written(&editor.export_to_outbox(again, page.desk.today())?))
        })
        .await
}

/// `GET /carry/decisions/{number}/{part}`: the file, which is sealed and signed.
async fn decisions(visit: Visit, Path((number, part)): Path<(u64, u32)>) -> Result<Response, PageError> {
    visit
        .read(move |_, casebook| {
            let bytes = casebook.decisions_file(number, part)?.ok_or(PageError::NotFound)?;
            // As `candour deliver` looks for the parts beside the first.
            let name = files::part_path(format!("decisions-{number}").as_ref(), part);
            download(&name.to_string_lossy(), "application/octet-stream", bytes)
        })
        .await
}

/// `POST /carry/demonstration`: what people do with a stick, at one press.
async fn demonstrate(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            let import = deliver_and_collect(&page.desk, editor)?;
            page.done("/", format!("Everything is carried. {}", came(&import)))
        })
        .await
}

/// What an export did, in a sentence.
fn written(export: &Export) -> String {
    match export {
        Export::Nothing => "There was nothing to write.".to_owned(),
        Export::Finished { number, .. } => {
            format!("Decisions {number} is written. An export that was cut short had begun it.")
        }
        Export::Written { number, parts, answers, .. } => {
            let noun = if *answers == 1 { "answer" } else { "answers" };
            let parts = if *parts > 1 { format!(" It has {parts} parts: save each of them.") } else { String::new() };
            format!("Decisions {number} is written, with {answers} {noun}. Save it from the list below.{parts}")
        }
    }
}

fn deliver_and_collect(desk: &Desk, editor: &mut Editor<'_>) -> Result<Import, PageError> {
    let carrier = desk.carrier().ok_or(PageError::NotFound)?;
    if let Export::Written { number, .. } | Export::Finished { number, .. } =
        editor.export_to_outbox(false, desk.today())?
    {
        let outgoing = editor.casebook().outgoing()?;
        for file in outgoing.iter().filter(|file| file.number == number) {
            carrier.deliver(&file.path).map_err(PageError::Casebook)?;
        }
    }
    inbox::throw_away(desk.directory())?;
    let file = inbox::place(desk.directory());
    carrier.collect(&file).map_err(PageError::Casebook)?;
    let import = editor.import(&file, &ImportChoices::default(), desk.today())?;
    inbox::throw_away(desk.directory())?;
    Ok(import)
}

/// Begins to take in the collection that was brought, unless one is being taken in.
pub(super) fn begin(visit: &Visit, choices: ImportChoices) {
    let Some(progress) = visit.desk().import_job().begin() else { return };
    let visit = visit.clone();
    tokio::spawn(async move {
        let taken = visit.work(move |page, open| Ok(take_in(page, open, &choices, &progress))).await;
        let outcome = match taken {
            Ok(Ok((import, missing))) => ImportOutcome::Taken { import: Arc::new(import), missing },
            Ok(Err(error)) => ImportOutcome::refused(&error),
            // Locked meanwhile, or a fault: the file is still there.
            Err(PageError::Locked) => return visit.desk().import_job().forget(),
            Err(error) => {
                let words = error.words();
                let why = format!("{} {}", words.happened, words.remedy);
                ImportOutcome::Refused { why, gap: false, behind: None }
            }
        };
        visit.desk().import_job().end(outcome);
    });
}

fn take_in(
    page: &PageContext,
    open: &mut OpenCasebook,
    choices: &ImportChoices,
    progress: &Progress,
) -> Result<(Import, Option<MissingParts>), CasebookError> {
    let Some(file) = inbox::brought(page.desk.directory()) else {
        return Err(CasebookError::Import(ImportError::NothingBrought));
    };
    let mut editor = open.edit()?;
    let import = editor.import_watched(&file, choices, page.desk.today(), progress)?;
    inbox::throw_away(page.desk.directory())?;
    page.note_urgent(editor.casebook());
    Ok((import, editor.casebook().lost_at_box().missing))
}
