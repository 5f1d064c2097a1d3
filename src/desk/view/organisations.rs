//! Organisations: the team's list, and one of it.

use askama::Template;

use super::{
    Shell,
    short_list::ShortList,
    subject::{SubjectForm, SubjectParts, SubjectRow, SubjectView},
    subject_head::{SubjectKind, subject_path},
};
use crate::{
    casebook::{Casebook, NamedByPeople, RegisterEntry, Suggestion},
    desk::form::{
        question::AskedField,
        wider::{CODE, NEW, OrganisationField, RegisterField, WiderField},
    },
    domain::{Entries, FieldError, OrganisationId, OrganisationType, Text, escape_invisible_in_line},
    http::Field,
};

/// The list, the register, and what people wrote that is in neither.
#[derive(Template)]
#[template(path = "desk/organisations.html")]
pub(in crate::desk) struct OrganisationsPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    kind: SubjectKind,
    listed: Vec<OrganisationRow>,
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

struct OrganisationRow {
    subject: SubjectRow,
    code: String,
    kind: &'static str,
    spellings: String,
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
        let listed = reference.named_organisations().into_iter().map(|(id, organisation)| OrganisationRow {
            subject: SubjectRow {
                path: subject_path(id.into()),
                name: escape_invisible_in_line(organisation.name.as_str()),
                reports: counts.get(&id).copied().unwrap_or_default(),
            },
            code: organisation.code.as_ref().map(|code| escape_invisible_in_line(code.as_str())).unwrap_or_default(),
            kind: organisation.kind.map_or("", OrganisationType::label),
            spellings: spellings(casebook, id),
        });
        let ShortList { shown, more } = ShortList::of(casebook.named_by_people());
        let register = &reference.register;
        Self {
            shell,
            kind: SubjectKind::ORGANISATION,
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

/// One organisation, with all that bears on it.
#[derive(Template)]
#[template(path = "desk/organisation.html")]
pub(in crate::desk) struct OrganisationPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    subject: SubjectView,
    code: String,
    /// Other spellings that count as it.
    spellings: Vec<(OrganisationId, String)>,
    /// What it may be another spelling of.
    others: Vec<(OrganisationId, String)>,
}

impl<'a> OrganisationPage<'a> {
    /// None if it is not on the list, or only another spelling of one.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        casebook: &Casebook,
        id: OrganisationId,
        parts: SubjectParts<'_>,
    ) -> Option<Self> {
        let reference = casebook.reference();
        let organisation = reference.organisations.get(&id)?;
        let line = |text: &Text| escape_invisible_in_line(text.as_str());
        let recorded = || {
            let mut recorded = Entries::default();
            recorded.push(OrganisationField::Name.name().into(), organisation.name.as_str().to_owned());
            let kind = organisation.kind.map_or("", OrganisationType::slug);
            recorded.push(OrganisationField::Kind.name().into(), kind.to_owned());
            recorded
        };
        let typed = parts.typed_into(SubjectForm::Name);
        let rename = organisation_fields(&typed.unwrap_or_else(recorded), &parts.errors);
        let others = reference.named_organisations().into_iter().filter(|(other, _)| *other != id);
        Some(Self {
            shell,
            subject: SubjectView::new((shell, casebook), id.into(), &parts, rename)?,
            code: organisation.code.as_ref().map(line).unwrap_or_default(),
            spellings: reference.spellings_of(id).into_iter().map(|(other, it)| (other, line(&it.name))).collect(),
            others: others.map(|(other, it)| (other, line(&it.name))).collect(),
            errors: parts.errors,
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
