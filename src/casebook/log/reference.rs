//! What a team keeps beside its reports, for all of its members: organisations and themes, notes about them, texts that are
//! written often, addresses, filters, how long reports are kept, and what the yearly report says in words.

use serde::{Deserialize, Serialize};

use crate::domain::{
    Area, OrganisationId, OrganisationType, ReferenceId, Text, ThemeId,
    limits::{DETAIL_MAX, MESSAGE_MAX, SHORT_MAX},
};

/// One thing of it, as it is from then on: it takes the place of what had its id, or of all of its kind.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reference {
    /// An organisation of the team's own list; none to take it off.
    Organisation(OrganisationId, Option<Organisation>),
    /// Two names of one organisation: reports of the first count as the second's; none to part them.
    SameOrganisation(OrganisationId, Option<OrganisationId>),
    /// A theme; none to give it up.
    Theme(ThemeId, Option<Theme>),
    /// A note about an organisation or a theme, after those before.
    Note(NoteSubject, Text),
    /// A text that is written often; none to drop it.
    SavedText(ReferenceId, Option<SavedText>),
    /// A team to which reports are handed; none to drop it.
    Address(ReferenceId, Option<TeamAddress>),
    /// A filter of the queue; none to drop it.
    Filter(ReferenceId, Option<SavedFilter>),
    /// For how many months reports are kept after they are closed: the choices, from short to long.
    KeepingPeriods(Vec<u32>),
    /// The words of a year's report.
    Narrative(i16, Narrative),
    /// The register of organisations, as it was published.
    Register(Register),
}

/// An organisation.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Organisation {
    /// What it is called.
    pub name: Text,
    /// Its code at the NHS Organisation Data Service, if it was taken from there.
    pub code: Option<Text>,
    /// What kind of organisation it is, if that is known.
    pub kind: Option<OrganisationType>,
}

/// Something that several reports are about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Theme {
    /// What it is called.
    pub name: Text,
    /// What belongs to it; may be empty.
    pub about: Text,
}

/// What a note of the team is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NoteSubject {
    /// An organisation.
    Organisation(OrganisationId),
    /// A theme.
    Theme(ThemeId),
}

impl From<OrganisationId> for NoteSubject {
    fn from(id: OrganisationId) -> Self {
        Self::Organisation(id)
    }
}

impl From<ThemeId> for NoteSubject {
    fn from(id: ThemeId) -> Self {
        Self::Theme(id)
    }
}

/// A text that is written often, with blanks: what stands in square brackets is filled in each time.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedText {
    /// By what it is found.
    pub title: Text,
    /// What it says.
    pub text: Text,
}

/// A team to which reports are handed.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TeamAddress {
    /// What it is called.
    pub name: Text,
    /// Which work it does.
    pub area: Area,
    /// The age recipients that a report is sealed to, a line each.
    pub recipients: Text,
}

/// A way of looking at the queue.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SavedFilter {
    /// By what it is found.
    pub name: Text,
    /// The query of the queue's address.
    pub query: Text,
}

/// What the report of a prescribed person says in words. Source: SI 2017/507, regulation 5.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Narrative {
    /// The action that was taken.
    pub action: Text,
    /// What came of it.
    pub outcomes: Text,
    /// How what was disclosed bore on the body's functions and objectives.
    pub effect: Text,
    /// What those functions and objectives are.
    pub objectives: Text,
}

/// The register of organisations.
#[derive(Clone, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Register {
    /// The name of each file that it was read from.
    pub files: Vec<Text>,
    /// Its organisations, by code.
    pub organisations: Vec<RegisterEntry>,
}

/// One organisation of it.
#[derive(Clone, Serialize, Deserialize)]
pub struct RegisterEntry {
    /// Its code.
    pub code: String,
    /// Its name.
    pub name: String,
    /// What kind it is, as far as the register's file tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<OrganisationType>,
}

impl RegisterEntry {
    fn is_bounded(&self) -> bool {
        let fits = |text: &str| !text.is_empty() && !Text::verbatim(text).is_longer_than(SHORT_MAX);
        fits(&self.code) && fits(&self.name)
    }
}

impl Reference {
    /// Without the organisations of a register, which is by far the largest thing in a casebook, and of which the last one alone
    /// counts: it is read from its event. One that can't be allowed stays so.
    pub(in crate::casebook) fn without_register(self) -> Self {
        let is_bounded = self.is_bounded();
        match self {
            Self::Register(Register { files, .. }) if is_bounded => {
                Self::Register(Register { files, organisations: Vec::new() })
            }
            Self::Register(_) => {
                let nameless = RegisterEntry { code: String::new(), name: String::new(), kind: None };
                Self::Register(Register { files: Vec::new(), organisations: vec![nameless] })
            }
            other => other,
        }
    }

    /// Whether every text in it is there and within its bounds.
    pub(in crate::casebook) fn is_bounded(&self) -> bool {
        /// Organisations of a register: several times as many as there are in England.
        const REGISTERED: usize = 500_000;
        /// Files of a register: it is published in a few.
        const FILES: usize = 100;
        /// Years of which there can be a report: the Regulations are of 2017.
        const YEARS: std::ops::RangeInclusive<i16> = 2017..=2199;
        /// Periods to choose from, and months of the longest.
        const PERIODS: (usize, u32) = (12, 1200);

        let line = |text: &Text| !text.is_empty() && !text.is_longer_than(SHORT_MAX);
        let fits = |text: &Text| !text.is_longer_than(MESSAGE_MAX);
        match self {
            Self::Organisation(_, Some(organisation)) => {
                line(&organisation.name) && organisation.code.as_ref().is_none_or(line)
            }
            Self::Theme(_, Some(theme)) => line(&theme.name) && !theme.about.is_longer_than(DETAIL_MAX),
            Self::Note(_, text) => !text.is_empty() && fits(text),
            Self::SavedText(_, Some(saved)) => line(&saved.title) && !saved.text.is_empty() && fits(&saved.text),
            Self::Address(_, Some(address)) => {
                line(&address.name) && !address.recipients.is_empty() && fits(&address.recipients)
            }
            Self::Filter(_, Some(filter)) => line(&filter.name) && !filter.query.is_longer_than(DETAIL_MAX),
            Self::KeepingPeriods(months) => {
                months.len() <= PERIODS.0
                    && months.is_sorted_by(|one, next| one < next)
                    && months.iter().all(|months| (1..=PERIODS.1).contains(months))
            }
            Self::Narrative(year, Narrative { action, outcomes, effect, objectives }) => {
                YEARS.contains(year) && [action, outcomes, effect, objectives].into_iter().all(fits)
            }
            Self::Register(register) => {
                register.organisations.len() <= REGISTERED
                    && register.organisations.is_sorted_by(|one, next| one.code < next.code)
                    && register.organisations.iter().all(RegisterEntry::is_bounded)
                    && register.files.len() <= FILES
                    && register.files.iter().all(line)
            }
            Self::Organisation(_, None)
            | Self::SameOrganisation(..)
            | Self::Theme(_, None)
            | Self::SavedText(_, None)
            | Self::Address(_, None)
            | Self::Filter(_, None) => true,
        }
    }
}
