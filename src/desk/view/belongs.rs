//! What a report belongs to: on its page, and the form for it.

use askama::{Template, filters::HtmlSafe};

use super::{
    Shell,
    evidence::{line_of, link_words, organisation_name},
    messages::Beside,
};
use crate::{
    casebook::{Casebook, OtherReport, ReportView},
    desk::form::{
        assessment::Newer,
        question::AskedField,
        stale::Seen,
        wider::{ALONE, AS_IT_IS, BelongsField},
    },
    domain::{
        Assessment, Entries, FieldError, LikeText, LinkKind, OrganisationId, ReportId, ThemeId,
        escape_invisible_in_line,
    },
    http::Field,
};

/// Organisations that are offered to be ticked; the others are found by their names.
const OFFERED: usize = 15;

/// What a report belongs to, as it stands on the report's page.
#[derive(Template)]
#[template(path = "desk/belonging.html")]
pub(in crate::desk) struct Belonging {
    id: ReportId,
    organisations: Vec<(OrganisationId, String)>,
    themes: Vec<(ThemeId, String)>,
    links: Vec<ShownLink>,
    /// The other reports of the same concern.
    joined: Vec<NamedReport>,
    /// Whether it goes on with one that this member may not open.
    joined_to_closed: bool,
}

impl HtmlSafe for Belonging {}

/// A link to another report, or from it.
struct ShownLink {
    kind: &'static str,
    other: Option<NamedReport>,
    is_destroyed: bool,
}

/// A report, named for people.
struct NamedReport {
    id: ReportId,
    name: String,
    line: String,
}

impl NamedReport {
    fn new(casebook: &Casebook, id: ReportId) -> Self {
        let gist = casebook.assessment(id).and_then(|assessment| assessment.gist.as_ref());
        Self { id, name: id.in_words(), line: line_of(casebook, id, gist) }
    }
}

impl Belonging {
    /// Of a report that this member can open.
    pub(in crate::desk) fn new(casebook: &Casebook, id: ReportId) -> Self {
        let nothing = Assessment::default();
        let assessment = casebook.assessment(id).unwrap_or(&nothing);
        let links = casebook.links_of(id).into_iter().map(|link| ShownLink {
            kind: link_words(link.kind, link.leads_here),
            other: match link.other {
                OtherReport::Open(other) => Some(NamedReport::new(casebook, other)),
                OtherReport::Closed | OtherReport::Destroyed => None,
            },
            is_destroyed: link.other == OtherReport::Destroyed,
        });
        let is_closed = |other| casebook.other_report(other) == OtherReport::Closed;
        Self {
            id,
            organisations: named_organisations(casebook, assessment),
            themes: assessment.themes.iter().filter_map(|id| Some((*id, theme_name(casebook, *id)?))).collect(),
            links: links.collect(),
            joined: casebook.joined_to(id).into_iter().map(|other| NamedReport::new(casebook, other)).collect(),
            joined_to_closed: assessment.continues.is_some_and(is_closed),
        }
    }

    fn is_empty(&self) -> bool {
        self.organisations.is_empty()
            && self.themes.is_empty()
            && self.links.is_empty()
            && self.joined.is_empty()
            && !self.joined_to_closed
    }
}

/// The form about it.
#[derive(Template)]
#[template(path = "desk/belongs.html")]
pub(in crate::desk) struct BelongsPage<'a> {
    shell: &'a Shell,
    id: ReportId,
    name: String,
    seen: Seen,
    errors: &'a [FieldError],
    newer: Option<Vec<Newer>>,
    gist: Field,
    organisations: Option<Field>,
    new_organisation: Field,
    themes: Option<Field>,
    new_theme: Field,
    linked: Option<Field>,
    other: Field,
    kind: Field,
    continues: Field,
    earlier: Field,
    beside: Beside,
}

