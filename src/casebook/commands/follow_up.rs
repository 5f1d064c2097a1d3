//! Adding to a concern that was entered what its person said later, or files that came with it: a letter's enclosures, an
//! e-mail's attachments.

use crate::{
    casebook::{
        Casebook, CasebookError, Editor, EnterError,
        carry::{incoming::IncomingFiles, staging::Staging},
        log::event::{FollowedUp, HowFollowedUp, Matter, MessageNews, SealedMatter, What},
    },
    crypto::{os_random, seal_message},
    domain::{
        Date, FileEntry, Manifest, Message, MessageContent, MessageSummary, ReportId, Salt, Text, Today, WayIn,
        WhoseWords,
        limits::{MESSAGE_MAX, SHORT_MAX},
    },
    files,
};

/// What a person said later, whose concern was entered.
pub struct NewFollowUp {
    /// In which way it came.
    pub way: WayIn,
    /// The day on which it came.
    pub on: Date,
    /// Who took it.
    pub taken_by: Text,
    /// Whose words it is in.
    pub words: WhoseWords,
    /// What they said; none if only files came.
    pub text: Option<Text>,
}

impl NewFollowUp {
    fn check(&self, files: &IncomingFiles) -> Result<(), EnterError> {
        if self.way == WayIn::Box {
            return Err(EnterError::Way);
        }
        let is_too_long = self.text.as_ref().is_some_and(|text| text.is_longer_than(MESSAGE_MAX));
        if self.taken_by.is_empty() || self.taken_by.is_longer_than(SHORT_MAX) || is_too_long {
            return Err(EnterError::Text);
        }
        let is_nothing = self.text.as_ref().is_none_or(Text::is_empty) && files.is_empty();
        if is_nothing { Err(EnterError::Nothing) } else { Ok(()) }
    }
}

impl Editor<'_> {
    /// Enters what a person said later. It is a message of the report as one that came through the box, and not read yet. Gives its
    /// number.
    ///
    /// # Errors
    /// If the report came through the box or is withdrawn, there is nothing to add, it came on a day that can't be, or the
    /// report's key changed since its files were sealed.
    pub fn follow_up(
        &mut self,
        id: ReportId,
        new: NewFollowUp,
        files: IncomingFiles,
        today: &dyn Today,
    ) -> Result<u32, CasebookError> {
        new.check(&files)?;
        let state = &self.casebook.state;
        let r#box = state.r#box.ok_or(EnterError::NoBox)?;
        let report = state.reports.get(&id).ok_or_else(|| self.casebook.no_report(id))?;
        if state.is_full(id) {
            return Err(EnterError::Full.into());
        }
        if !(report.received_on..=today.today()).contains(&new.on) {
            return Err(EnterError::FollowUpDay.into());
        }
        let to = self.casebook.report_recipient(id)?;
        if !files.are_sealed_to(&to) {
            return Err(EnterError::KeyChanged.into());
        }
        let seq = report.last_message().saturating_add(1);
        let message = Message {
            r#box,
            report: id,
            seq,
            route: report.route,
            on: new.on,
            content: MessageContent::FollowUp(new.text.filter(|text| !text.is_empty())),
            reply_to: report.reply_to.clone(),
            salt: Salt::random(&mut os_random()),
            attachments: files.attachments(),
        };
        let (sealed, commitments) = seal_message(&message, &to)?;
        let mut kept = vec![FileEntry { size: sealed.as_bytes().len() as u64, sha256: sealed.digest() }];
        let mut staging = Staging::create(self.casebook.import_path(state.imports + 1))?;
        staging.write(&Manifest::path(id, seq, 0), sealed.as_bytes())?;
        kept.extend(files.stage(&mut staging, (id, seq))?);
        files::sync_all_below(&self.casebook.directory)?;
        // Until the event is there it is in none, and gives way to the next import.
        staging.commit()?;
        let summary = MessageSummary::of(&message);
        let how = HowFollowedUp {
            way: new.way,
            taken_by: new.taken_by,
            words: new.words,
            message: MessageNews { seq, kept: kept.clone(), summary, salt: message.salt },
        };
        let followed_up = FollowedUp {
            on: new.on,
            files: kept,
            commitment: commitments.message,
            summary: commitments.summary,
            about: SealedMatter::about(id),
        };
        let matters = vec![(to, Matter::FollowedUp(Box::new(how)))];
        self.append_about(What::FollowedUp(Box::new(followed_up)), matters, today)?;
        Ok(seq)
    }
}

impl Casebook {
    /// The number of what this member entered after an event, if that was the very same: a form that is sent twice adds it once.
    ///
    /// # Errors
    /// If what was entered since can't be opened.
    pub fn followed_up_since(
        &self,
        event: u64,
        id: ReportId,
        (new, files): (&NewFollowUp, &IncomingFiles),
    ) -> Result<Option<u32>, CasebookError> {
        let Some(report) = self.state.reports.get(&id) else { return Ok(None) };
        let mine = report.followed_up.iter().filter(|record| record.event > event && Some(record.by) == self.me());
        for record in mine {
            let Some(stored) = report.messages.iter().find(|stored| stored.seq == record.seq) else { continue };
            let Some(message) = self.open_if_here(id, report, stored)? else { continue };
            let text = new.text.as_ref().filter(|text| !text.is_empty());
            let is_text = message.content.follow_up() == text && message.on == new.on;
            let said = files.attachments();
            let mut pairs = message.attachments.iter().zip(&said);
            let is_files =
                message.attachments.len() == said.len() && pairs.all(|(one, other)| one.sha256 == other.sha256);
            if is_text && is_files {
                return Ok(Some(record.seq));
            }
        }
        Ok(None)
    }
}
