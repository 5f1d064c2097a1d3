use std::borrow::Cow;

use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    casebook::{ApprovalError, CasebookError, EditError, LookupError},
    http::{BodyError, capitalised, tell_operator},
};

/// Why a request gets a page of its own instead of what it asked for. None repeats what was sent or says anything of a
/// report.
#[derive(Clone, Debug)]
pub(super) enum PageError {
    /// No such page, or no such report.
    NotFound,
    /// The page is there, but not for this method.
    Method,
    /// What was sent can't be taken.
    Body(BodyError),
    /// Sent from another site's page.
    CrossSite,
    /// Sent to another name than this desk's.
    Misdirected,
    /// A form without the token of this session.
    Forged,
    /// No session.
    Locked,
    /// No session for a file that was sent, which is not kept.
    LockedUpload,
    /// The token of an address that opens the desk no more.
    UsedAddress,
    /// Somebody's passphrase is being tried.
    Trying,
    /// The private keys can't be read; why is said on the terminal.
    Keys,
    /// Another command writes to the casebook.
    CasebookBusy,
    /// What the casebook says, which has nothing of any report in it.
    Casebook(String),
    /// Something failed here.
    Internal,
}

/// A page about an error: what happened, and what to do.
pub(super) struct ErrorText {
    pub(super) heading: &'static str,
    pub(super) happened: Cow<'static, str>,
    pub(super) remedy: &'static str,
}