/// What such a page is made from.
#[derive(Clone, Copy)]
pub(in crate::desk) struct BelongsParts<'a> {
    pub(in crate::desk) report: &'a ReportView,
    pub(in crate::desk) casebook: &'a Casebook,
    pub(in crate::desk) typed: &'a Entries,
    pub(in crate::desk) errors: &'a [FieldError],
    /// Whether the report changed since the form was made.
    pub(in crate::desk) changed: bool,
}

impl<'a> BelongsPage<'a> {
    pub(in crate::desk) fn new(shell: &'a Shell, parts: BelongsParts<'a>) -> Self {
        let BelongsParts { report, casebook, typed, errors, changed } = parts;
        let id = report.entry.id;
        let assessment = &report.assessment;
        let organisations = offered_organisations(casebook, id, assessment);
        let offers = |field: BelongsField, choices: Vec<(String, String)>| {
            (!choices.is_empty()).then(|| field.offering(choices, typed, errors))
        };
        let themes = casebook.reference().named_themes().into_iter();
        let themes = themes.filter_map(|(id, _)| Some((id.to_string(), theme_name(casebook, id)?))).collect();
        let links = (0_usize..).zip(&assessment.links);
        let links = links.map(|(place, link)| (place.to_string(), link_label(casebook, link.kind, link.report)));
        Self {
            shell,
            id,
            name: id.in_words(),
            seen: report.seen(),
            errors,
            newer: changed.then(|| newer(casebook, id)),
            gist: BelongsField::Gist.field(typed, errors),
            new_organisation: BelongsField::NewOrganisation
                .field(typed, errors)
                .hint(new_organisation_hint(casebook, id)),
            organisations: offers(BelongsField::Organisation, organisations),
            themes: offers(BelongsField::Theme, themes),
            new_theme: BelongsField::NewTheme.field(typed, errors),
            linked: offers(BelongsField::Linked, links.collect()),
            other: BelongsField::Other.field(typed, errors),
            kind: BelongsField::Kind.field(typed, errors),
            continues: BelongsField::Continues.offering(offered_earlier(casebook, id, assessment), typed, errors),
            earlier: BelongsField::Earlier.field(typed, errors),
            beside: Beside::new(report, casebook, false),
        }
    }
}

/// What a browser would send if nothing were changed.
pub(in crate::desk) fn belongs_entries(casebook: &Casebook, id: ReportId) -> Entries {
    let mut entries = Entries::default();
    let Some(assessment) = casebook.assessment(id) else { return entries };
    let mut push = |field: BelongsField, value: String| entries.push(field.name().to_owned(), value);
    push(BelongsField::Gist, assessment.gist.as_ref().map_or_else(String::new, |gist| gist.as_str().to_owned()));
    for (organisation, _) in named_organisations(casebook, assessment) {
        push(BelongsField::Organisation, organisation.to_string());
    }
    assessment.themes.iter().for_each(|theme| push(BelongsField::Theme, theme.to_string()));
    (0..assessment.links.len()).for_each(|place| push(BelongsField::Linked, place.to_string()));
    push(BelongsField::Continues, if assessment.continues.is_some() { AS_IT_IS } else { ALONE }.to_owned());
    entries
}

/// The organisations of a report, each once by the name that counts; those that are on the list no more are left out.
fn named_organisations(casebook: &Casebook, assessment: &Assessment) -> Vec<(OrganisationId, String)> {
    let mut named: Vec<(OrganisationId, String)> = Vec::new();
    for id in &assessment.organisations {
        let id = casebook.reference().organisation_of(*id);
        if !named.iter().any(|(other, _)| *other == id) {
            named.extend(organisation_name(casebook, id).map(|name| (id, name)));
        }
    }
    named
}

fn theme_name(casebook: &Casebook, id: ThemeId) -> Option<String> {
    casebook.reference().themes.get(&id).map(|theme| escape_invisible_in_line(theme.name.as_str()))
}

