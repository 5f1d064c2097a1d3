use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

use crate::domain::{Date, WhoElse};

/// Someone who can help.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// Which organisation it is, as the page names it.
    pub name: String,
    /// The address of their page, with `https://`, if there is one page for everybody.
    #[serde(default)]
    pub link: Option<String>,
    /// A telephone number.
    #[serde(default)]
    pub phone: Option<String>,
    /// The day on which someone last saw that this is right; `contacts.checked_on` unless set.
    #[serde(default)]
    pub checked_on: Option<Date>,
}

/// Makes the contacts of the configuration: a field for each [`WhoElse`], with what it is unless set.
macro_rules! contacts {
    ( $( $(#[$doc:meta])* $field:ident = $who:ident, $name:literal, $link:expr, $phone:expr; )+ ) => {
        /// Who else can help: each a name, the address of their page, a telephone number if there is one, and the day on
        /// which someone last saw that this is right.
        #[derive(Clone, Debug, Deserialize, Serialize)]
        #[serde(default, deny_unknown_fields)]
        pub struct ContactsConfig {
            /// The day on which all of them were last seen to be right; not known unless set.
            pub checked_on: Option<Date>,
            $( $(#[$doc])* pub $field: Contact, )+
        }

        impl Default for ContactsConfig {
            fn default() -> Self {
                Self { checked_on: None, $( $field: contact($name, $link, $phone), )+ }
            }
        }

        impl ContactsConfig {
            /// How to reach someone.
            #[must_use]
            pub const fn of(&self, who: WhoElse) -> &Contact {
                match who { $( WhoElse::$who => &self.$field, )+ }
            }
        }
    };
}

contacts! {
    /// The organisation's own.
    guardian = Guardian, "your trust’s Freedom to Speak Up guardian", None, None;
    /// Free, confidential advice for people who speak up.
    advice = Advice, "Protect", Some("https://protect-advice.org.uk/"), Some("020 3117 2520");
    /// For unsafe or poor care.
    cqc = Cqc, "the Care Quality Commission",
        Some("https://www.cqc.org.uk/contact-us/report-concern/report-concern-if-you-are-member-staff"),
        Some("03000 616161");
    /// For fraud.
    counter_fraud = CounterFraud, "the NHS Counter Fraud Authority", Some("https://cfa.nhs.uk/report-fraud"),
        Some("0800 028 4060");
    /// For the conduct of a professional.
    regulators = Regulators, "the regulator of that profession", Some("https://www.professionalstandards.org.uk/"), None;
    /// For danger at work.
    hse = Hse, "the Health and Safety Executive", Some("https://www.hse.gov.uk/contact/concerns.htm"), None;
    /// Advice about one's own job.
    employment = Employment, "Acas", Some("https://www.acas.org.uk/"), Some("0300 123 1100");
    /// For how a contract for health care was given.
    panel = Panel, "the Independent Patient Choice and Procurement Panel",
        Some("https://www.england.nhs.uk/commissioning/how-commissioning-is-changing/nhs-provider-selection-regime/"), None;
    /// For complaints about local services, to whoever pays for them.
    commissioner = Commissioner, "your integrated care board",
        Some("https://www.nhs.uk/nhs-services/find-your-local-integrated-care-board/"), None;
    /// For complaints about services that NHS England pays for.
    nhs_england = NhsEngland, "NHS England",
        Some("https://www.england.nhs.uk/contact-us/feedback-and-complaints/complaint/"), Some("0300 311 2233");
    /// For complaints that were not settled.
    ombudsman = Ombudsman, "the Parliamentary and Health Service Ombudsman", Some("https://www.ombudsman.org.uk/"),
        Some("0345 015 4033");
    /// For complaints about how personal information is used.
    data_protection = DataProtection, "the Information Commissioner’s Office",
        Some("https://ico.org.uk/make-a-complaint/"), Some("0303 123 1113");
    /// For complaints about accessibility.
    equality = Equality, "the Equality Advisory and Support Service",
        Some("https://www.equalityadvisoryservice.com/"), Some("0808 800 0082");
    /// Members of the House of Commons.
    mp = Mp, "your Member of Parliament (MP)", Some("https://members.parliament.uk/FindYourMP"), None;
    /// Other bodies that a worker can turn to in law.
    prescribed = Prescribed, "another prescribed person or body",
        Some("https://www.gov.uk/government/publications/blowing-the-whistle-list-of-prescribed-people-and-bodies--2"),
        None;
}

impl ContactsConfig {
    /// The day on which someone last saw that a contact is right, if it is known.
    #[must_use]
    pub fn checked_on(&self, who: WhoElse) -> Option<Date> {
        self.of(who).checked_on.or(self.checked_on)
    }

    /// Those that nobody has said to be right within these days: not before them, and not on one that is still to come.
    pub fn unchecked(&self, days: RangeInclusive<Date>) -> impl Iterator<Item = WhoElse> {
        let is_unchecked = move |who: &WhoElse| self.checked_on(*who).is_none_or(|checked| !days.contains(&checked));
        WhoElse::ALL.iter().copied().filter(is_unchecked)
    }
}

fn contact(name: &str, link: Option<&str>, phone: Option<&str>) -> Contact {
    Contact { name: name.into(), link: link.map(Into::into), phone: phone.map(Into::into), checked_on: None }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_is_as_old_as_its_own_day_or_that_of_all() {
        let day = |day| Date::constant(2026, 11, day);
        let mut contacts = ContactsConfig { checked_on: Some(day(10)), ..ContactsConfig::default() };
        contacts.mp.checked_on = Some(day(5));
        contacts.cqc.checked_on = Some(day(20));
        let unchecked = |from, to| contacts.unchecked(day(from)..=day(to)).collect::<Vec<_>>();
        assert_eq!(unchecked(10, 20), [WhoElse::Mp]);
        assert_eq!(unchecked(10, 19), [WhoElse::Cqc, WhoElse::Mp], "a day to come proves nothing");
        assert_eq!(unchecked(11, 20).len(), WhoElse::ALL.len() - 1);
        assert_eq!(ContactsConfig::default().unchecked(Date::ZERO..=Date::MAX).count(), WhoElse::ALL.len());
    }
}
