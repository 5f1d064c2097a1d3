mod check;
mod contacts;
mod in_force;
mod logo;
mod monitor;
mod tls;
mod unsettled;

pub use contacts::{Contact, ContactsConfig};
pub use in_force::InForce;
pub(super) use logo::Logo;
pub use monitor::MonitorConfig;
pub use tls::TlsConfig;

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Deserialize, Serialize};

use crate::{
    domain::{
        Date, Periods,
        limits::{
            ACKNOWLEDGED_DAYS, ANSWER_DAYS, ARRIVING_MESSAGES, ATTACHMENT_BYTES, ATTACHMENTS, CLOSED_DAYS,
            CODE_CHECKS_A_MINUTE, DAILY_MIB, DISK_RESERVE_MIB, MIB, SENDS_A_MINUTE, SET_ASIDE_DAYS, SPREAD_DAYS,
        },
    },
    http,
    web::texts::{PageText, TextError, WrittenText},
};

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
        setting: Cow<'static, str>,
        /// What is wrong with it.
        problem: &'static str,
        /// What to do.
        remedy: &'static str,
    },
}

/// What an operator may set about the pages, as TOML. Everything has a default; a setting that is not listed here is
/// refused.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// `[limits]`: how much may come with a message.
    pub limits: LimitsConfig,
    /// `[service]`: who runs the box, and where.
    pub service: ServiceConfig,
    /// `[contacts]`: who else can help.
    pub contacts: ContactsConfig,
    /// `[links]`: programs that the pages speak of.
    pub links: LinksConfig,
    /// `[privacy]`: what the privacy notice says of the body that runs the box.
    pub privacy: PrivacyConfig,
    /// `[accessibility]`: what the accessibility statement says of it.
    pub accessibility: AccessibilityConfig,
    /// `[texts]`: page texts of the body's own.
    pub texts: TextsConfig,
    /// `[security]`: what `/.well-known/security.txt` says.
    pub security: SecurityConfig,
    /// `[tls]`: with what the box proves who it is.
    pub tls: TlsConfig,
    /// `[monitor]`: when somebody has to look at the box.
    pub monitor: MonitorConfig,
    #[serde(skip)]
    pub(super) logo: Option<Logo>,
    #[serde(skip)]
    own_texts: BTreeMap<PageText, WrittenText>,
}

/// How much may come with a message, and how much from everybody.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LimitsConfig {
    /// Files with one message, 10 unless set; 100 at most.
    pub attachments: usize,
    /// Mebibytes of all files of one message, 250 unless set; 4096 at most.
    pub attachment_mib: u64,
    /// Receipt codes that are looked up in a minute, whoever asks, 6000 unless set; from 1 to 1,000,000.
    pub code_checks_a_minute: u32,
    /// Concerns and follow-ups that are taken in a minute, whoever sends, 600 unless set; from 1 to 1,000,000. At most half of
    /// them have files. When more than half of as many are begun, or sent, each has to be some seconds old to be sent.
    pub sends_a_minute: u32,
    /// Mebibytes of files that are taken in a day, sealed, 10240 unless set; from 1 to 1,048,576. Past it the pages offer no
    /// files. Texts have a quarter of it besides, and what files have left of it; past that nobody is asked to write.
    pub daily_mib: u64,
    /// Mebibytes of disk that stay free, 1024 unless set; 1,048,576 at most. Below it the pages offer no files, and below half
    /// of it nobody is asked to write.
    pub disk_reserve_mib: u64,
    /// Mebibytes of files that are still arriving, from everybody together; four times `attachment_mib` unless set, and that
    /// at the least; 1,048,576 at most. Past it senders are told that the box is busy.
    pub arriving_mib: Option<u64>,
    /// Days for which what a desk has acknowledged stays here, sealed, unless a second signer confirms it before: 7 unless
    /// set, 90 at most.
    pub acknowledged_days: u32,
    /// Days for which a report stays here after the team closed it and nothing more was said, with its answers and its code:
    /// 180 unless set; from 1 to 3650.
    pub closed_days: u32,
    /// Likewise, after the team set it aside: 30 unless set; from 1 to 3650.
    pub set_aside_days: u32,
    /// Days for which an answer stays here, 365 unless set; from 1 to 3650.
    pub answer_days: u32,
    /// Days by which each of these three may be longer, drawn for each report: so that when one is gone does not tell when
    /// it was closed. 14 unless set; 365 at most.
    pub spread_days: u32,
}

