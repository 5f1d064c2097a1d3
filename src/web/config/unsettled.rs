use super::Config;
use crate::domain::{Date, WhoElse};

/// Days after which what was checked has to be checked again.
const A_YEAR: i32 = 365;

impl Config {
    /// What the body that runs the box has not settled yet, or not looked at for a year: the pages work without it, and
    /// are worth less. A sentence each, with what to do.
    #[must_use]
    pub fn unsettled(&self, today: Date) -> Vec<String> {
        let mut unsettled = Vec::new();
        let service = &self.service;
        if service.address.is_none() && service.onion.is_none() {
            unsettled.push(
                "receipts say the address that the browser asked for, which may not be the one to come back to; set \
                 service.address"
                    .to_owned(),
            );
        }
        if service.fetched.is_none() {
            unsettled.push(
                "nobody is told how soon what they send is read; agree it with the team and set service.fetched"
                    .to_owned(),
            );
        }
        let a_year_ago = today.checked_sub(jiff::ToSpan::days(A_YEAR)).unwrap_or(Date::ZERO);
        let unchecked: Vec<&str> = self.contacts.unchecked_since(a_year_ago).map(WhoElse::slug).collect();
        if !unchecked.is_empty() {
            let which =
                if unchecked.len() == WhoElse::ALL.len() { "any of them".to_owned() } else { unchecked.join(", ") };
            unsettled.push(format!(
                "nobody has said within a year that the contacts are right ({which}); look at each, and set \
                 contacts.checked_on"
            ));
        }
        unsettled
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_not_settled_or_grew_old_is_told() {
        let today = Date::constant(2026, 11, 24);
        let says = |text: &str, part: &str| {
            let config = Config::parse(text).unwrap();
            config.unsettled(today).iter().any(|told| told.contains(part))
        };
        assert!(says("", "service.address") && says("", "service.fetched") && says("", "any of them"));
        assert!(!says("[service]\naddress = \"https://a.example\"", "service.address"));
        assert!(!says("[service]\nfetched = \"daily\"", "service.fetched"));
        assert!(!says("[contacts]\nchecked_on = \"2025-11-24\"", "contacts"));
        assert!(says("[contacts]\nchecked_on = \"2025-11-23\"", "contacts"));
        let one = "[contacts]\nchecked_on = \"2026-11-01\"\n[contacts.mp]\nname = \"M\"\nchecked_on = \"2024-01-01\"";
        assert!(says(one, "(mp)"));
    }
}
