//! What the report of a year says in words, to be written over the year.

use axum::{Router, extract::Path, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    form::narrative::{NarrativeCarried, NarrativeField, read, typed},
    form::question::AskedField,
    view::narrative::NarrativePage,
    visit::Posted,
};
use crate::{
    casebook::{Casebook, Narrative, Reference, statistics::ReportingYear},
    crypto,
    domain::FieldError,
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/figures/{year}/narrative", get(write).post(save))
}

/// `GET /figures/{year}/narrative`
async fn write(visit: Visit, Path(year): Path<String>) -> Result<Response, PageError> {
    let year = ReportingYear::from_slug(&year).ok_or(PageError::NotFound)?;
    visit
        .read(move |page, casebook| {
            let saved = saved(casebook, year);
            page.show(&NarrativePage::new(&page.shell, year, &saved, (&typed(&saved), &digest(&saved)), &[]))
        })
        .await
}

/// `POST /figures/{year}/narrative`
async fn save(posted: Posted, Path(year): Path<String>) -> Result<Response, PageError> {
    let year = ReportingYear::from_slug(&year).ok_or(PageError::NotFound)?;
    posted
        .change(move |page, editor| {
            let saved = saved(editor.casebook(), year);
            let now = digest(&saved);
            let is_changed = page.form.first(NarrativeCarried::Was.name()) != now;
            let narrative = match read(&page.form) {
                Ok(narrative) if !is_changed || narrative == saved => narrative,
                read => {
                    let changed = is_changed.then(|| {
                        let message = "A colleague saved something else meanwhile. It stands below: take over what is to \
                                       stay, and save again";
                        FieldError::new(NarrativeField::Action.name(), message)
                    });
                    let errors: Vec<FieldError> = changed.into_iter().chain(read.err().unwrap_or_default()).collect();
                    return page.show_again(&NarrativePage::new(
                        &page.shell,
                        year,
                        &saved,
                        (&page.form, &now),
                        &errors,
                    ));
                }
            };
            if narrative != saved {
                editor.change_reference(Reference::Narrative(year.begins_in(), narrative), page.desk.today())?;
            }
            page.done(&format!("/figures/{}/narrative", year.slug()), "The text of the year’s report was saved.")
        })
        .await
}

/// What the team has written so far.
fn saved(casebook: &Casebook, year: ReportingYear) -> Narrative {
    casebook.reference().narratives.get(&year.begins_in()).cloned().unwrap_or_default()
}

/// Tells whether it is still what a form was filled in with.
fn digest(narrative: &Narrative) -> String {
    let parts = NarrativeField::ALL.iter().map(|field| field.of(narrative).as_str());
    crypto::digest(parts.collect::<Vec<_>>().join("\0").as_bytes()).to_string()
}

#[cfg(test)]
mod tests {
    use axum::http::StatusCode;

    use super::super::fixture::{Browser, DeskMachine};

    #[tokio::test]
    async fn what_a_colleague_saved_meanwhile_is_not_overwritten_unseen() {
        let place = DeskMachine::new(None);
        let desk = place.desk();
        let mut browser = Browser::inside(&place, &desk).await;
        let path = "/figures/2026/narrative";
        let was =
            |page: &str| page.split("name=\"was\" value=\"").nth(1).unwrap().split('"').next().unwrap().to_owned();
        let empty = browser.get(path).await;
        let (token, empty) = (empty.token(), empty.body);
        let first =
            [("token", &*token), ("was", &*was(&empty)), ("action", "We looked at rotas, and rang 01632 960 001.")];
        assert_eq!(browser.post(path, &first).await.status, StatusCode::SEE_OTHER);
        let page = browser.get(path).await.body;
        assert!(page.contains("was saved") && page.contains("<mark>01632 960 001</mark>"), "{page}");
        let stale = [("token", &*token), ("was", &*was(&empty)), ("action", "Something else.")];
        let again = browser.post(path, &stale).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            again.body.contains("A colleague saved") && again.body.contains("We looked at rotas"),
            "{}",
            again.body
        );
        let now = [("token", &*token), ("was", &*was(&again.body)), ("action", "Something else.")];
        assert_eq!(browser.post(path, &now).await.status, StatusCode::SEE_OTHER);
        let report = browser.get("/figures/2026/report").await.body;
        assert!(
            report.contains("Something else.") && report.contains("What came of it: nothing is written yet"),
            "{report}"
        );
        assert_eq!(browser.get("/figures/x/narrative").await.status, StatusCode::NOT_FOUND);
    }
}
