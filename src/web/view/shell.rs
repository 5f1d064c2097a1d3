use std::sync::LazyLock;

use axum::http::HeaderValue;

use super::{harm::WhenRead, help::HelpRow, period::period, written::WrittenHtml};
use crate::{
    domain::{AnswerKind, Date, Labelled, Route, Text, WhoElse},
    http::{Day, SaidByTeam, capitalised, policy, shortened},
    web::{
        config::{AccessibilityConfig, Config, ContactsConfig, LinksConfig, Logo, PrivacyConfig, ServiceConfig},
        texts::PageText,
    },
};

/// The style sheet of box and desk, with what the box alone shows. As it is sent.
static CSS: LazyLock<String> = LazyLock::new(|| {
    shortened(concat!(
        include_str!("../../../templates/partials/style.css"),
        include_str!("../../../templates/box/style.css"),
        include_str!("../../../templates/partials/style_media.css")
    ))
});

/// The same with what the Easy Read page alone shows.
static EASY_READ_CSS: LazyLock<String> =
    LazyLock::new(|| CSS.clone() + &shortened(include_str!("../../../templates/box/easy_read.css")));

/// What every page has.
#[derive(Clone)]
pub(in crate::web) struct Shell {
    pub(in crate::web) service: ServiceConfig,
    pub(in crate::web) contacts: ContactsConfig,
    pub(in crate::web) links: LinksConfig,
    pub(super) privacy: PrivacyConfig,
    pub(super) accessibility: AccessibilityConfig,
    pub(super) logo: Option<Logo>,
    /// What a body can write anew.
    pub(super) audiences: WrittenHtml,
    pub(super) kept: WrittenHtml,
    pub(super) turn_to: WrittenHtml,
    when_read: WhenRead,
    /// For how many days a report stays at the least after the team closed it.
    pub(super) closed_days: u32,
    /// For how long a report stays after the team closed it.
    pub(super) closed_for: String,
    /// Likewise, after the team set it aside.
    pub(super) set_aside_for: String,
    /// For how long an answer stays.
    pub(super) answers_for: String,
    /// Whether files may come with a message at all.
    pub(super) takes_files: bool,
    pub(in crate::web) demo: bool,
    pub(in crate::web) css: &'static str,
    /// The content security policy: nothing but this style, the logo if there is one, and this site's forms.
    pub(in crate::web) policy: HeaderValue,
}

impl Shell {
    pub(in crate::web) fn new(config: &Config, demo: bool) -> Self {
        let spread = config.limits.spread_days;
        Self {
            service: config.service.clone(),
            contacts: config.contacts.clone(),
            links: config.links.clone(),
            privacy: config.privacy.clone(),
            accessibility: config.accessibility.clone(),
            logo: config.logo.clone(),
            audiences: WrittenHtml::new(config, PageText::Audiences),
            kept: WrittenHtml::new(config, PageText::Kept),
            turn_to: WrittenHtml::new(config, PageText::TurnTo),
            when_read: WhenRead::new(&config.service),
            closed_days: config.limits.closed_days,
            closed_for: period(config.limits.closed_days, spread),
            set_aside_for: period(config.limits.set_aside_days, spread),
            answers_for: period(config.limits.answer_days, spread),
            takes_files: config.limits.attachments > 0,
            demo,
            css: &CSS,
            // The logo stands in the page itself.
            policy: policy(&CSS, config.logo.is_some()),
        }
    }

    /// The same for the Easy Read page, with its pictures' style.
    pub(in crate::web) fn easy_read(&self) -> Self {
        Self { css: &EASY_READ_CSS, policy: policy(&EASY_READ_CSS, self.logo.is_some()), ..self.clone() }
    }

    /// When what is sent is read at the earliest.
    pub(super) const fn when_read(&self) -> &WhenRead {
        &self.when_read
    }

    /// Each route and why someone would take it.
    pub(super) const fn routes(&self) -> Labelled {
        Route::LABELLED
    }

    /// How these can be reached.
    pub(super) fn help(&self, who: Vec<WhoElse>) -> Vec<HelpRow<'_>> {
        who.into_iter().map(|who| HelpRow::new(&self.contacts, who)).collect()
    }

    /// Who reads what is sent, at the beginning of a sentence.
    pub(super) fn team(&self) -> String {
        capitalised(&self.service.body)
    }

    /// What the team says in one of its messages.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a template hands everything over like that")]
    pub(super) fn says<'a>(&self, kind: &AnswerKind, on: &Day, text: &'a Text, new: &bool) -> SaidByTeam<'a> {
        SaidByTeam { team: self.team(), kind: kind.label(), on: *on, text: text.as_str(), new: *new }
    }
}

impl Shell {
    /// The controller in law.
    pub(super) fn controller(&self) -> &str {
        self.privacy.controller.as_deref().unwrap_or(&self.service.body)
    }

    /// The same at the beginning of a sentence.
    pub(super) fn controller_first(&self) -> String {
        capitalised(self.controller())
    }

    /// A day that is set in the configuration.
    #[expect(clippy::trivially_copy_pass_by_ref, reason = "a template hands everything over like that")]
    pub(super) fn day(&self, day: &Date) -> Day {
        Day(*day)
    }

    /// Whether there is a way to reach the team besides this service.
    pub(super) fn can_be_reached(&self) -> bool {
        self.service.phone.is_some() || self.service.email.is_some() || self.service.post.is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_begins_with_a_capital() {
        assert_eq!(Shell::new(&Config::default(), false).team(), "The governance team");
    }
}
