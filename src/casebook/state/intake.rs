//! What collections bring: what the box says of a report everybody knows, what the person says its readers.

use std::collections::BTreeSet;

use crate::{
    casebook::{
        error::NotAllowed,
        log::{
            chain::OpenedMatter,
            event::{Change, Imported, Matter, MessageNews, News, SealedMatter},
            word::BoxWord,
        },
        state::{
            agreement::follows,
            alert::{Alert, AlertKind},
            outline::{Access, Acknowledged, Outline},
            replay::State,
            report::{MessageRecord, Report},
        },
    },
    crypto::summary_commitment,
    domain::{
        Calendar, CasebookSeen, Clock, ClockEntry, ClockKind, Date, DeliveryEntry, Digest, MemberId, MessageEntry,
        MessageKind, ReportEntry, ReportId,
    },
};

impl State {
    /// Whether a collection may be taken in: the box signed it, it follows, the casebook is no older than the box knows,
    /// and everything that is new in it is taken in by someone who may read it.
    pub(in crate::casebook) fn judge_import(
        &self,
        by: MemberId,
        imported: &Imported,
        word: Option<&BoxWord>,
    ) -> Result<(), NotAllowed> {
        let word = word.filter(|word| word.key == self.box_key).ok_or(NotAllowed::NotTheBox)?;
        if self.r#box.is_some_and(|known| known != word.r#box) {
            return Err(NotAllowed::NotTheBox);
        }
        let is_next = self.collection.checked_add(1) == Some(word.number);
        if word.number <= self.collection || (is_next && word.previous != self.last_manifest()) {
            return Err(NotAllowed::CollectionOrder);
        }
        if self.missing_of(word.casebook).is_some() {
            return Err(NotAllowed::Behind);
        }
        let mut named: Vec<ReportId> = imported.reports.iter().map(|news| news.about.report).collect();
        named.sort_unstable();
        if named.windows(2).any(|pair| pair[0] == pair[1]) {
            return Err(NotAllowed::CollectionOrder);
        }
        for News { key, about } in &imported.reports {
            let id = about.report;
            let entry = word.report(id).ok_or(NotAllowed::NoReport(id))?;
            if let Some(outline) = self.outlines.get(&id) {
                if key.is_some() {
                    return Err(NotAllowed::KeyOrder);
                }
                let has_new = entry.messages.iter().any(|message| message.seq > outline.last_message);
                if has_new && !self.takes_in(by, id) {
                    return Err(NotAllowed::NoReader(id));
                }
            } else {
                if !self.takes_in(by, id) {
                    return Err(NotAllowed::NoReader(id));
                }
                follows(key.as_ref(), self.destroyed.get(&id).map_or(0, |remains| remains.generation))?;
            }
        }
        for entry in &word.reports {
            let known = self.known_message(entry.id);
            let has_new = entry.messages.iter().any(|message| message.seq > known);
            if has_new && self.takes_in(by, entry.id) && named.binary_search(&entry.id).is_err() {
                return Err(NotAllowed::LeftOut(entry.id));
            }
        }
        Ok(())
    }

    /// Whether a member takes in what is new of a report. Whoever may not read it leaves that out, and the box sends it
    /// again: one report that is closed to them must not keep every other from the team.
    pub(in crate::casebook) fn takes_in(&self, by: MemberId, id: ReportId) -> bool {
        match (self.outlines.get(&id), self.destroyed.get(&id)) {
            (Some(outline), _) => outline.access.is_open_to(by),
            (None, Some(remains)) => self.access_again(&remains.access).is_open_to(by),
            (None, None) => true,
        }
    }

    /// Messages that were kept wrongly may be taken in again by any reader, if they are what the box signed for.
    pub(in crate::casebook) fn judge_mended(&self, by: MemberId, reports: &[SealedMatter]) -> Result<(), NotAllowed> {
        if reports.is_empty() {
            return Err(NotAllowed::Nothing);
        }
        // Whether they are is known to each report's readers alone: they pass over what is not.
        reports.iter().try_for_each(|about| self.reader(by, about.report).map(drop))
    }

    /// SHA-256 of the last manifest that was imported.
    pub(in crate::casebook) fn last_manifest(&self) -> Option<Digest> {
        self.manifests.get(&self.collection).copied()
    }

    /// The end of this casebook that the box saw and that is not here, if there is one.
    pub(in crate::casebook) fn missing_of(&self, seen: Option<CasebookSeen>) -> Option<CasebookSeen> {
        seen.filter(|seen| self.casebook == Some(seen.casebook) && !self.knows(seen.head))
    }

    /// The last message of a report that a collection brought, 0 for none.
    pub(in crate::casebook) fn known_message(&self, id: ReportId) -> u32 {
        let known = self.outlines.get(&id).map(|outline| outline.last_message);
        known.or_else(|| self.destroyed.get(&id).map(|remains| remains.last_message)).unwrap_or_default()
    }

    /// Who may open a report that comes back after it was destroyed: those who could before, if there are any left.
    pub(in crate::casebook) fn access_again(&self, before: &Access) -> Access {
        match before {
            Access::Chosen { readers, .. } if readers.iter().any(|reader| self.is_active(*reader)) => before.clone(),
            _ => Access::Everyone,
        }
    }

    pub(in crate::casebook) fn take_collection(
        &mut self,
        imported: Imported,
        word: &BoxWord,
        mut matters: impl Iterator<Item = OpenedMatter>,
        event: (u64, Date, MemberId),
    ) {
        let tell = |what| Alert { event: event.0, on: event.1, by: event.2, what };
        self.r#box = Some(word.r#box);
        self.collection = word.number;
        self.collected_on = Some(word.on);
        self.manifests.insert(word.number, word.digest);
        if let Some(seen) = word.casebook {
            if self.casebook == Some(seen.casebook) {
                self.exported = self.exported.max(seen.decisions);
            } else {
                self.alerts.push(tell(AlertKind::OtherCasebook { r#box: word.r#box }));
            }
        }
        for News { key, about } in imported.reports {
            let id = about.report;
            let matter = matters.next().unwrap_or(OpenedMatter::Broken);
            let Some(entry) = word.report(id) else { continue };
            let mut came_back = false;
            if let Some(key) = key {
                let remains = self.destroyed.remove(&id);
                came_back = remains.is_some();
                let access = remains.as_ref().map_or(Access::Everyone, |remains| self.access_again(&remains.access));
                let acknowledged = remains.as_ref().map_or_else(Acknowledged::default, |remains| remains.acknowledged);
                let last_message = remains.map_or(0, |remains| remains.last_message);
                let ReportEntry { route, received_on, .. } = *entry;
                let is_reader = self.me.is_some_and(|me| access.is_open_to(me));
                let is_closed = matches!(matter, OpenedMatter::Closed(_));
                self.outlines.insert(id, Outline { key, earlier: Vec::new(), access, last_message, acknowledged });
                // Whoever withholds a key keeps no reader from what the box says of it: with that, it can be mended.
                if is_reader || !is_closed {
                    self.reports.insert(id, Report::new(route, received_on));
                }
                if is_closed {
                    self.without_key.insert(id);
                } else {
                    self.without_key.remove(&id);
                }
            }
            let Some(outline) = self.outlines.get_mut(&id) else { continue };
            let new = entry.messages.iter().filter(|message| message.seq > outline.last_message);
            let mut new: Vec<&MessageEntry> = new.collect();
            new.sort_by_key(|message| message.seq);
            new.dedup_by_key(|message| message.seq);
            outline.last_message = new.last().map_or(outline.last_message, |last| last.seq);
            if !new.is_empty() {
                self.overtake(|change| matches!(change, Change::Destroy(destroy) if destroy.report == id));
            }
            let Some(report) = self.reports.get_mut(&id) else { continue };
            // What was answered is not known any more of a report that was destroyed, nor by a reader who was not given its
            // last key.
            let elsewhere = report.take_in(entry).filter(|_| !came_back && !self.without_key.contains(&id));
            if let Some(seq) = elsewhere {
                self.alerts.push(tell(AlertKind::DeliveredElsewhere { report: id, seq }));
            }
            let kept = match matter.into_open() {
                Some(Matter::News(kept)) => kept,
                _ => Vec::new(),
            };
            let wrong = report.add(&new, kept, word.number, event.2);
            if let Some(seq) = wrong {
                self.alerts.push(tell(AlertKind::NotTheBoxsWord { report: id, seq }));
            }
        }
        let elsewhere = self.acknowledged_elsewhere(word);
        self.alerts.extend(elsewhere.into_iter().map(tell));
    }

    /// What the box was told to be here and is not, of every report that it has, whether the import named it or not: who
    /// imports could leave out what they told it. Each is told once.
    fn acknowledged_elsewhere(&self, word: &BoxWord) -> Vec<AlertKind> {
        let kind = |(report, through): (ReportId, u32)| {
            let acknowledged = match (self.outlines.get(&report), self.destroyed.get(&report)) {
                (Some(outline), _) => outline.acknowledged.through,
                (None, Some(remains)) => remains.acknowledged.through,
                (None, None) => 0,
            };
            let here = self.known_message(report);
            let is_elsewhere = through > acknowledged.max(here);
            is_elsewhere.then_some(AlertKind::AcknowledgedElsewhere { report, through, here })
        };
        let mut elsewhere: Vec<AlertKind> = word.acknowledged().filter_map(kind).collect();
        if !elsewhere.is_empty() {
            let place = |what: &AlertKind| match *what {
                AlertKind::AcknowledgedElsewhere { report, through, .. } => Some((report, through)),
                _ => None,
            };
            let told: BTreeSet<_> = self.alerts.iter().filter_map(|alert| place(&alert.what)).collect();
            elsewhere.retain(|what| place(what).is_some_and(|place| !told.contains(&place)));
        }
        elsewhere
    }

    pub(in crate::casebook) fn mend(&mut self, reports: &[SealedMatter], matters: impl Iterator<Item = OpenedMatter>) {
        for (about, matter) in reports.iter().zip(matters) {
            let Some(report) = self.reports.get_mut(&about.report) else { continue };
            let Some(Matter::News(messages)) = matter.into_open() else { continue };
            for news in messages {
                if report.messages.iter().any(|record| record.is_kept_by(&news)) {
                    report.keep(news);
                }
            }
        }
    }
}

impl MessageRecord {
    /// Whether what is said of a message as it was kept is what the box signed for.
    pub(in crate::casebook) fn is_kept_by(&self, news: &MessageNews) -> bool {
        self.seq == news.seq
            && news.kept.len() == self.files.len()
            && summary_commitment(news.salt, &news.summary) == Some(self.summary)
            && promises(news, self.on).is_some()
    }
}

impl Report {
    /// What the box says of it. Gives the first answer, of those that were not known to be there, which is none of this
    /// casebook's.
    fn take_in(&mut self, entry: &ReportEntry) -> Option<u32> {
        self.withdrawn |= entry.withdrawn;
        self.clocks.clone_from(&entry.clocks);
        if entry.delivered() < self.delivered() {
            return None;
        }
        let before = std::mem::replace(&mut self.deliveries, entry.deliveries.clone());
        let is_news = |(place, delivery): &(usize, &DeliveryEntry)| before.get(*place) != Some(*delivery);
        let is_ours = |delivery: &DeliveryEntry| self.answers.iter().any(|ours| ours.is_what_was_delivered(delivery));
        let mut news = entry.deliveries.iter().enumerate().filter(is_news);
        news.find(|(_, delivery)| !is_ours(delivery)).map(|(_, delivery)| delivery.seq)
    }

    /// Its new messages, as the box lists them, with what was kept of each. Gives the first that was not kept as the box
    /// says.
    fn add(&mut self, new: &[&MessageEntry], kept: Vec<MessageNews>, collection: u64, by: MemberId) -> Option<u32> {
        for entry in new {
            self.messages.push(MessageRecord {
                seq: entry.seq,
                kind: entry.kind,
                on: entry.on,
                files: entry.files.clone(),
                commitment: entry.commitment,
                summary: entry.summary,
                kept: None,
                collection,
                by,
            });
        }
        for news in kept {
            let is_new = new.iter().any(|entry| entry.seq == news.seq);
            let is_kept = self.messages.iter().any(|record| record.is_kept_by(&news));
            if is_new && is_kept {
                self.keep(news);
            }
        }
        let wrong = |entry: &&&MessageEntry| {
            self.messages.iter().any(|record| record.seq == entry.seq && record.kept.is_none())
        };
        new.iter().find(wrong).map(|entry| entry.seq)
    }

    /// Takes in what was kept of a message, which is what the box signed for.
    fn keep(&mut self, news: MessageNews) {
        let Some(record) = self.messages.iter_mut().find(|record| record.seq == news.seq) else { return };
        let is_concern = record.kind == MessageKind::Concern;
        for clock in promises(&news, record.on).unwrap_or_default() {
            let entry = ClockEntry { seq: record.seq, clock };
            if !self.clocks_here.contains(&entry) {
                self.clocks_here.push(entry);
            }
        }
        record.kept = Some(news.kept);
        if is_concern {
            self.chosen_areas = news.summary.areas;
            self.serious_harm = news.summary.serious_harm;
        }
        self.reply_to.get_or_insert(news.summary.reply_to);
    }
}

/// The clocks that start here because of what a message says, which the box can't read; none if it says what it can't.
fn promises(news: &MessageNews, on: Date) -> Option<Vec<Clock>> {
    let clock = |kind: &ClockKind| {
        // Days of the calendar, which need no bank holidays.
        (*kind == ClockKind::DataAcknowledgement)
            .then(|| Clock::start(Clock::DATA_ACKNOWLEDGEMENT, on, &Calendar::default()).ok())?
    };
    news.summary.promises.iter().map(clock).collect()
}