/// Who runs the box, and where.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct ServiceConfig {
    /// The name at the top of every page, "Raise a serious concern" unless set.
    pub name: String,
    /// Who reads what is sent, as it stands in a sentence; "the governance team" unless set.
    pub body: String,
    /// The everyday page that "Leave this page" goes to, <https://www.bbc.co.uk/weather> unless set.
    pub everyday_page: String,
    /// The box's own address on the web, with `https://`, where people come back to; nothing unless set, and pages then say
    /// the one that the browser asked for.
    pub address: Option<String>,
    /// The box's own `http://….onion` address; none unless set. Pages that hold nothing typed tell Tor Browser of it
    /// when they came over TLS.
    pub onion: Option<String>,
    /// Whether what reaches the box without TLS, other than through its onion service, came over TLS to a front on this
    /// machine; false unless set. Browsers are told to use nothing else then, as they always are where the box speaks TLS
    /// itself.
    pub behind_tls: bool,
    /// Whether what a person writes is sealed to their receipt code too, so that they can read it again on the status
    /// page for as long as the report is here; false unless set. Copies that were made while it was set stay.
    pub own_copy: bool,
    /// Whether search engines may list the start page; false unless set. No other page is ever listed, and nothing at the
    /// onion service.
    pub indexed: bool,
    /// What stands above the name at the top of every page, such as the name of the body that runs the box; nothing
    /// unless set.
    pub header: Option<String>,
    /// The name of a file with a logo for the top of every page, SVG or PNG of 12 KiB at most, beside the configuration
    /// file or with its whole path; none unless set.
    pub logo: Option<String>,
    /// The logo in words, for whoever can't see it. Needed with a logo.
    pub logo_alt: Option<String>,
    /// A telephone number of whoever reads what is sent, for people who need not be anonymous; none unless set.
    pub phone: Option<String>,
    /// How often the box is emptied, as it stands after "We fetch what is sent "; pages say that they don't know unless
    /// set.
    pub fetched: Option<String>,
    /// Who acts if it can't wait until then, a whole sentence or two; the pages name 999 alone unless set.
    pub urgent: Option<String>,
    /// Their e-mail address, likewise.
    pub email: Option<String>,
    /// Their address for letters, likewise.
    pub post: Option<String>,
}

/// Programs that the pages speak of.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct LinksConfig {
    /// Where Tor Browser is had, <https://www.torproject.org/download/> unless set.
    pub tor_browser: String,
    /// Where the age tool is had, <https://age-encryption.org/> unless set.
    pub age: String,
    /// A video about this service in British Sign Language; none unless set.
    pub bsl: Option<String>,
}

/// What the privacy notice says of the body that runs the box.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct PrivacyConfig {
    /// The controller in law; `service.body` unless set.
    pub controller: Option<String>,
    /// How to reach its data protection officer, as it stands after "Data protection officer: "; nothing unless set.
    pub officer: Option<String>,
    /// The lawful basis, as it stands after "In law the basis is ".
    pub basis: String,
    /// How long the team keeps what it has opened: a whole sentence.
    pub kept: String,
    /// Its own privacy notice; none unless set.
    pub notice: Option<String>,
}

/// What the accessibility statement says of the body that runs the box, in the words that the Public Sector Bodies
/// (Websites and Mobile Applications) (No. 2) Accessibility Regulations 2018 ask for.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct AccessibilityConfig {
    /// How far the pages comply with WCAG 2.2 AA: "fully-compliant", "partially-compliant" or "not-compliant".
    /// "partially-compliant" unless set: nobody from outside has tested them.
    pub status: Compliance,
    /// What does not comply, a sentence each, with the success criterion; that it is not known unless set.
    pub problems: Vec<String>,
    /// How to tell the body of a problem, as it stands after "tell us: "; the service itself unless set.
    pub contact: Option<String>,
    /// The day on which the statement was first published, `2026-11-22`; the statement says that it is not known unless
    /// set.
    pub prepared_on: Option<Date>,
    /// The day on which the statement was last gone through; left out unless set.
    pub reviewed_on: Option<Date>,
    /// The day on which these pages were last tested as they are run; the statement says that they were not unless set.
    pub tested_on: Option<Date>,
    /// By whom, as it stands after "The test was carried out by "; left out unless set.
    pub tested_by: Option<String>,
}

/// How far pages comply with a standard, in the law's three words.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize, Serialize)]
pub enum Compliance {
    /// All of it, as somebody tested.
    #[serde(rename = "fully-compliant")]
    Fully,
    /// Most of it, or not known of all of it.
    #[default]
    #[serde(rename = "partially-compliant")]
    Partially,
    /// Not most of it.
    #[serde(rename = "not-compliant")]
    Not,
}

/// Page texts that the body wrote itself.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct TextsConfig {
    /// A folder with any of `audiences.md`, `kept.md` and `turn-to.md`, beside the configuration file or with its whole
    /// path; the defaults unless set. `candour texts` writes them there.
    pub folder: Option<String>,
}

