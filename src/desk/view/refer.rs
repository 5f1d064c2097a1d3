//! What of a report is handed to an area's team.

use askama::Template;

use super::Shell;
use crate::{
    casebook::{ReferenceBook, ReportView},
    desk::form::{
        address::{as_shown, fingerprint_of},
        carried::NO,
        question::AskedField,
        referral::{ReferralField, text_field},
    },
    domain::{
        ConcernField, Entries, FieldError, Given, Identifying, ReportId, Text, escape_invisible,
        escape_invisible_in_line,
    },
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
    /// The teams of the address book; none if there are none.
    address: Option<Field>,
    /// A team that is entered by hand.
    by_hand: Vec<Field>,
    /// Whether that is in view.
    is_by_hand: bool,
    reason: Field,
    parts: Vec<OfferedPassage>,
    files: Vec<OfferedFile>,
}

/// A file that may be handed on.
struct OfferedFile {
    /// `MESSAGE/FILE`.
    place: String,
    /// What its field is called on the page, where no slash may be.
    id: String,
    name: String,
    chosen: bool,
}

/// A text that may be handed on.
struct OfferedPassage {
    key: String,
    /// Of its tick: the first one's is the question's own, so that an error leads there.
    id: String,
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
        reference: &ReferenceBook,
        typed: Option<&Entries>,
        errors: Vec<FieldError>,
    ) -> Self {
        let again = typed.is_some();
        let nothing = Entries::default();
        let typed = typed.unwrap_or(&nothing);
        let by_hand = [ReferralField::Area, ReferralField::Team, ReferralField::Recipients];
        let mut addresses: Vec<(String, String)> = reference
            .addresses
            .iter()
            .map(|(id, address)| {
                let name = escape_invisible_in_line(address.name.as_str());
                let fingerprint = fingerprint_of(address).unwrap_or_else(|| "no key that can be used".to_owned());
                (as_shown(*id, address), format!("{name} ({}): {fingerprint}", address.area.label()))
            })
            .collect();
        addresses.sort_by(|one, other| one.1.cmp(&other.1));
        let is_wrong = errors.iter().any(|error| by_hand.iter().any(|field| field.name() == error.field));
        let is_by_hand = addresses.is_empty() || is_wrong || typed.has(ReferralField::Address.name(), NO);
        let address = (!addresses.is_empty()).then(|| {
            let other = (NO.to_owned(), "Another team, entered below".to_owned());
            ReferralField::Address.offering(addresses.into_iter().chain([other]), typed, &errors)
        });
        let fields = by_hand.iter().chain(&[ReferralField::Keep]).map(|field| field.field(typed, &errors));
        let by_hand: Vec<Field> = fields.collect();
        let reason = ReferralField::Reason.field(typed, &errors);
        let first = |place: usize, own: String| match place {
            0 => ReferralField::Passage.name().to_owned(),
            _ => own,
        };
        let parts = Self::passages(report)
            .into_iter()
            .enumerate()
            .map(|(place, (key, title, original))| {
                let text_field = text_field(&key);
                let (text, left_out) = if again {
                    (typed.first(&text_field).to_owned(), false)
                } else {
                    without_identifying(original.as_str())
                };
                OfferedPassage {
                    chosen: again && typed.has(ReferralField::Passage.name(), &key),
                    id: first(place, format!("part-{key}")),
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
                OfferedFile { id: format!("file-{}", place.replace('/', "-")), place, name, chosen }
            })
            .collect();
        Self { shell, id: report.entry.id, errors, address, by_hand, is_by_hand, reason, parts, files }
    }

    /// Whether nothing that goes was chosen.
    fn is_wrong(&self) -> bool {
        self.errors.iter().any(|error| error.field == ReferralField::Passage.name())
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
