//! What a report belongs to: a line, organisations, themes, other reports.

use axum::{Router, response::Response, routing::get};

use super::{
    Desk, PageError, Visit,
    address::OfReport,
    form::{
        question::{AskedField, Problems},
        stale::Seen,
        wider::{ALONE, AS_IT_IS, BelongsField},
    },
    organisations, themes,
    view::{BelongsPage, BelongsParts, belongs_entries},
    visit::Posted,
};
use crate::{
    casebook::{Casebook, NewAssessment, Organisation, OtherReport, ReportView, Theme},
    domain::{
        Assessment, Entries, FieldError, LikeText, LinkKind, OrganisationId, ReportId, ReportLink, Text, ThemeId,
    },
};

/// The routes of this file.
pub(super) fn routes() -> Router<Desk> {
    Router::new().route("/reports/{id}/belongs", get(form).post(record))
}

/// `GET /reports/{id}/belongs`
async fn form(visit: Visit, OfReport(id): OfReport) -> Result<Response, PageError> {
    visit
        .on_report(id, move |page, casebook, report| {
            let typed = belongs_entries(casebook, id);
            let parts = BelongsParts { report, casebook, typed: &typed, errors: &[], changed: false };
            page.show(&BelongsPage::new(&page.shell, parts))
        })
        .await
}

/// `POST /reports/{id}/belongs`
async fn record(posted: Posted, OfReport(id): OfReport) -> Result<Response, PageError> {
    posted
        .change_report(id, move |page, editor, report| {
            let seen = Seen::sent(&page.form)?;
            let changed = seen.changed(report.seen());
            let filled = FilledBelongs::read(&page.form, report, editor.casebook());
            let errors = match (changed.clone(), filled) {
                (None, Ok(filled)) if filled.is_new(report) => {
                    let FilledBelongs { mut assessment, organisation, theme } = filled;
                    let organisation = match organisation {
                        Some(Named::Known(id)) => Some(id),
                        Some(Named::New(new)) => Some(organisations::listed(page, editor, new)?),
                        None => None,
                    };
                    let organisation = organisation.filter(|id| !assessment.organisations.contains(id));
                    assessment.organisations.extend(organisation);
                    let theme = theme.map(|new| themes::listed(page, editor, new)).transpose()?;
                    assessment.themes.extend(theme.filter(|id| !assessment.themes.contains(id)));
                    if let Some(new) = NewAssessment::new(Some(assessment), None, None) {
                        editor.assess(id, seen, new, page.desk.today())?;
                    }
                    return page.done_with(id, "Recorded what the report belongs to.");
                }
                (None, Ok(_)) => {
                    vec![BelongsField::Gist.error("Change something, or go back to the report")]
                }
                (changed, filled) => changed.into_iter().chain(filled.err().unwrap_or_default()).collect(),
            };
            let (typed, casebook) = (&*page.form, editor.casebook());
            let parts = BelongsParts { report, casebook, typed, errors: &errors, changed: changed.is_some() };
            page.show_again(&BelongsPage::new(&page.shell, parts))
        })
        .await
}

/// What was filled in.
struct FilledBelongs {
    /// Without what is still to be put on a list.
    assessment: Assessment,
    organisation: Option<Named>,
    theme: Option<Theme>,
}

/// An organisation that was named by typing.
enum Named {
    Known(OrganisationId),
    New(Organisation),
}

impl FilledBelongs {
    fn read(form: &Entries, report: &ReportView, casebook: &Casebook) -> Result<Self, Vec<FieldError>> {
        let (id, was, mut problems) = (report.entry.id, &report.assessment, Problems::default());
        let gist = problems.take(BelongsField::Gist.optional_text(form)).flatten();
        let organisation = problems.take(BelongsField::NewOrganisation.optional_text(form)).flatten();
        let theme = problems.take(BelongsField::NewTheme.optional_text(form)).flatten();
        let mut links: Vec<ReportLink> = (0_usize..)
            .zip(&was.links)
            .filter(|(place, _)| form.has(BelongsField::Linked.name(), &place.to_string()))
            .map(|(_, link)| *link)
            .collect();
        let link = problems.take(new_link(form, casebook, id)).flatten();
        links.extend(link.filter(|link| !links.contains(link)));
        let continues = problems.take(continues(form, casebook, id, was.continues));
        match continues {
            Some(continues) if problems.is_empty() => Ok(Self {
                assessment: Assessment {
                    gist,
                    organisations: ticked_organisations(form, casebook, was),
                    themes: ticked_themes(form, casebook, was),
                    links,
                    continues,
                    ..was.clone()
                },
                organisation: organisation.map(|name| named_organisation(casebook, name)),
                theme: theme.map(|name| Theme { name, about: Text::default() }),
            }),
            _ => Err(problems.into_errors()),
        }
    }

    /// Whether it says anything that is not recorded.
    fn is_new(&self, report: &ReportView) -> bool {
        self.assessment != report.assessment || self.organisation.is_some() || self.theme.is_some()
    }
}

