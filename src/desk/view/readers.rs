//! Who may open a report, and who opened it.

use askama::Template;

use super::Shell;
use crate::{
    casebook::{AccessView, Casebook, CasebookError, MemberView},
    desk::form::{
        carried::EVERYONE,
        question::AskedField,
        readers::{LetInField, ReadersField},
    },
    domain::{Entries, FieldError, ReportId, escape_invisible_in_line},
    http::{Day, Field},
};

/// Accesses of one page, the last.
const ROWS: usize = 500;

/// Who may open a report.
#[derive(Template)]
#[template(path = "desk/readers.html")]
pub(in crate::desk) struct ReadersPage<'a> {
    shell: &'a Shell,
    id: ReportId,
    errors: Vec<FieldError>,
    /// Whether every member may open it, those who join later too.
    everyone: bool,
    now: Vec<String>,
    /// Empty if there is nobody to choose.
    choose: Vec<Field>,
    /// Empty if nobody was shut out.
    let_in: Vec<Field>,
}

/// Which of the page's forms was sent.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum ReadersForm {
    /// A reader alone chooses.
    Choose,
    /// Whoever was shut out is let in again.
    LetIn,
}

impl<'a> ReadersPage<'a> {
    /// With those ticked who may open it now, or what was typed into one of its forms.
    ///
    /// # Errors
    /// If there is no such report.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        id: ReportId,
        typed: Option<(ReadersForm, &Entries)>,
        errors: Vec<FieldError>,
    ) -> Result<Self, CasebookError> {
        let chosen = casebook.chosen_readers(id)?;
        let readers = casebook.readers(id);
        let mut now = Entries::default();
        readers.iter().for_each(|reader| now.push(ReadersField::Member.name().into(), reader.id.to_string()));
        let nothing = Entries::default();
        let of = |asked, otherwise| match typed {
            Some((form, typed)) if form == asked => typed,
            _ => otherwise,
        };
        let (choosing, letting) = (of(ReadersForm::Choose, &now), of(ReadersForm::LetIn, &nothing));
        let team: Vec<MemberView> =
            casebook.team().into_iter().filter(|member| !member.is_me && member.left_on.is_none()).collect();
        let choice = |member: &MemberView| {
            let name = escape_invisible_in_line(member.name.as_str());
            (member.id.to_string(), format!("{name} ({})", member.role.label().to_lowercase()))
        };
        let (out, others): (Vec<_>, Vec<_>) = team.iter().partition(|member| casebook.is_shut_out(id, member.id));
        let mut choose = Vec::new();
        // A question without a choice can't be answered.
        if !others.is_empty() {
            choose.push(ReadersField::Member.offering(others.into_iter().map(choice), choosing, &errors));
            choose.push(ReadersField::Reason.field(choosing, &errors));
        }
        let mut let_in = Vec::new();
        if chosen.is_some() {
            let all = (EVERYONE.to_owned(), "Every member, those who join later too".to_owned());
            let who = out.into_iter().map(choice).chain([all]);
            let_in.push(LetInField::Who.offering(who, letting, &errors));
            let_in.push(LetInField::LetInReason.field(letting, &errors));
        }
        let names = readers.iter().map(|reader| escape_invisible_in_line(reader.name.as_str()));
        Ok(Self { shell, id, errors, everyone: chosen.is_none(), now: names.collect(), choose, let_in })
    }
}

/// Who opened a report, or took a page or file of it away.
#[derive(Template)]
#[template(path = "desk/log.html")]
pub(in crate::desk) struct AccessLogPage<'a> {
    shell: &'a Shell,
    /// If it is of one report.
    of: Option<ReportId>,
    /// How many there are, those that are not shown too.
    total: usize,
    rows: Vec<AccessRow>,
}

struct AccessRow {
    on: Day,
    by: String,
    report: ReportId,
    how: &'static str,
    what: String,
}

impl<'a> AccessLogPage<'a> {
    /// Of these accesses, the last first.
    pub(in crate::desk) fn new(shell: &'a Shell, log: Vec<AccessView>, of: Option<ReportId>) -> Self {
        let total = log.len();
        let rows = log.into_iter().take(ROWS).map(|access| AccessRow {
            on: Day(access.on),
            by: escape_invisible_in_line(access.name.as_str()),
            report: access.report,
            how: access.how.label(),
            what: access.file.map_or_else(|| "The report".to_owned(), |file| escape_invisible_in_line(file.as_str())),
        });
        Self { shell, of, total, rows: rows.collect() }
    }
}
