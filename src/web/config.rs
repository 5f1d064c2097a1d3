use serde::Deserialize;

use crate::domain::limits::{ATTACHMENT_BYTES, ATTACHMENTS, MIB};

/// Files that an operator may allow at most with one message.
const MOST_ATTACHMENTS: usize = 100;
/// Mebibytes that an operator may allow at most with one message.
const MOST_MIB: u64 = 4096;
/// Bytes of a name or an address in the configuration.
const LONGEST: usize = 200;

/// The configuration file can't be used.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// Not TOML, or a setting that there is not.
    #[error("the configuration can't be read ({0}); correct that line")]
    Toml(String),
    /// A setting out of its range.
    #[error("`{setting}` in the configuration is {problem}; {remedy}")]
    Setting {
        /// Which.
        setting: &'static str,
        /// What is wrong with it.
        problem: &'static str,
        /// What to do.
        remedy: &'static str,
    },
}

/// What an operator may set about the pages, as TOML. Everything has a default; a setting that is not listed here is refused.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[limits]`: how much may come with a message.
    pub limits: LimitsConfig,
    /// `[service]`: who runs the box, and where.
    pub service: ServiceConfig,
    /// `[contacts]`: who else can help.
    pub contacts: ContactsConfig,
}

/// How much may come with a message.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Files with one message, 10 unless set; 100 at most.
    pub attachments: usize,
    /// Mebibytes of all files of one message, 250 unless set; 4096 at most.
    pub attachment_mib: u64,
}

/// Who runs the box, and where.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceConfig {
    /// The name at the top of every page, "Raise a serious concern" unless set.
    pub name: String,
    /// Who reads what is sent, as it stands in a sentence; "the governance team" unless set.
    pub body: String,
    /// The everyday page that "Leave this page" goes to, <https://www.bbc.co.uk/weather> unless set.
    pub everyday_page: String,
    /// The box's own `http://….onion` address; none unless set.
    pub onion: Option<String>,
}

/// Who else can help: each a name and the address of their page.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct ContactsConfig {
    /// For complaints about services that NHS England pays for.
    pub nhs_england: Contact,
    /// For complaints about local services, to whoever pays for them.
    pub commissioner: Contact,
    /// For complaints that were not settled.
    pub ombudsman: Contact,
    /// Free, confidential advice for people who speak up.
    pub advice: Contact,
    /// Other bodies that a worker can turn to in law.
    pub prescribed: Contact,
}

/// Someone who can help.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Contact {
    /// The name.
    pub name: String,
    /// The address of their page, with `https://`.
    pub link: String,
}

impl Config {
    /// Reads and checks a configuration file.
    ///
    /// # Errors
    /// The first setting that can't be used.
    pub fn parse(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|error| {
            let line = error.span().map(|span| 1 + text.get(..span.start).unwrap_or(text).matches('\n').count());
            let message = error.message().split_whitespace().collect::<Vec<_>>().join(" ");
            ConfigError::Toml(line.map_or_else(|| message.clone(), |line| format!("line {line}: {message}")))
        })?;
        config.check()?;
        Ok(config)
    }

    /// Bytes of all files of one message.
    #[must_use]
    pub const fn attachment_bytes(&self) -> u64 {
        self.limits.attachment_mib * MIB as u64
    }

    fn check(&self) -> Result<(), ConfigError> {
        let refuse = |setting, problem, remedy| Err(ConfigError::Setting { setting, problem, remedy });
        if self.limits.attachments > MOST_ATTACHMENTS {
            return refuse("limits.attachments", "too large", "give 100 or fewer");
        }
        if !(1..=MOST_MIB).contains(&self.limits.attachment_mib) {
            return refuse("limits.attachment_mib", "out of range", "give a number from 1 to 4096");
        }
        let contacts = &self.contacts;
        let names = [
            ("service.name", &self.service.name),
            ("service.body", &self.service.body),
            ("contacts.nhs_england.name", &contacts.nhs_england.name),
            ("contacts.commissioner.name", &contacts.commissioner.name),
            ("contacts.ombudsman.name", &contacts.ombudsman.name),
            ("contacts.advice.name", &contacts.advice.name),
            ("contacts.prescribed.name", &contacts.prescribed.name),
        ];
        if let Some((setting, _)) = names.into_iter().find(|(_, name)| name.trim().is_empty() || name.len() > LONGEST) {
            return refuse(setting, "empty or too long", "give up to 200 characters");
        }
        let links = [
            ("service.everyday_page", &self.service.everyday_page),
            ("contacts.nhs_england.link", &contacts.nhs_england.link),
            ("contacts.commissioner.link", &contacts.commissioner.link),
            ("contacts.ombudsman.link", &contacts.ombudsman.link),
            ("contacts.advice.link", &contacts.advice.link),
            ("contacts.prescribed.link", &contacts.prescribed.link),
        ];
        if let Some((setting, _)) = links.into_iter().find(|(_, link)| !is_address(link, "https://")) {
            return refuse(setting, "not the address of a page", "give one that begins with https://");
        }
        match &self.service.onion {
            Some(onion) if !is_address(onion, "http://") || !onion.trim_end_matches('/').ends_with(".onion") => {
                refuse("service.onion", "not an onion address", "give http://, 56 letters and numbers, and .onion")
            }
            _ => Ok(()),
        }
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self { attachments: ATTACHMENTS, attachment_mib: ATTACHMENT_BYTES / MIB as u64 }
    }
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            name: "Raise a serious concern".into(),
            body: "the governance team".into(),
            everyday_page: "https://www.bbc.co.uk/weather".into(),
            onion: None,
        }
    }
}

