//! The report of a year: the figures as they are published, and what the team says in words. On a page that prints, and as
//! a file that stands by itself.

use askama::Template;
use axum::{Router, extract::Path, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    form::{narrative::NarrativeField, question::AskedField},
    view::annual_report::{AnnualReportFile, AnnualReportPage, AnnualWords},
};
use crate::{
    casebook::{
        Casebook, Narrative,
        statistics::{Figures, ReportingYear},
    },
    domain::{Date, Identifying},
    http::BODY,
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/figures/{year}/report", get(report))
}

/// `GET /figures/{year}/report`
async fn report(visit: Visit, Path(year): Path<String>) -> Result<Response, PageError> {
    let year = ReportingYear::from_slug(&year).ok_or(PageError::NotFound)?;
    visit
        .read(move |page, casebook| {
            let parts = AnnualParts::of(casebook, year, page.desk.shown_day());
            page.show(&AnnualReportPage::new(&page.shell, &parts.figures, parts.words(BODY), &parts.missing))
        })
        .await
}

/// The report of a year as a file of its own, and what it lacks, a sentence each.
pub struct AnnualReport {
    /// A page with its style inside, without scripts and without anything that is loaded.
    pub html: String,
    /// Why it is not fit to be published yet.
    pub missing: Vec<String>,
}

/// Makes it, as on that day, of the body of that name.
///
/// # Errors
/// If the page can't be made.
pub fn annual_report(
    casebook: &Casebook,
    year: ReportingYear,
    today: Date,
    body: &str,
) -> Result<AnnualReport, askama::Error> {
    let parts = AnnualParts::of(casebook, year, today);
    let html = AnnualReportFile::new(&parts.figures, parts.words(body)).render()?;
    Ok(AnnualReport { html, missing: parts.missing })
}

/// What it is made of.
struct AnnualParts {
    figures: Figures,
    narrative: Narrative,
    on: Date,
    missing: Vec<String>,
}

impl AnnualParts {
    fn of(casebook: &Casebook, year: ReportingYear, today: Date) -> Self {
        let facts = casebook.facts(today);
        let narrative = casebook.reference().narratives.get(&year.begins_in()).cloned().unwrap_or_default();
        let missing = missing(&narrative, (year, today), casebook.closed_to_me().len());
        Self { figures: Figures::published(&facts, year), narrative, on: today, missing }
    }

    fn words<'a>(&'a self, body: &'a str) -> AnnualWords<'a> {
        AnnualWords { body, narrative: &self.narrative, on: self.on }
    }
}

fn missing(narrative: &Narrative, (year, today): (ReportingYear, Date), closed_to_me: usize) -> Vec<String> {
    let mut missing = Vec::new();
    if !year.has_ended(today) {
        missing.push(format!("The year from {year} is not over. Publish its report once, when it is."));
    }
    if closed_to_me > 0 {
        missing.push(format!(
            "Reports that you may not open, {closed_to_me} in all, are missing. A colleague who can open every one has to make it."
        ));
    }
    for field in NarrativeField::ALL.iter().filter(|field| field.of(narrative).is_empty()) {
        missing.push(format!("{}: nothing is written yet.", field.heading()));
    }
    let finds = NarrativeField::ALL.iter().flat_map(|field| Identifying::find(field.of(narrative).as_str())).count();
    if finds > 0 {
        missing
            .push("Something in the text may show who someone is. It is marked where the text is written.".to_owned());
    }
    missing
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        casebook::Reference,
        domain::Text,
        world::{DAY, TODAY, casebook::World},
    };

    const YEAR: ReportingYear = ReportingYear::beginning_in(2026);
    const AFTER: Date = Date::constant(2027, 4, 1);

    #[test]
    fn what_it_lacks_is_said() {
        let whole = Narrative {
            action: Text::typed("A."),
            outcomes: Text::typed("B."),
            effect: Text::typed("C."),
            objectives: Text::typed("D."),
        };
        assert_eq!(missing(&whole, (YEAR, AFTER), 0), Vec::<String>::new());
        assert_eq!(missing(&Narrative::default(), (YEAR, DAY), 2).len(), 1 + 1 + 4);
        let marked = Narrative { effect: Text::typed("Ring 01632 960 001."), ..whole.clone() };
        assert_eq!(missing(&marked, (YEAR, AFTER), 0).len(), 1);
    }

    #[test]
    fn the_file_stands_by_itself_and_tells_no_small_number() {
        let mut world = World::new();
        for number in 1..4 {
            world.concern(number, crate::domain::Route::StaffConcern, &[]);
        }
        let file = world.collect();
        world.import(&file).unwrap();
        let narrative = Narrative { action: Text::typed("# Visits\n- <one>\n\nMore."), ..Narrative::default() };
        world.edit(|editor| editor.change_reference(Reference::Narrative(2026, narrative), &TODAY)).unwrap();
        let report = annual_report(&world.open().unwrap(), YEAR, DAY, "The <Body>").unwrap();
        let html = report.html;
        for (said, times) in [("<h1", 1), ("The &#60;Body&#62;", 1), ("<li>&#60;one&#62;</li>", 1), ("Visits</h3>", 1)]
        {
            assert_eq!(html.matches(said).count(), times, "{said}: {html}");
        }
        for never in ["<script", "http:", "https:", "<form", "<link", "<img", ">3<"] {
            assert!(!html.contains(never), "{never}");
        }
        assert_eq!(report.missing.len(), 1 + 3);
    }
}
