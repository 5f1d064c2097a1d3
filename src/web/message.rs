//! What a person says, on its way into the store: sealed with its report and number, once, for every journey.

use std::io::Write;

use super::{App, WebError, received::Files};
use crate::{
    crypto::{Commitments, Receipt, ReplyRecipient, Sealed, os_random, seal_message, seal_own_copy},
    domain::{
        Clock, Date, Digest, Message, MessageContent, MessageKind, OwnCopy, ReportId, Route, Salt, SendId,
        limits::MESSAGES,
    },
    store::{AddMessage, AddReport, FinishedUpload, NewMessage, NewReport, StoredReport},
};

/// How often a message is sealed again under the next number because another came first.
const ATTEMPTS: usize = 10;

/// What is said, and what its form and its day fixed.
pub(super) struct UnsealedMessage {
    pub content: MessageContent,
    /// Sealed as they arrived.
    pub files: Files,
    pub on: Date,
    /// The clocks that it starts.
    pub clocks: Vec<Clock>,
    pub send_id: SendId,
}

impl UnsealedMessage {
    /// Begins a report, unless the receipt's code has one. Gives the report as it is stored: the first that was sent; and
    /// whether this was the first.
    pub(super) fn begin(self, app: &App, receipt: &Receipt, route: Route) -> Result<(StoredReport, bool), WebError> {
        if let Some(stored) = app.store().report_at(receipt.locator)? {
            return Ok((stored, false));
        }
        let id = ReportId::random(&mut os_random());
        let mut sealing = self.sealing(app, receipt, id, route);
        sealing.seal_as(app, 1)?;
        let (on, (texts, files)) = (sealing.new.on, sealing.bytes());
        let reply_to = receipt.reply.recipient().to_string();
        let report = NewReport { id, locator: receipt.locator, route, reply_to, message: sealing.new };
        // Added now or sent before: what is shown is what is stored.
        let is_first = app.store().add_report(report).map_err(|error| app.not_written(error))? == AddReport::Added;
        if is_first {
            app.last_write().set(true);
            app.capacity().took(on, texts, files);
        }
        let stored = app.store().report_at(receipt.locator)?.ok_or(WebError::Internal)?;
        Ok((stored, is_first))
    }

    /// Adds to a report under its next number. `settled` tells from the report as it is stored that nothing is left to
    /// add; gives what it told, or none if the message was added now.
    pub(super) fn append<T>(
        self,
        app: &App,
        receipt: &Receipt,
        mut report: StoredReport,
        settled: impl Fn(&StoredReport) -> Option<T>,
    ) -> Result<Option<T>, WebError> {
        let mut sealing = self.sealing(app, receipt, report.id, report.route);
        for _ in 0..ATTEMPTS {
            if let Some(told) = settled(&report) {
                return Ok(Some(told));
            }
            // A withdrawal always finds room.
            if report.messages.len() >= MESSAGES && sealing.new.kind != MessageKind::Withdrawal {
                return Err(WebError::LongReport);
            }
            let last = report.messages.iter().map(|message| message.seq).max().unwrap_or_default();
            sealing.seal_as(app, last + 1)?;
            let (texts, files) = sealing.bytes();
            let added = app.store().try_add_message(report.id, &mut sealing.new);
            let added = added.map_err(|error| app.not_written(error))?;
            if added == AddMessage::Added {
                app.last_write().set(true);
                // A withdrawal frees more than it takes.
                if sealing.new.kind != MessageKind::Withdrawal {
                    app.capacity().took(sealing.new.on, texts, files);
                }
                return Ok(None);
            }
            // Another message came first, or the report has gone: what is stored now says which.
            report = app.store().report_at(receipt.locator)?.ok_or(WebError::Withdrawn)?;
            if added == AddMessage::Gone {
                let gone = if report.withdrawn_on.is_some() { WebError::Withdrawn } else { WebError::Busy };
                return settled(&report).map(Some).ok_or(gone);
            }
        }
        Err(WebError::Busy)
    }

    fn sealing(self, app: &App, receipt: &Receipt, report: ReportId, route: Route) -> Sealing {
        let Self { content, files, on, clocks, send_id } = self;
        let (attachments, files) = files.take();
        let kind = content.kind();
        let copy_to = app.config().service.own_copy.then(|| receipt.reply.recipient());
        let message = Message {
            r#box: app.store().settings().box_id,
            report,
            seq: 0,
            route,
            on,
            content,
            reply_to: receipt.reply.recipient().to_string(),
            salt: Salt([0; Salt::LEN]),
            attachments,
        };
        // Both come with the sealing.
        let commitments = Commitments { message: Digest([0; Digest::LEN]), summary: Digest([0; Digest::LEN]) };
        let new = NewMessage { seq: 0, kind, on, send_id, commitments, clocks, files, own_copy: None };
        Sealing { message, new, copy_to }
    }
}

/// A message, and what of it goes into the store.
struct Sealing {
    message: Message,
    new: NewMessage,
    /// Whom the person's own copy is sealed to; nobody if the box keeps none.
    copy_to: Option<ReplyRecipient>,
}

impl Sealing {
    /// Bytes of the text, and of the files with it.
    fn bytes(&self) -> (u64, u64) {
        let texts = self.new.text_bytes();
        (texts, self.new.bytes() - texts)
    }

    fn seal_as(&mut self, app: &App, seq: u32) -> Result<(), WebError> {
        (self.message.seq, self.new.seq) = (seq, seq);
        // A salt that was used for another number would tell that both say the same.
        self.message.salt = Salt::random(&mut os_random());
        let (sealed, commitments) = seal_message(&self.message, app.recipients())?;
        self.new.commitments = commitments;
        let sealed = put(app, &sealed)?;
        if self.new.files.len() == self.message.attachments.len() {
            self.new.files.insert(0, sealed);
        } else {
            // In place of the one that names the earlier number; that is removed as it is dropped.
            self.new.files[0] = sealed;
        }
        // It carries the number too.
        let copy = self.copy_to.as_ref().zip(OwnCopy::of(&self.message));
        let copy = copy.map(|(to, copy)| seal_own_copy(&copy, to)).transpose()?;
        self.new.own_copy = copy.map(|copy| put(app, &copy)).transpose()?;
        Ok(())
    }
}

/// Puts something sealed into the store, where nothing names it yet.
fn put(app: &App, sealed: &Sealed) -> Result<FinishedUpload, WebError> {
    let mut upload = app.store().upload_text();
    upload.write_all(sealed.as_bytes()).map_err(|error| app.not_sealed(error.into()))?;
    upload.finish().map_err(|error| app.not_written(error))
}
