//! Whether what an operator set can be used.

use std::borrow::Cow;

use super::{Compliance, Config, ConfigError};
use crate::{
    domain::{WhoElse, limits::ARRIVING_MESSAGES},
    web::address::{OnionAddress, is_address, is_site, onion},
};

/// Files that an operator may allow at most with one message.
const MOST_ATTACHMENTS: usize = 100;
/// Mebibytes that an operator may allow at most with one message.
const MOST_MIB: u64 = 4096;
/// Receipt codes, and sends, that an operator may allow at most in a minute.
const MOST_A_MINUTE: u32 = 1_000_000;
/// Mebibytes that an operator may allow at most in a day, or keep free: a tebibyte.
const MOST_ROOM_MIB: u64 = 1024 * 1024;
/// Days for which an operator may keep at most what a desk has acknowledged.
const MOST_DAYS: u32 = 90;
/// Days for which what is over may stay: ten years.
const MOST_PERIOD_DAYS: u32 = 3650;
/// Days by which it may stay longer.
const MOST_SPREAD_DAYS: u32 = 365;
/// Bytes of a name.
const LONGEST: usize = 200;
/// Bytes of a sentence.
const LONGEST_SENTENCE: usize = 1000;

impl Config {
    /// The first setting that can't be used.
    pub(super) fn check(&self) -> Result<(), ConfigError> {
        self.check_limits()?;
        self.check_texts()?;
        self.check_links()?;
        let service = &self.service;
        self.check_onion()?;
        self.check_statement()?;
        self.tls.check()?;
        self.monitor.check()?;
        if service.logo.is_some() && service.logo_alt.is_none() {
            return refuse("service.logo_alt", "not there", "say in a few words what the logo shows");
        }
        match (&self.security.contact, self.security.expires) {
            (Some(contact), Some(_)) if is_address(contact, "https://") || is_address(contact, "mailto:") => Ok(()),
            (Some(_), Some(_)) => {
                refuse("security.contact", "not an address", "give mailto: or https:// and an address")
            }
            (Some(_), None) => refuse("security.expires", "not there", "give a day within a year, as 2027-11-22"),
            (None, Some(_)) => refuse("security.contact", "not there", "give mailto: or https:// and an address"),
            (None, None) => Ok(()),
        }
    }

    fn check_onion(&self) -> Result<(), ConfigError> {
        match self.service.onion.as_deref().map(onion) {
            None | Some(OnionAddress::Whole) => Ok(()),
            Some(OnionAddress::Mistyped) => refuse(
                "service.onion",
                "not an onion address: its checksum does not fit",
                "copy it from /var/lib/tor/candour/hostname",
            ),
            Some(OnionAddress::Other) => refuse(
                "service.onion",
                "not an onion address",
                "give http://, 56 letters and numbers, and .onion, as in /var/lib/tor/candour/hostname",
            ),
        }
    }

    fn check_limits(&self) -> Result<(), ConfigError> {
        if self.limits.attachments > MOST_ATTACHMENTS {
            return refuse("limits.attachments", "too large", "give 100 or fewer");
        }
        if !(1..=MOST_MIB).contains(&self.limits.attachment_mib) {
            return refuse("limits.attachment_mib", "out of range", "give a number from 1 to 4096");
        }
        if !(1..=MOST_A_MINUTE).contains(&self.limits.code_checks_a_minute) {
            return refuse("limits.code_checks_a_minute", "out of range", "give a number from 1 to 1000000");
        }
        if !(1..=MOST_A_MINUTE).contains(&self.limits.sends_a_minute) {
            return refuse("limits.sends_a_minute", "out of range", "give a number from 1 to 1000000");
        }
        if !(1..=MOST_ROOM_MIB).contains(&self.limits.daily_mib) {
            return refuse("limits.daily_mib", "out of range", "give a number from 1 to 1048576");
        }
        if self.limits.disk_reserve_mib > MOST_ROOM_MIB {
            return refuse("limits.disk_reserve_mib", "too large", "give 1048576 or less");
        }
        let least = ARRIVING_MESSAGES * self.limits.attachment_mib;
        if self.limits.arriving_mib.is_some_and(|mib| !(least..=MOST_ROOM_MIB).contains(&mib)) {
            let remedy = "give at least four times limits.attachment_mib, and 1048576 or less";
            return refuse("limits.arriving_mib", "out of range", remedy);
        }
        if self.limits.acknowledged_days > MOST_DAYS {
            return refuse("limits.acknowledged_days", "too large", "give 90 or less");
        }
        let periods = [
            ("limits.closed_days", self.limits.closed_days),
            ("limits.set_aside_days", self.limits.set_aside_days),
            ("limits.answer_days", self.limits.answer_days),
        ];
        if let Some((setting, _)) = periods.into_iter().find(|(_, days)| !(1..=MOST_PERIOD_DAYS).contains(days)) {
            return refuse(setting, "out of range", "give a number from 1 to 3650");
        }
        if self.limits.spread_days > MOST_SPREAD_DAYS {
            return refuse("limits.spread_days", "too large", "give 365 or less");
        }
        Ok(())
    }

