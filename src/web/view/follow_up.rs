//! Adding to a report.

use askama::Template;
use zeroize::Zeroizing;

use super::{Shell, checked_text::CheckedText, sending::SendingTime, sent_files::SentFiles};
use crate::{
    crypto::os_random,
    domain::{FieldError, FollowUp, FormField, SendId},
    http::Day,
    web::{capacity::FilesClosed, config::LimitsConfig},
};

/// A follow-up that was typed and is not sent yet.
#[derive(Default)]
pub(in crate::web) struct TypedFollowUp {
    pub(in crate::web) typed: String,
    /// The one that the form carried, so that a corrected send counts as the same.
    pub(in crate::web) send_id: Option<SendId>,
}

impl TypedFollowUp {
    /// Makes sending the form twice the same as once.
    pub(super) fn send_id(&self) -> SendId {
        self.send_id.unwrap_or_else(|| SendId::random(&mut os_random()))
    }
}

/// Shows a follow-up before it is sent, and takes its files.
#[derive(Template)]
#[template(path = "box/follow_up.html")]
pub(in crate::web) struct FollowUpCheckPage<'a> {
    shell: &'a Shell,
    code: Zeroizing<String>,
    tag: String,
    send_id: SendId,
    typed: String,
    text: CheckedText,
    errors: &'a [FieldError],
    attachments: usize,
    attachment_mib: u64,
    files_closed: Option<FilesClosed>,
    sending_time: SendingTime,
}

/// What that page is made from.
pub(in crate::web) struct FollowUpParts<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) limits: LimitsConfig,
    /// Why files can't be taken now.
    pub(in crate::web) files_closed: Option<FilesClosed>,
    pub(in crate::web) code: Zeroizing<String>,
    /// What lets files come with it.
    pub(in crate::web) tag: String,
}

impl<'a> FollowUpCheckPage<'a> {
    /// Of what was typed, which may be nothing: files alone are enough.
    pub(in crate::web) fn new(parts: FollowUpParts<'a>, follow_up: TypedFollowUp, errors: &'a [FieldError]) -> Self {
        let FollowUpParts { shell, limits, files_closed, code, tag } = parts;
        Self {
            shell,
            code,
            tag,
            send_id: follow_up.send_id(),
            // What is refused for its length is not looked through: there is no end to it.
            text: if FollowUp::too_long(&follow_up.typed).is_some() {
                CheckedText::plain(follow_up.typed.trim())
            } else {
                CheckedText::of(follow_up.typed.trim())
            },
            typed: follow_up.typed,
            errors,
            attachments: limits.attachments,
            attachment_mib: limits.attachment_mib,
            files_closed,
            sending_time: SendingTime::of_mib(limits.attachment_mib),
        }
    }
}

impl FollowUpCheckPage<'_> {
    /// What is wrong with the files; nothing if nothing is.
    fn attachment_problem(&self) -> &str {
        let about_files = self.errors.iter().find(|error| error.field == FormField::Attachment.slug());
        about_files.map_or("", |error| &error.message)
    }
}

/// Says that a follow-up was received.
#[derive(Template)]
#[template(path = "box/followed_up.html")]
pub(in crate::web) struct FollowedUpPage<'a> {
    pub(in crate::web) shell: &'a Shell,
    pub(in crate::web) code: Zeroizing<String>,
    /// What lets files come with another message.
    pub(in crate::web) tag: String,
    pub(in crate::web) received_on: Day,
    /// None if nothing is owed any more: the team set the report aside since it came.
    pub(in crate::web) notice_due: Option<Day>,
    /// Its files; none if it was there before this send.
    pub(in crate::web) files: Option<SentFiles>,
    /// What was sent now and not kept.
    pub(in crate::web) unsent: String,
}
