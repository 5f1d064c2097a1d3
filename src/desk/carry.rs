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
    upload::{COLLECTION, receive},
    view::{CarryPage, ImportPage},
    visit::{PageContext, Posted},
};
use crate::{
    casebook::{Casebook, CasebookError, Editor, Export, Import, ImportError, Progress, Refusal, carry::inbox},
    domain::{FieldError, LogHead},
};

/// How often the page of an import that is under way loads itself again, in seconds.
const LOOK_AGAIN: HeaderValue = HeaderValue::from_static("2");

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/carry", get(carry))
        .route("/carry/import", get(progress).post(bring))
        .route("/carry/import/again", post(again))
        .route("/carry/import/discard", post(discard))
        .route("/carry/export", post(export))
        .route("/carry/decisions/{number}", get(decisions))
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

/// `POST /carry/import`: the file first goes to the disk as it is, sealed. Then it is taken in.
async fn bring(visit: Visit, request: Request) -> Result<Response, PageError> {
    if matches!(visit.desk().import_job().stage(), ImportStage::Running(..)) {
        return go_to("/carry/import");
    }
    if receive(&visit, request).await? {
        begin(&visit, false);
        return go_to("/carry/import");
    }
    let error = FieldError::new(COLLECTION, "Choose the collection that was carried from the box");
    visit.read(|page, casebook| page.show_again(&carry_page(page, casebook, Some(error))?)).await
}

/// `POST /carry/import/again`: what was brought and not taken in, once more; with `missing`, though earlier ones are
/// lost.
async fn again(posted: Posted) -> Result<Response, PageError> {
    begin(&posted, posted.form().has(CarriedField::Missing.name(), YES));
    go_to("/carry/import")
}

/// `POST /carry/import/discard`: throws away what was brought and not taken in.
async fn discard(posted: Posted) -> Result<Response, PageError> {
    posted
        .work(|page, _| {
            inbox::throw_away(page.desk.directory())?;
            page.desk.import_job().forget();
            go_to("/carry")
        })
        .await
}

/// `GET /carry/import`: how far it has come, or what became of it. Needs nothing that is open, which the import holds.
async fn progress(visit: Visit) -> Result<Response, PageError> {
    let (desk, shell) = (visit.desk(), visit.shell());
    let standing = desk.import_job().stage();
    let is_running = matches!(standing, ImportStage::Running(..));
    let brought = inbox::brought(desk.directory()).is_some();
    let Some(view) = ImportPage::new(&shell, standing, brought) else { return go_to("/carry") };
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
            editor.export_to_outbox(page.form.has(CarriedField::Again.name(), YES), page.desk.today())?;
            go_to("/carry#outgoing")
        })
        .await
}

/// `GET /carry/decisions/{number}`: the file, which is sealed and signed.
async fn decisions(visit: Visit, Path(number): Path<u64>) -> Result<Response, PageError> {
    visit
        .read(move |_, casebook| {
            let bytes = casebook.decisions_file(number)?.ok_or(PageError::NotFound)?;
            download(&format!("decisions-{number}"), "application/octet-stream", bytes)
        })
        .await
}

/// `POST /carry/demonstration`: what people do with a stick, at one press.
async fn demonstrate(posted: Posted) -> Result<Response, PageError> {
    posted
        .change(|page, editor| {
            deliver_and_collect(&page.desk, editor)?;
            go_to("/")
        })
        .await
}

fn deliver_and_collect(desk: &Desk, editor: &mut Editor<'_>) -> Result<(), PageError> {
    let carrier = desk.carrier().ok_or(PageError::NotFound)?;
    if let Export::Written { number, .. } | Export::Finished { number } =
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
    editor.import(&file, false, desk.today())?;
    inbox::throw_away(desk.directory())?;
    Ok(())
}

/// Begins to take in the collection that was brought, unless one is being taken in.
pub(super) fn begin(visit: &Visit, missing: bool) {
    let Some(progress) = visit.desk().import_job().begin() else { return };
    let visit = visit.clone();
    tokio::spawn(async move {
        let taken = visit.work(move |page, open| Ok(take_in(page, open, missing, &progress))).await;
        let outcome = match taken {
            Ok(Ok(import)) => ImportOutcome::Taken(Arc::new(import)),
            Ok(Err(error)) => {
                let gap = matches!(error, CasebookError::Import(ImportError::Refused(Refusal::Gap { .. })));
                let behind = match error {
                    CasebookError::Import(ImportError::Refused(Refusal::Behind { seen, digest, .. })) => {
                        Some(LogHead { number: seen, digest })
                    }
                    _ => None,
                };
                ImportOutcome::Refused { why: error.to_string(), gap, behind }
            }
            // Locked meanwhile, or a fault: the file is still there.
            Err(PageError::Locked) => return visit.desk().import_job().forget(),
            Err(error) => {
                let words = error.words();
                ImportOutcome::Refused { why: format!("{} {}", words.happened, words.remedy), gap: false, behind: None }
            }
        };
        visit.desk().import_job().end(outcome);
    });
}

fn take_in(
    page: &PageContext,
    open: &mut OpenCasebook,
    missing: bool,
    progress: &Progress,
) -> Result<Import, CasebookError> {
    let Some(file) = inbox::brought(page.desk.directory()) else {
        return Err(CasebookError::Import(ImportError::NothingBrought));
    };
    let import = open.edit()?.import_watched(&file, missing, page.desk.today(), progress)?;
    inbox::throw_away(page.desk.directory())?;
    Ok(import)
}
