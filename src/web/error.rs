use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};

use crate::{
    crypto::{KdfError, SealError},
    domain::CalendarError,
    http::{BodyError, note_fault},
    store::StoreError,
};

/// Why a request gets a page of its own instead of what it asked for. Each is one page; none repeats what was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum WebError {
    /// No such page.
    NotFound,
    /// The page is there, but not for this method.
    Method,
    /// The body ended early or is not what a form sends.
    Broken,
    /// The body is of another type than the form's.
    Type,
    /// The body did not arrive in time.
    Slow,
    /// More than the limits allow.
    TooLarge,
    /// Sent from another site's page.
    CrossSite,
    /// A receipt code that this box did not issue.
    NotIssued,
    /// The copy of a code that a person typed is another one than their page has.
    OtherCopy,
    /// No concern waits to be sent there, or none any more.
    NothingWaits,
    /// The report was withdrawn.
    Withdrawn,
    /// The report has as many messages as it may.
    LongReport,
    /// More receipt codes than are looked up in a minute.
    TooMany,
    /// More was sent than is taken in a minute.
    TooManySends,
    /// Too much is waiting already.
    Busy,
    /// A report can't be accepted now.
    Closed,
    /// What was sent can't be accepted now.
    Full,
    /// Something failed here.
    Internal,
}

impl WebError {
    /// Every one, for the tests of their pages.
    #[cfg(test)]
    pub(super) const ALL: [Self; 18] = [
        Self::NotFound,
        Self::Method,
        Self::Broken,
        Self::Type,
        Self::Slow,
        Self::TooLarge,
        Self::CrossSite,
        Self::NotIssued,
        Self::OtherCopy,
        Self::NothingWaits,
        Self::Withdrawn,
        Self::LongReport,
        Self::TooMany,
        Self::TooManySends,
        Self::Busy,
        Self::Closed,
        Self::Full,
        Self::Internal,
    ];

