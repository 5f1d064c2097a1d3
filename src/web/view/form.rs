//! The page that asks the questions.

use askama::Template;

use super::{KeepCode, Shell, harm::WhenRead, help::HelpRow};
use crate::{
    domain::{ConcernField, Entries, FieldError, FormField, Input, Prompt, Route, Section, WhoElse, prompts},
    http::Field,
    web::{capacity::FilesClosed, config::LimitsConfig},
};

/// What a form says where nothing is chosen, so that a choice can be taken back and no browser chooses for the person.
const NOT_ANSWERED: (&str, &str) = ("", "Not answered");

/// The form.
#[derive(Template)]
#[template(path = "box/form.html")]
pub(in crate::web) struct FormPage<'a> {
    shell: &'a Shell,
    route: Option<Route>,
    heading: &'static str,
    errors: &'a [FieldError],
    hidden: Vec<(&'static str, String)>,
    /// What is always in view.
    fields: Vec<Field>,
    /// What is folded away until it is opened.
    parts: Vec<FoldedPart>,
    help: Vec<HelpRow<'a>>,
    attachments: usize,
    files_closed: Option<FilesClosed>,
}

/// Questions that fold away together.
struct FoldedPart {
    heading: &'static str,
    /// Whether something in it was answered, is wrong or is to be changed.
    open: bool,
    fields: Vec<Field>,
}

/// What a form is made from.
pub(in crate::web) struct FormParts<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) limits: LimitsConfig,
    /// Why files can't be taken now.
    pub(in crate::web) files_closed: Option<FilesClosed>,
    /// The code that the receipt will show.
    pub(in crate::web) keep: KeepCode,
}

impl<'a> FormPage<'a> {
    /// A new form for a route.
    pub(in crate::web) fn empty(parts: FormParts<'a>, route: Route) -> Self {
        let mut typed = Entries::default();
        typed.push(ConcernField::Route.slug().into(), route.slug().into());
        let mut page = Self::with(parts, &typed, &[]);
        // It was chosen on the page before.
        page.parts.retain(|part| part.fields.iter().all(|field| field.id != ConcernField::Route.slug()));
        page.hidden.push((ConcernField::Route.slug(), route.slug().to_owned()));
        page
    }

    /// A form with everything that was typed, and what is wrong with it.
    pub(in crate::web) fn with(parts: FormParts<'a>, typed: &Entries, errors: &'a [FieldError]) -> Self {
        let FormParts { shell, limits, files_closed, keep } = parts;
        let route = Route::from_slug(typed.first(ConcernField::Route.slug()));
        let is_answered = |field: ConcernField| typed.all(field.slug()).any(|value| !value.is_empty());
        let changed = typed.first(FormField::Change.slug());
        let mut page = Self {
            shell,
            route,
            heading: heading(route),
            errors,
            hidden: keep.fields(),
            fields: Vec::new(),
            parts: Vec::new(),
            help: route.map(|route| shell.help(WhoElse::for_report(route, None))).unwrap_or_default(),
            attachments: limits.attachments,
            files_closed,
        };
        for prompt in prompts(route, is_answered) {
            let field = field(&prompt, shell.when_read(), typed, errors);
            // Whether it matters why someone writes is known when they have said it.
            let folded = route.and_then(|route| prompt.section.heading(route));
            let open = is_answered(prompt.field) && prompt.section != Section::Why
                || field.error.is_some()
                || changed == prompt.field.slug();
            match (folded, page.parts.last_mut()) {
                (None, _) => page.fields.push(field),
                (Some(heading), Some(part)) if part.heading == heading => {
                    part.open |= open;
                    part.fields.push(field);
                }
                (Some(heading), _) => page.parts.push(FoldedPart { heading, open, fields: vec![field] }),
            }
        }
        page
    }

    /// Whether it has to be said that asking us stops no clock of the buyer's.
    fn has_standstill(&self) -> bool {
        self.route == Some(Route::Procurement)
    }
}

fn heading(route: Option<Route>) -> &'static str {
    match route {
        None => "Tell us about it",
        Some(Route::StaffConcern) => "Raise a serious concern",
        Some(Route::PatientChoice) => "Tell us that you were refused a choice",
        Some(Route::Procurement) => "Raise a procurement or competition issue",
        Some(Route::ServiceComplaint) => "Complain about us",
    }
}

fn field(prompt: &Prompt, when_read: &WhenRead, typed: &Entries, errors: &[FieldError]) -> Field {
    let id = prompt.field.slug();
    let none = matches!(prompt.input, Input::Radios(_)) && !prompt.is_needed;
    let choices = none.then_some(NOT_ANSWERED).into_iter().chain(prompt.choices(|slug| typed.has(id, slug)));
    let field = Field::offering(id, prompt.full_label(), &prompt.input, choices, typed, errors);
    let hint = match prompt.field {
        ConcernField::SeriousHarm => format!("{}. {}", prompt.hint, when_read.in_a_hint()),
        _ => prompt.hint.clone(),
    };
    field.hint(hint)
}

/// The page of the ways to write, for whoever has not said why they do.
#[derive(Template)]
#[template(path = "box/routes.html")]
pub(in crate::web) struct RoutesPage<'a> {
    pub(in crate::web) shell: &'a Shell,
}
