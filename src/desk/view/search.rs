//! What a search found: each report with the words around what was looked for, and who said them.

use std::collections::BTreeMap;

use askama::Template;

use super::{Shell, report_line::ReportLine, words::state_name};
use crate::{
    casebook::{Casebook, FoundIn, QueueEntry, SearchHit, SnippetPart},
    desk::form::{one_question::SearchField, question::AskedField},
    domain::{Entries, FieldError, ReportId, escape_invisible_in_line},
    http::{Day, Field},
};

/// Hits on the page: no address leads to a second one.
const SHOWN: usize = 500;

/// The page of a search.
#[derive(Template)]
#[template(path = "desk/search.html")]
pub(in crate::desk) struct SearchPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    search: Field,
    hits: Vec<HitRow>,
    /// How many there are, shown or not.
    total: usize,
}

struct HitRow {
    id: ReportId,
    organisation: Option<String>,
    received: Day,
    state: &'static str,
    /// Who said it, and when.
    place: String,
    parts: Vec<SnippetPart>,
    /// What the report is, where the words found don't say that already.
    line: Option<String>,
}

impl<'a> SearchPage<'a> {
    /// What was found, in the order of the queue.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        queue: &[QueueEntry],
        found: Vec<SearchHit>,
        typed: &Entries,
    ) -> Self {
        let total = found.len();
        let mut found: BTreeMap<ReportId, SearchHit> = found.into_iter().map(|hit| (hit.report, hit)).collect();
        let of_hits = queue.iter().filter_map(|entry| Some((entry.clone(), found.remove(&entry.id)?)));
        let (entries, hits): (Vec<QueueEntry>, Vec<SearchHit>) = of_hits.take(SHOWN).unzip();
        let lines = ReportLine::of_all(&entries, casebook);
        let rows = entries.iter().zip(hits).zip(lines).map(|((entry, hit), line)| HitRow::new(entry, hit, line));
        Self { shell, errors: Vec::new(), search: SearchField::Words.field(typed, &[]), hits: rows.collect(), total }
    }

    /// Nothing can be looked for.
    pub(in crate::desk) fn refused(shell: &'a Shell, typed: &Entries, errors: Vec<FieldError>) -> Self {
        let search = SearchField::Words.field(typed, &errors);
        Self { shell, errors, search, hits: Vec::new(), total: 0 }
    }
}

impl HitRow {
    fn new(entry: &QueueEntry, hit: SearchHit, line: ReportLine) -> Self {
        let on = |said: &str, day| format!("{said}, {}", Day(day).in_words());
        let is_of_team =
            matches!(hit.place, FoundIn::Name | FoundIn::Team(_) | FoundIn::Note(_) | FoundIn::FileName(_));
        let parts = hit.snippet.parts.into_iter();
        Self {
            id: entry.id,
            organisation: line.organisation,
            received: Day(entry.received_on),
            state: if entry.withdrawn {
                "Withdrawn"
            } else if entry.set_aside.is_some() {
                "Set aside"
            } else {
                state_name(entry.state)
            },
            place: match hit.place {
                FoundIn::Name => "Its name and id".to_owned(),
                FoundIn::Gist => "Our line about it".to_owned(),
                FoundIn::Person(day) => on("The person wrote", day),
                FoundIn::FileName(day) => on("Name of a file from the person", day),
                FoundIn::Team(day) => on("We wrote to the person", day),
                FoundIn::Note(day) => on("Note of the team", day),
            },
            line: (is_of_team || (line.is_written && hit.place != FoundIn::Gist)).then_some(line.line),
            parts: parts
                .map(|part| SnippetPart { text: escape_invisible_in_line(&part.text), marked: part.marked })
                .collect(),
        }
    }
}
