use super::{Config, PrivacyConfig};
use crate::{
    domain::{Date, WhoElse},
    http,
    web::texts::{PageText, Placeholder},
};

/// Days after which what was checked has to be checked again.
const A_YEAR: i32 = 365;

impl Config {
    /// What the body that runs the box has not settled yet, or not looked at for a year: the pages work without it, and
    /// are worth less. A sentence each, with what to do.
    #[must_use]
    pub fn unsettled(&self, today: Date) -> Vec<String> {
        let mut unsettled = Vec::new();
        let service = &self.service;
        for (is_open, setting, what) in [
            (service.body == http::BODY, "service.body", "the pages do not say who reads what is sent"),
            (
                self.privacy.controller.is_none(),
                "privacy.controller",
                "the privacy notice names no controller in law but whoever reads what is sent",
            ),
            (
                self.privacy.kept == PrivacyConfig::default().kept,
                "privacy.kept",
                "the privacy notice does not say how long the team keeps what it has opened",
            ),
        ] {
            if is_open {
                unsettled.push(format!("{what}; set {setting}"));
            }
        }
        if service.address.is_none() {
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
        let unchecked: Vec<&str> = self.contacts.unchecked(a_year_ago..=today).map(WhoElse::slug).collect();
        if !unchecked.is_empty() {
            let which =
                if unchecked.len() == WhoElse::ALL.len() { "any of them".to_owned() } else { unchecked.join(", ") };
            unsettled.push(format!(
                "nobody has said within a year that the contacts are right ({which}); look at each, and set \
                 contacts.checked_on"
            ));
        }
        if self.privacy.basis == PrivacyConfig::default().basis {
            unsettled.push(
                "the privacy notice names a lawful basis that nobody has confirmed; settle it with your data protection \
                 officer and set privacy.basis"
                    .to_owned(),
            );
        }
        for (page, _) in self.own_texts.iter().filter(|(_, text)| text.is_heavy()) {
            unsettled.push(format!(
                "{} is so long that its page may be larger than all others, and so be told from them by whoever watches \
                 the line; keep it below 12 KiB",
                page.file_name()
            ));
        }
        let kept = self.own_texts.get(&PageText::Kept);
        if service.own_copy && kept.is_some_and(|text| !text.has(Placeholder::OwnCopy)) {
            unsettled.push(
                "kept.md does not say that a copy is kept for the person, sealed to their code; put {own_copy} into it"
                    .to_owned(),
            );
        }
        let statement = &self.accessibility;
        if statement.prepared_on.is_none() {
            unsettled.push(
                "the accessibility statement does not say when it was prepared, as the law asks; set \
                 accessibility.prepared_on"
                    .to_owned(),
            );
        }
        let reviewed = statement.reviewed_on.or(statement.prepared_on);
        for (day, what, setting) in
            [(reviewed, "gone through", "reviewed_on"), (statement.tested_on, "held against the pages", "tested_on")]
        {
            if day.is_none_or(|day| !(a_year_ago..=today).contains(&day)) {
                unsettled.push(format!(
                    "the accessibility statement was not {what} within a year; do that, and set accessibility.{setting}"
                ));
            }
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
        for (text, setting) in [
            ("[service]\nbody = \"us\"", "service.body"),
            ("[privacy]\ncontroller = \"Us\"", "privacy.controller"),
            ("[privacy]\nkept = \"A year.\"", "privacy.kept"),
        ] {
            assert!(says("", setting) && !says(text, setting), "{setting}");
        }
        assert!(!says("[service]\nfetched = \"daily\"", "service.fetched"));
        assert!(!says("[contacts]\nchecked_on = \"2025-11-24\"", "contacts"));
        assert!(says("[contacts]\nchecked_on = \"2025-11-23\"", "contacts"));
        assert!(says("[contacts]\nchecked_on = \"2026-11-25\"", "contacts"), "a day to come");
        assert!(says("", "privacy.basis") && !says("[privacy]\nbasis = \"a task\"", "privacy.basis"));
        for setting in ["prepared_on", "reviewed_on", "tested_on"] {
            let told = format!("accessibility.{setting}");
            let on = |day| format!("[accessibility]\n{setting} = \"{day}\"");
            assert!(says("", &told) && !says(&on("2025-11-24"), &told), "{setting}");
            assert!(setting == "prepared_on" || says(&on("2025-11-23"), &told), "{setting}");
        }
        assert!(!says("[accessibility]\nprepared_on = \"2026-01-01\"", "reviewed_on"), "it is as new as a review");
        let one = "[contacts]\nchecked_on = \"2026-11-01\"\n[contacts.mp]\nname = \"M\"\nchecked_on = \"2024-01-01\"";
        assert!(says(one, "(mp)"));
    }

    #[test]
    fn texts_of_the_bodys_own_that_are_long_or_leave_out_a_copy_are_told() {
        let mut config = Config::parse("[service]\nown_copy = true").unwrap();
        let told = |config: &Config, part: &str| {
            config.unsettled(Date::constant(2026, 11, 24)).iter().any(|told| told.contains(part))
        };
        assert!(!told(&config, "kept.md"));
        config.set_text(PageText::Kept, "# A {#kept}\n\nNothing.").unwrap();
        assert!(told(&config, "kept.md does not say"));
        for has_it in ["- b\n- c: {own_copy}", "b **c {own_copy}**", "[b {own_copy}](/c)"] {
            config.set_text(PageText::Kept, &format!("# A {{#kept}}\n\n{has_it}")).unwrap();
            assert!(!told(&config, "kept.md"), "{has_it}");
        }
        config.set_text(PageText::Kept, &format!("# A {{#kept}}\n\n{{own_copy}}{}", " b".repeat(7000))).unwrap();
        assert!(told(&config, "kept.md is so long"));
    }
}
