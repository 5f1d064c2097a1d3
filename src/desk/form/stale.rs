//! What a form was filled in over: the report as it stood then, and whether that is stale by now.

use super::carried::CarriedField;
pub(in crate::desk) use crate::casebook::Seen;
use crate::{
    domain::{Entries, FieldError},
    http::BodyError,
};

/// What on such a page says what is new, to which its error leads.
pub(in crate::desk) const NEWER: &str = "newer";

impl Seen {
    /// As it stood when the form was made.
    ///
    /// # Errors
    /// If the form does not say it.
    pub(in crate::desk) fn sent(form: &Entries) -> Result<Self, BodyError> {
        match (form.first(CarriedField::Seen.name()).parse(), form.first(CarriedField::Read.name()).parse()) {
            (Ok(version), Ok(read)) => Ok(Self { version, read }),
            _ => Err(BodyError::Broken),
        }
    }

    /// What has happened to the report meanwhile, as an error; none if nothing has.
    pub(in crate::desk) fn changed(self, now: Self) -> Option<FieldError> {
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
