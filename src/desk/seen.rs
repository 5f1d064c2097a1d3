//! What a form was filled in over: which report, and as it stood then.

use axum::{
    RequestPartsExt,
    extract::{FromRequestParts, Path},
    http::request::Parts,
};

use super::PageError;
use crate::{
    casebook::{MemberView, ReportView, Sender},
    domain::{Entries, FieldError, ReportId, Text},
    http::BodyError,
};

/// The fields in which a form says it.
pub(super) const SEEN: &str = "seen";
pub(super) const READ: &str = "read";
/// What on such a page says what is new, to which its error leads.
pub(super) const NEWER: &str = "newer";

/// A report as it stood when a page was made of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) struct Seen {
    /// Changes with every decision.
    pub(super) version: u64,
    /// The last message of the person.
    pub(super) read: u32,
}

impl Seen {
    /// As it stands now.
    pub(super) fn of(report: &ReportView) -> Self {
        let theirs = report.messages.iter().filter(|message| message.from == Sender::Person);
        Self { version: report.entry.version, read: theirs.map(|message| message.seq).max().unwrap_or_default() }
    }

    /// As it stood when the form was made.
    pub(super) fn sent(form: &Entries) -> Result<Self, PageError> {
        match (form.first(SEEN).parse(), form.first(READ).parse()) {
            (Ok(version), Ok(read)) => Ok(Self { version, read }),
            _ => Err(PageError::Body(BodyError::Broken)),
        }
    }

    /// What has happened to the report meanwhile, as an error; none if nothing has.
    pub(super) fn changed(self, now: Self) -> Option<FieldError> {
        let what = match (self.version == now.version, self.read == now.read) {
            (true, true) => return None,
            (false, true) => "A colleague recorded something about this report while you worked on it.",
            (true, false) => "The person wrote again while you worked on this report.",
            (false, false) => {
                "While you worked on this report a colleague recorded something about it, and the person wrote again."
            }
        };
        let message =
            format!("{what} Nothing of yours is recorded yet. Look at what is new, then press the button again");
        Some(FieldError::new(NEWER, message))
    }
}

/// The report in an address.
pub(super) struct OfReport(pub(super) ReportId);

impl<S: Sync> FromRequestParts<S> for OfReport {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, PageError> {
        let Path(id) = parts.extract::<Path<String>>().await.map_err(|_| PageError::NotFound)?;
        report_id(&id).map(Self)
    }
}

/// The report whose whole id stands in an address.
pub(super) fn report_id(id: &str) -> Result<ReportId, PageError> {
    let known: ReportId = id.parse().map_err(|_| PageError::NotFound)?;
    // One report has one address.
    if known.to_string() == id { Ok(known) } else { Err(PageError::NotFound) }
}

/// A text that may be left out; `name` begins the error.
pub(super) fn optional_text(
    form: &Entries,
    field: &'static str,
    name: &str,
    max: usize,
) -> Result<Option<Text>, FieldError> {
    let text = Text::typed(form.first(field));
    if text.is_longer_than(max) {
        let max = if max >= 1000 { format!("{},{:03}", max / 1000, max % 1000) } else { max.to_string() };
        return Err(FieldError::new(field, format!("{name} must be {max} characters or less")));
    }
    Ok((!text.is_empty()).then_some(text))
}

/// A text that has to be there.
pub(super) fn text(form: &Entries, field: &'static str, name: &str, max: usize) -> Result<Text, FieldError> {
    optional_text(form, field, name, max)?
        .ok_or_else(|| FieldError::new(field, format!("Enter the {}", name.to_lowercase())))
}

/// The members who may open a report, of all that there are now.
pub(super) fn readers(report: &ReportView, team: Vec<MemberView>) -> Vec<MemberView> {
    // The last time replaces those before.
    let shut_out = report.shut_outs.last();
    let may_read = |member: &MemberView| {
        member.left_on.is_none()
            && shut_out.is_none_or(|out| !out.members.contains(&member.id) && !out.roles.contains(&member.role))
    };
    team.into_iter().filter(may_read).collect()
}
