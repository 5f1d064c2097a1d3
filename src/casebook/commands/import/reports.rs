//! Every report of a collection, read: what is known is checked, what is new is kept.

use std::{io::Read, sync::Arc};

use super::{known::KnownReport, message::MessagePlace};
use crate::{
    casebook::{
        CasebookError, Editor, ImportError, LogError, Refusal,
        carry::staging::Staging,
        log::{
            event::{MessageNews, NewKey, ReportNews},
            keyring::{first, newest},
        },
    },
    crypto::GovernanceRecipients,
    domain::{Manifest, ReportId},
    files::tarball::TarReader,
    unseal::GovernanceIdentity,
};

/// What was read of a collection.
#[derive(Default)]
pub(super) struct Taken {
    /// Those of which something is new.
    pub(super) reports: Vec<TakenReport>,
    /// The new messages' files; none if there are none.
    pub(super) staging: Option<Staging>,
}

/// What is new about one report.
pub(super) struct TakenReport {
    pub(super) id: ReportId,
    pub(super) news: ReportNews,
    pub(super) key: ReportKey,
}

/// What is about a report is sealed to this.
pub(super) struct ReportKey {
    pub(super) to: GovernanceRecipients,
    /// If it was made now.
    pub(super) new: Option<(NewKey, Arc<GovernanceIdentity>)>,
}

impl Editor<'_> {
    /// Reads every file that the manifest names. New messages are opened, checked, and staged under their report's key;
    /// known ones are only checked.
    pub(super) fn read_reports<R: Read>(
        &self,
        tar: &mut TarReader<R>,
        manifest: &Manifest,
        missing: bool,
    ) -> Result<Taken, CasebookError> {
        let mut taken = Taken::default();
        let mut before = None;
        for entry in &manifest.reports {
            let known = KnownReport::of(entry.id, &self.casebook.state);
            if before.replace(entry.id) >= Some(entry.id) || !known.fits(entry) {
                return Err(Refusal::Contradiction(entry.id).into());
            }
            if known.opaque.is_none() {
                known.check_sequence(entry, missing)?;
            } else if !entry.messages.is_empty() {
                // Clocks alone are no secret from whoever carries the collection; what was written is.
                return Err(CasebookError::Import(ImportError::ShutOut(entry.id)));
            }
            let key = known.has_news(entry).then(|| self.key_for(entry.id, known)).transpose()?;
            let mut reply_to = known.report.and_then(|known| known.reply_to.clone());
            let mut messages: Vec<MessageNews> = Vec::new();
            for message in &entry.messages {
                let place = MessagePlace { manifest, report: entry, message };
                match &key {
                    Some(key) if message.seq > known.last_message() => {
                        let staging = match &mut taken.staging {
                            Some(staging) => staging,
                            none => none.insert(Staging::create(self.casebook.collection_path(manifest.number))?),
                        };
                        let read = self.read_message(tar, place, staging, &key.to)?;
                        if *reply_to.get_or_insert_with(|| read.reply_to.clone()) != read.reply_to {
                            return Err(place.is_another().into());
                        }
                        messages.push(read);
                    }
                    _ => place.skip(tar)?,
                }
            }
            if let Some(key) = key {
                let news = ReportNews {
                    route: entry.route,
                    received_on: entry.received_on,
                    withdrawn: entry.withdrawn,
                    deliveries: entry.deliveries.clone(),
                    clocks: entry.clocks.clone(),
                    messages,
                };
                taken.reports.push(TakenReport { id: entry.id, news, key });
            }
        }
        Ok(taken)
    }

    /// The key that what is about a report is sealed to: the one that the events name, or one that is made now for a
    /// report that is new or was destroyed.
    fn key_for(&self, id: ReportId, known: KnownReport<'_>) -> Result<ReportKey, CasebookError> {
        if let Some(opaque) = known.opaque {
            let to = GovernanceRecipients::parse(&opaque.recipient);
            return Ok(ReportKey { to: to.map_err(|_| LogError::KeysExchanged)?, new: None });
        }
        if known.report.is_some() {
            return Ok(ReportKey { to: newest(&*self.casebook.report_key(id)?), new: None });
        }
        let keys = self.casebook.keys.fresh(id)?;
        let key = NewKey { generation: known.generation() + 1, recipient: first(&keys) };
        Ok(ReportKey { to: newest(&keys), new: Some((key, keys)) })
    }
}
