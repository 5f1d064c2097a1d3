//! What an organisation or a theme has in evidence, on paper.

use askama::Template;

use super::{
    Shell,
    evidence::{CountRow, EvidenceCounts, TeamNote, notes_about},
    subject_head::SubjectHead,
};
use crate::{
    casebook::{Casebook, NoteSubject, QueueEntry},
    domain::Date,
    http::Day,
};

/// What an organisation or a theme has in evidence, to be printed for people outside the team.
#[derive(Template)]
#[template(path = "desk/paper.html")]
pub(in crate::desk) struct PaperPage<'a> {
    shell: &'a Shell,
    head: SubjectHead,
    today: Day,
    /// How many there are in all.
    summary: Vec<CountRow>,
    counts: EvidenceCounts,
    notes: Vec<TeamNote>,
    /// Whether any number is so small that it can show who someone is.
    has_few: bool,
    closed_to_me: usize,
}

impl<'a> PaperPage<'a> {
    /// None if there is no such organisation or theme.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        subject: NoteSubject,
        (queue, today): (&[QueueEntry], Date),
    ) -> Option<Self> {
        let head = SubjectHead::new(casebook, subject)?;
        let counts = EvidenceCounts::of(casebook, queue, subject);
        let summary = [
            ("Reports", counts.reports),
            ("Concerns, where one has several reports", counts.concerns),
            ("Still open", counts.open_reports),
            ("Someone could be seriously harmed soon, they said", counts.harm),
        ];
        let summary = summary.map(|(label, count)| CountRow { label: label.to_owned(), count }).to_vec();
        let rows = [&summary, &counts.areas, &counts.others, &counts.promises, &counts.actions, &counts.findings];
        let has_few = rows.into_iter().chain([&counts.months]).flatten().any(CountRow::is_few);
        Some(Self {
            shell,
            head,
            today: Day(today),
            summary,
            counts,
            notes: notes_about(casebook, subject),
            has_few,
            closed_to_me: casebook.closed_to_me().len(),
        })
    }
}
