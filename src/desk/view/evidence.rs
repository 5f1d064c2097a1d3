//! What an organisation or a theme has in evidence: its reports, what they say together, and the team's notes about it.

use std::collections::BTreeMap;

use askama::{Template, filters::HtmlSafe};

use super::{short_list::ShortList, subject_head::SubjectKind};
use crate::{
    casebook::{Casebook, NoteSubject, OtherReport, QueueEntry},
    desk::view::words::state_name,
    domain::{
        Action, Area, ClockState, Date, Finding, LinkKind, MemberId, OrganisationId, ReportId, SeriousHarm, Text,
        ThemeId, escape_invisible, escape_invisible_in_line,
    },
    http::Day,
};

/// Below this many, a number can show who someone is.
const FEW: usize = 5;
/// Months that have a row of their own.
const MONTHS: usize = 24;
/// How long the longest bar is.
const BAR: usize = 240;

/// What reports say together.
pub(super) struct EvidenceCounts {
    /// How many there are, and how many concerns they are: one that goes on with another is the same.
    pub(super) reports: usize,
    pub(super) concerns: usize,
    pub(super) open_reports: usize,
    pub(super) harm: usize,
    pub(super) areas: Vec<CountRow>,
    /// For an organisation its themes, for a theme its organisations.
    pub(super) others: Vec<CountRow>,
    pub(super) promises: Vec<CountRow>,
    pub(super) actions: Vec<CountRow>,
    pub(super) findings: Vec<CountRow>,
    pub(super) months: Vec<CountRow>,
    pub(super) planned: Vec<PlannedAction>,
}

/// How many there are of something.
#[derive(Clone)]
pub(super) struct CountRow {
    pub(super) label: String,
    pub(super) count: usize,
}

/// What the team set out to do.
pub(super) struct PlannedAction {
    pub(super) report: ReportId,
    pub(super) name: String,
    pub(super) what: String,
    pub(super) by: Option<Day>,
    /// Where that stands, if it presses.
    pub(super) state: Option<ClockState>,
}

/// One report, as short as it can be.
struct EvidenceRow {
    id: ReportId,
    name: String,
    line: String,
    received: Day,
    state: &'static str,
    areas: String,
    harm: Option<&'static str>,
}

/// A link among these reports, or from one of them to another.
struct EvidenceLink {
    from: (ReportId, String),
    to: Option<(ReportId, String)>,
    kind: &'static str,
}

/// A note of the team.
pub(super) struct TeamNote {
    pub(super) on: Day,
    pub(super) by: String,
    pub(super) text: String,
}

/// All of that on the page of an organisation or a theme.
#[derive(Template)]
#[template(path = "desk/evidence.html")]
pub(super) struct EvidenceSection {
    pub(super) counts: EvidenceCounts,
    others: &'static str,
    rows: ShortList<EvidenceRow>,
    links: ShortList<EvidenceLink>,
    closed_to_me: usize,
}

impl HtmlSafe for EvidenceSection {}

impl CountRow {
    /// Whether it could show who someone is.
    pub(super) const fn is_few(&self) -> bool {
        self.count > 0 && self.count < FEW
    }

    /// How long its bar is beside those of the others.
    fn bar(&self, others: &[Self]) -> usize {
        let most = others.iter().map(|row| row.count).max().unwrap_or_default().max(1);
        (self.count * BAR).div_ceil(most)
    }
}