    fn check_texts(&self) -> Result<(), ConfigError> {
        let Self { service, privacy, accessibility, texts, .. } = self;
        let names = [("service.name", &service.name), ("service.body", &service.body)];
        let maybe = [
            ("service.header", &service.header),
            ("service.logo", &service.logo),
            ("service.logo_alt", &service.logo_alt),
            ("service.fetched", &service.fetched),
            ("service.phone", &service.phone),
            ("service.email", &service.email),
            ("service.post", &service.post),
            ("privacy.controller", &privacy.controller),
            ("privacy.officer", &privacy.officer),
            ("accessibility.contact", &accessibility.contact),
            ("accessibility.tested_by", &accessibility.tested_by),
            ("texts.folder", &texts.folder),
        ];
        let maybe = maybe.into_iter().filter_map(|(setting, text)| Some((setting, text.as_ref()?)));
        let own = names.into_iter().chain(maybe).map(|(setting, text)| (Cow::Borrowed(setting), text));
        let contacts = WhoElse::ALL.iter().flat_map(|who| {
            let contact = self.contacts.of(*who);
            let phone = contact.phone.iter().map(|phone| (contact_setting(*who, "phone"), phone));
            [(contact_setting(*who, "name"), &contact.name)].into_iter().chain(phone)
        });
        let fits = |text: &str, longest| !text.trim().is_empty() && text.len() <= longest;
        if let Some((setting, _)) = own.chain(contacts).find(|(_, text)| !fits(text, LONGEST)) {
            return refuse(setting, "empty or too long", "give up to 200 characters");
        }
        let sentences = [("privacy.basis", &privacy.basis), ("privacy.kept", &privacy.kept)];
        let urgent = service.urgent.iter().map(|urgent| ("service.urgent", urgent));
        let problems = accessibility.problems.iter().map(|problem| ("accessibility.problems", problem));
        let mut sentences = sentences.into_iter().chain(urgent).chain(problems);
        if let Some((setting, _)) = sentences.find(|(_, text)| !fits(text, LONGEST_SENTENCE)) {
            return refuse(setting, "empty or too long", "give up to 1,000 characters");
        }
        Ok(())
    }

    /// The accessibility statement is one in law: it may not say of itself what was not found out.
    fn check_statement(&self) -> Result<(), ConfigError> {
        let statement = &self.accessibility;
        let is_tested = statement.tested_on.is_some() && statement.tested_by.is_some();
        match statement.status {
            Compliance::Fully if !is_tested => refuse(
                "accessibility.status",
                "more than anyone has tested",
                "set tested_on and tested_by, or say partially-compliant",
            ),
            Compliance::Fully if !statement.problems.is_empty() => {
                refuse("accessibility.problems", "not empty", "say partially-compliant, or leave the problems out")
            }
            Compliance::Not if statement.problems.is_empty() => {
                refuse("accessibility.problems", "empty", "say what does not comply, a sentence each")
            }
            Compliance::Fully | Compliance::Partially | Compliance::Not => Ok(()),
        }
    }

    fn check_links(&self) -> Result<(), ConfigError> {
        if self.service.address.as_ref().is_some_and(|address| !is_site(address, "https://")) {
            let remedy = "give https:// and the name of the site, without a page of it";
            return refuse("service.address", "not the address of a site", remedy);
        }
        let links = [
            ("service.everyday_page", &self.service.everyday_page),
            ("links.tor_browser", &self.links.tor_browser),
            ("links.age", &self.links.age),
        ];
        let own = links.into_iter().map(|(setting, link)| (Cow::Borrowed(setting), link));
        let maybe = [("links.bsl", &self.links.bsl), ("privacy.notice", &self.privacy.notice)];
        let maybe = maybe.into_iter().filter_map(|(setting, link)| Some((setting.into(), link.as_ref()?)));
        let contacts = WhoElse::ALL
            .iter()
            .filter_map(|who| Some((contact_setting(*who, "link"), self.contacts.of(*who).link.as_ref()?)));
        match own.chain(maybe).chain(contacts).find(|(_, link)| !is_address(link, "https://")) {
            Some((setting, _)) => refuse(setting, "not the address of a page", "give one that begins with https://"),
            None => Ok(()),
        }
    }
}

/// What the configuration calls a setting of a contact.
fn contact_setting(who: WhoElse, setting: &str) -> Cow<'static, str> {
    format!("contacts.{who}.{setting}").into()
}

pub(super) fn refuse(
    setting: impl Into<Cow<'static, str>>,
    problem: &'static str,
    remedy: &'static str,
) -> Result<(), ConfigError> {
    Err(ConfigError::Setting { setting: setting.into(), problem, remedy })
}
