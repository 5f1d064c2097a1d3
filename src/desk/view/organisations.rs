//! Organisations: the team's list, and one of it.

use askama::Template;

use super::{
    Shell,
    evidence::{CountRow, EvidenceCounts, EvidenceSection, TeamNote, notes_about},
    short_list::ShortList,
};
use crate::{
    casebook::{Casebook, NamedByPeople, NoteSubject, QueueEntry, RegisterEntry, Suggestion},
    desk::form::{
        question::AskedField,
        wider::{CODE, NEW, NoteField, OrganisationField, RegisterField, WiderField},
    },
    domain::{
        Date, Entries, FieldError, OrganisationId, OrganisationType, Text, escape_invisible, escape_invisible_in_line,
    },
    http::{Day, Field},
};

/// The list, the register, and what people wrote that is in neither.
#[derive(Template)]
#[template(path = "desk/organisations.html")]
pub(in crate::desk) struct OrganisationsPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    listed: Vec<ListedRow>,
    named: ShortList<NamedRow>,
    /// Organisations of the register, and the files that it was loaded from.
    registered: usize,
    files: Vec<String>,
    search: Field,
    /// What a search in the register found.
    found: Option<ShortList<FoundRow>>,
    add: Vec<Field>,
    closed_to_me: usize,
}

struct ListedRow {
    id: OrganisationId,
    name: String,
    code: String,
    kind: &'static str,
    spellings: String,
    reports: usize,
}

struct FoundRow {
    code: String,
    name: String,
    kind: &'static str,
}

/// A name that people wrote.
struct NamedRow {
    name: String,
    reports: usize,
    /// What a button that takes it sends.
    new: String,
    /// What it could be, with where that is from, and what the button sends.
    suggestion: Option<(String, &'static str, String)>,
}

impl<'a> OrganisationsPage<'a> {
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        typed: &Entries,
        errors: Vec<FieldError>,
        found: Option<Vec<RegisterEntry>>,
    ) -> Self {
        let reference = casebook.reference();
        let counts = casebook.reports_by_organisation();
        let listed = reference.named_organisations().into_iter().map(|(id, organisation)| ListedRow {
            id,
            name: escape_invisible_in_line(organisation.name.as_str()),
            code: organisation.code.as_ref().map(|code| escape_invisible_in_line(code.as_str())).unwrap_or_default(),
            kind: organisation.kind.map_or("", OrganisationType::label),
            spellings: spellings(casebook, id),
            reports: counts.get(&id).copied().unwrap_or_default(),
        });
        let ShortList { shown, more } = ShortList::of(casebook.named_by_people());
        let register = &reference.register;
        Self {
            shell,
            listed: listed.collect(),
            named: ShortList { shown: shown.iter().map(NamedRow::new).collect(), more },
            registered: register.organisations.len(),
            files: register.files.iter().map(|file| escape_invisible_in_line(file.as_str())).collect(),
            search: RegisterField::Words.field(typed, &errors),
            found: found.map(|found| {
                let ShortList { shown, more } = ShortList::of(found);
                ShortList { shown: shown.iter().map(FoundRow::new).collect(), more }
            }),
            add: organisation_fields(typed, &errors),
            closed_to_me: casebook.closed_to_me().len(),
            errors,
        }
    }
}

impl FoundRow {
    fn new(entry: &RegisterEntry) -> Self {
        Self {
            kind: entry.kind.map_or("", OrganisationType::label),
            name: escape_invisible_in_line(&entry.name),
            code: escape_invisible_in_line(&entry.code),
        }
    }
}

impl NamedRow {
    fn new(named: &NamedByPeople) -> Self {
        let send = |what: &str| format!("{what} {}", named.spelling.as_str());
        let suggestion = named.suggestion.as_ref().map(|suggestion| match suggestion {
            Suggestion::Listed(id, it) => {
                (escape_invisible_in_line(it.name.as_str()), "on the list", send(&id.to_string()))
            }
            Suggestion::Registered(entry) => {
                (escape_invisible_in_line(&entry.name), "in the register", send(&format!("{CODE}{}", entry.code)))
            }
        });
        Self {
            name: escape_invisible_in_line(named.name.as_str()),
            reports: named.reports.len(),
            new: send(NEW),
            suggestion,
        }
    }
}

/// Which form of the page of an organisation or a theme something is wrong with.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(in crate::desk) enum SubjectForm {
    Name,
    Same,
    Note,
}

/// One organisation, with all that bears on it.
#[derive(Template)]
#[template(path = "desk/organisation.html")]
pub(in crate::desk) struct OrganisationPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    id: OrganisationId,
    name: String,
    code: String,
    kind: &'static str,
    /// Other spellings that count as it.
    spellings: Vec<(OrganisationId, String)>,
    /// What it may be another spelling of.
    others: Vec<(OrganisationId, String)>,
    evidence: EvidenceSection,
    notes: Vec<TeamNote>,
    note: Field,
    rename: Vec<Field>,
    /// Which of the folded forms is open.
    open: Option<SubjectForm>,
}