impl EvidenceCounts {
    /// Of the reports in a queue that bear on something.
    pub(super) fn of(casebook: &Casebook, queue: &[QueueEntry], subject: NoteSubject) -> Self {
        let reports: Vec<&QueueEntry> = queue.iter().filter(|entry| casebook.bears_on(entry.id, subject)).collect();
        let is_among = |id: ReportId| reports.iter().any(|entry| entry.id == id);
        let follows = |entry: &&&QueueEntry| entry.continues.is_some_and(is_among);
        let assessments = || reports.iter().filter_map(|entry| casebook.assessment(entry.id));
        let reference = casebook.reference();
        let others = match subject {
            NoteSubject::Organisation(_) => {
                tally(assessments().flat_map(|it| it.themes.iter().copied()), |id: ThemeId| {
                    reference.themes.get(&id).map(|theme| escape_invisible_in_line(theme.name.as_str()))
                })
            }
            NoteSubject::Theme(_) => tally(
                assessments().flat_map(|it| {
                    let mut named: Vec<OrganisationId> =
                        it.organisations.iter().map(|id| reference.organisation_of(*id)).collect();
                    named.sort_unstable();
                    named.dedup();
                    named
                }),
                |id| organisation_name(casebook, id),
            ),
        };
        let clocks = reports.iter().filter(|entry| !entry.withdrawn).flat_map(|entry| &entry.clocks);
        let promises = clocks.map(|clock| match clock.state {
            ClockState::Met => "Kept",
            ClockState::MetLate => "Kept late",
            ClockState::Overdue => "Overdue",
            ClockState::Open | ClockState::DueSoon | ClockState::DueToday => "Open",
        });
        let mut planned: Vec<PlannedAction> = reports
            .iter()
            .filter(|entry| !entry.is_over)
            .filter_map(|entry| {
                let assessment = casebook.assessment(entry.id)?;
                let what =
                    assessment.action_detail.as_ref().filter(|_| assessment.action == Some(Action::FurtherAction))?;
                Some(PlannedAction {
                    report: entry.id,
                    name: entry.id.in_words(),
                    what: escape_invisible(what.as_str()),
                    by: entry.action_by.map(Day),
                    state: entry.pressing_own_date(),
                })
            })
            .collect();
        planned.sort_by_key(|action| (action.by.is_none(), action.by.map(|by| by.0), action.report));
        Self {
            reports: reports.len(),
            concerns: reports.len() - reports.iter().filter(follows).count(),
            open_reports: reports.iter().filter(|entry| !entry.is_over).count(),
            harm: reports.iter().filter(|entry| entry.serious_harm == Some(SeriousHarm::Yes)).count(),
            areas: tally(reports.iter().flat_map(|entry| entry.areas.iter().copied()), |area| {
                Some(area.label().to_owned())
            }),
            others,
            promises: tally(promises, |label| Some(label.to_owned())),
            actions: tally(assessments().filter_map(|it| it.action), |action| Some(Action::label(action).to_owned())),
            findings: tally(assessments().filter_map(|it| it.finding), |found| Some(Finding::label(found).to_owned())),
            months: months(reports.iter().map(|entry| entry.received_on)),
            planned,
        }
    }
}

impl EvidenceSection {
    pub(super) fn new(casebook: &Casebook, queue: &[QueueEntry], subject: NoteSubject) -> Self {
        let mut reports: Vec<&QueueEntry> = queue.iter().filter(|entry| casebook.bears_on(entry.id, subject)).collect();
        reports.sort_by_key(|entry| (std::cmp::Reverse(entry.received_on), entry.id));
        let mut links = Vec::new();
        for entry in &reports {
            for link in &entry.links {
                let to = match casebook.other_report(link.report) {
                    OtherReport::Open(other) => Some((other, other.in_words())),
                    OtherReport::Closed | OtherReport::Destroyed => None,
                };
                links.push(EvidenceLink {
                    from: (entry.id, entry.id.in_words()),
                    to,
                    kind: link_words(link.kind, false),
                });
            }
        }
        let ShortList { shown, more } = ShortList::of(reports);
        Self {
            counts: EvidenceCounts::of(casebook, queue, subject),
            others: SubjectKind::of(subject).others,
            rows: ShortList { shown: shown.into_iter().map(|entry| EvidenceRow::new(casebook, entry)).collect(), more },
            links: ShortList::of(links),
            closed_to_me: casebook.closed_to_me().len(),
        }
    }
}

impl EvidenceRow {
    fn new(casebook: &Casebook, entry: &QueueEntry) -> Self {
        Self {
            id: entry.id,
            name: entry.id.in_words(),
            line: line_of(casebook, entry.id, entry.gist.as_ref()),
            received: Day(entry.received_on),
            state: entry.set_aside.map_or_else(|| state_name(entry.state), |_| "Set aside"),
            areas: entry.areas.iter().map(|area| Area::label(*area)).collect::<Vec<_>>().join("; "),
            harm: (entry.serious_harm == Some(SeriousHarm::Yes)).then(|| {
                match (entry.is_urgent(), entry.harm_seen_to) {
                    (true, _) => "Serious harm soon",
                    (false, true) => "Harm, seen to",
                    (false, false) => "Harm",
                }
            }),
        }
    }
}

/// What a report is, in a line: as the team wrote it, or how the person began.
pub(super) fn line_of(casebook: &Casebook, id: ReportId, gist: Option<&Text>) -> String {
    if let Some(gist) = gist {
        return escape_invisible_in_line(gist.as_str());
    }
    casebook.gist(id).map(|gist| escape_invisible_in_line(gist.first_words.as_str())).unwrap_or_default()
}

/// What an organisation of the list is called; none if it is there no more.
pub(super) fn organisation_name(casebook: &Casebook, id: OrganisationId) -> Option<String> {
    casebook.reference().organisations.get(&id).map(|it| escape_invisible_in_line(it.name.as_str()))
}

