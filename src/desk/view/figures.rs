//! The figures of a year: tables, with a bar in each row.

use askama::{Template, filters::HtmlSafe};

use super::Shell;
use crate::{
    casebook::statistics::{Cell, Figures, ReportingYear, Row, Table},
    domain::Date,
};

/// The words in addresses for exact figures, and for those that may be published.
pub(in crate::desk) const TEAM: &str = "team";
pub(in crate::desk) const PUBLISHED: &str = "published";

/// The longest bar, in its own units.
const LONGEST: u64 = 100;

/// The figures of a year, for the team or for everybody.
#[derive(Template)]
#[template(path = "desk/figures.html")]
pub(in crate::desk) struct FiguresPage<'a> {
    shell: &'a Shell,
    year: String,
    slug: String,
    is_published: bool,
    hides_something: bool,
    is_over: bool,
    /// The same year for the other readers.
    others: String,
    csv: String,
    years: Vec<YearLink>,
    closed_to_me: usize,
    tables: FiguresTables<'a>,
}

/// A link to another year.
struct YearLink {
    path: String,
    name: String,
    here: bool,
}

/// All tables of a year: small ones beside each other, wide ones below.
#[derive(Template)]
#[template(path = "desk/figures_tables.html")]
pub(in crate::desk) struct FiguresTables<'a> {
    small: Vec<Grid<'a>>,
    wide: Vec<Grid<'a>>,
}

/// A table in words, numbers and bars.
#[derive(Template)]
#[template(path = "desk/table.html")]
struct Grid<'a> {
    table: &'a Table,
    rows: Vec<GridRow<'a>>,
}

struct GridRow<'a> {
    row: &'a Row,
    /// How long its bar is; none where there is nothing to draw.
    bar: Option<u64>,
}

impl<'a> FiguresPage<'a> {
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        figures: &'a Figures,
        years: &[ReportingYear],
        closed_to_me: usize,
        today: Date,
    ) -> Self {
        let (readers, others) = if figures.is_published { (PUBLISHED, TEAM) } else { (TEAM, PUBLISHED) };
        let path = |year: ReportingYear, readers: &str| format!("/figures/{}/{readers}", year.slug());
        let link = |year: &ReportingYear| YearLink {
            path: path(*year, readers),
            name: year.to_string(),
            here: *year == figures.year,
        };
        Self {
            shell,
            year: figures.year.to_string(),
            slug: figures.year.slug(),
            is_published: figures.is_published,
            hides_something: figures.suppresses_something(),
            is_over: figures.year.has_ended(today),
            others: path(figures.year, others),
            csv: path(figures.year, readers) + "/figures.csv",
            years: years.iter().map(link).collect(),
            closed_to_me,
            tables: FiguresTables::new(figures),
        }
    }
}

impl<'a> FiguresTables<'a> {
    pub(in crate::desk) fn new(figures: &'a Figures) -> Self {
        let (wide, small): (Vec<_>, Vec<_>) = figures.tables.iter().map(Grid::new).partition(Grid::is_wide);
        Self { small, wide }
    }
}

impl<'a> Grid<'a> {
    fn new(table: &'a Table) -> Self {
        // What is not published is not drawn, nor is the whole, beside which the rest would look short.
        let count = |row: &Row| match row.cells.as_slice() {
            [Cell::Count(count)] if !row.is_total => Some(*count),
            _ => None,
        };
        let most = table.rows.iter().filter_map(count).max().filter(|most| *most > 0);
        let bar = |row| Some(count(row)? * LONGEST / most?);
        let rows = table.rows.iter().map(|row| GridRow { row, bar: bar(row) }).collect();
        Self { table, rows }
    }

    fn is_wide(&self) -> bool {
        self.table.columns.len() > 1
    }
}

// Their templates escape whatever is in them.
impl HtmlSafe for Grid<'_> {}
impl HtmlSafe for FiguresTables<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casebook::statistics::{Figures, sample};

    fn shown(figures: &Figures, slug: &str) -> String {
        Grid::new(figures.tables.iter().find(|table| table.slug == slug).unwrap()).render().unwrap()
    }

    #[test]
    fn what_is_not_published_is_not_drawn() {
        let mut facts = vec![sample::fact(); 14];
        for (fact, month) in facts.iter_mut().zip([5, 6, 6, 6, 6, 6]) {
            fact.received_on = Date::constant(2026, month, 1);
        }
        // 8 in April, 1 in May, which takes the 5 in June with it.
        let internal = shown(&Figures::internal(&facts, sample::YEAR), "months");
        let published = shown(&Figures::published(&facts, sample::YEAR), "months");
        let bars = |html: &str| html.matches("<rect").count();
        let unpublished = |html: &str| html.matches("Not published").count();
        assert_eq!((bars(&internal), unpublished(&internal)), (12, 0));
        assert_eq!((bars(&published), unpublished(&published)), (10, 2));
        assert!(published.contains("<rect width=\"100\"") && internal.contains("<rect width=\"62\""), "{internal}");
    }

    #[test]
    fn an_empty_year_has_nothing_to_draw() {
        for facts in [vec![], vec![sample::fact(); 3]] {
            assert!(!shown(&Figures::published(&facts, sample::YEAR), "months").contains("<rect"));
        }
    }
}