impl PageError {
    /// The status code of its page.
    pub(super) const fn status(&self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Body(BodyError::Broken) => StatusCode::BAD_REQUEST,
            Self::Body(BodyError::Type) => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Body(BodyError::Slow) => StatusCode::REQUEST_TIMEOUT,
            Self::Body(BodyError::TooLarge) => StatusCode::PAYLOAD_TOO_LARGE,
            Self::Misdirected => StatusCode::MISDIRECTED_REQUEST,
            Self::CrossSite | Self::Forged | Self::Locked | Self::LockedUpload | Self::UsedAddress => {
                StatusCode::FORBIDDEN
            }
            Self::Body(BodyError::Busy) | Self::Trying | Self::CasebookBusy => StatusCode::SERVICE_UNAVAILABLE,
            Self::Keys | Self::Casebook(_) | Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// What its page says.
    pub(super) fn words(&self) -> ErrorText {
        let (heading, happened, remedy) = match self {
            Self::NotFound => (
                "Page not found",
                "There is no page at this address, or no report that it names.",
                "If you typed or pasted the address, check that it is complete. Or go to the queue.",
            ),
            Self::Method => (
                "This page comes after a form",
                "It can’t be opened by its address, because the address holds nothing of what you typed. Nothing was recorded just now.",
                "Go back in your browser, or go to the queue.",
            ),
            Self::Body(BodyError::Broken | BodyError::Slow) => (
                "Not all of it arrived",
                "What you sent ended early. Nothing of it was recorded.",
                "Go back in your browser and send it again.",
            ),
            Self::Body(BodyError::Busy) => (
                "The desk is very busy",
                "Too much is being sent to it at this moment. Nothing of what you sent was recorded.",
                "Wait a moment, then go back in your browser and send it again.",
            ),
            Self::Body(BodyError::Type) => (
                "This can’t be read",
                "What was sent did not come from one of the forms of this desk. Nothing of it was recorded.",
                "Go to the queue and use the form.",
            ),
            Self::Body(BodyError::TooLarge) => (
                "It is too large",
                "What you sent is more than a form can hold. Nothing of it was recorded.",
                "Go back in your browser, shorten it, and send it again.",
            ),
            Self::CrossSite => (
                "This came from another site",
                "Forms are accepted only from the pages of this desk. Nothing was recorded.",
                "Close the other site. Go to the queue and use the form there.",
            ),
            Self::Misdirected => (
                "This is not the desk’s address",
                "The desk answers only at the address that candour printed, so that no other site can reach it under a name of its own.",
                "Use the address as it stands in the terminal.",
            ),
            Self::Forged => (
                "This form is out of date",
                "It is from before the desk was last locked or opened, or not from this desk at all. Nothing was recorded.",
                "Go back in your browser and copy what you typed, if you want to keep it. Then go to the queue and use the form there.",
            ),
            Self::Locked | Self::LockedUpload => ("The desk is locked", "Nothing of it can be seen.", "Open it again."),
            Self::UsedAddress => (
                "This address opens nothing now",
                "Each address that candour prints opens the desk once, and only until the desk locks.",
                "If the desk is open in this browser, go to the queue. If not, that page says how to open it.",
            ),
            Self::Trying => (
                "A passphrase is being tried",
                "The desk tries one passphrase at a time. Yours was not tried.",
                "Wait some seconds, then go back in your browser and send it again.",
            ),
            Self::Keys => (
                "The private keys can’t be read",
                "Why not is said in the terminal in which candour runs.",
                "The desk reaches only what was there when it started. Plug in what the keys are on, or put right what the terminal says. Then end the desk with Ctrl-C and open it again.",
            ),
            Self::CasebookBusy => (
                "The casebook is in use",
                "Another candour command is writing to it at this moment. Nothing of what you sent was recorded.",
                "Wait some seconds, then go back in your browser and send it again.",
            ),
            Self::Casebook(_) => (
                "The casebook can’t do this",
                "",
                "If it says that something is damaged, do not go on working: restore the casebook from a backup, or ask whoever looks after it.",
            ),
            Self::Internal => (
                "Something went wrong",
                "This is a fault in candour. It is not certain that what you sent was recorded.",
                "Go to the queue and see what is there before you send it again.",
            ),
        };
        let happened = match self {
            Self::Casebook(text) => Cow::Owned(sentence(text)),
            _ => Cow::Borrowed(happened),
        };
        ErrorText { heading, happened, remedy }
    }
}

/// The error itself, for [`super::respond::finish`] to make its page: only there is the state at hand.
impl IntoResponse for PageError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<BodyError> for PageError {
    fn from(error: BodyError) -> Self {
        Self::Body(error)
    }
}

impl From<CasebookError> for PageError {
    fn from(error: CasebookError) -> Self {
        match error {
            CasebookError::Lookup(LookupError::NoReport | LookupError::NotAnId | LookupError::AmbiguousId(_))
            | CasebookError::Approval(ApprovalError::NoAnswer) => Self::NotFound,
            CasebookError::Edit(EditError::Busy) => Self::CasebookBusy,
            other => Self::Casebook(other.to_string()),
        }
    }
}

impl From<askama::Error> for PageError {
    fn from(_: askama::Error) -> Self {
        tell_operator(&"a page can't be made; this is a fault in candour");
        Self::Internal
    }
}

/// A line of the terminal as a sentence.
fn sentence(line: &str) -> String {
    capitalised(line).trim_end_matches('.').to_owned() + "."
}

#[cfg(test)]
impl PageError {
    /// One of every kind, for the tests of their pages.
    pub(super) fn samples() -> Vec<Self> {
        vec![
            Self::NotFound,
            Self::Method,
            Self::Body(BodyError::Broken),
            Self::Body(BodyError::Type),
            Self::Body(BodyError::TooLarge),
            Self::CrossSite,
            Self::Misdirected,
            Self::Forged,
            Self::UsedAddress,
            Self::Trying,
            Self::Keys,
            Self::CasebookBusy,
            Self::Casebook("event 3 of the casebook is missing; restore the casebook from a backup".into()),
            Self::Internal,
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_casebook_says_is_said_as_a_sentence() {
        let error = PageError::from(CasebookError::Edit(EditError::OtherSigner));
        let words = error.words();
        assert!(words.happened.starts_with("This signing key is not") && words.happened.ends_with("give that one."));
        for error in [CasebookError::Lookup(LookupError::NoReport), CasebookError::Approval(ApprovalError::NoAnswer)] {
            assert!(matches!(PageError::from(error), PageError::NotFound));
        }
        assert!(matches!(PageError::from(CasebookError::Edit(EditError::Busy)), PageError::CasebookBusy));
    }
}
