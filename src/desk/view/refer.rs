//! What of a report is handed to an area's team.

use askama::Template;

use super::Shell;
use crate::{
    casebook::ReportView,
    desk::form::{
        question::AskedField,
        referral::{ReferralField, text_field},
    },
    domain::{ConcernField, Entries, FieldError, Given, Identifying, ReportId, Text, escape_invisible},
    http::Field,
};

/// What stands for what was left out.
const LEFT_OUT: &str = "[left out]";

/// The form in which a reviewer chooses what is handed on.
#[derive(Template)]
#[template(path = "desk/refer.html")]
pub(in crate::desk) struct ReferPage<'a> {
    shell: &'a Shell,
    id: ReportId,
    errors: Vec<FieldError>,
    fields: Vec<Field>,
    parts: Vec<OfferedPassage>,
    files: Vec<(String, String, bool)>,
}

/// A text that may be handed on.
struct OfferedPassage {
    key: String,
    /// The field in which its text is changed.
    text_field: String,
    title: String,
    chosen: bool,
    text: String,
    rows: usize,
    /// What looks as if it identified someone was left out already.
    left_out: bool,
}

impl<'a> ReferPage<'a> {
    /// With every text, and what looks as if it identified someone left out; or with what was typed.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        report: &ReportView,
        typed: Option<&Entries>,
        errors: Vec<FieldError>,
    ) -> Self {
        let again = typed.is_some();
        let nothing = Entries::default();
        let typed = typed.unwrap_or(&nothing);
        let fields = [ReferralField::Area, ReferralField::Team, ReferralField::Recipients, ReferralField::Reason];
        let fields = fields.map(|field| field.field(typed, &errors)).into();
        let parts = Self::passages(report)
            .into_iter()
            .map(|(key, title, original)| {
                let text_field = text_field(&key);
                let (text, left_out) = if again {
                    (typed.first(&text_field).to_owned(), false)
                } else {
                    without_identifying(original.as_str())
                };
                OfferedPassage {
                    chosen: again && typed.has(ReferralField::Passage.name(), &key),
                    key,
                    text_field,
                    title,
                    rows: rows(&text),
                    text,
                    left_out,
                }
            })
            .collect();
        let files = Self::files(report)
            .into_iter()
            .map(|(place, name)| {
                let chosen = typed.has(ReferralField::File.name(), &place);
                (place, name, chosen)
            })
            .collect();
        Self { shell, id: report.entry.id, errors, fields, parts, files }
    }

    /// Every text of the report: a name for the form, what it is, and what it says.
    pub(in crate::desk) fn passages(report: &ReportView) -> Vec<(String, String, Text)> {
        let mut all = Vec::new();
        for message in &report.messages {
            let side = if message.by_person().is_some() { "p" } else { "t" };
            let key = |part: &str| format!("{side}{}{part}", message.seq);
            if let Some(concern) = message.concern() {
                // Of what was chosen from a list only what it is about: the rest says more of who speaks.
                let texts = concern.answers().filter(|answered| {
                    answered.field == ConcernField::About || matches!(answered.given, Given::Text(_))
                });
                all.extend(texts.map(|answered| {
                    let field = answered.field;
                    (key(field.slug()), field.label().to_owned(), answered.given.in_words())
                }));
            }
            if let Some(text) = message.text() {
                all.push((key(""), format!("{} of {}", message.label(), message.on), text.clone()));
            }
        }
        all
    }

    /// Every file of the report: `MESSAGE/FILE`, and its name.
    pub(in crate::desk) fn files(report: &ReportView) -> Vec<(String, String)> {
        report
            .messages
            .iter()
            .flat_map(|message| {
                let files = (1..).zip(message.attachments());
                files.map(|(number, file)| (format!("{}/{number}", message.seq), escape_invisible(file.name.as_str())))
            })
            .collect()
    }
}

/// A text without what looks as if it identified someone, and whether anything was left out.
fn without_identifying(text: &str) -> (String, bool) {
    let mut kept = String::with_capacity(text.len());
    let mut from = 0;
    for span in Identifying::find(text) {
        kept.push_str(&text[from..span.range.start]);
        kept.push_str(LEFT_OUT);
        from = span.range.end;
    }
    kept.push_str(&text[from..]);
    (kept, from > 0)
}

fn rows(text: &str) -> usize {
    (text.len() / 60 + text.lines().count()).clamp(2, 16)
}