/// What such a page is made from, besides the casebook.
pub(in crate::desk) struct SubjectParts<'a> {
    pub(in crate::desk) queue: &'a [QueueEntry],
    pub(in crate::desk) today: Date,
    /// What was typed, and into which form, if something is wrong with it.
    pub(in crate::desk) typed: Option<(SubjectForm, &'a Entries)>,
    pub(in crate::desk) errors: Vec<FieldError>,
}

impl<'a> OrganisationPage<'a> {
    /// None if it is not on the list, or only another spelling of one.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        id: OrganisationId,
        parts: SubjectParts<'_>,
    ) -> Option<Self> {
        let SubjectParts { queue, today, typed, errors } = parts;
        let reference = casebook.reference();
        let organisation = reference.organisations.get(&id).filter(|_| reference.organisation_of(id) == id)?;
        let line = |text: &Text| escape_invisible_in_line(text.as_str());
        let open = typed.map(|(form, _)| form);
        let sent = |of: SubjectForm| typed.filter(|(form, _)| *form == of).map(|(_, typed)| typed.copy());
        let recorded = || {
            let mut recorded = Entries::default();
            recorded.push(OrganisationField::Name.name().into(), organisation.name.as_str().to_owned());
            let kind = organisation.kind.map_or("", OrganisationType::slug);
            recorded.push(OrganisationField::Kind.name().into(), kind.to_owned());
            recorded
        };
        let others = reference.named_organisations().into_iter().filter(|(other, _)| *other != id);
        Some(Self {
            shell,
            id,
            name: line(&organisation.name),
            code: organisation.code.as_ref().map(line).unwrap_or_default(),
            kind: organisation.kind.map_or("", OrganisationType::label),
            spellings: reference.spellings_of(id).into_iter().map(|(other, it)| (other, line(&it.name))).collect(),
            others: others.map(|(other, it)| (other, line(&it.name))).collect(),
            evidence: EvidenceSection::new(casebook, queue, NoteSubject::Organisation(id), today),
            notes: notes_about(casebook, NoteSubject::Organisation(id)),
            note: NoteField::Text.field(&sent(SubjectForm::Note).unwrap_or_default(), &errors),
            rename: organisation_fields(&sent(SubjectForm::Name).unwrap_or_else(recorded), &errors),
            open,
            errors,
        })
    }
}

impl OrganisationPage<'_> {
    /// What is wrong with the choice of the organisation that it is a spelling of.
    fn wrong_into(&self) -> Vec<FieldError> {
        let name = WiderField::Into.name();
        self.errors.iter().filter(|error| error.field == name).cloned().collect()
    }
}

/// What an organisation or a theme has in evidence, to be printed for people outside the team.
#[derive(Template)]
#[template(path = "desk/paper.html")]
pub(in crate::desk) struct PaperPage<'a> {
    shell: &'a Shell,
    name: String,
    about: String,
    others: &'static str,
    /// What its title says that it is about: a title stays in the browser's history, so no name is in it.
    of: &'static str,
    back: String,
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
        let reference = casebook.reference();
        let (name, about, (others, of), back) = match subject {
            NoteSubject::Organisation(id) => {
                let organisation = reference.organisations.get(&id).filter(|_| reference.organisation_of(id) == id)?;
                let kind = organisation.kind.map_or("", OrganisationType::label).to_owned();
                (&organisation.name, kind, ("Themes", "Organisation"), format!("/organisations/{id}"))
            }
            NoteSubject::Theme(id) => {
                let theme = reference.themes.get(&id)?;
                let about = escape_invisible(theme.about.as_str());
                (&theme.name, about, ("Organisations", "Theme"), format!("/themes/{id}"))
            }
        };
        let counts = EvidenceCounts::of(casebook, queue, subject, today);
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
            name: escape_invisible_in_line(name.as_str()),
            about,
            others,
            of,
            back,
            today: Day(today),
            summary,
            counts,
            notes: notes_about(casebook, subject),
            has_few,
            closed_to_me: casebook.closed_to_me().len(),
        })
    }
}

/// The fields of an organisation, without the kinds that are none.
fn organisation_fields(typed: &Entries, errors: &[FieldError]) -> Vec<Field> {
    let kinds = OrganisationType::ALL.iter().filter(|kind| **kind != OrganisationType::RatherNotSay);
    let kinds = kinds.map(|kind| kind.labelled());
    vec![OrganisationField::Name.field(typed, errors), OrganisationField::Kind.offering(kinds, typed, errors)]
}

fn spellings(casebook: &Casebook, id: OrganisationId) -> String {
    let others = casebook.reference().spellings_of(id);
    others.into_iter().map(|(_, it)| escape_invisible_in_line(it.name.as_str())).collect::<Vec<_>>().join("; ")
}