/// What `/.well-known/security.txt` says (RFC 9116). Without both there is none.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields)]
pub struct SecurityConfig {
    /// Where to report a hole: `mailto:` or `https://`.
    pub contact: Option<String>,
    /// The day from which it should not be relied on any more, `2027-11-22`. Less than a year ahead is usual.
    pub expires: Option<Date>,
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

    /// The file that the logo is in, to be read and given to [`Config::set_logo`].
    #[must_use]
    pub fn logo_file(&self) -> Option<&str> {
        self.service.logo.as_deref()
    }

    /// The folder with page texts, to be read and given to [`Config::set_text`].
    #[must_use]
    pub fn texts_folder(&self) -> Option<&str> {
        self.texts.folder.as_deref()
    }

    /// Puts a page text in place of the default.
    ///
    /// # Errors
    /// If it can't be used.
    pub fn set_text(&mut self, page: PageText, text: &str) -> Result<(), TextError> {
        self.own_texts.insert(page, page.read(text)?);
        Ok(())
    }

    /// The texts that are in place of the defaults.
    pub fn own_texts(&self) -> impl Iterator<Item = PageText> {
        self.own_texts.keys().copied()
    }

    /// A page text.
    pub(super) fn written(&self, page: PageText) -> Cow<'_, WrittenText> {
        self.own_texts.get(&page).map_or_else(|| Cow::Owned(page.written()), Cow::Borrowed)
    }

    /// Puts the logo's bytes in.
    ///
    /// # Errors
    /// If it is not a small SVG or PNG.
    pub fn set_logo(&mut self, bytes: &[u8]) -> Result<(), ConfigError> {
        let words = self.service.logo_alt.clone().unwrap_or_default();
        self.logo = Some(Logo::new(bytes, words)?);
        Ok(())
    }
}

impl LimitsConfig {
    /// For how long the box keeps what is over.
    #[must_use]
    pub const fn periods(&self) -> Periods {
        let Self { closed_days, set_aside_days, answer_days, spread_days, .. } = *self;
        Periods { closed_days, set_aside_days, answer_days, spread_days }
    }

    /// Bytes of files that are still arriving, from everybody together.
    #[must_use]
    pub fn arriving_bytes(&self) -> u64 {
        self.arriving_mib.unwrap_or(ARRIVING_MESSAGES * self.attachment_mib) * MIB as u64
    }
}

impl Default for LimitsConfig {
    fn default() -> Self {
        Self {
            attachments: ATTACHMENTS,
            attachment_mib: ATTACHMENT_BYTES / MIB as u64,
            code_checks_a_minute: CODE_CHECKS_A_MINUTE,
            sends_a_minute: SENDS_A_MINUTE,
            daily_mib: DAILY_MIB,
            disk_reserve_mib: DISK_RESERVE_MIB,
            arriving_mib: None,
            acknowledged_days: ACKNOWLEDGED_DAYS,
            closed_days: CLOSED_DAYS,
            set_aside_days: SET_ASIDE_DAYS,
            answer_days: ANSWER_DAYS,
            spread_days: SPREAD_DAYS,
        }
    }
}

impl Default for ServiceConfig {
    fn default() -> Self {
        Self {
            name: "Raise a serious concern".into(),
            body: http::BODY.into(),
            everyday_page: "https://www.bbc.co.uk/weather".into(),
            address: None,
            onion: None,
            behind_tls: false,
            own_copy: false,
            indexed: false,
            header: None,
            logo: None,
            logo_alt: None,
            fetched: None,
            urgent: None,
            phone: None,
            email: None,
            post: None,
        }
    }
}

impl Default for LinksConfig {
    fn default() -> Self {
        Self {
            tor_browser: "https://www.torproject.org/download/".into(),
            age: "https://age-encryption.org/".into(),
            bsl: None,
        }
    }
}

impl Default for PrivacyConfig {
    fn default() -> Self {
        Self {
            controller: None,
            officer: None,
            basis:
                "a task in the public interest (Article 6(1)(e) of the UK GDPR). For information about health and other \
                 sensitive matters it is also substantial public interest (Article 9(2)(g)), with paragraphs 6 and 11 of \
                 Schedule 1 to the Data Protection Act 2018: functions given by law, and protecting the public from \
                 dishonesty, malpractice or mismanagement. Information about crimes is used under Article 10, on the same \
                 two paragraphs. Whoever runs this service has not confirmed this yet, and has to before it opens"
                    .into(),
            kept: "The team keeps what it has opened only for as long as its work on it needs.".into(),
            notice: None,
        }
    }
}

#[cfg(test)]
mod tests;