/// Those that are ticked, in place of all that could be: what a report was about and the list has no more stays.
fn ticked_organisations(form: &Entries, casebook: &Casebook, was: &Assessment) -> Vec<OrganisationId> {
    let reference = casebook.reference();
    let is_ticked = |id: &OrganisationId| form.has(BelongsField::Organisation.name(), &id.to_string());
    // By whichever of its spellings it was named before.
    let mut organisations: Vec<OrganisationId> = was
        .organisations
        .iter()
        .copied()
        .filter(|id| {
            let counts_as = reference.organisation_of(*id);
            !reference.organisations.contains_key(&counts_as) || is_ticked(&counts_as)
        })
        .collect();
    let covered: Vec<OrganisationId> = organisations.iter().map(|id| reference.organisation_of(*id)).collect();
    let others = reference.named_organisations().into_iter().map(|(id, _)| id);
    organisations.extend(others.filter(|id| is_ticked(id) && !covered.contains(id)));
    organisations
}

fn ticked_themes(form: &Entries, casebook: &Casebook, was: &Assessment) -> Vec<ThemeId> {
    let listed = &casebook.reference().themes;
    let is_ticked = |id: &ThemeId| form.has(BelongsField::Theme.name(), &id.to_string());
    let mut themes: Vec<ThemeId> =
        was.themes.iter().copied().filter(|id| !listed.contains_key(id) || is_ticked(id)).collect();
    let others: Vec<ThemeId> = listed.keys().copied().filter(|id| is_ticked(id) && !themes.contains(id)).collect();
    themes.extend(others);
    themes
}

/// One of the list by its code or name, else one of the register, else a new one.
fn named_organisation(casebook: &Casebook, name: Text) -> Named {
    let reference = casebook.reference();
    let typed = LikeText::of(name.as_str());
    let is_it = |code: Option<&str>, other: &str| {
        code.is_some_and(|code| code.eq_ignore_ascii_case(name.as_str()))
            || LikeText::of(other).spelling() == typed.spelling()
    };
    let listed = reference.organisations.iter();
    let mut listed = listed.filter(|(_, it)| is_it(it.code.as_ref().map(Text::as_str), it.name.as_str()));
    if let Some((id, _)) = listed.next() {
        return Named::Known(reference.organisation_of(*id));
    }
    let mut registered = reference.register.organisations.iter();
    match registered.find(|entry| is_it(Some(&entry.code), &entry.name)) {
        Some(entry) => Named::New(organisations::from_register(entry)),
        None => Named::New(Organisation { name, code: None, kind: None }),
    }
}

/// A link to a report that was named by typing.
fn new_link(form: &Entries, casebook: &Casebook, id: ReportId) -> Result<Option<ReportLink>, FieldError> {
    let Some(other) = BelongsField::Other.optional_text(form)? else {
        return match form.first(BelongsField::Kind.name()) {
            "" => Ok(None),
            _ => Err(BelongsField::Other.remedy()),
        };
    };
    let report = named_report(casebook, &other, id).map_err(|why| BelongsField::Other.error(why))?;
    let kind = BelongsField::Kind.chosen(form, LinkKind::from_slug)?;
    Ok(Some(ReportLink { report, kind }))
}

/// The report that this one goes on with: one that was typed before one that was chosen.
fn continues(
    form: &Entries,
    casebook: &Casebook,
    id: ReportId,
    was: Option<ReportId>,
) -> Result<Option<ReportId>, FieldError> {
    let (field, earlier) = if let Some(typed) = BelongsField::Earlier.optional_text(form)? {
        let field = BelongsField::Earlier;
        (field, named_report(casebook, &typed, id).map_err(|why| field.error(why))?)
    } else {
        let field = BelongsField::Continues;
        match form.first(field.name()) {
            ALONE | "" => return Ok(None),
            AS_IT_IS => return Ok(was),
            chosen => {
                let chosen = chosen.parse().ok().filter(|other| *other != id);
                let is_open = |other: &ReportId| casebook.assessment(*other).is_some();
                (field, chosen.filter(is_open).ok_or_else(|| field.remedy())?)
            }
        }
    };
    if casebook.goes_back_to(earlier, id) {
        return Err(field.error("That report goes on with this one already"));
    }
    Ok(Some(earlier))
}

/// The other report that is called so, in two words or by the beginning of its id; none that this member may not open.
fn named_report(casebook: &Casebook, typed: &Text, id: ReportId) -> Result<ReportId, &'static str> {
    let words = typed.as_str().to_lowercase().split_whitespace().collect::<Vec<_>>().join(" ");
    let by_id = casebook.find(&words).ok().filter(|other| casebook.other_report(*other) == OtherReport::Open(*other));
    let found = if let Some(other) = by_id {
        other
    } else {
        let mut named = casebook.open_reports().filter(|other| other.in_words() == words);
        match (named.next(), named.next()) {
            (Some(other), None) => other,
            (None, _) => return Err("There is no report of that name or id"),
            (Some(_), Some(_)) => return Err("Several reports have that name: enter the beginning of the id"),
        }
    };
    if found == id { Err("That is this report: enter another one") } else { Ok(found) }
}
