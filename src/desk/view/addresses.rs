//! The teams to which reports are handed.

use askama::Template;

use super::Shell;
use crate::{
    casebook::{ReferenceBook, TeamAddress},
    desk::form::{
        address::{AddressField, fingerprint_of},
        question::AskedField,
    },
    domain::{Entries, FieldError, ReferenceId, escape_invisible, escape_invisible_in_line},
    http::Field,
};

/// All of them, and a form for one more.
#[derive(Template)]
#[template(path = "desk/addresses.html")]
pub(in crate::desk) struct AddressesPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    addresses: Vec<AddressRow>,
    fields: Vec<Field>,
}

struct AddressRow {
    id: ReferenceId,
    name: String,
    area: &'static str,
    recipients: String,
    fingerprint: Option<String>,
}

impl<'a> AddressesPage<'a> {
    /// With what was typed for one more.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        reference: &ReferenceBook,
        typed: &Entries,
        errors: Vec<FieldError>,
    ) -> Self {
        let mut addresses: Vec<AddressRow> = reference.addresses.iter().map(AddressRow::new).collect();
        addresses.sort_by(|one, other| one.name.cmp(&other.name));
        Self { shell, fields: AddressField::fields(typed, &errors), errors, addresses }
    }
}

impl AddressRow {
    fn new((id, address): (&ReferenceId, &TeamAddress)) -> Self {
        Self {
            id: *id,
            name: escape_invisible_in_line(address.name.as_str()),
            area: address.area.label(),
            recipients: escape_invisible(address.recipients.as_str()),
            fingerprint: fingerprint_of(address),
        }
    }
}

/// One of them, to be changed or dropped.
#[derive(Template)]
#[template(path = "desk/address.html")]
pub(in crate::desk) struct AddressPage<'a> {
    shell: &'a Shell,
    errors: Vec<FieldError>,
    id: ReferenceId,
    name: String,
    fields: Vec<Field>,
}

impl<'a> AddressPage<'a> {
    /// With what was typed.
    pub(in crate::desk) fn new(
        shell: &'a Shell,
        (id, address): (ReferenceId, &TeamAddress),
        typed: &Entries,
        errors: Vec<FieldError>,
    ) -> Self {
        let name = escape_invisible_in_line(address.name.as_str());
        Self { shell, fields: AddressField::fields(typed, &errors), errors, id, name }
    }
}