/// How one report bears on another, on the page of the one that says it or of the other.
pub(super) const fn link_words(kind: LinkKind, leads_here: bool) -> &'static str {
    match (kind, leads_here) {
        (LinkKind::SameMatter, _) => "About the same matter",
        (LinkKind::SameWard, _) => "About the same ward or team",
        (LinkKind::Contradicts, false) => "Contradicted by",
        (LinkKind::Contradicts, true) => "Contradicts",
    }
}

/// The notes about something and about other spellings of it, the oldest first.
pub(super) fn notes_about(casebook: &Casebook, subject: NoteSubject) -> Vec<TeamNote> {
    let reference = casebook.reference();
    let name = |id: MemberId| escape_invisible(casebook.member_name(id).map_or("someone", |name| name.as_str()));
    let notes = reference.notes.iter().filter(|note| reference.counts_as(note.about) == subject);
    notes
        .map(|note| TeamNote { on: Day(note.on), by: name(note.by), text: escape_invisible(note.text.as_str()) })
        .collect()
}

/// How often each comes, the most frequent first; what has no label is left out.
fn tally<T: Ord + Copy>(all: impl Iterator<Item = T>, label: impl Fn(T) -> Option<String>) -> Vec<CountRow> {
    let mut counts: BTreeMap<T, usize> = BTreeMap::new();
    all.for_each(|one| *counts.entry(one).or_default() += 1);
    let mut rows: Vec<CountRow> =
        counts.into_iter().filter_map(|(one, count)| Some(CountRow { label: label(one)?, count })).collect();
    // Those that come as often stay in their order.
    rows.sort_by_key(|row| std::cmp::Reverse(row.count));
    rows
}

/// How many fell into each month from the first to the last, the newest last; those long ago together.
fn months(days: impl Iterator<Item = Date>) -> Vec<CountRow> {
    let mut counts: BTreeMap<(i16, i8), usize> = BTreeMap::new();
    days.for_each(|day| *counts.entry((day.year(), day.month())).or_default() += 1);
    let (Some((first, _)), Some((last, _))) = (counts.first_key_value(), counts.last_key_value()) else {
        return Vec::new();
    };
    let number = |(year, month): (i16, i8)| i32::from(year) * 12 + i32::from(month) - 1;
    let (first, last) = (number(*first), number(*last));
    let begin = first.max(last - i32::try_from(MONTHS).unwrap_or_default() + 1);
    let mut rows = Vec::new();
    if begin > first {
        let before = counts.iter().filter(|(month, _)| number(**month) < begin).map(|(_, count)| count).sum();
        rows.push(CountRow { label: "Before".to_owned(), count: before });
    }
    for at in begin..=last {
        let year = i16::try_from(at.div_euclid(12)).unwrap_or_default();
        let month = i8::try_from(at.rem_euclid(12) + 1).unwrap_or(1);
        let label = Date::new(year, month, 1).map(|day| day.strftime("%B %Y").to_string()).unwrap_or_default();
        rows.push(CountRow { label, count: counts.get(&(year, month)).copied().unwrap_or_default() });
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn months_without_a_report_have_a_row_and_those_long_ago_share_one() {
        let day = |year, month| Date::constant(year, month, 28);
        let told = |days: Vec<Date>| -> Vec<(String, usize)> {
            months(days.into_iter()).into_iter().map(|row| (row.label, row.count)).collect()
        };
        assert_eq!(told(vec![]), []);
        let winter = told(vec![day(2027, 1), day(2026, 11), day(2027, 1)]);
        let expected = [("November 2026", 1), ("December 2026", 0), ("January 2027", 2)];
        assert_eq!(winter, expected.map(|(label, count)| (label.to_owned(), count)));
        let long = told(vec![day(2020, 1), day(2021, 1), day(2026, 12)]);
        assert_eq!((long.len(), &long[0]), (MONTHS + 1, &("Before".to_owned(), 2)));
        assert_eq!(long[1], ("January 2025".to_owned(), 0));
    }

    #[test]
    fn the_longest_bar_is_of_the_most_and_none_of_none() {
        let rows = months([1, 3, 3].into_iter().map(|month| Date::constant(2026, month, 1)));
        assert_eq!(rows.iter().map(|row| row.bar(&rows)).collect::<Vec<_>>(), [BAR / 2, 0, BAR]);
    }

    #[test]
    fn few_is_marked_and_none_is_not() {
        let is_few = |count| CountRow { label: String::new(), count }.is_few();
        assert_eq!([0, 1, 4, 5].map(is_few), [false, true, true, false]);
    }
}
