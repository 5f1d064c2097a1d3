use crate::domain::WhoElse;

/// What stands in braces in a text, in place of something that is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::web) enum Placeholder {
    /// `service.body`.
    Body,
    /// The same at the beginning of a sentence.
    BodyFirst,
    /// `service.name`.
    Service,
    /// `privacy.controller`.
    Controller,
    /// `privacy.kept`.
    Kept,
    /// Whether this service keeps a copy of what the person wrote for them, by `service.own_copy`, and for how long.
    OwnCopy,
    /// For how long a report stays after the team closed it, by `limits.closed_days` and `limits.spread_days`.
    ClosedDays,
    /// Likewise, after the team set it aside, by `limits.set_aside_days`.
    SetAsideDays,
    /// For how long an answer stays, by `limits.answer_days`.
    AnswerDays,
    /// A contact's name, with a link and a telephone number if there are any.
    Contact(WhoElse),
}

impl Placeholder {
    /// Those that are not contacts.
    const PLAIN: [(&'static str, Self); 9] = [
        ("body", Self::Body),
        ("Body", Self::BodyFirst),
        ("service.name", Self::Service),
        ("privacy.controller", Self::Controller),
        ("privacy.kept", Self::Kept),
        ("own_copy", Self::OwnCopy),
        ("limits.closed_days", Self::ClosedDays),
        ("limits.set_aside_days", Self::SetAsideDays),
        ("limits.answer_days", Self::AnswerDays),
    ];

    /// What is called so between its braces.
    pub(super) fn named(name: &str) -> Option<Self> {
        let plain = Self::PLAIN.into_iter().find(|(own, _)| *own == name).map(|(_, placeholder)| placeholder);
        plain.or_else(|| {
            let slug = name.strip_prefix("contacts.")?;
            WhoElse::ALL.iter().find(|who| who.slug() == slug).copied().map(Self::Contact)
        })
    }

    /// All of them in a line.
    pub(super) fn list() -> String {
        let plain = Self::PLAIN.iter().map(|(name, _)| format!("{{{name}}}"));
        let contacts: Vec<&str> = WhoElse::ALL.iter().map(|who| who.slug()).collect();
        let contacts = format!("{{contacts.…}} of {}", contacts.join(", "));
        plain.chain([contacts]).collect::<Vec<_>>().join(", ")
    }
}
