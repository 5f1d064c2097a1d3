//! The numbers of a reporting year: on a page that prints well, and as a file for a spreadsheet.

use axum::{Router, extract::Path, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    respond::download,
    view::figures::{FiguresPage, PUBLISHED, TEAM},
};
use crate::{
    casebook::{
        Fact,
        statistics::{Figures, ReportingYear},
    },
    domain::Date,
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new()
        .route("/figures", get(latest))
        .route("/figures/{year}/{readers}", get(figures))
        .route("/figures/{year}/{readers}/figures.csv", get(file))
}

/// `GET /figures`: exact, of the last year in which a report came in.
async fn latest(visit: Visit) -> Result<Response, PageError> {
    show(visit, |facts, today| Figures::internal(facts, latest_year(facts, today))).await
}

/// `GET /figures/{year}/{readers}`: for the team or for everybody.
async fn figures(visit: Visit, Path((year, readers)): Path<(String, String)>) -> Result<Response, PageError> {
    let wanted = Wanted::read(&year, &readers)?;
    show(visit, move |facts, _| wanted.figures(facts)).await
}

/// `GET /figures/{year}/{readers}/figures.csv`: the same as a file.
async fn file(visit: Visit, Path((year, readers)): Path<(String, String)>) -> Result<Response, PageError> {
    let wanted = Wanted::read(&year, &readers)?;
    visit
        .read(move |page, casebook| {
            let csv = wanted.figures(&casebook.facts(page.desk.shown_day())).csv();
            let readers = if wanted.is_published { PUBLISHED } else { TEAM };
            let name = format!("figures-{}-{readers}.csv", wanted.year.slug());
            download(&name, "text/csv; charset=utf-8; header=present", csv)
        })
        .await
}

/// Which figures are asked for.
#[derive(Clone, Copy)]
struct Wanted {
    year: ReportingYear,
    is_published: bool,
}

impl Wanted {
    fn read(year: &str, readers: &str) -> Result<Self, PageError> {
        let year = ReportingYear::from_slug(year).ok_or(PageError::NotFound)?;
        match readers {
            TEAM => Ok(Self { year, is_published: false }),
            PUBLISHED => Ok(Self { year, is_published: true }),
            _ => Err(PageError::NotFound),
        }
    }

    fn figures(self, facts: &[Fact]) -> Figures {
        if self.is_published { Figures::published(facts, self.year) } else { Figures::internal(facts, self.year) }
    }
}

async fn show(
    visit: Visit,
    figures: impl FnOnce(&[Fact], Date) -> Figures + Send + 'static,
) -> Result<Response, PageError> {
    visit
        .read(move |page, casebook| {
            let today = page.desk.shown_day();
            let facts = casebook.facts(today);
            let figures = figures(&facts, today);
            let years = ReportingYear::all(&facts);
            page.show(&FiguresPage::new(&page.shell, &figures, &years, casebook.closed_to_me().len(), today))
        })
        .await
}

fn latest_year(facts: &[Fact], today: Date) -> ReportingYear {
    ReportingYear::all(facts).first().copied().unwrap_or_else(|| ReportingYear::of(today))
}

#[cfg(test)]
mod tests {
    use axum::http::{StatusCode, header};

    use super::{
        super::fixture::{Browser, DeskMachine},
        *,
    };

    #[tokio::test]
    async fn figures_are_a_page_and_a_file() {
        let place = DeskMachine::new(None);
        let desk = place.desk();
        let mut browser = Browser::inside(&place, &desk).await;
        let page = browser.get("/figures").await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.body.contains("April 2026 to March 2027"));
        for readers in [TEAM, PUBLISHED] {
            assert!(page.body.contains(&format!("/figures/2026/{readers}/figures.csv")) == (readers == TEAM));
            let page = browser.get(&format!("/figures/2026/{readers}")).await;
            assert_eq!(page.status, StatusCode::OK);
            let file = browser.get(&format!("/figures/2026/{readers}/figures.csv")).await;
            assert!(file.body.starts_with("table,row,column,value\r\n"), "{}", file.body);
            let name = file.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
            assert_eq!(name, format!("attachment; filename=\"figures-2026-{readers}.csv\""));
        }
        for wrong in ["/figures/26/team", "/figures/2026/everybody", "/figures/2026/x/figures.csv", "/figures/2026"] {
            assert_eq!(browser.get(wrong).await.status, StatusCode::NOT_FOUND, "{wrong}");
        }
    }
}
