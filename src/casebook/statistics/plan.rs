use std::borrow::Cow;

/// Names a number of a plan.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Id(pub(super) usize);

/// Every number that is published, every number that a reader can form of those, and how they add up.
#[derive(Default)]
pub(super) struct Plan {
    numbers: Vec<Number>,
    sums: Vec<Sum>,
    tables: Vec<PlannedTable>,
}

/// A number that is the sum of others.
pub(super) struct Sum {
    pub(super) whole: Id,
    pub(super) parts: Vec<Id>,
}

/// What is around a table's numbers.
pub(super) struct Frame {
    pub(super) slug: &'static str,
    pub(super) title: &'static str,
    pub(super) rows_are: &'static str,
    pub(super) note: Option<&'static str>,
    pub(super) columns: Vec<&'static str>,
}

struct Number {
    count: u64,
    /// The table that it belongs to; none if it is never published.
    home: Option<usize>,
}

/// A table before anything is suppressed.
pub(super) struct PlannedTable {
    pub(super) frame: Frame,
    pub(super) rows: Vec<PlannedRow>,
}

/// One of its rows.
pub(super) struct PlannedRow {
    pub(super) header: Cow<'static, str>,
    pub(super) is_total: bool,
    pub(super) ids: Vec<Id>,
}

impl Plan {
    /// The names of all numbers.
    pub(super) fn ids(&self) -> impl Iterator<Item = Id> + use<> {
        (0..self.numbers.len()).map(Id)
    }

    pub(super) fn count(&self, id: Id) -> u64 {
        self.numbers[id.0].count
    }

    /// The table that it belongs to; none if it is never published.
    pub(super) fn home(&self, id: Id) -> Option<usize> {
        self.numbers[id.0].home
    }

    pub(super) fn sums(&self) -> &[Sum] {
        &self.sums
    }

    /// The tables, in the order of the page.
    pub(super) fn tables(&self) -> &[PlannedTable] {
        &self.tables
    }

    /// Begins a table: what is published from here on belongs to it.
    pub(super) fn table(&mut self, frame: Frame) {
        self.tables.push(PlannedTable { frame, rows: Vec::new() });
    }

    /// A row of the last table.
    pub(super) fn row(&mut self, header: impl Into<Cow<'static, str>>, is_total: bool, ids: Vec<Id>) {
        if let Some(table) = self.tables.last_mut() {
            table.rows.push(PlannedRow { header: header.into(), is_total, ids });
        }
    }

    /// A number of the last table.
    pub(super) fn publish(&mut self, count: u64) -> Id {
        let home = self.tables.len().checked_sub(1);
        self.numbers.push(Number { count, home });
        Id(self.numbers.len() - 1)
    }

    /// A number that is never published.
    pub(super) fn conceal(&mut self, count: u64) -> Id {
        self.numbers.push(Number { count, home: None });
        Id(self.numbers.len() - 1)
    }

    /// Says that a number is the sum of others; not if it is not: whoever believes it all the same learns nothing that
    /// is true.
    pub(super) fn sum(&mut self, whole: Id, parts: Vec<Id>) {
        if self.count(whole) == parts.iter().map(|part| self.count(*part)).sum::<u64>() {
            self.sums.push(Sum { whole, parts });
        }
    }

    /// What a part leaves of a whole: a reader can subtract.
    pub(super) fn rest(&mut self, whole: Id, part: Id) -> Option<Id> {
        let count = self.count(whole).checked_sub(self.count(part))?;
        let rest = self.conceal(count);
        self.sum(whole, vec![part, rest]);
        Some(rest)
    }

    /// Rows of the last table that are the parts of a whole, and the whole.
    pub(super) fn split(&mut self, whole: Id, parts: impl IntoIterator<Item = (Cow<'static, str>, u64)>) -> Vec<Id> {
        let mut ids = Vec::new();
        for (header, count) in parts {
            let id = self.publish(count);
            self.row(header, false, vec![id]);
            ids.push(id);
        }
        self.row("All", true, vec![whole]);
        self.sum(whole, ids.clone());
        ids
    }
}