/// What can be ticked: what is, then what is most like the name that the person wrote, then what most reports are about.
fn offered_organisations(casebook: &Casebook, id: ReportId, assessment: &Assessment) -> Vec<(String, String)> {
    let ticked = named_organisations(casebook, assessment);
    let written = casebook.gist(id).and_then(|gist| gist.organisation.as_ref().map(|name| LikeText::of(name.as_str())));
    let counts = casebook.reports_by_organisation();
    let reference = casebook.reference();
    let mut others: Vec<_> = reference
        .named_organisations()
        .into_iter()
        .filter(|(id, _)| !ticked.iter().any(|(other, _)| other == id))
        .map(|(id, it)| {
            let names = [it].into_iter().chain(reference.spellings_of(id).into_iter().map(|(_, other)| other));
            let like = |name: &LikeText| names.map(|it| name.percent(&LikeText::of(it.name.as_str()))).max();
            let alike = written.as_ref().and_then(like).filter(|percent| *percent >= LikeText::ALIKE);
            let reports = counts.get(&id).copied().unwrap_or_default();
            (std::cmp::Reverse((alike, reports)), id, escape_invisible_in_line(it.name.as_str()))
        })
        .collect();
    // Those that are as likely stay in the order of their names.
    others.sort_by_key(|(likely, ..)| *likely);
    let others = others.into_iter().take(OFFERED).map(|(_, id, name)| (id, name));
    ticked.into_iter().chain(others).map(|(id, name)| (id.to_string(), name)).collect()
}

fn new_organisation_hint(casebook: &Casebook, id: ReportId) -> String {
    let hint = "A name or code. One of the list or the register is taken from there; any other is added to the list";
    let written = casebook.gist(id).and_then(|gist| gist.organisation.clone());
    match written {
        Some(name) => format!("{hint}. The person wrote “{}”", escape_invisible_in_line(name.as_str())),
        None => hint.to_owned(),
    }
}

fn link_label(casebook: &Casebook, kind: LinkKind, other: ReportId) -> String {
    format!("{}: {}", link_words(kind, false), other_label(casebook, other))
}

fn other_label(casebook: &Casebook, other: ReportId) -> String {
    match casebook.other_report(other) {
        OtherReport::Open(id) => {
            let NamedReport { name, line, .. } = NamedReport::new(casebook, id);
            format!("{name} ({}): {line}", id.short())
        }
        OtherReport::Closed => "a report that you may not open".to_owned(),
        OtherReport::Destroyed => "a report that was destroyed".to_owned(),
    }
}

fn offered_earlier(casebook: &Casebook, id: ReportId, assessment: &Assessment) -> Vec<(String, String)> {
    let mut offered = vec![(ALONE.to_owned(), "No, it stands by itself".to_owned())];
    offered.extend(assessment.continues.map(|now| (AS_IT_IS.to_owned(), other_label(casebook, now))));
    let likely = casebook.may_go_on_with(id).into_iter();
    let likely = likely.filter(|other| Some(*other) != assessment.continues && !casebook.goes_back_to(*other, id));
    offered.extend(likely.map(|other| (other.to_string(), other_label(casebook, other))));
    offered
}

/// What is recorded now, whatever the form says.
fn newer(casebook: &Casebook, id: ReportId) -> Vec<Newer> {
    let Some(assessment) = casebook.assessment(id) else { return Vec::new() };
    let list = |names: Vec<String>| if names.is_empty() { "None".to_owned() } else { names.join("; ") };
    let line =
        assessment.gist.as_ref().map_or_else(|| "None".to_owned(), |gist| escape_invisible_in_line(gist.as_str()));
    let organisations = named_organisations(casebook, assessment).into_iter().map(|(_, name)| name).collect();
    let themes = assessment.themes.iter().filter_map(|id| theme_name(casebook, *id)).collect();
    let links = assessment.links.iter().map(|link| link_label(casebook, link.kind, link.report)).collect();
    let continues = assessment.continues.map_or_else(|| "No".to_owned(), |other| other_label(casebook, other));
    vec![
        Newer { label: "In one line", now: line },
        Newer { label: "Organisations", now: list(organisations) },
        Newer { label: "Themes", now: list(themes) },
        Newer { label: "Links", now: list(links) },
        Newer { label: "Goes on with", now: continues },
    ]
}