impl Default for ContactsConfig {
    fn default() -> Self {
        Self {
            nhs_england: contact(
                "NHS England",
                "https://www.england.nhs.uk/contact-us/feedback-and-complaints/complaint/",
            ),
            commissioner: contact(
                "your integrated care board",
                "https://www.nhs.uk/nhs-services/find-your-local-integrated-care-board/",
            ),
            ombudsman: contact("the Parliamentary and Health Service Ombudsman", "https://www.ombudsman.org.uk/"),
            advice: contact("Protect", "https://protect-advice.org.uk/"),
            prescribed: contact(
                "another prescribed person or body",
                "https://www.gov.uk/government/publications/blowing-the-whistle-list-of-prescribed-people-and-bodies--2",
            ),
        }
    }
}

fn contact(name: &str, link: &str) -> Contact {
    Contact { name: name.into(), link: link.into() }
}

/// Whether it can stand in a link and in a header: visible ASCII that ends neither.
fn is_address(text: &str, scheme: &str) -> bool {
    let rest = text.strip_prefix(scheme).unwrap_or_default();
    let fits = |b: u8| b.is_ascii_graphic() && !matches!(b, b'"' | b'\'' | b'<' | b'>' | b';' | b',' | b'\\');
    !rest.is_empty() && text.len() <= LONGEST && rest.bytes().all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn error(text: &str) -> String {
        Config::parse(text).map(|_| ()).unwrap_err().to_string()
    }

    #[test]
    fn nothing_need_be_set() {
        let config = Config::parse("").unwrap();
        assert_eq!((config.limits.attachments, config.limits.attachment_mib), (10, 250));
        assert_eq!(config.attachment_bytes(), ATTACHMENT_BYTES);
        config.check().unwrap();
    }

    #[test]
    fn what_is_set_is_taken_and_the_rest_stays() {
        let text = "[limits]\nattachments = 3\n[service]\nname = \"Speak up\"\n[contacts.advice]\nname = \"Us\"\nlink = \"https://a.example/\"";
        let config = Config::parse(text).unwrap();
        assert_eq!((config.limits.attachments, config.limits.attachment_mib), (3, 250));
        assert_eq!((config.service.name.as_str(), config.service.body.as_str()), ("Speak up", "the governance team"));
        assert_eq!(config.contacts.advice.name, "Us");
    }

    #[test]
    fn what_can_not_be_used_is_refused_in_one_line() {
        for (text, part) in [
            ("[limits]\nattachment = 3", "line 2"),
            ("[limit]", "unknown field"),
            ("limits = ", "line 1"),
            ("[limits]\nattachments = 101", "limits.attachments"),
            ("[limits]\nattachment_mib = 0", "limits.attachment_mib"),
            ("[service]\nname = \" \"", "service.name"),
            ("[service]\neveryday_page = \"http://plain.example\"", "service.everyday_page"),
            ("[service]\neveryday_page = \"https://a.example/; x\"", "service.everyday_page"),
            ("[service]\nonion = \"http://box.example\"", "service.onion"),
        ] {
            let error = error(text);
            assert!(error.contains(part) && error.contains("; ") && !error.contains('\n'), "{text}: {error}");
        }
    }
}