    /// The status code of its page.
    pub(super) const fn status(self) -> StatusCode {
        match self {
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::Broken => StatusCode::BAD_REQUEST,
            Self::Type => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Slow => StatusCode::REQUEST_TIMEOUT,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::NotIssued | Self::OtherCopy | Self::LongReport => StatusCode::UNPROCESSABLE_ENTITY,
            Self::NothingWaits | Self::Withdrawn => StatusCode::GONE,
            Self::TooMany | Self::TooManySends => StatusCode::TOO_MANY_REQUESTS,
            Self::Busy | Self::Closed | Self::Full => StatusCode::SERVICE_UNAVAILABLE,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// Whether no report can be taken, so that its page names who else can help.
    pub(super) const fn is_closed(self) -> bool {
        matches!(self, Self::Closed | Self::Full)
    }

    /// What happened, and what to do.
    pub(super) const fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::NotFound => (
                "Page not found",
                "There is no page at this address.",
                "If you typed or pasted the address, check that it is complete. Or go to the start page.",
            ),
            Self::Method => (
                "This page comes after a form",
                "It can’t be opened by its address, because the address holds nothing of what you typed. Nothing was sent just now.",
                "Go back in your browser. If it asks whether to send the form again, say yes: a report that was sent twice is kept once, and you see your receipt code again.",
            ),
            Self::Broken => (
                "We did not receive all of it",
                "What you sent ended early or did not arrive whole. Nothing of it was kept.",
                "Go back in your browser and send it again. If it asks whether to send the form again, say yes: that brings the page back.",
            ),
            Self::Type => (
                "We can’t read what was sent",
                "It did not come from one of the forms on this site. Nothing of it was kept.",
                "Go to the start page and use the form.",
            ),
            Self::Slow => (
                "It took too long to arrive",
                "The connection was too slow or stopped. Nothing of what came just now was kept. If you had sent it before, the first is.",
                "Go back in your browser and send it again, with fewer or smaller files if you can. If it asks whether to send the form again, say yes: that brings the page back.",
            ),
            Self::TooLarge => (
                "It is too large",
                "What you sent is more than we can take at once. Nothing of it was kept.",
                "Go back in your browser, choose fewer or smaller files, and send it again. If it asks whether to send the form again, say yes: that brings the page back. You can send more later as a follow-up, with your receipt code.",
            ),
            Self::CrossSite => (
                "This came from another site",
                "Forms are accepted only from the pages of this site. Nothing was kept.",
                "Go to the start page and use the form there.",
            ),
            Self::NotIssued => (
                "We can’t take this form",
                "The form did not carry a receipt code that this service gave out. Nothing was kept.",
                "Go back in your browser to the page that showed your receipt code, and load it again. If it asks whether to send the form again, say yes: that brings the code back.",
            ),
            Self::OtherCopy => (
                "Your copy of the code is not right",
                "What you typed is not the code that stands on the page before this one.",
                "Go back in your browser to that page, and correct your copy. If it asks whether to send the form again, say yes: that brings the code back.",
            ),
            Self::NothingWaits => (
                "Nothing waits to be sent here",
                "A report was sent from this address already, or it was thrown away: after two minutes, or because this service started again.",
                "Go back in your browser to the page on which you checked your answers, and press Send again. If it asks whether to send the form again, say yes. A report that was sent already is kept once, and you see its receipt code again.",
            ),
            Self::Withdrawn => (
                "This report was withdrawn",
                "The report that this receipt code belongs to was withdrawn. Nothing was added to it.",
                "If there is more to say, send a new report from the start page.",
            ),
            Self::LongReport => (
                "This report is full",
                "It has as many messages as it can hold. What you sent just now was not kept.",
                "Send a new report from the start page, and say what it goes on from. We still answer under the code of this one.",
            ),
            Self::TooMany => (
                "Too many codes are being tried",
                "Many receipt codes were tried in the last minute, perhaps by someone else. So we did not look up yours, and nothing was kept or changed.",
                "Wait a minute, then go back in your browser and send it again. If it asks whether to send the form again, say yes: that brings the page back.",
            ),
            Self::TooManySends => (
                "Too many reports are being sent",
                "Many reports were sent in the last minute. So we took nothing from you just now. If you had sent it before, the first is kept, and sending it again later shows its code.",
                "Wait a minute, then go back in your browser and send it again. If it asks whether to send the form again, say yes: that brings the page back.",
            ),
            Self::Busy => (
                "We are very busy",
                "Too many people are using the service at this moment. Nothing of what you sent just now was kept. If you had sent it before, the first is.",
                "Wait half a minute, then go back in your browser and send it again. If it asks whether to send the form again, say yes: that brings the page back.",
            ),
            Self::Closed => (
                "We can’t take reports right now",
                "A report could not be kept safely at this moment, so we do not ask you to write one.",
                "Try again later today or tomorrow. If someone is in danger now, call 999.",
            ),
            Self::Full => (
                "We can’t take more right now",
                "There is no room to keep what you sent just now safely. Nothing of it was kept. If you had sent it before, the first is.",
                "Go back in your browser and send it again later today or tomorrow. If it asks whether to send the form again, say yes: that brings the page back. If someone is in danger now, call 999.",
            ),
            Self::Internal => (
                "Something went wrong",
                "The fault is ours. What you sent was not kept, unless you were shown a receipt code for it.",
                "Go back in your browser and send it again. Sending twice is safe: only the first is kept.",
            ),
        }
    }
}

/// The error itself, for the layer around every page to make its page: only there is the state at hand.
impl IntoResponse for WebError {
    fn into_response(self) -> Response {
        let mut response = self.status().into_response();
        response.extensions_mut().insert(self);
        response
    }
}

impl From<BodyError> for WebError {
    fn from(error: BodyError) -> Self {
        match error {
            BodyError::Broken => Self::Broken,
            BodyError::Type => Self::Type,
            BodyError::Slow => Self::Slow,
            BodyError::TooLarge => Self::TooLarge,
            BodyError::Busy => Self::Busy,
        }
    }
}

impl From<StoreError> for WebError {
    fn from(error: StoreError) -> Self {
        match error {
            // Not a fault: there is room when one of them has arrived or broken off, and a command comes to its end.
            StoreError::Arriving | StoreError::Busy => Self::Busy,
            StoreError::Full => {
                note_fault(&error);
                Self::Full
            }
            _ => {
                note_fault(&error);
                Self::Internal
            }
        }
    }
}

impl From<KdfError> for WebError {
    fn from(error: KdfError) -> Self {
        note_fault(&error);
        Self::Internal
    }
}

impl From<SealError> for WebError {
    fn from(error: SealError) -> Self {
        note_fault(&error);
        Self::Internal
    }
}

impl From<CalendarError> for WebError {
    fn from(error: CalendarError) -> Self {
        note_fault(&error);
        Self::Closed
    }
}

impl From<askama::Error> for WebError {
    fn from(_: askama::Error) -> Self {
        note_fault(&"a page can't be made; this is a fault in candour");
        Self::Internal
    }
}
