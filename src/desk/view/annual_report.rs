//! The report of a year, as it is published.

use askama::{Template, filters::HtmlSafe};

use super::{Shell, figures::FiguresTables, shell::CSS};
use crate::{
    casebook::{
        Narrative,
        statistics::{Figures, ReportingYear},
    },
    desk::form::{narrative::NarrativeField, question::AskedField},
    domain::{Date, escape_invisible},
    http::{Day, capitalised},
};

/// What it says in words, and whose it is.
#[derive(Clone, Copy)]
pub(in crate::desk) struct AnnualWords<'a> {
    pub(in crate::desk) body: &'a str,
    pub(in crate::desk) narrative: &'a Narrative,
    /// The day as of which it is made.
    pub(in crate::desk) on: Date,
}

/// On a page of the desk.
#[derive(Template)]
#[template(path = "desk/annual_report.html")]
pub(in crate::desk) struct AnnualReportPage<'a> {
    shell: &'a Shell,
    year: ReportingYear,
    slug: String,
    missing: &'a [String],
    document: AnnualDocument<'a>,
}

/// As a file of its own.
#[derive(Template)]
#[template(path = "desk/annual_file.html")]
pub(in crate::desk) struct AnnualReportFile<'a> {
    shell: FileShell,
    year: ReportingYear,
    document: AnnualDocument<'a>,
}

/// What the layout of pages asks for, of a file that is on no desk.
struct FileShell {
    css: &'static str,
    demo: bool,
}

/// What both have.
#[derive(Template)]
#[template(path = "desk/annual_document.html")]
struct AnnualDocument<'a> {
    body: String,
    on: String,
    year: ReportingYear,
    sections: Vec<AnnualSection>,
    tables: FiguresTables<'a>,
    hides_something: bool,
}

/// A part of what it says in words.
struct AnnualSection {
    heading: &'static str,
    text: String,
}

impl<'a> AnnualReportPage<'a> {
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        figures: &'a Figures,
        words: AnnualWords<'_>,
        missing: &'a [String],
    ) -> Self {
        let (year, document) = (figures.year, AnnualDocument::new(figures, words));
        Self { shell, year, slug: year.slug(), missing, document }
    }
}

impl<'a> AnnualReportFile<'a> {
    pub(in crate::desk) fn new(figures: &'a Figures, words: AnnualWords<'_>) -> Self {
        Self {
            shell: FileShell { css: &CSS, demo: false },
            year: figures.year,
            document: AnnualDocument::new(figures, words),
        }
    }
}

impl<'a> AnnualDocument<'a> {
    fn new(figures: &'a Figures, AnnualWords { body, narrative, on }: AnnualWords<'_>) -> Self {
        let section = |field: &NarrativeField| AnnualSection {
            heading: field.heading(),
            // What can't be seen is written out, so that nothing hides in it.
            text: escape_invisible(field.of(narrative).as_str()),
        };
        Self {
            body: capitalised(&escape_invisible(body)),
            on: Day(on).in_words(),
            year: figures.year,
            sections: NarrativeField::ALL.iter().map(section).collect(),
            tables: FiguresTables::new(figures),
            hides_something: figures.suppresses_something(),
        }
    }
}

// Its template escapes whatever is in it.
impl HtmlSafe for AnnualDocument<'_> {}
