use std::borrow::Cow;

use crate::casebook::{
    log::fact::Fact,
    statistics::{
        ReportingYear,
        pattern::Pattern,
        plan::{Id, Plan, PlannedRow, PlannedTable},
    },
};

/// The numbers of one year, as tables.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Figures {
    /// The year in which the reports came in.
    pub year: ReportingYear,
    /// Whether they may be published: small numbers are hidden then.
    pub is_published: bool,
    /// The same tables, rows and columns whatever the numbers are.
    pub tables: Vec<Table>,
}

/// One table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Its id on a page.
    pub slug: &'static str,
    /// What it is about.
    pub title: &'static str,
    /// What the rows are.
    pub rows_are: &'static str,
    /// What a reader has to know besides.
    pub note: Option<&'static str>,
    /// The columns' headers.
    pub columns: Vec<&'static str>,
    /// In the order in which they are printed.
    pub rows: Vec<Row>,
    /// Whether nothing of it is published: there, not even what is 0 is told.
    pub is_withheld: bool,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// Its header.
    pub header: Cow<'static, str>,
    /// Whether the other rows are parts of it.
    pub is_total: bool,
    /// As many as there are columns.
    pub cells: Vec<Cell>,
}

/// A number, or none.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cell {
    /// So many.
    Count(u64),
    /// Not published.
    Suppressed,
}

impl Figures {
    /// Exact, for the team's own use.
    #[must_use]
    pub fn internal(facts: &[Fact], year: ReportingYear) -> Self {
        let plan = Plan::of(facts, year);
        let nothing = Pattern::of_nothing(&plan);
        Self { year, is_published: false, tables: tables(&plan, &nothing) }
    }

    /// Fit to be published: no number from 1 to 4 is shown or can be worked out.
    #[must_use]
    pub fn published(facts: &[Fact], year: ReportingYear) -> Self {
        let plan = Plan::of(facts, year);
        let pattern = Pattern::sufficient(&plan);
        Self { year, is_published: true, tables: tables(&plan, &pattern) }
    }

    /// Whether anything is hidden.
    #[must_use]
    pub fn suppresses_something(&self) -> bool {
        self.cells().any(|(.., cell)| cell == Cell::Suppressed)
    }

    /// One line for each number, under `table,row,column,value`; a hidden one is `hidden`.
    ///
    /// Source: RFC 4180.
    #[must_use]
    pub fn csv(&self) -> String {
        let mut csv = line(["table", "row", "column", "value"]);
        for (table, row, column, cell) in self.cells() {
            let value = match cell {
                Cell::Count(count) => count.to_string(),
                Cell::Suppressed => "hidden".to_owned(),
            };
            csv.push_str(&line([table, row, column, &value]));
        }
        csv
    }

    /// Every cell with its table's title and its headers.
    fn cells(&self) -> impl Iterator<Item = (&str, &str, &str, Cell)> {
        self.tables.iter().flat_map(|table| {
            table.rows.iter().flat_map(|row| {
                let cells = table.columns.iter().zip(&row.cells);
                cells.map(|(column, cell)| (table.title, row.header.as_ref(), *column, *cell))
            })
        })
    }
}

/// A plan's tables without what is suppressed.
fn tables(plan: &Plan, pattern: &Pattern) -> Vec<Table> {
    let cell = |id: &Id| if pattern.shows(*id) { Cell::Count(plan.count(*id)) } else { Cell::Suppressed };
    let row = |row: &PlannedRow| Row {
        header: row.header.clone(),
        is_total: row.is_total,
        cells: row.ids.iter().map(cell).collect(),
    };
    let table = |(index, PlannedTable { frame, rows }): (usize, &PlannedTable)| Table {
        slug: frame.slug,
        title: frame.title,
        rows_are: frame.rows_are,
        note: frame.note,
        columns: frame.columns.clone(),
        rows: rows.iter().map(row).collect(),
        is_withheld: pattern.withholds(index),
    };
    plan.tables().iter().enumerate().map(table).collect()
}

fn line(fields: [&str; 4]) -> String {
    fields.map(field).join(",") + "\r\n"
}

fn field(text: &str) -> Cow<'_, str> {
    if text.contains(['"', ',', '\r', '\n']) {
        format!("\"{}\"", text.replace('"', "\"\"")).into()
    } else {
        text.into()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::casebook::statistics::sample;

    #[test]
    fn the_file_has_a_line_for_each_number() {
        let facts = sample::facts(30);
        let figures = Figures::published(&facts, sample::YEAR);
        let csv = figures.csv();
        let lines: Vec<_> = csv.split("\r\n").collect();
        assert_eq!(lines[0], "table,row,column,value");
        assert_eq!((lines.len(), lines.last()), (figures.cells().count() + 2, Some(&"")));
        assert!(!csv.replace("\r\n", "").contains(['\r', '\n']));
        assert!(lines.contains(&"By month,April 2026,Reports,30"), "{csv}");
        assert!(lines.contains(&"By area,\"Procurement, patient choice and competition\",Concerns,0"), "{csv}");
    }

    #[test]
    fn what_is_hidden_is_said_to_be() {
        let figures = Figures::published(&sample::facts(3), sample::YEAR);
        assert!(figures.suppresses_something());
        assert!(figures.csv().contains("By month,April 2026,Reports,hidden\r\n"), "{}", figures.csv());
        assert!(!Figures::internal(&sample::facts(3), sample::YEAR).suppresses_something());
    }

    #[test]
    fn a_quotation_mark_is_doubled() {
        assert_eq!(line(["a \"b\"", "c", "d,e", "f"]), "\"a \"\"b\"\"\",c,\"d,e\",f\r\n");
    }

    #[test]
    fn both_have_the_same_shape() {
        let facts = sample::facts(7);
        let names = |figures: &Figures| -> Vec<String> {
            figures.cells().map(|(table, row, column, _)| format!("{table}/{row}/{column}")).collect()
        };
        let internal = Figures::internal(&facts, sample::YEAR);
        assert_eq!(names(&internal), names(&Figures::published(&facts, sample::YEAR)));
        assert_eq!(names(&internal), names(&Figures::internal(&[], sample::YEAR)));
    }

    #[test]
    fn other_years_do_not_count() {
        let mut facts = sample::facts(6);
        facts[0].received_on = crate::domain::Date::constant(2027, 4, 1);
        let csv = Figures::internal(&facts, sample::YEAR).csv();
        assert!(csv.contains("By month,April 2026,Reports,5\r\n"), "{csv}");
    }
}
