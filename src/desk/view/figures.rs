//! The figures of a year: tables, each with a picture of it.

use askama::{Template, filters::HtmlSafe};

use super::Shell;
use crate::{
    casebook::statistics::{Cell, Figures, ReportingYear, Row, Table},
    domain::Date,
};

/// The words in addresses for exact figures, and for those that may be published.
pub(in crate::desk) const TEAM: &str = "team";
pub(in crate::desk) const PUBLISHED: &str = "published";

/// Measures of a picture, in its own units. It is as wide as a narrow screen and grows with what it stands in.
const WIDTH: u64 = 320;
const ROW: usize = 44;
/// The longest bar; its number stands to the right of it.
const LONGEST: u64 = 270;

/// The figures of a year, for the team or for everybody.
#[derive(Template)]
#[template(path = "desk/figures.html")]
pub(in crate::desk) struct FiguresPage<'a> {
    shell: &'a Shell,
    year: String,
    is_published: bool,
    hides_something: bool,
    is_over: bool,
    /// The same year for the other readers.
    others: String,
    csv: String,
    years: Vec<YearLink>,
    closed_to_me: usize,
    parts: Vec<FiguresTable<'a>>,
}

/// A link to another year.
struct YearLink {
    path: String,
    name: String,
    here: bool,
}

/// A table, and what is around it.
struct FiguresTable<'a> {
    table: &'a Table,
    chart: Option<Chart<'a>>,
    grid: Grid<'a>,
}

/// A table in words and numbers.
#[derive(Template)]
#[template(path = "desk/table.html")]
struct Grid<'a> {
    table: &'a Table,
}

/// A picture of a table: a bar for each row. What is not published is not drawn.
#[derive(Template)]
#[template(path = "desk/chart.html")]
struct Chart<'a> {
    table: &'a Table,
    bars: Vec<Bar<'a>>,
    /// Whether a bar shows a part of a whole: the first column of the last.
    of_whole: bool,
}

struct Bar<'a> {
    name: &'a str,
    /// Top of its row.
    y: u64,
    length: Option<BarLength>,
}

/// How long a bar is, and what is written beside it.
struct BarLength {
    filled: u64,
    whole: u64,
    number: String,
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
        let part = |table| FiguresTable { table, chart: Chart::new(table), grid: Grid { table } };
        Self {
            shell,
            year: figures.year.to_string(),
            is_published: figures.is_published,
            hides_something: figures.suppresses_something(),
            is_over: figures.year.has_ended(today),
            others: path(figures.year, others),
            csv: path(figures.year, readers) + "/figures.csv",
            years: years.iter().map(link).collect(),
            closed_to_me,
            parts: figures.tables.iter().map(part).collect(),
        }
    }
}

impl<'a> Chart<'a> {
    /// None if there is nothing to draw.
    fn new(table: &'a Table) -> Option<Self> {
        let rows: Vec<&Row> = table.rows.iter().filter(|row| !row.is_total).collect();
        let counts = |row: &Row| match (row.cells.first()?, row.cells.last()?) {
            (Cell::Count(part), Cell::Count(whole)) => Some((*part, *whole)),
            _ => None,
        };
        let most = rows.iter().filter_map(|row| counts(row)).map(|(_, whole)| whole).max().filter(|most| *most > 0)?;
        let of_whole = table.columns.len() > 1;
        let length = |(part, whole): (u64, u64)| BarLength {
            filled: part * LONGEST / most,
            whole: whole * LONGEST / most,
            number: if of_whole { format!("{part} of {whole}") } else { part.to_string() },
        };
        let bar = |(y, row): (u64, &&'a Row)| Bar { name: &row.header, y, length: counts(row).map(length) };
        let bars = (0..).step_by(ROW).zip(&rows).map(bar).collect();
        Some(Self { table, bars, of_whole })
    }

    fn height(&self) -> usize {
        self.bars.len() * ROW
    }
}

// Their templates escape whatever is in them.
impl HtmlSafe for Grid<'_> {}
impl HtmlSafe for Chart<'_> {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casebook::statistics::{Figures, sample};

    fn chart(figures: &Figures, slug: &str) -> Option<String> {
        let table = figures.tables.iter().find(|table| table.slug == slug).unwrap();
        Chart::new(table).map(|chart| chart.render().unwrap())
    }

    #[test]
    fn what_is_not_published_is_not_drawn() {
        let mut facts = vec![sample::fact(); 14];
        for (fact, month) in facts.iter_mut().zip([5, 6, 6, 6, 6, 6]) {
            fact.received_on = Date::constant(2026, month, 1);
        }
        // 8 in April, 1 in May, which takes the 5 in June with it.
        let internal = chart(&Figures::internal(&facts, sample::YEAR), "months").unwrap();
        let published = chart(&Figures::published(&facts, sample::YEAR), "months").unwrap();
        let bars = |svg: &str| svg.matches("<rect x=").count();
        let unpublished = |svg: &str| svg.matches(">Not published</text>").count();
        assert_eq!((bars(&internal), unpublished(&internal)), (12, 0));
        assert_eq!((bars(&published), unpublished(&published)), (10, 2));
        assert!(published.contains("width=\"270\"") && published.contains(">8</text>"), "{published}");
    }

    #[test]
    fn promises_are_drawn_as_parts_of_all() {
        let svg = chart(&Figures::internal(&vec![sample::fact(); 6], sample::YEAR), "promises").unwrap();
        assert!(svg.contains(">6 of 6</text>") && svg.contains(">0 of 0</text>"), "{svg}");
    }

    #[test]
    fn an_empty_year_has_nothing_to_draw() {
        assert!(chart(&Figures::published(&[], sample::YEAR), "months").is_none());
        assert!(chart(&Figures::published(&vec![sample::fact(); 3], sample::YEAR), "months").is_none());
    }
}
