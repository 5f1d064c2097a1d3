//! The form for a team to which reports are handed.

use super::{
    fields::form,
    question::{AskedField, FieldQuestion, Problems},
};
use crate::{
    casebook::TeamAddress,
    crypto::{self, GovernanceRecipients},
    domain::{
        Area, Entries, FieldError, Input, ReferenceId, Text,
        limits::{MESSAGE_MAX, SHORT_MAX},
    },
};

form! {
    /// What it is called, which work it does, and whom a report is sealed to.
    enum AddressField {
        Name = "name", FieldQuestion::new("Name of the team", Input::line("Name of the team", SHORT_MAX))
            .remedy("Enter the team’s name");
        Area = "area", FieldQuestion::new("Area", Input::Radios(Area::LABELLED)).remedy("Select the area");
        Recipients = "recipients",
            FieldQuestion::new("Their age recipients", Input::area(3, "Their age recipients", MESSAGE_MAX))
            .hint(
                "Lines that begin with age1. Compare them with the team by voice: whoever holds these keys can read it",
            )
            .remedy("Paste the team’s age recipients");
    }
}

/// Reads a team's address, with keys that can be sealed to.
///
/// # Errors
/// What is missing or can't be used.
pub(in crate::desk) fn read_address(form: &Entries) -> Result<TeamAddress, Vec<FieldError>> {
    let mut problems = Problems::default();
    let name = problems.take(AddressField::Name.text(form));
    let area = problems.take(AddressField::Area.chosen(form, Area::from_slug));
    let recipients = problems.take(AddressField::Recipients.parsed(form, GovernanceRecipients::parse));
    match (name, area, recipients) {
        (Some(name), Some(area), Some(recipients)) => Ok(of_team(name, area, &recipients)),
        _ => Err(problems.into_errors()),
    }
}

/// A team's address: its keys, a line each, without what was typed around them.
pub(in crate::desk) fn of_team(name: Text, area: Area, recipients: &GovernanceRecipients) -> TeamAddress {
    TeamAddress { name, area, recipients: Text::typed(&recipients.keys().join("\n")) }
}

/// The fingerprint of a team's keys, to be compared by voice; none if they can't be sealed to. Whoever changes an address
/// changes it for all: so it stands wherever one is chosen.
pub(in crate::desk) fn fingerprint_of(address: &TeamAddress) -> Option<String> {
    let recipients = GovernanceRecipients::parse(address.recipients.as_str()).ok()?;
    Some(recipients.fingerprint().to_string())
}

/// Names an address with the keys that it has: chosen by that, it is what was shown, and no key takes its place before the
/// form comes back.
pub(in crate::desk) fn as_shown(id: ReferenceId, address: &TeamAddress) -> String {
    format!("{id}-{}", crypto::digest(address.recipients.as_str().as_bytes()))
}

/// An address as a form is filled in with it.
pub(in crate::desk) fn address_entries(address: &TeamAddress) -> Entries {
    let mut form = Entries::default();
    for (field, value) in [
        (AddressField::Name, address.name.as_str()),
        (AddressField::Area, address.area.slug()),
        (AddressField::Recipients, address.recipients.as_str()),
    ] {
        form.push(field.name().to_owned(), value.to_owned());
    }
    form
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::unseal::GovernanceIdentity;

    #[test]
    fn an_address_without_a_key_that_can_be_sealed_to_is_none() {
        let keys = GovernanceIdentity::generate().recipients();
        let address = of_team(Text::typed("A team"), Area::Competition, &keys);
        let again = read_address(&address_entries(&address)).unwrap_or_else(|_| panic!("an address"));
        assert!(again == address);
        assert_eq!(fingerprint_of(&address), Some(keys.fingerprint().to_string()));
        let spoilt = TeamAddress { recipients: Text::typed("age1nothing"), ..address };
        assert_eq!(fingerprint_of(&spoilt), None);
        let Err(errors) = read_address(&address_entries(&spoilt)) else { panic!("no key") };
        assert_eq!(errors.iter().map(|error| error.field).collect::<Vec<_>>(), ["recipients"]);
        let Err(errors) = read_address(&Entries::default()) else { panic!("nothing") };
        assert_eq!(errors.len(), 3);
    }
}
