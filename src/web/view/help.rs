use crate::{
    domain::WhoElse,
    http::Day,
    web::config::{Contact, ContactsConfig},
};

/// Someone else who can help, and with what.
pub(in crate::web) struct HelpRow<'a> {
    pub(super) contact: &'a Contact,
    pub(super) what_for: &'static str,
    /// The day on which the operator last saw that this is right.
    pub(super) checked_on: Option<Day>,
}

impl<'a> HelpRow<'a> {
    pub(super) fn new(contacts: &'a ContactsConfig, who: WhoElse) -> Self {
        Self { contact: contacts.of(who), what_for: who.label(), checked_on: contacts.checked_on(who).map(Day) }
    }
}
