//! Every report of a collection, read: what is known is compared, what is new is kept.

use std::{io::Read, sync::Arc};

use super::{known::KnownReport, manifest::Order, message::MessagePlace};
use crate::{
    casebook::{
        CasebookError, Editor, Refusal,
        carry::staging::Staging,
        log::{
            event::{MessageNews, NewKey},
            keyring::first,
        },
    },
    crypto::GovernanceRecipients,
    domain::{Digest, Manifest, MessageEntry, ReportEntry, ReportId},
    files::tarball::TarReader,
    unseal::GovernanceIdentity,
};

/// Where files are staged that take the place of others.
const MENDING: &str = "mending";

/// What was read of a collection.
#[derive(Default)]
pub(super) struct Taken {
    /// Those of which something is new.
    pub(super) reports: Vec<TakenReport>,
    /// The new messages' files; none if there are none.
    pub(super) staging: Option<Staging>,
    /// Known messages that were not kept as the person sent them, by report, taken in anew.
    pub(super) mended: Vec<MendedReport>,
    /// Their files; none if there are none.
    pub(super) mending: Option<Staging>,
    /// New messages of reports that are closed to whoever takes the collection in.
    pub(super) left_out: usize,
    /// Messages that are sealed to keys which whoever takes the collection in does not have, new ones or not.
    pub(super) unopened: Vec<(ReportId, u32)>,
    /// Reports that can't be those that are here under their ids: nothing of them is taken in.
    pub(super) apart: Vec<ReportId>,
}

/// Known messages of one report that were not kept as the person sent them.
pub(super) struct MendedReport {
    pub(super) id: ReportId,
    pub(super) messages: Vec<MessageNews>,
    pub(super) to: GovernanceRecipients,
}

/// What is new about one report.
pub(super) struct TakenReport {
    pub(super) entry: ReportEntry,
    pub(super) messages: Vec<MessageNews>,
    /// Those that are sealed to keys which whoever takes the collection in does not have, by number.
    pub(super) unopened: Vec<u32>,
    pub(super) key: ReportKey,
}

/// What is about a report is sealed to this.
pub(super) struct ReportKey {
    pub(super) to: GovernanceRecipients,
    /// If it was made now: the key, and whom that is sealed to.
    pub(super) new: Option<(NewKey, Arc<GovernanceIdentity>, GovernanceRecipients)>,
}

impl Editor<'_> {
    /// Reads every file that the manifest names. New messages are opened, checked, and staged under their report's key;
    /// known ones are compared with what is here, all of them if it is a collection that was imported before, and those
    /// that are not what the person sent are staged anew.
    pub(super) fn read_reports<R: Read>(
        &self,
        tar: &mut TarReader<R>,
        manifest: &Manifest,
        order: Order,
    ) -> Result<Taken, CasebookError> {
        let state = &self.casebook.state;
        let mut taken = Taken::default();
        for entry in &manifest.reports {
            let known = KnownReport::of(entry.id, state);
            let contradicts = state.contradicts(entry);
            // What was imported before was judged then; what came since may differ.
            let may_differ = order == Order::Known || order.is_anew(entry.id, state);
            let is_refused = if contradicts { !state.at_box.apart.contains(&entry.id) } else { !known.fits(entry) };
            if is_refused && !may_differ {
                return Err(Refusal::Contradiction(entry.id).into());
            }
            if contradicts {
                taken.apart.push(entry.id);
            }
            let is_new =
                |message: &MessageEntry| order != Order::Known && !contradicts && state.is_new_message(entry, message);
            let new = entry.messages.iter().filter(|message| is_new(message)).count();
            // What was written is for a colleague who may read it: the box sends it again until it is taken in.
            let is_left_out = new > 0 && !state.takes_in(self.me, entry.id);
            if is_left_out {
                taken.left_out += new;
            }
            let key = (new > 0 && !is_left_out).then(|| self.key_for(entry.id, known)).transpose()?;
            let (mut messages, mut unopened): (Vec<MessageNews>, Vec<u32>) = (Vec::new(), Vec::new());
            for message in entry.messages.iter().filter(|message| !message.files.is_empty()) {
                let place = MessagePlace { manifest, report: entry, message };
                match &key {
                    Some(key) if is_new(message) => {
                        let staging = match &mut taken.staging {
                            Some(staging) => staging,
                            none => none.insert(Staging::create(self.casebook.import_path(state.imports + 1))?),
                        };
                        let Some(read) = self.read_message(tar, place, staging, &key.to)? else {
                            unopened.push(message.seq);
                            taken.unopened.push((entry.id, message.seq));
                            continue;
                        };
                        if read.summary.reply_to != entry.reply_to {
                            return Err(place.is_another().into());
                        }
                        messages.push(read);
                    }
                    _ if !contradicts && self.is_kept_wrongly(order, known, message.commitment) => {
                        self.mend(tar, place, known, &mut taken)?;
                    }
                    _ => place.skip(tar)?,
                }
            }
            if let Some(key) = key {
                taken.reports.push(TakenReport { entry: entry.clone(), messages, unopened, key });
            }
        }
        Ok(taken)
    }

    /// Whether a known message is not kept as the person sent it. Of a collection that was imported before, everything is
    /// opened to tell.
    fn is_kept_wrongly(&self, order: Order, known: KnownReport<'_>, message: Digest) -> bool {
        let record = known.report.and_then(|report| report.message_of_box(message));
        let Some(record) = record.filter(|record| !record.files.is_empty()) else { return false };
        // Whoever lacks the report's key has to seal it anew before anything can be sealed to it.
        if self.casebook.state.is_keyless(known.id) {
            return false;
        }
        record.kept.is_none() || (order == Order::Known && self.casebook.check_message(known.id, record).is_err())
    }

    fn mend<R: Read>(
        &self,
        tar: &mut TarReader<R>,
        place: MessagePlace<'_>,
        known: KnownReport<'_>,
        taken: &mut Taken,
    ) -> Result<(), CasebookError> {
        let staging = match &mut taken.mending {
            Some(staging) => staging,
            none => none.insert(Staging::create(self.casebook.collections_path().join(MENDING))?),
        };
        let to = self.casebook.report_recipient(known.id)?;
        // What nobody could open who took it in may be closed to this member too.
        let Some(read) = self.read_message(tar, place, staging, &to)? else {
            taken.unopened.push((known.id, place.message.seq));
            return Ok(());
        };
        match taken.mended.last_mut() {
            Some(last) if last.id == known.id => last.messages.push(read),
            _ => taken.mended.push(MendedReport { id: known.id, messages: vec![read], to }),
        }
        Ok(())
    }

    /// The key that what is about a report is sealed to: the one that the events name, or one that is made now for a
    /// report that is new or was destroyed.
    fn key_for(&self, id: ReportId, known: KnownReport<'_>) -> Result<ReportKey, CasebookError> {
        if let Some(outline) = known.outline {
            // Whoever can't open it says nothing in it.
            let to = if known.is_closed() {
                self.casebook.recipient(&outline.key.recipient)?
            } else {
                self.casebook.report_recipient(id)?
            };
            return Ok(ReportKey { to, new: None });
        }
        let keys = self.casebook.keys.fresh(id, &[])?;
        let before = known.destroyed.map_or(0, |remains| remains.generation);
        let access = known.destroyed.map(|remains| self.casebook.state.access_again(&remains.access));
        let readers = self.readers(&access.unwrap_or_default())?;
        let key = NewKey { generation: before + 1, recipient: first(&keys) };
        Ok(ReportKey { to: self.casebook.recipient(&key.recipient)?, new: Some((key, keys, readers)) })
    }
}
